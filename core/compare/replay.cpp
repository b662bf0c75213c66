// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/replay.h"

#include <algorithm>

#include "core/api/error.h"
#include "core/compare/attention_share.h"
#include "core/compare/quality.h"
#include "core/engine/reread.h"

namespace presslab {
namespace {

void testStop(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "replay cancelled");
}

void tell(const Replay::Progress& progress, double share) {
  if (progress) progress(share);
}

void refuse(KeepPlan& plan, const Failure& e) {
  if (e.code() == ErrorCode::Cancelled) throw e;
  plan.error = e.what();
  plan.layers.clear();
}

}  // namespace

std::vector<KeepPlan> Replay::prefill(std::span<Press* const> presses, const RunContext& given, const Progress& progress, std::stop_token stop) {
  Backend& backend = *m_model.backend;
  RunContext run = given;
  run.shape = backend.shape();
  run.tokens = int64_t(m_prompt.context.size());
  std::vector<KeepPlan> plans(presses.size());
  TraceNeeds needs;
  for (size_t i = 0; i < presses.size(); ++i) {
    try {
      presses[i]->begin(run);
      needs |= presses[i]->needs();
    } catch (const Failure& e) {
      refuse(plans[i], e);
    }
  }
  std::unique_ptr<Sequence> sequence = backend.newSequence();
  sequence->beginPrefill(m_prompt.context, needs);
  for (int l = 0; l < run.shape.layers; ++l) {
    for (int64_t at = 0; at < run.tokens; at += kPrefillChunk) {
      testStop(stop);
      sequence->prefillChunk(l, at, std::min(kPrefillChunk, run.tokens - at));
    }
    if (!presses.empty()) {
      const LayerTrace trace = sequence->trace(l);
      for (size_t i = 0; i < presses.size(); ++i) {
        testStop(stop);
        if (!plans[i].error.empty() || presses[i]->rereads()) continue;
        try {
          plans[i].layers.push_back(presses[i]->keep(trace));
          for (const HeadKeep& head : plans[i].layers.back().heads) plans[i].kept += int64_t(head.positions.size());
        } catch (const Failure& e) {
          refuse(plans[i], e);
        }
      }
    }
    tell(progress, double(l + 1) / run.shape.layers);
  }
  if (m_full) {
    sequence->endPrefill(nullptr);
  } else {
    m_lastLogits.resize(size_t(backend.config().vocab));
    sequence->endPrefill(m_lastLogits.data());
    m_full = std::move(sequence);
  }
  for (size_t i = 0; i < presses.size(); ++i) {
    if (!plans[i].error.empty() || !presses[i]->rereads()) continue;
    try {
      plans[i].layers = planFromWhole(backend, *m_full, m_prompt.context, *presses[i], stop).layers;
      for (const LayerKeep& layer : plans[i].layers) {
        for (const HeadKeep& head : layer.heads) plans[i].kept += int64_t(head.positions.size());
      }
    } catch (const Failure& e) {
      refuse(plans[i], e);
    }
  }
  return plans;
}

std::unique_ptr<Sequence> Replay::cut(std::span<const LayerKeep> layers) const {
  if (!m_full) throw Failure(ErrorCode::Failed, "replay: nothing was prefilled");
  std::unique_ptr<Sequence> copy = m_full->clone();
  for (size_t l = layers.size(); l-- > 0;) copy->keep(int(l), layers[l]);  // from the end: little lies behind that must move
  return copy;
}

/// The question, then room for the continuation.
std::unique_ptr<Sequence> Replay::asked(std::unique_ptr<Sequence> sequence, std::stop_token stop) const {
  sequence->reserve(int64_t(m_prompt.question.size() + m_continuation.size()));
  for (const int32_t id : m_prompt.question) {
    testStop(stop);
    sequence->decode(id, nullptr, {});
  }
  return sequence;
}

void Replay::teach(std::span<const int32_t> continuation, int newTokens, const Progress& progress, std::stop_token stop) {
  const size_t vocab = size_t(m_model.backend->config().vocab), n = size_t(std::max(newTokens, 0));
  const bool greedy = continuation.empty();
  m_continuation.assign(continuation.begin(), continuation.end());
  m_continuation.resize(n);
  m_logits.assign(n > 0 ? (n - 1) * vocab : 0, 0.f);
  if (n == 0) return;
  Sampler sampler(Sampling{}, int64_t(vocab));
  std::unique_ptr<Sequence> sequence = cut({});
  sequence->reserve(int64_t(m_prompt.question.size() + n));
  std::vector<float> first = m_lastLogits;
  for (size_t i = 0; i < m_prompt.question.size(); ++i) {
    testStop(stop);
    sequence->decode(m_prompt.question[i], i + 1 == m_prompt.question.size() ? first.data() : nullptr, {});
  }
  if (greedy) m_continuation[0] = sampler.pick(first);
  for (size_t i = 0; i + 1 < n; ++i) {
    testStop(stop);
    const std::span<float> row(m_logits.data() + i * vocab, vocab);
    sequence->decode(m_continuation[i], row.data(), {});
    if (greedy) m_continuation[i + 1] = sampler.pick(row);
    tell(progress, double(i + 1) / double(n - 1));
  }
}

QualityMetrics Replay::quality(std::span<const LayerKeep> layers, const Progress& progress, std::stop_token stop) const {
  const size_t vocab = size_t(m_model.backend->config().vocab), n = m_continuation.size();
  const std::unique_ptr<Sequence> sequence = asked(cut(layers), stop);
  std::vector<float> logits(vocab);
  std::vector<PositionQuality> positions;
  for (size_t i = 0; i + 1 < n; ++i) {
    testStop(stop);
    sequence->decode(m_continuation[i], logits.data(), {});
    positions.push_back(compareLogits(std::span<const float>(m_logits).subspan(i * vocab, vocab), logits, m_continuation[i + 1]));
    tell(progress, double(i + 1) / double(n - 1));
  }
  return summarizeQuality(positions);
}

int64_t Replay::bytes(std::span<const LayerKeep> layers) const { return cut(layers)->bytes().held; }

std::vector<Replay::Share> Replay::attention(std::span<const std::span<const LayerKeep>> plans, const Progress& progress,
                                             std::stop_token stop) const {
  const HeadShape shape = m_model.backend->shape();
  const int64_t context = int64_t(m_prompt.context.size());
  std::vector<int32_t> ids = m_prompt.question;
  if (m_continuation.size() > 1) ids.insert(ids.end(), m_continuation.begin(), m_continuation.end() - 1);
  std::vector<AttentionShare> shares;
  for (const std::span<const LayerKeep> plan : plans) shares.emplace_back(shape, plan, context, context + int64_t(ids.size()));
  const std::unique_ptr<Sequence> sequence = cut({});
  sequence->reserve(int64_t(ids.size()));
  const AttentionTap tap = [&](int layer, int queryHead, std::span<const float> probs, std::span<const int32_t> positions) {
    for (AttentionShare& share : shares) share.add(layer, queryHead, probs, positions);
  };
  for (size_t i = 0; i < ids.size(); ++i) {
    testStop(stop);
    for (AttentionShare& share : shares) share.enter(int32_t(context + int64_t(i)));
    sequence->decode(ids[i], nullptr, tap);
    tell(progress, double(i + 1) / double(ids.size()));
  }
  std::vector<Share> out;
  for (const AttentionShare& share : shares) {
    Share s;
    s.total = share.total();
    for (int l = 0; l < shape.layers; ++l)
      for (int h = 0; h < shape.kvHeads; ++h) {
        s.heads.push_back(share.head(l, h));
        s.kept.push_back(share.headKept(l, h));
        s.all.push_back(share.headAll(l, h));
      }
    out.push_back(std::move(s));
  }
  return out;
}

}  // namespace presslab
