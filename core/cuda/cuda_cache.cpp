// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/cuda/cuda_cache.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <string>
#include <utility>

#include "core/api/error.h"
#include "core/press/check_keep.h"
#include "kernels/cuda/device_runtime.h"
#include "kernels/cuda/press_kernels.h"
#include "kernels/kernels.h"

namespace presslab::cuda_path {
namespace {

constexpr int64_t kGrowth = 64;  // rows added to a head when nothing was reserved

kernels::Elem elemOf(cuda::Type t) {
  return t == cuda::Type::F32 ? kernels::Elem::F32 : t == cuda::Type::F16 ? kernels::Elem::F16 : kernels::Elem::BF16;
}

}  // namespace

CudaCache::CudaCache(int layers, int kvHeads, int headDim, cuda::Type elem, bool withPositions, at::Device device)
    : m_layers(layers),
      m_kvHeads(kvHeads),
      m_headDim(headDim),
      m_elem(elem),
      m_withPositions(withPositions),
      m_device(device),
      m_storage(size_t(layers)),
      m_states(size_t(layers) * size_t(kvHeads)),
      m_residual(m_states.size(), -1),
      m_positions(m_states.size()) {
  m_deviceStates = bytesOnDevice(int64_t(m_states.size() * sizeof(cuda::HeadState)));
}

at::Tensor CudaCache::bytesOnDevice(int64_t bytes) const { return at::empty({bytes}, at::TensorOptions().dtype(at::kByte).device(m_device)); }

at::Tensor CudaCache::upload(const void* from, int64_t bytes) const {
  at::Tensor t = bytesOnDevice(bytes);
  if (bytes > 0) cuda::copyToDevice(t.mutable_data_ptr(), from, bytes, nullptr);
  return t;
}

int64_t CudaCache::blockBytes() const { return m_form == kernels::KvForm::None ? 0 : kernels::kvBlockBytes(m_form, m_headDim); }

int64_t CudaCache::blocksOf(const cuda::HeadState& s) { return s.blockRows / kernels::kKvBlock; }

CudaCache::Heads CudaCache::layerHeads(int layer) const {
  const auto first = m_states.begin() + int64_t(index(layer, 0));
  return {first, first + m_kvHeads};
}

void CudaCache::notePeak() { m_peak = std::max(m_peak, heldBytes()); }

/// Storage for heads of the capacities that they name: keys and values of each head, its blocks, then the positions, so that rows stay aligned.
at::Tensor CudaCache::place(Heads& heads) const {
  const int64_t slot = m_withPositions ? int64_t(sizeof(int32_t)) : 0;
  const auto slotsOf = [](const cuda::HeadState& h) { return h.capacity + int64_t{h.blockCapacity} * kernels::kKvBlock; };
  int64_t bytes = 0;
  for (const cuda::HeadState& h : heads) bytes += 2 * (h.capacity * rowBytes() + h.blockCapacity * blockBytes()) + slotsOf(h) * slot;
  at::Tensor storage = bytesOnDevice(bytes);
  auto* at = static_cast<std::byte*>(storage.mutable_data_ptr());
  const auto take = [&](int64_t n) {
    std::byte* const begin = at;
    at += n;
    return begin;
  };
  for (cuda::HeadState& h : heads) {
    h.k = take(h.capacity * rowBytes());
    h.v = take(h.capacity * rowBytes());
    h.kBlocks = take(h.blockCapacity * blockBytes());
    h.vBlocks = take(h.blockCapacity * blockBytes());
  }
  for (cuda::HeadState& h : heads) h.positions = m_withPositions ? reinterpret_cast<int32_t*>(take(slotsOf(h) * slot)) : nullptr;
  return storage;
}

void CudaCache::beginLayer(int layer, int64_t tokens) {
  Heads heads(static_cast<size_t>(m_kvHeads));
  for (int h = 0; h < m_kvHeads; ++h) {
    if (length(layer, h) > 0) throw Failure(ErrorCode::Failed, cachePlace(layer, h) + "the layer is begun twice");
    heads[size_t(h)].capacity = heads[size_t(h)].length = int32_t(tokens);
  }
  m_storage[size_t(layer)] = place(heads);
  for (int h = 0; h < m_kvHeads; ++h) {
    m_states[index(layer, h)] = heads[size_t(h)];
    std::vector<int32_t>& p = m_positions[index(layer, h)];
    p.resize(size_t(tokens));
    std::iota(p.begin(), p.end(), 0);
  }
  uploadPositions(layer);
  m_stale = true;
  notePeak();
}

void CudaCache::uploadPositions(int layer) {
  if (!m_withPositions) return;
  for (int h = 0; h < m_kvHeads; ++h) {
    const std::vector<int32_t>& p = m_positions[index(layer, h)];
    if (!p.empty()) cuda::copyToDevice(m_states[index(layer, h)].positions, p.data(), int64_t(p.size() * sizeof(int32_t)), nullptr);
  }
}

/// Moves rows of a layer's heads, numbered by `rows`, into new storage of the capacities that `heads` name; the first blockRows of each go into
/// blocks. The heads of the layer are `heads` afterwards; positions are the caller's.
void CudaCache::gather(int layer, Heads& heads, const Rows& rows) {
  const Heads before = layerHeads(layer);
  const at::Tensor storage = place(heads);
  if (m_form != kernels::KvForm::None) quantise(before, heads, rows);
  int64_t most = 0;
  for (size_t h = 0; h < heads.size(); ++h) most = std::max<int64_t>(most, int64_t(rows[h].size()) - heads[h].blockRows);
  std::vector<int32_t> counts, table(heads.size() * size_t(most));
  Heads to = heads;
  for (size_t h = 0; h < heads.size(); ++h) {
    const std::span<const int32_t> own = rows[h].subspan(size_t(heads[h].blockRows));
    std::copy(own.begin(), own.end(), table.begin() + int64_t(h) * most);
    counts.push_back(int32_t(own.size()));
    to[h].positions = nullptr;  // the host brings them
  }
  // One upload: the states before and after, the counts, the rows.
  const int64_t stateBytes = int64_t(heads.size() * sizeof(cuda::HeadState)), countBytes = int64_t(counts.size() * sizeof(int32_t));
  std::vector<std::byte> job(size_t(2 * stateBytes + countBytes) + table.size() * sizeof(int32_t));
  std::memcpy(job.data(), before.data(), size_t(stateBytes));
  std::memcpy(job.data() + stateBytes, to.data(), size_t(stateBytes));
  std::memcpy(job.data() + 2 * stateBytes, counts.data(), size_t(countBytes));
  if (!table.empty()) std::memcpy(job.data() + 2 * stateBytes + countBytes, table.data(), table.size() * sizeof(int32_t));
  const at::Tensor onDevice = upload(job.data(), int64_t(job.size()));
  const auto* at = static_cast<const std::byte*>(onDevice.const_data_ptr());
  cuda::compactRows(reinterpret_cast<const cuda::HeadState*>(at), reinterpret_cast<const cuda::HeadState*>(at + stateBytes), m_kvHeads,
                    reinterpret_cast<const int32_t*>(at + 2 * stateBytes + countBytes), reinterpret_cast<const int32_t*>(at + 2 * stateBytes), most,
                    m_headDim, m_elem, nullptr);
  cuda::checkLaunch();
  m_storage[size_t(layer)] = storage;  // the older one goes back to the allocator, behind the copy in the same stream
  std::copy(heads.begin(), heads.end(), m_states.begin() + int64_t(index(layer, 0)));
  m_stale = true;
}

void CudaCache::keep(int layer, const LayerKeep& kept) {
  if (int(kept.heads.size()) != m_kvHeads) throw Failure(ErrorCode::Failed, cachePlace(layer, int(kept.heads.size())) + "heads are missing");
  useForm(kept.quant.form);
  Heads heads = layerHeads(layer);
  Rows rows;
  bool all = true;
  for (int h = 0; h < m_kvHeads; ++h) {
    const HeadKeep& k = kept.heads[size_t(h)];
    checkKeep(k, length(layer, h), layer, h);
    cuda::HeadState& s = heads[size_t(h)];
    if (s.blockRows > 0) throw Failure(ErrorCode::Failed, cachePlace(layer, h) + "a quantised head is kept again");
    const auto count = int64_t(k.positions.size());
    const bool quantised = kept.quant.form != kernels::KvForm::None && !k.ring;
    all = all && count == length(layer, h);
    s.length = int32_t(count);
    s.blockCapacity = quantised ? int32_t(std::max<int64_t>(count - kept.quant.residual, 0) / kernels::kKvBlock) : 0;
    s.blockRows = s.blockCapacity * kernels::kKvBlock;
    s.capacity = int32_t(rowsOf(s));
    all = all && s.blockRows == 0;
    s.ring = k.ring;
    s.sink = s.next = int32_t(k.sink);
    // The token being decoded always needs a place, so a ring without recent tokens has one.
    s.ringRows = int32_t(k.sink + std::max<int64_t>(k.recent, 1));
    m_residual[index(layer, h)] = quantised ? kept.quant.residual : -1;
    rows.emplace_back(k.positions);
  }
  if (all) {
    for (int h = 0; h < m_kvHeads; ++h) heads[size_t(h)].capacity = head(layer, h).capacity;
    std::copy(heads.begin(), heads.end(), m_states.begin() + int64_t(index(layer, 0)));
    m_stale = true;
    return;
  }
  gather(layer, heads, rows);
  for (int h = 0; h < m_kvHeads; ++h) m_positions[index(layer, h)] = std::vector<int32_t>(kept.heads[size_t(h)].positions);
  uploadPositions(layer);
}

/// Moves a layer into storage of the capacities that `heads` name, none below what a head holds.
void CudaCache::regrow(int layer, const Heads& capacities) {
  const Heads before = layerHeads(layer);
  Heads heads = before;
  for (size_t h = 0; h < heads.size(); ++h) heads[h].capacity = capacities[h].capacity, heads[h].blockCapacity = capacities[h].blockCapacity;
  const at::Tensor storage = place(heads);
  const auto copy = [](void* to, const void* from, int64_t bytes) {
    if (bytes > 0) cuda::copyOnDevice(to, from, bytes, nullptr);
  };
  for (size_t h = 0; h < heads.size(); ++h) {
    const cuda::HeadState &from = before[h], &to = heads[h];
    const int64_t bytes = rowsOf(from) * rowBytes(), blocks = blocksOf(from) * blockBytes();
    copy(to.k, from.k, bytes);
    copy(to.v, from.v, bytes);
    copy(to.kBlocks, from.kBlocks, blocks);
    copy(to.vBlocks, from.vBlocks, blocks);
    m_states[index(layer, int(h))] = to;
    m_positions[index(layer, int(h))].reserve(size_t(to.blockRows) + size_t(to.capacity));
  }
  m_storage[size_t(layer)] = storage;
  uploadPositions(layer);
  m_stale = true;
}

void CudaCache::reserve(int64_t newTokens) {
  for (int l = 0; l < m_layers; ++l) {
    Heads wanted = layerHeads(l);
    bool grows = false;
    for (int h = 0; h < m_kvHeads; ++h) {
      cuda::HeadState& s = wanted[size_t(h)];
      const int64_t rows = rowsOf(s), residual = m_residual[index(l, h)], had = s.capacity, hadBlocks = s.blockCapacity;
      const int64_t room = s.ring ? std::clamp<int64_t>(s.ringRows - rows, 0, newTokens) : newTokens;
      int64_t capacity = std::max<int64_t>(had, rows + room);
      if (residual >= 0) {
        capacity = std::min(capacity, std::max<int64_t>(had, residual + kernels::kKvBlock));
        const int64_t leaving = std::max<int64_t>(rows + newTokens - residual, 0);
        s.blockCapacity = int32_t(std::max<int64_t>(hadBlocks, blocksOf(s) + leaving / kernels::kKvBlock));
      }
      s.capacity = int32_t(capacity);
      grows = grows || s.capacity > had || s.blockCapacity > hadBlocks;
    }
    if (grows) regrow(l, wanted);
  }
  notePeak();
}

void CudaCache::advanceAll(int32_t position) {
  if (m_form != kernels::KvForm::None) pushBlocks();
  const auto isFull = [](const cuda::HeadState& s) { return rowsOf(s) == s.capacity && !(s.ring && s.length >= s.ringRows); };
  if (std::any_of(m_states.begin(), m_states.end(), isFull)) reserve(kGrowth);
  (void)deviceHeads();  // before the host's states go on: the device makes the same step itself
  for (size_t i = 0; i < m_states.size(); ++i) {
    const int32_t before = m_states[i].length;
    cuda::advance(m_states[i]);
    if (m_states[i].length > before)
      m_positions[i].push_back(position);
    else
      m_positions[i][size_t(m_states[i].slot)] = position;
  }
  notePeak();
}

cuda::HeadState* CudaCache::deviceHeads() {
  auto* at = static_cast<cuda::HeadState*>(m_deviceStates.mutable_data_ptr());
  if (m_stale) cuda::copyToDevice(at, m_states.data(), int64_t(m_states.size() * sizeof(cuda::HeadState)), nullptr);
  m_stale = false;
  return at;
}

int64_t CudaCache::mostSlots() const {
  int64_t most = 0;
  for (int l = 0; l < m_layers; ++l) {
    int64_t slots = 0;
    for (int h = 0; h < m_kvHeads; ++h) slots += head(l, h).capacity + int64_t{head(l, h).blockCapacity} * kernels::kKvBlock;
    most = std::max(most, slots);
  }
  return most;
}

void CudaCache::readRows(int layer, int h, int64_t first, int64_t count, bool values, float* out) const {
  const cuda::HeadState& s = head(layer, h);
  if (s.blockRows > 0) throw Failure(ErrorCode::Failed, cachePlace(layer, h) + "rows of a quantised head");
  std::vector<std::byte> raw(size_t(count * rowBytes()));
  cuda::copyToHost(raw.data(), static_cast<const std::byte*>(values ? s.v : s.k) + first * rowBytes(), int64_t(raw.size()), nullptr);
  kernels::convertToF32(elemOf(m_elem), raw.data(), out, count * m_headDim);
}

void CudaCache::writeValues(int layer, int h, int64_t row, const float* from) {
  std::vector<std::byte> raw(static_cast<size_t>(rowBytes()));
  kernels::convertFromF32(elemOf(m_elem), from, raw.data(), m_headDim);
  cuda::copyToDevice(static_cast<std::byte*>(head(layer, h).v) + row * rowBytes(), raw.data(), rowBytes(), nullptr);
}

std::vector<int32_t> CudaCache::positions(int layer, int head) const {
  std::vector<int32_t> p = m_positions[index(layer, head)];
  std::sort(p.begin(), p.end());
  return p;
}

int64_t CudaCache::storageBytes() const {
  int64_t bytes = 0;
  for (const at::Tensor& t : m_storage) bytes += t.defined() ? int64_t(t.storage().nbytes()) : 0;
  return bytes;
}

int64_t CudaCache::headBytes(int layer, int h) const {
  const cuda::HeadState& s = head(layer, h);
  return 2 * (rowBytes() * rowsOf(s) + blockBytes() * blocksOf(s));
}

int64_t CudaCache::usedBytes() const {
  int64_t bytes = 0;
  for (int l = 0; l < m_layers; ++l)
    for (int h = 0; h < m_kvHeads; ++h) bytes += headBytes(l, h);
  return bytes;
}

int64_t CudaCache::reservedBytes() const {
  int64_t bytes = 0;
  for (const cuda::HeadState& s : m_states) {
    const int64_t rows = s.capacity - rowsOf(s), blocks = s.blockCapacity - blocksOf(s);
    bytes += 2 * (rowBytes() * rows + blockBytes() * blocks);
    if (m_withPositions) bytes += int64_t(sizeof(int32_t)) * (rows + blocks * kernels::kKvBlock);
  }
  return bytes;
}

int64_t CudaCache::indexBytes() const {
  int64_t bytes = 0;
  for (const auto& p : m_positions) bytes += int64_t(p.capacity() * sizeof(int32_t));
  return bytes;
}

CudaCache CudaCache::clone() const {
  CudaCache copy(m_layers, m_kvHeads, m_headDim, m_elem, m_withPositions, m_device);
  copy.m_form = m_form;
  copy.m_states = m_states;
  copy.m_residual = m_residual;
  copy.m_positions = m_positions;
  for (int l = 0; l < m_layers; ++l) {
    if (m_storage[size_t(l)].defined()) copy.regrow(l, layerHeads(l));
  }
  copy.m_peak = copy.heldBytes();
  return copy;
}

}  // namespace presslab::cuda_path
