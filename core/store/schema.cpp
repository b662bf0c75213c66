// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/store/schema.h"

#include <sqlite3.h>

#include <string>

#include "core/api/error.h"
#include "core/api/run_store.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

// Each step leads from the version of its place to the next. A step that has been released is never changed: files of every version open.
// "STRICT" is taken out where the library is older than it.
constexpr const char* kSteps[] = {
    // 1. `runs` and `methods` are an index of what `documents` hold. The documents have a table of their own, so that a list reads none.
    R"sql(
CREATE TABLE meta(key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE runs(
  id TEXT NOT NULL PRIMARY KEY,
  time TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  model_name TEXT NOT NULL,
  model_path TEXT NOT NULL,
  model_hash TEXT NOT NULL,
  prompt_hash TEXT NOT NULL,
  build_commit TEXT NOT NULL,
  cpu TEXT NOT NULL,
  device TEXT NOT NULL,
  backend TEXT NOT NULL,
  precision TEXT NOT NULL,
  kv_type TEXT NOT NULL,
  threads INTEGER NOT NULL,
  context_tokens INTEGER NOT NULL,
  new_tokens INTEGER NOT NULL,
  match TEXT NOT NULL,
  mode TEXT NOT NULL,
  command_line TEXT NOT NULL,
  verdict TEXT NOT NULL,
  document_bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_by_time ON runs(time);
CREATE TABLE documents(
  run_id TEXT NOT NULL PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
  json TEXT NOT NULL
) STRICT;
CREATE TABLE methods(
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  method TEXT NOT NULL,
  failed INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  kv_bytes REAL,
  kv_bytes_full REAL,
  kv_bytes_peak REAL,
  prefill_tok_s REAL,
  ttft_ms REAL,
  decode_tok_s REAL,
  kld_mean REAL,
  top1_agree REAL,
  PRIMARY KEY(run_id, place)
) STRICT;
CREATE TABLE tags(
  run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY(run_id, tag)
) STRICT;
)sql",
    // 2. The bin, and the rows as llama-bench names them, for tools that read its table.
    R"sql(
ALTER TABLE runs ADD COLUMN deleted_at INTEGER;
CREATE VIEW llama_bench AS
  SELECT build_commit, cpu AS cpu_info, backend AS backends, model_path AS model_filename, threads AS n_threads, kv_type AS type_k,
    kv_type AS type_v, context_tokens AS n_prompt, 0 AS n_gen, 0 AS n_depth, time AS test_time, prefill_tok_s AS avg_ts, method AS kv_method,
    kv_bytes, kv_bytes_full, kv_bytes_peak, ttft_ms * 1e6 AS ttft_ns, kld_mean, top1_agree, run_id
  FROM methods JOIN runs ON runs.id = run_id WHERE deleted_at IS NULL AND prefill_tok_s IS NOT NULL
  UNION ALL
  SELECT build_commit, cpu, backend, model_path, threads, kv_type, kv_type, 0, new_tokens, context_tokens, time, decode_tok_s, method,
    kv_bytes, kv_bytes_full, kv_bytes_peak, ttft_ms * 1e6, kld_mean, top1_agree, run_id
  FROM methods JOIN runs ON runs.id = run_id WHERE deleted_at IS NULL AND decode_tok_s IS NOT NULL;
)sql"};
static_assert(std::size(kSteps) == RunStore::kSchemaVersion);

std::string forThisLibrary(std::string sql) {
  constexpr int kStrictSince = 3037000;
  if (sqlite3_libversion_number() >= kStrictSince) return sql;
  const std::string word = ") STRICT;";
  for (size_t at; (at = sql.find(word)) != std::string::npos;) sql.replace(at, word.size(), ");");
  return sql;
}

}  // namespace

namespace {

int64_t versionOfOurs(const Database& database) {
  const int64_t version = database.number("PRAGMA user_version"), application = database.number("PRAGMA application_id");
  const bool empty = version == 0 && application == 0 && database.number("SELECT count(*) FROM sqlite_schema") == 0;
  if (empty) return 0;
  if (application != kApplicationId || version < 1)
    badInput(printable(database.path()) + ": is a database of another program, no history of PressLab; it was left as it is");
  if (version > RunStore::kSchemaVersion) {
    badInput(printable(database.path()) + ": has schema version " + std::to_string(version) +
             ", written by a newer program; this one reads versions up to " + std::to_string(RunStore::kSchemaVersion));
  }
  return version;
}

}  // namespace

int64_t requireOurs(const Database& database) {
  // One look: between the reads of three looks another program could be making the file.
  Transaction look(database, Transaction::Kind::Read);
  const int64_t version = versionOfOurs(database);
  look.commit();
  return version;
}

void migrate(const Database& database) {
  Transaction transaction(database);
  for (int64_t version = versionOfOurs(database); version < RunStore::kSchemaVersion; ++version)
    database.run(forThisLibrary(kSteps[version]).c_str());
  database.run(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
  database.run(("PRAGMA user_version = " + std::to_string(RunStore::kSchemaVersion)).c_str());
  transaction.commit();
}

}  // namespace presslab
