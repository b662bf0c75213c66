// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/run_store.h"

#include <algorithm>

#include "core/api/error.h"
#include "core/export/export.h"
#include "core/export/text_cells.h"
#include "core/format/mapped_file.h"
#include "core/store/run_index.h"
#include "core/store/store_impl.h"

namespace presslab {
namespace {

constexpr size_t kLongestName = 200, kLongestTag = 64, kLongestNote = size_t{1} << 20;

/// A text for one line: control characters would break tables, and what is no UTF-8 could not be written as JSON.
void requireLine(const char* what, const std::string& text, size_t longest, bool lines = false) {
  if (text.size() > longest) badInput(std::string(what) + ": has " + std::to_string(text.size()) + " bytes, at most " + std::to_string(longest));
  if (!isUtf8(text)) badInput(std::string(what) + ": \"" + printable(text, 80) + "\" is not UTF-8");
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (control && !(lines && (c == '\n' || c == '\t'))) badInput(std::string(what) + ": \"" + printable(text, 80) + "\" has a control character");
  }
}

std::string requireTag(const std::string& given) {
  const size_t from = given.find_first_not_of(' '), to = given.find_last_not_of(' ');
  if (from == std::string::npos) badInput("tag: is empty");
  const std::string tag = given.substr(from, to - from + 1);
  requireLine("tag", tag, kLongestTag);
  if (tag.find(',') != std::string::npos) badInput("tag: \"" + printable(tag, 80) + "\" has a comma, which separates tags in lists");
  return tag;
}

}  // namespace

void RunStore::Impl::requireRun(const std::string& id) const {
  Statement find(database, "SELECT 1 FROM runs WHERE id = ?1 AND deleted_at IS NULL");
  if (!find.bind(1, id).step()) badInput("\"" + printable(id) + "\": no such run in " + printable(database.path()));
}

void RunStore::Impl::addTag(const std::string& id, const std::string& tag) {
  Statement(database, "INSERT OR IGNORE INTO tags(run_id, tag) VALUES (?1, ?2)").bind(1, id).bind(2, tag).execute();
}

bool RunStore::Impl::insert(const Comparison& c, std::string_view document, const RunLabels& labels) {
  if (c.id.empty()) badInput("the run has no id");
  Transaction transaction(database);
  Statement known(database, "SELECT deleted_at IS NOT NULL FROM runs WHERE id = ?1");
  if (known.bind(1, c.id).step()) {
    if (known.number(0) == 0) return false;
    Statement(database, "UPDATE runs SET deleted_at = NULL WHERE id = ?1").bind(1, c.id).execute();
    transaction.commit();
    return true;
  }
  insertIndex(database, c, int64_t(document.size()));
  Statement(database, "INSERT INTO documents(run_id, json) VALUES (?1, ?2)").bind(1, c.id).bind(2, document).execute();
  Statement(database, "UPDATE runs SET name = ?2, note = ?3 WHERE id = ?1").bind(1, c.id).bind(2, labels.name).bind(3, labels.note).execute();
  for (const std::string& tag : labels.tags) addTag(c.id, tag);
  transaction.commit();
  return true;
}

RunStore::RunStore(const std::string& path) : d(std::make_unique<Impl>(path)) {}
RunStore::~RunStore() = default;
RunStore::RunStore(RunStore&&) noexcept = default;
RunStore& RunStore::operator=(RunStore&&) noexcept = default;

const std::string& RunStore::path() const { return d->database.path(); }

bool RunStore::add(const Comparison& c) { return d->insert(c, comparisonJson(c, true) + "\n", {}); }

std::vector<StoredRun> RunStore::list(const RunQuery& query) const {
  std::vector<StoredRun> all = readIndex(d->database, "");
  const RunFilter filter(query);
  std::erase_if(all, [&](const StoredRun& run) { return !filter(run); });
  if (query.limit > 0 && all.size() > size_t(query.limit)) all.resize(size_t(query.limit));
  return all;
}

int64_t RunStore::revision() const { return d->database.number("PRAGMA data_version"); }

std::vector<std::string> RunStore::tags() const {
  std::vector<std::string> out;
  Statement read(d->database, "SELECT DISTINCT tag FROM tags JOIN runs ON runs.id = run_id WHERE deleted_at IS NULL ORDER BY tag");
  while (read.step()) out.push_back(read.text(0));
  return out;
}

StoredRun RunStore::find(const std::string& id) const {
  d->requireRun(id);
  std::vector<StoredRun> found = readIndex(d->database, id);
  if (found.empty()) badInput("\"" + printable(id) + "\": no such run in " + printable(path()));
  return std::move(found.front());
}

std::string RunStore::document(const std::string& id) const {
  d->requireRun(id);
  Statement read(d->database, "SELECT json FROM documents WHERE run_id = ?1");
  if (!read.bind(1, id).step()) throw Failure(ErrorCode::Io, printable(path()) + ": the document of run " + printable(id) + " is missing");
  return read.text(0);
}

Comparison RunStore::load(const std::string& id) const {
  const std::string text = document(id);
  try {
    return comparisonFromJson(text);
  } catch (const Failure& e) {
    throw Failure(e.code(), printable(path()) + ": run " + printable(id) + ": " + e.what());
  }
}

void RunStore::setName(const std::string& id, const std::string& name) {
  requireLine("name", name, kLongestName);
  Transaction transaction(d->database);
  d->requireRun(id);
  Statement(d->database, "UPDATE runs SET name = ?2 WHERE id = ?1").bind(1, id).bind(2, name).execute();
  transaction.commit();
}

void RunStore::setNote(const std::string& id, const std::string& note) {
  requireLine("note", note, kLongestNote, true);
  Transaction transaction(d->database);
  d->requireRun(id);
  Statement(d->database, "UPDATE runs SET note = ?2 WHERE id = ?1").bind(1, id).bind(2, note).execute();
  transaction.commit();
}

void RunStore::addTags(const std::string& id, const std::vector<std::string>& tags) {
  std::vector<std::string> checked;
  for (const std::string& tag : tags) checked.push_back(requireTag(tag));
  Transaction transaction(d->database);
  d->requireRun(id);
  for (const std::string& tag : checked) d->addTag(id, tag);
  transaction.commit();
}

void RunStore::removeTags(const std::string& id, const std::vector<std::string>& tags) {
  Transaction transaction(d->database);
  d->requireRun(id);
  for (const std::string& given : tags) {
    const std::string tag = requireTag(given);
    Statement(d->database, "DELETE FROM tags WHERE run_id = ?1 AND tag = ?2").bind(1, id).bind(2, tag).execute();
    if (d->database.changes() == 0) badInput("run " + printable(id) + " has no tag \"" + printable(tag) + "\"");
  }
  transaction.commit();
}

void RunStore::setTags(const std::string& id, const std::vector<std::string>& tags) {
  std::vector<std::string> checked;
  for (const std::string& tag : tags) checked.push_back(requireTag(tag));
  Transaction transaction(d->database);
  d->requireRun(id);
  Statement(d->database, "DELETE FROM tags WHERE run_id = ?1").bind(1, id).execute();
  for (const std::string& tag : checked) d->addTag(id, tag);
  transaction.commit();
}

void RunStore::remove(const std::vector<std::string>& ids) {
  Transaction transaction(d->database);
  for (const std::string& id : ids) {
    d->requireRun(id);
    Statement(d->database, "UPDATE runs SET deleted_at = CAST(strftime('%s', 'now') AS INTEGER) WHERE id = ?1").bind(1, id).execute();
  }
  transaction.commit();
}

void RunStore::restore(const std::vector<std::string>& ids) {
  Transaction transaction(d->database);
  for (const std::string& id : ids) {
    Statement(d->database, "UPDATE runs SET deleted_at = NULL WHERE id = ?1").bind(1, id).execute();
    if (d->database.changes() == 0) badInput("\"" + printable(id) + "\": no such run in " + printable(path()));
  }
  transaction.commit();
}

void RunStore::erase(const std::vector<std::string>& ids) {
  {
    Transaction transaction(d->database);
    for (const std::string& id : ids) {
      Statement(d->database, "DELETE FROM runs WHERE id = ?1").bind(1, id).execute();
      if (d->database.changes() == 0) badInput("\"" + printable(id) + "\": no such run in " + printable(path()));
    }
    transaction.commit();
  }
  d->giveRoomBack();
}

int RunStore::emptyBin(int64_t olderThanSeconds) {
  Statement(d->database, "DELETE FROM runs WHERE deleted_at <= CAST(strftime('%s', 'now') AS INTEGER) - ?1").bind(1, olderThanSeconds).execute();
  const int erased = d->database.changes();
  if (erased > 0) d->giveRoomBack();
  return erased;
}

}  // namespace presslab
