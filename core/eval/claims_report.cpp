// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/claims_report.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/api/error.h"
#include "core/api/lab.h"
#include "core/compare/improvements.h"
#include "core/compare/token_text.h"

namespace presslab {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kQuestionRoom = 64;
constexpr double kEqualBytes = .002;  // relative difference below which two methods hold the same

std::string shortest(double x) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, x).ptr);
}

std::string figure(double x, int decimals) {
  if (std::isnan(x)) return "-";
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", decimals, x);
  return text;
}

class Report {
 public:
  Report(Lab& lab, const ClaimsSink& sink, std::stop_token stop, ClaimsReport& out) : m_lab(lab), m_sink(sink), m_stop(std::move(stop)), m_out(out) {}
  void run();

 private:
  std::shared_ptr<const Comparison> compare(int length, std::vector<std::string> methods, Match, const std::string& what);
  void length(int tokens);
  void tips();
  void tip(const char* id, const std::string& text, const std::string& unit, double measured, double before, bool wantsLess,
           const std::string& reason);

  Lab& m_lab;
  const ClaimsSink& m_sink;
  std::stop_token m_stop;
  ClaimsReport& m_out;
  double m_done = 0, m_total = 1, m_part = 0;
};

std::shared_ptr<const Comparison> Report::compare(int length, std::vector<std::string> methods, Match match, const std::string& what) {
  CompareSpec spec;
  spec.model = m_out.spec.model;
  spec.prompt.contextTokens = length;
  spec.methods = std::move(methods);
  spec.maxNewTokens = m_out.spec.newTokens;
  spec.repeat = m_out.spec.repeat;
  spec.match = match;
  spec.noCalibrate = m_out.spec.noCalibrate;
  spec.commandLine = m_out.spec.commandLine;
  const EventSink sink = [&](const RunEvent& e) {
    if (m_sink && (e.kind == EventKind::PhaseStarted || e.kind == EventKind::MethodFinished)) m_sink(m_done / m_total, what);
  };
  const RunOutcome outcome = m_lab.compare(spec, sink, m_stop);
  m_done += m_part;
  if (outcome.status != RunOutcome::Status::Done) throw Failure(ErrorCode(outcome.exitCode != 0 ? outcome.exitCode : 1), what + ": " + outcome.error);
  if (m_out.stamp.program.empty()) m_out.stamp = outcome.comparison->stamp;
  m_out.runs.push_back(outcome.comparison);
  return outcome.comparison;
}

void Report::length(int tokens) {
  const std::string ratio = "(ratio=" + shortest(m_out.spec.ratio) + ")", name = grouped(tokens) + " tokens, equal ";
  const std::vector<std::string> methods{"none", "duo" + ratio, "eplb_duo" + ratio};
  m_part = tokens;
  const auto add = [&](const Comparison& c) {
    for (ClaimRow& row : claimRows(c)) m_out.rows.push_back(std::move(row));
  };
  const std::shared_ptr<const Comparison> equalRatio = compare(tokens, methods, Match::Ratio, name + "ratio");
  add(*equalRatio);
  const std::vector<MethodMetrics>& m = equalRatio->methods;
  const bool same = m.size() == 3 && hasFigures(m[1]) && hasFigures(m[2]) &&
                    std::fabs(double(m[2].kvBytes) / double(std::max<int64_t>(m[1].kvBytes, 1)) - 1) < kEqualBytes;
  if (same) {  // the same bytes already: a second measurement would be of the same two methods
    Comparison bytes = *equalRatio;
    bytes.match = "bytes";
    for (Claim& claim : bytes.claims) claim.match = "bytes";
    add(bytes);
    m_done += m_part;
  } else {
    add(*compare(tokens, methods, Match::Bytes, name + "bytes"));
  }
  add(*compare(tokens, methods, Match::Quality, name + "quality"));
}

/// A tip that promises less (or more) of something than before it.
void Report::tip(const char* id, const std::string& text, const std::string& unit, double measured, double before, bool wantsLess,
                 const std::string& reason) {
  ClaimRow row;
  row.id = id;
  row.section = "tips";
  row.text = text;
  row.match = "ratio";
  row.unit = unit;
  row.length = m_out.spec.tipLength;
  row.lo = wantsLess ? 0 : before;
  row.hi = wantsLess ? before : INFINITY;
  row.measured = row.from = row.to = measured;
  row.bound = NAN;
  row.verdict = (wantsLess ? measured < before : measured > before) ? "holds" : "does not hold";
  row.reason = reason + ": " + figure(measured, 4) + " against " + figure(before, 4);
  m_out.rows.push_back(std::move(row));
}

void Report::tips() {
  const auto spec = [](const std::string& arguments) { return "eplb_duo(" + arguments + ")"; };
  const std::vector<std::string> methods{"none",
                                         spec("ratio=0.5"),
                                         spec("ratio=0.2"),
                                         spec("ratio=0.3"),
                                         spec("ratio=0.7"),
                                         spec("ratio=0.5,num_experts=2"),
                                         spec("ratio=0.5,num_experts=8"),
                                         spec("ratio=0.5,split=0.6"),
                                         spec("ratio=0.2,num_experts=2")};
  m_part = m_out.spec.tipLength;
  const std::shared_ptr<const Comparison> c = compare(m_out.spec.tipLength, methods, Match::Ratio, "the guide's tips");
  const std::vector<MethodMetrics>& m = c->methods;
  for (const MethodMetrics& x : m)
    if (!hasFigures(x)) throw Failure(ErrorCode::Failed, "the guide's tips: " + x.method + ": " + x.error);
  const auto kld = [&](size_t i) { return m[i].quality.kldMean; };
  const auto megabytes = [&](size_t i) { return double(m[i].kvBytes) / 1e6; };
  tip("tip_conservative", "ratio .3 keeps quality better than .5", "nats", kld(3), kld(1), true, "mean KL divergence");
  tip("tip_aggressive", "ratio .7 is faster than .5", "tok/s", m[4].decodeTokS, m[1].decodeTokS, false, "decoded tokens a second");
  tip("tip_memory", "out of memory: lower the ratio to .2, with 2 experts", "MB", megabytes(8), megabytes(1), true,
      "KV cache held; the ratio is the share removed, so a lower one holds more");
  tip("tip_quality_ratio", "quality down: ratio .3", "nats", kld(3), kld(1), true, "mean KL divergence");
  tip("tip_quality_split", "quality down: 60 % of the bytes by EPLB, 40 % by Duo", "nats", kld(7), kld(1), true, "mean KL divergence");
  tip("tip_experts_light", "2 experts are the light setting", "ms", m[5].compressMs, m[1].compressMs, true, "time of compression");
  tip("tip_experts_high", "8 experts are the high-performance setting", "nats", kld(6), kld(1), true, "mean KL divergence");
}

void Report::run() {
  const ModelInfo model = m_lab.load(m_out.spec.model, {}, m_stop);
  std::vector<int> lengths;
  for (const int tokens : m_out.spec.lengths) {
    if (tokens + kQuestionRoom + m_out.spec.newTokens > model.contextLength)
      m_out.notes.push_back(grouped(tokens) + " tokens are left out: the model has " + grouped(model.contextLength) + " positions");
    else
      lengths.push_back(tokens);
  }
  const bool withTips = m_out.spec.tipLength > 0 && m_out.spec.tipLength + kQuestionRoom + m_out.spec.newTokens <= model.contextLength;
  m_total = withTips ? m_out.spec.tipLength : 0;
  for (const int tokens : lengths) m_total += 3 * tokens;
  if (lengths.empty()) badInput("no length fits the model's " + grouped(model.contextLength) + " positions");
  for (const int tokens : lengths) length(tokens);
  if (withTips) tips();
}

}  // namespace

ClaimsReport reportClaims(Lab& lab, const ClaimsSpec& spec, const ClaimsSink& sink, std::stop_token stop) noexcept {
  ClaimsReport out;
  try {
    out.spec = spec;
    Report(lab, sink, std::move(stop), out).run();
  } catch (const Failure& e) {
    out.exitCode = int(e.code());
    out.cancelled = e.code() == ErrorCode::Cancelled;
    out.error = e.what();
  } catch (const std::exception& e) {
    out.exitCode = int(ErrorCode::Failed);
    out.error = e.what();
  }
  return out;
}

std::string claimsMarkdown(const ClaimsReport& r) {
  std::string out = "# The guide's claims on this machine\n\n";
  const Stamp& s = r.stamp;
  out += "Made by `" + s.commandLine + "`.\n\n";
  out += s.program + " " + s.version + (s.commit.empty() ? "" : " (" + s.commit + ")") + ", " + s.modelName + ", " + s.precision + ", KV " +
         s.kvType + ", " + s.cpu + ", " + std::to_string(s.threads) + " threads, " + figure(s.bandwidthGBs, 1) + " GB/s measured, " + s.time + "; " +
         std::to_string(r.spec.newTokens) + " tokens decoded, " + std::to_string(r.spec.repeat) + " repeats.\n\n";
  out +=
      "Each figure was measured in this run. Interval: lowest and highest of the repeats for speeds, 95 % bootstrap over blocks of 8 positions for "
      "agreement; bytes are counted and have none. Bound: what reading weights and kept cache allows for speeds, what the ratio asks for memory. "
      "A claim holds when the measured value reaches its lower end.\n\n";
  int holds = 0, not_ = 0, cannot = 0;
  for (const ClaimRow& row : r.rows) (row.verdict == "holds" ? holds : row.verdict == "does not hold" ? not_ : cannot) += 1;
  out += "Of " + std::to_string(r.rows.size()) + " judgements " + std::to_string(holds) + " hold, " + std::to_string(not_) + " do not, and " +
         std::to_string(cannot) + " cannot hold here.\n";
  for (const std::string& note : r.notes) out += "\n" + note + ".\n";
  std::string head;
  for (const ClaimRow& row : r.rows) {
    const std::string title =
        row.section == "tips" ? "The guide's tips, " + grouped(row.length) + " tokens" : grouped(row.length) + " tokens, equal " + row.match;
    if (title != head) {
      head = title;
      out += "\n## " + title + "\n\n| claim | where | said | measured | interval | bound | verdict | reason |\n|---|---|--:|--:|--:|--:|---|---|\n";
    }
    const int n = row.unit == "GB" || row.unit == "nats" ? 4 : row.unit == "x" ? 2 : 1;
    const std::string said = row.section == "tips" ? (std::isinf(row.hi) ? "> " + figure(row.lo, n) : "< " + figure(row.hi, n))
                             : row.lo == row.hi    ? figure(row.lo, n)
                                                   : figure(row.lo, n) + " - " + figure(row.hi, n);
    const std::string interval = row.from == row.to ? "" : figure(row.from, n) + " - " + figure(row.to, n);
    out += "| " + row.text + " | " + row.section + " | " + said + " | " + figure(row.measured, n) + " " + row.unit + " | " + interval + " | " +
           (std::isnan(row.bound) ? "" : figure(row.bound, n)) + " | " + row.verdict + " | " + row.reason + " |\n";
  }
  return out;
}

std::string claimsJson(const ClaimsReport& r) {
  Json j;
  const Stamp& s = r.stamp;
  j["stamp"] = {
      {"program", s.program}, {"version", s.version},    {"commit", s.commit},       {"model", s.modelName}, {"model_hash", s.modelHash},
      {"cpu", s.cpu},         {"threads", s.threads},    {"precision", s.precision}, {"kv_type", s.kvType},  {"bandwidth_gb_s", s.bandwidthGBs},
      {"time", s.time},       {"command", s.commandLine}};
  j["notes"] = r.notes;
  j["rows"] = Json::array();
  const auto number = [](double x) { return std::isfinite(x) ? Json(x) : Json(); };
  for (const ClaimRow& row : r.rows)
    j["rows"].push_back({{"id", row.id},
                         {"section", row.section},
                         {"text", row.text},
                         {"length", row.length},
                         {"match", row.match},
                         {"unit", row.unit},
                         {"band", Json::array({number(row.lo), number(row.hi)})},
                         {"measured", number(row.measured)},
                         {"interval", Json::array({number(row.from), number(row.to)})},
                         {"bound", number(row.bound)},
                         {"verdict", row.verdict},
                         {"reason", row.reason}});
  return j.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace presslab
