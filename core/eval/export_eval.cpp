// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// results.csv, results.json, heads.csv, results.md of a grid.
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/api/error.h"
#include "core/api/eval_columns.h"
#include "core/eval/kvpress_shape.h"
#include "core/export/csv.h"
#include "core/export/export.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string headsCsv(const std::vector<EvalHeadRow>& rows) {
  CsvWriter csv;
  for (const char* name : {"task", "method", "length", "ratio", "layer", "head", "samples", "kept_share", "attention_kept", "output_error"})
    csv.text(name);
  csv.endRow();
  for (const EvalHeadRow& r : rows) {
    csv.text(r.task);
    csv.text(r.method);
    csv.number(r.length);
    csv.number(r.ratio);
    csv.number(r.layer);
    csv.number(r.head);
    csv.number(r.samples);
    csv.number(r.keptShare);
    csv.number(r.attentionKept);
    csv.number(r.outputError);
    csv.endRow();
  }
  return csv.take();
}

std::string decimals(double x, int n) {
  if (std::isnan(x)) return "-";
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", n, x);
  return text;
}

/// Bytes of a row in which at least one replay went well.
EvalValue bytesOf(const EvalRow& row, int64_t bytes) {
  if (row.samples > 0) return bytes;
  return double(NAN);
}

std::string resultsJson(const EvalResult& result) {
  Json whole;
  whole["model"] = result.modelName;
  whole["model_fingerprint"] = result.fingerprint;
  whole["cancelled"] = result.cancelled;
  whole["rows"] = Json::array();
  for (const EvalRow& row : result.rows) {
    Json one;
    for (const EvalColumn& c : evalColumns()) {
      const EvalValue v = c.get(row);
      if (const auto* text = std::get_if<std::string>(&v)) one[std::string(c.key)] = *text;
      if (const auto* number = std::get_if<int64_t>(&v)) one[std::string(c.key)] = *number;
      if (const auto* number = std::get_if<double>(&v)) one[std::string(c.key)] = std::isfinite(*number) ? Json(*number) : Json();
      if (const auto* flag = std::get_if<bool>(&v)) one[std::string(c.key)] = *flag;
    }
    whole["rows"].push_back(std::move(one));
  }
  return whole.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::span<const EvalColumn> evalColumns() {
  static const EvalColumn kColumns[] = {{"task", [](const EvalRow& r) -> EvalValue { return r.task; }},
                                        {"method", [](const EvalRow& r) -> EvalValue { return r.method; }},
                                        {"length", [](const EvalRow& r) -> EvalValue { return int64_t(r.length); }},
                                        {"ratio", [](const EvalRow& r) -> EvalValue { return r.ratio; }},
                                        {"ratio_measured", [](const EvalRow& r) -> EvalValue { return r.ratioMeasured; }},
                                        {"ppl", [](const EvalRow& r) -> EvalValue { return r.ppl; }},
                                        {"kld_mean", [](const EvalRow& r) -> EvalValue { return r.kldMean; }},
                                        {"kld_p99", [](const EvalRow& r) -> EvalValue { return r.kldP99; }},
                                        {"top1_agree", [](const EvalRow& r) -> EvalValue { return r.top1Agree; }},
                                        {"score", [](const EvalRow& r) -> EvalValue { return r.score; }},
                                        {"lo", [](const EvalRow& r) -> EvalValue { return r.lo; }},
                                        {"hi", [](const EvalRow& r) -> EvalValue { return r.hi; }},
                                        {"baseline", [](const EvalRow& r) -> EvalValue { return r.baseline; }},
                                        {"delta", [](const EvalRow& r) -> EvalValue { return r.delta; }},
                                        {"delta_lo", [](const EvalRow& r) -> EvalValue { return r.deltaLo; }},
                                        {"delta_hi", [](const EvalRow& r) -> EvalValue { return r.deltaHi; }},
                                        {"attention_kept", [](const EvalRow& r) -> EvalValue { return r.attentionKept; }},
                                        {"kv_bytes", [](const EvalRow& r) -> EvalValue { return bytesOf(r, r.kvBytes); }},
                                        {"kv_bytes_full", [](const EvalRow& r) -> EvalValue { return bytesOf(r, r.kvBytesFull); }},
                                        {"samples", [](const EvalRow& r) -> EvalValue { return int64_t(r.samples); }},
                                        {"failed", [](const EvalRow& r) -> EvalValue { return int64_t(r.failed); }},
                                        {"counted", [](const EvalRow& r) -> EvalValue { return r.counted; }},
                                        {"note", [](const EvalRow& r) -> EvalValue { return r.note; }}};
  return kColumns;
}

std::string evalCsv(const std::vector<EvalRow>& rows) {
  CsvWriter csv;
  for (const EvalColumn& c : evalColumns()) csv.text(c.key);
  csv.endRow();
  for (const EvalRow& row : rows) {
    for (const EvalColumn& c : evalColumns()) {
      const EvalValue v = c.get(row);
      if (const auto* text = std::get_if<std::string>(&v)) csv.text(*text);
      if (const auto* number = std::get_if<int64_t>(&v)) csv.number(*number);
      if (const auto* flag = std::get_if<bool>(&v)) csv.number(int(*flag));
      if (const auto* number = std::get_if<double>(&v)) std::isfinite(*number) ? csv.number(*number) : csv.empty();
    }
    csv.endRow();
  }
  return csv.take();
}

std::string evalMarkdown(const EvalResult& result) {
  std::string out = "| task | method | length | perplexity | KL divergence | agreement | score | 95 % | attention kept | KV MB | note |\n";
  out += "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n";
  for (const EvalRow& r : result.rows) {
    const bool small = std::isnan(r.score) && r.task != "ppl";
    const std::string interval = std::isnan(r.lo) ? "-" : decimals(r.lo, small ? 4 : 3) + " - " + decimals(r.hi, small ? 4 : 3);
    out += "| " + r.task + " | `" + r.method + "` | " + std::to_string(r.length) + " | " + decimals(r.ppl, 3) + " | " + decimals(r.kldMean, 4) +
           " | " + decimals(100 * r.top1Agree, 1) + " | " + decimals(r.score, 3) + " | " + interval + " | " + decimals(100 * r.attentionKept, 1) +
           " | " + decimals(r.samples > 0 ? double(r.kvBytes) / 1e6 : NAN, 2) + " | " + r.note + " |\n";
  }
  return out;
}

void writeEvalFolder(const EvalResult& result, const std::string& dir) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) throw Failure(ErrorCode::Io, dir + ": cannot be made: " + error.message());
  const auto write = [&](const char* name, const std::string& content) { writeFileAtomic((fs::path(dir) / name).string(), content); };
  write("results.csv", evalCsv(result.rows));
  write("results.md", evalMarkdown(result));
  if (!result.heads.empty()) write("heads.csv", headsCsv(result.heads));
  writeKvpressFolders(result, (fs::path(dir) / "kvpress").string());
  write("results.json", resultsJson(result));
}

}  // namespace presslab
