// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>
#include <functional>
#include <limits>

#include "format_test.h"
#include "support/gguf_builder.h"

using namespace presslab::test;

namespace {

using Edit = std::function<void(GgufBuilder&)>;

/// One hostile file: made from the valid tiny model by `edit` (before writing) and `after` (on the bytes).
struct Case {
  const char* id;
  QStringList words;  // all of them must be in the message
  Edit edit = [](GgufBuilder&) {};
  std::function<void(std::string&)> after = [](std::string&) {};
};

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
const char* kQ = "blk.0.attn_q.weight";

void put(std::string& bytes, size_t at, const std::string& value) { bytes.replace(at, value.size(), value); }
Edit count(std::optional<uint64_t> GgufBuilder::*field, uint64_t value) {
  return [=](GgufBuilder& b) { b.*field = value; };
}
Edit key(const char* name, uint32_t type, std::string payload) {
  return [=](GgufBuilder& b) { b.set(name, type, payload); };
}
Edit u32(const char* name, uint32_t v) { return key(name, kU32, le(v)); }
Edit f32(const char* name, float v) { return key(name, kF32, le(v)); }
Edit without(const char* name) {
  return [=](GgufBuilder& b) { b.remove(name); };
}
Edit withoutTensor(const char* name) {
  return [=](GgufBuilder& b) { b.removeTensor(name); };
}
Edit dims(const char* tensor, std::vector<uint64_t> d) {
  return [=](GgufBuilder& b) { b.tensor(tensor).dims = d; };
}
Edit rank(uint32_t r) {
  return [=](GgufBuilder& b) { b.tensor(kQ).rank = r; };
}
Edit type(uint32_t id) {
  return [=](GgufBuilder& b) { b.tensor(kQ).type = id; };
}
Edit offset(uint64_t o) {
  return [=](GgufBuilder& b) { b.tensor("output_norm.weight").offset = o; };
}
Edit token(int index, const char* text) {
  return [=](GgufBuilder& b) {
    std::vector<std::string> tokens = tinyTokens();
    tokens[size_t(index)] = text;
    b.setTexts("tokenizer.ggml.tokens", tokens);
  };
}
Edit rename(const char* tensor, std::string name) {
  return [=](GgufBuilder& b) { b.tensor(tensor).name = name; };
}
Edit extra(std::string name) {
  return [=](GgufBuilder& b) { b.tensors.push_back({name, {8}, 0, std::string(32, '\0')}); };
}
std::string nested(int depth) {
  std::string out;
  for (int i = 0; i < depth; ++i) out += le(uint32_t{kArray}) + le(uint64_t{1});
  return out + le(uint32_t{kU8}) + le(uint64_t{0});
}

QList<Case> headerCases() {
  return {
      {"G01 no bytes", {"0x0", "not a GGUF file"}, {}, [](std::string& s) { s.clear(); }},
      {"G02 three bytes", {"0x0", "not a GGUF file"}, {}, [](std::string& s) { s = "GGU"; }},
      {"G03 magic GGML", {"0x0", "not a GGUF file"}, [](GgufBuilder& b) { b.magic = "GGML"; }},
      {"G03 magic FUGG", {"0x0", "not a GGUF file"}, [](GgufBuilder& b) { b.magic = "FUGG"; }},
      {"G04 version 0", {"0x4", "unsupported version 0"}, [](GgufBuilder& b) { b.version = 0; }},
      {"G05 version 1", {"0x4", "unsupported version 1"}, [](GgufBuilder& b) { b.version = 1; }},
      {"G06 version 99", {"0x4", "unsupported version 99"}, [](GgufBuilder& b) { b.version = 99; }},
      {"G06 byte-swapped version", {"0x4", "big-endian"}, [](GgufBuilder& b) { b.version = 0x03000000u; }},
      {"header cut", {"ends here"}, {}, [](std::string& s) { s.resize(12); }},
      {"G07 2^63 keys", {"0x10", "key-value count", "65536"}, count(&GgufBuilder::keyCount, uint64_t{1} << 63)},
      {"G08 2^64-1 keys", {"0x10", "key-value count", "65536"}, count(&GgufBuilder::keyCount, kMax)},
      {"G09 65537 keys", {"0x10", "key-value count", "65536"}, count(&GgufBuilder::keyCount, 65537)},
      {"65536 keys in a small file", {"0x10", "do not fit"}, count(&GgufBuilder::keyCount, 65536)},
      {"G10 one key more than there is", {"tensor 0", "limit"}, [](GgufBuilder& b) { b.keyCount = b.keys.size() + 1; }},
      {"G11 2^64-1 tensors", {"0x8", "tensor count", "65536"}, count(&GgufBuilder::tensorCount, kMax)},
      {"G12 2^32 tensors", {"0x8", "tensor count", "65536"}, count(&GgufBuilder::tensorCount, uint64_t{1} << 32)},
      {"G13 one tensor more than there is", {"tensor 11"}, [](GgufBuilder& b) { b.tensorCount = b.tensors.size() + 1; }},
      {"no keys", {"tensor"}, count(&GgufBuilder::keyCount, 0)},
      {"no tensors", {"token_embd.weight", "missing"}, count(&GgufBuilder::tensorCount, 0)},
      {"G14 empty key", {"0x18", "key 0", "empty"}, {}, [](std::string& s) { put(s, 24, le(uint64_t{0})); }},
      {"G15 key of 2^64-1 bytes", {"0x18", "key 0", "65535"}, {}, [](std::string& s) { put(s, 24, le(kMax)); }},
      {"G16 key longer than the file", {"0x18", "key 0"}, {}, [](std::string& s) { put(s, 24, le(uint64_t{60000})); }},
      {"G17 key not UTF-8", {"0x18", "key 0", "UTF-8"}, {}, [](std::string& s) { s[32] = char(0xFF); }},
      {"key with NUL", {"0x18", "key 0", "NUL"}, {}, [](std::string& s) { s[33] = 0; }},
      {"G18 duplicate key",
       {"general.name", "duplicate"},
       [](GgufBuilder& b) {
         b.keys.push_back({"general.name", kString, ggufString("x")});
       }},
      {"G19 value type 13", {"general.name", "value type 13"}, key("general.name", 13, "")},
      {"G19 value type 2^32-1", {"general.name", "value type 4294967295"}, key("general.name", 0xFFFFFFFFu, "")},
      {"G20 bool 2", {"tokenizer.ggml.add_bos_token", "BOOL of 2"}, key("tokenizer.ggml.add_bos_token", kBool, "\2")},
      {"G20 bool 2 in an unknown key", {"x.y", "BOOL of 2"}, key("x.y", kBool, "\2")},
      {"bool 2 in an array", {"x.y", "element 1", "BOOL of 2"}, key("x.y", kArray, le(uint32_t{kBool}) + le(uint64_t{2}) + "\1\2")},
      {"G21 array of 2^62", {"x.y", "does not fit"}, key("x.y", kArray, le(uint32_t{kU32}) + le(uint64_t{1} << 62))},
      {"G21 array of 2^64-1 strings", {"x.y", "does not fit"}, key("x.y", kArray, le(uint32_t{kString}) + le(kMax))},
      {"G22 array of arrays", {"x.y", "nesting limit 1"}, key("x.y", kArray, nested(1))},
      {"G22 arrays nested 10000 deep", {"x.y", "nesting limit 1"}, key("x.y", kArray, nested(10000))},
      {"G23 array element type", {"x.y", "element type 77"}, key("x.y", kArray, le(uint32_t{77}) + le(uint64_t{1}))},
      {"G24 string of 2^64-1 in an array", {"x.y", "element 0"}, key("x.y", kArray, le(uint32_t{kString}) + le(uint64_t{1}) + le(kMax))},
      {"string of 2^64-1", {"general.name", "limit"}, key("general.name", kString, le(kMax))},
      {"string longer than the file", {"general.name", "left"}, key("general.name", kString, le(uint64_t{1} << 20))},
      {"capped logits", {"llama.attn_logit_softcapping", "capped"}, key("llama.attn_logit_softcapping", kF32, le(30.f))},
      {"an attention scale below 0", {"llama.attention.scale", "above 0"}, key("llama.attention.scale", kF32, le(-1.f))},
      {"a window of 2^40", {"llama.attention.sliding_window", "1 to 2147483648"}, key("llama.attention.sliding_window", kU64, le(uint64_t{1} << 40))},
  };
}

QList<Case> tensorCases() {
  const uint64_t big = (uint64_t{1} << 42) + 1;
  return {
      {"G25 empty tensor name", {"tensor 11", "empty"}, extra("")},
      {"G26 tensor name of 64 bytes", {"tensor 11", "63"}, extra(std::string(64, 'x'))},
      {"G26 tensor name of 2^64-1 bytes", {"tensor 11", "63"}, extra("MARK"), [](std::string& s) { put(s, s.find("MARK") - 8, le(kMax)); }},
      {"G27 duplicate tensor", {"output_norm.weight", "duplicate"}, extra("output_norm.weight")},
      {"G28 tensor name with NUL", {"tensor", "NUL"}, extra(std::string("a\0b", 3))},
      {"tensor name not UTF-8", {"UTF-8", "\\xFF"}, extra("a\xFF")},
      {"G29 no dimensions", {kQ, "0 dimensions"}, rank(0)},
      {"G29 five dimensions", {kQ, "5 dimensions"}, rank(5)},
      {"G29 2^32-1 dimensions", {kQ, "4294967295 dimensions"}, rank(0xFFFFFFFFu)},
      {"G30 a dimension of 0", {kQ, "dimension 1 is 0"}, dims(kQ, {32, 0})},
      {"G31 a negative dimension", {kQ, "-32"}, dims(kQ, {32, uint64_t(-32)})},
      {"G32 a dimension of 2^42+1", {kQ, "dimension 0", "2^31"}, dims(kQ, {big, 1})},
      {"2^42 x 2^42", {kQ, "2^31"}, dims(kQ, {uint64_t{1} << 42, uint64_t{1} << 42})},
      {"G33 product wraps to 0", {kQ, "2^40"}, dims(kQ, {uint64_t{1} << 31, uint64_t{1} << 31, 4})},
      {"product of 2^40", {kQ, "2^40"}, dims(kQ, {uint64_t{1} << 20, uint64_t{1} << 20})},
      {"a dimension of SIZE_MAX/4", {kQ, "2^31"}, dims(kQ, {kMax / 4})},
      {"a dimension of 2^63-3", {kQ, "2^31"}, dims(kQ, {(uint64_t{1} << 63) - 3})},
      {"G34 type 255", {kQ, "type 255"}, type(255)},
      {"G35 removed type 4", {kQ, "type 4", "Q4_2"}, type(4)},
      {"type without support", {kQ, "IQ2_XXS", "supported"}, type(16)},
      {"integer type", {kQ, "I32"}, type(26)},
      {"G36 row no multiple of the block", {kQ, "Q4_1", "block of 32"}, dims(kQ, {33, 32})},
      {"G36 row no multiple of a super-block", {kQ, "Q6_K", "block of 256"}, type(14)},
      {"G37 alignment 0", {"general.alignment", "power of two"}, u32("general.alignment", 0)},
      {"G38 alignment 3", {"general.alignment", "power of two"}, u32("general.alignment", 3)},
      {"G39 alignment 2^31", {"general.alignment", "65536"}, u32("general.alignment", 0x80000000u)},
      {"alignment 4", {"general.alignment", "from 8"}, u32("general.alignment", 4)},
      {"alignment 131072", {"general.alignment", "65536"}, u32("general.alignment", 131072)},
      {"G40 alignment as INT32", {"general.alignment", "INT32"}, key("general.alignment", kI32, le(int32_t{32}))},
      {"G40 alignment as a string", {"general.alignment", "STRING"}, key("general.alignment", kString, ggufString("32"))},
      {"G41 offset not aligned", {"output_norm.weight", "not aligned"}, offset(17)},
      {"G42 offset past the end", {"output_norm.weight", "needs", "incomplete download?"}, offset(uint64_t{1} << 20)},
      {"G43 offset and size wrap", {"output_norm.weight", "overflows"}, offset(kMax - 31)},
      {"G44 overlap", {"output_norm.weight", "token_embd.weight", "overlaps"}, offset(32)},
      {"G44 same place", {"output_norm.weight", "token_embd.weight", "overlaps"}, offset(0)},
      {"G45 one byte short", {"output_norm.weight", "needs", "file has", "incomplete download?"}, {}, [](std::string& s) { s.pop_back(); }},
  };
}

QList<Case> metadataCases() {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  return {
      {"no architecture", {"general.architecture", "missing"}, without("general.architecture")},
      {"architecture as a number", {"general.architecture", "STRING"}, u32("general.architecture", 1)},
      {"G60 architecture foo", {"'foo'", "supported: llama"}, [](GgufBuilder& b) { b.setText("general.architecture", "foo"); }},
      {"G46 no heads", {"llama.attention.head_count", "0 (1 to 1024)"}, u32("llama.attention.head_count", 0)},
      {"no KV heads", {"llama.attention.head_count_kv", "0 (1 to 1024)"}, u32("llama.attention.head_count_kv", 0)},
      {"1025 heads", {"llama.attention.head_count", "1024"}, u32("llama.attention.head_count", 1025)},
      {"negative heads", {"llama.attention.head_count", "-4"}, key("llama.attention.head_count", kI32, le(int32_t{-4}))},
      {"heads as a float", {"llama.attention.head_count", "FLOAT32"}, f32("llama.attention.head_count", 4)},
      {"heads as a string", {"llama.attention.head_count", "STRING"}, key("llama.attention.head_count", kString, ggufString("4"))},
      {"heads absent", {"llama.attention.head_count", "missing"}, without("llama.attention.head_count")},
      {"G47 heads over KV heads", {"llama.attention.head_count_kv", "divisible"}, u32("llama.attention.head_count_kv", 3)},
      {"more KV heads than heads", {"llama.attention.head_count_kv", "divisible"}, u32("llama.attention.head_count_kv", 8)},
      {"width over heads",
       {"llama.attention.head_count", "divisible"},
       [](GgufBuilder& b) {
         b.setU32("llama.attention.head_count", 7);
         b.setU32("llama.attention.head_count_kv", 7);
       }},
      {"odd head dimension", {"llama.attention.key_length", "odd"}, u32("llama.attention.key_length", 7)},
      {"head dimension 2048", {"llama.attention.key_length", "1024"}, u32("llama.attention.key_length", 2048)},
      {"value length differs", {"llama.attention.value_length", "differs"}, u32("llama.attention.value_length", 16)},
      {"G48 no layers", {"llama.block_count", "0 (1 to 1024)"}, u32("llama.block_count", 0)},
      {"G48 513 layers", {"blk.1.attn_norm.weight", "llama.block_count", "missing"}, u32("llama.block_count", 513)},
      {"1025 layers", {"llama.block_count", "1024"}, u32("llama.block_count", 1025)},
      {"G48 2^32-1 layers", {"llama.block_count", "1024"}, u32("llama.block_count", 0xFFFFFFFFu)},
      {"G49 the last layer is missing", {"blk.1.attn_norm.weight", "llama.block_count", "missing"}, u32("llama.block_count", 2)},
      {"G50 odd rotary dimensions", {"llama.rope.dimension_count", "5"}, u32("llama.rope.dimension_count", 5)},
      {"G50 too many rotary dimensions", {"llama.rope.dimension_count", "10", "8"}, u32("llama.rope.dimension_count", 10)},
      {"no rotary dimensions", {"llama.rope.dimension_count", "0 rotary"}, u32("llama.rope.dimension_count", 0)},
      {"rotary base 0", {"llama.rope.freq_base", "above 0"}, f32("llama.rope.freq_base", 0)},
      {"rotary base negative", {"llama.rope.freq_base", "above 0"}, f32("llama.rope.freq_base", -1)},
      {"rotary base NaN", {"llama.rope.freq_base", "finite"}, f32("llama.rope.freq_base", nan)},
      {"rotary base infinite", {"llama.rope.freq_base", "finite"}, f32("llama.rope.freq_base", inf)},
      {"rotary scaling yarn", {"llama.rope.scaling.type", "yarn"}, key("llama.rope.scaling.type", kString, ggufString("yarn"))},
      {"rotary scaling NaN", {"llama.rope.scaling.factor", "finite"}, f32("llama.rope.scaling.factor", nan)},
      {"epsilon NaN", {"layer_norm_rms_epsilon", "finite"}, f32("llama.attention.layer_norm_rms_epsilon", nan)},
      {"epsilon infinite", {"layer_norm_rms_epsilon", "finite"}, f32("llama.attention.layer_norm_rms_epsilon", inf)},
      {"epsilon negative", {"layer_norm_rms_epsilon", "-1"}, f32("llama.attention.layer_norm_rms_epsilon", -1)},
      {"epsilon absent", {"layer_norm_rms_epsilon", "missing"}, without("llama.attention.layer_norm_rms_epsilon")},
      {"width 0", {"llama.embedding_length", "0 (1"}, u32("llama.embedding_length", 0)},
      {"width 2^32-1", {"llama.embedding_length", "4294967295"}, u32("llama.embedding_length", 0xFFFFFFFFu)},
      {"width of another model", {"token_embd.weight", "shape", "64"}, u32("llama.embedding_length", 64)},
      {"feed-forward of another model", {"blk.0.ffn_gate.weight", "shape"}, u32("llama.feed_forward_length", 128)},
      {"context 0", {"llama.context_length", "0 (1"}, u32("llama.context_length", 0)},
      {"vocabulary size differs", {"llama.vocab_size", "300"}, u32("llama.vocab_size", 299)},
      {"experts", {"llama.expert_count", "mixture"}, u32("llama.expert_count", 8)},
      {"no embedding", {"token_embd.weight", "missing"}, withoutTensor("token_embd.weight")},
      {"no final norm", {"output_norm.weight", "missing"}, withoutTensor("output_norm.weight")},
      {"no value weights", {"blk.0.attn_v.weight", "missing"}, withoutTensor("blk.0.attn_v.weight")},
      {"other tensor name", {"blk.0.ffn_up.weight", "missing"}, rename("blk.0.ffn_up.weight", "blk.0.ffn_UP.weight")},
      {"q transposed out of shape", {kQ, "shape is 64 x 16"}, dims(kQ, {64, 16})},
      {"q of three dimensions", {kQ, "shape is 32 x 16 x 2"}, dims(kQ, {32, 16, 2})},
      {"a bias of the wrong length", {"blk.0.attn_q.bias", "shape is 8"}, extra("blk.0.attn_q.bias")},
      {"a head norm", {"blk.0.attn_q_norm.weight", "not supported in the llama architecture"}, extra("blk.0.attn_q_norm.weight")},
      {"a gate bias", {"blk.0.ffn_gate.bias", "not supported"}, extra("blk.0.ffn_gate.bias")},
      {"rope factors of the wrong length", {"rope_freqs.weight", "shape"}, extra("rope_freqs.weight")},
      {"rope factors of 0",
       {"rope_freqs.weight", "above 0"},
       [](GgufBuilder& b) {
         b.tensors.push_back({"rope_freqs.weight", {4}, 0, std::string(16, '\0')});
       }},
  };
}

QList<Case> vocabularyCases() {
  const std::string bytes300(300, 'a');
  return {
      {"G51 tokens as INT8",
       {"tokenizer.ggml.tokens", "INT8"},
       key("tokenizer.ggml.tokens", kArray, le(uint32_t{kI8}) + le(uint64_t{300}) + bytes300)},
      {"tokens as a string", {"tokenizer.ggml.tokens", "STRING"}, key("tokenizer.ggml.tokens", kString, ggufString("a"))},
      {"tokens absent", {"tokenizer.ggml.tokens", "missing"}, without("tokenizer.ggml.tokens")},
      {"tokens empty", {"tokenizer.ggml.tokens"}, key("tokenizer.ggml.tokens", kArray, le(uint32_t{kString}) + le(uint64_t{0}))},
      {"a token less than the embedding",
       {"token_embd.weight", "299"},
       [](GgufBuilder& b) {
         std::vector<std::string> tokens = tinyTokens();
         tokens.pop_back();
         b.setTexts("tokenizer.ggml.tokens", tokens);
         b.remove("tokenizer.ggml.token_type");
       }},
      {"G52 scores too short",
       {"tokenizer.ggml.scores", "299", "300"},
       key("tokenizer.ggml.scores", kArray, le(uint32_t{kF32}) + le(uint64_t{299}) + std::string(299 * 4, '\0'))},
      {"scores as bytes", {"tokenizer.ggml.scores", "UINT8"}, key("tokenizer.ggml.scores", kArray, le(uint32_t{kU8}) + le(uint64_t{300}) + bytes300)},
      {"types too short",
       {"tokenizer.ggml.token_type", "10 elements"},
       key("tokenizer.ggml.token_type", kArray, le(uint32_t{kI32}) + le(uint64_t{10}) + std::string(40, '\1'))},
      {"types as bytes",
       {"tokenizer.ggml.token_type", "INT8"},
       key("tokenizer.ggml.token_type", kArray, le(uint32_t{kI8}) + le(uint64_t{300}) + bytes300)},
      {"a type out of range",
       {"tokenizer.ggml.token_type", "element 0"},
       key("tokenizer.ggml.token_type", kArray, le(uint32_t{kI32}) + le(uint64_t{300}) + std::string(1200, '\7'))},
      {"merges as numbers",
       {"tokenizer.ggml.merges", "UINT32"},
       key("tokenizer.ggml.merges", kArray, le(uint32_t{kU32}) + le(uint64_t{1}) + le(uint32_t{1}))},
      {"a merge of one part",
       {"tokenizer.ggml.merges", "element 1", "no pair"},
       [](GgufBuilder& b) {
         b.setTexts("tokenizer.ggml.merges", {"a b", "ab"});
       }},
      {"an empty merge", {"tokenizer.ggml.merges", "element 0", "no pair"}, [](GgufBuilder& b) { b.setTexts("tokenizer.ggml.merges", {""}); }},
      {"G53 bos outside the vocabulary", {"tokenizer.ggml.bos_token_id", "300", "299"}, u32("tokenizer.ggml.bos_token_id", 300)},
      {"eos outside the vocabulary", {"tokenizer.ggml.eos_token_id", "4294967295"}, u32("tokenizer.ggml.eos_token_id", 0xFFFFFFFFu)},
      {"a negative bos", {"tokenizer.ggml.bos_token_id", "-1"}, key("tokenizer.ggml.bos_token_id", kI32, le(int32_t{-1}))},
      {"bos as a string", {"tokenizer.ggml.bos_token_id", "STRING"}, key("tokenizer.ggml.bos_token_id", kString, ggufString("0"))},
      {"unknown id outside the vocabulary", {"tokenizer.ggml.unknown_token_id", "5000"}, u32("tokenizer.ggml.unknown_token_id", 5000)},
      {"G54 token <0x-1>", {"tokenizer.ggml.tokens", "element 299", "<0x-1>"}, token(299, "<0x-1>")},
      {"G54 token <0xZZ>", {"tokenizer.ggml.tokens", "element 5", "<0xZZ>"}, token(5, "<0xZZ>")},
      {"add_bos as a number", {"tokenizer.ggml.add_bos_token", "UINT32"}, u32("tokenizer.ggml.add_bos_token", 1)},
      {"chat template as a number", {"tokenizer.chat_template", "UINT32"}, u32("tokenizer.chat_template", 1)},
      {"tokenizer model absent", {"tokenizer.ggml.model", "missing"}, without("tokenizer.ggml.model")},
      {"another tokenizer model", {"tokenizer.ggml.model", "bert", "supported"}, key("tokenizer.ggml.model", kString, ggufString("bert"))},
      {"pre as a number", {"tokenizer.ggml.pre", "UINT32"}, u32("tokenizer.ggml.pre", 1)},
      {"name as a number", {"general.name", "UINT32"}, u32("general.name", 1)},
      {"file type as a string", {"general.file_type", "STRING"}, key("general.file_type", kString, ggufString("Q4_1"))},
  };
}

const QList<Case>& cases() {
  static const QList<Case> kCases = headerCases() + tensorCases() + metadataCases() + vocabularyCases();
  return kCases;
}

long peakKb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

class TestGgufHostile : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void seedIsValid() {
    QTemporaryDir folder;
    const QString path = folder.filePath("seed.gguf");
    QVERIFY(writeFile(path, tinyLlama().build()));
    const OpenResult r = open(path);
    QVERIFY2(r.model, qPrintable(r.error));
  }

  void refused_data() {
    QTest::addColumn<int>("index");
    for (int i = 0; i < cases().size(); ++i) QTest::newRow(cases()[i].id) << i;
  }
  void refused() {
    QFETCH(int, index);
    const Case& c = cases()[index];
    GgufBuilder builder = tinyLlama();
    if (c.edit) c.edit(builder);
    std::string bytes = builder.build();
    if (c.after) c.after(bytes);
    QTemporaryDir folder;
    const QString path = folder.filePath("m.gguf");
    QVERIFY(writeFile(path, bytes));
    const long before = peakKb();
    QElapsedTimer timer;
    timer.start();
    const OpenResult r = open(path);
    const qint64 ms = timer.elapsed();
    QVERIFY2(!r.model, "the file was accepted");
    QCOMPARE(r.code, 2);
    QVERIFY2(r.error.startsWith(path + ": 0x"), qPrintable(r.error));
    QVERIFY2(!r.error.contains('\n'), qPrintable(r.error));
    for (const QString& word : c.words) QVERIFY2(r.error.contains(word), qPrintable(r.error + "   wanted: " + word));
    QVERIFY2(ms <= 500, qPrintable(QString("%1 ms").arg(ms)));  // the limit is 50 ms; a shared machine may pause
    const long limitKb = 64 * 1024 + long(bytes.size() / 1024);
    QVERIFY2(peakKb() - before <= limitKb, qPrintable(QString("grew by %1 kB").arg(peakKb() - before)));
  }
};

QTEST_APPLESS_MAIN(TestGgufHostile)
#include "tst_gguf_hostile.moc"
