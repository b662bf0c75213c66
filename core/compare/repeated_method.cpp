// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/repeated_method.h"

namespace presslab {

void RepeatedMethod::add(MethodRun&& run) {
  layers = std::move(run.layers);
  kept = {};
  for (LayerKeep& layer : layers) {
    for (HeadKeep& head : layer.heads) {
      kept.add(head.positions);
      std::vector<int32_t>().swap(head.positions);
    }
  }
  for (HeadMetrics& head : run.metrics.heads) std::vector<int32_t>().swap(head.positions);
  repeats.push_back(std::move(run.metrics));
}

MethodMetrics RepeatedMethod::withPositions(const MethodMetrics& metrics) const {
  MethodMetrics full = metrics;
  for (size_t i = 0; i < full.heads.size() && i < kept.size(); ++i) full.heads[i].positions = kept.at(i);
  return full;
}

std::vector<LayerKeep> RepeatedMethod::plan() const {
  std::vector<LayerKeep> whole = layers;
  size_t list = 0;
  for (LayerKeep& layer : whole) {
    for (HeadKeep& head : layer.heads) head.positions = kept.at(list++);
  }
  return whole;
}

}  // namespace presslab
