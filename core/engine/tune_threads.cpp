// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/tune_threads.h"

#include <algorithm>
#include <chrono>

namespace presslab {
namespace {

constexpr int kRounds = 3, kStreamRounds = 5;
constexpr int kSomeCores = 4, kManyCores = 8;
constexpr double kClearlyFaster = .95;

}  // namespace

std::vector<int> threadCandidates(int cores) {
  std::vector<int> counts{std::max(1, cores)};
  if (cores >= kManyCores) counts.push_back(cores * 3 / 4);
  if (cores >= kSomeCores) counts.push_back(cores / 2);
  return counts;
}

int chooseThreads(std::span<const ThreadTiming> timings) {
  ThreadTiming chosen = timings.front();
  for (const ThreadTiming& t : timings) {
    if (t.seconds < chosen.seconds * (t.threads < chosen.threads ? kClearlyFaster : 1)) chosen = t;
  }
  return chosen.threads;
}

void tuneStreams(const std::function<void()>& pass) {
  using Clock = std::chrono::steady_clock;
  if (!kernels::canReadSideBySide()) return;
  double best[2] = {1e9, 1e9};
  for (int round = 0; round < kStreamRounds; ++round) {
    for (int several = 0; several < 2; ++several) {
      kernels::readSideBySide(several != 0);
      const auto start = Clock::now();
      pass();
      best[several] = std::min(best[several], std::chrono::duration<double>(Clock::now() - start).count());
    }
  }
  kernels::readSideBySide(best[1] <= best[0]);
}

void tuneThreads(kernels::Pool& pool, const std::function<void()>& pass) {
  using Clock = std::chrono::steady_clock;
  std::vector<ThreadTiming> timings;
  for (const int threads : threadCandidates(pool.threads())) timings.push_back({threads, 1e9});
  if (timings.size() < 2) return;
  // In turn, so that a busy moment does not hit one candidate alone; the first pass under a new count warms its threads.
  for (int round = 0; round < kRounds; ++round) {
    for (ThreadTiming& t : timings) {
      pool.resize(t.threads);
      pass();
      const auto start = Clock::now();
      pass();
      t.seconds = std::min(t.seconds, std::chrono::duration<double>(Clock::now() - start).count());
    }
  }
  pool.resize(chooseThreads(timings));
}

}  // namespace presslab
