// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Rotary positions of a config.json. Formulas: transformers' rotary scalings, LongRoPE (Ding et al. 2024), Llama 3.1.
#include <cmath>
#include <numbers>

#include "core/format/hf_config.h"
#include "core/format/hf_config_keys.h"

namespace presslab::hf {
namespace {

using nlohmann::json;

constexpr double kTheta = 10000, kGemmaTheta = 1e6;
constexpr int64_t kMaxContext = int64_t{1} << 31, kPhi3Original = 4096;

std::string typeOf(const ConfigKeys& k) { return k.text("rope_type", k.text("type", "default")); }

/// Llama 3.1: long waves turn slower by `factor`, short ones as before, between them a mixture.
void readLlama3(const ConfigKeys& k, ModelConfig& c) {
  const double factor = k.required("factor"), low = k.required("low_freq_factor"), high = k.required("high_freq_factor");
  if (high <= low) k.fail("high_freq_factor", std::to_string(high) + " (above low_freq_factor, " + std::to_string(low) + ")");
  const auto original = double(k.count("original_max_position_embeddings", kMaxContext, c.contextLength));
  for (int i = 0; i < c.ropeDim / 2; ++i) {
    const double frequency = std::pow(double(c.ropeTheta), -2.0 * i / c.ropeDim), wave = 2 * std::numbers::pi / frequency;
    double divisor = 1;
    if (wave > original / low) {
      divisor = factor;
    } else if (wave >= original / high) {
      const double smooth = (original / wave - low) / (high - low);
      divisor = 1 / ((1 - smooth) / factor + smooth);
    }
    c.ropeFreqFactors.push_back(float(divisor));
  }
}

std::vector<float> factors(const ConfigKeys& k, const char* key, int count) {
  const json* list = k.find(key);
  if (!list) k.fail(key, "the key is missing");
  if (!list->is_array() || list->size() != size_t(count))
    k.fail(key, "is no list of " + std::to_string(count) + " numbers (half of the rotary dimensions)");
  std::vector<float> out;
  for (const json& v : *list) {
    const float x = v.is_number() ? v.get<float>() : 0.f;
    if (!std::isfinite(x) || x <= 0)
      k.fail(key, "element " + std::to_string(out.size()) + " is " + printable(v.dump(-1, ' ', true, json::error_handler_t::replace), 60) +
                      " (finite and above 0)");
    out.push_back(x);
  }
  return out;
}

/// There are two sets of factors, one for contexts up to the length that was first trained on and one for longer ones. Keys in a cache were
/// turned by one of them, so the short set is used and the context ends where it does.
void readLongRope(const ConfigKeys& whole, const ConfigKeys& k, HfConfig& h) {
  ModelConfig& c = h.model;
  c.ropeFreqFactors = factors(k, "short_factor", c.ropeDim / 2);
  factors(k, "long_factor", c.ropeDim / 2);
  const bool phi3 = h.modelType == "phi3";
  int64_t original = k.count("original_max_position_embeddings", kMaxContext, c.contextLength);
  if (whole.find("original_max_position_embeddings") || phi3) original = whole.count("original_max_position_embeddings", kMaxContext, kPhi3Original);
  if (original < 2) k.fail("original_max_position_embeddings", std::to_string(original) + " (2 or more)");
  const double grown = k.positive("factor", double(c.contextLength) / double(original));
  const double natural = grown > 1 ? std::sqrt(1 + std::log(grown) / std::log(double(original))) : 1;
  c.ropeScale = float(k.positive("attention_factor", natural));
  if (original >= c.contextLength) return;
  h.notices.push_back("the context ends at " + std::to_string(original) + " of " + std::to_string(c.contextLength) +
                      " positions: rotary factors for longer ones are not used here");
  c.contextLength = original;
}

void readScaling(const ConfigKeys& whole, const ConfigKeys& k, HfConfig& h) {
  ModelConfig& c = h.model;
  std::string type = typeOf(k);
  if (h.modelType == "phi3" && (type == "su" || type == "yarn")) type = "longrope";  // its older files' names for it
  if (type == "default") return;
  if (type == "linear") {
    const double factor = k.required("factor");
    if (factor != 1) c.ropeFreqFactors.assign(size_t(c.ropeDim) / 2, float(factor));
  } else if (type == "llama3") {
    readLlama3(k, c);
  } else if (type == "longrope") {
    readLongRope(whole, k, h);
  } else {
    k.fail(k.find("rope_type") ? "rope_type" : "type",
           "rotary scaling '" + printable(type, 60) + "' is not supported (supported: default, linear, llama3, longrope)");
  }
}

bool nested(const ConfigKeys& k) { return k.find("full_attention") || k.find("sliding_attention"); }

/// Gemma 3: sliding layers have a base of their own, scalings are of the full layers.
void readTwoKinds(const ConfigKeys& k, HfConfig& h) {
  ModelConfig& c = h.model;
  const ConfigKeys both = k.child("rope_parameters");
  for (const auto& [key, value] : both.object().items())
    if (key != "full_attention" && key != "sliding_attention")
      both.fail(printable(key, 60).c_str(), "is not known beside full_attention and sliding_attention");
  const ConfigKeys sliding = both.child("sliding_attention"), full = k.find("rope_scaling") ? k.child("rope_scaling") : both.child("full_attention");
  if (typeOf(sliding) != "default")
    sliding.fail("rope_type", "rotary scaling '" + printable(typeOf(sliding), 60) + "' of sliding layers is not supported (default)");
  c.ropeTheta = float(full.positive("rope_theta", both.child("full_attention").positive("rope_theta", k.positive("rope_theta", kGemmaTheta))));
  c.slidingRopeTheta = float(sliding.positive("rope_theta", k.positive("rope_local_base_freq", double(h.traits->slidingRopeTheta))));
  readScaling(k, full, h);
}

}  // namespace

void readRope(const ConfigKeys& k, HfConfig& h) {
  ModelConfig& c = h.model;
  c.ropeDim = c.headDim;
  if (h.traits->slidingRopeTheta > 0) return readTwoKinds(k, h);
  const json* scaling = k.find("rope_scaling");
  const ConfigKeys rope = scaling && !scaling->empty() ? k.child("rope_scaling") : k.child("rope_parameters");
  if (nested(rope))
    rope.fail("full_attention", "rotary positions by kind of layer are not supported in the " + c.architecture + " architecture here");
  const double part = rope.positive("partial_rotary_factor", k.positive("partial_rotary_factor", 1));
  if (part > 1 || (part != 1 && h.modelType != "phi3"))
    k.fail("partial_rotary_factor", std::to_string(part) + (h.modelType == "phi3" ? " (above 0, at most 1)" : " (1)"));
  c.ropeDim = int(c.headDim * part);
  if (c.ropeDim < 2 || c.ropeDim % 2 != 0) k.fail("partial_rotary_factor", std::to_string(c.ropeDim) + " rotary dimensions (even, 2 or more)");
  c.ropeTheta = float(rope.positive("rope_theta", k.positive("rope_theta", kTheta)));
  readScaling(k, rope, h);
}

}  // namespace presslab::hf
