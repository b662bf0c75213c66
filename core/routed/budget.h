// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

namespace presslab {

/// What the family duo / eplb / eplb_duo is asked to keep (routed-press.md section 1.1).
struct BudgetRequest {
  int heads = 0;            // H = layers * kvHeads
  int64_t tokens = 0;       // T
  double ratio = 0.5;       // r, share removed, [0,1)
  double split = 1;         // share of the freed bytes that the router frees: 1 eplb, 0 duo
  bool wholeHeads = false;  // duo: the last streaming head takes the rest
  int64_t sink = 16, recent = 112;
  bool windowGiven = false;  // sink or recent stand in the spec
  bool windowAuto = false;
};

/// The budget in head-tokens. streaming * (sink + recent) + (partial ? sink + partialRecent : 0) + activeKept == total, always.
struct Budget {
  int64_t perHead = 0;           // n = int(T * (1 - r))
  int64_t total = 0;             // N = H * n
  int64_t freed = 0;             // F = H * T - N
  int64_t sink = 0, recent = 0;  // window in use
  int streaming = 0;             // k_d whole streaming heads, first in order
  bool partial = false;          // duo: one more head with a longer recent window
  int64_t partialRecent = 0;
  int active = 0;          // heads left: routed (eplb, eplb_duo) or whole (duo)
  int64_t activeKept = 0;  // head-tokens of the active heads
  std::string note;        // not empty when the window was changed
};

/// Exact budget. Throws Failure(BadInput) naming the limit: ratio outside [0,1), int(T*(1-r)) == 0, or a duo that cannot free enough
/// (the text names the largest ratio, rounded down to 4 decimals, that is accepted).
Budget makeBudget(const BudgetRequest&);

/// `head_ratio`: round(H * share) streaming heads, half to even. A window that covers the context keeps everything and says so.
Budget makeHeadRatioBudget(const BudgetRequest&, double headRatio);

/// Index into Pattern::kWindows of the measured window nearest in size to sink + recent (ties: the smaller).
int nearestWindow(int64_t sink, int64_t recent);

}  // namespace presslab
