// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/tokenizer/jinja_tree.h"

namespace presslab::jinja {

/// Renders a parsed template: blocks in jinja_render.cpp, expressions in jinja_eval.cpp, functions and methods in jinja_calls.cpp, filters and
/// tests in jinja_filters.cpp. Every step is charged, so time, text and depth are bounded. Throws Error.
class Renderer {
 public:
  explicit Renderer(Value::Map globals) { m_scopes.push_back(std::move(globals)); }
  std::string run(const Body& body);

 private:
  enum class Flow { On, Break, Continue };
  struct Deeper {  // one evaluation deeper while it lives
    explicit Deeper(int& depth) : d(depth) {
      if (++d > kMaxCalls) throw Error("it nests too deep");
    }
    ~Deeper() { --d; }
    int& d;
  };

  void work(size_t n);
  Value text(std::string_view s);
  /// Charges for what equal() or tojson may walk; shared parts count each time they are met.
  void walkWork(const Value& v);

  Flow render(const Body& body);
  void print(const std::string& s);
  Flow renderIf(const Block& b);
  void renderFor(const Block& b);
  void renderSet(const Block& b);
  std::string captured(const Body& body);
  void bind(Value::Map& scope, const Block& b, const Value& value);
  static void assign(Value::Map& map, const std::string& key, Value v);
  Value lookup(const std::string& name);

  Value eval(const Expr& e);
  Value collection(const Expr& e);
  Value logic(const Expr& e);
  Value compare(const Expr& e);
  bool holds(const Value& a, const std::string& op, const Value& b);
  bool within(const Value& a, const Value& b);
  Value arithmetic(const Expr& e);
  Value combine(const Value& a, const std::string& op, const Value& b);
  Value member(const Value& object, const Value& key, bool attribute);
  Value slice(const Expr& e);
  static int64_t integer(const Value& v);
  /// The elements that a loop or a filter walks: of a list, a map's keys, a text's characters, nothing of an undefined value.
  Value::List elements(const Value& v);

  /// Arguments of a call, filter or test: by place, or by name.
  struct Given {
    std::vector<Value> values;
    Value::Map named;
    size_t taken = 0;
  };
  Given given(const Expr& e);
  /// The next argument, `otherwise` when it was not given; name: how it is spelt.
  static Value argument(Given& g, const char* name, Value otherwise);
  static Value needed(Given& g, const char* name);
  static void finish(const Given& g, const std::string& what);

  Value call(const Expr& e);
  Value callMacro(const Block& macro, const Expr& e);
  Value callFunction(const std::string& name, const Expr& e);
  Value callMethod(const Value& object, const std::string& name, Given g);
  Value textMethod(const std::string& text, const std::string& name, Given& g);
  Value mapMethod(const Value& map, const std::string& name, Given& g);
  Value replaced(const std::string& text, const Value& from, const Value& to, const Value& count);
  Value split(const std::string& text, const Value& separator, const Value& most);

  Value filter(const Expr& e);
  Value applyFilter(const Value& v, const std::string& name, Given g);
  Value textFilter(const Value& v, const std::string& name, Given& g);
  Value listFilter(const Value& v, const std::string& name, Given& g);
  Value pick(const Value& v, const std::string& name, Given g);
  Value mapped(const Value& v, Given g);
  bool test(const Value& v, const std::string& name, Given g);
  Value pathOf(const Value& v, const std::string& path);

  std::vector<Value::Map> m_scopes;
  std::unordered_map<std::string, const Block*> m_macros;
  std::string m_out;
  size_t m_work = 0;
  int m_depth = 0;
};

/// Characters of a text, for indices and slices.
std::vector<std::string> characters(const std::string& text);
/// Upper or lower case of a text as far as one character gives one; throws Error for the few that Python turns into several.
std::string changedCase(const std::string& text, bool upper);

}  // namespace presslab::jinja
