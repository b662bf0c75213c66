// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

#include "kernels/kernels.h"
#include "kernels/weight_memory.h"

namespace presslab::kernels {

namespace {

constexpr int64_t kChunk = 1 << 18, kWords = 8;

/// Sum of a chunk's words, read from `streams` places side by side.
template <int Streams>
uint64_t sumOfChunk(const uint8_t* chunk) {
  constexpr int64_t kApart = kChunk / Streams / 8;
  const auto* words = reinterpret_cast<const uint64_t*>(chunk);
  uint64_t sums[Streams][kWords] = {}, sum = 0;
  for (int64_t i = 0; i < kApart; i += kWords) {
    for (int64_t s = 0; s < Streams; ++s) {
      for (int64_t j = 0; j < kWords; ++j) sums[s][j] += words[s * kApart + i + j];
    }
  }
  for (const auto& stream : sums) {
    for (const uint64_t s : stream) sum += s;
  }
  return sum;
}

constexpr double kEnoughSeconds = .1;  // on a busy machine further passes are left out: whoever cancels must not wait for them

}  // namespace

double measureBandwidth(Pool& pool, int64_t bytes, int passes) {
  const int64_t chunks = std::max<int64_t>(1, bytes / kChunk), total = chunks * kChunk;
  const std::shared_ptr<uint8_t> buffer = allocateWeights(size_t(total));
  uint8_t* data = buffer.get();
  // Written first: a page that was never written is one shared page of zeros, which is not a read from memory.
  pool.forEach(int(chunks), [&](int c) { std::memset(data + c * kChunk, c % 251 + 1, kChunk); });
  std::atomic<uint64_t> sink{0};
  double best = 0, spent = 0;
  for (int pass = 0; pass < std::max(2, passes) && (pass < 2 || spent < kEnoughSeconds); ++pass) {
    const auto begin = std::chrono::steady_clock::now();
    pool.forEach(int(chunks), [&](int c) {
      const uint8_t* chunk = data + c * kChunk;
      sink.fetch_add(pass % 2 == 0 ? sumOfChunk<1>(chunk) : sumOfChunk<4>(chunk), std::memory_order_relaxed);
    });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    spent += seconds;
    if (seconds > 0) best = std::max(best, double(total) / seconds / 1e9);
  }
  return best;
}

}  // namespace presslab::kernels
