// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <numeric>

#include "core/api/error.h"
#include "core/press/device_layer.h"
#include "core/press/press.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

std::string number(double v) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, v).ptr;
  return std::string(text, end);
}

}  // namespace

int64_t keptTokens(int64_t tokens, double ratio) {
  if (!(ratio >= 0) || !(ratio < 1)) badInput("ratio " + number(ratio) + " is outside [0,1)");
  const auto kept = int64_t(double(tokens) * (1 - ratio));
  if (kept <= 0) badInput("ratio " + number(ratio) + " keeps no token of " + std::to_string(tokens) + "; at least 1 must stay per head");
  return kept;
}

ScorerPress::ScorerPress(const PressInfo& info, const PressArgs& args) : m_ratio(args.number("ratio")), m_spec(specText(info, args)) {}

int64_t ScorerPress::budget(const RunContext& run, int) const { return keptTokens(run.tokens, m_ratio); }

int64_t ScorerPress::predictKept(const RunContext& run) const {
  int64_t kept = 0;
  for (int l = 0; l < run.shape.layers; ++l) kept += run.shape.kvHeads * budget(run, l);
  return kept;
}

std::vector<std::string> ScorerPress::begin(const RunContext& run) {
  m_run = run;
  (void)ScorerPress::predictKept(run);  // refuses what keeps nothing
  return {};
}

LayerKeep ScorerPress::keep(const LayerTrace& trace) {
  LayerKeep layer;
  layer.heads.resize(size_t(m_run.shape.kvHeads));
  const int64_t kept = budget(m_run, trace.layer);
  for (HeadKeep& head : layer.heads) head.positions.resize(size_t(kept));
  if (kept == trace.tokens) {
    for (HeadKeep& head : layer.heads) std::iota(head.positions.begin(), head.positions.end(), 0);
    return layer;
  }
  if (trace.device) {
    score(trace, m_run, nullptr);
    const std::vector<int32_t> each(layer.heads.size(), int32_t(kept));
    std::vector<std::vector<int32_t>> best = trace.device->best(each);
    for (size_t h = 0; h < layer.heads.size(); ++h) layer.heads[h].positions = std::move(best[h]);
    return layer;
  }
  std::vector<float> scores(layer.heads.size() * size_t(trace.tokens));
  score(trace, m_run, scores.data());
  for (size_t h = 0; h < layer.heads.size(); ++h) {
    kernels::selectTop(scores.data() + h * size_t(trace.tokens), trace.tokens, kept, layer.heads[h].positions.data());
  }
  return layer;
}

}  // namespace presslab
