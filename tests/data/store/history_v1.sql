-- SPDX-FileCopyrightText: 2026 The PressLab developers
-- SPDX-License-Identifier: Apache-2.0
-- A history of schema version 1 with one run, as the first version of the store wrote it. Never changed: such files must open for ever.
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
INSERT INTO runs VALUES('20260101-101112-aaaa1111','2026-01-01T10:11:12Z','first','kept','done','tiny','','','','','','','','','',0,64,4,'ratio','timed','','',66);
INSERT INTO documents VALUES('20260101-101112-aaaa1111','{"schema_version":1,"id":"20260101-101112-aaaa1111","methods":[]}'||char(10));
INSERT INTO methods VALUES('20260101-101112-aaaa1111',0,'none',0,0,4194304,4194304,NULL,NULL,NULL,100.0,0,1.0);
INSERT INTO tags VALUES('20260101-101112-aaaa1111','old');
PRAGMA application_id = 1347182946;
PRAGMA user_version = 1;
