// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/hf_model.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>

#include "core/api/error.h"
#include "core/format/hf_config.h"
#include "core/format/hf_vocab.h"
#include "core/format/hf_weights.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;

/// How a family of architectures names its tensors. Layers: prefix + `layers` + number + "." + part.
struct Names {
  const char *embedding, *positions, *outputNorm, *layers, *attnNorm, *qkv, *q, *k, *v, *o, *ffnNorm, *gateUp, *gate, *up, *down;
};
constexpr Names kUsual{"embed_tokens",
                       "",
                       "norm",
                       "layers.",
                       "input_layernorm",
                       "self_attn.qkv_proj",
                       "self_attn.q_proj",
                       "self_attn.k_proj",
                       "self_attn.v_proj",
                       "self_attn.o_proj",
                       "post_attention_layernorm",
                       "mlp.gate_up_proj",
                       "mlp.gate_proj",
                       "mlp.up_proj",
                       "mlp.down_proj"};
constexpr Names kGpt2{"wte", "wpe", "ln_f", "h.", "ln_1", "attn.c_attn", "", "", "", "attn.c_proj", "ln_2", "", "", "mlp.c_fc", "mlp.c_proj"};
constexpr const char* kPrefixes[] = {"model.", "transformer.", "", "language_model.model.", "model.language_model."};
constexpr const char* kHeads[] = {"lm_head", "language_model.lm_head"};
constexpr const char* kBuffers[] = {".rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias"};  // made anew by every program that loads them

bool isBuffer(const std::string& name) {
  return std::any_of(std::begin(kBuffers), std::end(kBuffers), [&](const char* end) { return name.ends_with(end); });
}

bool isContiguous(const CheckpointTensor& t) {
  int64_t want = 1;
  for (size_t d = t.shape.size(); d-- > 0; want *= t.shape[d])
    if (t.shape[d] > 1 && t.strides[d] != want) return false;
  return true;
}

template <class T>
void turn(const std::byte* from, std::byte* to, int64_t inputs, int64_t outputs) {
  constexpr int64_t kBlock = 64;  // a square of it stays in the first cache
  for (int64_t i0 = 0; i0 < inputs; i0 += kBlock)
    for (int64_t o0 = 0; o0 < outputs; o0 += kBlock)
      for (int64_t o = o0; o < std::min(o0 + kBlock, outputs); ++o)
        for (int64_t i = i0; i < std::min(i0 + kBlock, inputs); ++i)
          std::memcpy(to + (o * inputs + i) * int64_t(sizeof(T)), from + (i * outputs + o) * int64_t(sizeof(T)), sizeof(T));
}

class HfModel final : public ModelFile {
 public:
  HfModel(const std::string& folder, const std::string& weights, bool headerOnly)
      : m_folder(folder), m_hf(readHfConfig((fs::path(folder) / "config.json").string())), m_weights(folder, weights), m_headerOnly(headerOnly) {
    m_config = m_hf.model;
    m_traits = m_hf.traits;
    m_names = m_traits->inputMajorInFolder ? &kGpt2 : &kUsual;
    findPrefix();
    bindTensors();
    refuseUnknownParts();
    m_vocab = readHfVocab(folder, m_config.vocab);
    fillInfo();
  }

 private:
  void findPrefix();
  TensorView view(const std::string& name, int64_t rows, int64_t cols, bool turned);
  TensorView bind(const std::string& name, int64_t rows, int64_t cols) { return view(name, rows, cols, false); }
  TensorView weight(const std::string& part, int64_t outputs, int64_t inputs);
  TensorView bias(const std::string& part, int64_t size, bool wanted) { return wanted ? bind(part + ".bias", 1, size) : TensorView{}; }
  std::byte* own(int64_t bytes);
  void bindTensors();
  void bindHead();
  void bindLayer(int index);
  void bindAttention(const std::string& prefix, LayerTensors&);
  void bindFeedForward(const std::string& prefix, LayerTensors&);
  bool sameAsEmbedding(const std::string& name) const;
  void refuseUnknownParts() const;
  void fillInfo();
  void addWeightBytes();

  std::string m_folder, m_prefix;
  HfConfig m_hf;
  HfWeights m_weights;
  bool m_headerOnly;
  const ArchitectureTraits* m_traits = nullptr;
  const Names* m_names = nullptr;
  std::set<std::string> m_used;
  std::vector<std::unique_ptr<std::byte[]>> m_owned;
};

void HfModel::findPrefix() {
  const std::string end = std::string(m_names->embedding) + ".weight";
  for (const char* prefix : kPrefixes) {
    m_prefix = prefix;
    if (m_weights.find(m_prefix + end)) return;
  }
  m_weights.fail((m_names == &kGpt2 ? "transformer." : "model.") + end, "is missing");
}

std::byte* HfModel::own(int64_t bytes) {
  m_owned.emplace_back(new std::byte[size_t(bytes)]);
  return m_owned.back().get();
}

/// A tensor of exactly rows x cols, or, when it is turned, of cols x rows in its file; rows 1 means a vector.
TensorView HfModel::view(const std::string& name, int64_t rows, int64_t cols, bool turned) {
  const CheckpointTensor* t = m_weights.find(name);
  if (!t) m_weights.fail(name, "is missing");
  const CheckpointTensor& e = *t;
  const std::vector<int64_t> wanted = rows == 1 ? std::vector{cols} : turned ? std::vector{cols, rows} : std::vector{rows, cols};
  if (e.shape != wanted) {
    const auto shape = [](const std::vector<int64_t>& dims) {
      std::string out;
      for (const int64_t d : dims) out += (out.empty() ? "" : " x ") + std::to_string(d);
      return out.empty() ? std::string("a number") : out;
    };
    m_weights.fail(name, "shape is " + shape(e.shape) + ", config.json asks for " + shape(wanted));
  }
  TensorView v;
  v.name = name;
  v.rows = rows;
  v.cols = cols;
  if (e.dtype == "F32") {
    v.type = TensorType::F32;
  } else if (e.dtype == "F16") {
    v.type = TensorType::F16;
  } else if (e.dtype == "BF16") {
    v.type = TensorType::BF16;
  } else {
    m_weights.fail(name, "type " + printable(e.dtype, 40) + " (F32, F16, BF16)");
  }
  v.data = e.data;
  if (!isContiguous(e)) m_weights.fail(name, "is no contiguous tensor");
  m_used.insert(name);
  const bool odd = reinterpret_cast<uintptr_t>(e.data) % uintptr_t(traits(v.type).blockBytes) != 0;
  if (m_headerOnly || !(odd || turned)) return v;
  std::byte* copy = own(v.bytes());
  if (!turned) {
    std::memcpy(copy, e.data, size_t(v.bytes()));
  } else if (v.type == TensorType::F32) {
    turn<float>(e.data, copy, cols, rows);
  } else {
    turn<uint16_t>(e.data, copy, cols, rows);
  }
  e.file->release(e.data, uint64_t(v.bytes()));  // the copy replaces these pages
  v.data = copy;
  return v;
}

TensorView HfModel::weight(const std::string& part, int64_t outputs, int64_t inputs) {
  return view(part + ".weight", outputs, inputs, m_traits->inputMajorInFolder);
}

void HfModel::bindAttention(const std::string& p, LayerTensors& t) {
  const ModelConfig& c = m_config;
  const int64_t hidden = c.hidden, q = int64_t{c.heads} * c.headDim, kv = int64_t{c.kvHeads} * c.headDim;
  const bool biases = m_traits->qkvBias || m_hf.attentionBias;
  if (m_traits->fusedQkv) {
    const std::string name = p + m_names->qkv;
    const TensorView all = weight(name, q + 2 * kv, hidden), allBiases = bias(name, q + 2 * kv, biases);
    t.q = all.part(0, q);
    t.k = all.part(q, kv);
    t.v = all.part(q + kv, kv);
    t.qBias = allBiases.part(0, q);
    t.kBias = allBiases.part(q, kv);
    t.vBias = allBiases.part(q + kv, kv);
  } else {
    t.q = weight(p + m_names->q, q, hidden);
    t.k = weight(p + m_names->k, kv, hidden);
    t.v = weight(p + m_names->v, kv, hidden);
    t.qBias = bias(p + m_names->q, q, biases);
    t.kBias = bias(p + m_names->k, kv, biases);
    t.vBias = bias(p + m_names->v, kv, biases);
  }
  t.o = weight(p + m_names->o, hidden, q);
  t.oBias = bias(p + m_names->o, hidden, m_traits->linearBias || m_hf.attentionBias);
  if (!m_traits->qkNorm) return;
  t.qNorm = bind(p + "self_attn.q_norm.weight", 1, c.headDim);
  t.kNorm = bind(p + "self_attn.k_norm.weight", 1, c.headDim);
}

void HfModel::bindFeedForward(const std::string& p, LayerTensors& t) {
  const int64_t hidden = m_config.hidden, wide = m_config.feedForward;
  if (m_traits->fusedGateUp) {
    const TensorView both = weight(p + m_names->gateUp, 2 * wide, hidden);
    t.gate = both.part(0, wide);
    t.up = both.part(wide, wide);
  } else {
    if (m_config.gated) t.gate = weight(p + m_names->gate, wide, hidden);
    t.up = weight(p + m_names->up, wide, hidden);
  }
  t.upBias = bias(p + m_names->up, wide, m_traits->linearBias);
  t.down = weight(p + m_names->down, hidden, wide);
  t.downBias = bias(p + m_names->down, hidden, m_traits->linearBias);
}

void HfModel::bindLayer(int index) {
  const std::string p = m_prefix + m_names->layers + std::to_string(index) + ".";
  const int64_t hidden = m_config.hidden;
  LayerTensors t;
  const auto norm = [&](const char* name) { return bind(p + name + ".weight", 1, hidden); };
  const char* ffnNorm = m_traits->postNorms ? "pre_feedforward_layernorm" : m_names->ffnNorm;
  t.attnNorm = norm(m_names->attnNorm);
  bindAttention(p, t);
  t.ffnNorm = norm(ffnNorm);
  bindFeedForward(p, t);
  if (m_config.norm == Norm::Layer) {
    t.attnNormBias = bind(p + m_names->attnNorm + ".bias", 1, hidden);
    t.ffnNormBias = bind(p + ffnNorm + ".bias", 1, hidden);
  }
  if (m_traits->postNorms) {
    t.attnPostNorm = norm("post_attention_layernorm");
    t.ffnPostNorm = norm("post_feedforward_layernorm");
  }
  m_layers.push_back(std::move(t));
}

bool HfModel::sameAsEmbedding(const std::string& name) const {
  const CheckpointTensor &a = *m_weights.find(name), &b = *m_weights.find(m_embedding.name);
  return a.data == b.data || (a.dtype == b.dtype && std::memcmp(a.data, b.data, size_t(m_embedding.bytes())) == 0);  // of one shape
}

/// A head that is there counts, as transformers 5 does, even when config.json ties it: a copy of the embedding is tied to it.
void HfModel::bindHead() {
  const ModelConfig& c = m_config;
  std::string name = std::string(kHeads[0]) + ".weight";
  for (const char* head : kHeads)
    if (m_weights.find(std::string(head) + ".weight")) name = std::string(head) + ".weight";
  const bool there = m_weights.find(name) != nullptr;
  m_output = m_embedding;
  if (there && c.tiedEmbedding) {
    bind(name, c.vocab, c.hidden);
    if (m_headerOnly || sameAsEmbedding(name)) return;
    m_config.tiedEmbedding = false;
    m_info.notices.push_back("config.json ties the output matrix to the embedding, but the weights hold another one, which is used");
  }
  if (!there && c.tiedEmbedding) return;
  if (!there) m_weights.fail(name, "is missing ('tie_word_embeddings' of config.json is false)");
  m_output = bind(name, c.vocab, c.hidden);
}

void HfModel::bindTensors() {
  const ModelConfig& c = m_config;
  m_embedding = bind(m_prefix + m_names->embedding + ".weight", c.vocab, c.hidden);
  if (m_traits->learnedPositions) m_positions = bind(m_prefix + m_names->positions + ".weight", c.contextLength, c.hidden);
  m_outputNorm = bind(m_prefix + m_names->outputNorm + ".weight", 1, c.hidden);
  if (c.norm == Norm::Layer) m_outputNormBias = bind(m_prefix + m_names->outputNorm + ".bias", 1, c.hidden);
  bindHead();
  for (const char* head : kHeads)
    if (m_weights.find(std::string(head) + ".bias")) m_weights.fail(std::string(head) + ".bias", "is not supported here");
  for (int l = 0; l < c.layers; ++l) bindLayer(l);
}

/// What a layer holds beside the tensors that were read would change its result.
void HfModel::refuseUnknownParts() const {
  const std::string layers = m_prefix + m_names->layers;
  for (const auto& [name, tensor] : m_weights.tensors()) {
    if (!name.starts_with(layers) || m_used.count(name) || isBuffer(name)) continue;
    const size_t dot = name.find('.', layers.size());
    const std::string number = name.substr(layers.size(), dot == std::string::npos ? dot : dot - layers.size());
    if (number.size() > 4 || number.empty() || number.find_first_not_of("0123456789") != std::string::npos || std::stoi(number) >= m_config.layers)
      continue;
    m_weights.fail(name, "is not supported in the " + m_config.architecture + " architecture here");
  }
}

void HfModel::addWeightBytes() {
  ModelInfo& i = m_info;
  for (const LayerTensors& t : m_layers) {
    for (const TensorView* v :
         {&t.attnNorm, &t.q,     &t.k,     &t.v,           &t.o,      &t.ffnNorm,  &t.gate,  &t.up,    &t.down,         &t.attnNormBias, &t.qBias,
          &t.kBias,    &t.vBias, &t.oBias, &t.ffnNormBias, &t.upBias, &t.downBias, &t.qNorm, &t.kNorm, &t.attnPostNorm, &t.ffnPostNorm}) {
      if (*v) i.weightBytes += v->bytes();
    }
  }
  i.weightBytes += m_outputNorm.bytes() + m_output.bytes() + (m_config.tiedEmbedding ? 0 : m_embedding.rowBytes());
  if (m_outputNormBias) i.weightBytes += m_outputNormBias.bytes();
  if (m_positions) i.weightBytes += m_positions.rowBytes();
}

void HfModel::fillInfo() {
  ModelInfo& i = m_info;
  const ModelConfig& c = m_config;
  i.path = m_folder;
  i.name = printable(hfFolderName(m_folder), 200);
  i.architecture = c.architecture;
  i.format = m_weights.format();
  i.layers = c.layers;
  i.heads = c.heads;
  i.kvHeads = c.kvHeads;
  i.headDim = c.headDim;
  i.hidden = c.hidden;
  i.feedForward = c.feedForward;
  i.vocab = c.vocab;
  i.contextLength = c.contextLength;
  i.fileBytes = m_weights.bytes();
  i.ropeTheta = c.ropeDim > 0 ? double(c.ropeTheta) : 0;
  describeWindow(c, i);
  i.normEps = double(c.normEps);
  i.hasChatTemplate = !m_vocab.chatTemplate.empty();
  i.tokenizerModel = printable(m_vocab.model, 120);
  i.preTokenizer = printable(m_vocab.pre, 120);
  i.notices.insert(i.notices.end(), m_hf.notices.begin(), m_hf.notices.end());
  std::map<std::string, uint64_t> byType;
  for (const std::string& name : m_used) {
    const CheckpointTensor& e = *m_weights.find(name);
    if (c.tiedEmbedding && name.ends_with("lm_head.weight")) continue;
    int64_t elements = 1;
    for (const int64_t d : e.shape) elements *= d;
    i.parameters += elements;
    byType[e.dtype] += uint64_t(elements) * uint64_t(checkpointElementBytes(e.dtype));
  }
  uint64_t most = 0;
  for (const auto& [type, bytes] : byType)
    if (bytes > most) {
      most = bytes;
      i.quantization = type;
    }
  addWeightBytes();
}

}  // namespace

std::string hfFolderName(const std::string& folder) {
  std::error_code error;
  const fs::path whole = fs::absolute(folder, error).lexically_normal();
  fs::path path = whole.has_filename() ? whole : whole.parent_path();
  const fs::path snapshots = path.parent_path();
  const std::string repository = snapshots.parent_path().filename().string();
  if (snapshots.filename() == "snapshots" && repository.starts_with("models--")) {
    std::string name = repository.substr(8);
    if (const size_t dashes = name.find("--"); dashes != std::string::npos) name.replace(dashes, 2, "/");
    return name;
  }
  return path.filename().string();
}

std::unique_ptr<ModelFile> openHfFolder(const std::string& folder, const std::string& weights, bool headerOnly) {
  return std::make_unique<HfModel>(folder, weights, headerOnly);
}

}  // namespace presslab
