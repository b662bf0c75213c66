// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "core/api/error.h"
#include "core/routed/routed_press.h"

namespace presslab {

DuoPress::DuoPress(const PressArgs& args) : FamilyPress("duo", args) {
  m_split = 0;
  m_wholeHeads = true;
  if (args.given("head_ratio")) {
    if (args.given("ratio")) badInput("duo: ratio= and head_ratio= exclude each other");
    m_headRatio = args.number("head_ratio");
  }
  m_sink = args.integer("sink");
  m_recent = args.integer("recent");
  m_windowGiven = args.given("sink") || args.given("recent");
  m_windowAuto = args.text("window") == "auto";
  if (m_windowAuto && m_windowGiven) badInput("duo: window=auto and sink= or recent= exclude each other");
  m_order = parseHeadOrder(args.text("order"), m_seed);
}

bool DuoPress::wantsCalibration() const { return m_calibration.empty() && m_order.calibrated(); }

double DuoPress::ratio() const {
  if (m_headRatio < 0) return m_ratio;
  return m_budget.total > 0 ? double(m_budget.freed) / double(m_budget.total + m_budget.freed) : m_headRatio;
}

Budget DuoPress::budgetFor(const RunContext& run) const {
  return m_headRatio >= 0 ? makeHeadRatioBudget(request(run), m_headRatio) : makeBudget(request(run));
}

int64_t DuoPress::predictKept(const RunContext& run) const { return budgetFor(run).total; }

std::vector<std::string> DuoPress::begin(const RunContext& run) {
  std::vector<std::string> notes;
  m_run = run;
  choosePattern(run, notes);
  m_budget = budgetFor(run);
  if (!m_budget.note.empty()) notes.push_back(m_budget.note);
  if (!m_pattern && m_order.kind == HeadOrder::Kind::StreamErr) notes.push_back("no calibration: heads stream from layer 0 up");
  const std::vector<int> order = orderHeads(m_order, run.shape, m_pattern, m_budget.sink, m_budget.recent);
  m_streamIndex.assign(size_t(run.shape.heads()), -1);
  const int streams = m_budget.streaming + (m_budget.partial ? 1 : 0);
  for (int i = 0; i < streams; ++i) m_streamIndex[size_t(order[size_t(i)])] = i;
  return notes;
}

LayerKeep DuoPress::keep(const LayerTrace& trace) {
  LayerKeep layer;
  for (int h = 0; h < m_run.shape.kvHeads; ++h) {
    const int place = m_streamIndex[size_t(trace.layer * m_run.shape.kvHeads + h)];
    if (place >= 0) {
      const bool longer = m_budget.partial && place == m_budget.streaming;
      layer.heads.push_back(streamingHead(trace.tokens, m_budget.sink, longer ? m_budget.partialRecent : m_budget.recent));
    } else {
      HeadKeep whole;
      whole.kind = HeadKind::Retrieval;
      whole.positions.resize(size_t(trace.tokens));
      std::iota(whole.positions.begin(), whole.positions.end(), 0);
      layer.heads.push_back(std::move(whole));
    }
  }
  account(layer, trace.layer);
  return layer;
}

}  // namespace presslab
