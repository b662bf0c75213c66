// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The module's entry, looked up by name. Every error of LibTorch and of the CUDA runtime ends at this border.
#include <c10/core/CachingDeviceAllocator.h>

#include "core/cuda/cuda_backend.h"
#include "core/cuda/cuda_border.h"
#include "core/torch/guarded.h"
#include "core/torch/torch_device.h"
#include "kernels/cuda/device_runtime.h"

namespace presslab::cuda_path {
namespace {

/// What is free goes back to the device.
struct EmptyCache {
  static void run() { at::getDeviceAllocator(at::kCUDA)->emptyCache(); }
};
using Border = CudaBorder<EmptyCache>;

}  // namespace
}  // namespace presslab::cuda_path

extern "C" {
/// The caller owns the result.
__attribute__((visibility("default"))) presslab::Backend* presslab_make_cuda_backend(const presslab::ModelFile& file, const presslab::ModelSpec& spec,
                                                                                     const presslab::LoadProgress& progress,
                                                                                     const std::stop_token& stop) {
  using namespace presslab;
  return cuda_path::Border::run([&]() -> Backend* {
    const at::Device device = torch_path::parseDevice(spec.device);
    cuda::useDevice(device.index());
    return new torch_path::GuardedBackend<cuda_path::Border>(std::make_unique<cuda_path::CudaBackend>(file, spec, device, progress, stop));
  });
}
}
