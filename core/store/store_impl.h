// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/api/run_store.h"
#include "core/store/sqlite.h"

namespace presslab {

/// What people add to a run.
struct RunLabels {
  std::string name, note;
  std::vector<std::string> tags;
};

struct RunStore::Impl {
  Database database;

  explicit Impl(const std::string& path);
  void requireRun(const std::string& id) const;
  void addTag(const std::string& id, const std::string& tag);
  /// `document`: the text that is kept; `c`: the same, read.
  bool insert(const Comparison& c, std::string_view document, const RunLabels&);
  /// Pages of erased runs go back to the file system.
  void giveRoomBack();
};

}  // namespace presslab
