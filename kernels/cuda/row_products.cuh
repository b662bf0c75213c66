// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Products of rows of weights with a vector in shared memory. A team of lanes shares a row and takes several rows at once, so that what is read of
// the vector serves them all and many loads of weights are under way. Everything that a warp reads at a time stands in neighbouring 16 bytes.
#include "kernels/cuda/weights.cuh"

namespace presslab::cuda {

/// Places of a float32 vector in shared memory: of each eight values the first four stand in one half, the others in the other, so that a warp reads
/// four values a lane, or one, from banks of their own.
struct Places {
  int half;  // where the second half begins; 16 banks beside the first
  __host__ __device__ explicit Places(int cols) : half(((cols + 7) / 8 * 4 + 15) / 32 * 32 + 16) {}
  __host__ __device__ int floats(int cols) const { return half + (cols + 7) / 8 * 4; }
  __device__ int operator()(int c) const { return (c & 4 ? half : 0) + c / 8 * 4 + (c & 3); }
};

/// The vector as bytes in groups of 32: value = step.x * byte; step.y = step.x * (sum of the group's bytes). low: bytes 0..15 of each group, high:
/// the others.
struct ByteVector {
  int4 *low, *high;
  float2* step;
};

/// What a block knows of its vector. bytes: only where quantised rows are multiplied as integers.
struct SharedVector {
  float* x;
  int half;  // of Places
  ByteVector bytes;
};

struct VectorGroup {
  int4 low, high;
  float2 step;
};

__device__ inline int dot16(int4 q, int4 x, int sum) { return __dp4a(q.w, x.w, __dp4a(q.z, x.z, __dp4a(q.y, x.y, __dp4a(q.x, x.x, sum)))); }
__device__ inline int sum16(int4 x) { return dot16(make_int4(0x01010101, 0x01010101, 0x01010101, 0x01010101), x, 0); }
/// The low or the high nibbles of 16 bytes, as bytes.
__device__ inline int4 nibbles(int4 q, bool high) {
  const int by = high ? 4 : 0;
  return make_int4(q.x >> by & 0x0f0f0f0f, q.y >> by & 0x0f0f0f0f, q.z >> by & 0x0f0f0f0f, q.w >> by & 0x0f0f0f0f);
}
/// Six-bit bytes: four bits of q, two of up.
__device__ inline int4 sixBytes(int4 q, int4 up, bool high, int by) {
  const int4 n = nibbles(q, high);
  return make_int4(n.x | (up.x >> by & 0x03030303) << 4, n.y | (up.y >> by & 0x03030303) << 4, n.z | (up.z >> by & 0x03030303) << 4,
                   n.w | (up.w >> by & 0x03030303) << 4);
}

/// Group `block` of a matrix, counted over its rows, times a group of the vector.
template <Type type>
__device__ inline float dotGroup(const DeviceMatrix& w, int64_t block, const VectorGroup& x) {
  const int4* plane = static_cast<const int4*>(w.plane[0]);
  if constexpr (type == Type::Q4_0 || type == Type::Q4_1) {
    const int4 q = plane[block];
    const float dot = x.step.x * float(dot16(nibbles(q, true), x.high, dot16(nibbles(q, false), x.low, 0)));
    if constexpr (type == Type::Q4_0) return halfAt(w.plane[1], block) * (dot - 8.f * x.step.y);
    const float2 dm = halves(static_cast<const unsigned*>(w.plane[1])[block]);
    return dm.x * dot + dm.y * x.step.y;
  } else if constexpr (type == Type::Q8_0) {
    return halfAt(w.plane[1], block) * (x.step.x * float(dot16(plane[2 * block + 1], x.high, dot16(plane[2 * block], x.low, 0))));
  } else if constexpr (type == Type::Q4_K) {
    const int64_t super = block / 8;
    const int j = int(block % 8);  // sub-blocks 2k and 2k+1 share 32 bytes: the low nibbles are one, the high ones the other
    const int4* q = plane + super * 8 + j / 2 * 2;
    const int dot = dot16(nibbles(q[1], j & 1), x.high, dot16(nibbles(q[0], j & 1), x.low, 0));
    const float2 s = subBlock(static_cast<const uint4*>(w.plane[1])[super], j);
    return s.x * (x.step.x * float(dot)) - s.y * x.step.y;
  } else {
    static_assert(type == Type::Q6_K);
    const int64_t super = block / 8;
    const int j = int(block % 8), part = j / 4, in = j % 4;
    const int4 *q = plane + super * 8 + part * 4 + (in & 1) * 2, *up = static_cast<const int4*>(w.plane[1]) + super * 4 + part * 2;
    const char2 scale = static_cast<const char2*>(w.plane[2])[super * 8 + j];
    // Values are the bytes less 32: 32 times the vector's sum is taken off.
    const int low = dot16(sixBytes(q[0], up[0], in >= 2, 2 * in), x.low, 0) - 32 * sum16(x.low);
    const int high = dot16(sixBytes(q[1], up[1], in >= 2, 2 * in), x.high, 0) - 32 * sum16(x.high);
    return halfAt(w.plane[3], super) * (x.step.x * float(int(scale.x) * low + int(scale.y) * high));
  }
}

template <Type type, int kRows>
__device__ inline void addGroups(const DeviceMatrix& w, const int (&row)[kRows], int lanes, int sub, const ByteVector& v, float (&sum)[kRows]) {
  const int groups = w.cols / kGroup;
  [[maybe_unused]] constexpr int kUnroll = kRows == 1 ? 4 : 1;
#pragma unroll kUnroll
  for (int g = sub; g < groups; g += lanes) {
    const VectorGroup x{v.low[g], v.high[g], v.step[g]};
#pragma unroll
    for (int r = 0; r < kRows; ++r) sum[r] += dotGroup<type>(w, int64_t(row[r]) * groups + g, x);
  }
}

/// Float types whose rows are whole 16 bytes.
template <Type type, int kRows>
__device__ inline void addFloats(const DeviceMatrix& w, const int (&row)[kRows], int lanes, int sub, const SharedVector& v, float (&sum)[kRows]) {
  const float4 *first = reinterpret_cast<const float4*>(v.x), *second = reinterpret_cast<const float4*>(v.x + v.half);
  [[maybe_unused]] constexpr int kUnroll = kRows == 1 ? 4 : 1;
  constexpr int kValues = type == Type::F32 ? 4 : 8;
  const int units = w.cols / kValues;
#pragma unroll kUnroll
  for (int u = sub; u < units; u += lanes) {
    if constexpr (type == Type::F32) {
      const float4 a = (u & 1 ? second : first)[u / 2];
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        const float4 q = static_cast<const float4*>(w.plane[0])[int64_t(row[r]) * units + u];
        sum[r] = fmaf(q.x, a.x, fmaf(q.y, a.y, fmaf(q.z, a.z, fmaf(q.w, a.w, sum[r]))));
      }
    } else {
      const float4 a = first[u], b = second[u];
      const auto pair = [](unsigned word) {
        if constexpr (type == Type::F16) return halves(word);
        return make_float2(__uint_as_float(word << 16), __uint_as_float(word & 0xffff0000u));
      };
#pragma unroll
      for (int r = 0; r < kRows; ++r) {
        const uint4 q = static_cast<const uint4*>(w.plane[0])[int64_t(row[r]) * units + u];
        const float2 q0 = pair(q.x), q1 = pair(q.y), q2 = pair(q.z), q3 = pair(q.w);
        sum[r] = fmaf(q0.x, a.x, fmaf(q0.y, a.y, fmaf(q1.x, a.z, fmaf(q1.y, a.w, sum[r]))));
        sum[r] = fmaf(q2.x, b.x, fmaf(q2.y, b.y, fmaf(q3.x, b.z, fmaf(q3.y, b.w, sum[r]))));
      }
    }
  }
}

__device__ __host__ inline bool isQuantised(Type t) { return t != Type::F32 && t != Type::F16 && t != Type::BF16; }
/// Values of a float type that a lane reads at once.
__device__ __host__ inline int valuesOf16Bytes(Type t) { return t == Type::F32 ? 4 : 8; }

/// One lane's share of its team's rows; `sub` is its place among the team's `lanes`.
template <int kRows>
__device__ void addRows(const DeviceMatrix& w, const int (&row)[kRows], bool exact, int lanes, int sub, const SharedVector& v, float (&sum)[kRows]) {
  if (isQuantised(w.type) && !exact) {
    if (w.type == Type::Q4_0) return addGroups<Type::Q4_0>(w, row, lanes, sub, v.bytes, sum);
    if (w.type == Type::Q4_1) return addGroups<Type::Q4_1>(w, row, lanes, sub, v.bytes, sum);
    if (w.type == Type::Q8_0) return addGroups<Type::Q8_0>(w, row, lanes, sub, v.bytes, sum);
    if (w.type == Type::Q4_K) return addGroups<Type::Q4_K>(w, row, lanes, sub, v.bytes, sum);
    return addGroups<Type::Q6_K>(w, row, lanes, sub, v.bytes, sum);
  }
  if (!isQuantised(w.type) && w.cols % valuesOf16Bytes(w.type) == 0) {
    if (w.type == Type::F32) return addFloats<Type::F32>(w, row, lanes, sub, v, sum);
    if (w.type == Type::F16) return addFloats<Type::F16>(w, row, lanes, sub, v, sum);
    return addFloats<Type::BF16>(w, row, lanes, sub, v, sum);
  }
  Places place(w.cols);
  for (int c = sub; c < w.cols; c += lanes) {
    const float x = v.x[place(c)];
    for (int r = 0; r < kRows; ++r) sum[r] = fmaf(elementAt(w, row[r], c), x, sum[r]);
  }
}

/// Bytes of a row in a plane of its matrix.
__device__ inline int64_t planeRowBytes(const DeviceMatrix& w, int plane) {
  const int64_t n = w.cols;
  switch (w.type) {
    case Type::F32:
      return plane == 0 ? 4 * n : 0;
    case Type::F16:
    case Type::BF16:
      return plane == 0 ? 2 * n : 0;
    case Type::Q4_0:
    case Type::Q4_K:
      return plane == 0 ? n / 2 : plane == 1 ? n / 16 : 0;
    case Type::Q4_1:
      return plane == 0 ? n / 2 : plane == 1 ? n / 8 : 0;
    case Type::Q8_0:
      return plane == 0 ? n : plane == 1 ? n / 16 : 0;
    case Type::Q6_K:
      return plane == 0 ? n / 2 : plane == 1 ? n / 4 : plane == 2 ? n / 16 : n / 128;
  }
  return 0;
}

/// Asks for rows ahead of their use; the 32 lanes of a warp share the work. Weights do not depend on the launch before, so they can come from memory
/// while the vector is made.
__device__ inline void fetchAhead(const DeviceMatrix& w, int firstRow, int rows, int lane) {
  constexpr int64_t kLine = 128;
  for (int p = 0; p < 4; ++p) {
    const int64_t each = planeRowBytes(w, p);
    const char* from = static_cast<const char*>(w.plane[p]) + firstRow * each;
    for (int64_t i = lane * kLine; i < rows * each; i += kWarp * kLine) prefetchToL2(from + i);
  }
}

}  // namespace presslab::cuda
