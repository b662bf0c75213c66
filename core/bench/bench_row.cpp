// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/bench/bench.h"

namespace presslab {
namespace {

template <class T>
double meanOf(const std::vector<T>& v) {
  return v.empty() ? 0 : std::accumulate(v.begin(), v.end(), 0.0) / double(v.size());
}

/// Of a sample: divided by n - 1; 0 for one value.
template <class T>
double deviationOf(const std::vector<T>& v) {
  if (v.size() < 2) return 0;
  const double mean = meanOf(v);
  double sum = 0;
  for (const T x : v) sum += (double(x) - mean) * (double(x) - mean);
  return std::sqrt(sum / double(v.size() - 1));
}

}  // namespace

double BenchRow::avgNs() const { return meanOf(samplesNs); }

double BenchRow::stddevNs() const { return deviationOf(samplesNs); }

std::vector<double> BenchRow::samplesTs() const {
  std::vector<double> out;
  for (const int64_t ns : samplesNs) out.push_back(1e9 * double(test.prompt + test.gen) / double(ns));
  return out;
}

double BenchRow::avgTs() const { return meanOf(samplesTs()); }

double BenchRow::stddevTs() const { return deviationOf(samplesTs()); }

double BenchRow::ratioEffective() const { return allTokens ? 1 - double(keptTokens) / double(allTokens) : 0; }

int64_t BenchRow::tokenNsQuantile(double q) const {
  if (tokenNs.empty()) return -1;
  std::vector<int64_t> sorted = tokenNs;
  const auto at = std::min(sorted.size() - 1, size_t(q * double(sorted.size())));
  std::nth_element(sorted.begin(), sorted.begin() + std::ptrdiff_t(at), sorted.end());
  return sorted[at];
}

double BenchRow::boundNs() const { return bandwidthGBs > 0 ? double(weightBytes + kvBytes) / bandwidthGBs : 0; }

}  // namespace presslab
