// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/run_spec.h"

namespace presslab {

class Lab;

/// One row of the task table: form, command line and documentation come from it.
struct EvalTaskInfo {
  std::string_view id, family, title, help;  // family: what --task takes for all of them together
  bool scored = false;                       // an answer is generated and compared; otherwise a text is continued
};
/// The whole table, in display order. Static lifetime.
std::span<const EvalTaskInfo> evalTaskTable();
/// Task ids for a list of ids and families ("niah" is eight tasks, "all" is everything), each once, in the table's order. Throws
/// Failure(BadInput) naming what is not known.
std::vector<std::string> expandEvalTasks(const std::vector<std::string>& names);

/// A grid: methods x ratios x lengths x tasks x instances.
struct EvalSpec {
  ModelSpec model{};
  std::vector<std::string> tasks{};    // ids or families
  std::vector<std::string> methods{};  // press specs; `none`, random, streaming_llm and the oracle are added
  std::vector<double> ratios{};        // share removed; empty: as the specs say
  std::vector<int> lengths{};          // context tokens; windows of ppl
  int seeds = 3;                       // instances of every generated task
  int chunks = 0;                      // windows of ppl; 0: all that the text has
  int newTokens = 64;                  // positions of kld
  uint64_t seed = 42;
  bool queryAware = false;  // the question is compressed too
  bool raw = false;         // without the chat template
  bool heads = false;       // output error and attention kept of every layer and head as well
  bool noCalibrate = false;
  std::string text{}, textName{};  // of ppl, kld and the essays; empty: the bundled texts
  std::string outDir{};            // where rows are kept; empty: nowhere
  bool resume = false;             // a grid must be in outDir already; its settings are taken from there
  std::string commandLine{};       // for the manifest
};

/// One replay: a task's instance under one method. What the rows file holds, a line each.
struct EvalSample {
  std::string task, method;      // canonical spec, "oracle(ratio=0.5)"
  int length = 0, instance = 0;  // instance: seed or window
  double ratio = 0;              // requested, 0 for none
  double ratioMeasured = 0;      // bytes
  int64_t kvBytes = 0, kvBytesFull = 0;
  int contextTokens = 0, questionTokens = 0;
  double score = -1;           // 0..1; < 0: the task has none
  double nll = 0;              // sum of negative log-likelihoods in nats over nllCount tokens
  int nllCount = 0;            // 0: the task has none
  double attentionKept = -1;   // < 0: not measured
  std::vector<double> kld;     // by position, nats
  std::vector<uint8_t> agree;  // by position
  std::string question, answerPrefix, prediction;
  std::vector<std::string> answers;
  std::string error;  // refused: nothing else holds
};

/// A cell of the grid: samples of one task, length, method and ratio put together. NaN: not measured.
struct EvalRow {
  std::string task, family, method, press;  // press: the outermost id, "oracle"
  int length = 0, samples = 0, failed = 0;
  double ratio = 0, ratioMeasured = 0;
  double ppl = 0, kldMean = 0, kldP99 = 0, top1Agree = 0, score = 0, attentionKept = 0;
  double lo = 0, hi = 0;                       // 95 % interval of the row's main figure (score, kld_mean or ppl)
  double delta = 0, deltaLo = 0, deltaHi = 0;  // score or ppl minus the baseline's on the same samples, and its paired interval
  double baseline = 0;                         // main figure of the uncompressed model
  int64_t kvBytes = 0, kvBytesFull = 0;        // means
  bool counted = true;                         // false: the uncompressed model fails at it, so it is left out of means
  std::string note;
};

/// Output error and attention of a KV head, mean over the samples of a cell.
struct EvalHeadRow {
  std::string task, method;
  int length = 0, layer = 0, head = 0, samples = 0;
  double ratio = 0, keptShare = 0, attentionKept = 0, outputError = 0;
};

struct EvalProgress {
  int done = 0, total = 0;            // replays
  double share = 0, etaSeconds = -1;  // < 0: unknown
  std::string what;
  std::shared_ptr<const EvalSample> sample;  // one that was just finished and kept
  std::string note;                          // a remark that stays
};
using EvalSink = std::function<void(const EvalProgress&)>;  // on the calling thread; may be empty

struct EvalResult {
  EvalSpec spec;  // as it ran: tasks and methods expanded
  std::vector<EvalSample> samples;
  std::vector<EvalRow> rows;
  std::vector<EvalHeadRow> heads;
  std::string modelName, fingerprint;
  int resumed = 0;  // samples that were there already
  bool cancelled = false;
  int exitCode = 0;  // design section 6
  std::string error;
};

/// Runs a grid, or what of it is missing in spec.outDir. Never throws; what was finished is returned. The model of `lab` is used when it is
/// the spec's, else loaded. Engine thread.
EvalResult evaluate(Lab& lab, const EvalSpec& spec, const EvalSink& sink, std::stop_token stop) noexcept;

/// Rows of samples, with the means of a family ("niah") and of all scored tasks ("mean") behind them. Pure arithmetic; deterministic with the seed.
std::vector<EvalRow> summarizeEval(const std::vector<EvalSample>& samples, uint64_t seed);

/// Settings and samples that a folder holds, finished or not. Throws Failure: Io when it cannot be read, BadInput when it is no grid.
EvalResult readEvalFolder(const std::string& dir);
/// results.csv, results.json, heads.csv where there are heads, and kvpress/ in the shape of kvpress's evaluation. Throws Failure(Io).
void writeEvalFolder(const EvalResult&, const std::string& dir);
std::string evalCsv(const std::vector<EvalRow>&);
std::string evalMarkdown(const EvalResult&);

}  // namespace presslab
