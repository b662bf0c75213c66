// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace presslab {

/// What a chat template sees: messages, add_generation_prompt, bos_token, eos_token and further tokens by their names; tools and documents are none.
struct ChatInput {
  struct Message {
    std::string role, content;
  };
  std::vector<Message> messages;
  bool addGenerationPrompt = true;
  std::string bosToken, eosToken;
  std::vector<std::pair<std::string, std::string>> moreTokens;  // {"unk_token", "<unk>"}, ...
};

struct ChatRender {
  bool ok = false;
  std::string text;    // when ok
  std::string reason;  // one line, when not
};

/// Renders a chat template written in the part of Jinja that such templates use (docs/tokenizers.md lists it), with the white-space rules of Hugging
/// Face's renderer (trim_blocks, lstrip_blocks). Anything else, a raise_exception, nesting beyond 64 and work or text beyond fixed limits end in ok
/// == false. Never throws for a template's sake; time and memory are bounded.
ChatRender renderChatTemplate(std::string_view source, const ChatInput& input);

}  // namespace presslab
