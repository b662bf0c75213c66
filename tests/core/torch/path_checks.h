// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What every path besides the CPU's own must do on every device, held against our CPU kernels. Run by tst_torch_path and tst_torch_cuda for LibTorch,
// by tst_cuda_path for our CUDA kernels on the emulator and by tst_cuda_device for them on a GPU.
#pragma once
#include <QDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/api/error.h"
#include "core/engine/backend.h"
#include "core/engine/session.h"
#include "core/engine/tiny_model.h"

namespace presslab::test {

/// Makes the backend under test.
using BackendMaker = std::function<std::unique_ptr<Backend>(const ModelFile&, const ModelSpec&, const LoadProgress&, std::stop_token)>;
inline BackendMaker& backendMaker() {
  static BackendMaker maker = makeTorchBackend;
  return maker;
}

inline ModelSpec torchSpec(const std::string& device, Precision precision = Precision::Exact, int threads = 2) {
  ModelSpec s;
  s.device = device;
  s.backend = "torch";
  s.precision = precision;
  s.threads = threads;
  return s;
}

inline std::unique_ptr<Backend> torchBackend(const ModelFile& file, const std::string& device, Precision precision = Precision::Exact) {
  return backendMaker()(file, torchSpec(device, precision), {}, {});
}

inline std::unique_ptr<Backend> cpuBackend(const ModelFile& file, Precision precision = Precision::Exact) {
  ModelSpec s;
  s.precision = precision;
  s.threads = 2;
  return makeCpuBackend(file, s, {}, {});
}

/// Prefills in chunks of `chunk`, keeping what `keep` says of each layer. Returns the last logits.
inline std::vector<float> prefillAll(Backend& b, Sequence& s, const std::vector<int32_t>& ids, int64_t chunk,
                                     const std::function<LayerKeep(int)>& keep = {}, TraceNeeds needs = {}) {
  s.beginPrefill(ids, needs);
  for (int l = 0; l < b.config().layers; ++l) {
    for (int64_t at = 0; at < int64_t(ids.size()); at += chunk) s.prefillChunk(l, at, std::min(chunk, int64_t(ids.size()) - at));
    if (keep) s.keep(l, keep(l));
  }
  std::vector<float> logits(size_t(b.config().vocab));
  s.endPrefill(logits.data());
  return logits;
}

inline double farthest(const std::vector<float>& a, const std::vector<float>& b) {
  double d = a.size() == b.size() ? 0 : 1e9;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) d = std::max(d, std::fabs(double(a[i]) - double(b[i])));
  return d;
}

/// Code and text of the Failure that f throws; code 0 when it throws none. Anything else that is thrown goes on and fails the test.
inline std::pair<int, std::string> failureOf(const std::function<void()>& f) {
  try {
    f();
  } catch (const Failure& e) {
    return {int(e.code()), e.what()};
  }
  return {0, "nothing thrown"};
}

/// A random quarter of each head; every other head is a ring of 3 + 9 when `rings`.
inline std::function<LayerKeep(int)> someOf(uint32_t seed, int64_t context, bool rings) {
  return [=](int layer) {
    std::mt19937 rng(seed + uint32_t(layer));
    LayerKeep keep;
    for (int h = 0; h < 2; ++h) {
      HeadKeep k;
      k.ring = rings && (layer + h) % 2 == 0;
      if (k.ring) {
        k.sink = 3;
        k.recent = 9;
      }
      for (int32_t p = 0; p < context; ++p)
        if (k.ring ? p < k.sink || p >= context - k.recent : rng() % 4 == 0) k.positions.push_back(p);
      keep.heads.push_back(k);
    }
    return keep;
  };
}

/// The default model, or "": beside the program, or in the build folder beside the sources.
inline std::string defaultModelPath() {
  try {
    return resolveModel("");
  } catch (const Failure&) {
    const QString path = QStringLiteral(PRESSLAB_SOURCE_DIR "/build/models/");
    const QStringList found = QDir(path).entryList({QStringLiteral("*.gguf")}, QDir::Files);
    return found.isEmpty() ? std::string() : (path + found.front()).toStdString();
  }
}

inline std::vector<int32_t> reservedGreedyIds(Backend& backend, const std::vector<int32_t>& ids, size_t n) {
  const auto sequence = backend.newSequence();
  std::vector<float> logits = prefill(backend, *sequence, ids, nullptr, {}, {}, {}).lastLogits;
  sequence->reserve(int64_t(n));
  Sampler sampler(Sampling{}, backend.config().vocab);
  std::vector<int32_t> out;
  while (out.size() < n) {
    out.push_back(sampler.pick(logits));
    if (out.size() < n) sequence->decode(out.back(), logits.data(), {});
  }
  return out;
}

inline void checkAllLogits(const std::string& device) {
  for (const bool tied : {true, false}) {
    const TinyModel model(7, 400, tied);
    const auto ours = cpuBackend(model), theirs = torchBackend(model, device);
    const auto ids = randomIds(1, 300, 96);
    std::vector<std::vector<float>> all;
    for (Backend* b : {ours.get(), theirs.get()}) {
      const auto sequence = b->newSequence();
      sequence->beginPrefill(ids, {});
      for (int l = 0; l < 3; ++l)
        for (const auto& [start, count] : {std::pair<int64_t, int64_t>{0, 256}, {256, 44}}) sequence->prefillChunk(l, start, count);
      std::vector<float>& rows = all.emplace_back(size_t(300 * 96));
      sequence->chunkLogits(0, 100, rows.data());
      sequence->chunkLogits(100, 200, rows.data() + 100 * 96);
      std::vector<float> last(96);
      sequence->endPrefill(last.data());
      QVERIFY(farthest(last, {rows.end() - 96, rows.end()}) < 1e-4);
      QCOMPARE(sequence->position(), int64_t{300});
      QVERIFY(sequence->bytes().scratch >= int64_t{300} * 64 * 4);
    }
    QVERIFY2(farthest(all[0], all[1]) < 1e-3, qPrintable(QString::number(farthest(all[0], all[1]))));
    QCOMPARE(ours->weightBytes(), theirs->weightBytes());
    for (int l = 0; l < 3; ++l) QCOMPARE(ours->outputProjection(l), theirs->outputProjection(l));
  }
}

inline void checkTinyFile(const std::string& device) {
  const auto file = openModelFile(PRESSLAB_TEST_DATA "/model/tiny_llama.gguf");
  const auto ours = cpuBackend(*file), theirs = torchBackend(*file, device);
  const auto ids = randomIds(21, 120, 297);
  const ForwardResult a = forward(*ours, ids, {}), b = forward(*theirs, ids, {});
  QVERIFY(std::fabs(a.nllMean - b.nllMean) < 1e-3);
  QVERIFY2(farthest(a.lastLogits, b.lastLogits) < 1e-3, qPrintable(QString::number(farthest(a.lastLogits, b.lastLogits))));
  QCOMPARE(reservedGreedyIds(*theirs, ids, 48), reservedGreedyIds(*ours, ids, 48));
}

inline void checkRagged(const std::string& device, bool rings) {
  const TinyModel model(5);
  const int64_t context = 48;
  const auto ids = randomIds(4, size_t(context) + 60, 96);
  const std::vector<int32_t> first(ids.begin(), ids.begin() + context);
  for (const bool reserved : {true, false}) {
    const auto ours = cpuBackend(model), theirs = torchBackend(model, device);
    const auto a = ours->newSequence(), b = theirs->newSequence();
    QVERIFY(farthest(prefillAll(*ours, *a, first, 32, someOf(9, context, rings)), prefillAll(*theirs, *b, first, 20, someOf(9, context, rings))) <
            1e-3);
    QCOMPARE(b->bytes().held, b->bytes().used);
    if (reserved) {
      a->reserve(30);
      b->reserve(30);
      QVERIFY(b->bytes().reserved > 0);
    }
    QCOMPARE(b->bytes().used, a->bytes().used);
    std::vector<float> x(96), y(96);
    for (size_t p = size_t(context); p < ids.size(); ++p) {
      a->decode(ids[p], x.data(), {});
      b->decode(ids[p], y.data(), {});
      QVERIFY2(farthest(x, y) < 1e-3, qPrintable(QString::number(farthest(x, y))));
    }
    for (int l = 0; l < 3; ++l)
      for (int h = 0; h < 2; ++h) {
        QCOMPARE(b->headLength(l, h), a->headLength(l, h));
        QCOMPARE(b->positions(l, h), a->positions(l, h));
        QCOMPARE(b->headBytes(l, h), a->headBytes(l, h));
      }
    QCOMPARE(b->bytes().used, a->bytes().used);
    QVERIFY(b->bytes().held >= b->bytes().used && b->bytes().peak >= b->bytes().held);
  }
}

/// Rings that the context does not fill, and one without recent tokens.
inline void checkShortRings(const std::string& device) {
  const TinyModel model(6);
  const auto ids = randomIds(5, 40, 96);
  const std::vector<int32_t> first(ids.begin(), ids.begin() + 5);
  const auto keep = [](int layer) {
    LayerKeep k;
    k.heads.push_back({{0, 1, 2, 3, 4}, HeadKind::Streaming, true, 4, 6});
    k.heads.push_back(layer == 1 ? HeadKeep{{0, 1}, HeadKind::Streaming, true, 2, 0} : HeadKeep{{0, 4}, HeadKind::Streaming, true, 4, 3});
    return k;
  };
  const auto ours = cpuBackend(model), theirs = torchBackend(model, device);
  const auto a = ours->newSequence(), b = theirs->newSequence();
  prefillAll(*ours, *a, first, 256, keep);
  prefillAll(*theirs, *b, first, 256, keep);
  std::vector<float> x(96), y(96);
  for (size_t p = 5; p < ids.size(); ++p) {
    a->decode(ids[p], x.data(), {});
    b->decode(ids[p], y.data(), {});
    QVERIFY(farthest(x, y) < 1e-3);
    for (int l = 0; l < 3; ++l)
      for (int h = 0; h < 2; ++h) QCOMPARE(b->positions(l, h), a->positions(l, h));
  }
}

inline void checkDecodeAlone(const std::string& device) {
  const TinyModel model(4);
  const auto theirs = torchBackend(model, device);
  const auto ids = randomIds(3, 80, 96);
  const auto a = theirs->newSequence(), b = theirs->newSequence();
  const std::vector<float> whole = prefillAll(*theirs, *a, ids, 256);
  std::vector<float> stepped(96);
  for (const int32_t id : ids) b->decode(id, stepped.data(), {});
  QVERIFY(farthest(whole, stepped) < 1e-3);
  QCOMPARE(a->bytes().used, b->bytes().used);
}

inline void checkClone(const std::string& device) {
  const TinyModel model(8);
  for (const Precision precision : {Precision::Exact, Precision::Fast}) {
    const auto backend = torchBackend(model, device, precision);
    const auto first = backend->newSequence();
    prefillAll(*backend, *first, randomIds(6, 50, 96), 256, someOf(3, 50, true));
    first->reserve(8);
    const auto second = first->clone();
    QCOMPARE(second->bytes().held, first->bytes().held);
    QCOMPARE(second->bytes().reserved, first->bytes().reserved);
    std::vector<float> a(96), b(96);
    for (const int32_t id : randomIds(7, 20, 96)) {
      first->decode(id, a.data(), {});
      second->decode(id, b.data(), {});
      QCOMPARE(a, b);
    }
    const auto third = first->clone();
    first->decode(1, a.data(), {});
    QCOMPARE(third->position(), int64_t{70});
    third->decode(2, b.data(), {});
    QVERIFY(a != b);
  }
}

inline void checkTrace(const std::string& device) {
  const TinyModel model(11, 64);
  const auto ids = randomIds(9, 64, 96);
  const auto ours = cpuBackend(model), theirs = torchBackend(model, device);
  const auto a = ours->newSequence(), b = theirs->newSequence();
  for (Sequence* s : {a.get(), b.get()}) s->beginPrefill(ids, {true, true, true, true, true});
  for (int l = 0; l < 3; ++l) {
    for (Sequence* s : {a.get(), b.get()}) {
      s->prefillChunk(l, 0, 30);
      s->prefillChunk(l, 30, 34);
    }
    const LayerTrace x = a->trace(l), y = b->trace(l);
    QCOMPARE(y.layer, l);
    QCOMPARE(y.tokens, int64_t{64});
    QCOMPARE(y.ropeDim, x.ropeDim);
    QVERIFY(y.ropePositions >= 64 + 512);
    const auto same = [](const float* p, const float* q, size_t n) { return farthest({p, p + n}, {q, q + n}) < 1e-3; };
    QVERIFY(same(x.k, y.k, 2 * 64 * 16));
    QVERIFY(same(x.v, y.v, 2 * 64 * 16));
    QVERIFY(same(x.q, y.q, 64 * 64));
    QVERIFY(same(x.x, y.x, 64 * 64) && same(x.residual, y.residual, 64 * 64));
    QVERIFY(same(x.ropeCos, y.ropeCos, 576 * 8) && same(x.ropeSin, y.ropeSin, 576 * 8));
  }
  const auto none = theirs->newSequence();
  none->beginPrefill(ids, {.values = true});
  none->prefillChunk(0, 0, 64);
  const LayerTrace t = none->trace(0);
  QVERIFY(t.v && !t.k && !t.q && !t.x && !t.residual);
}

inline void checkTap(const std::string& device) {
  const TinyModel model(12);
  const auto ours = cpuBackend(model), theirs = torchBackend(model, device);
  const auto a = ours->newSequence(), b = theirs->newSequence();
  const auto ids = randomIds(10, 40, 96);
  prefillAll(*ours, *a, ids, 256, someOf(2, 40, false));
  prefillAll(*theirs, *b, ids, 256, someOf(2, 40, false));
  using Seen = std::map<std::pair<int, int>, std::pair<std::vector<float>, std::vector<int32_t>>>;
  Seen x, y;
  const auto into = [](Seen& seen) {
    return [&seen](int layer, int head, std::span<const float> probs, std::span<const int32_t> positions) {
      seen[{layer, head}] = {{probs.begin(), probs.end()}, {positions.begin(), positions.end()}};
    };
  };
  std::vector<float> p(96), q(96);
  a->decode(3, p.data(), into(x));
  b->decode(3, q.data(), into(y));
  QCOMPARE(y.size(), size_t{12});
  for (const auto& [key, value] : x) {
    QCOMPARE(y[key].second, value.second);
    QVERIFY(farthest(y[key].first, value.first) < 1e-4);
  }
  QVERIFY(farthest(p, q) < 1e-3);
}

inline void checkFast(const std::string& device) {
  const TinyModel model(10);
  const auto ids = randomIds(8, 100, 96);
  std::vector<std::vector<float>> out;
  for (const Precision precision : {Precision::Exact, Precision::Fast}) {
    const auto backend = torchBackend(model, device, precision);
    QCOMPARE(backend->kvRowBytes(), int64_t{16} * (precision == Precision::Exact ? 4 : 2));
    QVERIFY(backend->kvType() == (precision == Precision::Exact ? KvType::F32 : KvType::F16));
    const auto sequence = backend->newSequence();
    out.push_back(prefillAll(*backend, *sequence, ids, 256));
    QCOMPARE(sequence->bytes().used, int64_t{2} * 3 * 2 * 100 * backend->kvRowBytes());
    QCOMPARE(sequence->bytes().held, sequence->bytes().used);
  }
  double sum = 0, size = 0;
  for (size_t i = 0; i < 96; ++i) {
    sum += std::pow(out[0][i] - out[1][i], 2);
    size += std::pow(out[0][i], 2);
  }
  QVERIFY2(sum > 0 && sum < 0.01 * size, qPrintable(QString::number(sum / size)));
}

/// One uncompressed layer above the result is the most that stands at a time.
inline void checkPeak(const std::string& device) {
  const TinyModel model(13, 1000);
  const auto backend = torchBackend(model, device);
  const auto sequence = backend->newSequence();
  const int64_t layer = int64_t{2} * 2 * 16 * 4 * 600;
  prefillAll(*backend, *sequence, randomIds(1, 600, 96), 256, someOf(1, 600, false));
  const CacheBytes b = sequence->bytes();
  QCOMPARE(b.held, b.used);
  QVERIFY(b.held < layer && b.peak > layer && b.peak <= b.held + layer);
  int64_t heads = 0;
  for (int l = 0; l < 3; ++l)
    for (int h = 0; h < 2; ++h) heads += sequence->headBytes(l, h);
  QCOMPARE(heads, b.used);
}

/// The allocator's figures hold the cache, and the backend says what it is.
inline void checkDeviceMemory(const std::string& device, const std::string& name) {
  const TinyModel model(13, 4000);
  const auto backend = torchBackend(model, device);
  backend->resetDevicePeak();
  const DeviceMemory before = backend->deviceMemory();
  QVERIFY(before.allocated > 0 && before.reserved >= before.allocated && before.peak >= before.allocated);
  const auto sequence = backend->newSequence();
  prefillAll(*backend, *sequence, randomIds(1, 4000, 96), 256);
  const DeviceMemory after = backend->deviceMemory();
  QVERIFY(after.allocated - before.allocated >= sequence->bytes().held);
  QVERIFY(after.peak >= after.allocated && after.reserved >= after.allocated);
  QCOMPARE(backend->name(), name);
  QVERIFY(backend->measureBandwidth() > 0);
}

/// The default model in exact: the same figures and greedy ids as our CPU kernels.
inline void checkDefaultModelGreedy(ModelSpec spec, size_t tokens) {
  spec.path = defaultModelPath();
  if (spec.path.empty()) QSKIP("no default model");
  const auto theirs = loadModel(spec, {}, {});
  spec.device = spec.backend = "cpu";
  const auto ours = loadModel(spec, {}, {});
  const auto ids = ours->tokenizer->encode("The lighthouse keeper counted the boats that came home before the storm. Every evening he wrote");
  QVERIFY(ids.size() > 10);
  const ForwardResult a = forward(*ours->backend, ids, {}), b = forward(*theirs->backend, ids, {});
  QVERIFY2(farthest(a.lastLogits, b.lastLogits) < 2e-2, qPrintable(QString::number(farthest(a.lastLogits, b.lastLogits))));
  QVERIFY(std::fabs(a.nllMean - b.nllMean) < 1e-3);
  QCOMPARE(reservedGreedyIds(*theirs->backend, ids, tokens), reservedGreedyIds(*ours->backend, ids, tokens));
}

}  // namespace presslab::test
