// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>

#include "core/api/error.h"
#include "core/engine/session.h"

namespace presslab {
namespace {

/// splitmix64, to spread a seed over the generator's state.
uint64_t mixed(uint64_t& s) {
  s += 0x9E3779B97F4A7C15u;
  uint64_t z = s;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

/// xoroshiro128+; the upper 53 bits as a double in [0, 1).
double uniform(uint64_t* s) {
  const uint64_t sum = s[0] + s[1], b = s[1] ^ s[0];
  s[0] = rotl(s[0], 24) ^ b ^ (b << 16);
  s[1] = rotl(b, 37);
  return double(sum >> 11) * 0x1.0p-53;
}

bool likelier(const std::pair<float, int32_t>& a, const std::pair<float, int32_t>& b) {
  return a.first != b.first ? a.first > b.first : a.second < b.second;
}

}  // namespace

Sampler::Sampler(const Sampling& sampling, int64_t vocab) : m_sampling(sampling) {
  if (!(sampling.temperature >= 0) || !std::isfinite(sampling.temperature)) badInput("temperature must be a number >= 0");
  if (sampling.topK < 0) badInput("top-k must be >= 0, it is " + std::to_string(sampling.topK));
  if (!(sampling.topP > 0 && sampling.topP <= 1)) badInput("top-p must be in (0, 1], it is " + std::to_string(sampling.topP));
  uint64_t seed = sampling.seed;
  m_state[0] = mixed(seed);
  m_state[1] = mixed(seed);
  if (sampling.temperature > 0) m_scratch.reserve(size_t(vocab));
}

int32_t Sampler::pick(std::span<const float> logits) {
  size_t best = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    if (!std::isfinite(logits[i])) throw Failure(ErrorCode::Failed, "logit of token " + std::to_string(i) + " is not finite");
    if (logits[i] > logits[best]) best = i;
  }
  if (m_sampling.temperature == 0) return int32_t(best);
  m_scratch.clear();
  for (size_t i = 0; i < logits.size(); ++i) m_scratch.emplace_back(logits[i], int32_t(i));
  size_t n = m_scratch.size();
  if (m_sampling.topK > 0) n = std::min(n, size_t(m_sampling.topK));
  std::partial_sort(m_scratch.begin(), m_scratch.begin() + std::ptrdiff_t(n), m_scratch.end(), likelier);
  m_scratch.resize(n);
  const double top = m_scratch[0].first;
  double total = 0;
  for (auto& [weight, id] : m_scratch) total += weight = float(std::exp((weight - top) / m_sampling.temperature));
  double kept = 0;
  size_t last = 0;
  while (last < n && (last == 0 || kept < m_sampling.topP * total)) kept += m_scratch[last++].first;
  double point = uniform(m_state) * kept;
  for (size_t i = 0; i < last; ++i) {
    point -= m_scratch[i].first;
    if (point < 0) return m_scratch[i].second;
  }
  return m_scratch[last - 1].second;
}

}  // namespace presslab
