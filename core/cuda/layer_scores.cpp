// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/cuda/layer_scores.h"

#include <algorithm>
#include <string>

#include "core/api/error.h"
#include "kernels/cuda/device_runtime.h"
#include "kernels/cuda/press_kernels.h"

namespace presslab::cuda_path {

LayerScores::LayerScores(CudaBackend& backend, int64_t window, int64_t tokens)
    : m_backend(backend), m_window(window), m_tokens(tokens), m_raw(backend.zeros(backend.config().heads * window * tokens)) {}

int64_t LayerScores::bytes() const { return int64_t(m_raw.nbytes()); }

void LayerScores::record(cuda::PrefillAttentionArgs& a) const {
  a.windowQueries = int(m_window);
  a.tokens = m_tokens;
  a.windowScores = m_raw.mutable_data_ptr<float>();
}

void LayerScores::window(int64_t queries, int pool, bool valueNorm, bool byCount, float* out) const {
  const ModelConfig& c = m_backend.config();
  if (queries != m_window)
    throw Failure(ErrorCode::Failed, "window scores: " + std::to_string(queries) + " queries are asked for, " + std::to_string(m_window) + " were scored");
  const int64_t rows = c.kvHeads * m_tokens;
  if (queries == 0) {                        // one token: nobody is asked
    std::fill_n(out, rows, 0.f);
    return;
  }
  const at::Tensor raw = m_raw.clone(), scores = m_backend.zeros(rows), scratch = m_backend.zeros(rows);  // a second press may ask again
  at::Tensor norms;
  cuda::WindowScoreArgs a{};
  a.windowScores = raw.mutable_data_ptr<float>();
  if (valueNorm) {
    norms = m_backend.zeros(rows);
    cuda::rowNorms(m_heads, c.kvHeads, m_tokens, m_backend.cacheType(), c.headDim, true, norms.mutable_data_ptr<float>(), nullptr);
    a.valueNorms = norms.const_data_ptr<float>();
  }
  a.out = scores.mutable_data_ptr<float>();
  a.scratch = scratch.mutable_data_ptr<float>();
  a.kvHeads = c.kvHeads;
  a.group = c.heads / c.kvHeads;
  a.queries = int(queries);
  a.pool = pool;
  a.tokens = m_tokens;
  a.byCount = byCount;
  cuda::windowScores(a, nullptr);
  cuda::checkLaunch();
  cuda::copyToHost(out, scores.const_data_ptr<float>(), rows * int64_t(sizeof(float)), nullptr);
}

}  // namespace presslab::cuda_path
