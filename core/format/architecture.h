// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "core/format/model_file.h"

namespace presslab {

/// What sets one architecture apart: a row of the table in architecture.cpp, read by the loaders of GGUF files and of Hugging Face folders.
/// The engine itself looks only at ModelConfig and at which tensors are present. docs/adding-an-architecture.md says how to add one.
struct ArchitectureTraits {
  const char* gguf;                         ///< general.architecture
  std::span<const char* const> modelTypes;  ///< model_type of a config.json
  Norm norm;
  Activation activation;  ///< when a config.json names none
  bool gated;
  bool learnedPositions;  ///< instead of rotary ones
  bool qkvBias;           ///< always; a config.json of Llama's can also ask for them
  bool linearBias;        ///< output projection, feed-forward and norms have biases too
  bool qkNorm;
  bool postNorms;                ///< of each block's result
  bool scaledEmbedding;          ///< by sqrt(hidden)
  bool normOffsetInFolder;       ///< a Hugging Face folder keeps norm weights minus 1; a GGUF file keeps them whole
  bool fusedQkv, fusedGateUp;    ///< one matrix in both kinds of files
  bool inputMajorInFolder;       ///< GPT-2's Conv1D: a folder keeps matrices in x out
  bool neighbouringPairsInGguf;  ///< rows of q and k: a GGUF file keeps rotary pairs in neighbouring rows
  bool windowInGguf;             ///< a GGUF file's sliding_window counts; others write one that no layer uses
  int fullEvery;                 ///< with a window: every so manieth layer is full, unless the file names them; 0: all slide
  float slidingRopeTheta;        ///< rotary base of sliding layers, unless the file names it; 0: as the full ones
};

std::span<const ArchitectureTraits> architectures();
/// Null when there is no such row.
const ArchitectureTraits* architectureOfGguf(std::string_view name);
const ArchitectureTraits* architectureOfModelType(std::string_view modelType);
/// The window's facts for an inspection.
void describeWindow(const ModelConfig&, ModelInfo&);
/// "llama, gpt2, ...", for messages.
std::string supportedArchitectures();

}  // namespace presslab
