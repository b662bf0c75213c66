// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The few calls of the CUDA runtime that the engine makes itself; memory is LibTorch's. Host code without CUDA types, so that callers need no CUDA
// headers.
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "kernels/cuda/device_types.h"

namespace presslab::cuda {

/// An error that the CUDA runtime reported. lost: the device cannot be used any more in this process.
class DeviceError : public std::runtime_error {
 public:
  DeviceError(const std::string& text, bool isLost) : std::runtime_error(text), lost(isLost) {}
  bool lost;
};

struct DeviceFacts {
  std::string name;
  int multiprocessors = 0;
  int major = 0, minor = 0;  // compute capability
  int64_t totalBytes = 0, freeBytes = 0;
};

int deviceCount();  ///< 0 where no driver or device answers
DeviceFacts deviceFacts(int device);
void useDevice(int device);  ///< of the calling thread

/// A stream of its own that waits for the default stream and is waited for by it, as LibTorch's work is in the default stream.
Stream newStream();
void freeStream(Stream) noexcept;
void copyToDevice(void* to, const void* from, int64_t bytes, Stream);  ///< returns when `from` may be used again
void copyToHost(void* to, const void* from, int64_t bytes, Stream);    ///< returns when the bytes are there
void copyOnDevice(void* to, const void* from, int64_t bytes, Stream);
void wait(Stream);
/// Throws DeviceError when a launch since the last call failed.
void checkLaunch();

/// Launches recorded once and repeated with one call. `record` makes the launches on the stream that it is given.
class Graph {
 public:
  Graph(const std::function<void(Stream)>& record, Stream);
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  void launch(Stream) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> d;
};

}  // namespace presslab::cuda
