// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/hf_json.h"

#include "core/api/error.h"
#include "core/format/mapped_file.h"

namespace presslab {

namespace {

using nlohmann::json;

constexpr size_t kMaxDepth = 64;
constexpr size_t kMaxValues = 1 << 20;  // besides the vocabulary's lists
constexpr size_t kMaxVocab = size_t{1} << 21, kMaxMerges = size_t{1} << 21;

/// Builds values as the parser meets them; the vocabulary's lists take another way, as objects they would cost ten times their text.
class Builder : public nlohmann::json_sax<json> {
 public:
  Builder(const std::string& path, JsonVocabulary* vocabulary, bool flat) : m_path(path), m_vocabulary(vocabulary), m_flat(flat) {}

  json take() {
    if (!m_root.is_object()) badInput(m_path + ": the file holds no JSON object");
    return std::move(m_root);
  }

  bool null() override { return value(nullptr); }
  bool boolean(bool b) override { return value(b); }
  bool number_integer(number_integer_t n) override { return m_mode == Mode::Vocab ? id(n) : value(n); }
  bool number_unsigned(number_unsigned_t n) override { return m_mode == Mode::Vocab ? id(n > kMaxVocab ? int64_t{-1} : int64_t(n)) : value(n); }
  bool number_float(number_float_t n, const string_t&) override { return value(n); }
  bool string(string_t& s) override {
    if (m_mode != Mode::Merges) return value(std::move(s));
    if (m_pair == 0) return split(s);
    if (m_pair > 2) wrong("model.merges", "a merge of more than two parts");
    (m_pair++ == 1 ? m_left : m_right) = std::move(s);
    return true;
  }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override {
    deeper();
    if (m_vocabulary && m_mode == Mode::Values && (m_flat ? m_depth == 1 : at("vocab"))) {
      m_mode = Mode::Vocab;
      m_vocabulary->hasVocab = true;
      if (m_flat) m_root = json::object();
      return true;
    }
    return open(json::object());
  }
  bool key(string_t& s) override {
    m_key = std::move(s);
    if (m_depth == 1 && m_mode == Mode::Values) m_section = m_key;
    return true;
  }
  bool end_object() override {
    --m_depth;
    if (m_mode == Mode::Vocab) {
      m_mode = Mode::Values;
      return true;
    }
    return close();
  }
  bool start_array(std::size_t) override {
    deeper();
    if (m_mode == Mode::Merges) {
      if (m_pair) wrong("model.merges", "a list within a merge");
      m_pair = 1;
      return true;
    }
    if (m_vocabulary && !m_flat && m_mode == Mode::Values && at("merges")) {
      m_mode = Mode::Merges;
      return true;
    }
    if (m_vocabulary && !m_flat && m_mode == Mode::Values && at("vocab")) {
      m_mode = Mode::PassedOver;
      m_vocabulary->vocabIsList = true;
      m_passDepth = m_depth;
      return true;
    }
    return open(json::array());
  }
  bool end_array() override {
    --m_depth;
    if (m_mode == Mode::PassedOver) {
      if (m_depth + 1 == m_passDepth) m_mode = Mode::Values;
      return true;
    }
    if (m_mode != Mode::Merges) return close();
    if (m_pair == 0) {
      m_mode = Mode::Values;
      return true;
    }
    if (m_pair != 3) wrong("model.merges", "a merge of less than two parts");
    m_pair = 0;
    return merge(std::move(m_left), std::move(m_right));
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) override {
    badInput(m_path + ": byte " + std::to_string(position) + ": " + printable(e.what(), 200));
  }

 private:
  enum class Mode { Values, Vocab, Merges, PassedOver };

  bool at(const char* name) const { return m_depth == 3 && m_section == "model" && m_key == name && m_stack.size() == 2; }
  [[noreturn]] void wrong(const std::string& key, const std::string& reason) const { badInput(m_path + ": '" + key + "': " + reason); }

  void deeper() {
    if (++m_depth > kMaxDepth) badInput(m_path + ": nested deeper than " + std::to_string(kMaxDepth));
    if (m_mode == Mode::Vocab) wrong(m_flat ? "vocab" : "model.vocab", "an entry that is no number: '" + printable(m_key, 80) + "'");
  }

  bool id(int64_t n) {
    if (n < 0 || n >= int64_t(kMaxVocab)) {
      wrong(m_flat ? "vocab" : "model.vocab", "the id of '" + printable(m_key, 80) + "' is outside 0 to " + std::to_string(kMaxVocab - 1));
    }
    if (m_vocabulary->vocab.size() >= kMaxVocab) wrong("model.vocab", "more than " + std::to_string(kMaxVocab) + " tokens");
    m_vocabulary->vocab.emplace_back(std::move(m_key), n);
    return true;
  }

  bool split(const std::string& s) {
    const size_t space = s.find(' ', 1);
    if (space == std::string::npos || space + 1 == s.size()) wrong("model.merges", "'" + printable(s, 80) + "' is no pair of two tokens");
    return merge(s.substr(0, space), s.substr(space + 1));
  }
  bool merge(std::string left, std::string right) {
    if (m_vocabulary->merges.size() >= kMaxMerges) wrong("model.merges", "more than " + std::to_string(kMaxMerges) + " merges");
    m_vocabulary->merges.emplace_back(std::move(left), std::move(right));
    return true;
  }

  /// Where the next value goes.
  json& place() {
    if (++m_values > kMaxValues) badInput(m_path + ": more than " + std::to_string(kMaxValues) + " values");
    if (m_stack.empty()) return m_root;
    json& top = *m_stack.back();
    if (top.is_array()) {
      top.push_back(nullptr);
      return top.back();
    }
    return top[m_key];
  }
  bool value(json v) {
    if (m_mode == Mode::PassedOver) return true;
    if (m_mode == Mode::Vocab) wrong(m_flat ? "vocab" : "model.vocab", "the id of '" + printable(m_key, 80) + "' is no whole number");
    if (m_mode == Mode::Merges) wrong("model.merges", "an entry that is neither a text nor a pair of texts");
    place() = std::move(v);
    return true;
  }
  bool open(json v) {
    if (m_mode == Mode::PassedOver) return true;
    if (m_mode != Mode::Values) return value(nullptr);
    json& slot = place();
    slot = std::move(v);
    m_stack.push_back(&slot);
    return true;
  }
  bool close() {
    if (m_mode == Mode::PassedOver) return true;
    m_stack.pop_back();
    return true;
  }

  const std::string& m_path;
  JsonVocabulary* m_vocabulary;
  bool m_flat;
  Mode m_mode = Mode::Values;
  json m_root;
  std::vector<json*> m_stack;  // a parent does not grow while its child is open, so its children stay where they are
  std::string m_key, m_section, m_left, m_right;
  size_t m_depth = 0, m_passDepth = 0, m_values = 0;
  int m_pair = 0;  // within a merge that is a list: 1 + parts so far
};

}  // namespace

void JsonFile::fail(const std::string& key, const std::string& reason) const { badInput(path + ": '" + key + "': " + reason); }

const json* JsonFile::find(const json& object, const char* key) const {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(key);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

std::string JsonFile::text(const json& object, const std::string& where, const char* key, const std::string& otherwise) const {
  const json* v = find(object, key);
  if (!v) return otherwise;
  if (!v->is_string()) fail(where + key, "is no text");
  return v->get<std::string>();
}

bool JsonFile::flag(const json& object, const std::string& where, const char* key, bool otherwise) const {
  const json* v = find(object, key);
  if (!v) return otherwise;
  if (!v->is_boolean()) fail(where + key, "is neither true nor false");
  return v->get<bool>();
}

JsonFile readJsonFile(const std::string& path, uint64_t maxBytes, JsonVocabulary* vocabulary, bool flat) {
  const MappedFile file(path);
  if (file.size() > maxBytes) badInput(path + ": " + std::to_string(file.size()) + " bytes are over the limit of " + std::to_string(maxBytes));
  JsonFile out;
  out.path = path;
  Builder builder(out.path, vocabulary, flat);
  const char* begin = reinterpret_cast<const char*>(file.data());
  json::sax_parse(begin, begin + file.size(), &builder);
  out.root = builder.take();
  return out;
}

}  // namespace presslab
