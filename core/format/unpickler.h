// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace presslab {

struct PickledStorage {
  std::string key, dtype;  // dtype as safetensors names it: "F32", "BF16", ...
  uint64_t elements = 0;
};

struct PickledTensor {
  std::string name;
  size_t storage = 0;                   // index into PickledState::storages
  int64_t offset = 0;                   // in elements
  std::vector<int64_t> shape, strides;  // in elements
};

/// What a state dict says: where its tensors lie. Each storage once.
struct PickledState {
  std::vector<PickledStorage> storages;
  std::vector<PickledTensor> tensors;
};

/// Runs the pickle of a PyTorch checkpoint (protocol 2) on a small machine of its own. It knows numbers, texts, tuples, lists, dictionaries,
/// collections.OrderedDict, torch's storage classes, _rebuild_tensor_v2 and _rebuild_parameter; no other name is ever looked up or called. Stack,
/// memo and texts are bounded by the pickle's length. Source: the opcodes are those of Python's pickletools.
class Unpickler {
 public:
  /// `data` are the bytes from `offset` of the file on. Nothing is copied. Throws Failure(BadInput) "FILE: 0xOFFSET: reason".
  Unpickler(std::string file, const std::byte* data, uint64_t bytes, uint64_t offset);

  uint64_t used() const { return m_at; }  // bytes up to the end of the pickle
  int64_t integer() const;
  std::vector<std::string> texts() const;  // of a list
  PickledState state() const;              // of a dictionary; what is no tensor is passed over
  /// A member of a dictionary that is a Boolean.
  bool flag(const std::string& name, bool absent) const;
  [[noreturn]] void fail(uint64_t at, const std::string& reason) const;

 private:
  enum class Kind : uint8_t { Mark, None, Bool, Int, Float, Text, Tuple, List, Dict, OrderedDict, Global, Storage, Tensor };
  struct Node {
    Kind kind = Kind::None;
    int64_t number = 0;           // Int, Bool; of a Tensor: its offset; of a Storage: its elements
    std::string text;             // Text, Global; of a Storage: its key
    std::vector<uint32_t> items;  // of Dict: key, value, key, value; of a Tensor: storage, shape, strides
    std::string dtype;
  };

  void run();
  bool step(uint8_t op);
  bool pushScalar(uint8_t op);
  bool build(uint8_t op);
  void append(uint8_t op);
  void remember(uint32_t slot);
  void recall(uint32_t slot);
  void global();
  void reduce();
  void persistent();
  void rebuildTensor(const Node& arguments);

  const std::byte* take(uint64_t bytes);
  uint64_t number(int bytes);  // little endian
  std::string line();
  uint32_t push(Node node);
  uint32_t pop();
  std::vector<uint32_t> popToMark();
  const Node& node(uint32_t i) const { return m_nodes[i]; }

  std::string m_file;
  const std::byte* m_data;
  uint64_t m_bytes, m_offset, m_at = 0;
  std::vector<Node> m_nodes;  // all values; an item is an index, so no value holds another
  std::vector<uint32_t> m_stack;
  std::unordered_map<uint32_t, uint32_t> m_memo;
};

}  // namespace presslab
