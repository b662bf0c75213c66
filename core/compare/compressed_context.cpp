// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/compressed_context.h"

#include <chrono>
#include <numeric>

#include "core/api/error.h"
#include "core/compare/token_text.h"

namespace presslab {
namespace {

using Clock = std::chrono::steady_clock;

double msSince(Clock::time_point start) { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); }

void testStop(const std::stop_token& stop) {
  if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "answer cancelled");
}

}  // namespace

CompressedContext::CompressedContext(LoadedModel& model, Press& press, const MethodJob& job, const MethodHooks& hooks, std::stop_token stop,
                                     MethodMetrics& metrics)
    : m_model(model), m_newTokens(job.newTokens), m_sampling(job.sampling), m_stopAtEos(job.stopAtEos) {
  if (job.newTokens < 1) badInput("an answer needs at least 1 new token");
  MethodJob context = job;
  context.newTokens = 0;
  context.keepCompressed = true;
  MethodRun run;
  try {
    runMethod(model, press, context, hooks, std::move(stop), run);
  } catch (const Failure&) {
    metrics = std::move(run.metrics);
    throw;
  }
  metrics = std::move(run.metrics);
  m_sequence = std::move(run.compressed);
}

void CompressedContext::ask(std::span<const int32_t> question, const AnswerToken& token, std::stop_token stop, Answer& out) const {
  const std::unique_ptr<Sequence> copy = m_sequence->clone();
  answer(*copy, question, token, stop, out);
}

void CompressedContext::say(std::span<const int32_t> turn, const AnswerToken& token, std::stop_token stop, Answer& out) {
  std::vector<int32_t> ids = m_unread;
  ids.insert(ids.end(), turn.begin(), turn.end());
  const int64_t before = m_sequence->position();
  // What was answered last is read with the next turn, but for an end of generation: the template's own end of turn stands in its place.
  const auto leaveUnread = [&] {
    if (m_sequence->position() > before) m_unread.clear();
    if (!out.ids.empty() && !m_model.tokenizer->isEndOfGeneration(out.ids.back())) m_unread.assign(1, out.ids.back());
  };
  try {
    answer(*m_sequence, ids, token, stop, out);
  } catch (const Failure&) {
    leaveUnread();
    throw;
  }
  leaveUnread();
}

void CompressedContext::answer(Sequence& sequence, std::span<const int32_t> ids, const AnswerToken& token, const std::stop_token& stop,
                               Answer& out) const {
  out = {};
  if (ids.empty()) badInput("a question has no tokens");
  const int64_t needed = sequence.position() + int64_t(ids.size()) + m_newTokens, positions = m_model.file->config().contextLength;
  if (needed > positions)
    badInput("the question needs " + grouped(needed) + " of " + grouped(positions) + " positions: " + grouped(sequence.position()) + " before it + " +
             grouped(int64_t(ids.size())) + " question + " + grouped(m_newTokens) + " new tokens");
  out.startPosition = sequence.position();
  out.questionTokens = int64_t(ids.size());
  out.kvBytesBefore = out.kvBytesEnd = sequence.bytes().held;
  std::vector<float> logits(size_t(m_model.backend->config().vocab));
  Sampler sampler(m_sampling, m_model.backend->config().vocab);
  PieceStream pieces(*m_model.tokenizer);
  const auto keep = [&](int32_t id) {
    const bool end = m_model.tokenizer->isEndOfGeneration(id);
    if (end && out.eosAt < 0) out.eosAt = int(out.ids.size());
    out.ids.push_back(id);
    out.pieces.push_back(pieces.next(id));
    out.kvBytesEnd = sequence.bytes().held;
    if (token) token(int(out.ids.size()) - 1, id, out.pieces.back());
    return !(end && m_stopAtEos);
  };
  try {
    Clock::time_point start = Clock::now();
    sequence.reserve(int64_t(ids.size()) + m_newTokens);
    for (size_t i = 0; i < ids.size(); ++i) {
      testStop(stop);
      sequence.decode(ids[i], i + 1 == ids.size() ? logits.data() : nullptr, {});
    }
    int32_t id = sampler.pick(logits);
    out.firstTokenMs = msSince(start);
    bool more = keep(id);
    for (int i = 1; i < m_newTokens && more; ++i) {
      testStop(stop);
      start = Clock::now();
      sequence.decode(id, logits.data(), {});
      id = sampler.pick(logits);
      out.decodeMs.push_back(msSince(start));
      more = keep(id);
    }
  } catch (const Failure& e) {
    out.cancelled = e.code() == ErrorCode::Cancelled;
    if (!out.cancelled) throw;
  }
  out.text = validUtf8(m_model.tokenizer->decode(out.ids));
  const double total = std::accumulate(out.decodeMs.begin(), out.decodeMs.end(), 0.0);
  if (total > 0) out.decodeTokS = double(out.decodeMs.size()) * 1000 / total;
  if (out.cancelled) throw Failure(ErrorCode::Cancelled, "answer cancelled");
}

}  // namespace presslab
