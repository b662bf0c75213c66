// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The module's entry, looked up by name. Every error of LibTorch and of the CUDA runtime ends at this border.
#include <c10/core/CachingDeviceAllocator.h>

#include <atomic>

#include "core/cuda/cuda_backend.h"
#include "core/torch/guarded.h"
#include "core/torch/torch_device.h"
#include "kernels/cuda/device_runtime.h"

namespace presslab::cuda_path {
namespace {

/// After some errors every call of the process fails: the device is named lost once and not tried again.
std::atomic<bool> deviceLost{false};

struct CudaBorder {
  template <class F>
  static auto run(F&& fn) {
    if (deviceLost) throw Failure(ErrorCode::Device, "the CUDA device was lost earlier: it is switched off until the program starts again");
    try {
      return torch_path::TorchBorder::run([&] {
        try {
          return fn();
        } catch (const cuda::DeviceError& e) {
          if (!e.lost) throw Failure(ErrorCode::Device, std::string("CUDA: ") + e.what());
          deviceLost = true;
          throw Failure(ErrorCode::Device, std::string("CUDA: ") + e.what() +
                                               ": the device is lost and switched off until the program starts again; the CPU still runs");
        }
      });
    } catch (const Failure& e) {
      if (e.code() == ErrorCode::NoMemory && !deviceLost) at::getDeviceAllocator(at::kCUDA)->emptyCache();  // what is free goes back to the device
      throw;
    }
  }
};

}  // namespace
}  // namespace presslab::cuda_path

extern "C" {
/// The caller owns the result.
__attribute__((visibility("default"))) presslab::Backend* presslab_make_cuda_backend(const presslab::ModelFile& file, const presslab::ModelSpec& spec,
                                                                                     const presslab::LoadProgress& progress,
                                                                                     const std::stop_token& stop) {
  using namespace presslab;
  return cuda_path::CudaBorder::run([&]() -> Backend* {
    const at::Device device = torch_path::parseDevice(spec.device);
    cuda::useDevice(device.index());
    return new torch_path::GuardedBackend<cuda_path::CudaBorder>(std::make_unique<cuda_path::CudaBackend>(file, spec, device, progress, stop));
  });
}
}
