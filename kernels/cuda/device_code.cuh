// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Included by every .cu file, first. nvcc compiles them for devices; tests compile the same files with the C++ compiler against an emulator of
// blocks, warps and shared memory (tests/support/cuda_emulator), so that kernels are proven on machines without a GPU.
#ifdef PRESSLAB_CUDA_EMULATED
#include "tests/support/cuda_emulator/cuda_emulator.h"
#else
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <utility>

/// Launches kernel<<<grid, block, shared bytes, stream>>>(arguments). A kernel that is a template with several arguments stands in parentheses.
#define PRESSLAB_LAUNCH(kernel, grid, block, shared, stream, ...) \
  kernel<<<(grid), (block), (shared), static_cast<cudaStream_t>(stream)>>>(__VA_ARGS__)
/// The same. early: the grid may begin while the one in front of it in its stream still runs (programmatic dependent launch, compute capability 9.0);
/// its kernel calls waitForLaunchBefore() before it touches what another launch of the stream writes.
#define PRESSLAB_LAUNCH_EARLY(early, kernel, grid, block, shared, stream, ...) \
  presslab::cuda::launchEarly((early), kernel, dim3(unsigned(grid)), dim3(unsigned(block)), size_t(shared), (stream), __VA_ARGS__)
/// Dynamic shared memory of the block, as an array of T aligned to 16 bytes.
#define PRESSLAB_DYNAMIC_SHARED(T, name)                           \
  extern __shared__ __align__(16) unsigned char presslab_shared[]; \
  T* const name = reinterpret_cast<T*>(presslab_shared)
/// Once before a kernel whose dynamic shared memory may exceed 48 KiB is launched.
#define PRESSLAB_ALLOW_SHARED(kernel, bytes) cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, int(bytes))
#endif

namespace presslab::cuda {
constexpr unsigned kFullWarp = 0xffffffffu;
constexpr int kWarp = 32;
constexpr int64_t kSharedWithoutAsking = int64_t{48} << 10;  // bytes of dynamic shared memory that every launch may have

/// A hint: the line at p will be read soon.
__device__ inline void prefetchToL2(const void* p) {
#ifdef __CUDA_ARCH__
  asm volatile("prefetch.global.L2 [%0];" ::"l"(p));
#else
  (void)p;
#endif
}

/// Where an early launch waits until the launches before it have ended and what they wrote is seen; nothing in any other launch.
__device__ inline void waitForLaunchBefore() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#elif defined(PRESSLAB_CUDA_EMULATED)
  cuda_emulator::noteWait();
#endif
}

/// From here on, in every block, the next launch may begin if it is an early one.
__device__ inline void letNextLaunchBegin() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;");
#endif
}

#ifndef PRESSLAB_CUDA_EMULATED
template <class... P, class... A>
void launchEarly(bool early, void (*kernel)(P...), dim3 grid, dim3 block, size_t shared, void* stream, A&&... arguments) {
  cudaLaunchAttribute attribute{};
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared;
  config.stream = static_cast<cudaStream_t>(stream);
  config.attrs = &attribute;
  config.numAttrs = early ? 1 : 0;
  (void)cudaLaunchKernelEx(&config, kernel, std::forward<A>(arguments)...);  // checkLaunch() reads the error
}
#endif
}  // namespace presslab::cuda
