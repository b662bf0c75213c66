// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/api/error.h"
#include "core/routers/expert_router.h"

namespace presslab {
namespace {

constexpr int64_t kRowsPerPass = 256;

/// A parameter of exactly rows x cols; rows below 0: any.
const RouterTensor& tensorOf(const RouterWeights& weights, const std::string& name, int64_t rows, int64_t cols) {
  const auto it = weights.find(name);
  if (it == weights.end()) badInput("param." + name + ": is missing");
  const RouterTensor& t = it->second;
  if ((rows >= 0 && t.rows != rows) || t.cols != cols) {
    badInput("param." + name + ": shape is " + std::to_string(t.rows) + " x " + std::to_string(t.cols) + ", must be " +
             (rows >= 0 ? std::to_string(rows) : std::string("any")) + " x " + std::to_string(cols));
  }
  return t;
}

std::unique_ptr<kernels::Matrix> packed(const RouterTensor& t, kernels::Pool& pool) {
  return kernels::Matrix::pack(kernels::QuantType::F32, t.values.data(), t.rows, t.cols, true, pool);
}

void addBias(float* y, int64_t rows, const std::vector<float>& bias, bool relu) {
  for (int64_t r = 0; r < rows; ++r) {
    for (const float b : bias) {
      *y += b;
      if (relu) *y = std::max(*y, 0.f);
      ++y;
    }
  }
}

}  // namespace

RouterMlp::RouterMlp(const RouterWeights& weights, const std::string& prefix, int first, int second, int64_t inputs, int64_t outputs,
                     kernels::Pool& pool) {
  const std::string a = prefix + "." + std::to_string(first), b = prefix + "." + std::to_string(second);
  const RouterTensor& wide = tensorOf(weights, a + ".weight", -1, inputs);
  m_first = packed(wide, pool);
  m_firstBias = tensorOf(weights, a + ".bias", 1, wide.rows).values;
  m_second = packed(tensorOf(weights, b + ".weight", outputs, wide.rows), pool);
  m_secondBias = tensorOf(weights, b + ".bias", 1, outputs).values;
}

void RouterMlp::apply(const float* x, int64_t rows, float* out, kernels::Pool& pool) const {
  const int64_t inputs = m_first->cols(), width = m_first->rows(), outputs = m_second->rows();
  std::vector<float> inner(size_t(std::min(rows, kRowsPerPass) * width));
  for (int64_t done = 0; done < rows; done += kRowsPerPass) {
    const int64_t n = std::min(kRowsPerPass, rows - done);
    m_first->gemm(x + done * inputs, inputs, inner.data(), width, n, pool);
    addBias(inner.data(), n, m_firstBias, true);
    m_second->gemm(inner.data(), width, out + done * outputs, outputs, n, pool);
    addBias(out + done * outputs, n, m_secondBias, false);
  }
}

}  // namespace presslab
