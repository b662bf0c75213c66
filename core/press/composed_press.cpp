// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/composed_press.h"

#include <algorithm>

#include "core/press/kept_rows.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

/// int(n * (1 - r)) as budget() says, but at least 1: a head without any key has no attention.
int64_t laterBudget(const ScorerPress& press, RunContext run, int64_t rows, int layer) {
  run.tokens = rows;
  return int64_t(double(rows) * (1 - press.ratio())) < 1 ? 1 : press.budget(run, layer);
}

}  // namespace

std::string ComposedPress::whyNot(const Press& press, size_t index) {
  const std::string spec = press.spec(), name = spec.substr(0, spec.find('('));
  if (spec == "none") return "none in a sequence does nothing; leave it out";
  if (index > 0 && !dynamic_cast<const ScorerPress*>(&press)) return name + " can only be the first step of a sequence";
  return {};
}

ComposedPress::ComposedPress(std::vector<PressPtr> steps) : m_steps(std::move(steps)) {}

std::string ComposedPress::spec() const {
  std::string text;
  for (const PressPtr& s : m_steps) text.append(text.empty() ? "" : "+").append(s->spec());
  return text;
}

TraceNeeds ComposedPress::needs() const {
  TraceNeeds all;
  for (const PressPtr& s : m_steps) all |= s->needs();
  return all;
}

double ComposedPress::ratio() const {
  double kept = 1;
  for (const PressPtr& s : m_steps) kept *= 1 - s->ratio();
  return 1 - kept;
}

int64_t ComposedPress::predictKept(const RunContext& run) const {
  const auto* uniform = dynamic_cast<const ScorerPress*>(m_steps[0].get());
  const int64_t mean = uniform ? 0 : m_steps[0]->predictKept(run) / run.shape.heads();
  int64_t kept = 0;
  for (int l = 0; l < run.shape.layers; ++l) {
    int64_t rows = uniform ? uniform->budget(run, l) : mean;
    for (size_t s = 1; s < m_steps.size(); ++s) {
      RunContext rest = run;
      rest.tokens = rows;
      rows = uniform ? later(s).budget(rest, l) : laterBudget(later(s), run, rows, l);
    }
    kept += run.shape.kvHeads * rows;
  }
  return kept;
}

std::vector<std::string> ComposedPress::begin(const RunContext& run) {
  m_run = run;
  std::vector<std::string> notes;
  RunContext rest = run;
  for (size_t s = 0; s < m_steps.size(); ++s) {
    if (s > 0) {  // a step that would keep nothing of the mean length is refused here
      const int64_t before = s == 1 ? m_steps[0]->predictKept(rest) / run.shape.heads() : later(s - 1).budget(rest, 0);
      rest.tokens = before;
    }
    for (const std::string& n : m_steps[s]->begin(rest)) notes.push_back("step " + std::to_string(s + 1) + ": " + n);
  }
  if (!dynamic_cast<const ScorerPress*>(m_steps[0].get())) {
    notes.push_back("what the first step keeps of a head is an outcome: the prediction goes on from its mean length");
  }
  return notes;
}

LayerKeep ComposedPress::keep(const LayerTrace& trace) {
  LayerKeep layer = m_steps[0]->keep(trace);
  for (size_t s = 1; s < m_steps.size(); ++s) {
    for (size_t h = 0; h < layer.heads.size(); ++h) {
      std::vector<int32_t>& positions = layer.heads[h].positions;
      const auto rows = int64_t(positions.size()), kept = laterBudget(later(s), m_run, rows, trace.layer);
      if (kept == rows) continue;
      const KeptRows own(trace, m_run.shape, int(h), positions);
      RunContext run = m_run;
      run.shape = own.shape();
      run.tokens = rows;
      std::vector<float> scores(static_cast<size_t>(rows));
      later(s).score(own.trace(), run, scores.data());
      std::vector<int32_t> chosen(static_cast<size_t>(kept));
      kernels::selectTop(scores.data(), rows, kept, chosen.data());
      for (int32_t& c : chosen) c = positions[size_t(c)];
      positions = std::move(chosen);
    }
  }
  return layer;
}

}  // namespace presslab
