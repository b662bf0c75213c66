// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Writes GGUF files byte by byte, right or wrong. It knows nothing of the reader: the numbers of the format are stated here again.
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace presslab::test {

/// Little-endian bytes of a value.
template <class T>
std::string le(T value) {
  std::string out(sizeof(T), '\0');
  std::memcpy(out.data(), &value, sizeof(T));
  return out;
}

inline std::string ggufString(const std::string& text) { return le(uint64_t(text.size())) + text; }

enum GgufId : uint32_t { kU8, kI8, kU16, kI16, kU32, kI32, kF32, kBool, kString, kArray, kU64, kI64, kF64 };

/// A tensor type as the file numbers it, with the places of its half-precision scales.
struct BuilderType {
  const char* name;
  uint32_t id;
  int block, bytes;
  std::vector<int> scales;
};
inline const std::vector<BuilderType>& builderTypes() {
  static const std::vector<BuilderType> kTypes{{"F32", 0, 1, 4, {}},           {"F16", 1, 1, 2, {0}},        {"BF16", 30, 1, 2, {}},
                                               {"Q4_0", 2, 32, 18, {0}},       {"Q4_1", 3, 32, 20, {0, 2}},  {"Q5_0", 6, 32, 22, {0}},
                                               {"Q5_1", 7, 32, 24, {0, 2}},    {"Q8_0", 8, 32, 34, {0}},     {"Q4_K", 12, 256, 144, {0, 2}},
                                               {"Q5_K", 13, 256, 176, {0, 2}}, {"Q6_K", 14, 256, 210, {208}}};
  return kTypes;
}
inline const BuilderType& builderType(const std::string& name) {
  for (const BuilderType& t : builderTypes()) {
    if (name == t.name) return t;
  }
  throw std::string("no type " + name);
}

/// Random data of `elements` elements whose scales are finite and small.
inline std::string randomData(const BuilderType& type, uint64_t elements, std::mt19937& random) {
  std::string out;
  if (type.id == 0 || type.id == 30) {
    std::uniform_real_distribution<float> uniform(-0.1f, 0.1f);
    for (uint64_t i = 0; i < elements; ++i) {
      const std::string f = le(uniform(random));
      out += type.id == 0 ? f : f.substr(2);
    }
    return out;
  }
  for (uint64_t b = 0; b < elements / uint64_t(type.block); ++b) {
    std::string block(size_t(type.bytes), '\0');
    for (char& c : block) c = char(random());
    for (const int at : type.scales) {
      const uint16_t half = uint16_t(0x1800 + random() % 0x0400 + (random() & 1) * 0x8000);  // about 2^-9, either sign
      std::memcpy(block.data() + at, &half, 2);
    }
    out += block;
  }
  return out;
}

struct GgufBuilder {
  struct Key {
    std::string name;
    uint32_t type;
    std::string payload;
  };
  struct Tensor {
    std::string name;
    std::vector<uint64_t> dims;
    uint32_t type = 0;
    std::string data;
    std::optional<uint64_t> offset = {};  // as written, instead of the right one
    std::optional<uint32_t> rank = {};
  };

  std::string magic = "GGUF";
  uint32_t version = 3;
  uint64_t alignment = 32;  // of the layout; the key is separate
  std::optional<uint64_t> tensorCount, keyCount;
  std::vector<Key> keys;
  std::vector<Tensor> tensors;
  size_t headerBytes = 0;  // of the last build

  void set(const std::string& name, uint32_t type, std::string payload) {
    for (Key& k : keys) {
      if (k.name == name) {
        k.type = type;
        k.payload = std::move(payload);
        return;
      }
    }
    keys.push_back({name, type, std::move(payload)});
  }
  void setU32(const std::string& name, uint32_t v) { set(name, kU32, le(v)); }
  void setF32(const std::string& name, float v) { set(name, kF32, le(v)); }
  void setText(const std::string& name, const std::string& v) { set(name, kString, ggufString(v)); }
  void setArray(const std::string& name, uint32_t element, uint64_t count, const std::string& payload) {
    set(name, kArray, le(element) + le(count) + payload);
  }
  void setTexts(const std::string& name, const std::vector<std::string>& values) {
    std::string payload;
    for (const std::string& v : values) payload += ggufString(v);
    setArray(name, kString, values.size(), payload);
  }
  void remove(const std::string& name) {
    for (size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].name == name) keys.erase(keys.begin() + long(i--));
    }
  }
  Tensor& tensor(const std::string& name) {
    for (Tensor& t : tensors) {
      if (t.name == name) return t;
    }
    throw std::string("no tensor " + name);
  }
  void removeTensor(const std::string& name) {
    for (size_t i = 0; i < tensors.size(); ++i) {
      if (tensors[i].name == name) tensors.erase(tensors.begin() + long(i--));
    }
  }
  void addTensor(const std::string& name, std::vector<uint64_t> dims, const std::string& type, std::mt19937& random) {
    uint64_t elements = 1;
    for (const uint64_t d : dims) elements *= d;
    const BuilderType& t = builderType(type);
    tensors.push_back({name, std::move(dims), t.id, randomData(t, elements, random)});
  }

  std::string build() {
    std::string out = magic + le(version) + le(tensorCount.value_or(tensors.size())) + le(keyCount.value_or(keys.size()));
    for (const Key& k : keys) out += ggufString(k.name) + le(k.type) + k.payload;
    std::string data;
    for (const Tensor& t : tensors) {
      data.resize((data.size() + alignment - 1) / alignment * alignment);
      out += ggufString(t.name) + le(t.rank.value_or(uint32_t(t.dims.size())));
      for (const uint64_t d : t.dims) out += le(d);
      out += le(t.type) + le(t.offset.value_or(data.size()));
      data += t.data;
    }
    out.resize((out.size() + alignment - 1) / alignment * alignment);
    headerBytes = out.size();
    return out + data;
  }
};

/// GPT-2's printable stand-in for a byte, as UTF-8.
inline std::string byteToken(int byte) {
  const auto shown = [](int b) { return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255); };
  int code = byte;
  if (!shown(byte)) {
    code = 256;
    for (int b = 0; b < byte; ++b) code += !shown(b);
  }
  if (code < 128) return std::string(1, char(code));
  return std::string{char(0xC0 | code >> 6), char(0x80 | (code & 63))};
}

inline std::vector<std::string> tinyTokens() {
  std::vector<std::string> tokens{"<|endoftext|>"};
  for (int b = 0; b < 256; ++b) tokens.push_back(byteToken(b));
  for (int i = 0; tokens.size() < 300; ++i) tokens.push_back("tok" + std::to_string(i));
  return tokens;
}

/// A valid Llama of one layer: 300 tokens, width 32, 4 heads over 2 KV heads of 8, 64 wide feed-forward, tied output. About 20 kB.
inline GgufBuilder tinyLlama(uint32_t seed = 1) {
  GgufBuilder b;
  std::mt19937 random(seed);
  b.setText("general.architecture", "llama");
  b.setText("general.name", "Tiny");
  b.setU32("llama.block_count", 1);
  b.setU32("llama.context_length", 128);
  b.setU32("llama.embedding_length", 32);
  b.setU32("llama.feed_forward_length", 64);
  b.setU32("llama.attention.head_count", 4);
  b.setU32("llama.attention.head_count_kv", 2);
  b.setU32("llama.rope.dimension_count", 8);
  b.setF32("llama.rope.freq_base", 10000.f);
  b.setF32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
  b.setText("tokenizer.ggml.model", "gpt2");
  b.setTexts("tokenizer.ggml.tokens", tinyTokens());
  std::string types = le(int32_t{3});
  for (int i = 1; i < 300; ++i) types += le(int32_t{1});
  b.setArray("tokenizer.ggml.token_type", kI32, 300, types);
  b.setU32("tokenizer.ggml.bos_token_id", 0);
  b.setU32("tokenizer.ggml.eos_token_id", 0);
  b.addTensor("token_embd.weight", {32, 300}, "Q8_0", random);
  b.addTensor("blk.0.attn_norm.weight", {32}, "F32", random);
  b.addTensor("blk.0.attn_q.weight", {32, 32}, "Q4_1", random);
  b.addTensor("blk.0.attn_k.weight", {32, 16}, "Q4_1", random);
  b.addTensor("blk.0.attn_v.weight", {32, 16}, "Q5_0", random);
  b.addTensor("blk.0.attn_output.weight", {32, 32}, "Q4_0", random);
  b.addTensor("blk.0.ffn_norm.weight", {32}, "F32", random);
  b.addTensor("blk.0.ffn_gate.weight", {32, 64}, "F16", random);
  b.addTensor("blk.0.ffn_up.weight", {32, 64}, "BF16", random);
  b.addTensor("blk.0.ffn_down.weight", {64, 32}, "Q5_1", random);
  b.addTensor("output_norm.weight", {32}, "F32", random);
  return b;
}

}  // namespace presslab::test
