// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/export/comparison_rules.h"

#include <initializer_list>

#include "core/api/error.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

// Charts make a row or column of each of these.
constexpr int kMaxLayers = 1024, kMaxHeads = 1024, kMaxExperts = 4096;
constexpr size_t kMaxMethods = 1000;

void within(const std::string& where, int64_t value, int64_t lo, int64_t hi) {
  if (value >= lo && value <= hi) return;
  badInput(where + ": " + std::to_string(value) + " is outside " + std::to_string(lo) + " to " + std::to_string(hi));
}

void notNegative(const std::string& where, int64_t value) {
  if (value < 0) badInput(where + ": " + std::to_string(value) + " is negative");
}

std::string indexed(const std::string& at, const char* list, size_t i) { return at + list + "[" + std::to_string(i) + "]."; }

void requireSensible(const std::string& at, const HeadMetrics& h) {
  within(at + "layer", h.layer, 0, kMaxLayers - 1);
  within(at + "head", h.head, 0, kMaxHeads - 1);
  notNegative(at + "bytes", h.bytes);
  notNegative(at + "total", h.total);
  within(at + "kept", h.kept, 0, h.total);
  int32_t last = -1;
  for (const int32_t p : h.positions) {
    if (p <= last) badInput(at + "positions: " + std::to_string(p) + " after " + std::to_string(last) + " does not ascend from 0");
    last = p;
  }
}

void requireSensible(const std::string& at, const ExpertMetrics& e) {
  within(at + "layer", e.layer, 0, kMaxLayers - 1);
  within(at + "expert", e.expert, 0, kMaxExperts - 1);
  for (const int64_t count : {e.tokens, e.dropped, e.displaced}) notNegative(at + "tokens, dropped or displaced", count);
  for (const int32_t count : e.load) notNegative(at + "load", count);
}

void requireSensible(const std::string& at, const MethodMetrics& m) {
  for (const int64_t count : {m.contextTokens, m.questionTokens, m.newTokens})
    notNegative(at + "context_tokens, question_tokens or new_tokens", count);
  for (const int64_t bytes : {m.kvBytes, m.kvBytesFull, m.kvBytesPeak, m.kvBytesEnd, m.kvBytesReserved, m.kvBytesPredicted}) {
    notNegative(at + "kv_bytes or a figure like it", bytes);
  }
  within(at + "eos_at", m.eosAt, -1, int64_t(m.ids.size()) - 1);
  for (size_t i = 0; i < m.memory.size(); ++i) {
    within(indexed(at, "memory", i) + "layer", m.memory[i].layer, -1, kMaxLayers - 1);
    within(indexed(at, "memory", i) + "token", m.memory[i].token, -1, INT32_MAX);
  }
  for (size_t i = 0; i < m.heads.size(); ++i) requireSensible(indexed(at, "heads", i), m.heads[i]);
  for (size_t i = 0; i < m.experts.size(); ++i) requireSensible(indexed(at, "experts", i), m.experts[i]);
  for (size_t i = 0; i < m.balance.size(); ++i) within(indexed(at, "balance", i) + "layer", m.balance[i].layer, 0, kMaxLayers - 1);
}

}  // namespace

void requireSensible(const Comparison& c) {
  if (c.methods.size() > kMaxMethods) badInput("methods: " + std::to_string(c.methods.size()) + " of them, at most " + std::to_string(kMaxMethods));
  if (c.match != "ratio" && c.match != "bytes" && c.match != "quality")
    badInput("match: '" + printable(c.match, 40) + "' is none of ratio, bytes, quality");
  notNegative("context_tokens", c.contextTokens);
  notNegative("question_tokens", c.questionTokens);
  within("stamp.layers", c.stamp.layers, 0, kMaxLayers);
  within("stamp.kv_heads", c.stamp.kvHeads, 0, kMaxHeads);
  for (size_t i = 0; i < c.methods.size(); ++i) requireSensible(indexed("", "methods", i), c.methods[i]);
}

}  // namespace presslab
