// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/repeated_method.h"

namespace presslab {

void RepeatedMethod::add(MethodRun&& run) {
  heads.clear();
  kept = {};
  for (const LayerKeep& layer : run.layers)
    for (const HeadKeep& head : layer.heads) {
      kept.add(head.positions);
      heads.push_back({{}, head.kind, head.ring, head.sink, head.recent});
    }
  for (HeadMetrics& head : run.metrics.heads) std::vector<int32_t>().swap(head.positions);
  repeats.push_back(std::move(run.metrics));
}

MethodMetrics RepeatedMethod::withPositions(const MethodMetrics& metrics) const {
  MethodMetrics full = metrics;
  for (size_t i = 0; i < full.heads.size() && i < heads.size(); ++i) full.heads[i].positions = kept.at(i);
  return full;
}

std::vector<LayerKeep> RepeatedMethod::plan(int kvHeads) const {
  std::vector<LayerKeep> layers(heads.size() / size_t(kvHeads));
  for (size_t i = 0; i < heads.size(); ++i) {
    HeadKeep& head = layers[i / size_t(kvHeads)].heads.emplace_back(heads[i]);
    head.positions = kept.at(i);
  }
  return layers;
}

}  // namespace presslab
