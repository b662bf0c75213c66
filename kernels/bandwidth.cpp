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

constexpr double kEnoughSeconds = .1;  // on a busy machine further passes are left out: whoever cancels must not wait for them

}  // namespace

double measureBandwidth(Pool& pool, int64_t bytes, int passes) {
  constexpr int64_t kChunk = 1 << 18, kWords = 8;
  const int64_t chunks = std::max<int64_t>(1, bytes / kChunk), total = chunks * kChunk;
  const std::shared_ptr<uint8_t> buffer = allocateWeights(size_t(total));
  uint8_t* data = buffer.get();
  // Written first: a page that was never written is one shared page of zeros, which is not a read from memory.
  pool.forEach(int(chunks), [&](int c) { std::memset(data + c * kChunk, c % 251 + 1, kChunk); });
  std::atomic<uint64_t> sink{0};
  double best = 0, spent = 0;
  for (int pass = 0; pass < std::max(1, passes) && (pass == 0 || spent < kEnoughSeconds); ++pass) {
    const auto begin = std::chrono::steady_clock::now();
    pool.forEach(int(chunks), [&](int c) {
      const auto* words = reinterpret_cast<const uint64_t*>(data + c * kChunk);
      uint64_t sums[kWords] = {};
      for (int64_t i = 0; i < kChunk / 8; i += kWords) {
        for (int64_t j = 0; j < kWords; ++j) sums[j] += words[i + j];
      }
      uint64_t sum = 0;
      for (const uint64_t s : sums) sum += s;
      sink.fetch_add(sum, std::memory_order_relaxed);
    });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    spent += seconds;
    if (seconds > 0) best = std::max(best, double(total) / seconds / 1e9);
  }
  return best;
}

}  // namespace presslab::kernels
