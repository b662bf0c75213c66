// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/export/comparison_fields.h"
#include "core/export/export.h"
#include "core/export/text_cells.h"

namespace presslab {
namespace {

using Json = nlohmann::ordered_json;

Json number(double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); }

class Writer {
 public:
  explicit Writer(Json& out) : m_out(out) {}

  template <class T>
  void field(const char* key, const T& value) {
    m_out[key] = json(value);
  }
  template <class T>
  void need(const char* key, const T& value) {
    field(key, value);
  }
  template <class T>
  void measured(const char* key, const T& value) {
    m_out[key] = value == T(0) ? Json(nullptr) : json(value);
  }
  void flagged(const char* key, double value, bool flag) { m_out[key] = flag ? number(value) : Json(nullptr); }
  void when(bool flag, const char* key, double value) { flagged(key, value, flag); }
  void share(const char* key, double value) { flagged(key, value, !(value < 0)); }
  void band(const char* key, double lo, double hi) { m_out[key] = Json::array({number(lo), number(hi)}); }

  /// Pieces of tokens may end inside a character: those stand beside the texts as [index, hexadecimal bytes].
  void texts(const char* key, const char* bytesKey, const std::vector<std::string>& all) {
    Json broken = Json::array();
    for (size_t i = 0; i < all.size(); ++i) {
      if (!isUtf8(all[i])) broken.push_back(Json::array({i, hexOf(all[i])}));
    }
    m_out[key] = all;
    if (!broken.empty()) m_out[bytesKey] = std::move(broken);
  }

  template <class S, class Fields>
  void group(const char* key, const S& object, Fields fields) {
    m_out[key] = nested(object, fields);
  }

  template <class S, class Fields>
  void list(const char* key, const std::vector<S>& objects, Fields fields) {
    Json all = Json::array();
    for (const S& s : objects) all.push_back(nested(s, fields));
    m_out[key] = std::move(all);
  }
  template <class S, class Fields>
  void needList(const char* key, const std::vector<S>& objects, Fields fields) {
    list(key, objects, fields);
  }

 private:
  template <class T>
  static Json json(const T& value) {
    return Json(value);
  }
  static Json json(double value) { return number(value); }
  static Json json(HeadKind kind) { return kHeadKinds[size_t(kind)]; }
  static Json json(const std::vector<double>& values) {
    Json all = Json::array();
    for (const double v : values) all.push_back(number(v));
    return all;
  }

  template <class S, class Fields>
  static Json nested(const S& object, Fields fields) {
    Json out = Json::object();
    Writer inner(out);
    fields(inner, object);
    return out;
  }

  Json& m_out;
};

}  // namespace

std::string comparisonJson(const Comparison& c, bool withHeads) {
  Json root = Json::object();
  root["schema_version"] = Comparison::kSchemaVersion;
  Writer writer(root);
  comparisonFields(writer, c, withHeads);
  return root.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace presslab
