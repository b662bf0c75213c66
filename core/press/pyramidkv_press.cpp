// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/snapkv_press.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2406.02069";
constexpr ParamSpec kParams[]{
    kRatioParam,
    {"window_size", "Window queries", ParamType::Int, "tok", 1, 1048576, "64",
     "Latest tokens whose attention scores the others; they stay themselves", kPaper, "", "", false},
    {"kernel_size", "Pool width", ParamType::Int, "tok", 1, 255, "5", "Width of the average pool over the scores; odd", kPaper, "", "", false},
    {"beta", "Steepness", ParamType::Int, "", 1, 1000000, "20", "Larger: more tokens in the first layers, fewer in the last", kPaper, "", "", false}};

/// SnapKV's score with budgets that fall from the first layer to the last. Where the pyramid does not fit (few tokens, a large window) every layer
/// keeps round(T * (1 - ratio)), half to even.
class PyramidKvPress final : public SnapKvPress {
 public:
  explicit PyramidKvPress(const PressArgs& args) : SnapKvPress(kPyramidKvRow.info, args), m_beta(double(args.integer("beta"))) {}

  std::vector<std::string> begin(const RunContext& run) override {
    std::vector<std::string> notes = SnapKvPress::begin(run);
    if (m_ratio > 0 && !shares(run.tokens).fits) {
      notes.push_back("no pyramid fits " + std::to_string(run.tokens) + " tokens with window_size=" + std::to_string(m_window) +
                      ": equal budgets for all layers");
    }
    return notes;
  }

  int64_t budget(const RunContext& run, int layer) const override {
    const int64_t uniform = keptTokens(run.tokens, m_ratio);  // refuses what keeps nothing
    if (m_ratio == 0) return uniform;
    const Shares s = shares(run.tokens);
    if (!s.fits) return std::max<int64_t>(1, int64_t(std::nearbyint(double(run.tokens) * (1 - m_ratio))));
    const double step = run.shape.layers > 1 ? (s.most - s.least) / double(run.shape.layers - 1) : 0;
    return int64_t(std::nearbyint(s.most - layer * step));
  }

 private:
  struct Shares {
    double most = 0, least = 0;  // tokens of the first and the last layer
    bool fits = false;
  };

  /// The mean m = T (1 - r) lies in the middle of least and most = 2m - least, with least = m / beta unless the first layer would be full.
  Shares shares(int64_t tokens) const {
    const double t = double(tokens), window = double(m_window), mean = (window + t * (1 - m_ratio)) - window;
    Shares s;
    s.least = mean / m_beta;
    s.most = mean * 2 - s.least;
    if (s.most >= t - window) {
      s.most = t - window;
      s.least = mean * 2 - s.most;
    }
    s.fits = t >= s.most && s.most >= s.least && s.least >= window;
    return s;
  }

  double m_beta;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<PyramidKvPress>(args); }

}  // namespace

const PressRow kPyramidKvRow{
    {"pyramidkv", "PyramidKV", "SnapKV's score; the first layers keep more tokens than the last ones", kPaper, kParams, false, false}, make};

}  // namespace presslab
