// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The syntax tree behind renderChatTemplate(); nothing outside core/tokenizer uses it.
namespace presslab::jinja {

constexpr int kMaxDepth = 64;                  // nesting of expressions, blocks and values
constexpr int kMaxTree = 256;                  // depth of an expression's tree, chains included
constexpr size_t kMaxSource = 256 * 1024;      // bytes of a template
constexpr size_t kMaxText = 1024 * 1024;       // bytes of a result or of any string on the way
constexpr int kMaxCalls = 2000;                // nested evaluations, macros included
constexpr size_t kMaxWork = 16 * 1024 * 1024;  // evaluation steps plus bytes copied

/// Why a template cannot be rendered. Stays inside the renderer.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Value {
  enum class Kind { Undefined, None, Bool, Int, Text, List, Map };
  using List = std::vector<Value>;
  using Map = std::vector<std::pair<std::string, Value>>;

  Kind kind = Kind::Undefined;
  int64_t number = 0;  // Bool and Int
  std::string text;
  std::shared_ptr<List> list;
  std::shared_ptr<Map> map;
  int depth = 0;            // of nested lists and maps
  bool changeable = false;  // Map: a namespace
  bool tuple = false;       // List: in round brackets; it equals and joins no list
  bool lazy = false;        // List: what select, map and their like give; it has no length

  static Value none() { return of(Kind::None, 0); }
  static Value boolean(bool b) { return of(Kind::Bool, b); }
  static Value integer(int64_t i) { return of(Kind::Int, i); }
  static Value string(std::string s);
  static Value listOf(List items);  // throws Error beyond kMaxDepth
  static Value mapOf(Map items);

  bool truthy() const;
  const Value* find(const std::string& key) const;  // of a Map, nullptr when absent

 private:
  static Value of(Kind k, int64_t n) {
    Value v;
    v.kind = k;
    v.number = n;
    return v;
  }
};

bool equal(const Value& a, const Value& b);
bool holdsNamespace(const Value& v);

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// An argument of a call or filter; name is empty for a positional one.
struct Argument {
  std::string name;
  ExprPtr value;
};

/// One expression. Chains of one precedence level are flat (first kid, then ops[i] with kids[i + 1]), so depth grows with nesting only.
struct Expr {
  enum class Kind { Literal, Name, List, Map, Not, Negate, And, Or, Compare, Arithmetic, Condition, Attribute, Subscript, Slice, Call, Filter, Test };
  Kind kind = Kind::Literal;
  int depth = 0;  // of the tree below
  Value literal;
  std::string name;                 // Name, Attribute, Filter, Test
  bool tuple = false;               // List: in round brackets
  bool negated = false;             // Test: "is not"
  std::vector<std::string> ops;     // Compare, Arithmetic
  std::vector<ExprPtr> kids;        // Condition: value, test, other (may be null); Slice: object, from, to, step (may be null)
  std::vector<Argument> arguments;  // Call, Filter, Test
};

struct Block;
using Body = std::vector<std::unique_ptr<Block>>;

struct Block {
  enum class Kind { Text, Output, If, For, Set, Capture, Macro, Group, Break, Continue };
  Kind kind = Kind::Text;
  std::string text;                                // Text; For, Set, Capture and Macro: the name; Set on a namespace: the object's name
  std::string attribute;                           // Set ns.attribute
  std::vector<std::string> names;                  // For and Set: what a pair is unpacked into, when there are several
  ExprPtr expr;                                    // Output, For (what is walked), Set
  ExprPtr filter;                                  // For: "for x in xs if filter"
  std::vector<Argument> parameters;                // Macro: names with their defaults (may be null)
  std::vector<std::pair<ExprPtr, Body>> branches;  // If: in order, else has no condition; For: body, then else; Capture, Macro, Group: body
};

/// A token of the template: text, or a piece of an expression.
struct Token {
  enum class Kind { Text, OutputOpen, OutputClose, BlockOpen, BlockClose, Name, Number, String, Operator, End };
  Kind kind = Kind::End;
  std::string text;
};

std::vector<Token> tokenize(std::string_view source);  // throws Error
Body parse(std::string_view source);                   // throws Error
/// JSON as Python's json.dumps(ensure_ascii=False) writes it; indent < 0: on one line.
std::string toJson(const Value& v, int indent);
/// The text that a template prints of a plain value. Throws Error for lists and maps.
std::string printed(const Value& v);

}  // namespace presslab::jinja
