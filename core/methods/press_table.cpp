// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/press_table.h"

#include <vector>

#include "core/press/press_rows.h"
#include "core/routed/routed_press.h"

namespace presslab {
namespace {

/// A new press is one file and one line here.
constexpr const PressRow* kRows[]{&kNoneRow,   &kDuoRow,
                                  &kEplbRow,   &kEplbDuoRow,
                                  &kRandomRow, &kStreamingLlmRow,
                                  &kKnormRow,  &kKeyDiffRow,
                                  &kSnapKvRow, &kExpectedAttentionRow,
                                  &kTovaRow,   &kObservedAttentionRow,
                                  &kLagKvRow,  &kPyramidKvRow,
                                  &kAdaKvRow,  &kChunkKvRow};

}  // namespace

std::span<const PressRow* const> pressRows() { return kRows; }

std::span<const PressInfo> pressTable() {
  static const std::vector<PressInfo> table = [] {
    std::vector<PressInfo> all;
    for (const PressRow* row : kRows) all.push_back(row->info);
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
