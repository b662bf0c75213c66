// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "core/export/export.h"

namespace presslab {
namespace {

using M = MethodMetrics;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Figures that are never 0 once measured: 0 is "not measured".
double orNone(double v) { return v == 0 ? kNone : v; }
double orNone(int64_t v) { return v == 0 ? kNone : double(v); }
double ifHeld(const M& m, double v) { return m.kvBytes > 0 ? v : kNone; }
double ifCompared(const M& m, double v) { return m.quality.measured ? v : kNone; }

constexpr std::string_view kFraction = "fraction", kBytes = "B";

// Keys are an interface: column names of summary.csv and field names of the JSON.
constexpr MetricColumn kColumns[] = {
    {"ratio_requested", "Ratio requested", kFraction, 4, [](const M& m) { return m.ratioRequested; }},
    {"ratio_effective", "Ratio of tokens", kFraction, 4, [](const M& m) { return ifHeld(m, m.ratioEffective); }},
    {"ratio_measured", "Ratio of bytes", kFraction, 4, [](const M& m) { return ifHeld(m, m.ratioMeasured); }},
    {"kv_bytes", "KV cache", kBytes, 0, [](const M& m) { return orNone(m.kvBytes); }},
    {"kv_bytes_full", "KV uncompressed", kBytes, 0, [](const M& m) { return orNone(m.kvBytesFull); }},
    {"kv_bytes_peak", "KV peak", kBytes, 0, [](const M& m) { return orNone(m.kvBytesPeak); }},
    {"kv_bytes_end", "KV at the end", kBytes, 0, [](const M& m) { return orNone(m.kvBytesEnd); }},
    {"kv_bytes_reserved", "KV reserved", kBytes, 0, [](const M& m) { return orNone(m.kvBytesReserved); }},
    {"kv_bytes_predicted", "KV predicted", kBytes, 0, [](const M& m) { return orNone(m.kvBytesPredicted); }},
    {"mem_peak_bytes", "Peak memory", kBytes, 0, [](const M& m) { return orNone(m.memPeakBytes); }},
    {"rss_before_bytes", "Memory before", kBytes, 0, [](const M& m) { return orNone(m.rssBefore); }},
    {"rss_after_prefill_bytes", "Memory after prefill", kBytes, 0, [](const M& m) { return orNone(m.rssAfterPrefill); }},
    {"rss_end_bytes", "Memory at the end", kBytes, 0, [](const M& m) { return orNone(m.rssEnd); }},
    {"scratch_bytes", "Prefill scratch", kBytes, 0, [](const M& m) { return orNone(m.scratchBytes); }},
    {"load_ms", "Load", "ms", 1, [](const M& m) { return orNone(m.loadMs); }},
    {"tokenize_ms", "Tokenise", "ms", 2, [](const M& m) { return orNone(m.tokenizeMs); }},
    {"prefill_ms", "Prefill time", "ms", 1, [](const M& m) { return orNone(m.prefillMs); }},
    {"prefill_tok_s", "Prefill", "tok/s", 1, [](const M& m) { return orNone(m.prefillTokS); }},
    {"compress_ms", "Compress", "ms", 1, [](const M& m) { return ifHeld(m, m.compressMs); }},
    {"first_token_ms", "Step of the first token", "ms", 1, [](const M& m) { return orNone(m.firstTokenMs); }},
    {"ttft_ms", "First token", "ms", 1, [](const M& m) { return orNone(m.ttftMs); }},
    {"decode_tok_s", "Decode", "tok/s", 1, [](const M& m) { return orNone(m.decodeTokS); }},
    {"decode_p50_ms", "Token p50", "ms", 3, [](const M& m) { return orNone(m.decodeP50Ms); }},
    {"decode_p95_ms", "Token p95", "ms", 3, [](const M& m) { return orNone(m.decodeP95Ms); }},
    {"time_s", "Total time", "s", 3, [](const M& m) { return orNone(m.timeS); }},
    {"bound_ms", "Bandwidth bound", "ms", 3, [](const M& m) { return orNone(m.boundMs); }},
    {"share_of_limit", "Share of limit", kFraction, 4, [](const M& m) { return orNone(m.shareOfLimit); }},
    {"kld_mean", "KL mean", "nats", 5, [](const M& m) { return ifCompared(m, m.quality.kldMean); }},
    {"kld_median", "KL median", "nats", 5, [](const M& m) { return ifCompared(m, m.quality.kldMedian); }},
    {"kld_p99", "KL p99", "nats", 5, [](const M& m) { return ifCompared(m, m.quality.kldP99); }},
    {"top1_agree", "Same token", kFraction, 4, [](const M& m) { return ifCompared(m, m.quality.top1Agree); }},
    {"nll_delta", "NLL change", "nats", 5, [](const M& m) { return ifCompared(m, m.quality.nllDelta); }},
    {"attention_kept", "Attention kept", kFraction, 4, [](const M& m) { return m.quality.attentionKept < 0 ? kNone : m.quality.attentionKept; }},
};

}  // namespace

std::span<const MetricColumn> metricColumns() { return kColumns; }

ShownMetric shownMetric(const MetricColumn& c) {
  if (c.unit == kBytes) return {"MiB", 1.0 / 1048576, 2};
  if (c.unit == kFraction) return {"%", 100, 1};
  return {c.unit, 1, c.decimals};
}

}  // namespace presslab
