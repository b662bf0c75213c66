// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace presslab {

enum class HeadKind : uint8_t { Full, Retrieval, Routed, Streaming };

/// One KV head of one layer after compression.
struct HeadMetrics {
  int layer = 0, head = 0;
  HeadKind kind = HeadKind::Full;
  int64_t kept = 0, total = 0, bytes = 0;
  double attentionKept = -1;       // share of the full run's attention; < 0: not measured
  std::vector<int32_t> positions;  // kept context positions, ascending
};

/// Load of one expert in one layer, by steps of 64 context positions.
struct ExpertMetrics {
  int layer = 0, expert = 0;
  std::string policy;
  double bias = 0, weight = 1;
  int64_t tokens = 0, dropped = 0, displaced = 0;
  std::vector<int32_t> load;  // tokens per 64-position step
};

/// Balance of one layer's expert loads.
struct BalanceMetrics {
  int layer = 0;
  double maxOverMean = 1, cv = 0, entropy = 1, gini = 0;
  int64_t dropped = 0;
  double auxLoss = 0;  // balance loss of the router as PiKVpress defines it; 0: the router has none
  int topK = 0;        // experts a token asked for; an adaptive router chooses it
};

struct QualityMetrics {
  bool measured = false;
  double kldMean = 0, kldMedian = 0, kldP99 = 0;  // nats
  double top1Agree = 0;                           // fraction
  double nllDelta = 0;                            // nats per token, against the full run
  double attentionKept = -1;                      // fraction; < 0: not measured
  std::vector<double> kldByPosition;
  std::vector<uint8_t> agreeByPosition;
};

/// One sample of memory over the run: the live memory chart, stored.
struct MemorySample {
  int layer = -1, token = -1;
  int64_t kvBytes = 0;
  double seconds = 0;
};

/// What a device's own allocator says, in bytes; all 0 where the memory is the process's own (RSS shows it).
struct DeviceMemory {
  int64_t allocated = 0;  // in tensors
  int64_t reserved = 0;   // taken from the device, free blocks included
  int64_t peak = 0;       // highest `allocated` since the last reset
};

struct Spread {
  double min = 0, median = 0, max = 0;
};

/// All that was measured of one method.
struct MethodMetrics {
  std::string method, label, calibration;  // spec text; short title; "file", "light", "none", ""
  std::vector<std::string> notes;
  bool failed = false, cancelled = false;
  std::string error;
  int64_t contextTokens = 0, questionTokens = 0, newTokens = 0;
  int64_t kvBytes = 0, kvBytesFull = 0, kvBytesPeak = 0, kvBytesEnd = 0, kvBytesReserved = 0, kvBytesPredicted = 0;
  int64_t memPeakBytes = 0, rssBefore = 0, rssAfterPrefill = 0, rssEnd = 0, scratchBytes = 0;
  DeviceMemory device;  // after the last token; peak: over the method's run
  double ratioRequested = 0, ratioEffective = 0, ratioMeasured = 0;
  double loadMs = 0, tokenizeMs = 0, prefillMs = 0, compressMs = 0, firstTokenMs = 0, ttftMs = 0, timeS = 0;
  double prefillTokS = 0, decodeTokS = 0, decodeP50Ms = 0, decodeP95Ms = 0, boundMs = 0, shareOfLimit = 0;
  std::vector<double> decodeMs;  // n-1 numbers of the median repeat
  std::vector<int64_t> kvBytesByToken;
  std::vector<MemorySample> memory;
  Spread decodeTokSSpread, prefillTokSSpread, ttftSpread;
  QualityMetrics quality;
  std::vector<int32_t> ids;         // new tokens
  std::vector<std::string> pieces;  // text of each new token
  std::string text;
  int eosAt = -1;  // index of the first end-of-sequence token in ids, or -1
  std::vector<HeadMetrics> heads;
  std::vector<ExpertMetrics> experts;
  std::vector<BalanceMetrics> balance;
};

struct Improvement {
  std::string method, vs;
  double memoryPct = 0, timePct = 0, speedPct = 0, kldRatio = 0;
  bool kldRatioValid = false;
};

struct Claim {
  std::string id, text, match, verdict, reason;  // verdict: "holds", "does not hold", "cannot hold here"
  double lo = 0, hi = 0, measured = 0;
  bool valid = true;  // measured is a number
};

/// Who, what and where: printed in every export.
struct Stamp {
  std::string program, version, commit, modelPath, modelName, modelHash, promptHash, device, backend, cpu, cpuFlags, torchVersion, commandLine, time,
      precision, kvType, attention;
  int threads = 0;
  uint64_t seed = 0;
  double bandwidthGBs = 0, load1 = 0;  // measured in this run
  int layers = 0, kvHeads = 0, headDim = 0;
  int64_t contextLength = 0, weightBytes = 0;
};

struct Comparison {
  static constexpr int kSchemaVersion = 1;
  std::string id;  // run id: time and hash
  Stamp stamp;
  std::string question, contextHead, match = "ratio", mode = "timed";
  int64_t contextTokens = 0, questionTokens = 0;
  std::vector<int32_t> contextIds;
  std::vector<MethodMetrics> methods;
  std::vector<Improvement> improvements;
  std::vector<Claim> claims;
  std::string verdict;  // one line computed from the run
  bool cancelled = false;
};

}  // namespace presslab
