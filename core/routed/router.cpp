// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/router.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace presslab {
namespace {

Routing emptyRouting(int experts, int64_t tokens) {
  Routing r;
  r.experts = experts;
  r.gates.assign(size_t(tokens) * size_t(experts), 0.f);
  r.tokens.assign(size_t(experts), 0);
  r.displaced = r.dropped = r.tokens;
  r.load.assign(size_t(experts), std::vector<int32_t>(size_t((tokens + kLoadStep - 1) / kLoadStep), 0));
  r.bias.assign(size_t(experts), 0.);
  r.weight.assign(size_t(experts), 1.);
  return r;
}

/// Softmax of z over the chosen experts into a row of gates.
void chosenGates(const float* z, const std::vector<int>& chosen, float* gates) {
  float top = z[chosen[0]];
  for (const int e : chosen) top = std::max(top, z[e]);
  float sum = 0;
  for (const int e : chosen) sum += gates[e] = std::exp(z[e] - top);
  for (const int e : chosen) gates[e] /= sum;
}

}  // namespace

void routerLogits(const float* x, int64_t tokens, int hidden, const float* w, const float* c, int experts, float* logits) {
  constexpr int kLanes = 16;  // independent sums, so that the compiler can keep them in one or a few registers
  std::vector<float> transposed(size_t(experts) * size_t(hidden));
  for (int j = 0; j < hidden; ++j) {
    for (int e = 0; e < experts; ++e) transposed[size_t(e) * size_t(hidden) + size_t(j)] = w[size_t(j) * size_t(experts) + size_t(e)];
  }
  for (int64_t i = 0; i < tokens; ++i) {
    const float* row = x + i * hidden;
    for (int e = 0; e < experts; ++e) {
      const float* column = transposed.data() + size_t(e) * size_t(hidden);
      float sums[kLanes] = {};
      int j = 0;
      for (; j + kLanes <= hidden; j += kLanes) {
        for (int a = 0; a < kLanes; ++a) sums[a] += row[j + a] * column[j + a];
      }
      float total = 0;
      for (; j < hidden; ++j) total += row[j] * column[j];
      for (const float s : sums) total += s;
      logits[i * experts + e] = total + (c ? c[e] : 0.f);
    }
  }
}

int64_t expertCapacity(const RouterSpec& spec, int64_t tokens) {
  return int64_t(std::ceil(spec.capacityFactor * double(tokens) * spec.topK / spec.experts));
}

Routing routeTokens(const RouterSpec& spec, std::span<const float> logits, int64_t tokens, std::span<const float> bias) {
  const int experts = spec.experts;
  Routing r = emptyRouting(experts, tokens);
  r.topK = spec.topK;
  const bool integral = spec.balance == Balance::Integral && bias.size() == size_t(experts);
  if (integral) r.bias.assign(bias.begin(), bias.end());
  const int64_t capacity = expertCapacity(spec, tokens);
  UpstreamBalancer upstream(experts);
  std::vector<float> z(static_cast<size_t>(experts)), key(z), stepLoad(size_t(experts), 0.f);
  std::vector<int> order(static_cast<size_t>(experts)), chosen;
  for (int64_t i = 0; i < tokens; ++i) {
    for (int e = 0; e < experts; ++e) {
      const auto s = size_t(e);
      z[s] = logits[size_t(i * experts + e)];
      if (spec.balance == Balance::Upstream) z[s] *= upstream.weight()[s] / float(spec.temperature);
      key[s] = integral ? z[s] + bias[s] : z[s];
    }
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return key[size_t(a)] > key[size_t(b)]; });
    chosen.clear();
    for (int place = 0; place < spec.topK; ++place) stepLoad[size_t(order[size_t(place)])] += 1;  // what was asked for, before capacity
    for (int place = 0; place < experts && int(chosen.size()) < spec.topK; ++place) {
      const auto e = size_t(order[size_t(place)]);
      if (r.tokens[e] < capacity) {
        chosen.push_back(int(e));
        ++r.tokens[e];
        ++r.load[e][size_t(i / kLoadStep)];
      } else if (place < spec.topK) {
        ++r.displaced[e];
      }
    }
    float* gates = r.gates.data() + i * experts;
    if (chosen.empty()) {
      std::fill(gates, gates + experts, 1.f / float(experts));
      ++r.dropped[size_t(order[0])];
    } else {
      chosenGates(z.data(), chosen, gates);
    }
    if (spec.balance == Balance::Upstream && ((i + 1) % kLoadStep == 0 || i + 1 == tokens)) {
      upstream.update(stepLoad);
      std::fill(stepLoad.begin(), stepLoad.end(), 0.f);
    }
  }
  r.weight.assign(upstream.weight().begin(), upstream.weight().end());
  return r;
}

Routing equalGates(int experts, int64_t tokens) {
  Routing r = emptyRouting(experts, tokens);
  r.topK = experts;
  std::fill(r.gates.begin(), r.gates.end(), 1.f / float(experts));
  for (int e = 0; e < experts; ++e) {
    r.tokens[size_t(e)] = tokens;
    for (size_t s = 0; s < r.load[size_t(e)].size(); ++s) {
      r.load[size_t(e)][s] = int32_t(std::min<int64_t>(kLoadStep, tokens - int64_t(s) * kLoadStep));
    }
  }
  return r;
}

Routing routingOf(const RouterStep& step) {
  Routing r = emptyRouting(step.experts, step.tokens);
  r.gates = step.combine;
  r.auxLoss = step.auxLoss;
  r.topK = step.topK;
  if (!step.expertWeights.empty()) r.weight.assign(step.expertWeights.begin(), step.expertWeights.end());
  for (int64_t t = 0; t < step.tokens; ++t) {
    bool taken = false;
    for (int e = 0; e < step.experts; ++e) {
      if (!step.dispatched[size_t(t * step.experts + e)]) continue;
      taken = true;
      ++r.tokens[size_t(e)];
      ++r.load[size_t(e)][size_t(t / kLoadStep)];
    }
    if (!taken) std::fill_n(r.gates.begin() + t * step.experts, step.experts, 1.f / float(step.experts));
  }
  for (size_t e = 0; e < r.dropped.size(); ++e) r.dropped[e] = step.requested[e] - r.tokens[e];
  return r;
}

Routing routingOf(const DeviceLoad& d, const RouterSpec& spec, int64_t tokens, std::span<const float> bias) {
  Routing r = emptyRouting(spec.experts, tokens);
  r.gates.clear();
  r.topK = spec.topK;
  if (!bias.empty()) r.bias.assign(bias.begin(), bias.end());
  r.tokens.assign(d.taken.begin(), d.taken.end());
  r.displaced.assign(d.displaced.begin(), d.displaced.end());
  r.dropped.assign(d.dropped.begin(), d.dropped.end());
  for (size_t e = 0; e < r.load.size(); ++e) {
    const auto row = d.load.begin() + int64_t(e * r.load[e].size());
    r.load[e].assign(row, row + int64_t(r.load[e].size()));
  }
  return r;
}

BalanceMetrics balanceOf(int layer, const Routing& r) {
  BalanceMetrics b;
  b.layer = layer;
  b.auxLoss = r.auxLoss;
  b.topK = r.topK;
  for (const int64_t d : r.dropped) b.dropped += d;
  std::vector<double> load(r.tokens.begin(), r.tokens.end());
  const double n = double(load.size());
  const double sum = std::accumulate(load.begin(), load.end(), 0.), mean = sum / n;
  if (mean <= 0) return b;
  double variance = 0, entropy = 0, ranked = 0;
  std::sort(load.begin(), load.end());
  for (size_t i = 0; i < load.size(); ++i) {
    variance += (load[i] - mean) * (load[i] - mean);
    if (load[i] > 0) entropy -= load[i] / sum * std::log(load[i] / sum);
    ranked += double(i + 1) * load[i];
  }
  b.maxOverMean = load.back() / mean;
  b.cv = std::sqrt(variance / n) / mean;
  b.entropy = n > 1 ? entropy / std::log(n) : 1;
  b.gini = 2 * ranked / (n * sum) - (n + 1) / n;
  return b;
}

}  // namespace presslab
