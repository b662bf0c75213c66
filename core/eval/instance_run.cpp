// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/instance_run.h"

#include <algorithm>
#include <cmath>

#include "core/api/error.h"
#include "core/compare/quality.h"
#include "core/compare/token_text.h"
#include "core/eval/scoring.h"

namespace presslab {
namespace {

constexpr int64_t kLogitRows = 32;  // rows of logits that stand at a time

void testStop(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "evaluation cancelled");
}

double negLogLikelihood(std::span<const float> row, int32_t target) {
  const float top = *std::max_element(row.begin(), row.end());
  double sum = 0;
  for (const float x : row) sum += std::exp(double(x) - double(top));
  return double(top) + std::log(sum) - double(row[size_t(target)]);
}

}  // namespace

InstanceRun::InstanceRun(LoadedModel& model, const TaskInstance& task) : m_model(model), m_task(task), m_replay(model, task.prompt) {}

std::vector<KeepPlan> InstanceRun::prefill(std::span<Press* const> presses, const RunContext& run, std::stop_token stop) {
  return m_replay.prefill(presses, run, {}, stop);
}

/// A copy of the cache after the question, with the logits that the first new token is chosen from.
std::unique_ptr<Sequence> InstanceRun::ask(std::span<const LayerKeep> layers, std::vector<float>& first, std::stop_token stop) const {
  std::unique_ptr<Sequence> sequence = m_replay.cut(layers);
  const std::vector<int32_t>& question = m_task.prompt.question;
  sequence->reserve(int64_t(question.size()) + std::max<int64_t>(m_task.newTokens, 1));
  first = m_replay.lastLogits();
  for (size_t i = 0; i < question.size(); ++i) {
    testStop(stop);
    sequence->decode(question[i], i + 1 == question.size() ? first.data() : nullptr, {});
  }
  return sequence;
}

/// `token` and what the model says after it, greedily, up to the end of generation or `room` tokens in all.
std::vector<int32_t> InstanceRun::answer(Sequence& sequence, int32_t token, size_t room, std::stop_token stop) const {
  Sampler sampler(Sampling{}, m_model.backend->config().vocab);
  std::vector<float> logits(size_t(m_model.backend->config().vocab));
  std::vector<int32_t> ids{token};
  while (ids.size() < room && !m_model.tokenizer->isEndOfGeneration(ids.back())) {
    testStop(stop);
    sequence.decode(ids.back(), logits.data(), {});
    ids.push_back(sampler.pick(logits));
  }
  return ids;
}

std::string InstanceRun::text(std::vector<int32_t> ids) const {
  if (!ids.empty() && m_model.tokenizer->isEndOfGeneration(ids.back())) ids.pop_back();
  return m_model.tokenizer->decode(ids);
}

void InstanceRun::baseline(bool scored, EvalSample& sample, std::stop_token stop) {
  const size_t vocab = size_t(m_model.backend->config().vocab);
  std::vector<float> row;
  const std::unique_ptr<Sequence> sequence = ask({}, row, stop);
  Sampler sampler(Sampling{}, int64_t(vocab));
  m_continuation = scored ? std::vector<int32_t>{sampler.pick(row)} : m_task.prompt.continuation;
  m_logits.clear();
  const size_t room = size_t(std::max(m_task.newTokens, 1));
  for (size_t i = 0; i + 1 < (scored ? room : m_continuation.size()); ++i) {
    if (scored && m_model.tokenizer->isEndOfGeneration(m_continuation.back())) break;
    testStop(stop);
    sequence->decode(m_continuation[i], row.data(), {});
    m_logits.insert(m_logits.end(), row.begin(), row.end());
    if (scored) m_continuation.push_back(sampler.pick(row));
    if (!m_task.scoreNll) continue;
    sample.nll += negLogLikelihood(row, m_continuation[i + 1]);
    ++sample.nllCount;
  }
  sample.kld.assign(m_logits.size() / vocab, 0);
  sample.agree.assign(m_logits.size() / vocab, 1);
  sample.attentionKept = 1;
  if (!scored) return;
  sample.prediction = text(m_continuation);
  sample.score = matchShare(sample.prediction, m_task.answers);
}

std::vector<int32_t> InstanceRun::following() const {
  std::vector<int32_t> ids = m_task.prompt.question;
  if (!m_continuation.empty()) ids.insert(ids.end(), m_continuation.begin(), m_continuation.end() - 1);
  return ids;
}

const FutureAttention& InstanceRun::attention(std::stop_token stop) {
  if (m_attention) return *m_attention;
  const std::vector<int32_t> ids = following();
  auto future = std::make_unique<FutureAttention>(m_model.backend->shape(), int64_t(m_task.prompt.context.size()));
  const std::unique_ptr<Sequence> sequence = m_replay.cut({});
  sequence->reserve(int64_t(ids.size()));
  const AttentionTap tap = [&](int layer, int queryHead, std::span<const float> probs, std::span<const int32_t> positions) {
    future->add(layer, queryHead, probs, positions);
  };
  for (const int32_t id : ids) {
    testStop(stop);
    sequence->decode(id, nullptr, tap);
  }
  m_attention = std::move(future);
  return *m_attention;
}

void InstanceRun::method(std::span<const LayerKeep> layers, bool scored, EvalSample& sample, std::stop_token stop) const {
  const size_t vocab = size_t(m_model.backend->config().vocab), n = m_continuation.size();
  std::vector<float> row;
  const std::unique_ptr<Sequence> sequence = ask(layers, row, stop);
  Sampler sampler(Sampling{}, int64_t(vocab));
  std::vector<int32_t> own = m_continuation;  // what the method says; the baseline's answer while it agrees
  bool alone = !scored;                       // has left it, or is not asked
  const auto leave = [&](size_t at) {
    if (alone) return;
    const int32_t token = sampler.pick(row);
    if (token == m_continuation[at]) return;
    alone = true;
    const std::unique_ptr<Sequence> copy = sequence->clone();
    const size_t room = size_t(std::max(m_task.newTokens, 1)) - at;
    copy->reserve(int64_t(room));
    own.resize(at);
    for (const int32_t id : answer(*copy, token, room, stop)) own.push_back(id);
  };
  if (n > 0) leave(0);
  for (size_t i = 0; i + 1 < n; ++i) {
    testStop(stop);
    sequence->decode(m_continuation[i], row.data(), {});
    const PositionQuality q = compareLogits(std::span<const float>(m_logits).subspan(i * vocab, vocab), row, m_continuation[i + 1]);
    sample.kld.push_back(q.kld);
    sample.agree.push_back(q.agree ? 1 : 0);
    if (m_task.scoreNll) {
      sample.nll += negLogLikelihood(row, m_continuation[i + 1]);
      ++sample.nllCount;
    }
    leave(i + 1);
  }
  if (!scored) return;
  sample.prediction = text(std::move(own));
  sample.score = matchShare(sample.prediction, m_task.answers);
}

void pplByForwardPass(LoadedModel& model, const TaskInstance& task, EvalSample& sample, std::stop_token stop) {
  Backend& backend = *model.backend;
  std::vector<int32_t> ids = task.prompt.context;
  ids.insert(ids.end(), task.prompt.continuation.begin(), task.prompt.continuation.end());
  const int64_t tokens = int64_t(ids.size()), vocab = backend.config().vocab, first = int64_t(task.prompt.context.size());
  const std::unique_ptr<Sequence> sequence = backend.newSequence();
  sequence->beginPrefill(ids, {});
  for (int l = 0; l < backend.config().layers; ++l)
    for (int64_t at = 0; at < tokens; at += kPrefillChunk) {
      testStop(stop);
      sequence->prefillChunk(l, at, std::min(kPrefillChunk, tokens - at));
    }
  std::vector<float> rows(size_t(kLogitRows * vocab));
  for (int64_t at = first; at + 1 < tokens; at += kLogitRows) {
    testStop(stop);
    const int64_t n = std::min(kLogitRows, tokens - 1 - at);
    sequence->chunkLogits(at, n, rows.data());
    for (int64_t i = 0; i < n; ++i) {
      sample.nll += negLogLikelihood(std::span<const float>(rows).subspan(size_t(i * vocab), size_t(vocab)), ids[size_t(at + i + 1)]);
      ++sample.nllCount;
    }
  }
  sequence->endPrefill(nullptr);
}

}  // namespace presslab
