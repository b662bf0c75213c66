// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>
#include <initializer_list>
#include <string>

#include "core/format/hf_json.h"
#include "core/format/mapped_file.h"

namespace presslab::hf {

/// An object of a config.json; reads its keys and refuses what is out of range, naming key and limit. `where` goes before keys in messages.
class ConfigKeys {
 public:
  ConfigKeys(const JsonFile& file, const nlohmann::json& object, std::string where) : m_file(file), m_object(object), m_where(std::move(where)) {}

  /// Null when absent or null.
  const nlohmann::json* find(const char* key) const { return m_file.find(m_object, key); }
  bool isNull(const char* key) const { return m_object.contains(key) && m_object.at(key).is_null(); }
  [[noreturn]] void fail(const char* key, const std::string& reason) const { m_file.fail(m_where + key, reason); }
  const JsonFile& file() const { return m_file; }
  const nlohmann::json& object() const { return m_object; }
  const std::string& where() const { return m_where; }

  /// The first of these names that is there; the names are synonyms.
  int64_t count(std::initializer_list<const char*> keys, int64_t limit, int64_t absent) const {
    for (const char* key : keys)
      if (find(key)) return count(key, limit, absent);
    return absent;
  }
  int64_t count(const char* key, int64_t limit, int64_t absent) const {
    const nlohmann::json* v = find(key);
    if (!v) return absent;
    if (!v->is_number_integer()) fail(key, "is no whole number");
    const bool huge = v->is_number_unsigned() && v->get<uint64_t>() > uint64_t(limit);
    const int64_t n = huge ? limit : v->get<int64_t>();
    if (huge || n < 1 || n > limit) fail(key, v->dump() + " (1 to " + std::to_string(limit) + ")");
    return n;
  }
  double positive(const char* key, double absent) const {
    const nlohmann::json* v = find(key);
    if (!v) return absent;
    if (!v->is_number()) fail(key, "is no number");
    const double x = v->get<double>();
    if (!std::isfinite(x) || x <= 0 || !std::isfinite(float(x)) || float(x) <= 0) fail(key, printable(v->dump(), 60) + " (finite and above 0)");
    return x;
  }
  double required(const char* key) const {
    if (!find(key)) fail(key, "the key is missing");
    return positive(key, 0);
  }
  std::string text(const char* key, const std::string& absent) const { return m_file.text(m_object, m_where, key, absent); }
  bool flag(const char* key, bool absent) const { return m_file.flag(m_object, m_where, key, absent); }
  /// An object below this one; an empty one when it is absent.
  ConfigKeys child(const char* key) const {
    static const nlohmann::json empty = nlohmann::json::object();
    const nlohmann::json* v = find(key);
    if (v && !v->is_object()) fail(key, "is no object");
    return {m_file, v ? *v : empty, m_where + key + "."};
  }

 private:
  const JsonFile& m_file;
  const nlohmann::json& m_object;
  std::string m_where;
};

}  // namespace presslab::hf
