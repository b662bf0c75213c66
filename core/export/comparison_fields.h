// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/api/metrics.h"

namespace presslab {

/// The fields of a stored comparison, each named once: the writer and the reader walk the same lists, so what is written is what is read.
/// A visitor has
///   field(key, value)             as it is; a double that is not finite is null, and null reads as NaN
///   need(key, value)              the same, but reading fails where the key is missing
///   measured(key, number)         0 is "not measured" and written as null
///   flagged(key, value, flag)     null where the flag is false; reading sets the flag
///   when(flag, key, value)        null where the flag (a field read before) is false
///   share(key, value)             null where the value is negative
///   group(key, object, fields)    a nested object;  list(key, vector, fields)  an array of objects
/// `S` is the struct or const struct of its name.
template <class V, class S>
void stampFields(V& v, S& s) {
  v.field("program", s.program);
  v.field("version", s.version);
  v.field("commit", s.commit);
  v.field("model_path", s.modelPath);
  v.field("model_name", s.modelName);
  v.field("model_hash", s.modelHash);
  v.field("prompt_hash", s.promptHash);
  v.field("device", s.device);
  v.field("backend", s.backend);
  v.field("cpu", s.cpu);
  v.field("cpu_flags", s.cpuFlags);
  v.field("torch_version", s.torchVersion);
  v.field("command_line", s.commandLine);
  v.field("time", s.time);
  v.field("precision", s.precision);
  v.field("kv_type", s.kvType);
  v.field("attention", s.attention);
  v.field("threads", s.threads);
  v.field("seed", s.seed);
  v.field("bandwidth_gb_s", s.bandwidthGBs);
  v.field("load1", s.load1);
  v.field("layers", s.layers);
  v.field("kv_heads", s.kvHeads);
  v.field("head_dim", s.headDim);
  v.field("context_length", s.contextLength);
  v.field("weight_bytes", s.weightBytes);
}

template <class V, class S>
void spreadFields(V& v, S& s) {
  v.field("min", s.min);
  v.field("median", s.median);
  v.field("max", s.max);
}

template <class V, class S>
void headFields(V& v, S& h) {
  v.need("layer", h.layer);
  v.need("head", h.head);
  v.field("kind", h.kind);
  v.field("kept", h.kept);
  v.field("total", h.total);
  v.field("bytes", h.bytes);
  v.share("attention_kept", h.attentionKept);
  v.field("positions", h.positions);
}

template <class V, class S>
void expertFields(V& v, S& e) {
  v.need("layer", e.layer);
  v.need("expert", e.expert);
  v.field("policy", e.policy);
  v.field("bias", e.bias);
  v.field("weight", e.weight);
  v.field("tokens", e.tokens);
  v.field("dropped", e.dropped);
  v.field("displaced", e.displaced);
  v.field("load", e.load);
}

template <class V, class S>
void balanceFields(V& v, S& b) {
  v.need("layer", b.layer);
  v.field("max_over_mean", b.maxOverMean);
  v.field("cv", b.cv);
  v.field("entropy", b.entropy);
  v.field("gini", b.gini);
  v.field("dropped", b.dropped);
  v.field("aux_loss", b.auxLoss);
  v.field("top_k", b.topK);
}

template <class V, class S>
void memoryFields(V& v, S& m) {
  v.field("layer", m.layer);
  v.field("token", m.token);
  v.field("kv_bytes", m.kvBytes);
  v.field("seconds", m.seconds);
}

template <class V, class S>
void deviceFields(V& v, S& d) {
  v.field("allocated_bytes", d.allocated);
  v.field("reserved_bytes", d.reserved);
  v.field("peak_bytes", d.peak);
}

template <class V, class S>
void memoryFigures(V& v, S& m) {
  v.field("ratio_requested", m.ratioRequested);
  v.field("ratio_effective", m.ratioEffective);
  v.field("ratio_measured", m.ratioMeasured);
  v.measured("kv_bytes", m.kvBytes);
  v.measured("kv_bytes_full", m.kvBytesFull);
  v.measured("kv_bytes_peak", m.kvBytesPeak);
  v.measured("kv_bytes_end", m.kvBytesEnd);
  v.measured("kv_bytes_reserved", m.kvBytesReserved);
  v.measured("kv_bytes_predicted", m.kvBytesPredicted);
  v.measured("mem_peak_bytes", m.memPeakBytes);
  v.measured("rss_before_bytes", m.rssBefore);
  v.measured("rss_after_prefill_bytes", m.rssAfterPrefill);
  v.measured("rss_end_bytes", m.rssEnd);
  v.measured("scratch_bytes", m.scratchBytes);
  v.group("device_memory", m.device, [](auto& inner, auto& d) { deviceFields(inner, d); });
}

template <class V, class S>
void timeFigures(V& v, S& m) {
  v.measured("load_ms", m.loadMs);
  v.measured("tokenize_ms", m.tokenizeMs);
  v.measured("prefill_ms", m.prefillMs);
  v.measured("prefill_tok_s", m.prefillTokS);
  v.field("compress_ms", m.compressMs);
  v.measured("first_token_ms", m.firstTokenMs);
  v.measured("ttft_ms", m.ttftMs);
  v.measured("decode_tok_s", m.decodeTokS);
  v.measured("decode_p50_ms", m.decodeP50Ms);
  v.measured("decode_p95_ms", m.decodeP95Ms);
  v.field("decode_ms", m.decodeMs);
  v.measured("time_s", m.timeS);
  v.measured("bound_ms", m.boundMs);
  v.measured("share_of_limit", m.shareOfLimit);
}

template <class V, class S>
void qualityFigures(V& v, S& q) {
  v.field("quality_measured", q.measured);
  v.when(q.measured, "kld_mean", q.kldMean);
  v.when(q.measured, "kld_median", q.kldMedian);
  v.when(q.measured, "kld_p99", q.kldP99);
  v.when(q.measured, "top1_agree", q.top1Agree);
  v.when(q.measured, "nll_delta", q.nllDelta);
  v.share("attention_kept", q.attentionKept);
}

template <class V, class S>
void methodFields(V& v, S& m, bool withHeads) {
  v.need("method", m.method);
  v.field("label", m.label);
  v.field("calibration", m.calibration);
  v.field("notes", m.notes);
  v.field("failed", m.failed);
  v.field("cancelled", m.cancelled);
  v.field("error", m.error);
  v.field("context_tokens", m.contextTokens);
  v.field("question_tokens", m.questionTokens);
  v.field("new_tokens", m.newTokens);
  memoryFigures(v, m);
  timeFigures(v, m);
  qualityFigures(v, m.quality);
  v.field("ids", m.ids);
  v.field("text", m.text);
  v.field("eos_at", m.eosAt);
  v.texts("pieces", "piece_bytes", m.pieces);
  v.field("kld_by_position", m.quality.kldByPosition);
  v.field("agree_by_position", m.quality.agreeByPosition);
  v.field("kv_bytes_by_token", m.kvBytesByToken);
  v.group("decode_tok_s_spread", m.decodeTokSSpread, [](auto& w, auto& s) { spreadFields(w, s); });
  v.group("prefill_tok_s_spread", m.prefillTokSSpread, [](auto& w, auto& s) { spreadFields(w, s); });
  v.group("ttft_ms_spread", m.ttftSpread, [](auto& w, auto& s) { spreadFields(w, s); });
  v.list("memory", m.memory, [](auto& w, auto& s) { memoryFields(w, s); });
  if (!withHeads) return;
  v.list("heads", m.heads, [](auto& w, auto& s) { headFields(w, s); });
  v.list("experts", m.experts, [](auto& w, auto& s) { expertFields(w, s); });
  v.list("balance", m.balance, [](auto& w, auto& s) { balanceFields(w, s); });
}

template <class V, class S>
void improvementFields(V& v, S& i) {
  v.need("method", i.method);
  v.need("vs", i.vs);
  v.field("memory_pct", i.memoryPct);
  v.field("time_pct", i.timePct);
  v.field("speed_pct", i.speedPct);
  v.flagged("kld_ratio", i.kldRatio, i.kldRatioValid);
}

template <class V, class S>
void claimFields(V& v, S& c) {
  v.need("id", c.id);
  v.field("text", c.text);
  v.band("band", c.lo, c.hi);
  v.field("match", c.match);
  v.flagged("measured", c.measured, c.valid);
  v.field("verdict", c.verdict);
  v.field("reason", c.reason);
}

template <class V, class S>
void comparisonFields(V& v, S& c, bool withHeads) {
  v.field("id", c.id);
  v.group("stamp", c.stamp, [](auto& w, auto& s) { stampFields(w, s); });
  v.field("question", c.question);
  v.field("context_head", c.contextHead);
  v.field("match", c.match);
  v.field("mode", c.mode);
  v.field("context_tokens", c.contextTokens);
  v.field("question_tokens", c.questionTokens);
  v.field("cancelled", c.cancelled);
  v.field("verdict", c.verdict);
  v.needList("methods", c.methods, [withHeads](auto& w, auto& s) { methodFields(w, s, withHeads); });
  v.list("improvements", c.improvements, [](auto& w, auto& s) { improvementFields(w, s); });
  v.list("claims", c.claims, [](auto& w, auto& s) { claimFields(w, s); });
  if (withHeads) v.field("context_ids", c.contextIds);
}

/// Names of HeadKind in files, in the order of the enumeration.
inline constexpr const char* kHeadKinds[] = {"full", "retrieval", "routed", "streaming"};

}  // namespace presslab
