// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/press_params.h"
#include "core/press/press_rows.h"
#include "core/press/random.h"

namespace presslab {
namespace {

constexpr ParamSpec kParams[]{
    kRatioParam, {"seed", "Seed", ParamType::Int, "", 0, 2147483647, "0", "Seed of the draw; 0 takes the run's seed", "", "", "", false}};

/// Uniform random scores: the floor that a method must beat.
class RandomPress final : public ScorerPress {
 public:
  explicit RandomPress(const PressArgs& args) : ScorerPress(kRandomRow.info, args), m_seed(uint64_t(args.integer("seed"))) {}

  void score(const LayerTrace& t, const RunContext& run, float* out) const override {
    for (int h = 0; h < run.shape.kvHeads; ++h) {
      SeededRandom random(m_seed ? m_seed : run.seed);
      // Every layer and head draws its own numbers, whoever asks for it.
      SeededRandom own(random.next() ^ (uint64_t(t.layer) << 32 | uint64_t(t.firstHead + h)));
      for (int64_t i = 0; i < t.tokens; ++i) out[h * t.tokens + i] = float(own.uniform());
    }
  }

 private:
  uint64_t m_seed;
};

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<RandomPress>(args); }

}  // namespace

const PressRow kRandomRow{{"random", "Random", "Random tokens stay: the floor of every comparison", "", kParams, false, false}, make};

}  // namespace presslab
