// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace presslab {

/// Replicas of experts on GPUs, per layer (DeepSeek's expert-parallel load balancer).
struct Placement {
  std::vector<std::vector<int>> physicalToLogical;               // (layers, replicas): expert that a slot holds
  std::vector<std::vector<std::vector<int>>> logicalToPhysical;  // (layers, experts, most copies): slots, -1 where there is none
  std::vector<std::vector<int>> replicaCount;                    // (layers, experts)
  std::vector<std::vector<double>> gpuLoadBefore;                // (layers, gpus): experts in index order, one copy each
  std::vector<std::vector<double>> gpuLoadAfter;                 // (layers, gpus)
  bool hierarchical = false;                                     // false: groups are not divisible by nodes, the global policy
};

/// Balances `loads` (layers x experts) over `replicas` slots on `gpus` GPUs of `nodes` nodes. Equal loads: lower index first; sums in
/// float32. Throws Failure(BadInput) on divisions that do not come out: replicas by gpus, gpus by nodes, experts by groups.
Placement placeExperts(const std::vector<std::vector<double>>& loads, int replicas, int groups, int nodes, int gpus);

/// A JSON matrix layers x experts; one list of numbers is one layer. Throws Failure(BadInput) naming `name` and the byte, or layer and expert.
std::vector<std::vector<double>> parseLoads(std::string_view json, const std::string& name);

}  // namespace presslab
