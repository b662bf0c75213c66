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

/// Launches kernel<<<grid, block, shared bytes, stream>>>(arguments). A kernel that is a template with several arguments stands in parentheses.
#define PRESSLAB_LAUNCH(kernel, grid, block, shared, stream, ...) \
  kernel<<<(grid), (block), (shared), static_cast<cudaStream_t>(stream)>>>(__VA_ARGS__)
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
}  // namespace presslab::cuda
