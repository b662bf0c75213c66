// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/methods/budgeted_press.h"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/api/error.h"
#include "core/methods/press_table.h"

namespace presslab {
namespace {

constexpr double kMarker = 0.123456789;  // no spec says it by itself

std::string shortest(double v) {
  char text[40];
  return std::string(text, std::to_chars(text, text + sizeof text, v).ptr);
}

bool takesRatio(const SpecNode& node) {
  const PressRow* row = findRow(node.id);
  if (!row) return false;
  for (const ParamSpec& p : row->info.params) {
    if (p.key == "ratio") return true;
  }
  return false;
}

bool isRatio(const std::string& key) {
  for (const char* k : {"ratio", "compression_ratio", "head_ratio", "head_compression_ratio", "eplb_ratio", "duo_ratio"}) {
    if (key == k) return true;
  }
  return false;
}

BudgetForm budgetOf(const SpecArg& a) {
  BudgetForm b;
  const bool tokens = a.key == "tokens";
  b.kind = tokens ? BudgetForm::Kind::Tokens : BudgetForm::Kind::Megabytes;
  const char* end = a.text.data() + a.text.size();
  const auto parsed = std::from_chars(a.text.data(), end, b.amount);
  const bool number = !a.press && parsed.ec == std::errc() && parsed.ptr == end && std::isfinite(b.amount);
  if (!number || (tokens ? b.amount < 1 || b.amount > 1e9 || b.amount != std::floor(b.amount) : b.amount <= 0 || b.amount > 1e9)) {
    specError(a.column, a.key + "=" + a.text + (tokens ? " is no whole number of tokens, at least 1" : " is no number of megabytes above 0"));
  }
  b.text = a.key + "=" + shortest(b.amount);
  return b;
}

void take(SpecNode& node, const std::string& ratio, BudgetForm& found) {
  for (SpecArg& a : node.args) {
    if (a.press) take(*a.press, ratio, found);
    if ((a.key != "tokens" && a.key != "mb") || !takesRatio(node)) continue;
    if (found.kind != BudgetForm::Kind::None)
      specError(a.keyColumn, a.key + "=: one budget is given already, " + found.text + "; it is that of the whole");
    for (const SpecArg& other : node.args) {
      if (&other != &a && isRatio(other.key)) specError(a.keyColumn, a.key + "= and " + other.key + "= exclude each other: give one");
    }
    found = budgetOf(a);
    a.key = "ratio";
    a.text = ratio;
  }
}

}  // namespace

const ParamSpec kTokensParam{"tokens",
                             "Tokens kept",
                             ParamType::Int,
                             "tok",
                             0,
                             1000000000,
                             "0",
                             "Instead of ratio: tokens that a head keeps, on average over the whole cache; 0: not given",
                             "",
                             "",
                             "",
                             false};
const ParamSpec kMegabytesParam{"mb",
                                "Megabytes kept",
                                ParamType::Float,
                                "MB",
                                0,
                                1000000000,
                                "0",
                                "Instead of ratio: megabytes (10^6 bytes) of KV cache after compression; 0: not given",
                                "",
                                "",
                                "",
                                false};

BudgetForm takeBudget(std::vector<SpecNode>& nodes, const std::string& ratio) {
  BudgetForm found;
  for (SpecNode& node : nodes) take(node, ratio, found);
  return found;
}

BudgetedPress::BudgetedPress(BudgetForm budget, std::function<PressPtr(double)> withRatio)
    : m_budget(std::move(budget)), m_withRatio(std::move(withRatio)), m_press(m_withRatio(kMarker)), m_spec(m_press->spec()) {
  const std::string marker = "ratio=" + shortest(kMarker);
  m_spec.replace(m_spec.find(marker), marker.size(), m_budget.text);
}

PressPtr BudgetedPress::solve(const RunContext& run) const {
  const bool tokens = m_budget.kind == BudgetForm::Kind::Tokens;
  const int64_t row = run.shape.rowBytes;
  if (!tokens && row <= 0) badInput(m_budget.text + ": the bytes of a token in the cache are not known here");
  const HeadShape pressed = run.shape.pressed();
  const double limit =
      tokens ? m_budget.amount * pressed.heads() + double(run.shape.headTokens(run.tokens) - pressed.headTokens(run.tokens)) : m_budget.amount * 1e6;
  const auto holds = [&](const Press& press) { return double(tokens ? press.predictKept(run) : press.predictBytes(run, row)); };
  PressPtr press = m_withRatio(0);
  if (holds(*press) <= limit) return press;
  // So many tokens of a head stay: a ratio half a token above gives that count exactly.
  const auto ratioOf = [&](int64_t n) { return 1 - (double(n) + .5) / double(run.tokens); };
  int64_t low = 0, high = run.tokens;  // low: does not hold more, or cannot be; high: holds more
  while (high - low > 1) {
    const int64_t middle = (low + high) / 2;
    bool more = false;
    try {
      more = holds(*m_withRatio(ratioOf(middle))) > limit;
    } catch (const Failure& e) {
      if (e.code() != ErrorCode::BadInput) throw;  // what a press refuses as too little counts as too little
    }
    (more ? high : low) = middle;
  }
  if (low == 0) {
    char least[96];
    std::snprintf(least, sizeof least, tokens ? "%.0f tokens a head" : "%.6g MB", tokens ? 1.0 : double(row) * run.shape.heads() / 1e6);
    badInput(m_budget.text + " is less than one token in every head takes, " + least);
  }
  press = m_withRatio(ratioOf(low));
  try {
    (void)press->predictKept(run);
  } catch (const Failure& e) {
    if (e.code() != ErrorCode::BadInput) throw;
    badInput(m_budget.text + " cannot be met: " + e.what());
  }
  return press;
}

int64_t BudgetedPress::predictKept(const RunContext& run) const { return solve(run)->predictKept(run); }
int64_t BudgetedPress::predictBytes(const RunContext& run, int64_t rowBytes) const { return solve(run)->predictBytes(run, rowBytes); }

std::vector<std::string> BudgetedPress::begin(const RunContext& run) {
  m_press = solve(run);
  m_begun = true;
  std::vector<std::string> notes = m_press->begin(run);
  char line[128];
  const double ratio = m_press->ratio();
  std::snprintf(line, sizeof line, ratio > 0 ? "%s: ratio %.4f" : "%s: everything fits, nothing is dropped", m_budget.text.c_str(), ratio);
  notes.insert(notes.begin(), line);
  return notes;
}

}  // namespace presslab
