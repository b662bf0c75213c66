// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/hf_config.h"

#include <array>
#include <cmath>

#include "core/format/hf_config_keys.h"

namespace presslab {
namespace {

using hf::ConfigKeys;
using nlohmann::json;

constexpr uint64_t kMaxBytes = uint64_t{16} << 20;
constexpr int64_t kMaxLayers = 1024, kMaxHeads = 1024, kMaxHeadDim = 1024, kMaxWidth = int64_t{1} << 24, kMaxContext = int64_t{1} << 31,
                  kMaxVocab = int64_t{1} << 21;
constexpr double kGemmaScalar = 256;

/// What the configuration class of transformers 5 takes for a key that a file leaves out. Text parts of multimodal files leave out much.
struct Defaults {
  const char* modelType;
  int64_t hidden, layers, heads, kvHeads, headDim, feedForward, vocab,
      context;  // kvHeads 0: heads; headDim 0: hidden / heads; feedForward 0: 4 hidden
  double eps;
  int64_t window;  // 0: none
  bool tied;
};
constexpr std::array kDefaults{Defaults{"llama", 4096, 32, 32, 0, 0, 11008, 32000, 2048, 1e-6, 0, false},
                               Defaults{"mistral", 4096, 32, 32, 8, 0, 14336, 32000, 131072, 1e-6, 4096, false},
                               Defaults{"gpt2", 768, 12, 12, 0, 0, 0, 50257, 1024, 1e-5, 0, true},
                               Defaults{"qwen2", 4096, 32, 32, 32, 0, 22016, 151936, 32768, 1e-6, 4096, false},
                               Defaults{"qwen3", 4096, 32, 32, 32, 128, 22016, 151936, 32768, 1e-6, 4096, false},
                               Defaults{"gemma3_text", 2304, 26, 8, 4, 256, 9216, 262208, 131072, 1e-6, 4096, true},
                               Defaults{"phi3", 3072, 32, 32, 0, 0, 8192, 32064, 4096, 1e-5, 0, false}};

const Defaults& defaultsOf(const std::string& modelType) {
  for (const Defaults& d : kDefaults)
    if (modelType == d.modelType) return d;
  return kDefaults[0];  // of a new row in the table of architectures, whose files must name everything
}

std::string supportedModelTypes() {
  std::string out;
  for (const ArchitectureTraits& a : architectures())
    for (const char* name : a.modelTypes) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

void readSizes(const ConfigKeys& k, const Defaults& d, ModelConfig& c) {
  c.layers = int(k.count({"num_hidden_layers", "n_layer"}, kMaxLayers, d.layers));
  c.hidden = int(k.count({"hidden_size", "n_embd"}, kMaxWidth, d.hidden));
  c.heads = int(k.count({"num_attention_heads", "n_head"}, kMaxHeads, d.heads));
  c.vocab = int(k.count("vocab_size", kMaxVocab, d.vocab));
  c.contextLength = k.count({"max_position_embeddings", "n_positions"}, kMaxContext, d.context);
  c.feedForward = int(k.count({"intermediate_size", "n_inner"}, kMaxWidth, d.feedForward ? d.feedForward : 4 * int64_t{c.hidden}));
  const int64_t kv = d.kvHeads && !k.isNull("num_key_value_heads") ? d.kvHeads : c.heads;
  c.kvHeads = int(k.count("num_key_value_heads", kMaxHeads, kv));
  if (c.heads % c.kvHeads != 0)
    k.fail("num_key_value_heads",
           std::to_string(c.heads) + " heads (num_attention_heads) are not divisible by " + std::to_string(c.kvHeads) + " KV heads");
  const char* key = k.find("n_head") ? "n_head" : "num_attention_heads";
  int64_t dim = k.isNull("head_dim") ? 0 : d.headDim;
  if (k.find("head_dim")) {
    key = "head_dim";
    dim = k.count("head_dim", kMaxHeadDim, 0);
  } else if (dim == 0) {
    if (c.hidden % c.heads != 0)
      k.fail(key, "hidden size " + std::to_string(c.hidden) + " is not divisible by " + std::to_string(c.heads) + " heads");
    dim = c.hidden / c.heads;
  }
  if (dim % 2 != 0 || dim > kMaxHeadDim)
    k.fail(key, "head dimension " + std::to_string(dim) + " (even, at most " + std::to_string(kMaxHeadDim) + ")");
  c.headDim = int(dim);
}

Activation activationOf(const ConfigKeys& k, Activation absent) {
  for (const char* key : {"hidden_activation", "hidden_act", "activation_function"}) {
    const std::string name = k.text(key, "");
    if (name.empty()) continue;
    if (name == "silu" || name == "swish") return Activation::Silu;
    if (name == "gelu") return Activation::Gelu;
    if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast" || name == "gelu_python_tanh") return Activation::GeluTanh;
    k.fail(key, "'" + printable(name, 60) + "' is not supported (silu, swish, gelu, gelu_new, gelu_fast, gelu_pytorch_tanh)");
  }
  return absent;
}

/// Keys whose other values change the arithmetic.
void refuseWhatIsNotComputed(const ConfigKeys& k, const ArchitectureTraits& a) {
  for (const char* key : {"attn_logit_softcapping", "final_logit_softcapping"})
    if (k.find(key)) k.fail(key, "capped logits are not supported (null)");
  for (const char* key : {"use_bidirectional_attention", "add_cross_attention", "scale_attn_by_inverse_layer_idx", "mlp_bias"})
    if (k.flag(key, false)) k.fail(key, "true is not supported in the " + std::string(a.gguf) + " architecture here (false)");
  if (const json* quantised = k.find("quantization_config")) {
    const auto method = quantised->is_object() ? quantised->find("quant_method") : quantised->end();
    const std::string name =
        quantised->is_object() && method != quantised->end() && method->is_string() ? method->get<std::string>() : "of an unknown kind";
    k.fail("quantization_config", "quantised weights (" + printable(name, 40) + ") are not read in folders; GGUF files are");
  }
}

void readLayerTypes(const ConfigKeys& k, const json& list, ModelConfig& c) {
  if (!list.is_array() || list.size() != size_t(c.layers))
    k.fail("layer_types", "is no list of " + std::to_string(c.layers) + " names (num_hidden_layers)");
  for (size_t l = 0; l < list.size(); ++l) {
    const std::string name = list[l].is_string() ? list[l].get<std::string>() : "";
    if (name != "full_attention" && name != "sliding_attention")
      k.fail("layer_types", "layer " + std::to_string(l) + " is '" + printable(name, 60) + "' (full_attention, sliding_attention)");
    c.sliding[l] = name == "sliding_attention";
  }
}

/// Which layers slide. Mistral and Phi-3: all, when there is a window; Qwen: only when use_sliding_window says so; Gemma 3: by layer_types or a
/// pattern.
void readWindow(const ConfigKeys& k, const Defaults& d, const ArchitectureTraits& a, ModelConfig& c) {
  const std::string type = a.gguf;
  const bool qwen = type == "qwen2" || type == "qwen3", gemma = type == "gemma3";
  if (a.learnedPositions || std::string_view(d.modelType) == "llama") return;
  c.slidingWindow = k.count("sliding_window", kMaxContext, k.isNull("sliding_window") ? 0 : d.window);
  if (qwen && !k.flag("use_sliding_window", false)) c.slidingWindow = 0;
  c.sliding.assign(size_t(c.layers), qwen || gemma ? 0 : 1);
  if (qwen || gemma) {
    if (const json* list = k.find("layer_types")) {
      readLayerTypes(k, *list, c);
    } else if (gemma) {
      const int64_t every = k.count({"sliding_window_pattern", "_sliding_window_pattern"}, kMaxLayers, a.fullEvery);
      for (int l = 0; l < c.layers; ++l) c.sliding[size_t(l)] = (l + 1) % every != 0;
    } else if (c.slidingWindow > 0) {
      const json* v = k.find("max_window_layers");
      const int64_t from = v && v->is_number_integer() && v->get<int64_t>() == 0 ? 0 : k.count("max_window_layers", kMaxLayers, 28);
      for (int l = 0; l < c.layers; ++l) c.sliding[size_t(l)] = l >= from;
    }
  }
  const bool any = std::count(c.sliding.begin(), c.sliding.end(), uint8_t{1}) > 0;
  if (any && c.slidingWindow == 0 && (qwen || gemma)) k.fail("sliding_window", "is missing, but layers slide (layer_types)");
  if (!any || c.slidingWindow == 0) {
    c.slidingWindow = 0;
    c.sliding.clear();
  }
}

void readScales(const ConfigKeys& k, const ArchitectureTraits& a, ModelConfig& c) {
  c.norm = a.norm;
  c.gated = a.gated;
  c.activation = activationOf(k, a.activation);
  c.normOffset = a.normOffsetInFolder ? 1.f : 0.f;
  if (a.scaledEmbedding) {
    c.embeddingScale = std::sqrt(float(c.hidden));
    c.attentionScale = float(1 / std::sqrt(k.positive("query_pre_attn_scalar", kGemmaScalar)));
  }
  if (a.learnedPositions && !k.flag("scale_attn_weights", true)) c.attentionScale = 1;
}

}  // namespace

HfConfig readHfConfig(const std::string& path) {
  const JsonFile file = readJsonFile(path, kMaxBytes);
  const ConfigKeys root(file, file.root, "");
  HfConfig out;
  out.path = path;
  out.modelType = root.text("model_type", "");
  if (out.modelType.empty()) root.fail("model_type", "the key is missing");
  out.traits = architectureOfModelType(out.modelType);
  if (!out.traits)
    root.fail("model_type", "unsupported architecture '" + printable(out.modelType, 60) + "' (supported: " + supportedModelTypes() + ")");
  const bool whole = out.modelType != "gemma3";
  if (!whole && !root.find("text_config")) root.fail("text_config", "the key is missing");
  const ConfigKeys k = whole ? root : root.child("text_config");
  if (!whole) out.notices.push_back("of a model of pictures and text the text part is read");
  const ArchitectureTraits& a = *out.traits;
  const Defaults& d = defaultsOf(whole ? out.modelType : "gemma3_text");
  ModelConfig& c = out.model;
  c.architecture = a.gguf;
  if (!whole) refuseWhatIsNotComputed(root, a);
  refuseWhatIsNotComputed(k, a);
  readSizes(k, d, c);
  const char* eps = a.norm == Norm::Layer ? "layer_norm_epsilon" : "rms_norm_eps";
  c.normEps = float(k.positive(eps, d.eps));
  if (c.normEps > 1) k.fail(eps, std::to_string(c.normEps) + " (above 0, at most 1)");
  readScales(k, a, c);
  readWindow(k, d, a, c);
  if (!a.learnedPositions) hf::readRope(k, out);
  out.attentionBias = k.flag("attention_bias", false) && !a.qkvBias && !a.fusedQkv;  // classes with a bias of their own, or none, do not read the key
  c.tiedEmbedding = k.flag("tie_word_embeddings", whole ? d.tied : root.flag("tie_word_embeddings", d.tied));
  return out;
}

}  // namespace presslab
