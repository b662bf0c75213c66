// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The engine's own arithmetic of memory, before it runs: what cpu_backend.cpp packs, what ragged_cache.cpp holds, what cpu_sequence.cpp makes.
#include "core/api/memory_estimate.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "core/api/error.h"
#include "core/engine/session.h"
#include "core/format/architecture.h"
#include "core/format/gguf_model.h"
#include "core/methods/press_table.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr int64_t kRopeStep = 4096, kRopeAhead = 512;  // cpu_backend.cpp, cpu_sequence.cpp
constexpr int64_t kBandwidthBytes = int64_t{1} << 27;  // cpu_backend.cpp
constexpr int64_t kProgramBytes = int64_t{9} << 18;    // code that a first run touches, stacks of the threads: measured on Linux, x86-64
constexpr int64_t kStringBytes = 32, kHeapBytes = 16;  // std::string; a block of the heap beside its content
constexpr int64_t kTableBytes = 40;                    // node and bucket of a hash table
constexpr int64_t kPiece = 15;                         // longest text inside a std::string

int64_t textBytes(const std::string& text) {
  const int64_t n = int64_t(text.size());
  return kStringBytes + (n > kPiece ? (n + 1 + kHeapBytes + 15) / 16 * 16 : 0);
}

/// The file's lists, and the tokenizer's own with its tables.
int64_t vocabularyBytes(const VocabData& v) {
  int64_t tokens = 0, merges = 0;
  for (const std::string& t : v.tokens) tokens += textBytes(t);
  for (const std::string& m : v.merges) merges += textBytes(m);
  const int64_t tables = int64_t(v.tokens.size() + v.merges.size()) * kTableBytes;
  return 2 * tokens + merges + tables + int64_t(v.types.size() + v.scores.size()) * 4;
}

struct Activations {
  int64_t sequence, chunk;  // bytes: of all positions, of a chunk
};

Activations activations(const ModelFootprint& m, int64_t tokens) {
  const ModelInfo& i = m.info;
  const int64_t q = int64_t(i.heads) * i.headDim, kv = int64_t(i.kvHeads) * i.headDim;
  return {tokens * i.hidden * 4, std::min(tokens, kPrefillChunk) * (2 * i.hidden + 2 * q + 2 * kv + 2 * int64_t(i.feedForward)) * 4};
}

int64_t traceBytes(const ModelFootprint& m, const TraceNeeds& needs, int64_t tokens) {
  const ModelInfo& i = m.info;
  int64_t floats = 0;
  if (needs.queries) floats += int64_t(i.heads) * i.headDim;
  if (needs.input) floats += i.hidden;
  if (needs.residual) floats += i.hidden;
  if (m.kvType != KvType::F32) floats += int64_t(needs.keys + needs.values) * i.kvHeads * i.headDim;
  return floats * tokens * 4;
}

/// The larger of what attention packs of a layer and what a product makes of a chunk's rows.
int64_t kernelBytes(const ModelFootprint& m, int64_t tokens) {
  const bool bf16 = !m.exact && kernels::bestIsa() == kernels::Isa::Amx;
  const int64_t attention = 2 * tokens * m.info.kvHeads * m.info.headDim * (bf16 ? 2 : 4);
  const int64_t rows = std::min(tokens, kPrefillChunk) * m.widestColumns * (m.exact ? 0 : 2);
  return std::max(attention, rows);
}

int64_t ropeBytes(const ModelFootprint& m, int64_t positions) {
  return (positions + kRopeStep - 1) / kRopeStep * kRopeStep * (m.ropeDim / 2) * 2 * 4;
}

MethodMemory methodMemory(const ModelFootprint& m, const std::string& spec, int64_t tokens, int newTokens) {
  MethodMemory out;
  out.method = spec;
  const ModelInfo& i = m.info;
  RunContext run;
  run.shape = shapeOf(i);
  run.tokens = tokens;
  const int64_t row = 2 * kvRowBytes(m.kvType, i.headDim), full = row * run.shape.headTokens(tokens), whole = row * i.kvHeads * tokens;
  try {
    if (tokens < 1) badInput("the context has no tokens");
    if (tokens > i.contextLength) badInput("the context has " + std::to_string(tokens) + " of " + std::to_string(i.contextLength) + " positions");
    const PressPtr press = makePress(spec);
    const int64_t kept = press->predictKept(run);
    out.kvBytes = press->predictBytes(run, row);
    // Beside a layer that stands whole lie the others, cut; of layers with a window the last one can be any.
    out.kvBytesPeak = run.shape.bounded.empty() ? std::min(full, out.kvBytes * (i.layers - 1) / i.layers + full / i.layers)
                                                : std::min(full + whole, out.kvBytes + whole);
    const bool again = press->rereads() && press->ratio() > 0;
    if (again) out.kvBytesPeak = full + 2 * whole;  // the whole cache, and a layer of it with the rows of a repetition as long
    const Activations a = activations(m, tokens);
    out.scratchBytes = a.sequence + a.chunk + traceBytes(m, press->needs(), tokens) + kernelBytes(m, tokens);
    if (again)
      out.scratchBytes =
          std::max(out.scratchBytes, a.sequence + a.chunk + traceBytes(m, press->rereadNeeds(), 2 * tokens) + kernelBytes(m, 2 * tokens));
    // The cache's list of positions and the plan's.
    out.otherBytes = 2 * kept * 4 + ropeBytes(m, tokens + kRopeAhead) + int64_t(i.vocab) * 4;
    // New tokens come when the scratch has been given back.
    const int64_t decoding = out.kvBytes + row * run.shape.heads() * newTokens, reading = out.kvBytesPeak + a.sequence + a.chunk;
    if (decoding > reading) out.otherBytes += decoding - reading;
  } catch (const Failure& e) {
    out = {};
    out.method = spec;
    out.error = e.what();
  }
  return out;
}

}  // namespace

int64_t availableMemory() {
  std::FILE* file = std::fopen("/proc/meminfo", "r");
  if (!file) return 0;
  char line[256];
  long long kib = 0;
  while (std::fgets(line, sizeof line, file)) {
    if (std::sscanf(line, "MemAvailable: %lld kB", &kib) == 1) break;
  }
  std::fclose(file);
  return int64_t(kib) * 1024;
}

ModelFootprint modelFootprint(const ModelSpec& spec) {
  const std::unique_ptr<ModelFile> file = openModelFile(resolveModel(spec.path), true);
  const ModelConfig& c = file->config();
  ModelFootprint m;
  m.info = file->info();
  m.exact = spec.precision == Precision::Exact;
  m.kvType = spec.kvType.value_or(m.exact ? KvType::F32 : KvType::F16);
  m.ropeDim = c.ropeDim;
  const auto add = [&](const TensorView& t) {
    m.weightBytes += kernels::Matrix::packedBytes(kernels::QuantType(int(t.type)), t.rows, t.cols, m.exact);
    m.widestColumns = std::max(m.widestColumns, int(t.cols));
  };
  const ArchitectureTraits* traits = architectureOfGguf(c.architecture);
  const bool neighbours = traits && traits->neighbouringPairsInGguf && m.info.format.starts_with("GGUF");
  for (int l = 0; l < c.layers; ++l) {
    const LayerTensors& t = file->layer(l);
    for (const TensorView* w : {&t.q, &t.k, &t.v, &t.o, &t.gate, &t.up, &t.down})
      if (*w) add(*w);
    for (const TensorView* w : {&t.attnNorm, &t.attnNormBias, &t.ffnNorm, &t.ffnNormBias, &t.attnPostNorm, &t.ffnPostNorm, &t.qNorm, &t.kNorm,
                                &t.qBias, &t.kBias, &t.vBias, &t.oBias, &t.upBias, &t.downBias})
      if (*w) m.weightBytes += w->cols * 4;
    if (neighbours) m.reorderedBytes += t.q.bytes() + t.k.bytes();
  }
  add(file->output());
  m.weightBytes += int64_t(c.hidden) * 4;
  if (file->outputNormBias()) m.weightBytes += int64_t(c.hidden) * 4;
  if (file->positions()) m.weightBytes += c.contextLength * c.hidden * 4;
  if (!c.tiedEmbedding) m.weightBytes += file->embedding().bytes();
  m.mappedBytes = m.info.fileBytes - m.reorderedBytes;
  m.vocabularyBytes = vocabularyBytes(file->vocab());
  return m;
}

MemoryEstimate estimateMemory(const ModelFootprint& m, const std::vector<std::string>& methods, int64_t contextTokens, int newTokens) {
  MemoryEstimate e;
  e.loadedBytes = m.loadedBytes() + kProgramBytes;
  e.availableBytes = availableMemory();
  e.bandwidthBytes = kBandwidthBytes;
  int64_t plans = 0;
  for (const std::string& spec : methods) {
    e.methods.push_back(methodMemory(m, spec, contextTokens, newTokens));
    e.methodBytes = std::max(e.methodBytes, e.methods.back().peakBytes());
    plans += e.methods.back().kvBytes / std::max<int64_t>(1, 2 * kvRowBytes(m.kvType, m.info.headDim)) * 4;
  }
  const int64_t full = 2 * kvRowBytes(m.kvType, m.info.headDim) * shapeOf(m.info).headTokens(contextTokens);
  const Activations a = activations(m, contextTokens);
  const int64_t answer = int64_t(std::max(newTokens - 1, 0)) * m.info.vocab * 4;
  e.qualityBytes =
      std::max(full + a.sequence + a.chunk, 2 * full + answer) + plans + ropeBytes(m, contextTokens + kRopeAhead) + kernelBytes(m, contextTokens);
  return e;
}

int64_t MemoryEstimate::peakBytes() const { return loadedBytes + std::max({methodBytes, qualityBytes, bandwidthBytes}); }

}  // namespace presslab
