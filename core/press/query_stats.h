// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/press/tensor_file.h"
#include "core/press/trace.h"

namespace presslab {

/// Statistics of a model's queries over texts. Each part may be empty: not known.
struct QueryStats {
  std::vector<float> mean;     // (L, queryHeads, headDim) before rotation
  std::vector<float> cov;      // (L, queryHeads, headDim, headDim)
  std::vector<float> filters;  // (L, kvHeads, headDim): Q-Filters, the main direction of the rotated queries turned around
};

/// The parts that a calibration file of ours holds; names query_mean, query_cov, q_filters.
QueryStats readStats(const TensorFile&, const HeadShape&);
/// Adds the parts that there are to a file's tensors.
void addStats(const QueryStats&, const HeadShape&, std::vector<NamedTensor>&);

/// Mean and covariance as kvpress publishes them (query_mean, query_cov), from a safetensors file or the folder that holds model.safetensors.
QueryStats readPublishedStats(const std::string& path, const HeadShape&);
/// Q-Filters as they are published (q_filters).
QueryStats readPublishedFilters(const std::string& path, const HeadShape&);

}  // namespace presslab
