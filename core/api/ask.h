// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/api/run_spec.h"

namespace presslab {

/// A context that each method compresses once, to be asked afterwards (Lab::compressContext, Lab::ask).
struct AskSpec {
  ModelSpec model{};
  PromptSpec prompt{};                 // its question is not looked at
  std::vector<std::string> methods{};  // press specs
  int newTokens = 128;                 // of every answer, at most: the end of the text ends it
  Sampling sampling{};
  bool noCalibrate = false;
};

/// What one method holds of the context. Bytes are counted from the storages.
struct AskContext {
  std::string method, calibration;
  std::string error;  // refused: nothing below holds
  std::vector<std::string> notes;
  int64_t contextTokens = 0, kvBytes = 0, kvBytesFull = 0, kvBytesPeak = 0;
  double ratioRequested = 0, ratioMeasured = 0, prefillTokS = 0, prefillMs = 0, compressMs = 0;
};

/// One answer of one method.
struct AskAnswer {
  std::string text, note;
  std::string error;                                        // refused, or not asked; nothing below holds
  std::string stop;                                         // "eos", "length", "cancelled"
  int64_t position = 0, questionTokens = 0, newTokens = 0;  // position of the first token that was read; tokens read and made
  int64_t kvBytesBefore = 0, kvBytesEnd = 0;                // held before the question and behind the answer
  double firstTokenMs = 0, decodeTokS = 0;                  // reading the question and choosing the first token; over the tokens after it
};

struct AskEvent {
  enum class Kind { Progress, Compressed, Begun, Token, Answered } kind = Kind::Progress;
  int method = -1;
  double share = 0;                           // Progress: of compressing all methods
  std::string text;                           // Progress: what is done; Token: its text, may end within a character
  std::shared_ptr<const AskContext> context;  // Compressed
  std::shared_ptr<const AskAnswer> answer;    // Answered
};
using AskSink = std::function<void(const AskEvent&)>;  // on the engine thread; may be empty

/// How compressing or asking ended, a row a method. A method that fails carries its error; the others go on.
struct AskOutcome {
  std::vector<AskContext> contexts;  // of compressContext
  std::vector<AskAnswer> answers;    // of ask
  bool cancelled = false;
  int exitCode = 0;
  std::string error;
};

}  // namespace presslab
