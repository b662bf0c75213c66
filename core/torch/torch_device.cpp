// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/torch/torch_device.h"

#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sum.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <dlfcn.h>

#include <algorithm>
#include <chrono>

#include "core/api/error.h"

namespace presslab::torch_path {
namespace {

constexpr int64_t kHostBandwidthBytes = int64_t{1} << 28;  // larger than any cache
constexpr int64_t kDeviceBandwidthBytes = int64_t{1} << 30;
constexpr int kBandwidthPasses = 4;

/// The wheel's CUDA library is not linked: a machine without a GPU never needs it. `why` says what was missing.
bool openCuda(std::string& why) {
  static std::string error;
  static const bool ok = [] {
    if (!dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL)) {
      const char* text = dlerror();
      error = text ? text : "libtorch_cuda.so cannot be opened";
      return false;
    }
    return at::detail::getCUDAHooks().hasCUDA();
  }();
  why = error;
  return ok;
}

[[noreturn]] void refuse(const std::string& text, const std::string& why) { throw Failure(ErrorCode::Device, "device " + text + ": " + why); }

}  // namespace

at::Device parseDevice(const std::string& text) {
  if (text.empty() || text == "cpu") return at::Device(at::kCPU);
  if (text.rfind("cuda", 0) != 0) refuse(text, "not known; cpu or cuda:N");
  int index = 0;
  if (text != "cuda") {
    if (text.size() < 6 || text.size() > 8 || text[4] != ':') refuse(text, "not of the form cuda:N");
    for (size_t i = 5; i < text.size(); ++i) {
      if (text[i] < '0' || text[i] > '9') refuse(text, "not of the form cuda:N");
      index = index * 10 + (text[i] - '0');
    }
  }
  std::string why;
  const int count = openCuda(why) ? int(at::detail::getCUDAHooks().deviceCount()) : 0;
  if (index >= count) refuse(text, "this machine has " + std::to_string(count) + " CUDA devices" + (why.empty() ? std::string() : " (" + why + ")"));
  return at::Device(at::kCUDA, at::DeviceIndex(index));
}

int cudaDeviceCount() {
  std::string why;
  return openCuda(why) ? int(at::detail::getCUDAHooks().deviceCount()) : 0;
}

DeviceMemory memoryOf(at::Device device) {
  if (!device.is_cuda()) return {};
  const auto stats = at::getDeviceAllocator(at::kCUDA)->getDeviceStats(device.index());
  constexpr size_t kAll = size_t(c10::CachingAllocator::StatType::AGGREGATE);
  return {stats.allocated_bytes[kAll].current, stats.reserved_bytes[kAll].current, stats.allocated_bytes[kAll].peak};
}

void resetPeakOf(at::Device device) {
  if (device.is_cuda()) at::getDeviceAllocator(at::kCUDA)->resetPeakStats(device.index());
}

double measureReads(at::Device device) {
  const int64_t bytes = device.is_cuda() ? kDeviceBandwidthBytes : kHostBandwidthBytes;
  const at::Tensor block = at::ones({bytes / int64_t(sizeof(float))}, at::TensorOptions().dtype(at::kFloat).device(device));
  double best = 0;
  for (int pass = 0; pass < kBandwidthPasses; ++pass) {
    const auto begin = std::chrono::steady_clock::now();
    const float total = at::sum(block).item<float>();  // item() waits for the device
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (total > 0 && pass > 0) best = std::max(best, double(bytes) / seconds * 1e-9);
  }
  return best;
}

}  // namespace presslab::torch_path
