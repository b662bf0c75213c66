// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/api/error.h"
#include "core/routed/routed_press.h"

namespace presslab {
namespace {

const PressRow& rowOf(std::string_view id) {
  if (id == "duo") return kDuoRow;
  return id == "eplb" ? kEplbRow : kEplbDuoRow;
}

}  // namespace

FamilyPress::FamilyPress(std::string_view id, const PressArgs& args) : m_spec(specText(rowOf(id).info, args)) {
  m_ratio = args.number("ratio");
  m_calibration = args.text("calibration");
  m_seed = uint64_t(args.integer("seed"));
}

void FamilyPress::choosePattern(const RunContext& run, std::vector<std::string>& notes) {
  m_pattern = nullptr;
  if (m_calibration == "none") return;
  if (m_calibration.empty()) {
    m_pattern = run.pattern;
    return;
  }
  m_own = readPattern(m_calibration, run.shape, run.pattern ? run.pattern->fingerprint : std::string());
  m_pattern = &*m_own;
  notes.push_back("calibration from " + m_calibration);
}

BudgetRequest FamilyPress::request(const RunContext& run) const {
  BudgetRequest q;
  q.heads = run.shape.heads();
  q.tokens = run.tokens;
  q.ratio = m_ratio;
  q.split = m_split;
  q.wholeHeads = m_wholeHeads;
  q.sink = m_sink;
  q.recent = m_recent;
  q.windowGiven = m_windowGiven;
  q.windowAuto = m_windowAuto;
  return q;
}

HeadKeep FamilyPress::streamingHead(int64_t tokens, int64_t sink, int64_t recent) const {
  HeadKeep head;
  head.kind = HeadKind::Streaming;
  head.ring = true;
  head.sink = sink;
  head.recent = recent;
  const int64_t second = std::max(std::min(sink, tokens), tokens - recent);
  for (int64_t i = 0; i < std::min(sink, tokens); ++i) head.positions.push_back(int32_t(i));
  for (int64_t i = second; i < tokens; ++i) head.positions.push_back(int32_t(i));
  return head;
}

void FamilyPress::account(const LayerKeep& layer, int index) {
  if (index == 0) m_kept = 0;
  for (const HeadKeep& h : layer.heads) m_kept += int64_t(h.positions.size());
  if (m_exact && index == m_run.shape.layers - 1 && m_kept != m_budget.total) {
    throw Failure(ErrorCode::Failed, m_spec + ": kept " + std::to_string(m_kept) + " head-tokens, the budget is " + std::to_string(m_budget.total));
  }
}

}  // namespace presslab
