// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/nearest_name.h"

#include <algorithm>
#include <numeric>

namespace presslab {
namespace {

/// Edits between two words; a swap of neighbours counts as one. Case does not matter.
size_t distance(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; };
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  std::iota(d[0].begin(), d[0].end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string suggestion(std::string_view written, const std::vector<std::string_view>& names) {
  std::string_view best;
  size_t least = std::max<size_t>(2, written.size() / 3) + 1;
  if (written.size() <= 64) {  // longer than any name: nothing is near, and the work stays small
    for (const std::string_view n : names) {
      const bool begins = written.size() >= 3 && n.substr(0, written.size()) == written;  // a word left unfinished
      const size_t d = begins ? 0 : distance(written, n);
      if (d < least && d < n.size()) {
        least = d;
        best = n;
      }
    }
  }
  if (!best.empty()) return "; did you mean '" + std::string(best) + "'?";
  std::string all;
  for (const std::string_view n : names) all.append(all.empty() ? ": " : ", ").append(n);
  return all;
}

}  // namespace presslab
