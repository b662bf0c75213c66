// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/press/inner_scorer.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2506.05345";
constexpr ParamSpec kParams[]{
    innerParam(kPaper),
    {"threshold", "Threshold", ParamType::Float, "", -1000000, 1000000, "0", "Tokens with a lower score go once they have left the window", kPaper,
     "", "", false},
    {"sliding_window_size", "Window", ParamType::Int, "tok", 1, 1048576, "128", "Latest tokens that stay whatever their score", kPaper, "", "",
     false},
    {"decoding", "While decoding", ParamType::Bool, "", 0, 1, "false", "Tokens go while decoding too", kPaper, "", "", false}};

/// Everything outside a window of latest tokens whose score is below a threshold goes; how much that is, is an outcome.
class DmsPress final : public Press {
 public:
  DmsPress(const PressArgs& args, PressPtr inner)
      : m_spec(specText(kDmsRow.info, args)),
        m_inner("dms", std::move(inner)),
        m_threshold(float(args.number("threshold"))),
        m_window(args.integer("sliding_window_size")) {
    if (args.flag("decoding")) badInput("dms: decoding=true is not in this version");
  }

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override { return m_inner->needs(); }
  bool wantsCalibration() const override { return m_inner->wantsCalibration(); }
  bool ragged() const override { return true; }
  /// The most that can stay.
  int64_t predictKept(const RunContext& run) const override { return run.shape.heads() * run.tokens; }
  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    std::vector<std::string> notes = m_inner->begin(run);
    notes.push_back("a threshold decides what stays: the prediction is the whole cache, the ratio an outcome");
    return notes;
  }

  LayerKeep keep(const LayerTrace& trace) override {
    const int heads = m_run.shape.kvHeads;
    std::vector<float> scores(size_t(heads) * size_t(trace.tokens));
    m_inner->score(trace, m_run, scores.data());
    LayerKeep layer;
    layer.heads.resize(size_t(heads));
    for (int h = 0; h < heads; ++h) {
      const float* row = scores.data() + h * trace.tokens;
      for (int64_t i = 0; i < trace.tokens; ++i) {
        if (i >= trace.tokens - m_window || !(row[i] < m_threshold)) layer.heads[size_t(h)].positions.push_back(int32_t(i));
      }
    }
    return layer;
  }

 private:
  std::string m_spec;
  InnerScorer m_inner;
  float m_threshold;
  int64_t m_window;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) { return std::make_unique<DmsPress>(args, std::move(inner[0])); }

}  // namespace

const PressRow kDmsRow{{"dms", "DMS", "Tokens that leave a window go when a scorer puts them below a threshold", kPaper, kParams, true, true}, make};

}  // namespace presslab
