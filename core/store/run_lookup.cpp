// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// From what people type to a run.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <utility>

#include "core/api/error.h"
#include "core/api/run_store.h"
#include "core/export/export.h"
#include "core/format/mapped_file.h"
#include "core/store/portable_file.h"
#include "core/store/store_impl.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;
constexpr size_t kNear = 4;

struct Named {
  std::string id, name;
};

std::vector<Named> namesOf(const Database& database) {
  std::vector<Named> out;
  Statement read(database, "SELECT id, name FROM runs WHERE deleted_at IS NULL ORDER BY time DESC, rowid DESC");
  while (read.step()) out.push_back({read.text(0), read.text(1)});
  return out;
}

std::string_view lastPart(std::string_view id) { return id.substr(id.rfind('-') + 1); }

size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t best = std::min({row[j] + 1, row[j - 1] + 1, diagonal + size_t(a[i - 1] != b[j - 1])});
      diagonal = std::exchange(row[j], best);
    }
  }
  return row[b.size()];
}

/// How far what was typed is from what a run is called; a beginning is measured against beginnings.
size_t distance(const std::string& typed, const Named& run) {
  const auto against = [&](std::string_view text) { return editDistance(typed, text.substr(0, typed.size())); };
  return std::min({against(run.id), against(lastPart(run.id)), run.name.empty() ? typed.size() : editDistance(typed, run.name)});
}

std::string shown(const Named& run) { return printable(run.id) + (run.name.empty() ? "" : " (" + printable(run.name, 60) + ")"); }

std::string listOf(const std::vector<Named>& runs) {
  std::string out;
  for (size_t i = 0; i < std::min(runs.size(), kNear); ++i) out += (i ? ", " : "") + shown(runs[i]);
  return out + (runs.size() > kNear ? ", ..." : "");
}

[[noreturn]] void unknown(const std::string& typed, std::vector<Named> all, const std::string& path) {
  if (all.empty()) badInput("\"" + printable(typed, 80) + "\": no such run; the history " + printable(path) + " is empty");
  std::stable_sort(all.begin(), all.end(), [&](const Named& a, const Named& b) { return distance(typed, a) < distance(typed, b); });
  all.resize(std::min(all.size(), kNear - 1));
  badInput("\"" + printable(typed, 80) + "\": no such run in " + printable(path) + "; near: " + listOf(all));
}

std::string dataFolder() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data && data[0] == '/') return std::string(data) + "/presslab";  // the specification ignores relative paths
  const char* home = std::getenv("HOME");
  return std::string(home && *home ? home : ".") + "/.local/share/presslab";
}

}  // namespace

std::string RunStore::resolve(const std::string& reference) const {
  const std::vector<Named> all = namesOf(d->database);
  if (reference == "last" && !all.empty()) return all.front().id;
  std::vector<Named> exact, begin;
  for (const Named& run : all) {
    if (run.id == reference) return run.id;
    if (!reference.empty() && run.name == reference) exact.push_back(run);
    if (!reference.empty() && (run.id.starts_with(reference) || lastPart(run.id).starts_with(reference))) begin.push_back(run);
  }
  for (const std::vector<Named>* found : {&exact, &begin}) {
    if (found->size() == 1) return found->front().id;
    if (found->size() > 1) badInput("\"" + printable(reference, 80) + "\": " + std::to_string(found->size()) + " runs: " + listOf(*found));
  }
  unknown(reference, all, path());
}

std::string historyPath() {
  const char* given = std::getenv("PRESSLAB_HISTORY");
  return given && *given ? std::string(given) : dataFolder() + "/history.db";
}

RunStore openHistory() {
  RunStore store(historyPath());
  const char* given = std::getenv("PRESSLAB_HISTORY");
  if (!given || !*given) store.takeFoldersOnce(runsFolder());  // a file that was named holds what its owner puts there
  return store;
}

void RunStore::takeFoldersOnce(const std::string& folder) {
  {
    Statement done(d->database, "SELECT 1 FROM meta WHERE key = 'folders_taken'");
    if (done.step()) return;
  }
  std::error_code error;
  if (fs::is_directory(folder, error) && !fs::is_empty(folder, error)) {
    try {
      importFrom(folder);  // what cannot be read stays where it is: a run folder is opened by its path as before
    } catch (const Failure& e) {
      if (e.code() != ErrorCode::BadInput) throw;  // there is no run in it
    }
  }
  Statement(d->database, "INSERT OR IGNORE INTO meta(key, value) VALUES ('folders_taken', ?1)").bind(1, folder).execute();
}

std::string keepInHistory(const Comparison& c) noexcept {
  try {
    if (!c.methods.empty()) RunStore(historyPath()).add(c);
    return {};
  } catch (const std::exception& e) {
    return std::string("the run was not kept in the history: ") + e.what();
  }
}

Comparison readRun(const std::string& reference) {
  std::error_code error;
  if (fs::exists(reference, error)) return isSqliteFile(reference) ? onlyRunOf(reference) : readRunFolder(reference);
  if (reference.empty() || reference.find('/') != std::string::npos) return readRunFolder(reference);  // says what is wrong with the path
  const RunStore store = openHistory();
  return store.load(store.resolve(reference));
}

}  // namespace presslab
