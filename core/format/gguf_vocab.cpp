// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstring>

#include "core/format/gguf_model.h"

namespace presslab {

namespace {

constexpr uint64_t kMaxVocab = uint64_t{1} << 21, kMaxMerges = uint64_t{1} << 20;

const GgufKeyValue& required(const GgufHeader& h, const char* key) {
  if (const GgufKeyValue* kv = h.find(key)) return *kv;
  h.fail(24, std::string("'") + key + "'", "the key is missing");
}

void requireArray(const GgufHeader& h, const GgufKeyValue& kv, GgufType element, uint64_t limit) {
  if (kv.type != GgufType::Array) h.failKey(kv, std::string("is ") + ggufTypeName(kv.type) + ", must be an array of " + ggufTypeName(element));
  if (kv.element != element) {
    h.failKey(kv, std::string("is an array of ") + ggufTypeName(kv.element) + ", must be an array of " + ggufTypeName(element));
  }
  if (kv.count > limit) h.failKey(kv, std::to_string(kv.count) + " elements are over the limit of " + std::to_string(limit));
}

template <class T>
std::vector<T> numbers(const GgufHeader& h, const GgufKeyValue& kv, size_t tokens) {
  if (kv.count != tokens) h.failKey(kv, std::to_string(kv.count) + " elements for " + std::to_string(tokens) + " tokens");
  std::vector<T> out(tokens);
  if (tokens) std::memcpy(out.data(), h.at(kv.valueOffset), tokens * sizeof(T));
  return out;
}

/// A name of the form <0x..> stands for a byte; one that names no byte is a broken vocabulary.
bool isBrokenByteName(std::string_view s) {
  if (s.size() < 4 || s.size() > 12 || s.substr(0, 3) != "<0x" || s.back() != '>') return false;
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); };
  return s.size() != 6 || !hex(s[3]) || !hex(s[4]);
}

std::vector<std::string> strings(const GgufHeader& h, const GgufKeyValue& kv) {
  std::vector<std::string> out;
  out.reserve(size_t(kv.count));
  h.forEachString(kv, [&](uint64_t, std::string_view s, uint64_t) { out.emplace_back(s); });
  return out;
}

void readTypes(const GgufHeader& h, const GgufKeyValue& types, VocabData& v) {
  const bool isUnsigned = types.type == GgufType::Array && types.element == GgufType::U32;  // some writers; the same bytes
  requireArray(h, types, isUnsigned ? GgufType::U32 : GgufType::I32, kMaxVocab);
  v.types = numbers<int32_t>(h, types, v.tokens.size());
  for (size_t i = 0; i < v.types.size(); ++i) {
    if (v.types[i] < 0 || v.types[i] > 6) {
      h.fail(types.valueOffset + i * 4, "'tokenizer.ggml.token_type' element " + std::to_string(i),
             "type " + std::to_string(v.types[i]) + " (0 to 6)");
    }
  }
}

void readMerges(const GgufHeader& h, const GgufKeyValue& merges, VocabData& v) {
  requireArray(h, merges, GgufType::String, kMaxMerges);
  v.merges = strings(h, merges);
  h.forEachString(merges, [&](uint64_t i, std::string_view s, uint64_t offset) {
    const size_t space = s.find(' ', 1);  // the left part is never empty
    if (space == std::string_view::npos || space + 1 == s.size()) {
      h.fail(offset, "'tokenizer.ggml.merges' element " + std::to_string(i), "'" + printable(s.data(), s.size()) + "' is no pair of two tokens");
    }
  });
}

void readTokens(const GgufHeader& h, VocabData& v) {
  const GgufKeyValue& tokens = required(h, "tokenizer.ggml.tokens");
  requireArray(h, tokens, GgufType::String, kMaxVocab);
  if (tokens.count == 0) h.failKey(tokens, "no tokens");
  v.tokens = strings(h, tokens);
  h.forEachString(tokens, [&](uint64_t i, std::string_view s, uint64_t offset) {
    if (isBrokenByteName(s)) {
      h.fail(offset, "'tokenizer.ggml.tokens' element " + std::to_string(i),
             "'" + printable(s.data(), s.size()) + "' is no byte token (<0x00> to <0xFF>)");
    }
  });
  if (const GgufKeyValue* scores = h.find("tokenizer.ggml.scores")) {
    requireArray(h, *scores, GgufType::F32, kMaxVocab);
    v.scores = numbers<float>(h, *scores, v.tokens.size());
  }
  if (const GgufKeyValue* types = h.find("tokenizer.ggml.token_type")) readTypes(h, *types, v);
  if (const GgufKeyValue* merges = h.find("tokenizer.ggml.merges")) readMerges(h, *merges, v);
}

void readSpecialIds(const GgufHeader& h, VocabData& v) {
  static constexpr std::string_view kPrefix = "tokenizer.ggml.", kSuffix = "_token_id";
  for (const GgufKeyValue& kv : h.keyValues()) {
    const std::string_view key = kv.key;
    if (key.size() <= kPrefix.size() + kSuffix.size() || key.substr(0, kPrefix.size()) != kPrefix ||
        key.substr(key.size() - kSuffix.size()) != kSuffix) {
      continue;
    }
    const uint64_t id = h.unsignedInt(kv);
    if (id >= v.tokens.size())
      h.failKey(kv, "token id " + std::to_string(id) + " is outside the vocabulary (0 to " + std::to_string(v.tokens.size() - 1) + ")");
    const std::string_view name = key.substr(kPrefix.size(), key.size() - kPrefix.size() - kSuffix.size());
    if (name == "bos") v.bos = int32_t(id);
    if (name == "eos") v.eos = int32_t(id);
    if (name == "unknown") v.unk = int32_t(id);
    if (name == "padding") v.pad = int32_t(id);
  }
}

/// Llama 3's tokenizers take a piece that is a token as it is.
bool mergesLast(std::string_view pre) { return pre == "llama-bpe" || pre == "llama3" || pre == "llama-v3"; }

/// What such files leave out and mean: a begin-of-text token, and a space before the text.
void readSentencePiece(const GgufHeader& h, VocabData& v) {
  const GgufKeyValue& scores = required(h, "tokenizer.ggml.scores");
  for (size_t i = 0; i < v.scores.size(); ++i) {
    if (!std::isfinite(v.scores[i])) h.failKey(scores, "element " + std::to_string(i) + " is no finite number");
  }
  v.addBos = v.addSpacePrefix = v.spaceMarks = v.byteFallback = v.fuseUnknown = true;
  if (const GgufKeyValue* space = h.find("tokenizer.ggml.add_space_prefix")) v.addSpacePrefix = h.boolean(*space);
  if (v.addSpacePrefix) {
    v.prefix = VocabData::Prefix::EachPart;
    v.strip = VocabData::Strip::OneSpace;
  }
  const GgufKeyValue* architecture = h.find("general.architecture");
  if (!architecture || h.string(*architecture) != "phi3") return;
  // Phi-3's control tokens take the white space behind them; a GGUF file does not say so.
  for (size_t i = 0; i < v.types.size(); ++i) {
    const std::string& name = v.tokens[i];
    if ((v.types[i] != 3 && name != "</s>") || name == "<unk>" || name == "<s>" || name == "<|endoftext|>") continue;
    v.added.push_back({name, int32_t(i), true, false, true, false, false});
  }
}

}  // namespace

VocabData readVocab(const GgufHeader& h) {
  VocabData v;
  const GgufKeyValue& model = required(h, "tokenizer.ggml.model");
  v.model = std::string(h.string(model));
  if (v.model != "gpt2" && v.model != "llama") {
    h.failKey(model, "tokenizer model '" + printable(v.model, 40) +
                         "' is not supported (supported: gpt2, which is byte-level BPE, and llama, which is SentencePiece-style BPE)");
  }
  if (const GgufKeyValue* pre = h.find("tokenizer.ggml.pre")) v.pre = std::string(h.string(*pre));
  readTokens(h, v);
  readSpecialIds(h, v);
  // Files made for Llama 3 leave the switch out and mean "on".
  v.addBos = mergesLast(v.pre);
  if (v.model == "llama") readSentencePiece(h, v);
  v.ignoreMerges = mergesLast(v.pre);
  if (const GgufKeyValue* add = h.find("tokenizer.ggml.add_bos_token")) v.addBos = h.boolean(*add);
  if (const GgufKeyValue* chat = h.find("tokenizer.chat_template")) {
    const std::string_view text = h.string(*chat);
    if (text.size() <= GgufLimits::kStringBytes)
      v.chatTemplate = std::string(text);
    else
      v.templateRefused = "its " + std::to_string(text.size()) + " bytes are over the limit of " + std::to_string(GgufLimits::kStringBytes);
  }
  return v;
}

}  // namespace presslab
