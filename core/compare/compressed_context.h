// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/compare/method_run.h"

namespace presslab {

/// One answer on a compressed context.
struct Answer {
  std::vector<int32_t> ids;  // new tokens only
  std::vector<std::string> pieces;
  std::string text;
  int eosAt = -1;  // index of the first end-of-generation token, -1: none came
  bool cancelled = false;
  int64_t startPosition = 0, questionTokens = 0;  // position of the question's first token; tokens that were read before the answer
  int64_t kvBytesBefore = 0, kvBytesEnd = 0;      // held before the question and behind the answer, counted from the storages
  double firstTokenMs = 0;                        // reading the question and choosing the first token
  std::vector<double> decodeMs;                   // each token after the first
  double decodeTokS = 0;
};

/// Called after each new token of an answer.
using AnswerToken = std::function<void(int step, int32_t id, const std::string& piece)>;

/// A context that is prefilled and compressed once, and what is asked of it: questions apart from each other (ask), or the turns of one
/// conversation (say). What a press does while decoding goes on over all turns; each question begins again where the context ended. Engine thread.
class CompressedContext {
 public:
  /// Prefills job.prompt's context and compresses it; its question is not read, job.keepCompressed is not looked at. The model, and what
  /// job.run points to, must outlive this. Throws Failure; what was measured until then is in `metrics`.
  CompressedContext(LoadedModel&, Press&, const MethodJob& job, const MethodHooks&, std::stop_token, MethodMetrics& metrics);

  /// Answers a question on a copy of the compressed context: the answer of a run of its own. Throws Failure(BadInput) where question and new
  /// tokens do not fit the model's positions, Failure(Cancelled) with what there is in `answer`.
  void ask(std::span<const int32_t> question, const AnswerToken&, std::stop_token, Answer& answer) const;
  /// Answers the next turn (its ids from buildTurn, the first one's from buildPromptIds) behind all earlier turns and their answers. Throws as ask;
  /// what was read and answered until then stays part of the conversation.
  void say(std::span<const int32_t> turn, const AnswerToken&, std::stop_token, Answer& answer);

  /// Next position of the conversation, the last answer's last token not counted: it is read with the next turn.
  int64_t position() const { return m_sequence->position(); }
  /// The conversation's sequence, for those who look into it.
  const Sequence& sequence() const { return *m_sequence; }

 private:
  void answer(Sequence&, std::span<const int32_t> ids, const AnswerToken&, const std::stop_token&, Answer&) const;

  LoadedModel& m_model;
  int m_newTokens;
  Sampling m_sampling;
  bool m_stopAtEos;
  std::unique_ptr<Sequence> m_sequence;
  std::vector<int32_t> m_unread;  // the last answer's last token
};

}  // namespace presslab
