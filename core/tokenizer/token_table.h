// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/format/model_file.h"

namespace presslab {

/// What a vocabulary's tokens are, ready for merging and decoding.
struct TokenTable {
  enum class Role : uint8_t { Text, Control, Unknown, User, Unused, Byte };
  std::vector<std::string> pieces;  // bytes of each token in a text, a control token's name
  std::vector<Role> roles;
  int32_t unk = -1;
  bool leavesOut = false;  // what has no token makes none
};

/// Throws Failure(BadInput) naming the key: an unknown model, sizes that disagree, special ids outside the vocabulary.
void checkVocab(const VocabData&);
/// Of a checked vocabulary. Throws Failure for a byte token that names no byte.
TokenTable makeTokenTable(const VocabData&);
/// Well-known names of tokens that end an answer.
bool namesEndOfGeneration(const std::string& name);

/// "0x0A".
std::string hexByte(uint8_t b);
/// A stored token shortened for a message.
std::string shownToken(const std::string& s);

}  // namespace presslab
