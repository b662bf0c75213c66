// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace presslab {

enum class Precision { Exact, Fast };        // exact: fp32 weights, activations, KV; fast: f16 KV, quantised kernels
enum class KvType { F32, F16, BF16, Q8_0 };  // q8_0: blocks of 32 values, an f16 scale and 32 signed bytes
/// Bytes of one cached key (or value) of headDim elements.
constexpr int64_t kvRowBytes(KvType type, int headDim) {
  if (type == KvType::Q8_0) return int64_t{headDim} / 32 * 34;
  return int64_t{headDim} * (type == KvType::F32 ? 4 : 2);
}
constexpr const char* kvTypeName(KvType type) {
  return type == KvType::F32 ? "f32" : type == KvType::F16 ? "f16" : type == KvType::BF16 ? "bf16" : "q8_0";
}
enum class Match { Ratio, Bytes, Quality };
enum class RunMode { Timed, Race };  // methods one after the other, alone; or one prefill and a token of each in turn

struct Sampling {  // greedy while temperature == 0
  double temperature = 0;
  int topK = 0;  // 0: all
  double topP = 1;
  uint64_t seed = 0;
};

/// What goes in: exactly one of tokens, text, contextTokens (synthetic).
struct PromptSpec {
  std::optional<std::vector<int32_t>> tokens;  // ids used as they are; no template
  std::optional<std::string> text;             // context document
  std::optional<int> contextTokens;            // synthetic document cut to that many tokens
  std::optional<std::string> question;         // unset: default question for compare, none for generate
  bool raw = false;                            // no chat template
  bool queryAware = false;                     // question is compressed too
};

struct ModelSpec {
  std::string path;  // file, folder or name; empty: the default model
  Precision precision = Precision::Fast;
  std::string device = "cpu";  // "cpu" or "cuda:N"
  std::string backend;         // "" (own kernels), "cpu" (own kernels, on no other device), "torch" (plain LibTorch path)
  int threads = 0;             // 0: tuned
  std::string attention = "flash";
  std::optional<KvType> kvType;  // unset: f32 in exact, f16 in fast
};

/// One comparison (design section 6, `compare`).
struct CompareSpec {
  ModelSpec model;
  PromptSpec prompt;
  std::vector<std::string> methods;  // press specs; "none" is added in front when absent
  int maxNewTokens = 64;
  int repeat = 1;
  Match match = Match::Ratio;
  RunMode mode = RunMode::Timed;
  bool continuationFromText = false;  // quality on the text's own continuation
  bool quality = true;                // untimed quality and attention passes
  bool noCalibrate = false;
  Sampling sampling;
  std::string outDir;       // run folder; empty: none is written
  std::string commandLine;  // for the stamp
};

}  // namespace presslab
