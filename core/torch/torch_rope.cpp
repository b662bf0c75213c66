// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/torch/torch_rope.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/sin.h>

#include <algorithm>

namespace presslab::torch_path {

void cosSin(const float* angles, int64_t n, float* cos, float* sin) {
  constexpr int64_t kPiece = 16384;  // more at once would start LibTorch's threads, which then compete with ours
  for (int64_t i = 0; i < n; i += kPiece) {
    const int64_t count = std::min(kPiece, n - i);
    const auto piece = [&](const float* x) { return at::from_blob(const_cast<float*>(x) + i, {count}, at::kFloat); };
    at::Tensor c = piece(cos), s = piece(sin);
    at::cos_out(c, piece(angles));
    at::sin_out(s, piece(angles));
  }
}

TorchRope::TorchRope(const ModelConfig& c, int64_t positions, at::Device device)
    : host(c, positions, device.is_cpu() ? cosSin : nullptr), dim(c.ropeDim) {
  const auto upload = [&](std::vector<float>& table) {
    return at::from_blob(table.data(), {positions, dim / 2}, at::kFloat).to(device, at::kFloat, false, true);
  };
  cos = upload(host.full.cos);
  sin = upload(host.full.sin);
  if (!host.apart) return;
  slidingCos = upload(host.sliding.cos);
  slidingSin = upload(host.sliding.sin);
}

at::Tensor TorchRope::rotate(const at::Tensor& x, int64_t start, bool slidingLayer) const {
  const int64_t half = dim / 2;
  if (half == 0) return x;
  const bool local = slidingLayer && host.apart;
  const at::Tensor c = (local ? slidingCos : cos).narrow(0, start, x.size(0)).unsqueeze(1);
  const at::Tensor s = (local ? slidingSin : sin).narrow(0, start, x.size(0)).unsqueeze(1);
  const at::Tensor a = x.narrow(2, 0, half), b = x.narrow(2, half, half);
  std::vector<at::Tensor> parts{a * c - b * s, b * c + a * s};
  if (dim < x.size(2)) parts.push_back(x.narrow(2, dim, x.size(2) - dim));
  return at::cat(parts, 2);
}

}  // namespace presslab::torch_path
