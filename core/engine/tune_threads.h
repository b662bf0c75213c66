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

/// Thread counts worth timing where `cores` may be used, most first: all; of four or more also half (one thread a core where each core runs two);
/// of eight or more also three quarters. With fewer there is nothing to win, and a busy moment could only mislead.
std::vector<int> threadCandidates(int cores);
/// The fastest count, where a smaller one must win by 5 %: prefill, which is bound by arithmetic, gains from every core. timings: most threads
/// first, not empty.
int chooseThreads(std::span<const ThreadTiming> timings);
/// Times `pass` (some milliseconds of decode work on `pool`) under every candidate in turn, three rounds, and leaves the pool with the choice.
void tuneThreads(kernels::Pool& pool, const std::function<void()>& pass);
/// Times `pass` with products that read one stream of weights to a thread and with those that read several, in turn, and leaves the faster one
/// set for the process (kernels::readSideBySide). Does nothing where the processor's kernels have no choice.
void tuneStreams(const std::function<void()>& pass);

}  // namespace presslab
