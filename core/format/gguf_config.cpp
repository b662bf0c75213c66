// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/format/architecture.h"
#include "core/format/gguf_model.h"

namespace presslab {

namespace {

constexpr uint64_t kMaxLayers = 1024, kMaxHeads = 1024, kMaxHeadDim = 1024, kMaxWidth = uint64_t{1} << 24, kMaxContext = uint64_t{1} << 31;
constexpr int kGemma3WideLayers = 62;  // Gemma 3 with 27 billion parameters scales q.k by its own figure

/// Reads "ARCH.name" keys and refuses what is out of range, naming key and limit.
class ConfigReader {
 public:
  ConfigReader(const GgufHeader& header, std::string architecture) : m_header(header), m_prefix(std::move(architecture) + ".") {}

  const GgufKeyValue* find(const char* name) const { return m_header.find(m_prefix + name); }
  const GgufKeyValue& required(const char* name) const {
    if (const GgufKeyValue* kv = find(name)) return *kv;
    m_header.fail(24, "'" + m_prefix + name + "'", "the key is missing");
  }
  int64_t count(const char* name, uint64_t limit) const { return inRange(required(name), limit); }
  int64_t count(const char* name, uint64_t limit, int64_t absent) const {
    const GgufKeyValue* kv = find(name);
    return kv ? inRange(*kv, limit) : absent;
  }

  float positive(const GgufKeyValue& kv, const char* what) const {
    const double x = m_header.number(kv);
    if (!std::isfinite(x) || x <= 0 || !std::isfinite(float(x)) || float(x) <= 0)
      m_header.failKey(kv, std::string(what) + " " + std::to_string(x) + " (finite and above 0)");
    return float(x);
  }

 private:
  int64_t inRange(const GgufKeyValue& kv, uint64_t limit) const {
    const uint64_t n = m_header.unsignedInt(kv);
    if (n < 1 || n > limit) m_header.failKey(kv, std::to_string(n) + " (1 to " + std::to_string(limit) + ")");
    return int64_t(n);
  }

  const GgufHeader& m_header;
  std::string m_prefix;
};

void readHeads(const GgufHeader& h, const ConfigReader& r, ModelConfig& c) {
  c.heads = int(r.count("attention.head_count", kMaxHeads));
  c.kvHeads = int(r.count("attention.head_count_kv", kMaxHeads, c.heads));
  if (c.heads % c.kvHeads != 0) {
    h.failKey(r.required("attention.head_count_kv"),
              std::to_string(c.heads) + " heads (head_count) are not divisible by " + std::to_string(c.kvHeads) + " KV heads");
  }
  if (const GgufKeyValue* length = r.find("attention.key_length")) {
    c.headDim = int(r.count("attention.key_length", kMaxHeadDim));
    if (c.headDim % 2 != 0) h.failKey(*length, "head dimension " + std::to_string(c.headDim) + " is odd");
  } else {
    if (c.hidden % c.heads != 0) {
      h.failKey(r.required("attention.head_count"),
                "embedding length " + std::to_string(c.hidden) + " is not divisible by " + std::to_string(c.heads) + " heads");
    }
    c.headDim = c.hidden / c.heads;
    if (c.headDim > int(kMaxHeadDim) || c.headDim % 2 != 0) {
      h.failKey(r.required("attention.head_count"), "head dimension " + std::to_string(c.headDim) + " (even, at most 1024)");
    }
  }
  if (const GgufKeyValue* length = r.find("attention.value_length")) {
    const int64_t value = r.count("attention.value_length", kMaxHeadDim);
    if (value != c.headDim) h.failKey(*length, "value length " + std::to_string(value) + " differs from the key length " + std::to_string(c.headDim));
  }
}

/// Linear scaling divides every angle by one factor, which is what a frequency factor does. Other schemes change the arithmetic.
void readRopeScaling(const GgufHeader& h, const ConfigReader& r, ModelConfig& c) {
  std::string_view type = "linear";
  if (const GgufKeyValue* kv = r.find("rope.scaling.type")) {
    type = h.string(*kv);
    if (type != "none" && type != "linear" && type != "longrope") {
      h.failKey(*kv, "rotary scaling '" + printable(type.data(), type.size()) +
                         "' is not supported (supported: none, linear, longrope, rope_freqs.weight)");
    }
  }
  const GgufKeyValue* kv = r.find("rope.scaling.factor");
  if (!kv) kv = r.find("rope.scale_linear");
  if (!kv || type == "none" || type == "longrope") return;
  const double factor = h.number(*kv);
  if (!std::isfinite(factor) || factor < 0) h.failKey(*kv, "rotary scaling factor " + std::to_string(factor) + " (finite, not negative)");
  if (factor != 0 && factor != 1) c.ropeFreqFactors.assign(size_t(c.ropeDim) / 2, float(factor));
}

void readRope(const GgufHeader& h, const ConfigReader& r, ModelConfig& c) {
  c.ropeDim = c.headDim;
  if (const GgufKeyValue* kv = r.find("rope.dimension_count")) {
    const uint64_t dim = h.unsignedInt(*kv);
    if (dim < 2 || dim % 2 != 0 || dim > uint64_t(c.headDim)) {
      h.failKey(*kv, std::to_string(dim) + " rotary dimensions (even, 2 to the head dimension " + std::to_string(c.headDim) + ")");
    }
    c.ropeDim = int(dim);
  }
  if (const GgufKeyValue* kv = r.find("rope.freq_base")) c.ropeTheta = r.positive(*kv, "rotary base");
  readRopeScaling(h, r, c);
}

/// Which layers slide, and by which angles they turn.
void readWindow(const GgufHeader& h, const ConfigReader& r, const ArchitectureTraits& a, ModelConfig& c) {
  const GgufKeyValue* window = a.windowInGguf ? r.find("attention.sliding_window") : nullptr;
  if (!window || h.unsignedInt(*window) == 0) return;
  c.slidingWindow = r.count("attention.sliding_window", kMaxContext);
  c.sliding.assign(size_t(c.layers), 1);
  int64_t every = a.fullEvery;
  const GgufKeyValue* pattern = r.find("attention.sliding_window_pattern");
  if (pattern && pattern->type == GgufType::Array) {
    if (pattern->element != GgufType::Bool || pattern->count != uint64_t(c.layers))
      h.failKey(*pattern, "must be a number or " + std::to_string(c.layers) + " Booleans");
    for (int l = 0; l < c.layers; ++l) c.sliding[size_t(l)] = *h.at(pattern->valueOffset + uint64_t(l)) != std::byte{0};
  } else {
    if (pattern) every = r.count("attention.sliding_window_pattern", kMaxLayers);
    for (int64_t l = every - 1; every > 0 && l < c.layers; l += every) c.sliding[size_t(l)] = 0;
  }
  c.slidingRopeTheta = a.slidingRopeTheta;
  if (const GgufKeyValue* kv = r.find("rope.freq_base_swa")) c.slidingRopeTheta = r.positive(*kv, "rotary base");
}

/// Parts of the arithmetic that hang on the architecture.
void readTraits(const GgufHeader& h, const ConfigReader& r, const ArchitectureTraits& a, ModelConfig& c) {
  c.norm = a.norm;
  c.activation = a.activation;
  c.gated = a.gated;
  if (a.scaledEmbedding) c.embeddingScale = std::sqrt(float(c.hidden));
  if (const GgufKeyValue* kv = r.find("attention.scale"); kv && h.number(*kv) != 0) {
    c.attentionScale = r.positive(*kv, "attention scale");
  } else if (c.architecture == "gemma3" && c.layers == kGemma3WideLayers) {
    c.attentionScale = 1.f / std::sqrt(float(c.hidden) / float(c.heads));  // of this size alone, and no key says so
  }
  for (const char* name : {"attn_logit_softcapping", "final_logit_softcapping"}) {
    if (const GgufKeyValue* kv = r.find(name); kv && h.number(*kv) != 0) h.failKey(*kv, "capped logits are not supported (0)");
  }
}

}  // namespace

ModelConfig readConfig(const GgufHeader& h, int vocab) {
  ModelConfig c;
  const GgufKeyValue* architecture = h.find("general.architecture");
  if (!architecture) h.fail(24, "'general.architecture'", "the key is missing");
  c.architecture = std::string(h.string(*architecture));
  const ArchitectureTraits* traits = architectureOfGguf(c.architecture);
  if (!traits) {
    h.failKey(*architecture, "unsupported architecture '" + printable(c.architecture, 60) + "' (supported: " + supportedArchitectures() + ")");
  }
  const ConfigReader r(h, c.architecture);
  c.layers = int(r.count("block_count", kMaxLayers));
  c.hidden = int(r.count("embedding_length", kMaxWidth));
  c.feedForward = int(r.count("feed_forward_length", kMaxWidth));
  c.contextLength = r.count("context_length", kMaxContext);
  readHeads(h, r, c);
  const GgufKeyValue& eps = r.required(traits->norm == Norm::Layer ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon");
  const double value = h.number(eps);
  if (!std::isfinite(value) || value < 0 || value > 1) h.failKey(eps, "epsilon " + std::to_string(value) + " (finite, 0 to 1)");
  c.normEps = float(value);
  readTraits(h, r, *traits, c);
  if (!traits->learnedPositions) readRope(h, r, c);
  readWindow(h, r, *traits, c);
  c.vocab = vocab;
  if (const GgufKeyValue* size = r.find("vocab_size")) {
    const uint64_t n = h.unsignedInt(*size);
    if (vocab > 0 && n != uint64_t(vocab)) h.failKey(*size, std::to_string(n) + ", but tokenizer.ggml.tokens has " + std::to_string(vocab));
  }
  if (const GgufKeyValue* experts = r.find("expert_count")) {
    if (h.unsignedInt(*experts) != 0) h.failKey(*experts, "mixture-of-experts models are not supported (0)");
  }
  return c;
}

}  // namespace presslab
