// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Blockwise causal attention. K and V are brought into the layout of the tiled product once per call, in tiles of 64 keys at fixed places;
// a task then takes a tile of queries of all heads of one group through them with an online softmax. A query's result depends on the key
// tiles alone: neither the chunk that it came in nor the thread count changes it.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/dequant_half.h"
#include "kernels/kernels.h"
#include "kernels/ops.h"
#include "kernels/weight_memory.h"

namespace presslab::kernels {

namespace {

constexpr int64_t kQueryTile = 48;  // a multiple of the tallest register tile
enum Slot { kCaller = 0, kTask = 1 };

struct Plan {
  const PrefillAttentionArgs* a;
  const Ops* o;
  bool bf16;
  int64_t length, keyTiles, width;  // width: headDim padded to whole panels
  int64_t firstKey(int64_t query) const { return a->window > 0 ? std::max<int64_t>(0, a->start + query + 1 - a->window) : 0; }
  float* packed;  // (kvHeads, keyTiles) of K then V, each kKeyTile x width elements
  int64_t elementBytes() const { return bf16 ? 2 : 4; }
  int64_t halfBytes() const { return kKeyTile * width * elementBytes(); }
  uint8_t* tile(int head, int64_t t) const { return reinterpret_cast<uint8_t*>(packed) + (head * keyTiles + t) * 2 * halfBytes(); }
};

/// K as 4 panels of 16 keys, [dim][16] (bf16: [dim / 2][16][2]); V as rows of width floats (bf16: panels of 16 dims, [key / 2][16][2]).
void packTile(const Plan& plan, int head, int64_t t) {
  const PrefillAttentionArgs& a = *plan.a;
  const int64_t begin = t * kKeyTile, n = std::min<int64_t>(kKeyTile, plan.length - begin), rowBytes = presslab::kernels::rowBytes(a.elem, a.headDim);
  uint8_t* k = plan.tile(head, t);
  uint8_t* v = k + plan.halfBytes();
  std::memset(k, 0, size_t(2 * plan.halfBytes()));
  float* rows = threadScratch(kTask, size_t(kKeyTile * a.headDim));
  convertToF32(a.elem, static_cast<const uint8_t*>(a.heads[head].k) + begin * rowBytes, rows, n * a.headDim);
  for (int64_t j = 0; j < n; ++j) {
    const float* row = rows + j * a.headDim;
    if (plan.bf16) {
      uint16_t* out = reinterpret_cast<uint16_t*>(k) + j / kPanel * kPanel * plan.width + j % kPanel * 2;
      for (int i = 0; i < a.headDim; ++i) out[i / 2 * 2 * kPanel + i % 2] = floatToBfloat(row[i]);
    } else {
      float* out = reinterpret_cast<float*>(k) + j / kPanel * kPanel * plan.width + j % kPanel;
      for (int i = 0; i < a.headDim; ++i) out[i * kPanel] = row[i];
    }
  }
  convertToF32(a.elem, static_cast<const uint8_t*>(a.heads[head].v) + begin * rowBytes, rows, n * a.headDim);
  for (int64_t j = 0; j < n; ++j) {
    const float* row = rows + j * a.headDim;
    if (plan.bf16) {
      uint16_t* out = reinterpret_cast<uint16_t*>(v) + j / 2 * 2 * kPanel + j % 2;
      for (int i = 0; i < a.headDim; ++i) out[i / kPanel * kPanel * kKeyTile + i % kPanel * 2] = floatToBfloat(row[i]);
    } else {
      std::memcpy(reinterpret_cast<float*>(v) + j * plan.width, row, size_t(a.headDim) * sizeof(float));
    }
  }
}

/// Buffers of one task inside the thread's scratch.
struct TaskBuffers {
  float *o, *m, *l, *s;  // (group, kQueryTile, width), (group, kQueryTile) twice, (kQueryTile, kKeyTile)
  uint16_t *q, *p;       // bf16: (group, kQueryTile, width), (kQueryTile, kKeyTile)
};

TaskBuffers taskBuffers(const Plan& plan) {
  const int64_t rows = plan.a->group * kQueryTile, scores = kQueryTile * kKeyTile;
  float* base = threadScratch(kTask, size_t(rows * plan.width + 2 * rows + scores + (plan.bf16 ? (rows * plan.width + scores) / 2 : 0)));
  TaskBuffers b{};
  b.o = base;
  b.s = b.o + rows * plan.width;
  b.m = b.s + scores;
  b.l = b.m + rows;
  b.q = reinterpret_cast<uint16_t*>(b.l + rows);
  b.p = b.q + rows * plan.width;
  std::fill(b.o, b.s + scores, 0.f);
  std::fill(b.m, b.m + rows, -INFINITY);
  std::fill(b.l, b.l + rows, 0.f);
  return b;
}

/// Scores of the keys of tile t that lie before a query's window.
void maskBefore(const Plan& plan, float* s, int64_t t, int64_t first, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const int64_t before = std::min<int64_t>(kKeyTile, plan.firstKey(first + i) - t * kKeyTile);
    if (before > 0) std::fill_n(s + i * kKeyTile, before, -INFINITY);
  }
}

/// Queries [first, first + n) of the call, all heads of a group.
void attendTile(const Plan& plan, int head, int64_t first, int64_t n) {
  const PrefillAttentionArgs& a = *plan.a;
  const Ops& o = *plan.o;
  const TaskBuffers b = taskBuffers(plan);
  const float* q = a.q + first * a.qStride + int64_t(head) * a.group * a.headDim;
  if (plan.bf16) {
    std::memset(b.q, 0, size_t(a.group * kQueryTile * plan.width) * 2);
    for (int g = 0; g < a.group; ++g) {
      for (int64_t i = 0; i < n; ++i) o.toBf16(q + i * a.qStride + g * a.headDim, b.q + (g * kQueryTile + i) * plan.width, a.headDim);
    }
  }
  const int64_t last = a.start + first + n - 1;  // position of the tile's last query: no key beyond it is looked at
  for (int64_t t = plan.firstKey(first) / kKeyTile; t <= last / kKeyTile; ++t) {
    const uint8_t* k = plan.tile(head, t);
    const bool cut = plan.firstKey(first + n - 1) > t * kKeyTile;
    const uint8_t* v = k + plan.halfBytes();
    const int64_t seen = a.start + first + 1 - t * kKeyTile, panel = kPanel * plan.width;
    for (int g = 0; g < a.group; ++g) {
      float* out = b.o + g * kQueryTile * plan.width;
      float *m = b.m + g * kQueryTile, *l = b.l + g * kQueryTile;
      if (plan.bf16) {
        o.mulBf16(n, kKeyTile / kPanel, plan.width / 2, b.q + g * kQueryTile * plan.width, plan.width, reinterpret_cast<const uint16_t*>(k), panel,
                  b.s, kKeyTile, false);
        if (cut) maskBefore(plan, b.s, t, first, n);
        o.softmaxTile(b.s, n, seen, a.scale, m, l, out, plan.width, b.p);
        o.mulBf16(n, plan.width / kPanel, kKeyTile / 2, b.p, kKeyTile, reinterpret_cast<const uint16_t*>(v), kPanel * kKeyTile, out, plan.width,
                  true);
      } else {
        o.mulF32(n, kKeyTile / kPanel, a.headDim, q + g * a.headDim, a.qStride, reinterpret_cast<const float*>(k), kPanel, panel, b.s, kKeyTile,
                 Into::New);
        if (cut) maskBefore(plan, b.s, t, first, n);
        o.softmaxTile(b.s, n, seen, a.scale, m, l, out, plan.width, nullptr);
        o.mulF32(n, plan.width / kPanel, kKeyTile, b.s, kKeyTile, reinterpret_cast<const float*>(v), plan.width, kPanel, out, plan.width,
                 Into::Chain);
      }
    }
  }
  for (int g = 0; g < a.group; ++g) {
    for (int64_t i = 0; i < n; ++i) {
      float* row = b.o + (g * kQueryTile + i) * plan.width;
      const float sum = b.l[g * kQueryTile + i];
      o.scale(row, a.headDim, sum != 0.f ? 1.f / sum : 0.f);
      std::memcpy(a.out + (first + i) * a.outStride + (int64_t(head) * a.group + g) * a.headDim, row, size_t(a.headDim) * sizeof(float));
    }
  }
}

}  // namespace

void prefillAttention(const PrefillAttentionArgs& a, Pool& pool) {
  if (a.n <= 0) return;
  Plan plan{};
  plan.a = &a;
  plan.o = &ops();
  plan.bf16 = !a.exact && plan.o->mulBf16;
  plan.length = a.start + a.n;
  plan.keyTiles = (plan.length + kKeyTile - 1) / kKeyTile;
  plan.width = (a.headDim + kPanel - 1) / kPanel * kPanel;
  plan.packed = threadScratch(kCaller, size_t(a.kvHeads * plan.keyTiles * 2 * plan.halfBytes() / 4));
  const int64_t skipped = plan.firstKey(0) / kKeyTile, packed = plan.keyTiles - skipped;
  pool.forEach(int(a.kvHeads * packed), [&](int job) { packTile(plan, int(job / packed), skipped + job % packed); });
  const int64_t tiles = (a.n + kQueryTile - 1) / kQueryTile;
  pool.forEach(int(a.kvHeads * tiles), [&](int job) {
    const int64_t tile = tiles - 1 - job / a.kvHeads;  // longest first
    attendTile(plan, job % a.kvHeads, tile * kQueryTile, std::min(kQueryTile, a.n - tile * kQueryTile));
  });
}

}  // namespace presslab::kernels
