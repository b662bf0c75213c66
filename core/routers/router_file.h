// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/routers/router_config.h"

namespace presslab {

/// A router with the hidden states of successive calls, as a safetensors file: settings in its metadata (router_type, num_experts, top_k,
/// capacity_factor, hidden_size, steps and what the type needs), parameters as `param.NAME`, states as `stepN.hidden` of (sequences,
/// length, hidden) or (tokens, hidden), all F32.
struct RouterFile {
  struct Step {
    int64_t sequences = 1;
    std::vector<float> hidden;  // (sequences * length, hidden)
  };
  RouterConfig config;
  RouterWeights weights;
  std::vector<Step> steps;
};

/// Throws Failure: BadInput naming file, key or tensor and the reason, Io when the file cannot be read. With needSteps a file without
/// hidden states is refused; without, parameters alone will do.
RouterFile readRouterFile(const std::string& path, bool needSteps = true);

}  // namespace presslab
