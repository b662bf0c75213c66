// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/tune_threads.h"

#include <algorithm>
#include <chrono>

namespace presslab {
namespace {

constexpr int kRounds = 3;
constexpr int kManyCores = 8;
constexpr double kAsFast = 1.05;

}  // namespace

std::vector<int> threadCandidates(int cores) {
  std::vector<int> counts{std::max(1, cores)};
  if (cores >= kManyCores) counts.push_back(cores * 3 / 4);
  if (cores > 1) counts.push_back(cores / 2);
  return counts;
}

int chooseThreads(std::span<const ThreadTiming> timings) {
  const auto faster = [](const ThreadTiming& a, const ThreadTiming& b) { return a.seconds < b.seconds; };
  const double best = std::min_element(timings.begin(), timings.end(), faster)->seconds;
  int fewest = 0;
  for (const ThreadTiming& t : timings) {
    if (t.seconds <= best * kAsFast && (fewest == 0 || t.threads < fewest)) fewest = t.threads;
  }
  return fewest;
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
