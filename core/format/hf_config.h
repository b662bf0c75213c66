// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/format/architecture.h"
#include "core/format/model_file.h"

namespace presslab {

/// What a config.json of a Hugging Face folder says.
struct HfConfig {
  std::string path, modelType;
  const ArchitectureTraits* traits = nullptr;
  ModelConfig model;           // tiedEmbedding as the file asks; the tensors decide
  bool attentionBias = false;  // the file asks for biases of all four projections of attention
  std::vector<std::string> notices;
};

/// Reads PATH as transformers 5 does: old keys (rope_theta, rope_scaling, torch_dtype) and new ones (rope_parameters, dtype), and for what is absent
/// the defaults of its configuration classes. What changes the arithmetic and is not computed here is refused by name. Throws Failure: Io when it
/// cannot be opened, BadInput "PATH: 'key': reason (limit)".
HfConfig readHfConfig(const std::string& path);

namespace hf {

class ConfigKeys;
/// Rotary positions of a config.json: base, scaling, the part of a head that turns. headDim, contextLength and the window are set already.
void readRope(const ConfigKeys&, HfConfig&);

}  // namespace hf

}  // namespace presslab
