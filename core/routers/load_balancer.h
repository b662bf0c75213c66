// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <vector>

namespace presslab {

/// EPLB's weight update as PiKVpress has it: w = clamp(.9 w + .1 (1 - (load - mean) / mean), .1, 2), load the mean of the last 50 steps.
class UpstreamBalancer {
 public:
  explicit UpstreamBalancer(int experts) : m_weight(size_t(experts), 1.f) {}
  void update(const std::vector<float>& stepLoad);  // tokens that asked for each expert in one step, before capacity
  const std::vector<float>& weight() const { return m_weight; }

 private:
  std::vector<float> m_weight;
  std::vector<std::vector<float>> m_history;
};

}  // namespace presslab
