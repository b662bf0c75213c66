// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/unpickler.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string_view>

#include "core/api/error.h"
#include "core/format/mapped_file.h"

namespace presslab {

namespace {

constexpr size_t kMaxNodes = size_t{1} << 23, kMaxDims = 8;
constexpr uint64_t kMaxLine = 256;
constexpr const char* kOrderedDict = "collections.OrderedDict";
constexpr const char* kTensor = "torch._utils._rebuild_tensor_v2";
constexpr const char* kParameter = "torch._utils._rebuild_parameter";

struct StorageClass {
  std::string_view name, dtype;
};
constexpr std::array<StorageClass, 10> kStorages{{{"torch.FloatStorage", "F32"},
                                                  {"torch.HalfStorage", "F16"},
                                                  {"torch.BFloat16Storage", "BF16"},
                                                  {"torch.DoubleStorage", "F64"},
                                                  {"torch.LongStorage", "I64"},
                                                  {"torch.IntStorage", "I32"},
                                                  {"torch.ShortStorage", "I16"},
                                                  {"torch.CharStorage", "I8"},
                                                  {"torch.ByteStorage", "U8"},
                                                  {"torch.BoolStorage", "BOOL"}}};

std::string_view storageType(std::string_view name) {
  for (const StorageClass& s : kStorages)
    if (s.name == name) return s.dtype;
  return {};
}

std::string hex(uint64_t n) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(n));
  return text;
}

}  // namespace

Unpickler::Unpickler(std::string file, const std::byte* data, uint64_t bytes, uint64_t offset)
    : m_file(std::move(file)), m_data(data), m_bytes(bytes), m_offset(offset) {
  run();
}

void Unpickler::fail(uint64_t at, const std::string& reason) const {
  badInput(printable(m_file) + ": " + hex(m_offset + at) + ": pickle: " + reason);
}

const std::byte* Unpickler::take(uint64_t bytes) {
  if (bytes > m_bytes - m_at) fail(m_at, std::to_string(bytes) + " bytes are asked for, " + std::to_string(m_bytes - m_at) + " are left");
  const std::byte* p = m_data + m_at;
  m_at += bytes;
  return p;
}

uint64_t Unpickler::number(int bytes) {
  const std::byte* p = take(uint64_t(bytes));
  uint64_t n = 0;
  for (int i = bytes - 1; i >= 0; --i) n = n << 8 | uint64_t(p[i]);
  return n;
}

std::string Unpickler::line() {
  std::string out;
  for (;;) {
    const char c = char(*take(1));
    if (c == '\n') return out;
    if (out.size() >= kMaxLine) fail(m_at, "a name of more than " + std::to_string(kMaxLine) + " bytes");
    out += c;
  }
}

uint32_t Unpickler::push(Node node) {
  if (m_nodes.size() >= kMaxNodes) fail(m_at, "more than " + std::to_string(kMaxNodes) + " values");
  m_nodes.push_back(std::move(node));
  const auto index = uint32_t(m_nodes.size() - 1);
  m_stack.push_back(index);
  return index;
}

uint32_t Unpickler::pop() {
  if (m_stack.empty()) fail(m_at, "a value is taken from an empty stack");
  const uint32_t top = m_stack.back();
  if (node(top).kind == Kind::Mark) fail(m_at, "a mark where a value is expected");
  m_stack.pop_back();
  return top;
}

std::vector<uint32_t> Unpickler::popToMark() {
  size_t from = m_stack.size();
  while (from > 0 && node(m_stack[from - 1]).kind != Kind::Mark) --from;
  if (from == 0) fail(m_at, "no mark on the stack");
  std::vector<uint32_t> out(m_stack.begin() + std::ptrdiff_t(from), m_stack.end());
  m_stack.resize(from - 1);
  return out;
}

void Unpickler::run() {
  while (step(uint8_t(*take(1)))) {
    if (m_stack.size() > kMaxNodes) fail(m_at, "more than " + std::to_string(kMaxNodes) + " values on the stack");
  }
  if (m_stack.size() != 1 || node(m_stack[0]).kind == Kind::Mark) fail(m_at, "it ends with " + std::to_string(m_stack.size()) + " values (1)");
}

/// One opcode; false at the end.
bool Unpickler::step(uint8_t op) {
  switch (op) {
    case 0x80: {
      const uint64_t version = number(1);
      if (version != 2) fail(m_at - 1, "protocol " + std::to_string(version) + " (2)");
      return true;
    }
    case '.':
      return false;
    case 'q':
      remember(uint32_t(number(1)));
      return true;
    case 'r':
      remember(uint32_t(number(4)));
      return true;
    case 'h':
      recall(uint32_t(number(1)));
      return true;
    case 'j':
      recall(uint32_t(number(4)));
      return true;
    case 'c':
      global();
      return true;
    case 'R':
      reduce();
      return true;
    case 'Q':
      persistent();
      return true;
    default:
      if (pushScalar(op) || build(op)) return true;
      fail(m_at - 1, "opcode " + hex(op) + " is none of a checkpoint's");
  }
}

bool Unpickler::pushScalar(uint8_t op) {
  const auto value = [&](Kind kind, int64_t n) {
    Node v;
    v.kind = kind;
    v.number = n;
    push(std::move(v));
    return true;
  };
  const auto text = [&](uint64_t bytes) {
    const std::byte* p = take(bytes);
    Node v;
    v.kind = Kind::Text;
    v.text.assign(reinterpret_cast<const char*>(p), bytes);
    push(std::move(v));
    return true;
  };
  switch (op) {
    case '(':
      return value(Kind::Mark, 0);
    case 'N':
      return value(Kind::None, 0);
    case 0x88:
      return value(Kind::Bool, 1);
    case 0x89:
      return value(Kind::Bool, 0);
    case 'K':
      return value(Kind::Int, int64_t(number(1)));
    case 'M':
      return value(Kind::Int, int64_t(number(2)));
    case 'J':
      return value(Kind::Int, int32_t(uint32_t(number(4))));
    case 0x8a: {
      const uint64_t bytes = number(1);
      if (bytes > 8) fail(m_at - 1, "a number of " + std::to_string(bytes) + " bytes (8)");
      const uint64_t n = number(int(bytes));
      const int shift = 64 - 8 * int(bytes);
      return value(Kind::Int, bytes == 0 ? 0 : int64_t(n << shift) >> shift);
    }
    case 'G':
      take(8);
      return value(Kind::Float, 0);
    case 'X':
    case 'T':
      return text(number(4));
    case 'U':
      return text(number(1));
    default:
      return false;
  }
}

/// Tuples, lists, dictionaries.
bool Unpickler::build(uint8_t op) {
  Node v;
  switch (op) {
    case ')':
      v.kind = Kind::Tuple;
      break;
    case ']':
      v.kind = Kind::List;
      break;
    case '}':
      v.kind = Kind::Dict;
      break;
    case 't':
      v.kind = Kind::Tuple;
      v.items = popToMark();
      break;
    case 0x85:
    case 0x86:
    case 0x87:
      v.kind = Kind::Tuple;
      v.items.resize(size_t(op - 0x84));
      for (size_t i = v.items.size(); i-- > 0;) v.items[i] = pop();
      break;
    case 'a':
    case 'e':
    case 's':
    case 'u':
      append(op);
      return true;
    case 'b': {
      // A state dict's attributes (_metadata) say nothing about tensors.
      const uint32_t state = pop(), object = pop();
      if (node(object).kind != Kind::OrderedDict || node(state).kind != Kind::Dict)
        fail(m_at - 1, "attributes are set of something that is no OrderedDict");
      m_stack.push_back(object);
      return true;
    }
    default:
      return false;
  }
  push(std::move(v));
  return true;
}

void Unpickler::append(uint8_t op) {
  std::vector<uint32_t> items;
  if (op == 'e' || op == 'u') items = popToMark();
  if (op == 'a') items = {pop()};
  if (op == 's') {
    const uint32_t value = pop();
    items = {pop(), value};
  }
  const bool pairs = op == 's' || op == 'u';
  if (pairs && items.size() % 2) fail(m_at - 1, "a key without a value");
  const uint32_t target = pop();
  Node& t = m_nodes[target];
  const bool fits = pairs ? t.kind == Kind::Dict || t.kind == Kind::OrderedDict : t.kind == Kind::List;
  if (!fits) fail(m_at - 1, pairs ? "members are set of something that is no dictionary" : "values are added to something that is no list");
  t.items.insert(t.items.end(), items.begin(), items.end());
  m_stack.push_back(target);
}

void Unpickler::remember(uint32_t slot) {
  if (m_stack.empty() || node(m_stack.back()).kind == Kind::Mark) fail(m_at, "nothing to remember");
  m_memo[slot] = m_stack.back();
}

void Unpickler::recall(uint32_t slot) {
  const auto it = m_memo.find(slot);
  if (it == m_memo.end()) fail(m_at, "memo " + std::to_string(slot) + " was never set");
  m_stack.push_back(it->second);
}

void Unpickler::global() {
  const uint64_t at = m_at - 1;
  const std::string module = line();
  Node v;
  v.kind = Kind::Global;
  v.text = module + "." + line();
  v.dtype = storageType(v.text);
  if (v.dtype.empty() && v.text != kOrderedDict && v.text != kTensor && v.text != kParameter) {
    fail(at, "asks for '" + printable(v.text, 120) + "', which no checkpoint of tensors needs; it was not called");
  }
  push(std::move(v));
}

void Unpickler::reduce() {
  const uint32_t arguments = pop(), callee = pop();
  const Node& a = node(arguments);
  const Node& f = node(callee);
  if (f.kind != Kind::Global || a.kind != Kind::Tuple) fail(m_at - 1, "a call of something that is no known function");
  if (f.text == kTensor) return rebuildTensor(a);
  if (f.text == kParameter) {
    if (a.items.empty() || node(a.items[0]).kind != Kind::Tensor) fail(m_at - 1, "a parameter without a tensor");
    m_stack.push_back(a.items[0]);
    return;
  }
  if (f.text != kOrderedDict) fail(m_at - 1, "a call of '" + f.text + "'");
  if (!a.items.empty()) fail(m_at - 1, "an OrderedDict made from values");
  Node v;
  v.kind = Kind::OrderedDict;
  push(std::move(v));
}

/// ("storage", class, key, location, elements) and, in legacy files, a view, which must be None.
void Unpickler::persistent() {
  const uint32_t id = pop();
  const std::vector<uint32_t>& items = node(id).items;
  const bool sound = node(id).kind == Kind::Tuple && (items.size() == 5 || items.size() == 6) && node(items[0]).kind == Kind::Text &&
                     node(items[0]).text == "storage" && node(items[1]).kind == Kind::Global && !node(items[1]).dtype.empty() &&
                     node(items[2]).kind == Kind::Text && node(items[3]).kind == Kind::Text && node(items[4]).kind == Kind::Int &&
                     node(items[4]).number >= 0;
  if (!sound) fail(m_at - 1, "a reference that is no storage of a known type");
  if (items.size() == 6 && node(items[5]).kind != Kind::None) fail(m_at - 1, "a view into another storage is not supported");
  Node v;
  v.kind = Kind::Storage;
  v.dtype = node(items[1]).dtype;
  v.text = node(items[2]).text;
  v.number = node(items[4]).number;
  push(std::move(v));
}

/// (storage, offset, shape, strides, requires_grad, hooks[, metadata])
void Unpickler::rebuildTensor(const Node& a) {
  const auto sizes = [&](uint32_t i) {
    const Node& t = node(i);
    return t.kind == Kind::Tuple && t.items.size() <= kMaxDims &&
           std::all_of(t.items.begin(), t.items.end(), [&](uint32_t n) { return node(n).kind == Kind::Int && node(n).number >= 0; });
  };
  if (a.items.size() < 4 || node(a.items[0]).kind != Kind::Storage || node(a.items[1]).kind != Kind::Int || node(a.items[1]).number < 0 ||
      !sizes(a.items[2]) || !sizes(a.items[3]) || node(a.items[2]).items.size() != node(a.items[3]).items.size()) {
    fail(m_at - 1, "a tensor needs a storage, an offset, and as many sizes as strides (at most " + std::to_string(kMaxDims) + ", none negative)");
  }
  Node v;
  v.kind = Kind::Tensor;
  v.number = node(a.items[1]).number;
  v.items = {a.items[0], a.items[2], a.items[3]};
  push(std::move(v));
}

int64_t Unpickler::integer() const {
  const Node& root = node(m_stack[0]);
  if (root.kind != Kind::Int) fail(0, "holds no number");
  return root.number;
}

std::vector<std::string> Unpickler::texts() const {
  const Node& root = node(m_stack[0]);
  std::vector<std::string> out;
  if (root.kind != Kind::List) fail(0, "holds no list");
  for (const uint32_t i : root.items) {
    if (node(i).kind != Kind::Text) fail(0, "the list holds something that is no text");
    out.push_back(node(i).text);
  }
  return out;
}

bool Unpickler::flag(const std::string& name, bool absent) const {
  const Node& root = node(m_stack[0]);
  if (root.kind != Kind::Dict && root.kind != Kind::OrderedDict) fail(0, "holds no dictionary");
  for (size_t i = 0; i + 1 < root.items.size(); i += 2) {
    if (node(root.items[i]).kind == Kind::Text && node(root.items[i]).text == name && node(root.items[i + 1]).kind == Kind::Bool)
      return node(root.items[i + 1]).number != 0;
  }
  return absent;
}

PickledState Unpickler::state() const {
  const Node& root = node(m_stack[0]);
  if (root.kind != Kind::Dict && root.kind != Kind::OrderedDict) fail(0, "holds no dictionary of tensors");
  PickledState out;
  std::unordered_map<std::string, size_t> byKey;
  for (size_t i = 0; i + 1 < root.items.size(); i += 2) {
    const Node& key = node(root.items[i]);
    const Node& value = node(root.items[i + 1]);
    if (key.kind != Kind::Text || value.kind != Kind::Tensor) continue;
    const Node& storage = node(value.items[0]);
    const auto [it, fresh] = byKey.emplace(storage.text, out.storages.size());
    if (fresh) out.storages.push_back({storage.text, storage.dtype, uint64_t(storage.number)});
    const PickledStorage& known = out.storages[it->second];
    if (known.dtype != storage.dtype || known.elements != uint64_t(storage.number))
      fail(0, "storage '" + printable(storage.text, 60) + "' is described in two ways");
    PickledTensor t;
    t.name = key.text;
    t.storage = it->second;
    t.offset = value.number;
    for (const uint32_t n : node(value.items[1]).items) t.shape.push_back(node(n).number);
    for (const uint32_t n : node(value.items[2]).items) t.strides.push_back(node(n).number);
    out.tensors.push_back(std::move(t));
  }
  return out;
}

}  // namespace presslab
