// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// A tiny model on the CPU's own kernels, prefilled in chunks.
#pragma once
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include "core/engine/backend.h"
#include "core/engine/tiny_model.h"

namespace presslab::test {

inline ModelSpec specOf(Precision precision, int threads = 2) {
  ModelSpec s;
  s.precision = precision;
  s.threads = threads;
  return s;
}

inline std::unique_ptr<Backend> backendOf(const ModelFile& file, Precision precision = Precision::Exact, int threads = 2) {
  return makeCpuBackend(file, specOf(precision, threads), {}, {});
}

inline void prefillAll(Backend& b, Sequence& s, const std::vector<int32_t>& ids, int64_t chunk, float* logits,
                       const std::function<LayerKeep(int)>& keep = {}) {
  s.beginPrefill(ids, {});
  for (int l = 0; l < b.config().layers; ++l) {
    for (int64_t at = 0; at < int64_t(ids.size()); at += chunk) s.prefillChunk(l, at, std::min(chunk, int64_t(ids.size()) - at));
    if (keep) s.keep(l, keep(l));
  }
  s.endPrefill(logits);
}

inline double worst(const std::vector<float>& a, const std::vector<double>& b) {
  double d = 0;
  for (size_t i = 0; i < a.size(); ++i) d = std::max(d, std::fabs(double(a[i]) - b[i]));
  return d;
}

inline bool always(int, int, int64_t, int64_t) { return true; }

}  // namespace presslab::test
