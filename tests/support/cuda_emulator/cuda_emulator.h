// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// CUDA's execution model on the CPU, for tests: the .cu files are compiled by the C++ compiler against this header. Each thread of a block is a
// fiber; barriers, shuffles and votes hand over between them, so divergence that would hang a device is reported here, and running the threads of
// a block in another order shows a barrier that is missing. Blocks run one after the other: what waits for another block is refused.
// Not emulated: time, caches, asynchronous copies. One launch at a time in the process.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <tuple>
#include <type_traits>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __constant__ static
#define __shared__ static
#define __forceinline__ inline
#define __noinline__
#define __launch_bounds__(...)
#define __align__(n) alignas(n)

// ---- vector types --------------------------------------------------------------------------------------------------------------
#define PRESSLAB_VECTOR(name, T)                                     \
  struct alignas(2 * sizeof(T)) name##2 {                            \
    T x, y;                                                          \
  };                                                                 \
  struct name##3 {                                                   \
    T x, y, z;                                                       \
  };                                                                 \
  struct alignas(4 * sizeof(T) > 16 ? 16 : 4 * sizeof(T)) name##4 {  \
    T x, y, z, w;                                                    \
  };                                                                 \
  inline name##2 make_##name##2(T x, T y) { return {x, y}; }         \
  inline name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; } \
  inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
PRESSLAB_VECTOR(char, signed char)
PRESSLAB_VECTOR(uchar, unsigned char)
PRESSLAB_VECTOR(short, short)
PRESSLAB_VECTOR(ushort, unsigned short)
PRESSLAB_VECTOR(int, int)
PRESSLAB_VECTOR(uint, unsigned)
PRESSLAB_VECTOR(float, float)
PRESSLAB_VECTOR(double, double)
#undef PRESSLAB_VECTOR
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;
constexpr int warpSize = 32;

namespace presslab::cuda_emulator {

/// In which order the threads of a block run between two barriers.
enum class Order { Forward, Reverse, Shuffled };
void setOrder(Order);
/// Runs a kernel, or records it while a graph is captured; throws std::logic_error for a launch that a device would refuse, and for threads that
/// wait for ever.
/// early: the launch is marked to begin before the one in front has ended; then every thread of every block must call noteWait() once, or the
/// launch is refused (std::logic_error), since on a device it would read what is not written yet. What a thread does before it waits is not judged.
void launch(dim3 grid, dim3 block, int64_t sharedBytes, std::function<void()> kernel, bool early = false);
void noteWait();
int64_t launches();  ///< run since the program began
/// Launches go to this list instead of being run, until null is set; each entry runs one of them.
void captureTo(std::vector<std::function<void()>>* list);
unsigned char* sharedMemory();  ///< dynamic shared memory of the block; bytes are 0xff at its start
void syncBlock();
int syncBlockCount(bool predicate);  ///< threads whose predicate holds
constexpr int kMostExchanged = 64;   // bytes that a lane gives in one exchange
/// The lanes of the mask wait for each other; the result holds what each gave, kMostExchanged bytes a lane, until the next exchange.
const unsigned char* exchange(unsigned mask, const void* mine, int bytes);
int lane();

/// A call with copies of its arguments, as a launch takes them.
template <class F, class... A>
std::function<void()> bound(F kernel, A... a) {
  return [kernel, arguments = std::make_tuple(a...)] { std::apply(kernel, arguments); };
}
template <class T>
T from(const unsigned char* all, int lane) {
  T value;
  std::memcpy(&value, all + lane * kMostExchanged, sizeof value);
  return value;
}
template <class T>
T shuffled(unsigned mask, T value, int source, int width) {
  static_assert(sizeof(T) <= kMostExchanged);
  const unsigned char* all = exchange(mask, &value, int(sizeof value));
  (void)width;
  return from<T>(all, source & 31);
}
template <class T, class F>
T reduced(unsigned mask, T value, F&& f) {
  const unsigned char* all = exchange(mask, &value, int(sizeof value));
  bool first = true;
  T sum{};
  for (int i = 0; i < 32; ++i) {
    if (!(mask >> i & 1)) continue;
    sum = first ? from<T>(all, i) : f(sum, from<T>(all, i));
    first = false;
  }
  return sum;
}

}  // namespace presslab::cuda_emulator

#define PRESSLAB_LAUNCH(kernel, grid, block, shared, stream, ...) \
  ((void)(stream),                                                \
   presslab::cuda_emulator::launch((grid), (block), int64_t(shared), presslab::cuda_emulator::bound([](auto... a) { kernel(a...); }, __VA_ARGS__)))
#define PRESSLAB_LAUNCH_EARLY(early, kernel, grid, block, shared, stream, ...)       \
  ((void)(stream), presslab::cuda_emulator::launch((grid), (block), int64_t(shared), \
                                                   presslab::cuda_emulator::bound([](auto... a) { kernel(a...); }, __VA_ARGS__), (early)))
#define PRESSLAB_DYNAMIC_SHARED(T, name) T* const name = reinterpret_cast<T*>(presslab::cuda_emulator::sharedMemory())
#define PRESSLAB_ALLOW_SHARED(kernel, bytes) ((void)(bytes))

// ---- barriers, shuffles, votes ------------------------------------------------------------------------------------------------------
inline void __syncthreads() { presslab::cuda_emulator::syncBlock(); }
inline int __syncthreads_count(int p) { return presslab::cuda_emulator::syncBlockCount(p != 0); }
inline int __syncthreads_or(int p) { return __syncthreads_count(p) > 0; }
inline int __syncthreads_and(int p) { return __syncthreads_count(!p) == 0; }
inline void __syncwarp(unsigned mask = 0xffffffffu) { presslab::cuda_emulator::exchange(mask, nullptr, 0); }
inline void __threadfence() {}
inline void __threadfence_block() {}

template <class T>
T __shfl_sync(unsigned mask, T v, int source, int width = 32) {
  const int lane = presslab::cuda_emulator::lane();
  return presslab::cuda_emulator::shuffled(mask, v, lane / width * width + (source & (width - 1)), width);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T v, int bits, int width = 32) {
  const int lane = presslab::cuda_emulator::lane(), source = lane ^ bits;
  return presslab::cuda_emulator::shuffled(mask, v, source / width <= lane / width ? source : lane, width);
}
template <class T>
T __shfl_down_sync(unsigned mask, T v, unsigned delta, int width = 32) {
  const int lane = presslab::cuda_emulator::lane(), source = lane + int(delta);
  return presslab::cuda_emulator::shuffled(mask, v, source / width == lane / width ? source : lane, width);
}
template <class T>
T __shfl_up_sync(unsigned mask, T v, unsigned delta, int width = 32) {
  const int lane = presslab::cuda_emulator::lane(), source = lane - int(delta);
  return presslab::cuda_emulator::shuffled(mask, v, source >= lane / width * width ? source : lane, width);
}
inline unsigned __ballot_sync(unsigned mask, int p) {
  return presslab::cuda_emulator::reduced<unsigned>(mask, p ? 1u << presslab::cuda_emulator::lane() : 0u,
                                                    [](unsigned a, unsigned b) { return a | b; });
}
inline int __any_sync(unsigned mask, int p) { return __ballot_sync(mask, p) != 0; }
inline int __all_sync(unsigned mask, int p) { return __ballot_sync(mask, p) == mask; }
template <class T>
unsigned __match_any_sync(unsigned mask, T v) {
  const unsigned char* all = presslab::cuda_emulator::exchange(mask, &v, int(sizeof v));
  unsigned same = 0;
  for (int i = 0; i < 32; ++i)
    if ((mask >> i & 1) && presslab::cuda_emulator::from<T>(all, i) == v) same |= 1u << i;
  return same;
}
template <class T>
T __reduce_add_sync(unsigned mask, T v) {
  return presslab::cuda_emulator::reduced<T>(mask, v, [](T a, T b) { return T(a + b); });
}
template <class T>
T __reduce_max_sync(unsigned mask, T v) {
  return presslab::cuda_emulator::reduced<T>(mask, v, [](T a, T b) { return std::max(a, b); });
}
template <class T>
T __reduce_min_sync(unsigned mask, T v) {
  return presslab::cuda_emulator::reduced<T>(mask, v, [](T a, T b) { return std::min(a, b); });
}
template <class T>
T __reduce_or_sync(unsigned mask, T v) {
  return presslab::cuda_emulator::reduced<T>(mask, v, [](T a, T b) { return T(a | b); });
}

// ---- atomics: one thread runs at a time ---------------------------------------------------------------------------------------------
namespace presslab::cuda_emulator {
/// Puts f(old) at p and returns what was there.
template <class T, class F>
T changed(T* p, F&& f) {
  const T old = *p;
  *p = T(f(old));
  return old;
}
}  // namespace presslab::cuda_emulator
template <class T, class U>
T atomicAdd(T* p, U v) {
  return presslab::cuda_emulator::changed(p, [v](T old) { return old + T(v); });
}
template <class T, class U>
T atomicSub(T* p, U v) {
  return presslab::cuda_emulator::changed(p, [v](T old) { return old - T(v); });
}
template <class T, class U>
T atomicMax(T* p, U v) {
  return presslab::cuda_emulator::changed(p, [v](T old) { return std::max(old, T(v)); });
}
template <class T, class U>
T atomicMin(T* p, U v) {
  return presslab::cuda_emulator::changed(p, [v](T old) { return std::min(old, T(v)); });
}
template <class T, class U>
T atomicOr(T* p, U v) {
  return presslab::cuda_emulator::changed(p, [v](T old) { return old | T(v); });
}
template <class T, class U>
T atomicAnd(T* p, U v) {
  return presslab::cuda_emulator::changed(p, [v](T old) { return old & T(v); });
}
template <class T, class U>
T atomicExch(T* p, U v) {
  return presslab::cuda_emulator::changed(p, [v](T) { return v; });
}
template <class T, class U>
T atomicCAS(T* p, U expected, U v) {
  return presslab::cuda_emulator::changed(p, [expected, v](T old) { return old == T(expected) ? T(v) : old; });
}

// ---- arithmetic ------------------------------------------------------------------------------------------------------------------------
using std::isfinite;
using std::isinf;
using std::isnan;
using std::max;
using std::min;
inline unsigned min(unsigned a, int b) { return std::min(a, unsigned(b)); }
inline unsigned min(int a, unsigned b) { return std::min(unsigned(a), b); }
inline unsigned max(unsigned a, int b) { return std::max(a, unsigned(b)); }
inline unsigned max(int a, unsigned b) { return std::max(unsigned(a), b); }
inline long long min(long long a, int b) { return std::min(a, (long long)b); }
inline int64_t min(int64_t a, int b) { return std::min(a, int64_t(b)); }
inline int64_t min(int a, int64_t b) { return std::min(int64_t(a), b); }
inline int64_t max(int64_t a, int b) { return std::max(a, int64_t(b)); }
inline int64_t max(int a, int64_t b) { return std::max(int64_t(a), b); }
inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline float __expf(float x) { return std::exp(x); }
inline float __logf(float x) { return std::log(x); }
inline float __fdividef(float a, float b) { return a / b; }
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
inline float __fmul_rn(float a, float b) {
  volatile float p = a * b;
  return p;
}  // not contracted
inline float __fadd_rn(float a, float b) {
  volatile float s = a + b;
  return s;
}
inline float __fsub_rn(float a, float b) {
  volatile float s = a - b;
  return s;
}
inline float __frcp_rn(float a) { return 1.0f / a; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fsqrt_rn(float a) { return std::sqrt(a); }
inline int __float2int_rn(float x) { return int(std::nearbyint(x)); }
inline int __float2int_rz(float x) { return int(x); }
inline float __int2float_rn(int x) { return float(x); }
inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
inline int __float_as_int(float x) { return std::bit_cast<int>(x); }
inline float __uint_as_float(unsigned x) { return std::bit_cast<float>(x); }
inline float __int_as_float(int x) { return std::bit_cast<float>(x); }
inline int __popc(unsigned x) { return std::popcount(x); }
inline int __popcll(unsigned long long x) { return std::popcount(x); }
inline int __clz(int x) { return std::countl_zero(unsigned(x)); }
inline int __ffs(int x) { return x ? std::countr_zero(unsigned(x)) + 1 : 0; }
inline unsigned __brev(unsigned x) {
  unsigned r = 0;
  for (int i = 0; i < 32; ++i) r |= (x >> i & 1) << (31 - i);
  return r;
}
inline unsigned __byte_perm(unsigned a, unsigned b, unsigned s) {
  const uint64_t bytes = uint64_t(b) << 32 | a;
  unsigned r = 0;
  for (int i = 0; i < 4; ++i) r |= unsigned(bytes >> (8 * (s >> (4 * i) & 7)) & 255) << (8 * i);
  return r;
}
template <class T>
T __ldg(const T* p) {
  return *p;
}
template <class T>
T __ldcs(const T* p) {
  return *p;
}
template <class T>
T __ldcg(const T* p) {
  return *p;
}

namespace presslab::cuda_emulator {
template <class A, class B>
int dotBytes(unsigned a, unsigned b, int c) {
  for (int i = 0; i < 4; ++i) c += int(A(a >> (8 * i))) * int(B(b >> (8 * i)));
  return c;
}
}  // namespace presslab::cuda_emulator
inline int __dp4a(int a, int b, int c) { return presslab::cuda_emulator::dotBytes<int8_t, int8_t>(unsigned(a), unsigned(b), c); }
inline unsigned __dp4a(unsigned a, unsigned b, unsigned c) { return unsigned(presslab::cuda_emulator::dotBytes<uint8_t, uint8_t>(a, b, int(c))); }
inline int __vsubss4(int a, int b) {
  int r = 0;
  for (int i = 0; i < 4; ++i) r |= (std::clamp(int(int8_t(a >> (8 * i))) - int(int8_t(b >> (8 * i))), -128, 127) & 255) << (8 * i);
  return r;
}

// ---- half precision ------------------------------------------------------------------------------------------------------------------
namespace presslab::cuda_emulator {
float halfToFloat(uint16_t bits);
uint16_t floatToHalf(float x);  // to nearest, ties to even
inline float bfloatToFloat(uint16_t bits) { return std::bit_cast<float>(uint32_t(bits) << 16); }
inline uint16_t floatToBfloat(float x) {
  const uint32_t b = std::bit_cast<uint32_t>(x);
  if ((b & 0x7fffffffu) > 0x7f800000u) return uint16_t(b >> 16 | 64);  // stays a NaN
  return uint16_t((b + 0x7fffu + (b >> 16 & 1)) >> 16);
}
}  // namespace presslab::cuda_emulator
struct __half {
  uint16_t bits;
};
struct alignas(4) __half2 {
  __half x, y;
};
struct __nv_bfloat16 {
  uint16_t bits;
};
struct alignas(4) __nv_bfloat162 {
  __nv_bfloat16 x, y;
};
using half = __half;
using half2 = __half2;
inline float __half2float(__half h) { return presslab::cuda_emulator::halfToFloat(h.bits); }
inline __half __float2half(float x) { return {presslab::cuda_emulator::floatToHalf(x)}; }
inline __half __float2half_rn(float x) { return __float2half(x); }
inline float2 __half22float2(__half2 h) { return {__half2float(h.x), __half2float(h.y)}; }
inline float __low2float(__half2 h) { return __half2float(h.x); }
inline float __high2float(__half2 h) { return __half2float(h.y); }
inline __half2 __floats2half2_rn(float a, float b) { return {__float2half(a), __float2half(b)}; }
inline __half __ushort_as_half(unsigned short b) { return {b}; }
inline unsigned short __half_as_ushort(__half h) { return h.bits; }
inline float __bfloat162float(__nv_bfloat16 h) { return presslab::cuda_emulator::bfloatToFloat(h.bits); }
inline __nv_bfloat16 __float2bfloat16(float x) { return {presslab::cuda_emulator::floatToBfloat(x)}; }
inline __nv_bfloat16 __float2bfloat16_rn(float x) { return __float2bfloat16(x); }
inline float2 __bfloat1622float2(__nv_bfloat162 h) { return {__bfloat162float(h.x), __bfloat162float(h.y)}; }
inline __nv_bfloat162 __floats2bfloat162_rn(float a, float b) { return {__float2bfloat16(a), __float2bfloat16(b)}; }
inline __nv_bfloat16 __ushort_as_bfloat16(unsigned short b) { return {b}; }
inline unsigned short __bfloat16_as_ushort(__nv_bfloat16 h) { return h.bits; }
