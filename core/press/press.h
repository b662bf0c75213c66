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
#include "kernels/kv_quant.h"

namespace presslab {

/// The value of a dropped row `from` goes into the kept row `into` of the same head: v = (v + sum w v_from) / (1 + sum w).
struct RowMerge {
  int32_t from = 0, into = 0;  // positions
  float weight = 0;
};

/// What one KV head keeps. Positions ascend. ring: while decoding the head keeps its first `sink` and last `recent` tokens.
struct HeadKeep {
  std::vector<int32_t> positions;
  HeadKind kind = HeadKind::Full;
  bool ring = false;
  int64_t sink = 0, recent = 0;
  std::vector<RowMerge> merges;  // done before the rows go
  std::vector<int32_t> zeroed;   // channels of the kept keys that become 0; they stay in the cache
};

/// How kept rows are stored once newer ones have pushed them out of the residual window: blocks of 32 tokens. Rings stay as they are.
struct KvQuant {
  kernels::KvForm form = kernels::KvForm::None;
  int64_t residual = 0;  // latest rows of a head that are never quantised
};

/// Compression while tokens are decoded. Holds no state of a run, so that copies of a sequence share it.
class DecodeKeeper {
 public:
  virtual ~DecodeKeeper() = default;
  int64_t every = 0;    // decoded tokens between two compressions
  int64_t queries = 0;  // latest decoded tokens whose queries the scores read
  bool values = false;  // the scores read values
  /// Slots that a head keeps, ascending. The trace holds the head's rows alone, with their positions; q only of the latest `queries` tokens,
  /// zeros before. Engine thread.
  virtual std::vector<int32_t> keep(const LayerTrace& head, const HeadShape& oneHead) const = 0;
};

struct LayerKeep {
  std::vector<HeadKeep> heads;  // kvHeads
  KvQuant quant;
  std::shared_ptr<const DecodeKeeper> decode;  // null: nothing is dropped while decoding, rings apart
  std::vector<ExpertMetrics> experts;          // load of the layer, for the routed family
  BalanceMetrics balance;
  bool hasExperts = false;
  /// Kept key j of a head, at position p, is turned to position j, and new tokens continue behind the kept ones. All heads of all layers keep
  /// the same number then.
  bool rerotated = false;
};

/// Parsed arguments of a press, checked against its table row; missing ones hold the default.
class PressArgs {
 public:
  double number(std::string_view key) const;
  int64_t integer(std::string_view key) const;
  bool flag(std::string_view key) const;
  const std::string& text(std::string_view key) const;
  bool given(std::string_view key) const;  // written in the spec, not the default
  void set(std::string key, std::string value, bool given);
  const std::map<std::string, std::string, std::less<>>& all() const { return m_values; }

 private:
  std::map<std::string, std::string, std::less<>> m_values;
  std::map<std::string, bool, std::less<>> m_given;
};

/// Calibration data of one model (routed-press.md section 2); defined in core/routed/pattern.h.
struct Pattern;
struct RereadText;

/// What a press learns about the run before the first layer.
struct RunContext {
  HeadShape shape;
  int64_t tokens = 0;                // T
  const Pattern* pattern = nullptr;  // calibration in use, null: none
  std::string calibration = "none";  // "file", "light", "none"
  uint64_t seed = 0;
  int64_t question = 0;                // last tokens of the context that are the question (query-aware runs)
  const RereadText* reread = nullptr;  // what a press that reads the context again says; null: not known
};

/// Token ids around a context that is read again (KVzip).
struct RereadText {
  std::vector<int32_t> first, next;  // the request to repeat it: whole or its first part, a later part
  std::vector<int32_t> suffix;       // the template's text between a question and its answer
  int64_t prefix = 0;                // tokens of the context that are the template's own, at its start
};

/// Called with each layer in order while ids are read behind the context. Engine thread.
using ReadTap = std::function<void(const ReadLayer&)>;

/// The whole cache of a context, for presses that read it again.
struct Reread {
  std::span<const int32_t> ids;  // the context
  /// Reads ids behind the context, whose cache stays as it is. The tap sees of a layer what Press::rereadNeeds() asks for. Throws
  /// Failure(Cancelled).
  std::function<void(std::span<const int32_t> ids, const ReadTap&)> read;
};

/// One compression method. Engine thread. begin() once per run, then keep() once per layer in order 0..L-1.
class Press {
 public:
  virtual ~Press() = default;
  virtual std::string spec() const = 0;  ///< canonical text
  virtual TraceNeeds needs() const { return {}; }
  /// After begin(): what a device must record where the press reads keys, values and queries only through the functions of scores.h and
  /// LayerTrace::device. A press that does anything else with its trace, or gives a part of it to another press, leaves it as it is.
  virtual DeviceNeeds deviceNeeds() const { return {}; }
  virtual bool wantsCalibration() const { return false; }  ///< reads RunContext::pattern
  virtual bool ragged() const { return false; }
  /// Requested share removed, in [0,1).
  virtual double ratio() const { return 0; }
  /// Head-tokens that will be kept over the whole cache at T tokens, without running (the ghost prediction). Throws Failure as begin().
  virtual int64_t predictKept(const RunContext&) const = 0;
  /// Bytes that they take, where K and V of a head-token in the cache take rowBytes.
  virtual int64_t predictBytes(const RunContext& run, int64_t rowBytes) const { return rowBytes * predictKept(run); }
  /// Refuses what cannot be met, naming the limit. Throws Failure(BadInput). Returns notes for the method's row.
  virtual std::vector<std::string> begin(const RunContext&) = 0;
  virtual LayerKeep keep(const LayerTrace&) = 0;
  /// True: the press needs the whole cache and decides in plan(), once; keep() is not called then.
  virtual bool rereads() const { return false; }
  /// What it looks at of each layer while the context is read again.
  virtual TraceNeeds rereadNeeds() const { return {}; }
  /// What each layer keeps. Called after the whole prefill.
  virtual std::vector<LayerKeep> plan(const Reread&) { return {}; }
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
  /// Latest queries that the scores read; below 0: all of them. 0: none.
  virtual int64_t queriesRead() const { return needs().queries ? -1 : 0; }
  /// Scores of all heads: out is (kvHeads, T). With LayerTrace::device they are made there; null leaves them there.
  virtual void score(const LayerTrace&, const RunContext&, float* out) const = 0;
  /// Tokens that each head of a layer keeps of run.tokens, at least 1; int(T * (1 - ratio)) unless a press shares out otherwise. Throws
  /// Failure(BadInput) when none would stay.
  virtual int64_t budget(const RunContext&, int layer) const;
  /// Another share for the layers that follow (wrappers with a ratio a layer).
  virtual void setRatio(double ratio) { m_ratio = ratio; }

 protected:
  /// Takes `ratio` and the canonical text from the arguments.
  ScorerPress(const PressInfo&, const PressArgs&);
  ScorerPress(double ratio, std::string spec) : m_ratio(ratio), m_spec(std::move(spec)) {}
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
