// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tensor cores of sm_80 and newer as PTX names them, each with a twin for the emulator: m16n8k16 products of F16 or BF16 with sums in float32, 8 x 8
// matrices out of shared memory into its fragments, and copies into shared memory that land when they are waited for (in the emulator too, so that a
// missing wait shows). All lanes of a warp call the matrix functions together.
//
// Fragments of lane 4 g + t: A (16 x 16) words: rows g, g + 8, g, g + 8, columns 2 t and 2 t + 1, in the last two words 8 more; B (16 x 8) words:
// column g, rows 2 t and 2 t + 1, then 8 more; C (16 x 8) floats: row g columns 2 t, 2 t + 1, then row g + 8.
#include "kernels/cuda/device_code.cuh"
#include "kernels/cuda/device_types.h"
#ifdef PRESSLAB_CUDA_EMULATED
#include <array>
#include <deque>
#endif

namespace presslab::cuda {

#ifdef PRESSLAB_CUDA_EMULATED

namespace mma_emulated {

template <Type elem>
float valueOf(unsigned word, int half) {
  const auto bits = static_cast<unsigned short>(word >> (16 * half));
  if constexpr (elem == Type::F16) return __half2float(__ushort_as_half(bits));
  return __bfloat162float(__ushort_as_bfloat16(bits));
}

struct Fragments {
  unsigned a[4], b[2];
};
inline unsigned wordOf(const unsigned char* all, int lane, int index) {
  unsigned word;
  std::memcpy(&word, all + lane * cuda_emulator::kMostExchanged + 4 * index, sizeof word);
  return word;
}

/// The four words of a lane out of four matrices whose rows the lanes point at.
inline void loadMatrices(unsigned (&r)[4], const void* row, bool transposed) {
  const unsigned char* all = cuda_emulator::exchange(kFullWarp, &row, int(sizeof row));
  const int lane = cuda_emulator::lane(), g = lane / 4, t = lane % 4;
  for (int m = 0; m < 4; ++m) {
    const auto at = [&](int i, int j) { return unsigned(cuda_emulator::from<const unsigned short*>(all, 8 * m + i)[j]); };
    r[m] = transposed ? at(2 * t, g) | at(2 * t + 1, g) << 16 : at(g, 2 * t) | at(g, 2 * t + 1) << 16;
  }
}

struct Copy {
  void* to;
  const void* from;
  bool there;
};
/// Copies of a thread that have not landed, by group; the last group is open.
inline std::deque<std::vector<Copy>>& copies() {
  static std::array<std::deque<std::vector<Copy>>, 1024> all;
  auto& mine = all[threadIdx.x];
  if (mine.empty()) mine.emplace_back();
  return mine;
}

}  // namespace mma_emulated

template <Type elem>
void mmaAdd(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  const mma_emulated::Fragments mine{{a[0], a[1], a[2], a[3]}, {b0, b1}};
  const unsigned char* all = cuda_emulator::exchange(kFullWarp, &mine, int(sizeof mine));
  const int lane = cuda_emulator::lane(), g = lane / 4, t = lane % 4;
  for (int i = 0; i < 4; ++i) {
    const int row = i / 2, column = 2 * t + i % 2;
    for (int pair = 0; pair < 8; ++pair) {
      const unsigned left = mma_emulated::wordOf(all, 4 * g + pair % 4, pair / 4 * 2 + row),
                     right = mma_emulated::wordOf(all, 4 * column + pair % 4, 4 + pair / 4);
      for (int half = 0; half < 2; ++half) c[i] += mma_emulated::valueOf<elem>(left, half) * mma_emulated::valueOf<elem>(right, half);
    }
  }
}
inline void loadMatrices(unsigned (&r)[4], const void* row) { mma_emulated::loadMatrices(r, row, false); }
inline void loadTransposed(unsigned (&r)[4], const void* row) { mma_emulated::loadMatrices(r, row, true); }
inline void copyLater(void* to, const void* from, bool there) { mma_emulated::copies().back().push_back({to, from, there}); }
inline void endCopies() { mma_emulated::copies().emplace_back(); }
inline void awaitCopies() {
  auto& groups = mma_emulated::copies();
  for (; groups.size() > 1; groups.pop_front()) {
    for (const auto& c : groups.front()) c.there ? std::memcpy(c.to, c.from, 16) : std::memset(c.to, 0, 16);
  }
}
template <Type elem>
unsigned packPair(float low, float high) {
  if constexpr (elem == Type::F16) return __half_as_ushort(__float2half_rn(low)) | unsigned(__half_as_ushort(__float2half_rn(high))) << 16;
  return __bfloat16_as_ushort(__float2bfloat16_rn(low)) | unsigned(__bfloat16_as_ushort(__float2bfloat16_rn(high))) << 16;
}

#else

/// c += a b.
template <Type elem>
__device__ inline void mmaAdd(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  if constexpr (elem == Type::F16)
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  else
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

__device__ inline unsigned sharedAddress(const void* p) { return unsigned(__cvta_generic_to_shared(p)); }

/// Four 8 x 8 matrices; lane 8 m + i gives the address of row i (16 aligned bytes) of matrix m.
__device__ inline void loadMatrices(unsigned (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(sharedAddress(row))
               : "memory");
}
__device__ inline void loadTransposed(unsigned (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(sharedAddress(row))
               : "memory");
}

/// 16 bytes of global to shared memory, or zeros; both addresses are aligned and valid.
__device__ inline void copyLater(void* to, const void* from, bool there) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(sharedAddress(to)), "l"(__cvta_generic_to_global(from)), "r"(there ? 16 : 0)
               : "memory");
}
/// Ends a group of copies.
__device__ inline void endCopies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
/// The thread's own copies of all ended groups are there; a barrier shows them to others.
__device__ inline void awaitCopies() { asm volatile("cp.async.wait_group 0;" ::: "memory"); }

template <Type elem>
__device__ inline unsigned packPair(float low, float high) {
  unsigned word;
  if constexpr (elem == Type::F16)
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
  else
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
  return word;
}

#endif

}  // namespace presslab::cuda
