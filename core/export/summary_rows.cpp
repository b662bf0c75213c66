// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "core/export/export.h"
#include "core/export/text_cells.h"
#include "core/export/text_table.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

struct ShownColumn {
  std::string_view key, title;
};  // title: short, for a screen of 120 columns
constexpr ShownColumn kShown[] = {{"ratio_measured", "freed"},  {"kv_bytes", "KV"},           {"kv_bytes_peak", "KV peak"},
                                  {"mem_peak_bytes", "memory"}, {"prefill_tok_s", "prefill"}, {"compress_ms", "compress"},
                                  {"ttft_ms", "TTFT"},          {"decode_tok_s", "decode"},   {"share_of_limit", "limit"},
                                  {"kld_mean", "KL mean"},      {"top1_agree", "top-1"},      {"attention_kept", "attn"}};

const MetricColumn* findColumn(std::string_view key) {
  for (const MetricColumn& c : metricColumns()) {
    if (c.key == key) return &c;
  }
  return nullptr;
}

/// A divergence of 0 is exact and shown so; one too small for the column's decimals is shown as a power of ten.
std::string shownValue(const MetricColumn& column, double value) {
  const ShownMetric shown = shownMetric(column);
  const double v = value * shown.scale;
  if (column.unit != "nats") return roundedNumber(v, shown.decimals);
  if (v == 0) return "0";
  const std::string text = roundedNumber(v, shown.decimals);
  return std::isfinite(v) && text.find_first_not_of("0.") == std::string::npos ? powerOfTen(v) : text;
}

std::string signedNumber(double v, int decimals) {
  const std::string text = roundedNumber(v, decimals);
  const bool positive = std::isfinite(v) && v > 0 && text.find_first_not_of("0.") != std::string::npos;
  return positive ? std::string("+").append(text) : text;
}

/// At most two decimals, none that says nothing: 30, 1.2, 1.17.
std::string shortNumber(double v) {
  std::string text = roundedNumber(v, 2);
  if (text.find('.') != std::string::npos) text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

void addLine(std::vector<std::string>& lines, const std::string& name, const std::string& value) {
  if (!value.empty()) lines.push_back(name + ": " + printable(value));
}

}  // namespace

TextTable summaryRows(const Comparison& c) {
  TextTable t;
  t.header.push_back("method");
  for (const MethodMetrics& m : c.methods) t.rows.push_back({printable(m.method)});
  for (const ShownColumn& shown : kShown) {
    const MetricColumn* column = findColumn(shown.key);
    const bool any = std::any_of(c.methods.begin(), c.methods.end(), [&](const MethodMetrics& m) { return std::isfinite(column->get(m)); });
    if (!any) continue;
    const std::string_view unit = shownMetric(*column).unit;
    t.header.push_back(std::string(shown.title) + " " + std::string(unit));
    for (size_t i = 0; i < c.methods.size(); ++i) t.rows[i].push_back(shownValue(*column, column->get(c.methods[i])));
  }
  return t;
}

TextTable improvementRows(const Comparison& c) {
  TextTable t;
  t.header = {"method", "against", "memory %", "time %", "speed %", "KL ratio"};
  for (const Improvement& i : c.improvements) {
    t.rows.push_back({printable(i.method), printable(i.vs), signedNumber(i.memoryPct, 1), signedNumber(i.timePct, 1), signedNumber(i.speedPct, 1),
                      i.kldRatioValid ? roundedNumber(i.kldRatio, 3) : "-"});
  }
  return t;
}

std::string claimFigures(const Claim& c) {
  const std::string measured = c.valid ? "measured " + shortNumber(c.measured) : "not measured";
  return shortNumber(c.lo) + " to " + shortNumber(c.hi) + ", " + measured;
}

std::vector<std::string> stampLines(const Comparison& c) {
  const Stamp& s = c.stamp;
  std::vector<std::string> lines;
  const int64_t newTokens = c.methods.empty() ? 0 : c.methods[0].newTokens;
  addLine(lines, "run", c.id);
  addLine(lines, "tokens",
          "context " + std::to_string(c.contextTokens) + ", question " + std::to_string(c.questionTokens) + ", new " + std::to_string(newTokens));
  addLine(lines, "model", s.modelName + (s.modelHash.empty() ? "" : " (" + s.modelHash + ")"));
  addLine(lines, "prompt", s.promptHash);
  addLine(lines, "program", s.program + " " + s.version + (s.commit.empty() ? "" : " (" + s.commit + ")"));
  addLine(lines, "device", s.device + (s.backend.empty() ? "" : ", " + s.backend) + (s.cpu.empty() ? "" : ", " + s.cpu));
  addLine(lines, "settings",
          std::to_string(s.threads) + " threads, precision " + s.precision + ", KV " + s.kvType + ", attention " + s.attention + ", seed " +
              std::to_string(s.seed));
  if (s.bandwidthGBs > 0) addLine(lines, "bandwidth", roundedNumber(s.bandwidthGBs, 1) + " GB/s measured in this run");
  addLine(lines, "time", s.time);
  return lines;
}

}  // namespace presslab
