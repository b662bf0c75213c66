// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <numeric>

#include "core/press/press_rows.h"

namespace presslab {
namespace {

/// The baseline: everything stays, nothing is recorded.
class NonePress final : public Press {
 public:
  std::string spec() const override { return "none"; }
  int64_t predictKept(const RunContext& run) const override { return run.shape.heads() * run.tokens; }
  std::vector<std::string> begin(const RunContext& run) override {
    m_heads = run.shape.kvHeads;
    return {};
  }
  LayerKeep keep(const LayerTrace& trace) override {
    LayerKeep layer;
    layer.heads.resize(size_t(m_heads));
    for (HeadKeep& head : layer.heads) {
      head.positions.resize(size_t(trace.tokens));
      std::iota(head.positions.begin(), head.positions.end(), 0);
    }
    return layer;
  }

 private:
  int m_heads = 0;
};

PressPtr make(const PressArgs&, std::vector<PressPtr>) { return std::make_unique<NonePress>(); }

}  // namespace

const PressRow kNoneRow{{"none", "No Compression", "The baseline: every head keeps every token", "", {}, false, false}, make};

}  // namespace presslab
