// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/tokenizer.h"

namespace presslab {

/// A further question of a conversation, as ids that follow an answer.
struct ChatTurn {
  std::vector<int32_t> ids;
  std::string notice;  // why ChatML or no template was used
};

/// The ids from the end of an answer to where the next one begins: the template's end of turn, the user's text, the template's tail (end of turn,
/// assistant header). The answer's own end-of-generation token is not in front of them: the template's end of turn stands in its place. raw, and a
/// model without template: the text alone. Control tokens come only from the template; one that changes earlier messages or cannot be rendered gives
/// ChatML and a notice.
ChatTurn buildTurn(const Tokenizer&, const VocabData&, std::string_view text, bool raw);

}  // namespace presslab
