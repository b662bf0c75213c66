// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <random>
#include <string>
#include <tuple>

#include "core/api/metrics.h"

namespace presslab {

// Every field of every struct by structured bindings: a field added to core/api/metrics.h stops this from compiling until it is compared.
inline auto fields(const HeadMetrics& s) {
  const auto& [a, b, c, d, e, f, g, h] = s;
  return std::tie(a, b, c, d, e, f, g, h);
}
inline auto fields(const ExpertMetrics& s) {
  const auto& [a, b, c, d, e, f, g, h, i] = s;
  return std::tie(a, b, c, d, e, f, g, h, i);
}
inline auto fields(const BalanceMetrics& s) {
  const auto& [a, b, c, d, e, f, g, h] = s;
  return std::tie(a, b, c, d, e, f, g, h);
}
inline auto fields(const MemorySample& s) {
  const auto& [a, b, c, d] = s;
  return std::tie(a, b, c, d);
}
inline auto fields(const Spread& s) {
  const auto& [a, b, c] = s;
  return std::tie(a, b, c);
}
inline auto fields(const QualityMetrics& s) {
  const auto& [a, b, c, d, e, f, g, h, i] = s;
  return std::tie(a, b, c, d, e, f, g, h, i);
}
inline auto fields(const Improvement& s) {
  const auto& [a, b, c, d, e, f, g] = s;
  return std::tie(a, b, c, d, e, f, g);
}
inline auto fields(const Claim& s) {
  const auto& [a, b, c, d, e, f, g, h, i] = s;
  return std::tie(a, b, c, d, e, f, g, h, i);
}
inline auto fields(const Stamp& s) {
  const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, t, u, v, w, x, y, z, a2] = s;
  return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, t, u, v, w, x, y, z, a2);
}
inline auto fields(const DeviceMemory& s) { return std::tie(s.allocated, s.reserved, s.peak); }
inline auto fields(const MethodMetrics& s) {
  const auto& [method, label, calibration, notes, failed, cancelled, error, context, question, fresh, kv, full, peak, end, reserved, predicted, mem,
               before, after, rssEnd, scratch, device, requested, effective, measured, load, tokenize, prefill, compress, first, ttft, time,
               prefillTokS, decodeTokS, p50, p95, bound, share, decodeMs, byToken, memory, s1, s2, s3, quality, ids, pieces, text, eos, heads,
               experts, balance] = s;
  return std::tie(method, label, calibration, notes, failed, cancelled, error, context, question, fresh, kv, full, peak, end, reserved, predicted,
                  mem, before, after, rssEnd, scratch, device, requested, effective, measured, load, tokenize, prefill, compress, first, ttft, time,
                  prefillTokS, decodeTokS, p50, p95, bound, share, decodeMs, byToken, memory, s1, s2, s3, quality, ids, pieces, text, eos, heads,
                  experts, balance);
}
inline auto fields(const Comparison& s) {
  const auto& [id, stamp, question, head, match, mode, context, asked, ids, methods, improvements, claims, verdict, cancelled] = s;
  return std::tie(id, stamp, question, head, match, mode, context, asked, ids, methods, improvements, claims, verdict, cancelled);
}

template <class S>
requires requires(const S& s) { fields(s); }
bool operator==(const S& a, const S& b) { return fields(a) == fields(b); }

/// Index of the first field that differs, -1 when none does: what a failing test should say.
template <class S>
int firstDifference(const S& a, const S& b) {
  int found = -1, at = 0;
  std::apply(
      [&](const auto&... left) {
        std::apply([&](const auto&... right) { ((found = found < 0 && !(left == right) ? at : found, ++at), ...); }, fields(b));
      },
      fields(a));
  return found;
}

/// Seeded content for every field.
class RandomRun {
 public:
  explicit RandomRun(unsigned seed) : m_random(seed) {}

  Comparison comparison(int methods, int layers, int heads) {
    Comparison c;
    c.id = text();
    c.stamp = stamp();
    c.question = text();
    c.mode = text();
    c.contextHead = text();
    c.match = "quality";
    c.contextTokens = count();
    c.questionTokens = count();
    c.contextIds = ints<int32_t>(9);
    for (int i = 0; i < methods; ++i) c.methods.push_back(method(layers, heads));
    c.improvements = {{text(), text(), real(), real(), real(), real(), true}, {text(), text(), real(), real(), real(), 0, false}};
    c.claims = {claim(true), claim(false)};
    c.verdict = text();
    c.cancelled = true;
    return c;
  }

  double real() { return std::ldexp(std::uniform_real_distribution<double>(-1, 1)(m_random), int(count() % 40) - 20); }
  double positive() { return std::abs(real()); }
  int64_t count() { return int64_t(m_random() % 1000000) + 1; }
  std::string text() {
    static const char* const kWords[] = {"duo", "=1+1", "\"q\"", "a,b", "\n", "压缩", "é", "\t", "'", "\\", "\x01", "😀"};
    std::string out;
    for (int i = 0; i < 5; ++i) out += kWords[m_random() % std::size(kWords)];
    return out;
  }
  template <class T>
  std::vector<T> ints(int n) {
    std::vector<T> out;
    for (int i = 0; i < n; ++i) out.push_back(T(count() % 250));
    return out;
  }
  std::vector<double> reals(int n) {
    std::vector<double> out;
    for (int i = 0; i < n; ++i) out.push_back(real());
    return out;
  }

 private:
  Stamp stamp() {
    Stamp s;
    for (std::string* t : {&s.program, &s.version, &s.commit, &s.modelPath, &s.modelName, &s.modelHash, &s.promptHash, &s.device, &s.backend, &s.cpu,
                           &s.cpuFlags, &s.torchVersion, &s.commandLine, &s.time, &s.precision, &s.kvType, &s.attention}) {
      *t = text();
    }
    s.threads = 2;
    s.seed = 0xFFFFFFFFFFFFFFFFull - uint64_t(count());
    s.bandwidthGBs = positive();
    s.load1 = positive();
    s.layers = 30;
    s.kvHeads = 3;
    s.headDim = 64;
    s.contextLength = 8192;
    s.weightBytes = count() << 32;
    return s;
  }

  Claim claim(bool valid) { return {text(), text(), "bytes", "holds", text(), real(), real(), valid ? real() : 0, valid}; }

  MethodMetrics method(int layers, int heads) {
    MethodMetrics m;
    for (std::string* t : {&m.method, &m.label, &m.calibration, &m.error, &m.text}) *t = text();
    m.notes = {text(), text()};
    m.failed = count() % 2;
    m.cancelled = count() % 2;
    for (int64_t* v : {&m.contextTokens, &m.questionTokens, &m.newTokens, &m.kvBytes, &m.kvBytesFull, &m.kvBytesPeak, &m.kvBytesEnd,
                       &m.kvBytesReserved, &m.kvBytesPredicted, &m.memPeakBytes, &m.rssBefore, &m.rssAfterPrefill, &m.rssEnd, &m.scratchBytes}) {
      *v = count();
    }
    m.device = {count(), count(), count()};
    for (double* v : {&m.ratioRequested, &m.ratioEffective, &m.ratioMeasured, &m.loadMs, &m.tokenizeMs, &m.prefillMs, &m.compressMs, &m.firstTokenMs,
                      &m.ttftMs, &m.timeS, &m.prefillTokS, &m.decodeTokS, &m.decodeP50Ms, &m.decodeP95Ms, &m.boundMs, &m.shareOfLimit}) {
      *v = positive();
    }
    m.decodeMs = reals(4);
    m.kvBytesByToken = ints<int64_t>(5);
    m.memory = {{0, -1, count(), real()}, {-1, 3, count(), real()}};
    for (Spread* s : {&m.decodeTokSSpread, &m.prefillTokSSpread, &m.ttftSpread}) *s = {real(), real(), real()};
    m.quality = {true, real(), real(), real(), real(), real(), positive(), reals(4), ints<uint8_t>(4)};
    m.ids = ints<int32_t>(5);
    m.pieces = {text(), "\xE5\x8E", "\x8B", "", "\xFF\xFE"};  // a character cut in two, and bytes that are no text at all
    m.eosAt = 2;
    for (int l = 0; l < layers; ++l) {
      for (int h = 0; h < heads; ++h) m.heads.push_back({l, h, HeadKind((l + h) % 4), 3, 64, count(), h ? positive() : -1, {0, 7, 63}});
      m.experts.push_back({l, 1, text(), real(), real(), count(), count(), count(), ints<int32_t>(3)});
      m.balance.push_back({l, real(), real(), real(), real(), count(), real(), int(count())});
    }
    return m;
  }

  std::mt19937 m_random;
};

}  // namespace presslab
