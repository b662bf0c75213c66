// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/kvq_press.h"

#include <algorithm>
#include <numeric>

#include "core/api/error.h"
#include "core/press/press_rows.h"

namespace presslab {
namespace {

constexpr std::string_view kKivi = "arXiv 2402.02750";

constexpr ParamSpec kParams[]{
    {"bits", "Bits", ParamType::Choice, "", 0, 0, "4", "Bits of a stored number, scales apart: 8 is q8_0, 4 and 2 follow the scheme", kKivi, "8|4|2",
     "nbits", true},
    {"scheme", "Scheme", ParamType::Choice, "", 0, 0, "kivi",
     "kivi: scale and minimum of keys by channel over 32 tokens, of values by token over 32 channels; ggml: q4_0. Without effect with bits=8", kKivi,
     "kivi|ggml", "", false},
    {"residual", "Residual window", ParamType::Int, "tok", 0, 1048576, "128",
     "Latest tokens of a head that stay as they are; up to 31 more wait until a block is full", kKivi, "", "residual_length", false}};

kernels::KvForm formOf(const PressArgs& args) {
  const std::string &bits = args.text("bits"), &scheme = args.text("scheme");
  if (bits == "8") return kernels::KvForm::Q8_0;
  if (scheme == "kivi") return bits == "4" ? kernels::KvForm::Kivi4 : kernels::KvForm::Kivi2;
  if (bits == "2") badInput("kvq: scheme=ggml has no 2 bits (8 or 4; scheme=kivi has 2)");
  return kernels::KvForm::Q4_0;
}

PressPtr make(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<KvqPress>(args); }

}  // namespace

KvqPress::KvqPress(const PressArgs& args) : m_spec(specText(kKvqRow.info, args)), m_quant{formOf(args), args.integer("residual")} {}

std::string KvqPress::spec() const { return m_inner ? m_inner->spec() + "+" + m_spec : m_spec; }

int64_t KvqPress::predictKept(const RunContext& run) const { return m_inner ? m_inner->predictKept(run) : run.shape.headTokens(run.tokens); }

/// Every head is taken to have the mean length: exact for uniform presses.
int64_t KvqPress::predictBytes(const RunContext& run, int64_t rowBytes) const {
  const int64_t kept = predictKept(run), heads = std::max(1, run.shape.heads());
  const int64_t blocks = std::max<int64_t>(kept / heads - m_quant.residual, 0) / kernels::kKvBlock;
  const int64_t freed = rowBytes * kernels::kKvBlock - 2 * kernels::kvBlockBytes(m_quant.form, run.shape.headDim);
  return rowBytes * kept - heads * blocks * freed;
}

std::vector<std::string> KvqPress::begin(const RunContext& run) {
  if (run.shape.headDim % kernels::kKvBlock != 0)
    badInput(m_spec + ": the head dimension " + std::to_string(run.shape.headDim) + " is no multiple of " + std::to_string(kernels::kKvBlock));
  m_kvHeads = run.shape.kvHeads;
  std::vector<std::string> notes = m_inner ? m_inner->begin(run) : std::vector<std::string>();
  const int64_t mean = predictKept(run) / std::max(1, run.shape.heads());
  if (mean < m_quant.residual + kernels::kKvBlock) {
    notes.push_back(m_spec + ": a head keeps " + std::to_string(mean) + " tokens, the residual window " + std::to_string(m_quant.residual) +
                    ": nothing is quantised before it has grown by a block of " + std::to_string(kernels::kKvBlock));
  }
  if (run.shape.rowBytes > 0 && run.shape.rowBytes * kernels::kKvBlock <= 2 * kernels::kvBlockBytes(m_quant.form, run.shape.headDim))
    notes.push_back(m_spec + ": the cache's own type takes no more bytes; quantising frees none");
  return notes;
}

LayerKeep KvqPress::keep(const LayerTrace& trace) {
  LayerKeep layer;
  if (m_inner) {
    layer = m_inner->keep(trace);
  } else {
    layer.heads.resize(size_t(m_kvHeads));
    for (HeadKeep& head : layer.heads) {
      head.positions.resize(size_t(trace.tokens));
      std::iota(head.positions.begin(), head.positions.end(), 0);
    }
  }
  layer.quant = m_quant;
  return layer;
}

std::vector<LayerKeep> KvqPress::plan(const Reread& reread) {
  std::vector<LayerKeep> layers = m_inner ? m_inner->plan(reread) : std::vector<LayerKeep>();
  for (LayerKeep& layer : layers) layer.quant = m_quant;
  return layers;
}

const PressRow kKvqRow{
    {"kvq", "KV Quantisation", "Kept keys and values in blocks of few bits; behind any press with +", kKivi, kParams, false, false}, make};

}  // namespace presslab
