// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/cuda/cuda_cache.h"

#include <ATen/ops/empty.h>

#include <algorithm>
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
      m_positions(m_states.size()) {
  m_deviceStates = bytesOnDevice(int64_t(m_states.size() * sizeof(cuda::HeadState)));
}

at::Tensor CudaCache::bytesOnDevice(int64_t bytes) const { return at::empty({bytes}, at::TensorOptions().dtype(at::kByte).device(m_device)); }

void CudaCache::notePeak() { m_peak = std::max(m_peak, heldBytes()); }

/// Storage for heads of the capacities that they name: keys and values of each head, then the positions, so that rows stay aligned.
at::Tensor CudaCache::place(std::vector<cuda::HeadState>& heads) const {
  int64_t rows = 0;
  for (const cuda::HeadState& h : heads) rows += h.capacity;
  at::Tensor storage = bytesOnDevice(rows * slotBytes());
  auto* at = static_cast<std::byte*>(storage.mutable_data_ptr());
  for (cuda::HeadState& h : heads) {
    h.k = at;
    at += h.capacity * rowBytes();
    h.v = at;
    at += h.capacity * rowBytes();
  }
  for (cuda::HeadState& h : heads) {
    h.positions = m_withPositions ? reinterpret_cast<int32_t*>(at) : nullptr;
    at += m_withPositions ? h.capacity * int64_t(sizeof(int32_t)) : 0;
  }
  return storage;
}

void CudaCache::beginLayer(int layer, int64_t tokens) {
  std::vector<cuda::HeadState> heads(static_cast<size_t>(m_kvHeads));
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

void CudaCache::keep(int layer, const LayerKeep& kept) {
  if (int(kept.heads.size()) != m_kvHeads)
    throw Failure(ErrorCode::Failed, cachePlace(layer, int(kept.heads.size())) + "heads are missing");
  int64_t most = 0;
  bool all = true;
  for (int h = 0; h < m_kvHeads; ++h) {
    const HeadKeep& k = kept.heads[size_t(h)];
    checkKeep(k, length(layer, h), layer, h);
    most = std::max(most, int64_t(k.positions.size()));
    all = all && int64_t(k.positions.size()) == length(layer, h);
  }
  std::vector<cuda::HeadState> heads(m_states.begin() + int64_t(index(layer, 0)), m_states.begin() + int64_t(index(layer, 0)) + m_kvHeads);
  if (!all) {
    // One upload: the states before and after, the counts, the kept rows.
    const std::vector<cuda::HeadState> before = heads;
    std::vector<int32_t> counts, rows(size_t(m_kvHeads) * size_t(most));
    for (int h = 0; h < m_kvHeads; ++h) {
      const std::vector<int32_t>& p = kept.heads[size_t(h)].positions;
      std::copy(p.begin(), p.end(), rows.begin() + int64_t(h) * most);
      counts.push_back(int32_t(p.size()));
      heads[size_t(h)].capacity = heads[size_t(h)].length = int32_t(p.size());
    }
    const at::Tensor storage = place(heads);
    const int64_t stateBytes = int64_t(m_kvHeads * sizeof(cuda::HeadState)), countBytes = int64_t(m_kvHeads * sizeof(int32_t));
    const at::Tensor job = bytesOnDevice(2 * stateBytes + countBytes + int64_t(rows.size() * sizeof(int32_t)));
    auto* at = static_cast<std::byte*>(job.mutable_data_ptr());
    cuda::copyToDevice(at, before.data(), stateBytes, nullptr);
    cuda::copyToDevice(at + stateBytes, heads.data(), stateBytes, nullptr);
    cuda::copyToDevice(at + 2 * stateBytes, counts.data(), countBytes, nullptr);
    if (!rows.empty()) cuda::copyToDevice(at + 2 * stateBytes + countBytes, rows.data(), int64_t(rows.size() * sizeof(int32_t)), nullptr);
    if (most > 0)
      cuda::compactRows(reinterpret_cast<cuda::HeadState*>(at), reinterpret_cast<cuda::HeadState*>(at + stateBytes), m_kvHeads,
                        reinterpret_cast<int32_t*>(at + 2 * stateBytes + countBytes), reinterpret_cast<int32_t*>(at + 2 * stateBytes), most,
                        m_headDim, m_elem, nullptr);
    cuda::checkLaunch();
    m_storage[size_t(layer)] = storage;  // the larger one goes back to the allocator, behind the copy in the same stream
  }
  for (int h = 0; h < m_kvHeads; ++h) {
    const HeadKeep& k = kept.heads[size_t(h)];
    cuda::HeadState& s = heads[size_t(h)];
    s.ring = k.ring;
    s.sink = s.next = int32_t(k.sink);
    // The token being decoded always needs a place, so a ring without recent tokens has one.
    s.ringRows = int32_t(k.sink + std::max<int64_t>(k.recent, 1));
    m_states[index(layer, h)] = s;
    m_positions[index(layer, h)] = std::vector<int32_t>(k.positions);
  }
  m_stale = true;
}

/// Moves a layer into storage of other capacities, none below the head's length.
void CudaCache::regrow(int layer, std::span<const int64_t> capacities) {
  std::vector<cuda::HeadState> heads(m_states.begin() + int64_t(index(layer, 0)), m_states.begin() + int64_t(index(layer, 0)) + m_kvHeads);
  const std::vector<cuda::HeadState> before = heads;
  for (int h = 0; h < m_kvHeads; ++h) heads[size_t(h)].capacity = int32_t(capacities[size_t(h)]);
  const at::Tensor storage = place(heads);
  for (int h = 0; h < m_kvHeads; ++h) {
    const cuda::HeadState &from = before[size_t(h)], &to = heads[size_t(h)];
    const int64_t bytes = from.length * rowBytes();
    if (bytes > 0) {
      cuda::copyOnDevice(to.k, from.k, bytes, nullptr);
      cuda::copyOnDevice(to.v, from.v, bytes, nullptr);
    }
    m_states[index(layer, h)] = to;
    m_positions[index(layer, h)].reserve(size_t(to.capacity));
  }
  m_storage[size_t(layer)] = storage;
  uploadPositions(layer);
  m_stale = true;
}

void CudaCache::reserve(int64_t newTokens) {
  std::vector<int64_t> capacities(static_cast<size_t>(m_kvHeads));
  for (int l = 0; l < m_layers; ++l) {
    bool grows = false;
    for (int h = 0; h < m_kvHeads; ++h) {
      const cuda::HeadState& s = head(l, h);
      const int64_t room = s.ring ? std::clamp<int64_t>(s.ringRows - s.length, 0, newTokens) : newTokens;
      capacities[size_t(h)] = std::max<int64_t>(s.capacity, s.length + room);
      grows = grows || capacities[size_t(h)] > s.capacity;
    }
    if (grows) regrow(l, capacities);
  }
  notePeak();
}

void CudaCache::advanceAll(int32_t position) {
  const auto isFull = [](const cuda::HeadState& s) { return s.length == s.capacity && !(s.ring && s.length >= s.ringRows); };
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

int64_t CudaCache::mostRows() const {
  int64_t most = 0;
  for (int l = 0; l < m_layers; ++l) {
    int64_t rows = 0;
    for (int h = 0; h < m_kvHeads; ++h) rows += head(l, h).capacity;
    most = std::max(most, rows);
  }
  return most;
}

void CudaCache::readRows(int layer, int h, bool values, float* out) const {
  const cuda::HeadState& s = head(layer, h);
  const int64_t rows = length(layer, h);
  std::vector<std::byte> raw(size_t(rows * rowBytes()));
  cuda::copyToHost(raw.data(), values ? s.v : s.k, int64_t(raw.size()), nullptr);
  const kernels::Elem elem = m_elem == cuda::Type::F32 ? kernels::Elem::F32 : m_elem == cuda::Type::F16 ? kernels::Elem::F16 : kernels::Elem::BF16;
  kernels::convertToF32(elem, raw.data(), out, rows * m_headDim);
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

int64_t CudaCache::usedBytes() const {
  int64_t rows = 0;
  for (const auto& p : m_positions) rows += int64_t(p.size());
  return 2 * rowBytes() * rows;
}

int64_t CudaCache::reservedBytes() const {
  int64_t rows = 0;
  for (const cuda::HeadState& s : m_states) rows += s.capacity - s.length;
  return slotBytes() * rows;
}

int64_t CudaCache::indexBytes() const {
  int64_t bytes = 0;
  for (const auto& p : m_positions) bytes += int64_t(p.capacity() * sizeof(int32_t));
  return bytes;
}

CudaCache CudaCache::clone() const {
  CudaCache copy(m_layers, m_kvHeads, m_headDim, m_elem, m_withPositions, m_device);
  copy.m_states = m_states;
  copy.m_positions = m_positions;
  std::vector<int64_t> capacities(static_cast<size_t>(m_kvHeads));
  for (int l = 0; l < m_layers; ++l) {
    if (!m_storage[size_t(l)].defined()) continue;
    for (int h = 0; h < m_kvHeads; ++h) capacities[size_t(h)] = head(l, h).capacity;
    copy.regrow(l, capacities);
  }
  copy.m_peak = copy.heldBytes();
  return copy;
}

}  // namespace presslab::cuda_path
