// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/device_runtime.h"

#include "kernels/cuda/device_code.cuh"

namespace presslab::cuda {
namespace {

/// After these every later call in the process fails with the same error: the context is gone.
bool isLost(cudaError_t e) {
  switch (e) {
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchFailure:
    case cudaErrorLaunchTimeout:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorHardwareStackError:
    case cudaErrorAssert:
    case cudaErrorECCUncorrectable:
    case cudaErrorDevicesUnavailable:
    case cudaErrorDeviceUninitialized:
    case cudaErrorContained:
      return true;
    default:
      return false;
  }
}

void check(cudaError_t e, const char* what) {
  if (e == cudaSuccess) return;
  (void)cudaGetLastError();  // so that the next check does not see it again
  throw DeviceError(std::string(what) + ": " + cudaGetErrorString(e), isLost(e));
}

cudaStream_t of(Stream s) { return static_cast<cudaStream_t>(s); }

}  // namespace

int deviceCount() {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) {
    (void)cudaGetLastError();
    return 0;
  }
  return count;
}

DeviceFacts deviceFacts(int device) {
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, device), "properties of the device");
  int before = 0;
  check(cudaGetDevice(&before), "current device");
  check(cudaSetDevice(device), "choosing the device");
  size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "memory of the device");
  check(cudaSetDevice(before), "choosing the device");
  DeviceFacts f;
  f.name = properties.name;
  f.multiprocessors = properties.multiProcessorCount;
  f.major = properties.major;
  f.minor = properties.minor;
  f.totalBytes = int64_t(total);
  f.freeBytes = int64_t(free);
  return f;
}

void useDevice(int device) { check(cudaSetDevice(device), "choosing the device"); }

Stream newStream() {
  cudaStream_t s = nullptr;
  check(cudaStreamCreate(&s), "making a stream");  // a blocking one: ordered with the default stream
  return s;
}

void freeStream(Stream s) noexcept {
  if (s) (void)cudaStreamDestroy(of(s));
}

void copyToDevice(void* to, const void* from, int64_t bytes, Stream s) {
  // From pageable memory the call returns once the bytes are staged.
  check(cudaMemcpyAsync(to, from, size_t(bytes), cudaMemcpyHostToDevice, of(s)), "copy to the device");
}

void copyToHost(void* to, const void* from, int64_t bytes, Stream s) {
  check(cudaMemcpyAsync(to, from, size_t(bytes), cudaMemcpyDeviceToHost, of(s)), "copy from the device");
  wait(s);
}

void copyOnDevice(void* to, const void* from, int64_t bytes, Stream s) {
  check(cudaMemcpyAsync(to, from, size_t(bytes), cudaMemcpyDeviceToDevice, of(s)), "copy on the device");
}

void wait(Stream s) { check(cudaStreamSynchronize(of(s)), "waiting for the device"); }

void checkLaunch() { check(cudaGetLastError(), "kernel launch"); }

struct Graph::Impl {
  cudaGraphExec_t exec = nullptr;
};

Graph::Graph(const std::function<void(Stream)>& record, Stream s) : d(std::make_unique<Impl>()) {
  cudaGraph_t graph = nullptr;
  // Relaxed: a kernel that is launched here for the first time may still have to be loaded by the driver.
  check(cudaStreamBeginCapture(of(s), cudaStreamCaptureModeRelaxed), "capturing a graph");
  try {
    record(s);
  } catch (...) {
    if (cudaStreamEndCapture(of(s), &graph) == cudaSuccess && graph) (void)cudaGraphDestroy(graph);
    (void)cudaGetLastError();
    throw;
  }
  check(cudaStreamEndCapture(of(s), &graph), "capturing a graph");
  const cudaError_t made = cudaGraphInstantiate(&d->exec, graph, 0);
  (void)cudaGraphDestroy(graph);
  check(made, "making a graph");
}

Graph::~Graph() {
  if (d->exec) (void)cudaGraphExecDestroy(d->exec);
}

void Graph::launch(Stream s) const { check(cudaGraphLaunch(d->exec, of(s)), "launching a graph"); }

}  // namespace presslab::cuda
