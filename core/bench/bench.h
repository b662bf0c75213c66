// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/api/model_info.h"
#include "core/api/run_spec.h"
#include "core/engine/session.h"

namespace presslab {

/// llama-bench's job: prompt processing and text generation at a depth, each test on its own, repeated.
struct BenchSpec {
  std::vector<std::string> models{""};  // as -m takes them
  ModelSpec model;                      // precision, device, backend, attention; path and threads come from the lists
  std::vector<int> prompts{512}, gens{128}, depths{0}, threads{0};
  std::vector<std::pair<int, int>> promptGens;
  std::vector<std::optional<KvType>> kvTypes{std::nullopt};  // unset: what the precision brings
  std::vector<std::string> presses{"none"};                  // press specs
  int repetitions = 5;
  bool warmup = true, noCalibrate = false;
  uint64_t seed = 0;
};

/// One test: n_prompt tokens processed together, then n_gen one by one, behind n_depth tokens that were prefilled, and compressed by the
/// press, before the clock started. n_depth 0 and n_gen 0: the press compresses the n_prompt tokens themselves, and that time is in
/// compressNs, not in the samples. Behind a compressed depth tokens enter one by one, as they do in a conversation.
struct BenchTest {
  int prompt = 0, gen = 0, depth = 0;
};

/// What was measured of one test. Times in nanoseconds.
struct BenchRow {
  BenchTest test;
  ModelInfo model;
  std::string modelPath, backend, device, testTime;  // testTime: UTC, ISO 8601
  int threads = 0;
  KvType kvType = KvType::F16;
  bool flashAttention = true;
  std::string press, calibration;
  double ratioRequested = 0;
  std::vector<int64_t> samplesNs;                                                        // one per repetition
  std::vector<int64_t> tokenNs;                                                          // every generated token of every repetition
  int64_t kvBytes = 0, kvBytesFull = 0, kvBytesPeak = 0, keptTokens = 0, allTokens = 0;  // after compression; tokens: over all heads
  int64_t compressNs = 0, depthNs = 0;                                                   // medians; depthNs: prefill of the depth
  int64_t ttftNs = -1;  // prefill, compression and first generated token, median; -1: nothing is generated
  int64_t weightBytes = 0;
  double bandwidthGBs = 0;  // measured after the model was loaded
  uint64_t seed = 0;

  double avgNs() const;
  double stddevNs() const;
  std::vector<double> samplesTs() const;  // tokens per second, one per repetition
  double avgTs() const;
  double stddevTs() const;
  double ratioEffective() const;            // 1 - kept tokens / all tokens
  int64_t tokenNsQuantile(double q) const;  // -1 when nothing was generated
  /// Least time of one generated token: weights and kept cache read once at the measured bandwidth.
  double boundNs() const;
};

/// Tests in llama-bench's order: depth by depth, at each all prompts, then all generations, then the pairs. A length of 0 leaves its test out.
std::vector<BenchTest> benchTests(const BenchSpec&);

/// Runs everything; a model is loaded once per cache type and thread count. Order of rows: model, cache type, threads, press, then benchTests. Throws
/// Failure; rows told before stand.
void runBench(const BenchSpec&, const std::function<void(const BenchRow&)>& row, const EventSink&,
              const std::function<void(double, const std::string&)>& progress, std::stop_token);

/// One test on a loaded model; `pattern` as obtainPattern chose it. The row's times, bytes and counts are filled in.
void runBenchTest(LoadedModel&, const BenchSpec&, const BenchTest&, const std::string& press, const RunContext& run, std::stop_token, BenchRow& row);

}  // namespace presslab
