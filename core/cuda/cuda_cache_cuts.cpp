// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What changes of a cache besides its growth: rows into quantised blocks, slots that go while tokens are decoded.
#include <algorithm>
#include <numeric>
#include <string>

#include "core/api/error.h"
#include "core/cuda/cuda_cache.h"
#include "core/press/check_keep.h"
#include "kernels/cuda/device_runtime.h"
#include "kernels/cuda/press_kernels.h"

namespace presslab::cuda_path {
namespace {

constexpr int kMostJobs = 65535;  // of a launch

}  // namespace

void CudaCache::useForm(kernels::KvForm form) {
  if (form == kernels::KvForm::None || form == m_form) return;
  if (m_form != kernels::KvForm::None) throw Failure(ErrorCode::Failed, "KV cache: one sequence has two formats of quantised rows");
  if (m_headDim % kernels::kKvBlock != 0)
    badInput("kvq: the head dimension " + std::to_string(m_headDim) + " is no multiple of " + std::to_string(kernels::kKvBlock));
  m_form = form;
}

/// The first blockRows of each head's rows into its new blocks.
void CudaCache::quantise(const Heads& from, const Heads& to, const Rows& rows) const {
  std::vector<int32_t> numbers;
  int32_t most = 0;
  for (size_t h = 0; h < to.size(); ++h) {
    numbers.insert(numbers.end(), rows[h].begin(), rows[h].begin() + to[h].blockRows);
    most = std::max(most, int32_t(blocksOf(to[h])));
  }
  if (most == 0) return;
  const at::Tensor onDevice = upload(numbers.data(), int64_t(numbers.size() * sizeof(int32_t)));
  const auto* at = static_cast<const int32_t*>(onDevice.const_data_ptr());
  std::vector<cuda::QuantiseJob> jobs;
  for (size_t h = 0; h < to.size(); at += to[h].blockRows, ++h)
    jobs.push_back({from[h].k, from[h].v, to[h].kBlocks, to[h].vBlocks, at, int32_t(blocksOf(to[h]))});
  const at::Tensor list = upload(jobs.data(), int64_t(jobs.size() * sizeof(cuda::QuantiseJob)));
  cuda::quantiseRows(m_form, static_cast<const cuda::QuantiseJob*>(list.const_data_ptr()), int(jobs.size()), most, m_headDim, m_elem, nullptr);
}

/// Where a residual window and a block's rows are full, the oldest rows become a block and the others close up.
void CudaCache::pushBlocks() {
  constexpr int32_t kBlock = kernels::kKvBlock;
  std::vector<size_t> due;
  for (size_t i = 0; i < m_states.size(); ++i) {
    if (m_residual[i] >= 0 && rowsOf(m_states[i]) >= m_residual[i] + kBlock) due.push_back(i);
  }
  if (due.empty()) return;
  const auto hasNoRoom = [this](size_t i) { return blocksOf(m_states[i]) == m_states[i].blockCapacity; };
  if (std::any_of(due.begin(), due.end(), hasNoRoom)) reserve(kBlock);
  std::vector<cuda::QuantiseJob> jobs;
  std::vector<cuda::MoveJob> moves;
  for (const size_t i : due) {
    cuda::HeadState& s = m_states[i];
    const int64_t at = blocksOf(s) * blockBytes();
    jobs.push_back({s.k, s.v, static_cast<std::byte*>(s.kBlocks) + at, static_cast<std::byte*>(s.vBlocks) + at, nullptr, 1});
    moves.push_back({s.k, s.v, 0, kBlock, int32_t(rowsOf(s)) - kBlock});
    s.blockRows += kBlock;
  }
  const at::Tensor quantised = upload(jobs.data(), int64_t(jobs.size() * sizeof(cuda::QuantiseJob))),
                   moved = upload(moves.data(), int64_t(moves.size() * sizeof(cuda::MoveJob)));
  for (size_t first = 0; first < due.size(); first += kMostJobs) {
    const int count = int(std::min<size_t>(kMostJobs, due.size() - first));
    cuda::quantiseRows(m_form, static_cast<const cuda::QuantiseJob*>(quantised.const_data_ptr()) + first, count, 1, m_headDim, m_elem, nullptr);
  }
  cuda::moveRowsUp(static_cast<const cuda::MoveJob*>(moved.const_data_ptr()), int(moves.size()), m_headDim, m_elem, nullptr);
  cuda::checkLaunch();
  m_stale = true;
}

void CudaCache::keepSlots(const std::vector<std::vector<int32_t>>& slots, int64_t newTokens) {
  for (int l = 0; l < m_layers; ++l) {
    const auto first = slots.begin() + int64_t(index(l, 0));
    if (std::all_of(first, first + m_kvHeads, [](const auto& s) { return s.empty(); })) continue;
    Heads heads = layerHeads(l);
    Rows rows;
    std::vector<std::vector<int32_t>> whole(static_cast<size_t>(m_kvHeads));
    for (int h = 0; h < m_kvHeads; ++h) {
      const std::vector<int32_t>& chosen = first[h];
      cuda::HeadState& s = heads[size_t(h)];
      if (s.blockRows > 0 || (s.ring && !chosen.empty()))
        throw Failure(ErrorCode::Failed, cachePlace(l, h) + "a ring or a quantised head cannot be cut while decoding");
      int32_t before = -1;
      for (const int32_t slot : chosen) {
        if (slot <= before || slot >= length(l, h))
          throw Failure(ErrorCode::Failed, cachePlace(l, h) + "kept slot " + std::to_string(slot) + " after " + std::to_string(before));
        before = slot;
      }
      if (chosen.empty()) {
        whole[size_t(h)].resize(size_t(length(l, h)));
        std::iota(whole[size_t(h)].begin(), whole[size_t(h)].end(), 0);
      }
      rows.emplace_back(chosen.empty() ? whole[size_t(h)] : chosen);
      s.length = int32_t(rows.back().size());
      s.capacity = s.length + int32_t(s.ring ? std::clamp<int64_t>(s.ringRows - s.length, 0, newTokens) : newTokens);
    }
    gather(l, heads, rows);
    for (int h = 0; h < m_kvHeads; ++h) {
      std::vector<int32_t>& p = m_positions[index(l, h)];
      for (size_t n = 0; n < rows[size_t(h)].size(); ++n) p[n] = p[size_t(rows[size_t(h)][n])];
      p.resize(rows[size_t(h)].size());
    }
    uploadPositions(l);
  }
}

void CudaCache::dropSlots(std::span<const DroppedSlot> drops) {
  if (drops.empty()) return;
  std::vector<cuda::MoveJob> moves;
  for (const DroppedSlot& d : drops) {
    const size_t i = index(d.layer, d.head);
    cuda::HeadState& s = m_states[i];
    if (d.slot < 0 || d.slot >= s.length || s.ring || s.blockRows > 0)
      throw Failure(ErrorCode::Failed,
                    cachePlace(d.layer, d.head) + "slot " + std::to_string(d.slot) + " of " + std::to_string(s.length) + " cannot be dropped");
    moves.push_back({s.k, s.v, d.slot, d.slot + 1, s.length - d.slot - 1});
    --s.length;
    m_positions[i].erase(m_positions[i].begin() + d.slot);
  }
  const at::Tensor moved = upload(moves.data(), int64_t(moves.size() * sizeof(cuda::MoveJob)));
  const auto* jobs = static_cast<const cuda::MoveJob*>(moved.const_data_ptr());
  // A head's own drops one after the other, those of different heads together.
  for (size_t first = 0; first < drops.size();) {
    std::vector<size_t> seen;
    size_t last = first;
    for (; last < drops.size(); ++last) {
      const size_t i = index(drops[last].layer, drops[last].head);
      if (std::find(seen.begin(), seen.end(), i) != seen.end()) break;
      seen.push_back(i);
    }
    cuda::moveRowsUp(jobs + first, int(last - first), m_headDim, m_elem, nullptr);
    first = last;
  }
  cuda::checkLaunch();
  for (const DroppedSlot& d : drops) uploadPositions(d.layer);
  m_stale = true;
}

}  // namespace presslab::cuda_path
