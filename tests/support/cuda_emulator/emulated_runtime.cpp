// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// device_runtime.h over the emulator: one device whose memory is the process's own.
#include <cstring>
#include <vector>

#include "kernels/cuda/device_runtime.h"
#include "tests/support/cuda_emulator/cuda_emulator.h"

namespace presslab::cuda {

int deviceCount() { return 1; }

DeviceFacts deviceFacts(int) {
  DeviceFacts f;
  f.name = "emulator";
  f.multiprocessors = 4;
  f.major = 9;
  f.totalBytes = f.freeBytes = int64_t{8} << 30;
  return f;
}

void useDevice(int) {}
Stream newStream() { return nullptr; }
void freeStream(Stream) noexcept {}
void copyToDevice(void* to, const void* from, int64_t bytes, Stream) { std::memcpy(to, from, size_t(bytes)); }
void copyToHost(void* to, const void* from, int64_t bytes, Stream) { std::memcpy(to, from, size_t(bytes)); }
void copyOnDevice(void* to, const void* from, int64_t bytes, Stream) { std::memcpy(to, from, size_t(bytes)); }
void wait(Stream) {}
void checkLaunch() {}

struct Graph::Impl {
  std::vector<std::function<void()>> launches;
};

Graph::Graph(const std::function<void(Stream)>& record, Stream s) : d(std::make_unique<Impl>()) {
  cuda_emulator::captureTo(&d->launches);
  record(s);
  cuda_emulator::captureTo(nullptr);
}

Graph::~Graph() = default;

void Graph::launch(Stream) const {
  for (const auto& launch : d->launches) launch();
}

}  // namespace presslab::cuda
