// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/gguf_model.h"

#include <array>
#include <cmath>
#include <cstring>
#include <map>

#include "core/format/tensor_types.h"

namespace presslab {

namespace {

class GgufModel final : public ModelFile {
 public:
  GgufModel(const std::string& path, bool headerOnly) : m_file(path), m_header(m_file) {
    // The architecture comes first: it is what a user with a file of another family must read.
    const GgufKeyValue* tokens = m_header.find("tokenizer.ggml.tokens");
    m_config = readConfig(m_header, tokens && tokens->type == GgufType::Array && tokens->count <= (1u << 21) ? int(tokens->count) : 0);
    // A vocabulary that the embedding contradicts is refused before it is copied.
    if (m_config.vocab > 0) bind("token_embd.weight", m_config.vocab, m_config.hidden);
    m_vocab = readVocab(m_header);
    bindTensors();
    if (!headerOnly) reorderAll();
    fillInfo();
  }

 private:
  TensorView bind(const std::string& name, int64_t rows, int64_t cols);
  void bindTensors();
  void bindLayer(int index);
  void refuseUnknownParts(const std::string& prefix);
  void readFreqFactors();
  void reorderAll();
  void reorder(TensorView&, int heads);
  void fillInfo();

  MappedFile m_file;
  GgufHeader m_header;
  std::vector<std::unique_ptr<std::byte[]>> m_owned;  // q and k with their rows in Hugging Face order
};

/// A tensor of exactly rows x cols; rows 1 means a vector.
TensorView GgufModel::bind(const std::string& name, int64_t rows, int64_t cols) {
  const GgufTensor* t = m_header.findTensor(name);
  if (!t) {
    const bool layer = name.rfind("blk.", 0) == 0;
    const GgufKeyValue* blocks = m_header.find("llama.block_count");
    m_header.fail(layer && blocks ? blocks->valueOffset : 24, "tensor '" + name + "'",
                  layer ? "is missing ('llama.block_count' is " + std::to_string(m_config.layers) + ")" : std::string("is missing"));
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
  static constexpr std::array<const char*, 13> kParts{
      "attn_q.bias", "attn_k.bias",   "attn_v.bias",         "attn_output.bias",     "attn_norm.bias",     "ffn_norm.bias",     "ffn_gate.bias",
      "ffn_up.bias", "ffn_down.bias", "ffn_gate_inp.weight", "ffn_gate_exps.weight", "attn_q_norm.weight", "attn_k_norm.weight"};
  for (const char* part : kParts) {
    if (const GgufTensor* t = m_header.findTensor(prefix + part)) {
      m_header.fail(t->infoOffset, "tensor '" + prefix + part + "'", "is not supported in the llama architecture here");
    }
  }
}

void GgufModel::bindLayer(int index) {
  const ModelConfig& c = m_config;
  const std::string p = "blk." + std::to_string(index) + ".";
  const int64_t hidden = c.hidden, q = int64_t{c.heads} * c.headDim, kv = int64_t{c.kvHeads} * c.headDim, ffn = c.feedForward;
  LayerTensors t;
  t.attnNorm = bind(p + "attn_norm.weight", 1, hidden);
  t.q = bind(p + "attn_q.weight", q, hidden);
  t.k = bind(p + "attn_k.weight", kv, hidden);
  t.v = bind(p + "attn_v.weight", kv, hidden);
  t.o = bind(p + "attn_output.weight", hidden, q);
  t.ffnNorm = bind(p + "ffn_norm.weight", 1, hidden);
  t.gate = bind(p + "ffn_gate.weight", ffn, hidden);
  t.up = bind(p + "ffn_up.weight", ffn, hidden);
  t.down = bind(p + "ffn_down.weight", hidden, ffn);
  refuseUnknownParts(p);
  m_layers.push_back(std::move(t));
}

void GgufModel::bindTensors() {
  m_embedding = bind("token_embd.weight", m_config.vocab, m_config.hidden);
  m_outputNorm = bind("output_norm.weight", 1, m_config.hidden);
  m_config.tiedEmbedding = m_header.findTensor("output.weight") == nullptr;
  m_output = m_config.tiedEmbedding ? m_embedding : bind("output.weight", m_config.vocab, m_config.hidden);
  for (int l = 0; l < m_config.layers; ++l) bindLayer(l);
  readFreqFactors();
}

void GgufModel::readFreqFactors() {
  const GgufTensor* t = m_header.findTensor("rope_freqs.weight");
  if (!t) return;
  const TensorView view = bind("rope_freqs.weight", 1, m_config.ropeDim / 2);
  m_config.ropeFreqFactors = dequantize(view);
  for (size_t i = 0; i < m_config.ropeFreqFactors.size(); ++i) {
    const float f = m_config.ropeFreqFactors[i];
    if (!std::isfinite(f) || f <= 0) {
      m_header.fail(t->dataOffset, "tensor 'rope_freqs.weight'",
                    "element " + std::to_string(i) + " is " + std::to_string(f) + " (finite and above 0)");
    }
  }
}

/// The file keeps a rotary pair (i, i + n/2) in neighbouring rows 2i, 2i + 1; rows are independent in every block encoding, so they are
/// copied whole.
void GgufModel::reorder(TensorView& t, int heads) {
  const int64_t rowBytes = t.rowBytes(), bytes = t.bytes(), half = m_config.ropeDim / 2;
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
  i.ropeTheta = double(c.ropeTheta);
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
    if (t.name == "rope_freqs.weight") continue;
    i.parameters += int64_t(t.dims[0] * t.dims[1] * t.dims[2] * t.dims[3]);
    byType[t.type] += t.bytes;
  }
  for (const LayerTensors& t : m_layers) {
    for (const TensorView* v : {&t.attnNorm, &t.q, &t.k, &t.v, &t.o, &t.ffnNorm, &t.gate, &t.up, &t.down}) i.weightBytes += v->bytes();
  }
  i.weightBytes += m_outputNorm.bytes() + m_output.bytes() + (c.tiedEmbedding ? 0 : m_embedding.rowBytes());
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
std::unique_ptr<ModelFile> openModelFile(const std::string& path, bool headerOnly) { return openGguf(path, headerOnly); }

}  // namespace presslab
