// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "core/press/linear.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/score_layer.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "arXiv 2509.15038";
constexpr int kSketch = 20;  // columns of the random projection
constexpr ParamSpec kParams[]{
    kRatioParam,
    {"num_sinks", "First tokens", ParamType::Int, "tok", 0, 1048576, "4", "Tokens at the start that get score 1", kPaper, "", "", false},
    {"leverage_type", "Leverage of", ParamType::Choice, "", 0, 0, "kv_product", "Squared norm of the key, of the value, their mean or their product",
     kPaper, "key|value|kv_avg|kv_product", "", false},
    {"use_random_leverage", "Random projection", ParamType::Bool, "", 0, 1, "false", "Keys and values are projected by a random matrix first", kPaper,
     "", "", false},
    {"use_local_approximation", "Local windows", ParamType::Bool, "", 0, 1, "true", "Norms are divided by their sum in a window", kPaper, "", "",
     false},
    {"local_window_size", "Window", ParamType::Int, "tok", 1, 1048576, "16", "Tokens of a window; without effect when use_local_approximation=false",
     kPaper, "", "", false}};

/// Leverage of a token, approximated by the squared norms of its key and value, each divided by their sum in a window of tokens.
class CurPress final : public ScorerPress {
 public:
  explicit CurPress(const PressArgs& args)
      : ScorerPress(kCurRow.info, args),
        m_type(args.text("leverage_type")),
        m_random(args.flag("use_random_leverage")),
        m_local(args.flag("use_local_approximation")),
        m_sinks(args.integer("num_sinks")),
        m_window(args.integer("local_window_size")) {}
  TraceNeeds needs() const override { return {.keys = m_type != "value", .values = m_type != "key"}; }

  void score(const LayerTrace& t, const RunContext& run, float* out) const override {
    std::vector<float> sketch;
    if (m_random) sketch = gaussianSketch(run.seed, t.layer, 0, run.shape.headDim, kSketch);
    forTasks(t, run.shape.kvHeads, [&](int h) {
      const int64_t plane = int64_t(h) * t.tokens * run.shape.headDim;
      std::vector<float> k, v;
      if (m_type != "value") k = squares(t.k + plane, t.tokens, run.shape.headDim, sketch);
      if (m_type != "key") v = squares(t.v + plane, t.tokens, run.shape.headDim, sketch);
      float* row = out + int64_t(h) * t.tokens;
      double total = 0;
      for (int64_t i = 0; i < t.tokens; ++i) {
        const size_t a = size_t(i);
        row[i] = m_type == "key" ? k[a] : m_type == "value" ? v[a] : m_type == "kv_avg" ? (k[a] + v[a]) / 2 : k[a] * v[a];
        total += double(row[i]);
      }
      for (int64_t i = 0; i < t.tokens; ++i) row[i] = i < m_sinks ? 1.f : float(double(row[i]) / total);
    });
  }

 private:
  /// Squared norm of each row, projected where asked, as a share of its window where asked.
  std::vector<float> squares(const float* rows, int64_t tokens, int dim, const std::vector<float>& sketch) const {
    std::vector<float> projected, out(static_cast<size_t>(tokens));
    if (!sketch.empty()) {
      projected = product(tokens, kSketch, dim, rows, dim, sketch.data(), kSketch);
      rows = projected.data();
      dim = kSketch;
    }
    for (int64_t i = 0; i < tokens; ++i) out[size_t(i)] = std::inner_product(rows + i * dim, rows + (i + 1) * dim, rows + i * dim, 0.f);
    for (int64_t from = 0; m_local && from < tokens; from += m_window) {
      const auto first = out.begin() + from, last = out.begin() + std::min(tokens, from + m_window);
      const float sum = std::accumulate(first, last, 0.f);
      for (auto at = first; at != last; ++at) *at /= sum;
    }
    return out;
  }

  std::string m_type;
  bool m_random, m_local;
  int64_t m_sinks, m_window;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<CurPress>(args); }

}  // namespace

const PressRow kCurRow{{"cur", "CurDKV", "Tokens stay by the leverage of their keys and values in the context", kPaper, kParams, false, false}, make};

}  // namespace presslab
