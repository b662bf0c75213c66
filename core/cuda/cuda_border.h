// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The border of the CUDA module: what LibTorch and the CUDA runtime throw becomes our Failure.
#include <atomic>
#include <string>
#include <utility>

#include "core/torch/guarded.h"
#include "kernels/cuda/device_runtime.h"

namespace presslab::cuda_path {

/// run(fn) returns what fn does. After an error of a lost device every call of the process would fail: it is told once, and nothing is tried on
/// the device again. GiveBack::run() returns what the allocator holds free to the device when memory has run out.
template <class GiveBack>
struct CudaBorder {
  static std::atomic<bool>& lost() {
    static std::atomic<bool> yes{false};
    return yes;
  }

  template <class F>
  static auto run(F&& fn) {
    if (lost()) throw Failure(ErrorCode::Device, "the CUDA device was lost earlier: it is switched off until the program starts again");
    try {
      return torch_path::TorchBorder::run([&] {
        try {
          return fn();
        } catch (const cuda::DeviceError& e) {
          if (!e.lost) throw Failure(ErrorCode::Device, std::string("CUDA: ") + e.what());
          lost() = true;
          throw Failure(ErrorCode::Device, std::string("CUDA: ") + e.what() +
                                               ": the device is lost and switched off until the program starts again; the CPU still runs");
        }
      });
    } catch (const Failure& e) {
      if (e.code() == ErrorCode::NoMemory && !lost()) GiveBack::run();
      throw;
    }
  }
};

}  // namespace presslab::cuda_path
