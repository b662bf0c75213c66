// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include "core/eval/task.h"

namespace presslab {

/// What a generator makes around its haystack.
struct TaskText {
  std::string question;      // follows the context
  std::string answerPrefix;  // the answer's beginning, which the model completes
  std::vector<std::string> answers;
  int newTokens = 0;
};

/// A body of n units; the same units for the same n, and a larger n never gives fewer tokens.
using BodyMaker = std::function<std::string(int units)>;

/// The largest body that fits into the request's length behind the chat template's head, filled up to exactly that many tokens with `filler` at
/// its start (empty: noise sentences), then question, template tail and answer prefix. Throws Failure(BadInput) naming the smallest length
/// where fewer than `fewest` units fit.
TaskInstance fitContext(const TaskRequest&, std::string_view task, const TaskText&, int fewest, const BodyMaker&);

/// Haystack of plain noise: sentences about grass, sky and sun; n of them, joined by newlines.
const std::string& noiseSentence();

}  // namespace presslab
