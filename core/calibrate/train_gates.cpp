// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/calibrate/train_gates.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/press/random.h"
#include "core/routed/router.h"

namespace presslab {
namespace {

constexpr double kRatios[] = {.3, .5, .7};
constexpr double kSoftness = .04;

/// Adam for one array.
struct Adam {
  float rate;
  std::vector<float> m, v;
  Adam(float learningRate, size_t n) : rate(learningRate), m(n, 0.f), v(n, 0.f) {}
  void step(std::vector<float>& x, const std::vector<float>& grad, int t) {
    const float b1 = .9f, b2 = .999f;
    const float c1 = 1 - std::pow(b1, float(t)), c2 = 1 - std::pow(b2, float(t));
    for (size_t i = 0; i < x.size(); ++i) {
      m[i] = b1 * m[i] + (1 - b1) * grad[i];
      v[i] = b2 * v[i] + (1 - b2) * grad[i] * grad[i];
      x[i] -= rate * (m[i] / c1) / (std::sqrt(v[i] / c2) + 1e-8f);
    }
  }
};

/// Loss of one head's scores and its derivative by them.
double headLoss(const std::vector<float>& score, const std::vector<float>& y, std::vector<float>& grad) {
  const size_t n = score.size();
  std::vector<float> sorted(score);
  double loss = 0;
  std::fill(grad.begin(), grad.end(), 0.f);
  double mass = 0;
  for (const float v : y) mass += v;
  if (mass <= 0) return 0;
  for (const double r : kRatios) {
    const size_t at = std::min(n - 1, size_t(r * double(n)));
    std::nth_element(sorted.begin(), sorted.begin() + std::ptrdiff_t(at), sorted.end());
    const float threshold = sorted[at];
    for (size_t i = 0; i < n; ++i) {
      const double kept = 1 / (1 + std::exp(-(score[i] - threshold) / kSoftness));
      const double share = y[i] / mass / std::size(kRatios);
      loss += share * (1 - kept);
      grad[i] -= float(share * kept * (1 - kept) / kSoftness);
    }
  }
  return loss;
}

/// `count` different indices below n, ascending.
std::vector<int> sampleTokens(int n, int count, SeededRandom& random) {
  std::vector<int> all(static_cast<size_t>(n));
  std::iota(all.begin(), all.end(), 0);
  if (count >= n) return all;
  for (int i = 0; i < count; ++i) std::swap(all[size_t(i)], all[size_t(i) + size_t(random.below(uint64_t(n - i)))]);
  all.resize(size_t(count));
  std::sort(all.begin(), all.end());
  return all;
}

void moveBias(std::vector<float>& bias, const std::vector<int64_t>& load, float step) {
  const int64_t sum = std::accumulate(load.begin(), load.end(), int64_t{0});
  for (size_t e = 0; e < bias.size(); ++e) {
    const int64_t difference = sum - load[e] * int64_t(load.size());
    bias[e] += difference > 0 ? step : difference < 0 ? -step : 0.f;
  }
}

}  // namespace

double gateLoss(const GateSample& sample, const std::vector<int>& chosen, const GateTrainingSpec& spec, const Gates& gates, std::vector<float>* gradW,
                std::vector<float>* gradC, std::vector<int64_t>* load) {
  const auto n = chosen.size(), experts = size_t(spec.experts), hidden = size_t(spec.hidden);
  std::vector<float> x(n * hidden), logits(n * experts);
  for (size_t i = 0; i < n; ++i) std::copy_n(sample.x.data() + size_t(chosen[i]) * hidden, hidden, x.data() + i * hidden);
  routerLogits(x.data(), int64_t(n), spec.hidden, gates.w.data(), gates.c.data(), spec.experts, logits.data());
  RouterSpec router;
  router.experts = spec.experts;
  router.topK = spec.topK;
  router.capacityFactor = spec.experts;  // no capacity while training: the bias keeps the balance
  const Routing routing = routeTokens(router, logits, int64_t(n), gates.bias);
  if (load) *load = routing.tokens;
  const float* g = routing.gates.data();
  std::vector<float> score(n), y(n), gradScore(n), gradGate(n * experts, 0.f);
  double loss = 0;
  for (int h = 0; h < spec.kvHeads; ++h) {
    const auto rho = [&](size_t e, size_t i) {
      return sample.rho[(e * size_t(spec.kvHeads) + size_t(h)) * size_t(sample.tokens) + size_t(chosen[i])];
    };
    for (size_t i = 0; i < n; ++i) {
      y[i] = sample.y[size_t(h) * size_t(sample.tokens) + size_t(chosen[i])];
      score[i] = 0;
      for (size_t e = 0; e < experts; ++e) score[i] += g[i * experts + e] * rho(e, i);
    }
    loss += headLoss(score, y, gradScore) / spec.kvHeads;
    for (size_t i = 0; i < n; ++i) {
      for (size_t e = 0; e < experts; ++e) gradGate[i * experts + e] += gradScore[i] * rho(e, i) / float(spec.kvHeads);
    }
  }
  if (!gradW || !gradC) return loss;
  gradW->assign(hidden * experts, 0.f);
  gradC->assign(experts, 0.f);
  std::vector<float> columns(hidden * experts, 0.f);  // (experts, hidden): contiguous sums
  for (size_t i = 0; i < n; ++i) {
    float mean = 0;
    for (size_t e = 0; e < experts; ++e) mean += g[i * experts + e] * gradGate[i * experts + e];
    for (size_t e = 0; e < experts; ++e) {
      const float gate = g[i * experts + e];
      if (gate == 0) continue;  // not chosen: outside the softmax
      const float d = gate * (gradGate[i * experts + e] - mean);
      (*gradC)[e] += d;
      float* column = columns.data() + e * hidden;
      const float* row = x.data() + i * hidden;
      for (size_t j = 0; j < hidden; ++j) column[j] += d * row[j];
    }
  }
  for (size_t e = 0; e < experts; ++e) {
    for (size_t j = 0; j < hidden; ++j) (*gradW)[j * experts + e] = columns[e * hidden + j];
  }
  return loss;
}

Gates trainGates(const std::vector<GateSample>& documents, const GateTrainingSpec& spec) {
  Gates gates;
  SeededRandom random(spec.seed);
  const size_t experts = size_t(spec.experts);
  gates.w.resize(size_t(spec.hidden) * experts);
  for (float& w : gates.w) w = float(random.normal() * 1e-3);
  gates.c.assign(experts, 0.f);
  gates.bias.assign(experts, 0.f);
  Adam adamW(.00375f, gates.w.size()), adamC(.03f, experts);
  std::vector<float> gradW, gradC;
  std::vector<int64_t> load;
  constexpr int kReported = 20;
  for (int step = 0; step < spec.steps + spec.balanceSteps; ++step) {
    const GateSample& document = documents[size_t(random.below(documents.size()))];
    const std::vector<int> chosen = sampleTokens(document.tokens, spec.tokensPerStep, random);
    const bool learn = step < spec.steps;
    const double loss = gateLoss(document, chosen, spec, gates, learn ? &gradW : nullptr, learn ? &gradC : nullptr, &load);
    if (learn) {
      adamW.step(gates.w, gradW, step + 1);
      adamC.step(gates.c, gradC, step + 1);
      if (step < kReported) gates.firstLoss += loss / kReported;
      if (step >= spec.steps - kReported) gates.lastLoss += loss / kReported;
    }
    moveBias(gates.bias, load, learn ? .02f : .01f);
  }
  return gates;
}

}  // namespace presslab
