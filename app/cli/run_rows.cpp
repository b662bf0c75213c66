// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/run_rows.h"

#include <cmath>
#include <cstdio>

#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

Json figures(const StoredMethod& m) {
  Json o;
  o["method"] = m.method;
  o["failed"] = m.failed;
  o["cancelled"] = m.cancelled;
  o["kv_bytes"] = m.kvBytes;
  o["kv_bytes_full"] = m.kvBytesFull;
  o["kv_bytes_peak"] = m.kvBytesPeak;
  o["prefill_tok_s"] = m.prefillTokS;
  o["ttft_ms"] = m.ttftMs;
  o["decode_tok_s"] = m.decodeTokS;
  o["kld_mean"] = m.kldMean;
  o["top1_agree"] = m.top1Agree;
  return o;
}

/// Name, settings and labels, without the methods.
Json head(const StoredRun& r) {
  Json o;
  o["id"] = r.id;
  o["time"] = r.time;
  o["name"] = r.name;
  o["state"] = r.state;
  o["model_name"] = r.modelName;
  o["model_hash"] = r.modelHash;
  o["prompt_hash"] = r.promptHash;
  o["device"] = r.device;
  o["precision"] = r.precision;
  o["kv_type"] = r.kvType;
  o["threads"] = r.threads;
  o["context_tokens"] = r.contextTokens;
  o["new_tokens"] = r.newTokens;
  o["match"] = r.match;
  o["mode"] = r.mode;
  return o;
}

std::string joined(const std::vector<std::string>& texts, const char* between) {
  std::string out;
  for (size_t i = 0; i < texts.size(); ++i) out += (i ? between : "") + texts[i];
  return out;
}

std::string number(double v, const char* format) {
  if (!std::isfinite(v)) return "-";
  char text[40];
  std::snprintf(text, sizeof text, format, v);
  return text;
}

}  // namespace

Json runJson(const StoredRun& r) {
  Json o = head(r);
  o["tags"] = r.tags;
  o["note"] = r.note;
  o["command_line"] = r.commandLine;
  o["verdict"] = r.verdict;
  o["document_bytes"] = r.documentBytes;
  o["methods"] = Json::array();
  for (const StoredMethod& m : r.methods) o["methods"].push_back(figures(m));
  return o;
}

Json runLine(const StoredRun& r) {
  std::vector<std::string> methods, freed, speed, kl;
  for (const StoredMethod& m : r.methods) {
    methods.push_back(printable(m.method));
    freed.push_back(number(100 * (1 - m.kvBytes / m.kvBytesFull), "%.0f"));
    speed.push_back(number(m.decodeTokS, "%.1f"));
    kl.push_back(m.kldMean == 0 ? "0" : number(m.kldMean, "%.2g"));
  }
  Json o;
  o["id"] = r.id;
  o["name"] = r.name;
  o["state"] = r.state;
  o["model"] = r.modelName;
  o["tokens"] = r.contextTokens;
  o["freed %"] = joined(freed, " ");
  o["decode tok/s"] = joined(speed, " ");
  o["KL nats"] = joined(kl, " ");
  o["tags"] = joined(r.tags, ", ");
  o["methods"] = joined(methods, "; ");
  return o;
}

std::vector<Json> runMethodRows(const StoredRun& r) {
  std::vector<Json> rows;
  for (const StoredMethod& m : r.methods) {
    Json row = head(r);
    row["tags"] = joined(r.tags, ", ");
    row.update(figures(m));
    rows.push_back(std::move(row));
  }
  return rows;
}

void printRuns(Format format, const std::vector<StoredRun>& runs) {
  std::vector<Json> rows;
  for (const StoredRun& r : runs) {
    if (format == Format::Table || format == Format::Md)
      rows.push_back(runLine(r));
    else if (format == Format::Csv || format == Format::Sql)
      for (Json& row : runMethodRows(r)) rows.push_back(std::move(row));
    else
      rows.push_back(runJson(r));
  }
  printRows(format, "runs", rows);
}

}  // namespace presslab::cli
