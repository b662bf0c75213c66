// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/token_table.h"

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>

#include "core/api/error.h"
#include "core/tokenizer/utf8.h"

namespace presslab {

namespace {

using Role = TokenTable::Role;

/// GPT-2's printable stand-in for each byte: itself when it prints, else the next free code point from 256 on.
std::array<uint32_t, 256> byteToCode() {
  std::array<uint32_t, 256> map{};
  uint32_t next = 256;
  for (uint32_t b = 0; b < 256; ++b) {
    const bool prints = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    map[b] = prints ? b : next++;
  }
  return map;
}

/// The bytes behind a stored token; a token with a character that stands for no byte is taken as it is written.
std::string bytesOf(const std::string& stored, const std::unordered_map<uint32_t, uint8_t>& codeToByte) {
  std::string out;
  for (size_t pos = 0; pos < stored.size();) {
    const Utf8Char c = decodeUtf8(stored, pos);
    const auto byte = codeToByte.find(c.code);
    if (byte == codeToByte.end()) return stored;
    out += char(byte->second);
    pos += c.bytes;
  }
  return out;
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that "<0x0A>" names, or -1.
int namedByte(const std::string& name) {
  if (name.size() != 6 || name.compare(0, 3, "<0x") != 0 || name[5] != '>') return -1;
  const int high = hexDigit(name[3]), low = hexDigit(name[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Stored text with spaces for its marks.
std::string withoutMarks(const std::string& stored) {
  std::string out;
  for (size_t pos = 0; pos < stored.size();) {
    if (stored.compare(pos, kSpaceMark.size(), kSpaceMark) == 0) {
      out += ' ';
      pos += kSpaceMark.size();
    } else {
      out += stored[pos++];
    }
  }
  return out;
}

Role roleOf(int32_t type) {
  switch (type) {  // GGUF's numbers
    case 2:
      return Role::Unknown;
    case 3:
      return Role::Control;
    case 4:
      return Role::User;
    case 5:
      return Role::Unused;
    case 6:
      return Role::Byte;
    default:
      return Role::Text;
  }
}

}  // namespace

std::string shownToken(const std::string& s) {  // shortened for a message
  constexpr size_t kShown = 40;
  return s.size() <= kShown ? s : s.substr(0, kShown) + "...";
}

std::string hexByte(uint8_t b) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  return std::string("0x") + kDigits[b >> 4] + kDigits[b & 15];
}

bool namesEndOfGeneration(const std::string& name) {
  static const std::array<std::string_view, 12> kNames = {"<|im_end|>",    "<|endoftext|>", "<|eot_id|>",    "<|end_of_text|>",
                                                          "<|eom_id|>",    "<|end|>",       "<end_of_turn>", "</s>",
                                                          "<|endofturn|>", "<|eot|>",       "<|return|>",    "<EOT>"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

void checkVocab(const VocabData& v) {
  if (v.model != "gpt2" && v.model != "llama" && v.model != "bpe") {
    badInput(v.keyPrefix + "model: '" + shownToken(v.model) +
             "' is not supported (gpt2, which is byte-level BPE, and llama, which is SentencePiece-style BPE)");
  }
  if (v.tokens.empty()) badInput(v.keyPrefix + "tokens: no tokens");
  if (v.tokens.size() > size_t(std::numeric_limits<int32_t>::max())) badInput(v.keyPrefix + "tokens: too many tokens (limit 2147483647)");
  if (!v.types.empty() && v.types.size() != v.tokens.size()) {
    badInput(v.keyPrefix + "token_type: " + std::to_string(v.types.size()) + " types for " + std::to_string(v.tokens.size()) + " tokens");
  }
  const std::pair<const char*, int32_t> ids[] = {
      {"bos_token_id", v.bos}, {"eos_token_id", v.eos}, {"unknown_token_id", v.unk}, {"padding_token_id", v.pad}};
  for (const auto& [key, id] : ids) {
    if (id < -1 || id >= int64_t(v.tokens.size())) {
      badInput(v.keyPrefix + key + ": " + std::to_string(id) + " is no token (vocabulary of " + std::to_string(v.tokens.size()) + ")");
    }
  }
}

TokenTable makeTokenTable(const VocabData& v) {
  const std::array<uint32_t, 256> codes = byteToCode();
  std::unordered_map<uint32_t, uint8_t> codeToByte;
  for (int b = 0; b < 256; ++b) codeToByte[codes[size_t(b)]] = uint8_t(b);

  TokenTable t;
  const size_t n = v.tokens.size();
  t.pieces.resize(n);
  t.roles.resize(n);
  for (size_t i = 0; i < n; ++i) {
    const std::string& name = v.tokens[i];
    const int32_t id = int32_t(i);
    // A file without types names its control tokens only through the special ids and the well-known end marks.
    const bool special = id == v.bos || id == v.eos || id == v.pad || id == v.unk || namesEndOfGeneration(name);
    const Role role = v.types.empty() ? (special ? Role::Control : Role::Text) : roleOf(v.types[i]);
    t.roles[i] = role;
    if (role == Role::Byte) {
      const int byte = namedByte(name);
      t.pieces[i] = byte >= 0 ? std::string(1, char(byte)) : v.model == "gpt2" ? bytesOf(name, codeToByte) : name;
      if (byte < 0) t.roles[i] = Role::Text;  // a byte under its printable stand-in
      if (t.pieces[i].size() != 1) {
        badInput(v.keyPrefix + "tokens[" + std::to_string(i) + "]: '" + shownToken(name) + "' is marked as a byte but names none (<0x00> to <0xFF>)");
      }
    } else if (role == Role::Text) {
      t.pieces[i] = v.model == "gpt2" ? bytesOf(name, codeToByte) : withoutMarks(name);
    } else {
      t.pieces[i] = role == Role::User && v.spaceMarks && v.model == "bpe" ? withoutMarks(name) : name;
    }
  }
  t.unk = v.unk;
  const bool unknownIsControl = v.unk >= 0 && t.roles[size_t(v.unk)] == Role::Control;
  t.leavesOut = v.unk < 0 ? v.dropUnknown : unknownIsControl && !v.keepUnknown;
  return t;
}

}  // namespace presslab
