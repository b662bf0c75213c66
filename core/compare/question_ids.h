// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/compare/method_run.h"

namespace presslab {

struct QuestionIds {
  std::vector<int32_t> ids;
  std::string notice;  // why ChatML or no template was used
};

/// Ids of a question on the context of `prompt`, which was made from `spec`. Apart: those of a run with this question alone. As a turn: those that
/// follow an answer (buildTurn). Throws Failure: BadInput where positions do not suffice, Failed where the context is another one with this question.
QuestionIds questionIds(const LoadedModel&, const PromptSpec& spec, const PromptIds& prompt, const std::string& question, bool turn, int newTokens);

}  // namespace presslab
