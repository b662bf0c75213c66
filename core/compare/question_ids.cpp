// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/question_ids.h"

#include "core/api/error.h"
#include "core/tokenizer/chat_turn.h"

namespace presslab {

QuestionIds questionIds(const LoadedModel& model, const PromptSpec& spec, const PromptIds& prompt, const std::string& question, bool turn,
                        int newTokens) {
  if (turn) {
    ChatTurn next = buildTurn(*model.tokenizer, model.file->vocab(), question, spec.raw || spec.tokens.has_value());
    return {std::move(next.ids), std::move(next.notice)};
  }
  PromptSpec asked = spec;
  asked.question = question;
  PromptIds ids = buildPromptIds(model, asked, nullptr, newTokens);
  if (ids.context != prompt.context) throw Failure(ErrorCode::Failed, "the context changes with the question \"" + question + "\"");
  return {std::move(ids.question), {}};
}

}  // namespace presslab
