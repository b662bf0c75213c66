// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "kernels/kernels.h"

namespace presslab {

struct ThreadTiming {
  int threads = 0;
  double seconds = 0;  // the best of some passes
};

/// Thread counts worth timing where `cores` may be used: all, three quarters where that is another whole number of many, half (one thread a core
/// where each core runs two). Most first.
std::vector<int> threadCandidates(int cores);
/// The fewest threads that are within 5 % of the fastest: a thread that brings nothing takes a core from the window. timings: not empty.
int chooseThreads(std::span<const ThreadTiming> timings);
/// Times `pass` (some milliseconds of decode work on `pool`) under every candidate in turn, three rounds, and leaves the pool with the choice.
void tuneThreads(kernels::Pool& pool, const std::function<void()>& pass);

}  // namespace presslab
