// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Runs out of the history into one file, and in again from files and folders.
#include "core/store/portable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "core/api/error.h"
#include "core/export/export.h"
#include "core/format/mapped_file.h"
#include "core/store/schema.h"
#include "core/store/store_impl.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;
constexpr uintmax_t kMaxDocumentBytes = uintmax_t{512} << 20;

[[noreturn]] void ioFailure(const std::string& path, const std::string& reason) { throw Failure(ErrorCode::Io, printable(path) + ": " + reason); }

std::string wholeFile(const std::string& path) {
  const MappedFile file(path);
  if (file.size() > kMaxDocumentBytes)
    badInput(printable(path) + ": has " + std::to_string(file.size()) + " bytes (at most " + std::to_string(kMaxDocumentBytes) + ")");
  return {reinterpret_cast<const char*>(file.data()), size_t(file.size())};
}

/// A new empty file that is ours: what is built there is renamed over the target, so that the target is the old file or the new one.
class Draft {
 public:
  explicit Draft(const fs::path& target) : m_target(target), m_folder(target.has_parent_path() ? target.parent_path() : fs::path(".")) {
    std::string name = (m_folder / ".presslab-export-XXXXXX").string();
    const int fd = ::mkstemp(name.data());
    if (fd < 0) ioFailure(target.string(), std::string("cannot be written: ") + std::strerror(errno));
    ::fchmod(fd, 0644);
    ::close(fd);
    m_path = name;
  }
  ~Draft() {
    if (!m_path.empty()) ::unlink(m_path.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  const std::string& path() const { return m_path; }
  void rename() {
    if (std::rename(m_path.c_str(), m_target.c_str()) != 0) ioFailure(m_target.string(), std::string("cannot be written: ") + std::strerror(errno));
    m_path.clear();
    const int folder = ::open(m_folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    ::fsync(folder);
    ::close(folder);
  }

 private:
  fs::path m_target, m_folder;
  std::string m_path;
};

/// An export replaces an older export, nothing else.
void requireReplaceable(const std::string& file, const std::string& history) {
  std::error_code error;
  if (!fs::exists(file, error)) return;
  if (fs::equivalent(file, history, error)) badInput(printable(file) + ": is the history itself");
  if (!isSqliteFile(file)) badInput(printable(file) + ": is there already and is no file of runs; it was left as it is");
  const Database old(file, Database::Access::ReadOnly);
  requireOurs(old);
}

struct Importer {
  RunStore::Impl& store;
  ImportReport report;

  void document(const std::string& where, std::string text, const RunLabels& labels) {
    std::optional<Comparison> c;
    try {
      c = comparisonFromJson(text);
      if (c->id.empty()) badInput("id: is missing");
    } catch (const Failure& e) {
      if (e.code() != ErrorCode::BadInput) throw;
      report.refused.push_back(where + ": " + e.what());
      return;
    }
    ++(store.insert(*c, text, labels) ? report.added : report.skipped);
  }

  void runFile(const fs::path& file) {
    std::string text;
    try {
      text = wholeFile(file.string());
    } catch (const Failure& e) {
      report.refused.push_back(e.what());
      return;
    }
    document(printable(file.string()), std::move(text), {});
  }

  void portable(const std::string& path) {
    const Database from(path, Database::Access::ReadOnly);
    if (requireOurs(from) == 0) return;
    // Columns of the first version only: files of every version are read.
    Statement runs(from, "SELECT id, name, note, json FROM runs JOIN documents ON run_id = id ORDER BY time, runs.rowid");
    Statement tags(from, "SELECT tag FROM tags WHERE run_id = ?1");
    while (runs.step()) {
      RunLabels labels{runs.text(1), runs.text(2), {}};
      const std::string id = runs.text(0);
      tags.bind(1, id);
      while (tags.step()) labels.tags.push_back(tags.text(0));
      tags.rewind();
      document(printable(path) + ": run " + printable(id), runs.text(3), labels);
    }
  }

  void folder(const fs::path& path) {
    std::error_code error;
    if (fs::exists(path / "run.json", error)) return runFile(path / "run.json");
    std::vector<fs::path> inside;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      std::error_code ignored;
      if (fs::exists(it->path() / "run.json", ignored)) inside.push_back(it->path() / "run.json");
    }
    if (error) ioFailure(path.string(), "cannot be read: " + error.message());
    if (inside.empty()) badInput(printable(path.string()) + ": no run folder, and none is in it");
    std::sort(inside.begin(), inside.end());
    for (const fs::path& file : inside) runFile(file);
  }
};

}  // namespace

bool isSqliteFile(const std::string& path) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return false;
  char head[16] = {};
  std::ifstream in(path, std::ios::binary);
  in.read(head, sizeof head);
  return in.gcount() == sizeof head && std::string_view(head, sizeof head) == kMagic;
}

Comparison onlyRunOf(const std::string& path) {
  const Database from(path, Database::Access::ReadOnly);
  const int64_t count = requireOurs(from) == 0 ? 0 : from.number("SELECT count(*) FROM documents");
  if (count != 1) badInput(printable(path) + ": holds " + std::to_string(count) + " runs, not one; import it into the history");
  try {
    return comparisonFromJson(from.text("SELECT json FROM documents"));
  } catch (const Failure& e) {
    throw Failure(e.code(), printable(path) + ": " + e.what());
  }
}

int RunStore::exportTo(const std::string& file, const std::vector<std::string>& ids) const {
  for (const std::string& id : ids) d->requireRun(id);
  requireReplaceable(file, path());
  Draft draft(file);
  int count = 0;
  {
    const Database out(draft.path(), Database::Access::Make);
    migrate(out);
    Statement(out, "ATTACH ?1 AS history").bind(1, path()).execute();
    out.run("CREATE TEMP TABLE chosen(id TEXT PRIMARY KEY)");
    Statement choose(out, "INSERT OR IGNORE INTO chosen VALUES (?1)");
    for (const std::string& id : ids) choose.bind(1, id).execute();
    if (ids.empty()) out.run("INSERT INTO chosen SELECT id FROM history.runs WHERE deleted_at IS NULL");
    {
      Transaction transaction(out);
      out.run("INSERT INTO main.runs SELECT * FROM history.runs WHERE id IN (SELECT id FROM chosen) ORDER BY time, rowid");
      count = out.changes();
      for (const std::string table : {"documents", "methods", "tags"})
        out.run(("INSERT INTO main." + table + " SELECT * FROM history." + table + " WHERE run_id IN (SELECT id FROM chosen)").c_str());
      transaction.commit();
    }
  }
  draft.rename();
  return count;
}

ImportReport RunStore::importFrom(const std::string& path) {
  Importer importer{*d, {}};
  std::error_code error;
  if (!fs::exists(path, error)) ioFailure(path, error ? error.message() : "no such file or folder");
  if (fs::is_directory(path, error))
    importer.folder(path);
  else if (isSqliteFile(path))
    importer.portable(path);
  else
    importer.document(printable(path), wholeFile(path), {});
  return importer.report;
}

}  // namespace presslab
