// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/api/metrics.h"
#include "core/api/press_info.h"
#include "core/press/trace.h"

namespace presslab {

/// What one KV head keeps. Positions ascend. ring: while decoding the head keeps its first `sink` and last `recent` tokens.
struct HeadKeep {
  std::vector<int32_t> positions;
  HeadKind kind = HeadKind::Full;
  bool ring = false;
  int64_t sink = 0, recent = 0;
};

struct LayerKeep {
  std::vector<HeadKeep> heads;              // kvHeads
  std::vector<ExpertMetrics> experts;       // load of the layer, for the routed family
  BalanceMetrics balance;
  bool hasExperts = false;
};

/// Parsed arguments of a press, checked against its table row; missing ones hold the default.
class PressArgs {
 public:
  double number(std::string_view key) const;
  int64_t integer(std::string_view key) const;
  bool flag(std::string_view key) const;
  const std::string& text(std::string_view key) const;
  bool given(std::string_view key) const;   // written in the spec, not the default
  void set(std::string key, std::string value, bool given);
  const std::map<std::string, std::string, std::less<>>& all() const { return m_values; }

 private:
  std::map<std::string, std::string, std::less<>> m_values;
  std::map<std::string, bool, std::less<>> m_given;
};

/// Calibration data of one model (routed-press.md section 2); defined in core/routed/pattern.h.
struct Pattern;

/// What a press learns about the run before the first layer.
struct RunContext {
  HeadShape shape;
  int64_t tokens = 0;                       // T
  const Pattern* pattern = nullptr;         // calibration in use, null: none
  std::string calibration = "none";         // "file", "light", "none"
  uint64_t seed = 0;
  /// Layers, 1: left alone, because its window bounds what it holds already (sliding layers between full ones). Empty: none.
  std::vector<uint8_t> bounded;
  int64_t boundedWindow = 0;                // tokens that such a layer holds at most
  bool isBounded(int layer) const { return !bounded.empty() && bounded[size_t(layer)]; }
};

/// One compression method. Engine thread. begin() once per run, then keep() once per layer in order 0..L-1.
class Press {
 public:
  virtual ~Press() = default;
  virtual std::string spec() const = 0;                       ///< canonical text
  virtual TraceNeeds needs() const { return {}; }
  virtual bool wantsCalibration() const { return false; }     ///< reads RunContext::pattern
  virtual bool ragged() const { return false; }
  /// Requested share removed, in [0,1).
  virtual double ratio() const { return 0; }
  /// Head-tokens that will be kept over the whole cache at T tokens, without running (the ghost prediction). Throws Failure as begin().
  virtual int64_t predictKept(const RunContext&) const = 0;
  /// Refuses what cannot be met, naming the limit. Throws Failure(BadInput). Returns notes for the method's row.
  virtual std::vector<std::string> begin(const RunContext&) = 0;
  virtual LayerKeep keep(const LayerTrace&) = 0;
};
using PressPtr = std::unique_ptr<Press>;

/// A scorer: higher = keep; the base turns scores into uniform budgets n = int(T * (1 - r)) per head through select().
class ScorerPress : public Press {
 public:
  int64_t predictKept(const RunContext&) const override;
  std::vector<std::string> begin(const RunContext&) override;
  LayerKeep keep(const LayerTrace&) override;
  double ratio() const override { return m_ratio; }
  std::string spec() const override { return m_spec; }
  /// Scores of all heads: out is (kvHeads, T).
  virtual void score(const LayerTrace&, const RunContext&, float* out) const = 0;
  /// Tokens that each head of a layer keeps of run.tokens, at least 1; int(T * (1 - ratio)) unless a press shares out otherwise. Throws
  /// Failure(BadInput) when none would stay.
  virtual int64_t budget(const RunContext&, int layer) const;

 protected:
  /// Takes `ratio` and the canonical text from the arguments.
  ScorerPress(const PressInfo&, const PressArgs&);
  double m_ratio = 0.5;
  std::string m_spec;
  RunContext m_run;
};

/// Parses a whole spec ("adakv(snapkv(ratio=0.5))", "a+b"). Throws Failure(BadInput) with the column.
PressPtr makePress(std::string_view spec);
/// Uniform budget in IEEE double: int(T * (1 - r)).
int64_t keptTokens(int64_t tokens, double ratio);

/// Canonical text of a press: the arguments that were given, in the table's order; presses inside come first, without their key.
std::string specText(const PressInfo&, const PressArgs&);

/// A row of the table with its constructor. Each press file defines one `const PressRow` (declared in press_rows.h).
struct PressRow {
  PressInfo info;
  PressPtr (*make)(const PressArgs&, std::vector<PressPtr> inner);
};

}  // namespace presslab
