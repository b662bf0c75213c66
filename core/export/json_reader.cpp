// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <new>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/api/error.h"
#include "core/export/comparison_fields.h"
#include "core/export/comparison_rules.h"
#include "core/export/export.h"
#include "core/export/text_cells.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

using Json = nlohmann::json;
constexpr int kMaxDepth = 64;

std::string typeOf(const Json& v) {
  const std::string name = v.type_name();
  if (v.is_number_float()) return "a fraction";
  return (name == "object" || name == "array" ? "an " : "a ") + name;
}

class Reader {
 public:
  Reader(const Json& in, std::string path) : m_in(in), m_path(std::move(path)) {
    if (!in.is_object()) fail("", in, "an object");
  }

  template <class T>
  void field(const char* key, T& value) {
    if (const Json* v = find(key)) get(key, *v, value);
  }
  template <class T>
  void need(const char* key, T& value) {
    if (!find(key)) missing(key);
    field(key, value);
  }
  template <class T>
  void measured(const char* key, T& value) {
    const Json* v = find(key);
    if (v && !v->is_null()) get(key, *v, value);
  }
  void flagged(const char* key, double& value, bool& flag) {
    const Json* v = find(key);
    flag = v && !v->is_null();
    if (flag) get(key, *v, value);
  }
  void when(bool, const char* key, double& value) { measured(key, value); }
  void share(const char* key, double& value) { measured(key, value); }

  void band(const char* key, double& lo, double& hi) {
    const Json* v = find(key);
    if (!v) return;
    if (!v->is_array() || v->size() != 2) fail(key, *v, "an array of two numbers");
    get(key, (*v)[0], lo);
    get(key, (*v)[1], hi);
  }

  void texts(const char* key, const char* bytesKey, std::vector<std::string>& all) {
    field(key, all);
    const Json* broken = find(bytesKey);
    if (!broken) return;
    if (!broken->is_array()) fail(bytesKey, *broken, "an array");
    for (const Json& pair : *broken) {
      const bool good =
          pair.is_array() && pair.size() == 2 && pair[0].is_number_unsigned() && pair[0].get<uint64_t>() < all.size() && pair[1].is_string();
      if (!good || !bytesOfHex(pair[1].get_ref<const std::string&>(), all[pair[0].get<size_t>()])) {
        badInput(m_path + bytesKey + ": holds what is not [index of a piece, hexadecimal bytes]");
      }
    }
  }

  template <class S, class Fields>
  void group(const char* key, S& object, Fields fields) {
    if (const Json* v = find(key)) nested(*v, m_path + key, object, fields);
  }

  template <class S, class Fields>
  void list(const char* key, std::vector<S>& objects, Fields fields) {
    const Json* v = find(key);
    if (!v) return;
    if (!v->is_array()) fail(key, *v, "an array");
    for (size_t i = 0; i < v->size(); ++i) {
      objects.emplace_back();
      nested((*v)[i], m_path + key + "[" + std::to_string(i) + "]", objects.back(), fields);
    }
  }
  template <class S, class Fields>
  void needList(const char* key, std::vector<S>& objects, Fields fields) {
    if (!find(key)) missing(key);
    list(key, objects, fields);
  }

 private:
  const Json* find(const char* key) const {
    const auto it = m_in.find(key);
    return it == m_in.end() ? nullptr : &*it;
  }
  [[noreturn]] void missing(const char* key) const { badInput(m_path + key + ": is missing"); }
  [[noreturn]] void fail(const char* key, const Json& v, const char* expected) const {
    badInput((m_path.empty() && !*key ? std::string("the document") : m_path + key) + ": is " + typeOf(v) + ", expected " + expected);
  }

  template <class S, class Fields>
  static void nested(const Json& v, const std::string& path, S& object, Fields fields) {
    Reader inner(v, path + ".");
    fields(inner, object);
  }

  void get(const char* key, const Json& v, std::string& out) const {
    if (!v.is_string()) fail(key, v, "a text");
    out = v.get_ref<const std::string&>();
  }
  void get(const char* key, const Json& v, bool& out) const {
    if (!v.is_boolean()) fail(key, v, "true or false");
    out = v.get<bool>();
  }
  void get(const char* key, const Json& v, double& out) const {
    if (v.is_null()) {
      out = std::numeric_limits<double>::quiet_NaN();
      return;
    }
    if (!v.is_number()) fail(key, v, "a number");
    out = v.get<double>();
  }
  void get(const char* key, const Json& v, HeadKind& out) const {
    for (size_t i = 0; v.is_string() && i < std::size(kHeadKinds); ++i) {
      if (v.get_ref<const std::string&>() != kHeadKinds[i]) continue;
      out = HeadKind(i);
      return;
    }
    fail(key, v, "one of full, retrieval, routed, streaming");
  }
  template <class T>
  requires std::is_integral_v<T>
  void get(const char* key, const Json& v, T& out) const {
    if (!v.is_number_integer()) fail(key, v, "an integer");
    const bool fits = v.is_number_unsigned() ? std::in_range<T>(v.get<uint64_t>()) : std::in_range<T>(v.get<int64_t>());
    if (!fits) badInput(m_path + key + ": " + v.dump() + " is outside the range of the field");
    out = v.get<T>();
  }
  template <class T>
  void get(const char* key, const Json& v, std::vector<T>& out) const {
    if (!v.is_array()) fail(key, v, "an array");
    out.clear();
    out.reserve(v.size());
    for (const Json& item : v) get(key, item, out.emplace_back());
  }

  const Json& m_in;
  std::string m_path;
};

/// Refuses nesting before a parser or a destructor meets it.
void refuseDeepNesting(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) badInput("byte " + std::to_string(i) + ": nested deeper than " + std::to_string(kMaxDepth));
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
}

Json parse(std::string_view text) {
  refuseDeepNesting(text);
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::parse_error& e) {
    badInput("byte " + std::to_string(e.byte) + " of " + std::to_string(text.size()) + ": is not JSON of a run");
  } catch (const Json::exception& e) {
    badInput("is not JSON of a run: " + printable(e.what(), 200));
  }
}

void requireKnownSchema(const Json& root) {
  if (!root.is_object()) badInput("the document: is " + typeOf(root) + ", expected an object");
  const auto it = root.find("schema_version");
  if (it == root.end()) badInput("schema_version: is missing; this is not a stored run");
  // A number below 0 is no unsigned one.
  if (!it->is_number_unsigned() || *it == 0) badInput("schema_version: is " + printable(it->dump(), 40) + ", expected an integer from 1");
  if (it->get<uint64_t>() > uint64_t(Comparison::kSchemaVersion)) {
    badInput("schema_version: " + it->dump() + " was written by a newer program; this one reads versions up to " +
             std::to_string(Comparison::kSchemaVersion));
  }
}

}  // namespace

Comparison comparisonFromJson(std::string_view text) {
  try {
    const Json root = parse(text);
    requireKnownSchema(root);
    Comparison c;
    Reader reader(root, "");
    comparisonFields(reader, c, true);
    requireSensible(c);
    return c;
  } catch (const std::bad_alloc&) {
    throw Failure(ErrorCode::NoMemory, "not enough memory to read a run of " + std::to_string(text.size()) + " bytes");
  }
}

}  // namespace presslab
