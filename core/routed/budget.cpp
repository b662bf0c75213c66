// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/budget.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "core/api/error.h"
#include "core/routed/pattern.h"

namespace presslab {
namespace {

std::string number(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", v);
  return text;
}

/// int(T * (1 - r)) in IEEE double; checks the ratio.
int64_t perHeadTokens(int64_t tokens, double ratio) {
  if (!(ratio >= 0) || !(ratio < 1)) badInput("ratio " + number(ratio) + " is outside [0,1)");
  const auto n = int64_t(double(tokens) * (1 - ratio));
  if (n <= 0) {
    badInput("ratio " + number(ratio) + " keeps no token of " + std::to_string(tokens) + "; at least 1 must stay per head");
  }
  return n;
}

struct Window {
  int64_t sink, recent;
};

bool canFree(const BudgetRequest& q, Window w, int64_t freed) {
  const int64_t gain = q.tokens - w.sink - w.recent;
  return freed == 0 || (gain > 0 && int64_t(q.heads) * gain >= freed);
}

/// Whether a window serves this prompt. duo needs one that frees enough; beside a router any window shorter than the context will do, and
/// one that the user wrote is taken as it is (at or above the context no head streams).
bool fits(const BudgetRequest& q, Window w, int64_t freed) {
  if (q.split >= 1) return true;
  if (q.wholeHeads) return canFree(q, w, freed);
  return q.windowGiven || w.sink + w.recent < q.tokens;
}

Window shrunken(int64_t tokens) {
  const int64_t sink = std::min<int64_t>(4, tokens / 8);
  return {sink, std::max<int64_t>(1, tokens / 3 - sink)};
}

std::string windowName(Window w) { return std::to_string(w.sink) + "+" + std::to_string(w.recent); }

/// The window in use and, when it is not the one asked for, the line for the row.
Window chooseWindow(const BudgetRequest& q, int64_t freed, std::string& note) {
  Window w{q.sink, q.recent};
  bool found = false;
  if (q.windowAuto) {
    for (const auto& c : Pattern::kWindows) {
      const int64_t size = c[0] + c[1];
      if (size * 3 <= q.tokens && double(q.tokens - size) / double(q.tokens) >= 1.2 * q.ratio) {
        w = {c[0], c[1]};
        found = true;
        break;
      }
    }
    if (found) note = "window=auto chose " + windowName(w);
  } else {
    found = fits(q, w, freed);
  }
  if (found) return w;
  const Window small = shrunken(q.tokens);
  if (!q.wholeHeads || canFree(q, small, freed)) {
    note = "window shrunk to " + windowName(small) + " for " + std::to_string(q.tokens) + " tokens";
    return small;
  }
  return w;
}

bool duoAccepts(BudgetRequest q, double ratio) {
  q.ratio = ratio;
  const auto n = int64_t(double(q.tokens) * (1 - ratio));
  if (n <= 0) return false;
  const int64_t freed = q.heads * (q.tokens - n);
  std::string note;
  return canFree(q, chooseWindow(q, freed, note), freed);
}

[[noreturn]] void refuseDuo(const BudgetRequest& q, Window w) {
  // Acceptance is monotone up to the window rule's steps, so the largest accepted multiple of 1e-4 below the request is what helps.
  int64_t step = int64_t(std::ceil(q.ratio * 1e4));
  while (step > 0 && !duoAccepts(q, double(step) / 1e4)) --step;
  badInput("duo: ratio " + number(q.ratio) + " cannot be met at " + std::to_string(q.tokens) + " tokens with window " + windowName(w) +
           "; the largest possible ratio is " + number(double(step) / 1e4));
}

void finish(Budget& b, const BudgetRequest& q) {
  const int64_t held = b.streaming * (b.sink + b.recent) + (b.partial ? b.sink + b.partialRecent : 0);
  b.active = q.heads - b.streaming - (b.partial ? 1 : 0);
  b.activeKept = b.total - held;
}

}  // namespace

Budget makeBudget(const BudgetRequest& q) {
  if (q.heads <= 0 || q.tokens <= 0) badInput("budget: no heads or no tokens");
  if (!(q.split >= 0 && q.split <= 1)) badInput("split " + number(q.split) + " is outside [0,1]");
  Budget b;
  b.perHead = perHeadTokens(q.tokens, q.ratio);
  b.total = q.heads * b.perHead;
  b.freed = q.heads * q.tokens - b.total;
  const Window w = chooseWindow(q, b.freed, b.note);
  b.sink = w.sink;
  b.recent = w.recent;
  const int64_t gain = q.tokens - w.sink - w.recent;
  if (q.wholeHeads) {
    if (!canFree(q, w, b.freed)) refuseDuo(q, w);
    if (b.freed > 0) {
      b.streaming = int(b.freed / gain);
      const int64_t rest = b.freed - b.streaming * gain;
      b.partial = rest > 0;
      b.partialRecent = b.partial ? q.tokens - w.sink - rest : 0;
    }
    finish(b, q);
    if (b.activeKept != int64_t(b.active) * q.tokens) throw Failure(ErrorCode::Failed, "budget: duo does not add up");
    return b;
  }
  if (gain > 0) {
    b.streaming = int(std::min<int64_t>(int64_t((1 - q.split) * double(b.freed)) / gain, q.heads));
    const int64_t least = std::min<int64_t>(4, b.perHead);
    while (b.streaming > 0 && b.total - b.streaming * (w.sink + w.recent) < (q.heads - b.streaming) * least) --b.streaming;
  }
  finish(b, q);
  return b;
}

Budget makeHeadRatioBudget(const BudgetRequest& q, double headRatio) {
  if (!(headRatio >= 0 && headRatio <= 1)) badInput("head_ratio " + number(headRatio) + " is outside [0,1]");
  Budget b;
  b.sink = q.sink;
  b.recent = q.recent;
  if (q.windowAuto) {
    const Window w = chooseWindow(q, 0, b.note);
    b.sink = w.sink;
    b.recent = w.recent;
  }
  b.streaming = int(std::nearbyint(double(q.heads) * headRatio));
  const int64_t each = std::min(q.tokens, b.sink + b.recent);
  b.active = q.heads - b.streaming;
  b.activeKept = int64_t(b.active) * q.tokens;
  b.total = b.activeKept + b.streaming * each;
  b.freed = q.heads * q.tokens - b.total;
  b.perHead = b.total / q.heads;
  if (each == q.tokens && b.streaming > 0) {
    b.note = "window " + windowName({b.sink, b.recent}) + " covers the " + std::to_string(q.tokens) + " tokens: everything stays";
  }
  return b;
}

int nearestWindow(int64_t sink, int64_t recent) {
  int best = int(Pattern::kWindows.size()) - 1;
  int64_t distance = INT64_MAX;
  for (int i = int(Pattern::kWindows.size()) - 1; i >= 0; --i) {
    const int64_t d = std::llabs(Pattern::kWindows[size_t(i)][0] + Pattern::kWindows[size_t(i)][1] - sink - recent);
    if (d < distance) {
      distance = d;
      best = i;
    }
  }
  return best;
}

}  // namespace presslab
