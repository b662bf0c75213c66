// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// The only kernel header that core/ sees. Raw loops: pointers, no torch, no Qt, no exceptions. Instruction set chosen at run time.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include "kernels/kv_quant.h"

namespace presslab::kernels {

// ---- instruction sets ------------------------------------------------------------------------------------------------------
enum class Isa { Baseline, Avx2, Avx512, Avx512Vnni, Amx };  // Amx: VNNI, BF16 and tile registers
Isa bestIsa();                                               // of this machine, capped by setIsa
void setIsa(Isa);                                            // tests force a lower one
const char* isaName(Isa);
std::string cpuName();
std::string cpuFlags();  // "avx2 avx512f avx512_vnni ..."

// ---- thread pool -------------------------------------------------------------------------------------------------------------
/// Persistent threads for the token loop: spin a little, then sleep. One caller at a time. The caller works too.
class Pool {
 public:
  explicit Pool(int threads);  // 0: number of cores this process may use
  ~Pool();
  int threads() const;
  /// Ends the threads and starts others; the count as in the constructor. Not inside run().
  void resize(int threads);
  /// Calls fn(chunk) for chunk in [0, chunks), taken atomically. Returns when all are done. fn must not throw. No allocation.
  void run(int chunks, void (*fn)(void* ctx, int chunk), void* ctx);
  template <class F>
  void forEach(int chunks, F&& f) {
    run(
        chunks, [](void* c, int i) { (*static_cast<std::remove_reference_t<F>*>(c))(i); }, &f);
  }

 private:
  struct Impl;
  void halt();
  std::unique_ptr<Impl> d;
};

// ---- element conversion ------------------------------------------------------------------------------------------------------
enum class Elem { F32, F16, BF16, Q8_0 };  // Q8_0: blocks of 32 values, an f16 scale and 32 signed bytes
/// Bytes of n values; Q8_0 wants a multiple of 32.
int64_t rowBytes(Elem, int64_t n);
void convertToF32(Elem from, const void* in, float* out, int64_t n);
void convertFromF32(Elem to, const float* in, void* out, int64_t n);

// ---- weights -----------------------------------------------------------------------------------------------------------------
enum class QuantType { F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K };  // same order as core TensorType
/// n elements (a multiple of the block) of a GGUF-encoded row to float32.
void dequantRow(QuantType, const void* in, float* out, int64_t n);

/// A rows x cols weight matrix packed for the CPU. y = W x.
/// exact: kept as fp32. fast: quantised types repacked for the integer dot product; F16/BF16 kept at 2 bytes.
class Matrix {
 public:
  /// `data` is GGUF-encoded, rows of cols elements; copied, the source may be unmapped afterwards.
  static std::unique_ptr<Matrix> pack(QuantType, const void* data, int64_t rows, int64_t cols, bool exact, Pool&);
  /// bytes() of such a matrix, without making it.
  static int64_t packedBytes(QuantType, int64_t rows, int64_t cols, bool exact);
  virtual ~Matrix() = default;
  int64_t rows() const { return m_rows; }
  int64_t cols() const { return m_cols; }
  virtual int64_t bytes() const = 0;  // held by the packed form, what a GEMV reads
  /// y[rows] = W x[cols] (decode). Deterministic: the same x gives the same y for any thread count.
  virtual void gemv(const float* x, float* y, Pool&) const = 0;
  /// Y[n x rows] = X[n x cols] W^T (prefill), row strides in floats. Deterministic for any n split and thread count in exact, and added up in
  /// the order of PyTorch's linear.
  virtual void gemm(const float* x, int64_t ldx, float* y, int64_t ldy, int64_t n, Pool&) const = 0;
  /// Row r as float32 (embedding look-up, W_o access).
  virtual void row(int64_t r, float* out) const = 0;

 protected:
  int64_t m_rows = 0, m_cols = 0;
};

/// Whether gemv and decodeAttention read several streams of weights or rows side by side: faster where a prefetcher follows one stream too slowly,
/// slower elsewhere. For the process; results are the same. On at first where the instruction set has such kernels.
bool canReadSideBySide();
bool readsSideBySide();
void readSideBySide(bool);

/// y[i] = W_i x for matrices with the same number of columns: x is prepared once and all rows share one pass of the pool.
void gemvMany(std::span<const Matrix* const>, const float* x, std::span<float* const> y, Pool&);
/// Y_i[n x rows_i] = X[n x cols] W_i^T, rows of Y_i without gaps; as gemm, with X prepared once and one pass of the pool. bias: of each matrix,
/// rows_i values or null; exact alone, where a value begins at its bias as in PyTorch's linear.
void gemmMany(std::span<const Matrix* const>, const float* x, int64_t ldx, std::span<float* const> y, int64_t n, Pool&,
              std::span<const float* const> bias = {});

// ---- float products -----------------------------------------------------------------------------------------------------------
/// C (m x n) = A (m x k) B (k x n) in float32, row strides in floats, n a multiple of 16. Single thread; a value is one chain of multiply-adds
/// in ascending k, whatever m and n are.
void multiply(int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb, float* c, int64_t ldc);

// ---- small ops ---------------------------------------------------------------------------------------------------------------
void rmsNorm(const float* x, const float* weight, float eps, float* out, int64_t n);  // one row
/// Mean and variance of the row taken out, then weight and bias (n each).
void layerNorm(const float* x, const float* weight, const float* bias, float eps, float* out, int64_t n);
void siluMul(const float* gate, const float* up, float* out, int64_t n);  // silu(gate) * up; up may be null
/// act(gate) * up, or act(gate) where up is null: the GELU with tanh, and the exact one.
void geluTanhMul(const float* gate, const float* up, float* out, int64_t n);
void geluMul(const float* gate, const float* up, float* out, int64_t n);
void addInto(float* x, const float* y, int64_t n);  // x += y
/// Rotates pairs (i, i + dim/2) of `heads` rows of headDim floats by cos/sin[dim/2] (Hugging Face half-split order).
void rope(float* x, int heads, int headDim, int dim, const float* cos, const float* sin);

// ---- PyTorch's order of roundings ----------------------------------------------------------------------------------------------
// The bits that PyTorch's operations give on a CPU, under every instruction set: products rounded before they are added, sums in its order.
/// weight * (x * rsqrt(x.pow(2).mean() + eps)).
void rmsNormOrdered(const float* x, const float* weight, float eps, float* out, int64_t n);
/// x * cos + rotate_half(x) * sin; arguments as rope's.
void ropeOrdered(float* x, int heads, int headDim, int dim, const float* cos, const float* sin);
/// norm(-1) of `count` rows; PyTorch's bits where dim is a multiple of 8.
void rowNormsOrdered(const float* rows, int64_t count, int64_t dim, float* out);

// ---- attention ---------------------------------------------------------------------------------------------------------------
/// Keys and values of one KV head: first the slots that are stored as quantised blocks, then rows of headDim elements.
struct KvHeadView {
  const void* k = nullptr;  // (length - blockRows, headDim) of Elem
  const void* v = nullptr;
  int64_t length = 0;                  // slots held; order is free, keys carry their rotation
  const int32_t* positions = nullptr;  // (length) of each slot; decodeAttention: a slot before `first` has no weight. Null: all have
  int64_t first = 0;
  const void* kBlocks = nullptr;  // (blockRows / 32) blocks; decodeAttention alone reads them
  const void* vBlocks = nullptr;
  int64_t blockRows = 0;       // a multiple of 32
  KvForm form = KvForm::None;  // of the blocks
};
struct DecodeAttentionArgs {
  const float* q;           // (kvHeads * group, headDim), rotated
  const KvHeadView* heads;  // (kvHeads)
  float* out;               // (kvHeads * group, headDim)
  float* probs = nullptr;   // optional (kvHeads * group, probsStride): softmax over the slots of the head
  int64_t probsStride = 0;
  int kvHeads, group, headDim;
  Elem elem;
  float scale;
};
/// One token against ragged heads; K and V are read once per group of query heads. Work split by kept length, result independent of
/// the thread count.
void decodeAttention(const DecodeAttentionArgs&, Pool&);
/// Makes the calling thread's room for heads of up to `length` slots now, so that no token of a long answer has to.
void reserveDecodeAttention(int kvHeads, int group, int headDim, int64_t length);

struct PrefillAttentionArgs {
  const float* q;  // (n, kvHeads * group * headDim), rotated, token-major, row stride qStride floats
  int64_t qStride;
  const KvHeadView* heads;  // (kvHeads), dense: length = start + n
  float* out;               // (n, kvHeads * group * headDim), row stride outStride
  int64_t outStride;
  int64_t start, n;  // queries are positions [start, start + n); key j is visible to query i when j <= i
  int kvHeads, group, headDim;
  Elem elem;
  float scale;
  bool exact;          // fp32 arithmetic throughout
  int64_t window = 0;  // key j is visible only when i - j < window; 0: all before
};
/// Blockwise causal attention of a chunk of queries against everything before and in it. Never a T x T matrix.
void prefillAttention(const PrefillAttentionArgs&, Pool&);

// ---- selection and compaction --------------------------------------------------------------------------------------------------
/// Positions of the `keep` highest scores of score[0..n), ascending. Higher first; equal: the later position first; NaN ranks last.
/// `kept` has room for `keep` entries. Radix select, no comparison sort.
void selectTop(const float* score, int64_t n, int64_t keep, int32_t* kept);
/// Rows kept[0..count) of the (length, rowBytes) array `from`, one after the other at `to`, which may be `from` or stand before it. kept ascends.
void compactRows(void* to, const void* from, int64_t rowBytes, const int32_t* kept, int64_t count);

/// Read bandwidth of this machine now, GB/s: best of `passes` (two or more) over `bytes` with the pool's threads, which read one stream and four
/// streams each in turn.
double measureBandwidth(Pool&, int64_t bytes, int passes);

}  // namespace presslab::kernels
