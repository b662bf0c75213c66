// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/cuda/emulated_backend.h"

#include "core/cuda/cuda_backend.h"
#include "core/torch/guarded.h"

namespace presslab::test {

std::unique_ptr<Backend> makeEmulatedCudaBackend(const ModelFile& file, const ModelSpec& spec, const LoadProgress& progress, std::stop_token stop) {
  using Border = torch_path::TorchBorder;
  return Border::run([&]() -> std::unique_ptr<Backend> {
    return std::make_unique<torch_path::GuardedBackend<Border>>(
        std::make_unique<cuda_path::CudaBackend>(file, spec, at::Device(at::kCPU), progress, stop));
  });
}

}  // namespace presslab::test
