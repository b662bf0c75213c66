// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Attention of one token against ragged heads, split over the slots. Parts lie at fixed multiples of the part length and are merged in
// order, so the result does not depend on who computed what.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/kernels.h"
#include "kernels/ops.h"
#include "kernels/weight_memory.h"

namespace presslab::kernels {

namespace {

constexpr int64_t kPart = 256;   // slots of a task
constexpr int kStackGroup = 16;  // query heads of a group whose scores stand on the stack: a worker's first task allocates nothing
constexpr int kStackDim = 128;   // head dimension up to which the rows of a block stand on the stack
enum Slot { kCaller = 0, kTask = 1, kTile = 2 };

int64_t partsOf(int64_t length) { return (length + kPart - 1) / kPart; }

/// Room of the caller: results of all parts, and behind them where each head's begin.
float* resultRoom(int64_t parts, int kvHeads, int group, int headDim) {
  return threadScratch(kCaller, size_t(parts * group * (2 + headDim) + kvHeads + 1));
}

/// Calls f(elem, first, rows, count) for the pieces of slots [begin, begin + n) of keys or values: quantised blocks one by one as float32 rows,
/// the rest as it is stored. first counts from begin.
template <class F>
void forPieces(const Ops& o, const DecodeAttentionArgs& a, const KvHeadView& view, bool values, int64_t begin, int64_t n, F&& f) {
  int64_t at = begin;
  if (at < view.blockRows) {
    float local[kStackDim * kKvBlock];
    float* rows = a.headDim <= kStackDim ? local : threadScratch(kTile, size_t(a.headDim) * kKvBlock);
    const auto* blocks = static_cast<const uint8_t*>(values ? view.vBlocks : view.kBlocks);
    const int64_t blockBytes = kvBlockBytes(view.form, a.headDim);
    for (; at < std::min(begin + n, view.blockRows); at += kKvBlock) {
      o.kvBlockRows(view.form, values, blocks + at / kKvBlock * blockBytes, a.headDim, rows);
      f(KvElem::F32, at - begin, rows, int64_t{kKvBlock});
    }
  }
  if (at == begin + n) return;
  const int64_t rowBytes = presslab::kernels::rowBytes(a.elem, a.headDim);
  const auto* rows = static_cast<const uint8_t*>(values ? view.v : view.k) + (at - view.blockRows) * rowBytes;
  f(KvElem(int(a.elem)), at - begin, rows, begin + n - at);
}

/// Result of a part: `group` maxima, `group` sums, then group x headDim unnormalised outputs.
void computePart(const Ops& o, const DecodeAttentionArgs& a, int head, int64_t part, float* result) {
  const KvHeadView& view = a.heads[head];
  const int64_t begin = part * kPart, n = std::min(kPart, view.length - begin);
  float local[kStackGroup * kPart];
  float* s = a.group <= kStackGroup ? local : threadScratch(kTask, size_t(a.group * kPart));
  int64_t stride = kPart;
  if (a.probs) {  // raw scores go where the probabilities are wanted, and are kept until the merge
    s = a.probs + int64_t(head) * a.group * a.probsStride + begin;
    stride = a.probsStride;
  }
  const float* q = a.q + int64_t(head) * a.group * a.headDim;
  const bool together = readsSideBySide();
  forPieces(o, a, view, false, begin, n, [&](KvElem elem, int64_t first, const void* rows, int64_t count) {
    o.scores(elem, q, rows, count, a.group, a.headDim, a.scale, s + first, stride, together);
  });
  if (view.positions) {
    for (int64_t j = 0; j < n; ++j) {
      if (view.positions[begin + j] >= view.first) continue;
      for (int g = 0; g < a.group; ++g) s[g * stride + j] = -INFINITY;
    }
  }
  float* maxima = result;
  float* sums = result + a.group;
  float* out = result + 2 * a.group;
  for (int g = 0; g < a.group; ++g) {
    maxima[g] = o.maxOf(s + g * stride, n);
    // All masked (-inf): a shift of 0 keeps the weights 0 instead of NaN.
    sums[g] = o.expSum(s + g * stride, n, std::isinf(maxima[g]) && maxima[g] < 0 ? 0.f : maxima[g]);
  }
  std::memset(out, 0, size_t(a.group) * size_t(a.headDim) * sizeof(float));
  forPieces(o, a, view, true, begin, n, [&](KvElem elem, int64_t first, const void* rows, int64_t count) {
    o.weigh(elem, s + first, stride, rows, count, a.group, a.headDim, out, together);
  });
}

/// out = sum_i e^(m_i - m) o_i / sum_i e^(m_i - m) l_i, parts in order.
void mergeHead(const Ops& o, const DecodeAttentionArgs& a, int head, const float* parts, int64_t partFloats) {
  const int64_t count = partsOf(a.heads[head].length);
  for (int g = 0; g < a.group; ++g) {
    const int64_t row = int64_t(head) * a.group + g;
    float* out = a.out + row * a.headDim;
    std::fill_n(out, a.headDim, 0.f);
    float top = -INFINITY, total = 0;
    for (int64_t p = 0; p < count; ++p) top = std::max(top, parts[p * partFloats + g]);
    if (std::isinf(top) && top < 0) top = 0;
    for (int64_t p = 0; p < count; ++p) {
      const float* part = parts + p * partFloats;
      const float factor = std::exp(part[g] - top);
      if (part[a.group + g] == 0.f) continue;
      total += factor * part[a.group + g];
      for (int i = 0; i < a.headDim; ++i) out[i] += factor * part[2 * a.group + int64_t(g) * a.headDim + i];
    }
    const float inverse = total != 0.f ? 1.f / total : 0.f;
    o.scale(out, a.headDim, inverse);
    if (!a.probs) continue;
    for (int64_t p = 0; p < count; ++p) {
      const float factor = std::exp(parts[p * partFloats + g] - top) * inverse;
      o.scale(a.probs + row * a.probsStride + p * kPart, std::min(kPart, a.heads[head].length - p * kPart), factor);
    }
  }
}

}  // namespace

void reserveDecodeAttention(int kvHeads, int group, int headDim, int64_t length) { resultRoom(kvHeads * partsOf(length), kvHeads, group, headDim); }

void decodeAttention(const DecodeAttentionArgs& a, Pool& pool) {
  const Ops& o = ops();
  const int64_t partFloats = int64_t(a.group) * (2 + a.headDim);
  int64_t total = 0;
  for (int h = 0; h < a.kvHeads; ++h) total += partsOf(a.heads[h].length);
  // Parts of head h start at first[h]; the table is kept behind the results as plain integers.
  float* parts = resultRoom(total, a.kvHeads, a.group, a.headDim);
  auto* first = reinterpret_cast<int32_t*>(parts + total * partFloats);
  first[0] = 0;
  for (int h = 0; h < a.kvHeads; ++h) first[h + 1] = first[h] + int32_t(partsOf(a.heads[h].length));
  // Every part but a head's last is whole: taken one by one from a counter, no thread waits longer than one part.
  pool.forEach(int(total), [&](int task) {
    const int head = int(std::upper_bound(first, first + a.kvHeads + 1, task) - first) - 1;
    computePart(o, a, head, task - first[head], parts + task * partFloats);
  });
  for (int h = 0; h < a.kvHeads; ++h) mergeHead(o, a, h, parts + first[h] * partFloats, partFloats);
}

}  // namespace presslab::kernels
