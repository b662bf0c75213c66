// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/eplb_then_duo.h"

#include <algorithm>

#include "core/api/error.h"

namespace presslab {

EplbThenDuo::EplbThenDuo(std::unique_ptr<RoutedPress> eplb, const PressArgs& duo) : DuoPress(duo), m_eplb(std::move(eplb)) {}

std::string EplbThenDuo::spec() const { return m_eplb->spec() + "+" + m_spec; }

double EplbThenDuo::ratio() const { return 1 - (1 - m_eplb->ratio()) * (1 - m_ratio); }

RunContext EplbThenDuo::afterEplb(const RunContext& run) const {
  RunContext rest = run;
  rest.tokens = keptTokens(run.tokens, m_eplb->ratio());
  return rest;
}

int64_t EplbThenDuo::predictKept(const RunContext& run) const {
  const RunContext rest = afterEplb(run);
  (void)DuoPress::predictKept(rest);  // refuses what cannot be met
  return int64_t(double(run.shape.heads() * rest.tokens) * (1 - m_ratio));
}

std::vector<std::string> EplbThenDuo::begin(const RunContext& run) {
  std::vector<std::string> notes = m_eplb->begin(run);
  choosePattern(run, notes);
  const RunContext rest = afterEplb(run);
  m_run = run;
  m_budget = budgetFor(rest);
  m_budget.total = predictKept(run);
  if (!m_budget.note.empty()) notes.push_back("duo: " + m_budget.note);
  const int64_t window = m_budget.sink + m_budget.recent;
  int64_t left = run.shape.heads() * rest.tokens - m_budget.total;
  m_recentOf.assign(size_t(run.shape.heads()), -1);
  for (const int id : orderHeads(m_order, run.shape, m_pattern, m_budget.sink, m_budget.recent)) {
    const int64_t gain = std::max<int64_t>(0, m_eplb->quotas()[size_t(id)] - window), freed = std::min(gain, left);
    if (freed == 0) continue;
    m_recentOf[size_t(id)] = m_budget.recent + gain - freed;
    left -= freed;
  }
  if (left > 0)
    badInput("duo: " + std::to_string(left) + " head-tokens more would have to go than the streaming heads hold; a smaller ratio or window");
  return notes;
}

LayerKeep EplbThenDuo::keep(const LayerTrace& trace) {
  LayerKeep layer = m_eplb->keep(trace);
  for (size_t h = 0; h < layer.heads.size(); ++h) {
    const int64_t recent = m_recentOf[size_t(trace.layer) * layer.heads.size() + h];
    if (recent < 0) continue;
    HeadKeep& head = layer.heads[h];
    head.positions.erase(head.positions.begin() + m_budget.sink, head.positions.end() - recent);
    head.kind = HeadKind::Streaming;
    head.ring = true;
    head.sink = m_budget.sink;
    head.recent = recent;
  }
  account(layer, trace.layer);
  return layer;
}

PressPtr makeEplbThenDuo(BoundStep eplb, BoundStep duo) {
  if (eplb.args.text("dispatch") == "layer") specError(eplb.column, "eplb with dispatch=layer has no budget that duo could go on from");
  if (duo.args.given("head_ratio")) specError(duo.column, "duo in a sequence takes ratio=, not head_ratio=");
  const PressArgs args = duo.args;
  const PressPtr checked = makeStep(std::move(duo));  // refusals of duo name its column
  auto routed = makeStep(std::move(eplb));
  return std::make_unique<EplbThenDuo>(std::unique_ptr<RoutedPress>(static_cast<RoutedPress*>(routed.release())), args);
}

}  // namespace presslab
