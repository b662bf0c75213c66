// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/architecture.h"

#include <algorithm>

namespace presslab {
namespace {

constexpr const char* kLlama[] = {"llama", "mistral"};
constexpr const char* kGpt2[] = {"gpt2"};
constexpr const char* kQwen2[] = {"qwen2"};
constexpr const char* kQwen3[] = {"qwen3"};
constexpr const char* kGemma3[] = {"gemma3_text", "gemma3"};
constexpr const char* kPhi3[] = {"phi3"};

// clang-format off
constexpr ArchitectureTraits kArchitectures[] = {
  // gguf     modelTypes norm         activation            gated  learned qkvBias linBias qkNorm post   scaled offset fQkv   fGateUp inMajor pairs  window every base
  {"llama",   kLlama,    Norm::Rms,   Activation::Silu,     true,  false,  false,  false,  false, false, false, false, false, false,  false,  true,  true,  0,    0},
  {"gpt2",    kGpt2,     Norm::Layer, Activation::GeluTanh, false, true,   true,   true,   false, false, false, false, true,  false,  true,   false, false, 0,    0},
  {"qwen2",   kQwen2,    Norm::Rms,   Activation::Silu,     true,  false,  true,   false,  false, false, false, false, false, false,  false,  false, false, 0,    0},
  {"qwen3",   kQwen3,    Norm::Rms,   Activation::Silu,     true,  false,  false,  false,  true,  false, false, false, false, false,  false,  false, false, 0,    0},
  {"gemma3",  kGemma3,   Norm::Rms,   Activation::GeluTanh, true,  false,  false,  false,  true,  true,  true,  true,  false, false,  false,  false, true,  6,    10000.f},
  {"phi3",    kPhi3,     Norm::Rms,   Activation::Silu,     true,  false,  false,  false,  false, false, false, false, true,  true,   false,  false, true,  0,    0},
};
// clang-format on

}  // namespace

std::span<const ArchitectureTraits> architectures() { return kArchitectures; }

const ArchitectureTraits* architectureOfGguf(std::string_view name) {
  const auto* row = std::find_if(std::begin(kArchitectures), std::end(kArchitectures), [&](const ArchitectureTraits& a) { return a.gguf == name; });
  return row == std::end(kArchitectures) ? nullptr : row;
}

const ArchitectureTraits* architectureOfModelType(std::string_view modelType) {
  for (const ArchitectureTraits& a : kArchitectures) {
    if (std::any_of(a.modelTypes.begin(), a.modelTypes.end(), [&](const char* name) { return modelType == name; })) return &a;
  }
  return nullptr;
}

void describeWindow(const ModelConfig& c, ModelInfo& info) {
  info.slidingWindow = c.slidingWindow;
  for (int l = 0; l < c.layers; ++l) info.slidingLayers += c.isSliding(l);
}

std::string supportedArchitectures() {
  std::string out;
  for (const ArchitectureTraits& a : kArchitectures) out += (out.empty() ? "" : ", ") + std::string(a.gguf);
  return out;
}

}  // namespace presslab
