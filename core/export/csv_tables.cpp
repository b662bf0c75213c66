// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/export/comparison_fields.h"
#include "core/export/csv.h"
#include "core/export/export.h"

namespace presslab {
namespace {

constexpr int kStep = 64;  // context positions of one step of expert load

void headerRow(CsvWriter& csv, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) csv.text(name);
  csv.endRow();
}

/// First columns of the long tables: enough to know a row by when files of several runs are joined; summary.csv has the whole stamp.
void runColumns(CsvWriter& csv, const Comparison& c, const MethodMetrics& m) {
  csv.text(c.id);
  csv.text(c.stamp.version);
  csv.text(c.stamp.modelName);
  csv.text(m.method);
}

/// Writes the stamp's field names or its values, in the order of run.json.
struct StampCells {
  CsvWriter& csv;
  bool names;
  void put(const std::string& v) { csv.text(v); }
  void put(double v) { v == 0 ? csv.empty() : csv.number(v); }
  void put(std::integral auto v) { csv.number(v); }
  template <class T>
  void field(const char* key, const T& value) {
    if (names)
      csv.text(key);
    else
      put(value);
  }
};

const char* statusOf(const MethodMetrics& m) { return m.failed ? "failed" : m.cancelled ? "cancelled" : "done"; }

/// Why cells of a row are empty.
std::string reasonOf(const MethodMetrics& m) {
  std::string missing;
  for (const MetricColumn& column : metricColumns()) {
    if (!std::isfinite(column.get(m))) missing.append(missing.empty() ? "not measured: " : " ").append(column.key);
  }
  if (m.error.empty()) return missing;
  return missing.empty() ? m.error : m.error + "; " + missing;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& t : texts) out.append(out.empty() ? "" : "; ").append(t);
  return out;
}

/// The figure of new token `step` of `count`. Figures of decode steps and of quality begin with the second token (the first comes from
/// prefill), so a list of count - 1 numbers is one behind.
template <class T>
void perToken(CsvWriter& csv, const std::vector<T>& values, size_t step, size_t count) {
  const size_t behind = values.size() < count ? 1 : 0;
  if (step >= behind && step - behind < values.size())
    csv.number(values[step - behind]);
  else
    csv.empty();
}

}  // namespace

std::string summaryCsv(const Comparison& c) {
  CsvWriter csv;
  for (const char* name : {"run", "method", "label", "status", "reason", "calibration", "context_tokens", "question_tokens", "new_tokens"})
    csv.text(name);
  for (const MetricColumn& column : metricColumns()) csv.text(column.key);
  csv.text("notes");
  csv.text("match");
  StampCells names{csv, true};
  stampFields(names, c.stamp);
  csv.endRow();
  for (const MethodMetrics& m : c.methods) {
    csv.text(c.id);
    csv.text(m.method);
    csv.text(m.label);
    csv.text(statusOf(m));
    csv.text(reasonOf(m));
    csv.text(m.calibration);
    for (const int64_t count : {m.contextTokens, m.questionTokens, m.newTokens}) csv.number(count);
    for (const MetricColumn& column : metricColumns()) csv.number(column.get(m));
    csv.text(joined(m.notes));
    csv.text(c.match);
    StampCells values{csv, false};
    stampFields(values, c.stamp);
    csv.endRow();
  }
  return csv.take();
}

std::string tokensCsv(const Comparison& c) {
  CsvWriter csv;
  headerRow(csv, {"run", "version", "model", "method", "step", "id", "piece", "ms", "kv_bytes", "bound_ms", "kld", "agree"});
  for (const MethodMetrics& m : c.methods) {
    for (size_t i = 0; i < m.ids.size(); ++i) {
      const size_t n = m.ids.size();
      runColumns(csv, c, m);
      csv.number(i);
      csv.number(m.ids[i]);
      csv.text(i < m.pieces.size() ? m.pieces[i] : std::string());
      perToken(csv, m.decodeMs, i, n);
      perToken(csv, m.kvBytesByToken, i, n);
      if (i > 0 && m.boundMs > 0)
        csv.number(m.boundMs);
      else
        csv.empty();
      perToken(csv, m.quality.kldByPosition, i, n);
      perToken(csv, m.quality.agreeByPosition, i, n);
      csv.endRow();
    }
  }
  return csv.take();
}

std::string headsCsv(const Comparison& c) {
  CsvWriter csv;
  headerRow(csv, {"run", "version", "model", "method", "layer", "head", "kind", "kept", "total", "bytes", "attention_kept"});
  for (const MethodMetrics& m : c.methods) {
    for (const HeadMetrics& h : m.heads) {
      runColumns(csv, c, m);
      csv.number(h.layer);
      csv.number(h.head);
      csv.text(kHeadKinds[size_t(h.kind)]);
      for (const int64_t count : {h.kept, h.total, h.bytes}) csv.number(count);
      if (h.attentionKept < 0)
        csv.empty();
      else
        csv.number(h.attentionKept);
      csv.endRow();
    }
  }
  return csv.take();
}

std::string expertsCsv(const Comparison& c) {
  CsvWriter csv;
  headerRow(csv, {"run",     "version",   "model",         "method", "layer",   "expert", "policy",        "bias", "weight",   "tokens",     "share",
                  "dropped", "displaced", "max_over_mean", "cv",     "entropy", "gini",   "layer_dropped", "step", "position", "step_tokens"});
  for (const MethodMetrics& m : c.methods) {
    for (const ExpertMetrics& e : m.experts) {
      int64_t total = 0;
      for (const ExpertMetrics& other : m.experts) total += other.layer == e.layer ? other.tokens : 0;
      const BalanceMetrics* balance = nullptr;
      for (const BalanceMetrics& b : m.balance) balance = b.layer == e.layer ? &b : balance;
      for (size_t step = 0; step < std::max<size_t>(e.load.size(), 1); ++step) {
        runColumns(csv, c, m);
        csv.number(e.layer);
        csv.number(e.expert);
        csv.text(e.policy);
        csv.number(e.bias);
        csv.number(e.weight);
        csv.number(e.tokens);
        csv.number(total > 0 ? double(e.tokens) / double(total) : NAN);
        csv.number(e.dropped);
        csv.number(e.displaced);
        for (const double figure :
             {balance ? balance->maxOverMean : NAN, balance ? balance->cv : NAN, balance ? balance->entropy : NAN, balance ? balance->gini : NAN}) {
          csv.number(figure);
        }
        if (balance)
          csv.number(balance->dropped);
        else
          csv.empty();
        if (step < e.load.size()) {
          csv.number(step);
          csv.number(step * kStep);
          csv.number(e.load[step]);
        } else {
          for (int i = 0; i < 3; ++i) csv.empty();
        }
        csv.endRow();
      }
    }
  }
  return csv.take();
}

}  // namespace presslab
