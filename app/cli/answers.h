// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "core/compare/method_run.h"

namespace presslab::cli {

/// What is asked of one compressed context.
struct Asking {
  bool turns = false;                                // each question follows the answer before it; else each is asked apart
  PromptSpec prompt;                                 // the context, and the first question
  std::function<std::optional<std::string>()> next;  // the further questions
};

/// Prefills and compresses once, then answers one question after the other, to stdout. job: with prompt, sampling and calibration. Returns the exit
/// code; throws Failure.
int answerAll(LoadedModel&, Press&, const MethodJob& job, const Asking&, Format, Progress&, const Context&);

}  // namespace presslab::cli
