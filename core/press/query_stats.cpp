// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/query_stats.h"

#include <filesystem>

namespace presslab {
namespace {

std::vector<int64_t> meanShape(const HeadShape& s) { return {s.layers, s.queryHeads(), s.headDim}; }
std::vector<int64_t> covShape(const HeadShape& s) { return {s.layers, s.queryHeads(), s.headDim, s.headDim}; }
std::vector<int64_t> filterShape(const HeadShape& s) { return {s.layers, s.kvHeads, s.headDim}; }

std::string fileIn(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? (std::filesystem::path(path) / "model.safetensors").string() : path;
}

}  // namespace

QueryStats readStats(const TensorFile& file, const HeadShape& shape) {
  QueryStats s;
  if (file.has("query_mean")) s.mean = file.tensor("query_mean", meanShape(shape));
  if (file.has("query_cov")) s.cov = file.tensor("query_cov", covShape(shape));
  if (file.has("q_filters")) s.filters = file.tensor("q_filters", filterShape(shape));
  return s;
}

void addStats(const QueryStats& s, const HeadShape& shape, std::vector<NamedTensor>& tensors) {
  if (!s.mean.empty()) tensors.push_back({"query_mean", meanShape(shape), &s.mean});
  if (!s.cov.empty()) tensors.push_back({"query_cov", covShape(shape), &s.cov});
  if (!s.filters.empty()) tensors.push_back({"q_filters", filterShape(shape), &s.filters});
}

QueryStats readPublishedStats(const std::string& path, const HeadShape& shape) {
  const TensorFile file(fileIn(path));
  QueryStats s;
  s.mean = file.tensor("query_mean", meanShape(shape));
  s.cov = file.tensor("query_cov", covShape(shape));
  return s;
}

QueryStats readPublishedFilters(const std::string& path, const HeadShape& shape) {
  const TensorFile file(fileIn(path));
  QueryStats s;
  s.filters = file.tensor("q_filters", filterShape(shape));
  return s;
}

}  // namespace presslab
