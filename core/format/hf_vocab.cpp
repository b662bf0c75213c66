// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/hf_vocab.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "core/api/error.h"
#include "core/format/hf_tokenizer.h"
#include "core/format/mapped_file.h"

namespace presslab {

namespace {

using nlohmann::json;

constexpr uint64_t kMaxConfig = uint64_t{16} << 20;
constexpr uint64_t kMaxTemplate = uint64_t{16} << 20;
constexpr size_t kMaxIds = size_t{1} << 21;

bool isThere(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

/// The small files beside the vocabulary.
class Folder {
 public:
  Folder(const std::string& folder, VocabData& v) : m_folder(folder), m_v(v) {
    m_config = open("tokenizer_config.json");
    m_map = open("special_tokens_map.json");
    m_added = open("added_tokens.json");
    m_generation = open("generation_config.json");
    m_model = open("config.json");
  }

  std::string tokenizerClass() const {
    const std::string named = m_config ? m_config->text(m_config->root, "", "tokenizer_class", "") : "";
    if (!named.empty() || !m_model) return named;
    // Old folders name no class; the model tells.
    const std::string type = m_model->text(m_model->root, "", "model_type", "");
    return type.empty() || type == "gpt2" ? "" : type == "qwen2" || type == "qwen3" ? "Qwen2Tokenizer" : type;
  }

  void readAdded(bool json) {
    if (m_added) addedTokens(*m_added, json);
    if (m_config) addedDecoder(*m_config);
    if (!json && m_v.types.size() && tokenizerClass().starts_with("GPT2")) m_defaultEnd = "<|endoftext|>";
    if (!json && tokenizerClass().empty()) m_defaultEnd = "<|endoftext|>";
  }

  void readNames() {
    name("bos_token", m_v.bos, m_defaultEnd);
    name("eos_token", m_v.eos, m_defaultEnd);
    name("pad_token", m_v.pad, "");
    int32_t unk = -1;
    name("unk_token", unk, "");  // which one the merges use stands in the vocabulary's own file
    for (const auto* file : {m_map ? &*m_map : nullptr, m_config ? &*m_config : nullptr}) {
      const json* more = file ? file->find(file->root, "additional_special_tokens") : nullptr;
      if (!more || !more->is_array()) continue;
      for (const json& t : *more) control(*file, "additional_special_tokens", t);
    }
    if (m_config && m_config->find(m_config->root, "add_bos_token")) m_v.addBos = m_config->flag(m_config->root, "", "add_bos_token", false);
    if (m_v.addBos && m_v.bos < 0) badInput(m_folder + ": a token stands before every text, but no file names a bos_token");
  }

  void readEnds() {
    for (const auto* file : {m_generation ? &*m_generation : nullptr, m_model ? &*m_model : nullptr}) {
      const json* ends = file ? file->find(file->root, "eos_token_id") : nullptr;
      if (!ends) continue;
      const json list = ends->is_array() ? *ends : json::array({*ends});
      for (const json& id : list) {
        if (!id.is_number_unsigned() || id.get<uint64_t>() >= m_v.tokens.size()) {
          file->fail("eos_token_id", id.dump(-1, ' ', false, json::error_handler_t::replace) + " is no token (vocabulary of " +
                                         std::to_string(m_v.tokens.size()) + ")");
        }
        const int32_t end = id.get<int32_t>();
        if (m_v.eos < 0) m_v.eos = end;
        if (std::find(m_v.endIds.begin(), m_v.endIds.end(), end) == m_v.endIds.end()) m_v.endIds.push_back(end);
      }
    }
  }

  void readTemplate() {
    const std::string own = m_folder + "/chat_template.jinja";
    if (isThere(own)) {
      const MappedFile file(own);
      if (file.size() > kMaxTemplate)
        m_v.templateRefused = own + ": " + std::to_string(file.size()) + " bytes are over the limit of " + std::to_string(kMaxTemplate);
      else
        m_v.chatTemplate.assign(reinterpret_cast<const char*>(file.data()), file.size());
      return;
    }
    const json* t = m_config ? m_config->find(m_config->root, "chat_template") : nullptr;
    if (!t) return;
    if (t->is_string()) {
      m_v.chatTemplate = t->get<std::string>();
      return;
    }
    if (!t->is_array()) m_config->fail("chat_template", "is neither a text nor a list");
    for (const json& named : *t) {
      if (m_config->text(named, "chat_template.", "name", "") == "default")
        m_v.chatTemplate = m_config->text(named, "chat_template.", "template", "");
    }
    if (m_v.chatTemplate.empty()) m_v.templateRefused = m_config->path + ": 'chat_template' has no entry named 'default'";
  }

 private:
  std::optional<JsonFile> open(const char* name) const {
    const std::string path = m_folder + "/" + name;
    if (!isThere(path)) return std::nullopt;
    return readJsonFile(path, kMaxConfig);
  }

  AddedToken tokenOf(const JsonFile& file, const std::string& key, const json& value, AddedToken t) const {
    t.text = file.text(value, key + ".", "content", "");
    t.special = file.flag(value, key + ".", "special", t.special);
    t.lstrip = file.flag(value, key + ".", "lstrip", t.lstrip);
    t.rstrip = file.flag(value, key + ".", "rstrip", t.rstrip);
    t.singleWord = file.flag(value, key + ".", "single_word", t.singleWord);
    t.normalized = file.flag(value, key + ".", "normalized", t.normalized);
    return t;
  }

  void addedTokens(const JsonFile& file, bool json) {
    for (const auto& [text, id] : file.root.items()) {
      if (!id.is_number_unsigned() || id.get<uint64_t>() >= kMaxIds) file.fail(text, "is no id");
      const int32_t at = id.get<int32_t>();
      // A tokenizer.json holds them too, with their flags.
      if (json && size_t(at) < m_v.tokens.size() && m_v.tokens[size_t(at)] == text) continue;
      placeAdded(file, text, {text, at}, m_v);
    }
  }

  void addedDecoder(const JsonFile& file) {
    const json* list = file.find(file.root, "added_tokens_decoder");
    if (!list) return;
    if (!list->is_object()) file.fail("added_tokens_decoder", "is no object");
    for (const auto& [number, value] : list->items()) {
      const std::string key = "added_tokens_decoder." + number;
      const bool digits =
          !number.empty() && number.size() <= 7 && std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (!digits || std::stoul(number) >= kMaxIds) file.fail(key, "is no id");
      placeAdded(file, key, tokenOf(file, key, value, {"", int32_t(std::stoul(number))}), m_v);
    }
  }

  /// A token named in a file, as text or as an object; null values and absent keys name none.
  void name(const char* key, int32_t& id, const std::string& otherwise) {
    for (const auto* file : {m_config ? &*m_config : nullptr, m_map ? &*m_map : nullptr}) {
      const json* value = file ? file->find(file->root, key) : nullptr;
      if (!value) continue;
      id = control(*file, key, *value);
      return;
    }
    if (id < 0 && !otherwise.empty()) id = tokenId(m_v, otherwise);
    if (id >= 0) makeControl(id);
  }

  int32_t control(const JsonFile& file, const std::string& key, const json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : file.text(value, key + ".", "content", "");
    if (text.empty()) {
      if (value.is_string()) return -1;
      file.fail(key, "is neither a text nor an object with content");
    }
    const int32_t id = tokenId(m_v, text);
    if (id < 0) file.fail(key, "'" + printable(text, 80) + "' is no token");
    makeControl(id);
    return id;
  }

  void makeControl(int32_t id) {
    AddedToken t{m_v.tokens[size_t(id)], id};
    for (const AddedToken& a : m_v.added) {
      if (a.id == id) t = a;
    }
    t.special = true;
    markAdded(t, m_v);
  }

  const std::string& m_folder;
  VocabData& m_v;
  std::optional<JsonFile> m_config, m_map, m_added, m_generation, m_model;
  std::string m_defaultEnd;
};

void fitToModel(const std::string& folder, int modelVocab, VocabData& v) {
  if (modelVocab <= 0) return;
  for (size_t i = size_t(modelVocab); i < v.tokens.size(); ++i) {
    if (v.types[i] != 5) {
      badInput(folder + ": the token '" + printable(v.tokens[i], 80) + "' has the id " + std::to_string(i) + ", the model has " +
               std::to_string(modelVocab) + " rows");
    }
  }
  for (size_t i = v.tokens.size(); i < size_t(modelVocab); ++i) {
    v.tokens.push_back("[PAD" + std::to_string(i) + "]");
    v.types.push_back(5);
  }
  v.tokens.resize(size_t(modelVocab));
  v.types.resize(size_t(modelVocab));
}

}  // namespace

VocabData readHfVocab(const std::string& folder, int modelVocab) {
  VocabData v;
  const bool json = isThere(folder + "/tokenizer.json");
  if (!json && !(isThere(folder + "/vocab.json") && isThere(folder + "/merges.txt"))) {
    const bool sentencePiece = isThere(folder + "/tokenizer.model");
    badInput(folder + ": no vocabulary: neither tokenizer.json nor vocab.json with merges.txt is there" +
             (sentencePiece ? "; tokenizer.model is not read here, let transformers save a tokenizer.json" : ""));
  }
  Folder files(folder, v);
  if (json)
    readTokenizerJson(folder + "/tokenizer.json", v);
  else
    readVocabAndMerges(folder, files.tokenizerClass(), v);
  files.readAdded(json);
  files.readNames();
  fitToModel(folder, modelVocab, v);
  files.readEnds();
  files.readTemplate();
  return v;
}

}  // namespace presslab
