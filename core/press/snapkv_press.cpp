// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/snapkv_press.h"

#include "core/api/error.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/scores.h"

namespace presslab {
namespace {

constexpr ParamSpec kParams[]{kRatioParam,
                              {"window_size", "Window queries", ParamType::Int, "tok", 1, 1048576, "64",
                               "Latest tokens whose attention scores the others; they stay themselves", "arXiv 2404.14469", "", "", false},
                              {"kernel_size", "Pool width", ParamType::Int, "tok", 1, 255, "5", "Width of the average pool over the scores; odd",
                               "arXiv 2404.14469", "", "", false}};

int64_t windowFor(int64_t window, int64_t tokens) { return tokens > window ? window : tokens / 2; }

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<SnapKvPress>(kSnapKvRow.info, args); }

}  // namespace

SnapKvPress::SnapKvPress(const PressInfo& info, const PressArgs& args)
    : ScorerPress(info, args), m_window(args.integer("window_size")), m_kernel(int(args.integer("kernel_size"))) {
  if (m_kernel % 2 == 0) badInput(std::string(info.id) + ": kernel_size=" + std::to_string(m_kernel) + " is even; it must be odd");
}

std::vector<std::string> SnapKvPress::begin(const RunContext& run) {
  std::vector<std::string> notes = ScorerPress::begin(run);
  if (run.tokens <= m_window) {
    notes.push_back("window_size shrunk from " + std::to_string(m_window) + " to " + std::to_string(windowFor(m_window, run.tokens)) + " for " +
                    std::to_string(run.tokens) + " tokens");
  }
  return notes;
}

DeviceNeeds SnapKvPress::deviceNeeds() const { return {.able = true, .window = windowFor(m_window, m_run.tokens)}; }

void SnapKvPress::score(const LayerTrace& t, const RunContext& run, float* out) const {
  windowScores(ScoreLayer(t, run.shape), windowFor(m_window, t.tokens), m_kernel, false, out);
}

const PressRow kSnapKvRow{
    {"snapkv", "SnapKV", "Tokens that the latest tokens attend to stay, and those latest ones", "arXiv 2404.14469", kParams, false, false}, make};

}  // namespace presslab
