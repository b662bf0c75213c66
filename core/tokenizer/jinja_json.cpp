// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/jinja_tree.h"

namespace presslab::jinja {

namespace {

using Kind = Value::Kind;

std::string quoted(const std::string& text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\', out += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\b')
      out += "\\b";
    else if (c == '\f')
      out += "\\f";
    else if (uint8_t(c) < 0x20)
      out += std::string("\\u00") + kHex[uint8_t(c) >> 4] + kHex[uint8_t(c) & 15];
    else
      out += c;
  }
  return out + '"';
}

class Writer {
 public:
  explicit Writer(int indent) : m_indent(indent) {}

  void write(const Value& v, int level) {
    switch (v.kind) {
      case Kind::Text:
        add(quoted(v.text));
        break;
      case Kind::None:
        add("null");
        break;
      case Kind::Bool:
        add(v.number ? "true" : "false");
        break;
      case Kind::Int:
        add(std::to_string(v.number));
        break;
      case Kind::Undefined:
        throw Error("tojson of an undefined value");
      default:
        collection(v, level);
    }
  }
  std::string take() { return std::move(m_out); }

 private:
  void add(const std::string& s) {
    m_out += s;
    if (m_out.size() > kMaxText) throw Error("a text is too long");
  }
  void line(int level) {
    if (m_indent < 0) return;
    std::string space(size_t(m_indent) * size_t(level) + 1, ' ');
    space[0] = '\n';
    add(space);
  }
  void collection(const Value& v, int level) {
    const bool list = v.kind == Kind::List;
    if (list && v.lazy) throw Error("tojson of what a filter gives piece by piece");
    const size_t n = list ? v.list->size() : v.map->size();
    add(list ? "[" : "{");
    for (size_t i = 0; i < n; ++i) {
      if (i) add(m_indent >= 0 ? "," : ", ");
      line(level + 1);
      if (list) {
        write((*v.list)[i], level + 1);
      } else {
        add(quoted((*v.map)[i].first) + ": ");
        write((*v.map)[i].second, level + 1);
      }
    }
    if (n) line(level);
    add(list ? "]" : "}");
  }

  int m_indent;
  std::string m_out;
};

}  // namespace

std::string toJson(const Value& v, int indent) {
  Writer w(indent);
  w.write(v, 0);
  return w.take();
}

std::string printed(const Value& v) {
  switch (v.kind) {
    case Kind::Undefined:
      return {};
    case Kind::None:
      return "None";
    case Kind::Bool:
      return v.number ? "True" : "False";
    case Kind::Int:
      return std::to_string(v.number);
    case Kind::Text:
      return v.text;
    default:
      throw Error("printing a list or a map is not supported");
  }
}

}  // namespace presslab::jinja
