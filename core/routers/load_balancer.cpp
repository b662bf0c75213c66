// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routers/load_balancer.h"

#include <algorithm>

namespace presslab {

void UpstreamBalancer::update(const std::vector<float>& stepLoad) {
  constexpr size_t kHistory = 50;
  m_history.push_back(stepLoad);
  if (m_history.size() > kHistory) m_history.erase(m_history.begin());
  std::vector<float> load(m_weight.size(), 0.f);
  for (const auto& row : m_history) {
    for (size_t e = 0; e < load.size(); ++e) load[e] += row[e];
  }
  float mean = 0;
  for (float& l : load) mean += l /= float(m_history.size());
  mean /= float(load.size());
  if (mean <= 0) return;
  for (size_t e = 0; e < load.size(); ++e) {
    m_weight[e] = std::clamp(.9f * m_weight[e] + .1f * (1.f - (load[e] - mean) / mean), .1f, 2.f);
  }
}

}  // namespace presslab
