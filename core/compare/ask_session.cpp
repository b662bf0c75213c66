// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/ask_session.h"

#include <algorithm>
#include <new>

#include "core/compare/question_ids.h"

namespace presslab {
namespace {

AskContext factsOf(const MethodMetrics& m) {
  AskContext c;
  c.method = m.method;
  c.calibration = m.calibration;
  c.notes = m.notes;
  c.contextTokens = m.contextTokens;
  c.kvBytes = m.kvBytes;
  c.kvBytesFull = m.kvBytesFull;
  c.kvBytesPeak = m.kvBytesPeak;
  c.ratioRequested = m.ratioRequested;
  c.ratioMeasured = m.ratioMeasured;
  c.prefillTokS = m.prefillTokS;
  c.prefillMs = m.prefillMs;
  c.compressMs = m.compressMs;
  return c;
}

AskAnswer rowOf(const Answer& a) {
  AskAnswer row;
  row.text = a.text;
  row.stop = a.cancelled ? "cancelled" : a.eosAt >= 0 ? "eos" : "length";
  row.position = a.startPosition;
  row.questionTokens = a.questionTokens;
  row.newTokens = int64_t(a.ids.size());
  row.kvBytesBefore = a.kvBytesBefore;
  row.kvBytesEnd = a.kvBytesEnd;
  row.firstTokenMs = a.firstTokenMs;
  row.decodeTokS = a.decodeTokS;
  return row;
}

AskAnswer refused(const std::string& why) {
  AskAnswer row;
  row.error = why;
  return row;
}

void tell(const AskSink& sink, AskEvent::Kind kind, int method, double share, const std::string& text) {
  if (!sink) return;
  AskEvent e;
  e.kind = kind;
  e.method = method;
  e.share = share;
  e.text = text;
  sink(e);
}

}  // namespace

AskSession::AskSession(LoadedModel& model, RunMemory& memory, AskSpec spec) : m_model(model), m_memory(memory), m_spec(std::move(spec)) {
  if (m_spec.methods.empty()) badInput("no method is named");
  if (m_spec.newTokens < 1) badInput("an answer needs at least 1 new token");
  if (m_spec.prompt.queryAware) badInput("a question that is compressed with the context excludes further ones");
  // With a question the context ends as it does under every question.
  m_spec.prompt.question = "?";
  m_prompt = buildPromptIds(m_model, m_spec.prompt, nullptr, m_spec.newTokens);
  for (const std::string& method : m_spec.methods) {
    Lane& lane = m_lanes.emplace_back();
    lane.facts.method = method;
  }
}

/// The model's calibration where a press reads it; without one the presses do as they do without.
void AskSession::calibrate(const AskSink& sink, const std::stop_token& stop) {
  const bool known = m_memory.pattern && (m_memory.pattern->kind == "file" || m_memory.mayCalibrate == !m_spec.noCalibrate);
  const auto wants = [](const Lane& lane) { return lane.press && lane.press->wantsCalibration(); };
  if (!known && std::any_of(m_lanes.begin(), m_lanes.end(), wants)) {
    try {
      m_memory.pattern = obtainPattern(
          m_model, m_spec.noCalibrate, [&](double, const std::string& what) { tell(sink, AskEvent::Kind::Progress, -1, 0, what); }, stop);
    } catch (const Failure& e) {
      if (e.code() == ErrorCode::Cancelled) throw;
      m_memory.pattern = PatternChoice{};
    }
    m_memory.mayCalibrate = !m_spec.noCalibrate;
  }
  m_pattern = m_memory.pattern;
}

void AskSession::compressLane(size_t index, const AskSink& sink, const std::stop_token& stop) {
  Lane& lane = m_lanes[index];
  MethodJob job;
  job.prompt = &m_prompt;
  job.newTokens = m_spec.newTokens;
  job.sampling = m_spec.sampling;
  job.stopAtEos = true;
  job.run.seed = m_spec.sampling.seed;
  job.run.reread = &m_prompt.reread;
  if (m_pattern) {
    job.run.pattern = m_pattern->pattern.get();
    job.run.calibration = m_pattern->kind;
  }
  MethodHooks hooks;
  hooks.prefill.progress = [&](double share) {
    tell(sink, AskEvent::Kind::Progress, int(index), (double(index) + share) / double(m_lanes.size()), "prefill");
  };
  MethodMetrics metrics;
  lane.context = std::make_unique<CompressedContext>(m_model, *lane.press, job, hooks, stop, metrics);
  metrics.method = lane.facts.method;
  lane.facts = factsOf(metrics);
}

void AskSession::compress(const AskSink& sink, std::stop_token stop) {
  for (Lane& lane : m_lanes) {
    try {
      lane.facts.method = canonicalPressSpec(lane.facts.method);
      lane.press = makePress(lane.facts.method);
    } catch (const Failure& e) {
      lane.facts.error = e.what();
    }
  }
  calibrate(sink, stop);
  for (size_t i = 0; i < m_lanes.size(); ++i) {
    Lane& lane = m_lanes[i];
    try {
      if (lane.facts.error.empty()) compressLane(i, sink, stop);
    } catch (const Failure& e) {
      if (e.code() == ErrorCode::Cancelled) throw;
      lane.facts.error = e.what();
    } catch (const std::bad_alloc&) {
      lane.facts.error = "out of memory";
    }
    AskEvent e;
    e.kind = AskEvent::Kind::Compressed;
    e.method = int(i);
    e.share = double(i + 1) / double(m_lanes.size());
    e.context = std::make_shared<const AskContext>(lane.facts);
    if (sink) sink(e);
  }
  if (std::none_of(m_lanes.begin(), m_lanes.end(), [](const Lane& lane) { return lane.context != nullptr; })) badInput(m_lanes[0].facts.error);
}

std::vector<AskContext> AskSession::contexts() const {
  std::vector<AskContext> out;
  for (const Lane& lane : m_lanes) out.push_back(lane.facts);
  return out;
}

AskAnswer AskSession::askLane(Lane& lane, const std::string& question, bool turn, const AnswerToken& token, const std::stop_token& stop) {
  if (!lane.context) return refused(lane.facts.error);
  Answer a;
  QuestionIds ids;
  try {
    ids = questionIds(m_model, m_spec.prompt, m_prompt, question, lane.conversed, m_spec.newTokens);
    if (turn)
      lane.context->say(ids.ids, token, stop, a);
    else
      lane.context->ask(ids.ids, token, stop, a);
  } catch (const Failure& e) {
    if (e.code() != ErrorCode::Cancelled) return refused(e.what());
  } catch (const std::bad_alloc&) {
    return refused("out of memory");
  }
  // A turn that was stopped is part of the conversation as far as it came.
  lane.conversed = lane.conversed || (turn && lane.context->position() > a.startPosition);
  AskAnswer row = rowOf(a);
  row.note = ids.notice;
  return row;
}

std::vector<AskAnswer> AskSession::ask(const std::string& question, bool turn, const AskSink& sink, const std::stop_token& stop) {
  if (question.find_first_not_of(" \t\r\n") == std::string::npos) badInput("the question is empty");
  if (!turn && std::any_of(m_lanes.begin(), m_lanes.end(), [](const Lane& lane) { return lane.conversed; }))
    badInput("the context has become part of a conversation; compress it again to ask questions apart");
  std::vector<AskAnswer> answers;
  for (size_t i = 0; i < m_lanes.size(); ++i) {
    AskEvent e;
    e.kind = AskEvent::Kind::Answered;
    e.method = int(i);
    if (stop.stop_requested()) {
      answers.push_back(refused("not asked: stopped before"));
    } else {
      if (m_lanes[i].context) tell(sink, AskEvent::Kind::Begun, int(i), 0, {});
      const AnswerToken token = [&](int, int32_t id, const std::string& piece) {
        if (!m_model.tokenizer->isControl(id)) tell(sink, AskEvent::Kind::Token, int(i), 0, piece);
      };
      answers.push_back(askLane(m_lanes[i], question, turn, token, stop));
    }
    e.answer = std::make_shared<const AskAnswer>(answers.back());
    if (sink) sink(e);
  }
  return answers;
}

}  // namespace presslab
