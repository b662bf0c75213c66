// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/gguf_model.h"

#include <array>
#include <cmath>
#include <cstring>
#include <map>

#include "core/format/architecture.h"
#include "core/format/tensor_types.h"

namespace presslab {

namespace {

class GgufModel final : public ModelFile {
 public:
  GgufModel(const std::string& path, bool headerOnly) : m_file(path), m_header(m_file) {
    // The architecture comes first: it is what a user with a file of another family must read.
    const GgufKeyValue* tokens = m_header.find("tokenizer.ggml.tokens");
    m_config = readConfig(m_header, tokens && tokens->type == GgufType::Array && tokens->count <= (1u << 21) ? int(tokens->count) : 0);
    m_traits = architectureOfGguf(m_config.architecture);
    // A vocabulary that the embedding contradicts is refused before it is copied.
    if (m_config.vocab > 0) bind("token_embd.weight", m_config.vocab, m_config.hidden);
    m_vocab = readVocab(m_header);
    bindTensors();
    if (!headerOnly && m_traits->neighbouringPairsInGguf) reorderAll();
    fillInfo();
  }

 private:
  TensorView bind(const std::string& name, int64_t rows, int64_t cols);
  TensorView bias(const std::string& name, int64_t size, bool required);
  void bindTensors();
  void bindLayer(int index);
  void bindAttention(const std::string& prefix, LayerTensors&);
  void bindFeedForward(const std::string& prefix, LayerTensors&);
  void refuseUnknownParts(const std::string& prefix);
  bool readFreqFactors(const std::string& name);
  void readLongRope();
  void reorderAll();
  void reorder(TensorView&, int heads);
  void fillInfo();

  MappedFile m_file;
  GgufHeader m_header;
  const ArchitectureTraits* m_traits = nullptr;
  std::vector<std::unique_ptr<std::byte[]>> m_owned;  // q and k with their rows in Hugging Face order
};

/// A tensor of exactly rows x cols; rows 1 means a vector.
TensorView GgufModel::bind(const std::string& name, int64_t rows, int64_t cols) {
  const GgufTensor* t = m_header.findTensor(name);
  if (!t) {
    const bool layer = name.rfind("blk.", 0) == 0;
    const std::string key = m_config.architecture + ".block_count";
    const GgufKeyValue* blocks = m_header.find(key);
    m_header.fail(layer && blocks ? blocks->valueOffset : 24, "tensor '" + name + "'",
                  layer ? "is missing ('" + key + "' is " + std::to_string(m_config.layers) + ")" : std::string("is missing"));
  }
  if (t->dims[0] != uint64_t(cols) || t->dims[1] != uint64_t(rows) || t->dims[2] != 1 || t->dims[3] != 1) {
    const auto shape = [](uint64_t a, uint64_t b) { return std::to_string(a) + (b == 1 ? "" : " x " + std::to_string(b)); };
    std::string has = shape(t->dims[0], t->dims[1]);
    if (t->dims[2] != 1 || t->dims[3] != 1)
      has = std::to_string(t->dims[0]) + " x " + std::to_string(t->dims[1]) + " x " + std::to_string(t->dims[2]) + " x " + std::to_string(t->dims[3]);
    m_header.fail(t->infoOffset, "tensor '" + name + "'", "shape is " + has + ", the metadata asks for " + shape(uint64_t(cols), uint64_t(rows)));
  }
  TensorView view;
  view.name = name;
  view.type = t->type;
  view.rows = rows;
  view.cols = cols;
  view.data = m_header.at(t->dataOffset);
  return view;
}

/// Parts that change a layer's result and that this engine does not compute. Tensors with other names are left unread.
void GgufModel::refuseUnknownParts(const std::string& prefix) {
  static constexpr std::array<const char*, 5> kParts{"ffn_gate.bias", "ffn_gate_inp.weight", "ffn_gate_exps.weight", "attn_sinks.weight",
                                                     "attn_sub_norm.weight"};
  const auto refuse = [&](const char* part) {
    if (const GgufTensor* t = m_header.findTensor(prefix + part))
      m_header.fail(t->infoOffset, "tensor '" + prefix + part + "'", "is not supported in the " + m_config.architecture + " architecture here");
  };
  for (const char* part : kParts) refuse(part);
  if (!m_traits->qkNorm)
    for (const char* part : {"attn_q_norm.weight", "attn_k_norm.weight"}) refuse(part);
  if (!m_traits->postNorms)
    for (const char* part : {"post_attention_norm.weight", "post_ffw_norm.weight"}) refuse(part);
  if (m_config.norm != Norm::Layer)
    for (const char* part : {"attn_norm.bias", "ffn_norm.bias"}) refuse(part);
}

/// A bias; one that the architecture always has must be there.
TensorView GgufModel::bias(const std::string& name, int64_t size, bool required) {
  return required || m_header.findTensor(name) ? bind(name, 1, size) : TensorView{};
}

void GgufModel::bindAttention(const std::string& p, LayerTensors& t) {
  const ModelConfig& c = m_config;
  const int64_t hidden = c.hidden, q = int64_t{c.heads} * c.headDim, kv = int64_t{c.kvHeads} * c.headDim;
  const bool qkvBias = m_traits->qkvBias;
  if (m_traits->fusedQkv && m_header.findTensor(p + "attn_qkv.weight")) {
    const TensorView all = bind(p + "attn_qkv.weight", q + 2 * kv, hidden), biases = bias(p + "attn_qkv.bias", q + 2 * kv, qkvBias);
    t.q = all.part(0, q);
    t.k = all.part(q, kv);
    t.v = all.part(q + kv, kv);
    t.qBias = biases.part(0, q);
    t.kBias = biases.part(q, kv);
    t.vBias = biases.part(q + kv, kv);
  } else {
    t.q = bind(p + "attn_q.weight", q, hidden);
    t.k = bind(p + "attn_k.weight", kv, hidden);
    t.v = bind(p + "attn_v.weight", kv, hidden);
    t.qBias = bias(p + "attn_q.bias", q, qkvBias);
    t.kBias = bias(p + "attn_k.bias", kv, qkvBias);
    t.vBias = bias(p + "attn_v.bias", kv, qkvBias);
  }
  t.o = bind(p + "attn_output.weight", hidden, q);
  t.oBias = bias(p + "attn_output.bias", hidden, m_traits->linearBias);
  if (!m_traits->qkNorm) return;
  t.qNorm = bind(p + "attn_q_norm.weight", 1, c.headDim);
  t.kNorm = bind(p + "attn_k_norm.weight", 1, c.headDim);
}

void GgufModel::bindFeedForward(const std::string& p, LayerTensors& t) {
  const int64_t hidden = m_config.hidden, wide = m_config.feedForward;
  const bool biased = m_traits->linearBias;
  if (m_traits->fusedGateUp && !m_header.findTensor(p + "ffn_gate.weight")) {
    const TensorView both = bind(p + "ffn_up.weight", 2 * wide, hidden);
    t.gate = both.part(0, wide);
    t.up = both.part(wide, wide);
  } else {
    if (m_config.gated) t.gate = bind(p + "ffn_gate.weight", wide, hidden);
    t.up = bind(p + "ffn_up.weight", wide, hidden);
  }
  t.upBias = bias(p + "ffn_up.bias", wide, biased);
  t.down = bind(p + "ffn_down.weight", hidden, wide);
  t.downBias = bias(p + "ffn_down.bias", hidden, biased);
}

void GgufModel::bindLayer(int index) {
  const std::string p = "blk." + std::to_string(index) + ".";
  const int64_t hidden = m_config.hidden;
  LayerTensors t;
  t.attnNorm = bind(p + "attn_norm.weight", 1, hidden);
  bindAttention(p, t);
  t.ffnNorm = bind(p + "ffn_norm.weight", 1, hidden);
  bindFeedForward(p, t);
  if (m_config.norm == Norm::Layer) {
    t.attnNormBias = bias(p + "attn_norm.bias", hidden, true);
    t.ffnNormBias = bias(p + "ffn_norm.bias", hidden, true);
  }
  if (m_traits->postNorms) {
    t.attnPostNorm = bind(p + "post_attention_norm.weight", 1, hidden);
    t.ffnPostNorm = bind(p + "post_ffw_norm.weight", 1, hidden);
  }
  refuseUnknownParts(p);
  m_layers.push_back(std::move(t));
}

void GgufModel::bindTensors() {
  const ModelConfig& c = m_config;
  m_embedding = bind("token_embd.weight", c.vocab, c.hidden);
  if (m_traits->learnedPositions) m_positions = bind("position_embd.weight", c.contextLength, c.hidden);
  m_outputNorm = bind("output_norm.weight", 1, c.hidden);
  if (c.norm == Norm::Layer) m_outputNormBias = bind("output_norm.bias", 1, c.hidden);
  m_config.tiedEmbedding = m_header.findTensor("output.weight") == nullptr;
  m_output = c.tiedEmbedding ? m_embedding : bind("output.weight", c.vocab, c.hidden);
  if (const GgufTensor* t = m_header.findTensor("output.bias")) m_header.fail(t->infoOffset, "tensor 'output.bias'", "is not supported here");
  for (int l = 0; l < c.layers; ++l) bindLayer(l);
  if (c.ropeDim == 0) return;
  readFreqFactors("rope_freqs.weight");
  readLongRope();
}

/// Divisors of the rotary frequencies; false when the file has none.
bool GgufModel::readFreqFactors(const std::string& name) {
  const GgufTensor* t = m_header.findTensor(name);
  if (!t) return false;
  const TensorView view = bind(name, 1, m_config.ropeDim / 2);
  m_config.ropeFreqFactors = dequantize(view);
  for (size_t i = 0; i < m_config.ropeFreqFactors.size(); ++i) {
    const float f = m_config.ropeFreqFactors[i];
    if (!std::isfinite(f) || f <= 0) {
      m_header.fail(t->dataOffset, "tensor '" + name + "'", "element " + std::to_string(i) + " is " + std::to_string(f) + " (finite and above 0)");
    }
  }
  return true;
}

/// Phi-3 has two sets of factors, one for contexts up to the length it was first trained on and one for longer ones. Keys in a cache were
/// turned by one of them, so the short set is used and the context ends where it does.
void GgufModel::readLongRope() {
  if (!readFreqFactors("rope_factors_short.weight")) return;
  ModelConfig& c = m_config;
  const std::string prefix = c.architecture + ".rope.scaling.";
  const GgufKeyValue* original = m_header.find(prefix + "original_context_length");
  if (!original) m_header.fail(24, "'" + prefix + "original_context_length'", "the key is missing beside rope_factors_short.weight");
  const uint64_t first = m_header.unsignedInt(*original);
  if (first < 2) m_header.failKey(*original, std::to_string(first) + " (2 or more)");
  const double grown = double(c.contextLength) / double(first);
  c.ropeScale = grown > 1 ? float(std::sqrt(1 + std::log(grown) / std::log(double(first)))) : 1.f;
  if (const GgufKeyValue* factor = m_header.find(prefix + "attn_factor")) {
    const double x = m_header.number(*factor);
    if (!std::isfinite(x) || x <= 0) m_header.failKey(*factor, "attention factor " + std::to_string(x) + " (finite and above 0)");
    c.ropeScale = float(x);
  }
  if (int64_t(first) >= c.contextLength) return;
  m_info.notices.push_back("the context ends at " + std::to_string(first) + " of " + std::to_string(c.contextLength) +
                           " positions: rotary factors for longer ones are not used here");
  c.contextLength = int64_t(first);
}

/// The file keeps a rotary pair (i, i + n/2) in neighbouring rows 2i, 2i + 1; rows are independent in every block encoding, so they are
/// copied whole. A bias is a column of such rows.
void GgufModel::reorder(TensorView& t, int heads) {
  if (!t) return;
  const int64_t bytes = t.bytes(), rowBytes = t.rows == 1 ? bytes / t.cols : t.rowBytes(), half = m_config.ropeDim / 2;
  std::unique_ptr<std::byte[]> copy(new std::byte[size_t(bytes)]);
  for (int64_t head = 0; head < heads; ++head) {
    for (int64_t d = 0; d < m_config.headDim; ++d) {
      const int64_t source = d < half ? 2 * d : d < 2 * half ? 2 * (d - half) + 1 : d;
      const int64_t base = head * m_config.headDim;
      std::memcpy(copy.get() + (base + d) * rowBytes, t.data + (base + source) * rowBytes, size_t(rowBytes));
    }
  }
  m_file.release(t.data, uint64_t(bytes));  // the copy replaces these pages
  t.data = copy.get();
  m_owned.push_back(std::move(copy));
}

void GgufModel::reorderAll() {
  for (LayerTensors& t : m_layers) {
    reorder(t.q, m_config.heads);
    reorder(t.k, m_config.kvHeads);
    reorder(t.qBias, m_config.heads);
    reorder(t.kBias, m_config.kvHeads);
  }
}

void GgufModel::fillInfo() {
  ModelInfo& i = m_info;
  const ModelConfig& c = m_config;
  i.path = m_file.path();
  i.architecture = c.architecture;
  i.format = "GGUF v" + std::to_string(m_header.version());
  i.layers = c.layers;
  i.heads = c.heads;
  i.kvHeads = c.kvHeads;
  i.headDim = c.headDim;
  i.hidden = c.hidden;
  i.feedForward = c.feedForward;
  i.vocab = c.vocab;
  i.contextLength = c.contextLength;
  i.fileBytes = int64_t(m_file.size());
  i.ropeTheta = c.ropeDim > 0 ? double(c.ropeTheta) : 0;
  describeWindow(c, i);
  i.normEps = double(c.normEps);
  i.hasChatTemplate = !m_vocab.chatTemplate.empty();
  i.tokenizerModel = printable(m_vocab.model, 120);
  i.preTokenizer = printable(m_vocab.pre, 120);
  if (const GgufKeyValue* name = m_header.find("general.name")) i.name = printable(std::string(m_header.string(*name)), 200);
  if (i.name.empty()) {
    const size_t slash = i.path.find_last_of('/');
    i.name = printable(slash == std::string::npos ? i.path : i.path.substr(slash + 1), 200);
  }
  std::map<TensorType, uint64_t> byType;
  for (const GgufTensor& t : m_header.tensors()) {
    if (t.name.rfind("rope_f", 0) == 0) continue;  // rope_freqs, rope_factors_*
    i.parameters += int64_t(t.dims[0] * t.dims[1] * t.dims[2] * t.dims[3]);
    byType[t.type] += t.bytes;
  }
  for (const LayerTensors& t : m_layers) {
    for (const TensorView* v :
         {&t.attnNorm, &t.q,     &t.k,     &t.v,           &t.o,      &t.ffnNorm,  &t.gate,  &t.up,    &t.down,         &t.attnNormBias, &t.qBias,
          &t.kBias,    &t.vBias, &t.oBias, &t.ffnNormBias, &t.upBias, &t.downBias, &t.qNorm, &t.kNorm, &t.attnPostNorm, &t.ffnPostNorm}) {
      if (*v) i.weightBytes += v->bytes();
    }
  }
  i.weightBytes += m_outputNorm.bytes() + m_output.bytes() + (c.tiedEmbedding ? 0 : m_embedding.rowBytes());
  if (m_outputNormBias) i.weightBytes += m_outputNormBias.bytes();
  if (m_positions) i.weightBytes += m_positions.rowBytes();
  const GgufKeyValue* fileType = m_header.find("general.file_type");
  const char* typeName = fileType ? fileTypeName(m_header.unsignedInt(*fileType)) : nullptr;
  if (typeName) {
    i.quantization = typeName;
  } else {
    uint64_t most = 0;
    for (const auto& [type, bytes] : byType) {
      if (bytes > most) {
        most = bytes;
        i.quantization = traits(type).name;
      }
    }
  }
}

}  // namespace

std::unique_ptr<ModelFile> openGguf(const std::string& path, bool headerOnly) { return std::make_unique<GgufModel>(path, headerOnly); }

}  // namespace presslab
