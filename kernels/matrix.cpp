// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

#include "kernels/kernels.h"
#include "kernels/ops.h"
#include "kernels/repack.h"
#include "kernels/weight_memory.h"

namespace presslab::kernels {

namespace {

constexpr int kGemvPanels = 4, kGemvPanelsLong = 16;  // of a chunk; long for matrices with many panels
constexpr int64_t kManyPanels = 512;
constexpr int kMaxMatrices = 8;  // of one pass of gemvMany

// Scratch of the calling thread and of the workers.
enum Slot { kCaller = 0, kPanels = 1, kEdge = 2 };

std::atomic<bool> g_sideBySide{true};

class PanelMatrix final : public Matrix {
 public:
  PanelMatrix(PackedMatrix packed, bool exact) : m_packed(std::move(packed)), m_exact(exact) {
    m_rows = m_packed.view.rows;
    m_cols = m_packed.view.cols;
  }
  int64_t bytes() const override { return m_packed.bytes; }
  void gemv(const float* x, float* y, Pool& pool) const override {
    const Matrix* one = this;
    gemvMany({&one, 1}, x, {&y, 1}, pool);
  }
  void gemm(const float* x, int64_t ldx, float* y, int64_t ldy, int64_t n, Pool&) const override;
  void row(int64_t r, float* out) const override { unpackRow(m_packed.view, r, out); }
  const Packed& view() const { return m_packed.view; }
  bool exact() const { return m_exact; }

 private:
  PackedMatrix m_packed;
  bool m_exact;
};

/// Panels [first, last) of W x; the last panel may be cut.
void gemvPanels(const Ops& o, const Packed& w, const Activations& a, int64_t first, int64_t last, float* y) {
  const bool cut = last * kPanel > w.rows;
  const int64_t whole = cut ? last - 1 : last;
  if (whole > first) o.gemv(w, a, first, whole, y + first * kPanel);
  if (!cut) return;
  float edge[kPanel];
  o.gemv(w, a, whole, last, edge);
  std::memcpy(y + whole * kPanel, edge, size_t(w.rows - whole * kPanel) * sizeof(float));
}

/// The chunks of W x: strips of several streams, then the panels that no strip holds.
struct GemvPlan {
  const Packed* w = nullptr;
  int64_t apart = 0;  // strips, and panels between the streams of one
  int64_t step = 1;   // of a chunk: strips, or panels where there are no strips
  int64_t chunkEnd = 0;
};

GemvPlan planGemv(const Ops& o, const Packed& w, int threads, int64_t chunksBefore) {
  const int64_t panels = w.panels >= kManyPanels ? kGemvPanelsLong : kGemvPanels;
  GemvPlan p{&w, readsSideBySide() ? w.rows / kPanel / o.streams : 0, panels};
  // Long chunks keep the streams going; too long ones leave a thread without work.
  if (p.apart > 0) p.step = std::clamp<int64_t>(p.apart / (2 * threads), 1, panels);
  const int64_t rest = w.panels - p.apart * o.streams;
  p.chunkEnd = chunksBefore + (p.apart > 0 ? (p.apart + p.step - 1) / p.step + (rest > 0 ? 1 : 0) : (rest + p.step - 1) / p.step);
  return p;
}

void gemvChunk(const Ops& o, const GemvPlan& p, const Activations& a, int64_t chunk, float* y) {
  const int64_t first = chunk * p.step;
  if (first < p.apart) return o.gemvStrips(*p.w, a, first, std::min(p.apart, first + p.step), p.apart, y);
  const int64_t begin = p.apart > 0 ? p.apart * o.streams : first, end = p.apart > 0 ? p.w->panels : std::min(p.w->panels, first + p.step);
  gemvPanels(o, *p.w, a, begin, end, y);
}

/// The part of a product that one task computes: panels [first, last) for all rows of A.
struct GemmTask {
  const Packed* w;
  const float* x;
  const uint16_t* xBf16;         // null: float product
  const Activations* quantized;  // null: not integers
  int64_t ldx, n;
  float* y;
  int64_t ldy;
  int64_t chain;      // columns of a float product that one chain of multiply-adds goes through
  const float* bias;  // that a float product is added to, or null
};

/// The length of such chains in exact: that of MKL's sgemm, which multiplies for PyTorch on x86-64, so that keys of equal tokens differ in the
/// same bits there and here (docs/adr/0010-exact-order.md, with the shapes that it holds for).
int64_t exactChain(int64_t cols) {
  if (bestIsa() == Isa::Baseline) return cols;
  const bool wide = bestIsa() >= Isa::Avx512;
  const int64_t block = wide ? 384 : 192, whole = wide ? 384 : 256;
  if (cols <= whole) return cols;
  return cols <= 2 * block ? (cols + 1) / 2 : block;
}

/// Float product with panels [first, first + panels): one chain after the other, their sums added in order, to the bias where there is one.
void mulChains(const Ops& o, const GemmTask& t, int64_t first, int64_t panels, const float* b, int64_t panelStride, float* c, int64_t ldc) {
  const int64_t width = panels * kPanel, held = std::min(width, t.w->rows - first * kPanel);
  for (int64_t i = 0; t.bias && i < t.n; ++i) {
    std::memcpy(c + i * ldc, t.bias + first * kPanel, size_t(held) * sizeof(float));
    std::fill(c + i * ldc + held, c + i * ldc + width, 0.f);  // room behind the last row
  }
  for (int64_t k = 0; k < t.w->cols; k += t.chain)
    o.mulF32(t.n, panels, std::min(t.chain, t.w->cols - k), t.x + k, t.ldx, b + k * kPanel, kPanel, panelStride, c, ldc,
             k > 0 || t.bias ? Into::Sum : Into::New);
}

void gemmPanels(const Ops& o, const GemmTask& t, int64_t first, int64_t last) {
  const Packed& w = *t.w;
  const int64_t pairs = (w.cols + 1) / 2, panelFloats = pairs * 2 * kPanel;
  const bool cut = last * kPanel > w.rows;
  float* c = t.y + first * kPanel;
  int64_t ldc = t.ldy;
  const int64_t width = (last - first) * kPanel;
  if (cut) {
    c = threadScratch(kEdge, size_t(t.n * width));
    ldc = width;
  }
  if (t.quantized) {
    auto* scratch = reinterpret_cast<uint8_t*>(threadScratch(kPanels, size_t(w.cols * kPanel / 4)));
    o.gemm(w, *t.quantized, t.n, first, last, scratch, c, ldc);
  } else if (t.xBf16) {
    auto* panels = reinterpret_cast<uint16_t*>(threadScratch(kPanels, size_t((last - first) * pairs * kPanel)));
    for (int64_t p = first; p < last; ++p) o.panelBf16(w, p, panels + (p - first) * panelFloats);
    o.mulBf16(t.n, last - first, pairs, t.xBf16, t.ldx, panels, panelFloats, c, ldc, false);
  } else if (w.form == Form::F32) {
    mulChains(o, t, first, last - first, reinterpret_cast<const float*>(w.data + first * w.panelBytes), w.panelBytes / 4, c, ldc);
  } else {
    float* panels = threadScratch(kPanels, size_t((last - first) * panelFloats));
    for (int64_t p = first; p < last; ++p) o.panelF32(w, p, panels + (p - first) * panelFloats);
    mulChains(o, t, first, last - first, panels, panelFloats, c, ldc);
  }
  if (!cut) return;
  for (int64_t i = 0; i < t.n; ++i) {
    std::memcpy(t.y + i * t.ldy + first * kPanel, c + i * ldc, size_t(w.rows - first * kPanel) * sizeof(float));
  }
}

/// Rows of x as bf16, padded with a zero to an even length.
void rowsToBf16(const Ops& o, const float* x, int64_t ldx, int64_t n, int64_t cols, uint16_t* out, int64_t ldo, Pool& pool) {
  constexpr int64_t kRows = 16;
  pool.forEach(int((n + kRows - 1) / kRows), [&](int job) {
    for (int64_t r = job * kRows; r < std::min(n, (job + 1) * kRows); ++r) {
      o.toBf16(x + r * ldx, out + r * ldo, cols);
      if (ldo > cols) out[r * ldo + cols] = 0;
    }
  });
}

/// Rows of x as int8 blocks. The caller's scratch holds scales, sums and quants.
Activations quantizeRows(const Ops& o, const float* x, int64_t ldx, int64_t n, int64_t blocks, Pool& pool) {
  constexpr int64_t kRows = 8;
  const int64_t all = n * blocks;
  float* scale = threadScratch(kCaller, size_t(all * (kBlock / 4 + 1 + 2 + 1)));
  auto* sums = reinterpret_cast<int32_t*>(scale + all);
  float* totals = scale + 3 * all;
  auto* quants = reinterpret_cast<int8_t*>(scale + 4 * all);
  pool.forEach(int((n + kRows - 1) / kRows), [&](int job) {
    for (int64_t r = job * kRows; r < std::min(n, (job + 1) * kRows); ++r) {
      o.quantize(x + r * ldx, blocks, quants + r * blocks * kBlock, scale + r * blocks, sums + 2 * r * blocks);
      for (int64_t b = r * blocks; b < (r + 1) * blocks; ++b) totals[b] = scale[b] * float(sums[2 * b] + sums[2 * b + 1]);
    }
  });
  return {nullptr, quants, scale, sums, totals};
}

enum class RowsAs { Float, Bf16, Int8 };

RowsAs rowsFor(const Ops& o, const PanelMatrix& m) {
  if (!m.exact() && o.gemm && m.view().blocks > 0) return RowsAs::Int8;
  return !m.exact() && o.mulBf16 ? RowsAs::Bf16 : RowsAs::Float;
}

/// Products of one X with matrices that want its rows in the same form.
void gemmAlike(RowsAs form, std::span<const PanelMatrix* const> matrices, const float* x, int64_t ldx, float* const* y, const int64_t* ldy, int64_t n,
               Pool& pool, std::span<const float* const> bias) {
  const Ops& o = ops();
  const int64_t cols = matrices[0]->cols();
  Activations quantized{};
  const uint16_t* bf16 = nullptr;
  if (form == RowsAs::Int8) {
    quantized = quantizeRows(o, x, ldx, n, matrices[0]->view().blocks, pool);
  } else if (form == RowsAs::Bf16) {
    const int64_t ldo = (cols + 1) / 2 * 2;
    auto* rows = reinterpret_cast<uint16_t*>(threadScratch(kCaller, size_t(n * ldo / 2)));
    rowsToBf16(o, x, ldx, n, cols, rows, ldo, pool);
    bf16 = rows;
    ldx = ldo;
  }
  GemmTask task[kMaxMatrices];
  int64_t step[kMaxMatrices], chunkEnd[kMaxMatrices], chunks = 0;
  for (size_t i = 0; i < matrices.size(); ++i) {
    const Packed& w = matrices[i]->view();
    task[i] = {&w, x,    bf16,   form == RowsAs::Int8 ? &quantized : nullptr,    ldx,
               n,  y[i], ldy[i], matrices[i]->exact() ? exactChain(cols) : cols, bias.empty() ? nullptr : bias[i]};
    step[i] = w.panels >= kManyPanels ? 4 : 2;
    chunks += (w.panels + step[i] - 1) / step[i];
    chunkEnd[i] = chunks;
  }
  pool.forEach(int(chunks), [&](int chunk) {
    int i = 0;
    while (chunk >= chunkEnd[i]) ++i;
    const int64_t first = (chunk - (i ? chunkEnd[i - 1] : 0)) * step[i];
    gemmPanels(o, task[i], first, std::min(task[i].w->panels, first + step[i]));
  });
}

void PanelMatrix::gemm(const float* x, int64_t ldx, float* y, int64_t ldy, int64_t n, Pool& pool) const {
  if (n <= 0) return;
  const PanelMatrix* one = this;
  gemmAlike(rowsFor(ops(), *this), {&one, 1}, x, ldx, &y, &ldy, n, pool, {});
}

}  // namespace

bool canReadSideBySide() { return ops().gemvStrips != nullptr; }
bool readsSideBySide() { return canReadSideBySide() && g_sideBySide.load(std::memory_order_relaxed); }
void readSideBySide(bool on) { g_sideBySide.store(on, std::memory_order_relaxed); }

std::unique_ptr<Matrix> Matrix::pack(QuantType t, const void* data, int64_t rows, int64_t cols, bool exact, Pool& pool) {
  return std::make_unique<PanelMatrix>(packMatrix(t, data, rows, cols, exact, pool), exact);
}

void gemvMany(std::span<const Matrix* const> matrices, const float* x, std::span<float* const> y, Pool& pool) {
  const Ops& o = ops();
  for (size_t begin = 0; begin < matrices.size(); begin += kMaxMatrices) {
    const int count = int(std::min<size_t>(kMaxMatrices, matrices.size() - begin));
    GemvPlan plan[kMaxMatrices];
    int64_t blocks = 0, chunks = 0;
    for (int i = 0; i < count; ++i) {
      const Packed& w = static_cast<const PanelMatrix*>(matrices[begin + size_t(i)])->view();
      blocks = std::max(blocks, w.blocks);
      plan[i] = planGemv(o, w, pool.threads(), chunks);
      chunks = plan[i].chunkEnd;
    }
    float* scratch = threadScratch(kCaller, size_t(blocks * (kBlock / 4 + 1 + 2)));
    auto* sums = reinterpret_cast<int32_t*>(scratch + blocks);
    auto* quants = reinterpret_cast<int8_t*>(scratch + 3 * blocks);
    if (blocks > 0) o.quantize(x, blocks, quants, scratch, sums);
    const Activations a{x, quants, scratch, sums};
    pool.forEach(int(chunks), [&](int chunk) {
      int i = 0;
      while (chunk >= plan[i].chunkEnd) ++i;
      gemvChunk(o, plan[i], a, chunk - (i ? plan[i - 1].chunkEnd : 0), y[begin + size_t(i)]);
    });
  }
}

void gemmMany(std::span<const Matrix* const> matrices, const float* x, int64_t ldx, std::span<float* const> y, int64_t n, Pool& pool,
              std::span<const float* const> bias) {
  if (n <= 0) return;
  for (size_t begin = 0; begin < matrices.size();) {
    const PanelMatrix* alike[kMaxMatrices];
    int64_t ldy[kMaxMatrices];
    size_t count = 0;
    const RowsAs form = rowsFor(ops(), static_cast<const PanelMatrix&>(*matrices[begin]));
    while (count < kMaxMatrices && begin + count < matrices.size()) {
      const auto* m = static_cast<const PanelMatrix*>(matrices[begin + count]);
      if (rowsFor(ops(), *m) != form) break;
      ldy[count] = m->rows();
      alike[count++] = m;
    }
    gemmAlike(form, {alike, count}, x, ldx, y.data() + begin, ldy, n, pool, bias.empty() ? bias : bias.subspan(begin, count));
    begin += count;
  }
}

void multiply(int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b, int64_t ldb, float* c, int64_t ldc) {
  ops().mulF32(m, n / kPanel, k, a, lda, b, ldb, kPanel, c, ldc, Into::New);
}

// ---- row operations ----------------------------------------------------------------------------------------------------------

void rmsNorm(const float* x, const float* weight, float eps, float* out, int64_t n) { ops().rmsNorm(x, weight, eps, out, n); }
void layerNorm(const float* x, const float* weight, const float* bias, float eps, float* out, int64_t n) {
  ops().layerNorm(x, weight, bias, eps, out, n);
}
void siluMul(const float* gate, const float* up, float* out, int64_t n) { ops().siluMul(gate, up, out, n); }
void geluTanhMul(const float* gate, const float* up, float* out, int64_t n) { ops().geluTanhMul(gate, up, out, n); }
void geluMul(const float* gate, const float* up, float* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const float x = gate[i], y = .5f * x * (1.f + std::erf(x * 0.70710678f));
    out[i] = up ? y * up[i] : y;
  }
}
void addInto(float* x, const float* y, int64_t n) { ops().addInto(x, y, n); }
void rope(float* x, int heads, int headDim, int dim, const float* cos, const float* sin) { ops().rope(x, heads, headDim, dim, cos, sin); }

}  // namespace presslab::kernels
