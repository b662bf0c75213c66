// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/hf_tokenizer.h"

#include <fstream>
#include <unordered_map>

#include "core/api/error.h"
#include "core/format/mapped_file.h"

namespace presslab {

namespace {

using nlohmann::json;

constexpr uint64_t kMaxFile = uint64_t{128} << 20;
constexpr size_t kMaxIds = size_t{1} << 21;
constexpr size_t kMaxAddedBytes = 4096;  // of one added token's text
enum : int32_t { kNormal = 1, kControl = 3, kUser = 4, kUnused = 5, kByte = 6 };

std::string placeholder(size_t id) { return "[PAD" + std::to_string(id) + "]"; }

std::string named(const std::string& s) { return "'" + printable(s, 80) + "'"; }

void grow(VocabData& v, size_t size) {
  for (size_t i = v.tokens.size(); i < size; ++i) {
    v.tokens.push_back(placeholder(i));
    v.types.push_back(kUnused);
  }
}

void placeMerges(const JsonFile& file, const JsonVocabulary& lists, VocabData& v) {
  std::unordered_map<std::string_view, int32_t> ids;
  ids.reserve(v.tokens.size());
  for (size_t i = 0; i < v.tokens.size(); ++i) {
    if (v.types[i] != kUnused) ids.emplace(v.tokens[i], int32_t(i));
  }
  v.mergeIds.reserve(lists.merges.size());
  for (size_t i = 0; i < lists.merges.size(); ++i) {
    const auto& [left, right] = lists.merges[i];
    const auto idOf = [&](const std::string& text) {
      const auto it = ids.find(text);
      if (it == ids.end()) file.fail("model.merges[" + std::to_string(i) + "]", named(text) + " is no token");
      return it->second;
    };
    v.mergeIds.push_back({idOf(left), idOf(right), idOf(left + right)});
  }
}

bool isByteName(const std::string& s) {
  const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  return s.size() == 6 && s.compare(0, 3, "<0x") == 0 && hex(s[3]) && hex(s[4]) && s[5] == '>';
}

/// Settings of the model that change ids.
void readModel(const JsonFile& file, const JsonVocabulary& lists, VocabData& v) {
  const json* model = file.find(file.root, "model");
  if (!model || !model->is_object()) file.fail("model", "is missing or no object");
  const std::string type = file.text(*model, "model.", "type", "BPE");
  if (type != "BPE" || lists.vocabIsList)
    file.fail("model.type", named(lists.vocabIsList && type == "BPE" ? "Unigram" : type) + " is not supported (only BPE)");
  if (!lists.hasVocab || lists.vocab.empty()) file.fail("model.vocab", "is missing or empty: a tokenizer without vocabulary");
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!file.text(*model, "model.", key, "").empty()) file.fail(std::string("model.") + key, "is not supported");
  }
  if (const json* dropout = file.find(*model, "dropout"); dropout && *dropout != 0.0) file.fail("model.dropout", "is not supported");
  v.byteFallback = file.flag(*model, "model.", "byte_fallback", false);
  v.fuseUnknown = file.flag(*model, "model.", "fuse_unk", false);
  v.ignoreMerges = file.flag(*model, "model.", "ignore_merges", false);
}

void readUnknown(const JsonFile& file, VocabData& v) {
  const std::string unk = file.text(file.root["model"], "model.", "unk_token", "");
  v.dropUnknown = v.keepUnknown = true;
  if (unk.empty()) return;
  v.unk = tokenId(v, unk);
  if (v.unk < 0) file.fail("model.unk_token", named(unk) + " is no token");
}

/// Byte names are bytes where the model falls back to them.
void readBytes(const JsonFile& file, VocabData& v) {
  if (!v.byteFallback) return;
  size_t bytes = 0;
  for (size_t i = 0; i < v.tokens.size(); ++i) {
    if (v.types[i] != kNormal || !isByteName(v.tokens[i])) continue;
    v.types[i] = kByte;
    ++bytes;
  }
  if (v.model == "gpt2" && bytes) file.fail("model.byte_fallback", "is not supported for a byte-level vocabulary");
}

}  // namespace

int32_t tokenId(const VocabData& v, const std::string& text) {
  for (size_t i = 0; i < v.tokens.size(); ++i) {
    if (v.tokens[i] == text && v.types[i] != kUnused) return int32_t(i);
  }
  return -1;
}

void placeTokens(const JsonFile& file, const std::string& key, JsonVocabulary& lists, VocabData& v) {
  size_t size = 0;
  for (const auto& entry : lists.vocab) size = std::max(size, size_t(entry.second) + 1);
  // A table with more holes than tokens is no vocabulary.
  if (size > 2 * lists.vocab.size() + 1024) {
    file.fail(key, "ids up to " + std::to_string(size - 1) + " for " + std::to_string(lists.vocab.size()) + " tokens");
  }
  grow(v, size);
  std::unordered_map<std::string_view, int64_t> seen;
  seen.reserve(lists.vocab.size());
  for (auto& [text, id] : lists.vocab) {
    if (v.types[size_t(id)] != kUnused)
      file.fail(key, named(text) + " and " + named(v.tokens[size_t(id)]) + " both have the id " + std::to_string(id));
    v.types[size_t(id)] = kNormal;
    v.tokens[size_t(id)] = std::move(text);
    if (!seen.emplace(v.tokens[size_t(id)], id).second) file.fail(key, named(v.tokens[size_t(id)]) + " comes twice");
  }
  lists.vocab.clear();
}

void markAdded(const AddedToken& token, VocabData& v) {
  v.types[size_t(token.id)] = token.special ? kControl : kUser;
  for (AddedToken& a : v.added) {
    if (a.id != token.id) continue;
    a = token;
    return;
  }
  v.added.push_back(token);
}

void placeAdded(const JsonFile& file, const std::string& key, const AddedToken& token, VocabData& v) {
  if (token.text.empty()) file.fail(key + ".content", "is missing or empty");
  if (token.text.size() > kMaxAddedBytes) {
    file.fail(key + ".content", std::to_string(token.text.size()) + " bytes are over the limit of " + std::to_string(kMaxAddedBytes));
  }
  if (token.id < 0 || size_t(token.id) >= std::min(kMaxIds, v.tokens.size() + kMaxIds / 16)) {
    file.fail(key + ".id", std::to_string(token.id) + " is no id near the vocabulary of " + std::to_string(v.tokens.size()));
  }
  grow(v, size_t(token.id) + 1);
  std::string& stored = v.tokens[size_t(token.id)];
  if (v.types[size_t(token.id)] == kUnused)
    stored = token.text;
  else if (stored != token.text)
    file.fail(key, named(token.text) + " and " + named(stored) + " both have the id " + std::to_string(token.id));
  markAdded(token, v);
}

void readTokenizerJson(const std::string& path, VocabData& v) {
  JsonVocabulary lists;
  const JsonFile file = readJsonFile(path, kMaxFile, &lists);
  v.keyPrefix = path + ": ";
  readModel(file, lists, v);
  placeTokens(file, "model.vocab", lists, v);
  placeMerges(file, lists, v);
  readUnknown(file, v);
  std::unordered_map<std::string, int32_t> ids;
  for (size_t i = 0; i < v.tokens.size(); ++i) {
    if (v.types[i] != kUnused) ids.emplace(v.tokens[i], int32_t(i));
  }
  if (const json* added = file.find(file.root, "added_tokens")) {
    if (!added->is_array()) file.fail("added_tokens", "is no list");
    for (size_t i = 0; i < added->size(); ++i) {
      const json& a = (*added)[i];
      const std::string key = "added_tokens[" + std::to_string(i) + "]";
      if (!a.is_object() || !a.contains("id") || !a["id"].is_number_integer()) file.fail(key + ".id", "is missing or no whole number");
      const json& id = a["id"];
      AddedToken t;
      t.id = id.is_number_unsigned() && id.get<uint64_t>() < kMaxIds ? int32_t(id.get<uint64_t>()) : -1;
      t.text = file.text(a, key + ".", "content", "");
      t.special = file.flag(a, key + ".", "special", false);
      t.lstrip = file.flag(a, key + ".", "lstrip", false);
      t.rstrip = file.flag(a, key + ".", "rstrip", false);
      t.singleWord = file.flag(a, key + ".", "single_word", false);
      t.normalized = file.flag(a, key + ".", "normalized", !t.special);
      const auto other = ids.emplace(t.text, t.id);
      if (!other.second && other.first->second != t.id) {
        file.fail(key + ".id", std::to_string(t.id) + ", but " + named(t.text) + " has the id " + std::to_string(other.first->second));
      }
      placeAdded(file, key, t, v);
    }
  }
  readTextSteps(file, v);
  readBytes(file, v);
}

void readVocabAndMerges(const std::string& folder, const std::string& tokenizerClass, VocabData& v) {
  JsonVocabulary lists;
  const JsonFile file = readJsonFile(folder + "/vocab.json", kMaxFile, &lists, true);
  v.keyPrefix = file.path + ": ";
  if (lists.vocab.empty()) badInput(file.path + ": no tokens");
  placeTokens(file, "vocab", lists, v);
  const std::string path = folder + "/merges.txt";
  const MappedFile merges(path);
  if (merges.size() > kMaxFile) badInput(path + ": " + std::to_string(merges.size()) + " bytes are over the limit of " + std::to_string(kMaxFile));
  std::string_view text(reinterpret_cast<const char*>(merges.data()), merges.size());
  const JsonFile rows{path, {}};
  for (size_t line = 1; !text.empty(); ++line) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view row = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
    if (row.empty() || row.substr(0, 8) == "#version") continue;
    const size_t space = row.find(' ');
    if (space == 0 || space == std::string_view::npos || space + 1 == row.size() || row.find(' ', space + 1) != std::string_view::npos) {
      rows.fail("line " + std::to_string(line), named(std::string(row)) + " is no pair of two tokens");
    }
    lists.merges.emplace_back(row.substr(0, space), row.substr(space + 1));
  }
  placeMerges(rows, lists, v);
  v.model = "gpt2";
  v.dropUnknown = true;
  if (tokenizerClass.empty() || tokenizerClass.starts_with("GPT2Tokenizer")) {
    v.pre = "gpt-2";
  } else if (tokenizerClass.starts_with("Qwen2Tokenizer")) {
    v.pre = "qwen2";
    v.nfc = true;
  } else {
    badInput(folder + "/tokenizer_config.json: 'tokenizer_class': " + named(tokenizerClass) +
             " with vocab.json and merges.txt is not supported (GPT2Tokenizer, Qwen2Tokenizer; others need a tokenizer.json)");
  }
}

}  // namespace presslab
