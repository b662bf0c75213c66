// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <exception>
#include <vector>

#include "core/press/dense.h"
#include "core/press/trace.h"
#include "kernels/kernels.h"

namespace presslab {

/// One layer with what several scores need of it, made on first use: keys on their side, norms of the values. One thread, but keys() and
/// norms() may be read by many once they are there.
class ScoreLayer {
 public:
  ScoreLayer(const LayerTrace& trace, const HeadShape& s) : t(trace), shape(s) {}
  const Sideways& keys(int h) const;  ///< of KV head h
  const float* norms(int h) const;    ///< |v_i|, T values of KV head h
  float scale() const;                ///< of q.k: the model's, or 1 / sqrt(headDim)
  /// The rotated query of query head q in row `row` of the trace; out has headDim values.
  void query(int64_t row, int q, float* out) const;

  const LayerTrace& t;
  const HeadShape& shape;

 private:
  mutable std::vector<Sideways> m_keys;
  mutable std::vector<float> m_norms;
};

/// Calls task(i) for i in [0, count), shared by the trace's pool; the first exception is thrown again here. Tasks must not depend on each
/// other, and a result must not depend on who computed it.
template <class F>
void forTasks(const LayerTrace& t, int count, F&& task) {
  if (!t.pool) {
    for (int i = 0; i < count; ++i) task(i);
    return;
  }
  std::atomic_flag failed = ATOMIC_FLAG_INIT;
  std::exception_ptr error;
  t.pool->forEach(count, [&](int i) {
    try {
      task(i);
    } catch (...) {
      if (!failed.test_and_set()) error = std::current_exception();
    }
  });
  if (error) std::rethrow_exception(error);
}

/// Gives rows [from, to) of all heads the same score above every other row's: the largest of the layer + 1. scores: (heads, T).
void putOnTop(float* scores, int heads, int64_t tokens, int64_t from, int64_t to);

/// Adds weight * softmax(scale * logits) over [from, limit) to `sum`; the logits are overwritten.
void addSoftmax(float* logits, int64_t from, int64_t limit, float scale, float weight, float* sum);

}  // namespace presslab
