// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/claims_report.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <new>

#include "core/api/error.h"
#include "core/api/lab.h"
#include "core/compare/improvements.h"
#include "core/compare/token_text.h"
#include "core/engine/session.h"
#include "core/eval/claims_folder.h"
#include "core/routed/pattern.h"

namespace presslab {
namespace {

using Clock = std::chrono::steady_clock;

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
  void continueFolder();
  int64_t checkModel();
  void length(int tokens);
  void tips();
  void tip(const char* id, const std::string& text, const std::string& unit, double measured, double before, bool wantsLess,
           const std::string& reason);
  bool wants(Match match) const { return std::find(m_out.spec.matches.begin(), m_out.spec.matches.end(), match) != m_out.spec.matches.end(); }
  bool has(const ClaimsPart& part) const { return std::find(m_out.done.begin(), m_out.done.end(), part) != m_out.done.end(); }
  void add(const Comparison& c);
  void keep();
  void tell(double share, const std::string& what, bool grown);

  Lab& m_lab;
  const ClaimsSink& m_sink;
  std::stop_token m_stop;
  ClaimsReport& m_out;
  double m_done = 0, m_total = 1, m_part = 0;  // in tokens of context
  double m_resumed = 0;                        // share that was there already
  Clock::time_point m_start;
};

void Report::tell(double share, const std::string& what, bool grown) {
  if (!m_sink) return;
  ClaimsProgress p;
  p.share = share;
  p.what = what;
  const double seconds = std::chrono::duration<double>(Clock::now() - m_start).count(), gained = share - m_resumed;
  if (gained > 0) p.etaSeconds = seconds * (1 - share) / gained;
  if (grown) p.report = std::make_shared<const ClaimsReport>(m_out);
  m_sink(p);
}

/// The rows so far on disk and to the listener.
void Report::keep() {
  if (!m_out.spec.outDir.empty()) keepClaims(m_out, m_out.spec.outDir);
  tell(std::min(1.0, m_done / m_total), {}, true);
}

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
  const double methodsCount = double(spec.methods.size());
  int finished = 0;
  const EventSink sink = [&](const RunEvent& e) {
    if (e.kind == EventKind::MethodFinished) ++finished;
    if (e.kind != EventKind::PhaseStarted && e.kind != EventKind::PhaseProgress && e.kind != EventKind::MethodFinished) return;
    // The untimed passes and the search for equal quality take about as long as the timed methods do.
    const double within = std::min(1.0, finished / (2 * methodsCount));
    tell((m_done + m_part * within) / m_total, what, false);
  };
  const RunOutcome outcome = m_lab.compare(spec, sink, m_stop);
  if (outcome.status != RunOutcome::Status::Done) throw Failure(ErrorCode(outcome.exitCode != 0 ? outcome.exitCode : 1), what + ": " + outcome.error);
  if (m_out.stamp.program.empty()) m_out.stamp = outcome.comparison->stamp;
  return outcome.comparison;
}

void Report::add(const Comparison& c) {
  for (ClaimRow& row : claimRows(c)) m_out.rows.push_back(std::move(row));
  m_done += m_part;
}

void Report::length(int tokens) {
  const std::string ratio = "(ratio=" + shortest(m_out.spec.ratio) + ")", name = grouped(tokens) + " tokens, equal ";
  const std::vector<std::string> methods{"none", "duo" + ratio, "eplb_duo" + ratio};
  m_part = tokens;
  if (wants(Match::Ratio) && !has({tokens, "ratio"})) {
    const std::shared_ptr<const Comparison> equalRatio = compare(tokens, methods, Match::Ratio, name + "ratio");
    add(*equalRatio);
    m_out.done.push_back({tokens, "ratio"});
    const std::vector<MethodMetrics>& m = equalRatio->methods;
    const bool same = m.size() == 3 && hasFigures(m[1]) && hasFigures(m[2]) &&
                      std::fabs(double(m[2].kvBytes) / double(std::max<int64_t>(m[1].kvBytes, 1)) - 1) < kEqualBytes;
    if (same && wants(Match::Bytes)) {  // the same bytes already: a second measurement would be of the same two methods
      Comparison bytes = *equalRatio;
      bytes.match = "bytes";
      for (Claim& claim : bytes.claims) claim.match = "bytes";
      add(bytes);
      m_out.done.push_back({tokens, "bytes"});
    }
    keep();
  }
  for (const auto& [match, word] : {std::pair{Match::Bytes, "bytes"}, {Match::Quality, "quality"}}) {
    if (!wants(match) || has({tokens, word})) continue;
    add(*compare(tokens, methods, match, name + word));
    m_out.done.push_back({tokens, word});
    keep();
  }
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

/// Takes over what the folder has.
void Report::continueFolder() {
  const ClaimsSpec given = m_out.spec;
  if (given.outDir.empty()) badInput("to continue a report its folder must be named");
  m_out = readClaims(given.outDir);
  const std::optional<KvType> kvType = m_out.spec.model.kvType;
  const Precision precision = m_out.spec.model.precision;
  const std::string device = m_out.spec.model.device;
  m_out.spec.model = given.model;
  m_out.spec.model.kvType = kvType;
  m_out.spec.model.precision = precision;
  m_out.spec.model.device = device;
  m_out.spec.outDir = given.outDir;
  m_out.spec.resume = true;
  m_out.spec.commandLine = given.commandLine;
  m_out.notes.clear();
  m_out.resumed = int(m_out.done.size());
  m_out.complete = false;
}

/// Loads the model; a report of another one is not continued. Its positions.
int64_t Report::checkModel() {
  int64_t positions = 0;
  m_lab.lend(m_out.spec.model, {}, m_stop, [&](LoadedModel& model, RunMemory&) {
    positions = model.file->info().contextLength;
    if (m_out.resumed > 0 && m_out.stamp.modelHash != modelFingerprint(*model.file))
      badInput(m_out.spec.outDir + " holds a report of another model (" + m_out.stamp.modelName + "); choose another folder");
  });
  return positions;
}

void Report::run() {
  m_start = Clock::now();
  if (m_out.spec.matches.empty()) badInput("no match is named");
  if (m_out.spec.resume) continueFolder();
  tell(0, "loading", false);
  const int64_t positions = checkModel();
  const auto fits = [&](int tokens) { return tokens + kQuestionRoom + m_out.spec.newTokens <= positions; };
  std::vector<int> lengths;
  for (const int tokens : m_out.spec.lengths) {
    if (fits(tokens))
      lengths.push_back(tokens);
    else
      m_out.notes.push_back(grouped(tokens) + " tokens are left out: the model has " + grouped(positions) + " positions");
  }
  if (lengths.empty()) badInput("no length fits the model's " + grouped(positions) + " positions");
  const ClaimsPart tipsPart{m_out.spec.tipLength, "tips"};
  const bool withTips = m_out.spec.tipLength > 0 && fits(m_out.spec.tipLength);
  m_total = withTips ? m_out.spec.tipLength : 0;
  for (const int tokens : lengths) m_total += double(m_out.spec.matches.size()) * tokens;
  for (const ClaimsPart& part : m_out.done) m_done += part.length;
  m_resumed = m_done / m_total;
  m_start = Clock::now();
  for (const int tokens : lengths) length(tokens);
  if (withTips && !has(tipsPart)) {
    tips();
    m_out.done.push_back(tipsPart);
    m_done += m_part;
  }
  m_out.complete = true;
  keep();
}

}  // namespace

ClaimsReport reportClaims(Lab& lab, const ClaimsSpec& spec, const ClaimsSink& sink, std::stop_token stop) noexcept {
  ClaimsReport out;
  const auto fail = [&](ErrorCode code, const std::string& text) {
    out.exitCode = int(code);
    out.cancelled = code == ErrorCode::Cancelled;
    out.error = text;
  };
  try {
    out.spec = spec;
    Report(lab, sink, std::move(stop), out).run();
  } catch (const Failure& e) {
    fail(e.code(), e.what());
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::NoMemory, "out of memory");
  } catch (const std::exception& e) {
    fail(ErrorCode::Failed, e.what());
  }
  return out;
}

}  // namespace presslab
