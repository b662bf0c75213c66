// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/store/run_index.h"

#include <algorithm>
#include <unordered_map>

#include "core/export/export.h"

namespace presslab {
namespace {

// The figures of StoredMethod, by the keys of the metric columns: one definition of "not measured".
struct Figure {
  std::string_view key;
  double StoredMethod::*value;
};
constexpr Figure kFigures[] = {{"kv_bytes", &StoredMethod::kvBytes},
                               {"kv_bytes_full", &StoredMethod::kvBytesFull},
                               {"kv_bytes_peak", &StoredMethod::kvBytesPeak},
                               {"prefill_tok_s", &StoredMethod::prefillTokS},
                               {"ttft_ms", &StoredMethod::ttftMs},
                               {"decode_tok_s", &StoredMethod::decodeTokS},
                               {"kld_mean", &StoredMethod::kldMean},
                               {"top1_agree", &StoredMethod::top1Agree}};

double figureOf(const MethodMetrics& m, std::string_view key) {
  for (const MetricColumn& c : metricColumns())
    if (c.key == key) return c.get(m);
  return StoredMethod::kNone;
}

}  // namespace

std::string stateOf(const Comparison& c) {
  if (c.cancelled) return "cancelled";
  const auto failed = std::count_if(c.methods.begin(), c.methods.end(), [](const MethodMetrics& m) { return m.failed; });
  if (failed == 0) return c.methods.empty() ? "failed" : "done";
  return size_t(failed) == c.methods.size() ? "failed" : "partial";
}

void insertIndex(const Database& database, const Comparison& c, int64_t documentBytes) {
  const Stamp& s = c.stamp;
  const int64_t newTokens = c.methods.empty() ? 0 : c.methods.front().newTokens;
  const std::string state = stateOf(c);
  Statement run(database,
                "INSERT INTO runs(id, time, state, model_name, model_path, model_hash, prompt_hash, build_commit, cpu, device, backend, precision, "
                "kv_type, threads, context_tokens, new_tokens, match, mode, command_line, verdict, document_bytes) "
                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)");
  int place = 0;
  for (const std::string* text : {&c.id, &s.time, &state, &s.modelName, &s.modelPath, &s.modelHash, &s.promptHash, &s.commit, &s.cpu, &s.device,
                                  &s.backend, &s.precision, &s.kvType})
    run.bind(++place, *text);
  for (const int64_t number : {int64_t(s.threads), c.contextTokens, newTokens}) run.bind(++place, number);
  for (const std::string* text : {&c.match, &c.mode, &s.commandLine, &c.verdict}) run.bind(++place, *text);
  run.bind(++place, documentBytes).execute();

  Statement method(database,
                   "INSERT INTO methods(run_id, place, method, failed, cancelled, kv_bytes, kv_bytes_full, kv_bytes_peak, prefill_tok_s, ttft_ms, "
                   "decode_tok_s, kld_mean, top1_agree) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
  for (size_t i = 0; i < c.methods.size(); ++i) {
    const MethodMetrics& m = c.methods[i];
    method.bind(1, c.id).bind(2, int64_t(i)).bind(3, m.method).bind(4, int(m.failed)).bind(5, int(m.cancelled));
    int column = 5;
    for (const Figure& f : kFigures) method.bind(++column, figureOf(m, f.key));
    method.execute();
  }
}

std::vector<StoredRun> readIndex(const Database& database, const std::string& id) {
  const std::string where = id.empty() ? " WHERE deleted_at IS NULL" : " WHERE deleted_at IS NULL AND runs.id = ?1";
  std::vector<StoredRun> runs;
  std::unordered_map<std::string, size_t> places;
  const Transaction view(database, Transaction::Kind::Read);
  Statement read(database,
                 "SELECT id, time, name, note, state, model_name, model_hash, prompt_hash, device, precision, kv_type, match, mode, command_line, "
                 "verdict, threads, context_tokens, new_tokens, document_bytes FROM runs" +
                     where + " ORDER BY time DESC, rowid DESC");
  if (!id.empty()) read.bind(1, id);
  while (read.step()) {
    StoredRun& r = runs.emplace_back();
    int column = 0;
    for (std::string* text : {&r.id, &r.time, &r.name, &r.note, &r.state, &r.modelName, &r.modelHash, &r.promptHash, &r.device, &r.precision,
                              &r.kvType, &r.match, &r.mode, &r.commandLine, &r.verdict})
      *text = read.text(column++);
    r.threads = int(read.number(column++));
    for (int64_t* number : {&r.contextTokens, &r.newTokens, &r.documentBytes}) *number = read.number(column++);
    places.emplace(r.id, runs.size() - 1);
  }
  Statement methods(database,
                    "SELECT run_id, method, failed, cancelled, kv_bytes, kv_bytes_full, kv_bytes_peak, prefill_tok_s, ttft_ms, decode_tok_s, "
                    "kld_mean, top1_agree FROM methods JOIN runs ON runs.id = run_id" +
                        where + " ORDER BY run_id, place");
  if (!id.empty()) methods.bind(1, id);
  while (methods.step()) {
    const auto run = places.find(methods.text(0));
    if (run == places.end()) continue;
    StoredMethod& m = runs[run->second].methods.emplace_back();
    m.method = methods.text(1);
    m.failed = methods.number(2) != 0;
    m.cancelled = methods.number(3) != 0;
    int column = 4;
    for (const Figure& f : kFigures) m.*f.value = methods.real(column++);
  }
  Statement tags(database, "SELECT run_id, tag FROM tags JOIN runs ON runs.id = run_id" + where + " ORDER BY run_id, tag");
  if (!id.empty()) tags.bind(1, id);
  while (tags.step()) {
    const auto run = places.find(tags.text(0));
    if (run != places.end()) runs[run->second].tags.push_back(tags.text(1));
  }
  return runs;
}

}  // namespace presslab
