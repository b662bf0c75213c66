// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/quotas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "core/api/error.h"

namespace presslab {
namespace {

constexpr int kPoints = 12;
constexpr std::array<double, kPoints> kShare{.03, .06, .125, .2, .3, .4, .5, .6, .7, .8, .9, 1.};  // Pattern::kGrid in double

struct Segment {
  double slope;
  int head;
  double width;
};

/// Segments of the lower convex hull of one head's curve, steepest first.
void addHull(const float* curve, int head, std::vector<Segment>& out) {
  std::array<double, kPoints> e{};
  e[kPoints - 1] = 0;
  for (int i = kPoints - 2; i >= 0; --i) e[size_t(i)] = std::max(double(curve[i]), e[size_t(i + 1)]);
  std::array<int, kPoints> hull{};
  int count = 0;
  for (int i = 0; i < kPoints; ++i) {
    while (count >= 2) {
      const auto a = size_t(hull[size_t(count - 2)]), b = size_t(hull[size_t(count - 1)]), c = size_t(i);
      const double cross = (kShare[b] - kShare[a]) * (e[c] - e[a]) - (e[b] - e[a]) * (kShare[c] - kShare[a]);
      if (cross > 0) break;
      --count;
    }
    hull[size_t(count++)] = i;
  }
  for (int i = 0; i + 1 < count; ++i) {
    const auto a = size_t(hull[size_t(i)]), b = size_t(hull[size_t(i + 1)]);
    const double width = kShare[b] - kShare[a];
    out.push_back({(e[a] - e[b]) / width, head, width});
  }
}

/// Whole tokens of the shares; what is missing goes to the largest remainders, none above the limit.
std::vector<int64_t> roundShares(const std::vector<double>& share, int64_t tokens, int64_t kept) {
  const size_t n = share.size();
  std::vector<int64_t> out(n);
  std::vector<double> rest(n);
  int64_t sum = 0;
  for (size_t h = 0; h < n; ++h) {
    const double exact = share[h] * double(tokens);
    out[h] = std::clamp<int64_t>(int64_t(exact), 0, tokens);
    rest[h] = exact - double(out[h]);
    sum += out[h];
  }
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return rest[a] > rest[b]; });
  while (sum < kept) {
    for (size_t i = 0; i < n && sum < kept; ++i) {
      if (out[order[i]] < tokens) {
        ++out[order[i]];
        ++sum;
      }
    }
  }
  while (sum > kept) {  // only rounding of the shares themselves can put the sum above
    for (size_t i = n; i-- > 0 && sum > kept;) {
      if (out[order[i]] > 0) {
        --out[order[i]];
        --sum;
      }
    }
  }
  return out;
}

}  // namespace

std::vector<int64_t> equalQuotas(int active, int64_t kept) {
  std::vector<int64_t> out(size_t(active), active > 0 ? kept / active : 0);
  for (int64_t i = 0; active > 0 && i < kept % active; ++i) ++out[size_t(i)];
  return out;
}

std::vector<int64_t> curveQuotas(std::span<const float> curve, int active, int64_t tokens, int64_t kept) {
  if (active < 0 || kept < 0 || kept > int64_t(active) * tokens || curve.size() < size_t(active) * kPoints) {
    throw Failure(ErrorCode::Failed, "quotas: budget or curve does not fit the heads");
  }
  if (active == 0) return {};
  if (double(kept) < double(active) * kShare[0] * double(tokens)) return equalQuotas(active, kept);
  std::vector<Segment> segments;
  segments.reserve(size_t(active) * (kPoints - 1));
  for (int h = 0; h < active; ++h) addHull(curve.data() + size_t(h) * kPoints, h, segments);
  std::stable_sort(segments.begin(), segments.end(), [](const Segment& a, const Segment& b) { return a.slope > b.slope; });
  std::vector<double> share(size_t(active), kShare[0]);
  double left = double(kept) / double(tokens) - double(active) * kShare[0];
  for (const Segment& s : segments) {
    if (left <= 0) break;
    const double step = std::min(s.width, left);
    share[size_t(s.head)] += step;
    left -= step;
  }
  return roundShares(share, tokens, kept);
}

}  // namespace presslab
