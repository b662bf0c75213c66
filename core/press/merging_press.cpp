// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/press/inner_scorer.h"
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/score_layer.h"

namespace presslab {
namespace {

constexpr float kSmall = 1e-6f;
constexpr std::string_view kPaper = "arXiv 2406.13035";
constexpr ParamSpec kParams[]{innerParam(kPaper),
                              {"similarity_threshold", "Similarity from", ParamType::Float, "", 0, 1, "0",
                               "A value is merged when the cosine of the keys is at least this", kPaper, "", "", false},
                              {"merge_fraction", "Share merged", ParamType::Float, "share", 0.001, 1, "1",
                               "Of the values that go, the share with the most similar keys is merged", kPaper, "", "", false}};

/// The value of a token that goes is mixed into the kept token whose key is most like its own. Keys stay as they are. Compares every key that
/// goes with every key that stays.
class MergingPress final : public Press {
 public:
  MergingPress(const PressArgs& args, PressPtr inner)
      : m_spec(specText(kMergingRow.info, args)),
        m_inner("merging", std::move(inner)),
        m_threshold(float(args.number("similarity_threshold"))),
        m_fraction(args.number("merge_fraction")) {}

  std::string spec() const override { return m_spec; }
  TraceNeeds needs() const override {
    TraceNeeds n = m_inner->needs();
    n.keys = n.values = true;
    return n;
  }
  bool wantsCalibration() const override { return m_inner->wantsCalibration(); }
  double ratio() const override { return m_inner->ratio(); }
  int64_t predictKept(const RunContext& run) const override { return m_inner->predictKept(run); }
  std::vector<std::string> begin(const RunContext& run) override {
    m_run = run;
    return m_inner->begin(run);
  }

  LayerKeep keep(const LayerTrace& trace) override {
    LayerKeep layer = m_inner->keep(trace);
    if (int64_t(layer.heads[0].positions.size()) == trace.tokens) return layer;
    forTasks(trace, m_run.shape.kvHeads, [&](int h) { layer.heads[size_t(h)].merges = mergesOf(trace, h, layer.heads[size_t(h)].positions); });
    return layer;
  }

 private:
  float length(const float* row) const {
    float sum = 0;
    for (int d = 0; d < m_run.shape.headDim; ++d) sum += row[d] * row[d];
    return std::sqrt(sum);
  }

  /// The most similar kept row of every row that goes, and the cosine.
  std::vector<RowMerge> nearest(const float* keys, const std::vector<int32_t>& kept, const std::vector<int32_t>& gone) const {
    constexpr int kBatch = 12;
    const int dim = m_run.shape.headDim;
    const auto unit = [&](int32_t row, float* out) {
      const float* key = keys + int64_t(row) * dim;
      const float scale = 1 / std::max(length(key), kSmall);
      for (int d = 0; d < dim; ++d) out[d] = key[d] * scale;
    };
    std::vector<float> rows(kept.size() * size_t(dim)), batch(size_t(kBatch) * size_t(dim));
    for (size_t i = 0; i < kept.size(); ++i) unit(kept[i], rows.data() + i * size_t(dim));
    const auto count = int64_t(kept.size());
    const Sideways side(rows.data(), dim, count, dim);
    std::vector<float> cosines(size_t(kBatch) * size_t(side.stride));
    std::vector<RowMerge> out;
    for (size_t first = 0; first < gone.size(); first += kBatch) {
      const int n = int(std::min<size_t>(kBatch, gone.size() - first));
      for (int a = 0; a < n; ++a) unit(gone[first + size_t(a)], batch.data() + a * dim);
      dotAll(batch.data(), n, side, count, cosines.data());
      for (int a = 0; a < n; ++a) {
        const float* c = cosines.data() + a * side.stride;
        const auto best = std::max_element(c, c + count) - c;
        out.push_back({gone[first + size_t(a)], kept[size_t(best)], c[best]});
      }
    }
    return out;
  }

  /// The cosine from which on a merge belongs to the share that is merged: a quantile between order statistics.
  float fractionFrom(const std::vector<RowMerge>& merges) const {
    std::vector<float> sorted;
    for (const RowMerge& m : merges) sorted.push_back(m.weight >= m_threshold ? m.weight : -std::numeric_limits<float>::infinity());
    std::sort(sorted.begin(), sorted.end());
    const double at = (1 - m_fraction) * double(sorted.size() - 1);
    const auto low = size_t(at);
    if (!std::isfinite(sorted[low]) || low + 1 >= sorted.size()) return sorted[low];
    return sorted[low] + float(at - double(low)) * (sorted[low + 1] - sorted[low]);
  }

  std::vector<RowMerge> mergesOf(const LayerTrace& t, int head, const std::vector<int32_t>& kept) const {
    std::vector<int32_t> gone;
    for (int32_t i = 0, k = 0; i < t.tokens; ++i) {
      if (size_t(k) < kept.size() && kept[size_t(k)] == i)
        ++k;
      else
        gone.push_back(i);
    }
    const int dim = m_run.shape.headDim;
    const int64_t plane = int64_t(head) * t.tokens * dim;
    std::vector<RowMerge> merges = nearest(t.k + plane, kept, gone);
    const float from = m_fraction < 1 ? std::max(m_threshold, fractionFrom(merges)) : m_threshold;
    std::erase_if(merges, [&](const RowMerge& m) { return !(m.weight >= from) || !(m.weight > 0); });
    for (RowMerge& m : merges) {
      const float own = length(t.v + plane + int64_t(m.from) * dim), other = length(t.v + plane + int64_t(m.into) * dim);
      m.weight *= own / (own + other + kSmall);
    }
    return merges;
  }

  std::string m_spec;
  InnerScorer m_inner;
  float m_threshold;
  double m_fraction;
  RunContext m_run;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) { return std::make_unique<MergingPress>(args, std::move(inner[0])); }

}  // namespace

const PressRow kMergingRow{
    {"merging", "Merging", "Values that go are mixed into the kept token with the most similar key", kPaper, kParams, false, true}, make};

}  // namespace presslab
