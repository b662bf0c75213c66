// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// One atomic word, (generation, chunks left), hands out the work. A worker that claims a chunk of a generation keeps that run alive until
// it has finished the chunk, so a worker that was asleep or descheduled can never touch a run that has ended, and nobody waits for it.
#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

#include "kernels/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace presslab::kernels {

namespace {

constexpr int kSpins = 2000;  // some 20 to 50 us, longer than the gap between two phases of a token
constexpr int kSpinsBeforeYield = 20000;

inline void relax() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

}  // namespace

struct Pool::Impl {
  std::vector<std::thread> threads;
  // Written by run() before the ticket is published, read only by those who hold a chunk.
  void (*fn)(void*, int) = nullptr;
  void* ctx = nullptr;
  int chunks = 0;
  alignas(64) std::atomic<uint64_t> ticket{0};  // generation << 32 | chunks left
  alignas(64) std::atomic<int> unfinished{0};
  alignas(64) std::atomic<int> sleepers{0};
  std::atomic<uint32_t> wakes{0};
  std::atomic<bool> stop{false};

  /// Takes chunks until none is left.
  void drain() {
    uint64_t t = ticket.load(std::memory_order_acquire);
    while (uint32_t(t) != 0) {
      if (!ticket.compare_exchange_weak(t, t - 1, std::memory_order_acq_rel, std::memory_order_acquire)) continue;
      fn(ctx, chunks - int(uint32_t(t)));
      unfinished.fetch_sub(1, std::memory_order_acq_rel);
      t = ticket.load(std::memory_order_acquire);
    }
  }

  bool idle() const { return uint32_t(ticket.load(std::memory_order_seq_cst)) == 0 && !stop.load(std::memory_order_seq_cst); }

  void work() {
    for (;;) {
      int spins = 0;
      while (idle() && ++spins < kSpins) relax();
      if (idle()) {
        const uint32_t seen = wakes.load(std::memory_order_seq_cst);
        sleepers.fetch_add(1, std::memory_order_seq_cst);
        if (idle()) wakes.wait(seen, std::memory_order_seq_cst);
        sleepers.fetch_sub(1, std::memory_order_seq_cst);
      }
      if (stop.load(std::memory_order_seq_cst)) return;
      drain();
    }
  }

  void wake() {
    if (sleepers.load(std::memory_order_seq_cst) == 0) return;
    wakes.fetch_add(1, std::memory_order_seq_cst);
    wakes.notify_all();
  }
};

Pool::Pool(int threads) { resize(threads); }

void Pool::resize(int threads) {
  halt();
  d = std::make_unique<Impl>();
  const int n = threads > 0 ? threads : std::max(1, int(std::thread::hardware_concurrency()));
  d->threads.reserve(size_t(n - 1));
  try {
    for (int i = 1; i < n; ++i) d->threads.emplace_back([impl = d.get()] { impl->work(); });
  } catch (const std::system_error&) {
    // The system gives no more threads: the pool works with those it has.
  }
}

Pool::~Pool() { halt(); }

void Pool::halt() {
  if (!d) return;
  d->stop.store(true, std::memory_order_seq_cst);
  d->wakes.fetch_add(1, std::memory_order_seq_cst);
  d->wakes.notify_all();
  for (std::thread& t : d->threads) t.join();
  d->threads.clear();
}

int Pool::threads() const { return int(d->threads.size()) + 1; }

void Pool::run(int chunks, void (*fn)(void* ctx, int chunk), void* ctx) {
  if (chunks <= 0) return;
  if (chunks == 1 || d->threads.empty()) {
    for (int i = 0; i < chunks; ++i) fn(ctx, i);
    return;
  }
  d->fn = fn;
  d->ctx = ctx;
  d->chunks = chunks;
  d->unfinished.store(chunks, std::memory_order_relaxed);
  const uint64_t generation = (d->ticket.load(std::memory_order_relaxed) >> 32) + 1;
  d->ticket.store(generation << 32 | uint32_t(chunks), std::memory_order_seq_cst);
  d->wake();
  d->drain();
  for (int spins = 0; d->unfinished.load(std::memory_order_acquire) != 0; ++spins) {
    if (spins < kSpinsBeforeYield)
      relax();
    else
      std::this_thread::yield();
  }
}

}  // namespace presslab::kernels
