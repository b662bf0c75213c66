// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/metrics.h"

namespace presslab {

/// One method of a stored run, as the list shows it. NaN: not measured. Bytes, tokens per second, milliseconds, nats, fraction.
struct StoredMethod {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::string method;
  bool failed = false, cancelled = false;
  double kvBytes = kNone, kvBytesFull = kNone, kvBytesPeak = kNone, prefillTokS = kNone, ttftMs = kNone, decodeTokS = kNone, kldMean = kNone,
         top1Agree = kNone;
};

/// A run as the history lists it: what is searched and shown, without the document itself.
struct StoredRun {
  std::string id, name, note, time;  // time: UTC, ISO 8601
  std::string state;                 // "done", "cancelled", "failed"
  std::string modelName, modelHash, promptHash, device, precision, kvType, match, mode, commandLine, verdict;
  int threads = 0;
  int64_t contextTokens = 0, newTokens = 0, documentBytes = 0;
  std::vector<StoredMethod> methods;
  std::vector<std::string> tags;  // sorted
};

/// What a list is narrowed to. Words are separated by blanks; each must occur somewhere in id, time, name, model, methods, tags, note or
/// command, whatever its case. Tags are compared whole; a run needs all of them.
struct RunQuery {
  std::string words;
  std::vector<std::string> tags;
  int limit = 0;  // 0: all
};

/// The one definition of a match, for the list of the command line and the filter of the window. Plain value; any thread.
class RunFilter {
 public:
  explicit RunFilter(const RunQuery&);
  bool operator()(const StoredRun&) const;
  /// What words are looked for in, folded: to be made once and kept where many filters follow each other.
  static std::string searchText(const StoredRun&);
  bool operator()(const StoredRun&, std::string_view searchText) const;

 private:
  std::vector<std::string> m_words, m_tags;
};

/// What an import did.
struct ImportReport {
  int added = 0, skipped = 0;        // skipped: a run of that id is there already
  std::vector<std::string> refused;  // a line for each run that could not be read
};

/// The history of runs in one SQLite file. Several programs and several objects may use one file at the same time; one object is used by one
/// thread at a time. Every operation is one transaction: it happens whole or not at all. All functions throw Failure: Io (with file and
/// reason) when the file cannot be read or written, is damaged or stays locked, BadInput for what is no history, comes from a newer program
/// or names an unknown run. A file that cannot be used is left as it is.
class RunStore {
 public:
  static constexpr int kSchemaVersion = 2;

  /// Opens the file, makes it (and its folder) where there is none, and brings an older schema up to date.
  explicit RunStore(const std::string& path);
  ~RunStore();
  RunStore(RunStore&&) noexcept;
  RunStore& operator=(RunStore&&) noexcept;

  const std::string& path() const;

  /// Adds a finished or partial run. False, and nothing is changed, where its id is kept already; a removed run comes back.
  bool add(const Comparison&);

  /// Newest first.
  std::vector<StoredRun> list(const RunQuery& = {}) const;
  /// A number that changes whenever another connection has changed the file.
  int64_t revision() const;
  /// Tags in use, sorted.
  std::vector<std::string> tags() const;

  /// The whole id for an id, the beginning of one (or of its last part), a name given to a run, or "last". An unknown one is refused with
  /// those that are near.
  std::string resolve(const std::string& reference) const;
  StoredRun find(const std::string& id) const;
  Comparison load(const std::string& id) const;
  /// The stored document, byte for byte as it was written.
  std::string document(const std::string& id) const;

  void setName(const std::string& id, const std::string& name);
  void setNote(const std::string& id, const std::string& note);
  void addTags(const std::string& id, const std::vector<std::string>& tags);
  void removeTags(const std::string& id, const std::vector<std::string>& tags);
  void setTags(const std::string& id, const std::vector<std::string>& tags);

  /// Out of the list, into the bin; `restore` brings back; `erase` is for good, from list or bin, and gives the room back.
  void remove(const std::vector<std::string>& ids);
  void restore(const std::vector<std::string>& ids);
  void erase(const std::vector<std::string>& ids);
  /// Erases what has been in the bin longer; returns how many.
  int emptyBin(int64_t olderThanSeconds);

  /// Writes runs with names, tags and notes into one portable file (".presslab"), replacing an older one whole. Without ids: all. Returns
  /// how many. A file there that is something else is refused.
  int exportTo(const std::string& file, const std::vector<std::string>& ids = {}) const;
  /// Takes runs in from a portable file or history, a run.json, a run folder, or a folder of run folders.
  ImportReport importFrom(const std::string& path);
  /// importFrom a folder of runs, the first time only; what cannot be read stays where it is.
  void takeFoldersOnce(const std::string& folder);

  struct Impl;

 private:
  std::unique_ptr<Impl> d;
};

/// $PRESSLAB_HISTORY, else presslab/history.db in $XDG_DATA_HOME or ~/.local/share.
std::string historyPath();
/// The history at historyPath(). At the first use of the default one, runs kept as folders by earlier versions (runsFolder()) are taken in.
RunStore openHistory();

/// Adds a run to the history after it has ended. Never throws: the answer is empty, or why the run was not kept.
std::string keepInHistory(const Comparison&) noexcept;

/// A run by reference: a run folder or run.json, a portable file with one run in it, "last", an id of the history or the beginning of one.
/// Throws Failure: BadInput for an unknown id (naming near ones), Io for what cannot be read.
Comparison readRun(const std::string& reference);

}  // namespace presslab
