// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace presslab {

/// Lists of a tokenizer's file that are too long to keep as JSON values.
struct JsonVocabulary {
  std::vector<std::pair<std::string, int64_t>> vocab;
  std::vector<std::pair<std::string, std::string>> merges;
  bool hasVocab = false, vocabIsList = false;  // a list (Unigram's) is passed over
};

/// A JSON file of a tokenizer, read with limits: bytes, nesting, values.
struct JsonFile {
  std::string path;
  nlohmann::json root;

  /// Throws Failure(BadInput) "PATH: 'key': reason".
  [[noreturn]] void fail(const std::string& key, const std::string& reason) const;
  /// A member, null when it is absent. Both throw when the type is another one; `where` names the object in messages.
  const nlohmann::json* find(const nlohmann::json& object, const char* key) const;
  std::string text(const nlohmann::json& object, const std::string& where, const char* key, const std::string& otherwise) const;
  bool flag(const nlohmann::json& object, const std::string& where, const char* key, bool otherwise) const;
};

/// Reads an object. With a vocabulary, what stands under model.vocab and model.merges goes there and is left out of root; with flat, the whole file
/// is the vocabulary. Throws Failure: Io when it cannot be opened, BadInput with file, byte and reason for anything malformed or beyond the limits.
JsonFile readJsonFile(const std::string& path, uint64_t maxBytes, JsonVocabulary* vocabulary = nullptr, bool flat = false);

}  // namespace presslab
