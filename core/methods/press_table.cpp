// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/press_table.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "core/methods/budgeted_press.h"
#include "core/press/press_rows.h"
#include "core/routed/routed_press.h"

namespace presslab {
namespace {

/// A new press is one file and one line here.
constexpr const PressRow* kRows[]{&kNoneRow,
                                  &kDuoRow,
                                  &kEplbRow,
                                  &kEplbDuoRow,
                                  &kRandomRow,
                                  &kStreamingLlmRow,
                                  &kKnormRow,
                                  &kKeyDiffRow,
                                  &kSnapKvRow,
                                  &kExpectedAttentionRow,
                                  &kTovaRow,
                                  &kObservedAttentionRow,
                                  &kLagKvRow,
                                  &kPyramidKvRow,
                                  &kCurRow,
                                  &kLeverageRow,
                                  &kNonCausalAttentionRow,
                                  &kCompactorRow,
                                  &kCapRow,
                                  &kQFilterRow,
                                  &kExpectedAttentionStatsRow,
                                  &kThinkRow,
                                  &kSimLayerKvRow,
                                  &kFinchRow,
                                  &kKvzipRow,
                                  &kKvcomposeRow,
                                  &kAdaKvRow,
                                  &kCriticalKvRow,
                                  &kCriticalAdaKvRow,
                                  &kChunkKvRow,
                                  &kEntropyGatedChunkKvRow,
                                  &kChunkRow,
                                  &kBlockRow,
                                  &kPerLayerRow,
                                  &kKeyRerotationRow,
                                  &kMergingRow,
                                  &kDmsRow,
                                  &kDecodingRow,
                                  &kRatioDecodingRow,
                                  &kCamRow,
                                  &kKvqRow};

}  // namespace

std::span<const PressRow* const> pressRows() { return kRows; }

std::span<const PressInfo> pressTable() {
  static const std::vector<PressInfo> table = [] {
    std::vector<PressInfo> all;
    static std::vector<std::vector<ParamSpec>> lists;  // those of presses that take other budgets beside their ratio
    lists.reserve(std::size(kRows));
    for (const PressRow* row : kRows) {
      all.push_back(row->info);
      std::vector<ParamSpec> params(row->info.params.begin(), row->info.params.end());
      const auto ratio = std::find_if(params.begin(), params.end(), [](const ParamSpec& p) { return p.key == "ratio"; });
      if (ratio == params.end()) continue;
      params.insert(ratio + 1, {kTokensParam, kMegabytesParam});
      all.back().params = lists.emplace_back(std::move(params));
    }
    return all;
  }();
  return table;
}

const PressRow* findRow(std::string_view id) {
  for (const PressRow* row : kRows) {
    if (row->info.id == id) return row;
  }
  return nullptr;
}

const PressInfo* findPress(std::string_view id) {
  for (const PressInfo& info : pressTable()) {
    if (info.id == id) return &info;
  }
  return nullptr;
}

}  // namespace presslab
