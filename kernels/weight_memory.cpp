// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "kernels/weight_memory.h"

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace presslab::kernels {

namespace {

constexpr size_t kLine = 64, kHugePage = size_t{2} << 20, kSlabBytes = size_t{16} << 20;

size_t roundUp(size_t n, size_t to) { return (n + to - 1) / to * to; }

std::shared_ptr<uint8_t> newSlab(size_t bytes) {
#if defined(__linux__)
  // Asked for with room to align; the parts before and after go back at once.
  const size_t wanted = bytes + kHugePage;
  void* raw = mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) throw std::bad_alloc();
  const auto begin = reinterpret_cast<uintptr_t>(raw), aligned = roundUp(begin, kHugePage);
  if (aligned > begin) munmap(raw, aligned - begin);
  if (begin + wanted > aligned + bytes) munmap(reinterpret_cast<void*>(aligned + bytes), begin + wanted - aligned - bytes);
  madvise(reinterpret_cast<void*>(aligned), bytes, MADV_HUGEPAGE);
  return {reinterpret_cast<uint8_t*>(aligned), [bytes](uint8_t* p) { munmap(p, bytes); }};
#else
  void* p = std::aligned_alloc(kLine, roundUp(bytes, kLine));
  if (!p) throw std::bad_alloc();
  std::memset(p, 0, bytes);
  return {static_cast<uint8_t*>(p), [](uint8_t* q) { std::free(q); }};
#endif
}

struct FreeLater {
  void operator()(float* p) const { std::free(p); }
};
struct Scratch {
  std::unique_ptr<float, FreeLater> data;
  size_t floats = 0;
};

}  // namespace

std::shared_ptr<uint8_t> allocateWeights(size_t bytes) {
  static std::mutex mutex;
  static std::weak_ptr<uint8_t> slab;  // alive as long as a matrix lies in it
  static size_t used = 0;
  bytes = roundUp(bytes ? bytes : 1, kLine);
  if (bytes > kSlabBytes / 2) return newSlab(roundUp(bytes, kHugePage));
  const std::lock_guard lock(mutex);
  std::shared_ptr<uint8_t> current = slab.lock();
  if (!current || used + bytes > kSlabBytes) {
    current = newSlab(kSlabBytes);
    slab = current;
    used = 0;
  }
  uint8_t* piece = current.get() + used;
  used += bytes;
  return {std::move(current), piece};
}

float* threadScratch(int slot, size_t floats) {
  thread_local Scratch scratch[kScratchSlots];
  Scratch& s = scratch[slot];
  if (s.floats < floats) {
    const size_t wanted = roundUp(floats + floats / 4, 16);
    s.data.reset();
    s.floats = 0;
    s.data.reset(static_cast<float*>(std::aligned_alloc(kLine, wanted * sizeof(float))));
    if (!s.data) throw std::bad_alloc();
    s.floats = wanted;
  }
  return s.data.get();
}

}  // namespace presslab::kernels
