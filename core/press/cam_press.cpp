// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// CaM: while decoding, values of dropped tokens go into the kept ones behind them.
#include <algorithm>
#include <cmath>

#include "core/api/error.h"
#include "core/press/decoding_press.h"
#include "core/press/layer_keeper.h"
#include "core/press/press_rows.h"
#include "core/press/random.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr std::string_view kPaper = "CaM, openreview LCTmppB165; kvpress CAMPress";
constexpr ParamSpec kParams[]{
    {"press", "Press inside", ParamType::Press, "", 0, 0, "",
     "The scorer whose scores, mean over the heads of a layer, are used; its ratio has no effect", kPaper, "", "", false},
    {"compression_interval", "Interval", ParamType::Int, "tok", 1, 1048576, "512", "Decoded tokens between two cuts at least", kPaper, "", "", false},
    {"target_size", "Target size", ParamType::Int, "tok", 1, 1048576, "2048", "Tokens that a head keeps at a cut", kPaper, "", "", true},
    {"hidden_states_buffer_size", "Query buffer", ParamType::Int, "tok", 0, 1048576, "256",
     "Latest decoded tokens whose queries the scores may read; more than they read is without effect on what is kept", kPaper, "", "", false},
    {"merge_budget", "Merge window", ParamType::Int, "tok", 1, 1048576, "32", "Kept tokens behind a dropped one that share its value", kPaper, "", "",
     false},
    {"seed", "Seed", ParamType::Int, "", 0, 2147483647, "0", "Of the draws that decide whether a value is merged", "PressLab", "", "", false}};

/// All heads of a layer drop the same slots: those with the lowest mean score. Of them, as many as tokens were decoded since the last cut, the
/// highest first, are merged: with probability A_i / mean(A of the window), A the attention got while decoding, the value goes in equal parts to the
/// window, the next `budget` kept slots.
class CamKeeper final : public LayerKeeper {
 public:
  CamKeeper(const PressArgs& args, PressPtr inner)
      : m_target(args.integer("target_size")),
        m_budget(args.integer("merge_budget")),
        m_seed(uint64_t(args.integer("seed"))),
        m_scorer(decodeScorer("cam", args, m_target, std::move(inner), *this)) {
    attention = true;
  }

  std::vector<HeadCut> cut(HeldLayer& held, const HeadShape& one) const override {
    const auto tokens = int64_t(held.positions(0).size());
    if (tokens <= m_target) return {};
    for (int h = 1; h < held.heads; ++h) {
      if (int64_t(held.positions(h).size()) != tokens) throw Failure(ErrorCode::Failed, "cam: the heads of a layer have different lengths");
    }
    const std::vector<float> scores = meanScores(held, one, tokens);
    std::vector<int32_t> kept(static_cast<size_t>(m_target));
    kernels::selectTop(scores.data(), tokens, m_target, kept.data());
    const std::vector<int32_t> merged = candidates(scores, kept, held.since);
    std::vector<HeadCut> cuts(static_cast<size_t>(held.heads));
    for (int h = 0; h < held.heads; ++h) {
      cuts[size_t(h)].kept = kept;
      for (const int32_t slot : merged) merge(held, h, slot, kept, cuts[size_t(h)]);
    }
    return cuts;
  }

 private:
  std::vector<float> meanScores(HeldLayer& held, const HeadShape& one, int64_t tokens) const {
    RunContext run;
    run.shape = one;
    run.tokens = tokens;
    m_scorer->setRatio(1 - (double(m_target) + .5) / double(tokens));  // some scores follow the budget
    std::vector<float> mean(static_cast<size_t>(tokens), 0.f), own(static_cast<size_t>(tokens));
    for (int h = 0; h < held.heads; ++h) {
      m_scorer->score(held.rows(h, 0, tokens), run, own.data());
      for (size_t i = 0; i < mean.size(); ++i) mean[i] += own[i];
    }
    for (float& m : mean) m /= float(held.heads);
    return mean;
  }

  /// The `most` highest of the slots that go, ascending.
  static std::vector<int32_t> candidates(const std::vector<float>& scores, const std::vector<int32_t>& kept, int64_t most) {
    std::vector<int32_t> gone;
    for (size_t i = 0, k = 0; i < scores.size(); ++i) {
      if (k < kept.size() && kept[k] == int32_t(i))
        ++k;
      else
        gone.push_back(int32_t(i));
    }
    std::vector<float> own;
    for (const int32_t slot : gone) own.push_back(scores[size_t(slot)]);
    std::vector<int32_t> best(size_t(std::min(most, int64_t(gone.size()))));
    kernels::selectTop(own.data(), int64_t(own.size()), int64_t(best.size()), best.data());
    for (int32_t& b : best) b = gone[size_t(b)];
    return best;
  }

  void merge(const HeldLayer& held, int head, int32_t slot, const std::vector<int32_t>& kept, HeadCut& cut) const {
    const auto first = std::upper_bound(kept.begin(), kept.end(), slot);
    const auto last = first + std::min<int64_t>(m_budget, kept.end() - first);
    const auto count = last - first;
    if (count == 0) return;
    const std::span<const float> attended = held.attention(head);
    float window = 0;
    for (auto k = first; k != last; ++k) window += attended[size_t(*k)];
    const float own = attended[size_t(slot)], mean = window / float(count);
    const float probability = mean > 0 ? std::min(own / mean, 1.f) : own > 0 ? 1.f : 0.f;
    if (!(draw(held.layer, head, held.positions(head)[size_t(slot)]) < double(probability))) return;
    for (auto k = first; k != last; ++k) cut.added.push_back({slot, *k, 1 / float(count)});
  }

  /// In (0, 1), the same for the same token of a head whatever was drawn before: copies of a sequence go on alike.
  double draw(int layer, int head, int32_t position) const {
    SeededRandom mix(m_seed);
    for (const int64_t part : {int64_t(layer), int64_t(head), int64_t(position)}) mix = SeededRandom(mix.next() ^ uint64_t(part));
    return mix.uniform();
  }

  int64_t m_target, m_budget;
  uint64_t m_seed;
  InnerScorer m_scorer;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr> inner) {
  return std::make_unique<DecodingPress>(specText(kCamRow.info, args), std::make_shared<CamKeeper>(args, std::move(inner[0])), true);
}

}  // namespace

const PressRow kCamRow{{"cam", "CaM", "As decoding; values of dropped tokens are merged into the kept ones behind them. Behind another press with +",
                        kPaper, kParams, false, true},
                       make};

}  // namespace presslab
