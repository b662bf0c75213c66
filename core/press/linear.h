// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

namespace presslab {

/// C (m x n, no gaps) = A (m x k) B (k x n), float32, any sizes; row strides of A and B in floats. One thread, fixed order of sums.
std::vector<float> product(int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb);

/// sum over rows of weight_i x_i x_i', symmetric (dim x dim), sums of spans in double; rows is (count, dim) without gaps, weight null: all 1.
std::vector<double> gram(const float* rows, int64_t count, int dim, const float* weight);

/// The inverse of a symmetric positive definite matrix (n x n) as float32, through its Cholesky factor in double; empty when a pivot is not
/// positive.
std::vector<float> inverseOf(std::vector<double> matrix, int n);

/// x' M x of every row: rows (count, dim) without gaps, M (dim x dim).
std::vector<float> quadratic(const float* rows, int64_t count, int dim, const std::vector<float>& matrix);

/// (rows x cols) draws of N(0, 1 / cols), the same for a seed, layer and head on every platform.
std::vector<float> gaussianSketch(uint64_t seed, int layer, int head, int rows, int cols);

/// x = (x - mean) / deviation over all n values (n - 1 in the deviation, which counts as at least 1e-6).
void standardise(float* x, int64_t n);

}  // namespace presslab
