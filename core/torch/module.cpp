// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The module's entries, looked up by name. Every LibTorch exception ends at this border: at the entries and at the wrappers below.
#include <functional>

#include "core/torch/guarded.h"
#include "core/torch/torch_device.h"
#include "core/torch/torch_rope.h"
#include "core/torch/torch_sequence.h"

extern "C" {
/// The caller owns the result.
__attribute__((visibility("default"))) presslab::Backend* presslab_make_torch_backend(const presslab::ModelFile& file,
                                                                                      const presslab::ModelSpec& spec,
                                                                                      const presslab::LoadProgress& progress,
                                                                                      const std::stop_token& stop) {
  using namespace presslab::torch_path;
  return TorchBorder::run(
      [&]() -> presslab::Backend* { return new GuardedBackend<TorchBorder>(std::make_unique<TorchBackend>(file, spec, progress, stop)); });
}
__attribute__((visibility("default"))) int presslab_torch_cuda_count() {
  using namespace presslab::torch_path;
  return TorchBorder::run([] { return cudaDeviceCount(); });
}
__attribute__((visibility("default"))) void presslab_torch_cos_sin(const float* angles, int64_t n, float* cos, float* sin) {
  using namespace presslab::torch_path;
  TorchBorder::run([&] { cosSin(angles, n, cos, sin); });
}
}
