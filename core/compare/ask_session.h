// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/api/ask.h"
#include "core/compare/comparison_run.h"
#include "core/compare/compressed_context.h"

namespace presslab {

/// One context, compressed by each method, and what is asked of it. Engine thread; the model must outlive it.
class AskSession {
 public:
  AskSession(LoadedModel&, RunMemory&, AskSpec);
  /// Prefills and compresses, a method after the other. A method that is refused carries its error. Throws Failure for a prompt that is none,
  /// Failure(Cancelled), and Failure(BadInput) where no method could be compressed.
  void compress(const AskSink&, std::stop_token);
  std::vector<AskContext> contexts() const;
  /// Each method's answer. turn: the next one of a conversation; else each question begins where the context ended, which no longer can be once there
  /// is a conversation: Failure(BadInput). Cancelled: the answers so far, the methods behind it are not asked.
  std::vector<AskAnswer> ask(const std::string& question, bool turn, const AskSink&, const std::stop_token&);

 private:
  struct Lane {
    AskContext facts;
    PressPtr press;
    std::unique_ptr<CompressedContext> context;
    bool conversed = false;
  };
  void calibrate(const AskSink&, const std::stop_token&);
  void compressLane(size_t index, const AskSink&, const std::stop_token&);
  AskAnswer askLane(Lane&, const std::string& question, bool turn, const AnswerToken&, const std::stop_token&);

  LoadedModel& m_model;
  RunMemory& m_memory;
  AskSpec m_spec;
  PromptIds m_prompt;
  std::optional<PatternChoice> m_pattern;  // kept alive for the presses
  std::vector<Lane> m_lanes;
};

}  // namespace presslab
