// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/torch/torch_cache.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "core/api/error.h"
#include "core/press/check_keep.h"

namespace presslab::torch_path {
namespace {

constexpr int64_t kGrowth = 64;  // rows added to a head when nothing was reserved

}  // namespace

TorchCache::TorchCache(int layers, int kvHeads, int headDim, at::TensorOptions options)
    : m_kvHeads(kvHeads), m_headDim(headDim), m_options(options), m_heads(size_t(layers) * size_t(kvHeads)) {
  for (Head& head : m_heads) resizeHead(head, 0);
}

void TorchCache::notePeak() { m_peak = std::max(m_peak, heldBytes()); }

void TorchCache::resizeHead(Head& head, int64_t capacity) const {
  const int64_t used = int64_t(head.positions.size());
  for (at::Tensor* t : {&head.k, &head.v}) {
    at::Tensor grown = at::empty({capacity, m_headDim}, m_options);
    if (used > 0) grown.narrow(0, 0, used).copy_(t->narrow(0, 0, used));
    *t = std::move(grown);
  }
  head.positions.reserve(size_t(capacity));
}

void TorchCache::beginLayer(int layer, int64_t tokens) {
  for (int h = 0; h < m_kvHeads; ++h) {
    Head& head = at(layer, h);
    if (!head.positions.empty()) throw Failure(ErrorCode::Failed, cachePlace(layer, h) + "the layer is begun twice");
    resizeHead(head, tokens);
    head.positions.resize(size_t(tokens));
    std::iota(head.positions.begin(), head.positions.end(), 0);
  }
  notePeak();
}

void TorchCache::write(int layer, int64_t start, const at::Tensor& k, const at::Tensor& v) {
  for (int h = 0; h < m_kvHeads; ++h) {
    at(layer, h).k.narrow(0, start, k.size(0)).copy_(k.select(1, h));
    at(layer, h).v.narrow(0, start, v.size(0)).copy_(v.select(1, h));
  }
}

void TorchCache::keep(int layer, const LayerKeep& kept) {
  if (int(kept.heads.size()) != m_kvHeads) throw Failure(ErrorCode::Failed, cachePlace(layer, int(kept.heads.size())) + "heads are missing");
  for (int h = 0; h < m_kvHeads; ++h) checkKeep(kept.heads[size_t(h)], length(layer, h), layer, h);
  if (kept.quant.form != kernels::KvForm::None)
    badInput("kvq: the torch backend holds no quantised rows; our own kernels do (--device cpu or cuda:N without --backend torch)");
  if (kept.decode)
    badInput("compression while decoding: not on the torch backend; our own kernels do it (--device cpu or cuda:N without --backend torch)");
  for (int h = 0; h < m_kvHeads; ++h) {
    const HeadKeep& keep = kept.heads[size_t(h)];
    Head& head = at(layer, h);
    const std::vector<int64_t> rows(keep.positions.begin(), keep.positions.end());
    const at::Tensor index = at::tensor(rows, at::kLong).to(m_options.device());
    head.k = at::index_select(head.k, 0, index);
    head.v = at::index_select(head.v, 0, index);
    head.positions = std::vector<int32_t>(keep.positions);  // a new vector: the old one's room goes back too
    head.ring = keep.ring;
    head.sink = head.next = keep.sink;
    // The token being decoded always needs a place, so a ring without recent tokens has one.
    head.ringRows = keep.sink + std::max<int64_t>(keep.recent, 1);
  }
}

void TorchCache::reserve(int64_t newTokens) {
  for (Head& head : m_heads) {
    const int64_t used = int64_t(head.positions.size());
    const int64_t room = head.ring ? std::clamp<int64_t>(head.ringRows - used, 0, newTokens) : newTokens;
    if (used + room > head.k.size(0)) resizeHead(head, used + room);
  }
  notePeak();
}

void TorchCache::append(int layer, int h, int32_t position, const at::Tensor& k, const at::Tensor& v) {
  Head& head = at(layer, h);
  const int64_t used = int64_t(head.positions.size());
  int64_t row = used;
  if (head.ring && used >= head.ringRows) {
    row = head.next;
    head.next = row + 1 == used ? head.sink : row + 1;
    head.positions[size_t(row)] = position;
  } else {
    if (used == head.k.size(0)) resizeHead(head, used + kGrowth);
    head.positions.push_back(position);
    notePeak();
  }
  head.k[row].copy_(k);
  head.v[row].copy_(v);
}

std::vector<int32_t> TorchCache::positions(int layer, int head) const {
  std::vector<int32_t> p = at(layer, head).positions;
  std::sort(p.begin(), p.end());
  return p;
}

int64_t TorchCache::storageBytes() const {
  int64_t bytes = 0;
  for (const Head& head : m_heads) bytes += int64_t(head.k.storage().nbytes() + head.v.storage().nbytes());
  return bytes;
}

int64_t TorchCache::usedBytes() const {
  int64_t rows = 0;
  for (const Head& head : m_heads) rows += int64_t(head.positions.size());
  return 2 * rowBytes() * rows;
}

int64_t TorchCache::reservedBytes() const {
  int64_t rows = 0;
  for (const Head& head : m_heads) rows += head.k.size(0) - int64_t(head.positions.size());
  return 2 * rowBytes() * rows;
}

int64_t TorchCache::indexBytes() const {
  int64_t bytes = 0;
  for (const Head& head : m_heads) bytes += int64_t(head.positions.capacity() * sizeof(int32_t));
  return bytes;
}

TorchCache TorchCache::clone() const {
  TorchCache copy = *this;  // tensors are shared until the loop below
  for (Head& head : copy.m_heads) {
    head.k = head.k.clone();
    head.v = head.v.clone();
    head.positions.reserve(size_t(head.k.size(0)));
  }
  copy.m_peak = copy.heldBytes();
  return copy;
}

}  // namespace presslab::torch_path
