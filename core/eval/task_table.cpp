// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/api/error.h"
#include "core/eval/task.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

std::vector<const TaskRow*> makeRows() {
  std::vector<const TaskRow*> rows{&kPplRow, &kKldRow};
  for (const TaskRow& row : kNiahRows) rows.push_back(&row);
  for (const TaskRow* row : {&kVtRow, &kCweRow, &kFweRow, &kPasskeyRow, &kKvRow}) rows.push_back(row);
  return rows;
}

const std::vector<const TaskRow*>& rows() {
  static const std::vector<const TaskRow*> all = makeRows();
  return all;
}

}  // namespace

std::span<const EvalTaskInfo> evalTaskTable() {
  static const std::vector<EvalTaskInfo> table = [] {
    std::vector<EvalTaskInfo> out;
    for (const TaskRow* row : rows()) out.push_back(row->info);
    return out;
  }();
  return table;
}

const TaskRow& findTask(std::string_view id) {
  for (const TaskRow* row : rows())
    if (row->info.id == id) return *row;
  badInput("task \"" + printable(std::string(id)) + "\" is not known");
}

std::vector<std::string> expandEvalTasks(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& name : names) {
    const auto fits = [&](const EvalTaskInfo& t) { return name == "all" || t.id == name || t.family == name; };
    if (std::none_of(evalTaskTable().begin(), evalTaskTable().end(), fits)) {
      std::string known = "all";
      for (const EvalTaskInfo& t : evalTaskTable()) {
        const std::string family(t.family);
        if (t.id != t.family && known.find(", " + family + ",") == std::string::npos) known += ", " + family;
        known += ", " + std::string(t.id);
      }
      badInput("task \"" + printable(name) + "\" is not known; there are " + known);
    }
  }
  for (const EvalTaskInfo& t : evalTaskTable()) {
    const auto asks = [&](const std::string& name) { return name == "all" || t.id == name || t.family == name; };
    if (std::any_of(names.begin(), names.end(), asks)) out.emplace_back(t.id);
  }
  return out;
}

SeededRandom taskRandom(const TaskRequest& request, std::string_view task) {
  uint64_t state = 14695981039346656037ull;  // FNV-1a
  const auto mix = [&](uint64_t value) {
    for (int i = 0; i < 8; ++i) state = (state ^ (value >> (8 * i) & 0xff)) * 1099511628211ull;
  };
  for (const char c : task) mix(uint64_t(uint8_t(c)));
  mix(request.seed);
  mix(uint64_t(request.length));
  mix(uint64_t(request.instance));
  return SeededRandom(state);
}

}  // namespace presslab
