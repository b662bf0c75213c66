// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/runs_compare.h"

#include <cmath>
#include <cstdio>

#include "core/api/error.h"
#include "core/api/run_overlay.h"
#include "core/export/export.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

constexpr const char* kColumns[] = {"kv_bytes", "kv_bytes_peak", "ttft_ms", "prefill_tok_s", "decode_tok_s", "kld_mean", "top1_agree"};

double figure(const MethodMetrics& m, std::string_view key) {
  for (const MetricColumn& c : metricColumns())
    if (c.key == key) return c.get(m);
  return Gain::kNone;
}

void addGain(Json& row, const std::string& over, const Gain& g) {
  row["memory_pct_" + over] = g.memoryPct;
  row["speed_pct_" + over] = g.speedPct;
  row["time_pct_" + over] = g.timePct;
  row["kld_ratio_" + over] = g.kldRatio;
}

Json rowOf(const StoredRun& run, const MethodMetrics& m, const OverlayRow& r) {
  Json row;
  row["run"] = run.id;
  row["name"] = run.name;
  row["method"] = m.method;
  for (const char* key : kColumns) row[key] = figure(m, key);
  row["decode_tok_s_min"] = m.decodeTokSSpread.min > 0 ? m.decodeTokSSpread.min : Gain::kNone;
  row["decode_tok_s_max"] = m.decodeTokSSpread.max > 0 ? m.decodeTokSSpread.max : Gain::kNone;
  addGain(row, "vs_pinned", r.overPin);
  addGain(row, "vs_none", r.overBaseline);
  addGain(row, "vs_duo", r.overDuo);
  return row;
}

std::string number(double v, const char* format) {
  if (!std::isfinite(v)) return "-";
  char text[40];
  std::snprintf(text, sizeof text, format, v);
  return text;
}
std::string gains(const Gain& g) {
  if (std::isnan(g.memoryPct) && std::isnan(g.speedPct) && std::isnan(g.kldRatio)) return "-";
  return number(g.memoryPct, "%+.1f") + " / " + number(g.speedPct, "%+.1f") + " / " + number(g.kldRatio, "%.3f");
}

/// The same for people: gains as memory % / speed % / KL ratio.
Json lineOf(const StoredRun& run, const MethodMetrics& m, const OverlayRow& r) {
  Json row;
  row["run"] = run.name.empty() ? run.id : run.name;
  row["method"] = m.method;
  row["KV MiB"] = number(figure(m, "kv_bytes") / 1048576, "%.2f");
  row["decode tok/s"] = number(figure(m, "decode_tok_s"), "%.1f");
  row["KL nats"] = m.quality.kldMean == 0 && m.quality.measured ? "0" : number(figure(m, "kld_mean"), "%.4g");
  row["same token %"] = number(100 * figure(m, "top1_agree"), "%.1f");
  row["over pinned"] = gains(r.overPin);
  row["over none"] = gains(r.overBaseline);
  row["over Duo"] = gains(r.overDuo);
  return row;
}

std::string listOf(const std::vector<std::string>& keys) {
  std::string out;
  for (const std::string& key : keys) out.append(out.empty() ? "" : ", ").append(key);
  return out;
}

/// "run A against run B: times not comparable (threads, cpu)"
std::string sentence(const std::string& run, const std::string& pinned, const Obstacles& o) {
  std::string what;
  const auto add = [&](const char* kind, const std::vector<std::string>& keys) {
    if (!keys.empty()) what.append(what.empty() ? "" : "; ").append(kind).append(" not comparable (different ").append(listOf(keys)).append(")");
  };
  add("bytes", o.memory);
  add("times", o.time);
  add("quality", o.quality);
  return "run " + printable(run) + " against " + printable(pinned) + ": " + what;
}

Json settingsOf(const Overlay& overlay) {
  Json out = Json::array();
  for (const RunSetting& s : overlay.settings)
    if (s.differs) out.push_back(Json{{"setting", s.key}, {"values", s.values}});
  return out;
}

void printSettings(const Overlay& overlay, const std::vector<std::string>& ids, Format format) {
  std::vector<Json> rows;
  for (const RunSetting& s : overlay.settings) {
    if (!s.differs) continue;
    Json row{{"differs in", s.key}};
    for (size_t i = 0; i < ids.size(); ++i) row[ids[i]] = s.values[i];
    rows.push_back(std::move(row));
  }
  if (rows.empty()) return;
  writeOut("\n");
  printRows(format, "settings", rows);
}

}  // namespace

int compareRuns(const RunStore& store, const std::vector<std::string>& ids, Format format, const Context& context) {
  if (ids.size() < 2) badInput("runs compare: " + std::to_string(ids.size()) + " run; at least two are laid over each other");
  RunList runs;
  std::vector<StoredRun> labels;
  for (const std::string& id : ids) {
    runs.push_back(std::make_shared<const Comparison>(store.load(id)));
    labels.push_back(store.find(id));
  }
  const Overlay overlay = overlayOf(runs, {});
  const bool people = format == Format::Table || format == Format::Md;
  std::vector<Json> rows;
  for (const OverlayRow& r : overlay.rows) {
    const MethodMetrics& m = runs[r.run]->methods[r.method];
    rows.push_back(people ? lineOf(labels[r.run], m, r) : rowOf(labels[r.run], m, r));
  }
  Json whole{{"pinned", ids.front()}, {"runs", ids}};
  whole["rows"] = rows;
  whole["settings"] = settingsOf(overlay);
  whole["obstacles"] = Json::array();
  for (size_t i = 0; i < runs.size(); ++i) {
    const Obstacles& o = overlay.obstacles[i];
    whole["obstacles"].push_back(Json{{"run", ids[i]}, {"memory", o.memory}, {"time", o.time}, {"quality", o.quality}});
    if (!o.none() && !context.quiet) std::fprintf(stderr, "presslab-cli: %s\n", sentence(ids[i], ids.front(), o).c_str());
  }
  printRows(format, "overlay", rows, format == Format::Json ? &whole : nullptr);
  if (people) printSettings(overlay, ids, format);
  return 0;
}

}  // namespace presslab::cli
