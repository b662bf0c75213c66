// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// What prefill and decoding of the CPU backend share: work by rows, checks for values that are not finite, the feed-forward block's branches.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "core/api/error.h"
#include "core/engine/cpu_backend.h"
#include "core/engine/sequence_checks.h"

namespace presslab {

inline constexpr int64_t kRopeAhead = 512;  // presses look this far behind the context
inline constexpr int64_t kRowsPerJob = 16;

/// True when all values are finite: looks at the exponent bits, so the loop is a plain integer reduction.
inline bool allFinite(const float* x, int64_t n) {
  uint32_t bad = 0;
  for (int64_t i = 0; i < n; ++i) {
    uint32_t bits;
    std::memcpy(&bits, x + i, sizeof bits);
    bad |= uint32_t((bits & 0x7F800000u) == 0x7F800000u);
  }
  return bad == 0;
}

inline void checkLayer(const float* x, int64_t rows, int64_t hidden, int layer, int64_t start) {
  if (allFinite(x, rows * hidden)) return;
  int64_t row = 0;
  while (allFinite(x + row * hidden, hidden)) ++row;
  valueNotFinite(layer, start + row);
}

inline void checkLogits(const float* logits, int64_t vocab, int64_t position) {
  if (!allFinite(logits, vocab)) logitNotFinite(position);
}

template <class F>
void forRows(kernels::Pool& pool, int64_t rows, F&& f) {
  pool.forEach(int((rows + kRowsPerJob - 1) / kRowsPerJob), [&](int job) {
    const int64_t first = job * kRowsPerJob, last = std::min(rows, first + kRowsPerJob);
    for (int64_t r = first; r < last; ++r) f(r);
  });
}

/// The first products of a feed-forward block: gate and up, or up alone in the gate's place.
class Branches {
 public:
  Branches(const CpuLayer& w, float* gate, float* up)
      : m_matrices{w.gate ? w.gate.get() : w.up.get(), w.up.get()}, m_results{gate, up}, m_count(w.gate ? 2 : 1) {}
  std::span<const kernels::Matrix* const> matrices() const { return {m_matrices, m_count}; }
  std::span<float* const> results() const { return {m_results, m_count}; }

 private:
  const kernels::Matrix* m_matrices[2];
  float* m_results[2];
  size_t m_count;
};

}  // namespace presslab
