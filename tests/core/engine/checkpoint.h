// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Seeded checkpoints of every architecture and what transformers and kvpress compute with them (tests/oracle/make_checkpoints.py).
#pragma once
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "core/engine/session.h"

namespace presslab::test {

inline const std::vector<std::string>& checkpointNames() {
  static const std::vector<std::string> names{"llama", "mistral", "gpt2", "qwen2", "qwen3", "gemma3", "phi3"};
  return names;
}

inline std::string checkpointPath(const std::string& name) { return std::string(PRESSLAB_TEST_DATA "/checkpoints/") + name; }

using Positions = std::vector<std::vector<std::vector<int32_t>>>;  // [layer][head]; a layer without heads is left alone by presses

/// The oracle's answers for one checkpoint.
struct Checkpoint {
  std::vector<int32_t> ids, greedy, logitPositions;
  std::vector<float> logits;  // (logitPositions, vocab)
  Positions knorm, snapkv;

  explicit Checkpoint(const std::string& name) {
    QFile file(QString::fromStdString(checkpointPath(name) + ".json"));
    if (!file.open(QIODevice::ReadOnly)) qFatal("no %s", name.c_str());
    const QJsonObject o = QJsonDocument::fromJson(file.readAll()).object();
    ids = idsOf(o["ids"]);
    greedy = idsOf(o["greedy"]);
    logitPositions = idsOf(o["logit_positions"]);
    knorm = positionsOf(o["knorm"]);
    snapkv = positionsOf(o["snapkv"]);
    QFile binary(QString::fromStdString(checkpointPath(name) + ".bin"));
    if (!binary.open(QIODevice::ReadOnly)) qFatal("no %s.bin", name.c_str());
    const QByteArray bytes = binary.readAll();
    logits.resize(size_t(bytes.size()) / sizeof(float));
    std::memcpy(logits.data(), bytes.constData(), logits.size() * sizeof(float));
  }

  static std::vector<int32_t> idsOf(const QJsonValue& v) {
    std::vector<int32_t> out;
    for (const QJsonValue& x : v.toArray()) out.push_back(x.toInt());
    return out;
  }
  static Positions positionsOf(const QJsonValue& v) {
    Positions out;
    for (const QJsonValue& layer : v.toArray()) {
      auto& heads = out.emplace_back();
      for (const QJsonValue& head : layer.toArray()) heads.push_back(idsOf(head));
    }
    return out;
  }
};

inline ModelSpec exactSpec(Precision precision = Precision::Exact) {
  ModelSpec s;
  s.precision = precision;
  s.threads = 2;
  return s;
}

/// Logits of all ids, (ids, vocab), by prefill in chunks of `chunk`.
inline std::vector<float> allLogits(Backend& b, const std::vector<int32_t>& ids, int64_t chunk) {
  const auto s = b.newSequence();
  s->beginPrefill(ids, {});
  const int64_t n = int64_t(ids.size());
  for (int l = 0; l < b.config().layers; ++l)
    for (int64_t at = 0; at < n; at += chunk) s->prefillChunk(l, at, std::min(chunk, n - at));
  std::vector<float> logits(size_t(n) * size_t(b.config().vocab));
  s->chunkLogits(0, n, logits.data());
  return logits;
}

/// The oracle's logits against rows of `logits`.
inline double farthestLogit(const Checkpoint& c, const std::vector<float>& logits, size_t vocab) {
  double far = 0;
  for (size_t i = 0; i < c.logitPositions.size(); ++i)
    for (size_t v = 0; v < vocab; ++v)
      far = std::max(far, std::fabs(double(logits[size_t(c.logitPositions[i]) * vocab + v]) - double(c.logits[i * vocab + v])));
  return far;
}

inline std::vector<int32_t> greedyIds(Backend& b, const std::vector<int32_t>& ids, size_t n) {
  const auto s = b.newSequence();
  std::vector<float> logits = prefill(b, *s, ids, nullptr, {}, {}, {}).lastLogits;
  Sampler sampler(Sampling{}, b.config().vocab);
  std::vector<int32_t> out;
  while (out.size() < n) {
    out.push_back(sampler.pick(logits));
    if (out.size() < n) s->decode(out.back(), logits.data(), {});
  }
  return out;
}

struct Pressed {
  std::unique_ptr<Sequence> sequence;
  PrefillResult result;
  int64_t predicted = 0, kept = 0;
};

inline Pressed pressed(Backend& b, const std::vector<int32_t>& ids, const std::string& spec, const Pattern* pattern = nullptr) {
  Pressed out;
  const PressPtr press = makePress(spec);
  RunContext run;
  run.shape = b.shape();
  run.tokens = int64_t(ids.size());
  run.pattern = pattern;
  out.predicted = press->predictKept(run);
  press->begin(run);
  out.sequence = b.newSequence();
  out.result = prefill(b, *out.sequence, ids, press.get(), run, {}, {});
  for (int l = 0; l < run.shape.layers; ++l)
    for (int h = 0; h < run.shape.kvHeads; ++h) out.kept += out.sequence->headLength(l, h);
  return out;
}

/// What a press's heads hold is what the oracle says; layers that it says nothing of hold their window's last tokens. Returns a
/// description of the first difference.
inline std::string firstDifference(const Sequence& s, const HeadShape& shape, const Positions& expected, int64_t tokens) {
  for (int l = 0; l < shape.layers; ++l)
    for (int h = 0; h < shape.kvHeads; ++h) {
      std::vector<int32_t> want;
      if (shape.isBounded(l)) {
        if (!expected[size_t(l)].empty()) return "layer " + std::to_string(l) + " is bounded, the oracle presses it";
        for (int64_t p = std::max<int64_t>(0, tokens - shape.boundedWindow); p < tokens; ++p) want.push_back(int32_t(p));
      } else {
        want = expected[size_t(l)][size_t(h)];
      }
      if (s.positions(l, h) != want) return "layer " + std::to_string(l) + ", head " + std::to_string(h);
    }
  return {};
}

}  // namespace presslab::test
