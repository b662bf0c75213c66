// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/tokenizer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>

#include "core/api/error.h"
#include "core/tokenizer/bpe.h"
#include "core/tokenizer/pretokenizer.h"
#include "core/tokenizer/specials.h"
#include "core/tokenizer/utf8.h"

namespace presslab {

namespace {

enum TokenType : int32_t { kUnknownToken = 2, kControlToken = 3, kUserToken = 4, kByteToken = 6 };   // GGUF's numbers

constexpr size_t kCachedPieceBytes = 48;      // longer pieces hardly come twice
constexpr size_t kCachedPieces = 1 << 16;     // bounds the memory of one encode()

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

std::string checkedName(const std::string& s) {   // shortened for a message
  constexpr size_t kShown = 40;
  return s.size() <= kShown ? s : s.substr(0, kShown) + "...";
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

std::string hexByte(uint8_t b) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  return std::string("0x") + kDigits[b >> 4] + kDigits[b & 15];
}

bool namesEndOfGeneration(const std::string& name) {
  static const std::array<std::string_view, 12> kNames = {"<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "<|eom_id|>", "<|end|>",
                                                          "<end_of_turn>", "</s>", "<|endofturn|>", "<|eot|>", "<|return|>", "<EOT>"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

struct Tokenizer::Impl {
  PreTokenizer scheme = PreTokenizer::Gpt2;
  bool wholePieceFirst = false;                         // Llama 3: a piece that is a token is not merged
  std::vector<std::string> pieces;                      // bytes of each token, a control token's name
  std::vector<uint8_t> control, endOfGeneration;
  std::unordered_map<std::string, int32_t> controlIds;
  std::unordered_map<std::string, int32_t> pieceIds;    // only with wholePieceFirst
  std::array<int32_t, 256> byteIds{};
  SpecialTokens userTokens;                             // added tokens that are found in plain text too
  MergeTable merges;
  int32_t bos = -1, eos = -1, unk = -1;
  bool dropsUnknown = false;                            // the unknown token is a control token: text must not make one
  std::vector<std::string> notices;

  void readTokens(const VocabData&);
  void readMerges(const VocabData&, const std::unordered_map<std::string, int32_t>& ids);
  void encodePlain(std::string_view text, std::vector<int32_t>& out) const;
  void encodePiece(std::string_view piece, std::vector<int32_t>& out, std::vector<int32_t>& scratch) const;
  void checkId(int32_t id) const;
};

namespace {

void checkVocab(const VocabData& v) {
  if (v.model != "gpt2") badInput("tokenizer.ggml.model: '" + checkedName(v.model) + "' is not supported (only gpt2, byte-level BPE)");
  if (v.tokens.empty()) badInput("tokenizer.ggml.tokens: no tokens");
  if (v.tokens.size() > size_t(std::numeric_limits<int32_t>::max())) badInput("tokenizer.ggml.tokens: too many tokens (limit 2147483647)");
  if (!v.types.empty() && v.types.size() != v.tokens.size()) {
    badInput("tokenizer.ggml.token_type: " + std::to_string(v.types.size()) + " types for " + std::to_string(v.tokens.size()) + " tokens");
  }
  const std::pair<const char*, int32_t> ids[] = {{"bos_token_id", v.bos}, {"eos_token_id", v.eos}, {"unknown_token_id", v.unk},
                                                 {"padding_token_id", v.pad}};
  for (const auto& [key, id] : ids) {
    if (id < -1 || id >= int64_t(v.tokens.size())) {
      badInput(std::string("tokenizer.ggml.") + key + ": " + std::to_string(id) + " is no token (vocabulary of " + std::to_string(v.tokens.size()) +
               ")");
    }
  }
}

}  // namespace

void Tokenizer::Impl::readTokens(const VocabData& v) {
  const std::array<uint32_t, 256> codes = byteToCode();
  std::unordered_map<uint32_t, uint8_t> codeToByte;
  for (int b = 0; b < 256; ++b) codeToByte[codes[size_t(b)]] = uint8_t(b);

  const size_t n = v.tokens.size();
  pieces.resize(n);
  control.assign(n, 0);
  endOfGeneration.assign(n, 0);
  byteIds.fill(-1);
  std::unordered_map<std::string, int32_t> ids;          // text tokens as stored
  ids.reserve(n);
  for (size_t i = 0; i < n; ++i) {
    const std::string& name = v.tokens[i];
    const int32_t id = int32_t(i);
    // A file without types names its control tokens only through the special ids and the well-known end marks.
    const bool special = id == v.bos || id == v.eos || id == v.pad || id == v.unk || namesEndOfGeneration(name);
    const int32_t type = v.types.empty() ? (special ? int32_t(kControlToken) : 1) : v.types[i];
    if (type == kControlToken || type == kUnknownToken) {
      control[i] = type == kControlToken;
      pieces[i] = name;
      controlIds.emplace(name, id);
    } else if (type == kUserToken) {
      pieces[i] = name;
      userTokens.add(name, id);
    } else {
      const int byte = type == kByteToken ? namedByte(name) : -1;
      pieces[i] = byte >= 0 ? std::string(1, char(byte)) : bytesOf(name, codeToByte);
      if (type == kByteToken && pieces[i].size() != 1) {
        badInput("tokenizer.ggml.tokens[" + std::to_string(i) + "]: '" + checkedName(name) +
                 "' is marked as a byte but names none (<0x00> to <0xFF>)");
      }
      if (byte < 0) ids.emplace(name, id);
      if (pieces[i].size() == 1 && byteIds[uint8_t(pieces[i][0])] < 0) byteIds[uint8_t(pieces[i][0])] = id;
      if (wholePieceFirst) pieceIds.emplace(pieces[i], id);
    }
    endOfGeneration[i] = id == v.eos || ((control[i] || type == kUserToken) && namesEndOfGeneration(name));
  }
  dropsUnknown = unk >= 0 && control[size_t(unk)];
  const auto missing = std::count(byteIds.begin(), byteIds.end(), -1);
  if (missing) {
    const auto first = std::find(byteIds.begin(), byteIds.end(), -1) - byteIds.begin();
    notices.push_back("tokenizer.ggml.tokens: " + std::to_string(missing) + " bytes have no token (first: " + hexByte(uint8_t(first)) + "); " +
                      (dropsUnknown ? "they are left out of a text" : unk >= 0 ? "they become the unknown token" : "a text with them is refused"));
  }
  readMerges(v, ids);
}

void Tokenizer::Impl::readMerges(const VocabData& v, const std::unordered_map<std::string, int32_t>& ids) {
  size_t skipped = 0, example = 0;
  const auto idOf = [&](const std::string& text) {
    const auto it = ids.find(text);
    return it == ids.end() ? -1 : it->second;
  };
  for (size_t i = 0; i < v.merges.size(); ++i) {
    const std::string& m = v.merges[i];
    const size_t space = m.find(' ', 1);                 // a stored token never holds a space; the first half is never empty
    if (space == std::string::npos || space + 1 == m.size()) {
      badInput("tokenizer.ggml.merges[" + std::to_string(i) + "]: '" + checkedName(m) + "' is no pair of two tokens");
    }
    const std::string left = m.substr(0, space), right = m.substr(space + 1);
    const int32_t l = idOf(left), r = idOf(right), joined = idOf(left + right);
    if (l < 0 || r < 0 || joined < 0) {
      if (!skipped++) example = i;
      continue;
    }
    merges.add(l, r, joined);
  }
  merges.finish();
  if (skipped) {
    notices.push_back("tokenizer.ggml.merges: " + std::to_string(skipped) + " of " + std::to_string(v.merges.size()) +
                      " merges skipped, a part or the result is no token (first: merges[" +
                      std::to_string(example) + "] '" + checkedName(v.merges[example]) + "')");
  }
}

Tokenizer::Tokenizer(const VocabData& v) : d(std::make_unique<Impl>()) {
  checkVocab(v);
  bool known = true;
  d->scheme = preTokenizerNamed(v.pre, known);
  if (!known) d->notices.push_back("tokenizer.ggml.pre: '" + checkedName(v.pre) + "' is not known; the GPT-2 pre-tokeniser is used");
  d->wholePieceFirst = d->scheme == PreTokenizer::Llama3;
  d->bos = v.bos;
  d->eos = v.eos;
  d->unk = v.unk;
  d->readTokens(v);
}

Tokenizer::~Tokenizer() = default;

void Tokenizer::Impl::checkId(int32_t id) const {
  if (id < 0 || size_t(id) >= pieces.size()) {
    badInput("token id " + std::to_string(id) + " is outside the vocabulary (0 to " + std::to_string(pieces.size() - 1) + ")");
  }
}

void Tokenizer::Impl::encodePiece(std::string_view piece, std::vector<int32_t>& out, std::vector<int32_t>& scratch) const {
  if (wholePieceFirst) {
    const auto whole = pieceIds.find(std::string(piece));
    if (whole != pieceIds.end()) {
      out.push_back(whole->second);
      return;
    }
  }
  scratch.clear();
  for (const char c : piece) {
    const int32_t id = byteIds[uint8_t(c)] >= 0 ? byteIds[uint8_t(c)] : unk;
    if (id == unk && dropsUnknown) continue;
    if (id < 0) {
      badInput("tokenizer.ggml.tokens: no token for byte " + hexByte(uint8_t(c)) + " and no tokenizer.ggml.unknown_token_id");
    }
    scratch.push_back(id);
  }
  merges.merge(scratch);
  out.insert(out.end(), scratch.begin(), scratch.end());
}

void Tokenizer::Impl::encodePlain(std::string_view text, std::vector<int32_t>& out) const {
  std::unordered_map<std::string_view, std::pair<size_t, size_t>> seen;   // piece -> its first ids' place and count in out
  std::vector<int32_t> scratch;
  for (size_t pos = 0; pos < text.size();) {
    const size_t end = pieceEnd(scheme, text, pos);
    const std::string_view piece = text.substr(pos, end - pos);
    pos = end;
    const bool cached = piece.size() <= kCachedPieceBytes;
    if (cached) {
      const auto it = seen.find(piece);
      if (it != seen.end()) {
        for (size_t i = 0; i < it->second.second; ++i) out.push_back(out[it->second.first + i]);
        continue;
      }
    }
    const size_t before = out.size();
    encodePiece(piece, out, scratch);
    if (cached && seen.size() < kCachedPieces) seen.emplace(piece, std::make_pair(before, out.size() - before));
  }
}

std::vector<int32_t> Tokenizer::encode(std::string_view text) const {
  if (text.size() > size_t(std::numeric_limits<int32_t>::max())) {
    badInput("text of " + std::to_string(text.size()) + " bytes is too long to tokenise (limit 2147483647)");
  }
  std::vector<int32_t> out;
  size_t pos = 0;
  while (!d->userTokens.empty()) {
    const SpecialTokens::Match m = d->userTokens.find(text, pos);
    if (m.pos == std::string_view::npos) break;
    d->encodePlain(text.substr(pos, m.pos - pos), out);
    out.push_back(m.id);
    pos = m.pos + m.bytes;
  }
  d->encodePlain(text.substr(pos), out);
  return out;
}

std::string Tokenizer::decode(const std::vector<int32_t>& ids, bool keepControl) const {
  std::string out;
  for (const int32_t id : ids) {
    d->checkId(id);
    if (!d->control[size_t(id)] || keepControl) out += d->pieces[size_t(id)];
  }
  return out;
}

std::string Tokenizer::piece(int32_t id) const {
  d->checkId(id);
  return d->pieces[size_t(id)];
}

int32_t Tokenizer::controlId(std::string_view name) const {
  const auto it = d->controlIds.find(std::string(name));
  return it == d->controlIds.end() || !d->control[size_t(it->second)] ? -1 : it->second;
}

bool Tokenizer::isControl(int32_t id) const { return id >= 0 && size_t(id) < d->control.size() && d->control[size_t(id)]; }
bool Tokenizer::isEndOfGeneration(int32_t id) const { return id >= 0 && size_t(id) < d->endOfGeneration.size() && d->endOfGeneration[size_t(id)]; }
int32_t Tokenizer::vocabSize() const { return int32_t(d->pieces.size()); }
int32_t Tokenizer::bos() const { return d->bos; }
int32_t Tokenizer::eos() const { return d->eos; }
const std::vector<std::string>& Tokenizer::notices() const { return d->notices; }

}  // namespace presslab
