// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routers/router_file.h"

#include <cmath>
#include <cstdlib>

#include "core/api/error.h"
#include "core/format/mapped_file.h"
#include "core/format/safetensors.h"

namespace presslab {
namespace {

constexpr int kMostSteps = 1 << 16;

/// Settings in the metadata are texts, as safetensors wants it.
class Settings {
 public:
  explicit Settings(const SafetensorsFile& file) : m_file(file) {}

  std::string text(const char* key, const std::string& absent) const {
    const auto it = m_file.metadata().find(key);
    return it == m_file.metadata().end() ? absent : it->second;
  }
  double number(const char* key, double absent) const {
    const std::string value = text(key, {});
    if (value.empty()) return absent;
    char* end = nullptr;
    const double n = std::strtod(value.c_str(), &end);
    if (*end || !std::isfinite(n)) fail(key, "\"" + printable(value, 40) + "\" is no number");
    return n;
  }
  int integer(const char* key, int absent) const {
    const double n = number(key, absent);
    if (n != std::floor(n) || std::abs(n) > 1e9) fail(key, text(key, {}) + " is no whole number in range");
    return int(n);
  }
  bool flag(const char* key, bool absent) const {
    const std::string value = text(key, absent ? "true" : "false");
    if (value == "True" || value == "true" || value == "1") return true;
    if (value == "False" || value == "false" || value == "0") return false;
    fail(key, "\"" + printable(value, 40) + "\" (true or false)");
  }
  [[noreturn]] void fail(const char* key, const std::string& reason) const {
    badInput(printable(m_file.path()) + ": metadata " + key + ": " + reason);
  }

 private:
  const SafetensorsFile& m_file;
};

RouterConfig readSettings(const Settings& s) {
  RouterConfig c;
  c.type = s.text("router_type", "");
  if (c.type.empty()) s.fail("router_type", "the key is missing");
  c.hidden = s.integer("hidden_size", 0);
  c.experts = s.integer("num_experts", c.experts);
  c.topK = s.integer("top_k", c.topK);
  c.capacityFactor = s.number("capacity_factor", c.capacityFactor);
  c.temperature = s.number("temperature", c.temperature);
  c.balanceCoefficient = s.number("balance_coefficient", c.balanceCoefficient);
  c.balanceMode = s.text("balance_mode", c.balanceMode);
  c.importanceThreshold = s.number("importance_threshold", c.importanceThreshold);
  c.groups = s.integer("num_groups", c.groups);
  c.groupTopK = s.integer("group_top_k", c.groupTopK);
  c.cacheAware = s.flag("cache_aware", c.cacheAware);
  return c;
}

RouterWeights readWeights(const SafetensorsFile& file) {
  constexpr std::string_view kPrefix = "param.";
  RouterWeights out;
  for (const auto& [name, tensor] : file.tensors()) {
    if (name.compare(0, kPrefix.size(), kPrefix) != 0) continue;
    if (tensor.shape.empty() || tensor.shape.size() > 2) {
      badInput(printable(file.path()) + ": " + printable(name) + ": has " + std::to_string(tensor.shape.size()) + " dimensions (1 or 2)");
    }
    out[name.substr(kPrefix.size())] = {tensor.shape.size() == 2 ? tensor.shape[0] : 1, tensor.shape.back(), file.floats(name)};
  }
  return out;
}

RouterFile::Step readStep(const SafetensorsFile& file, const std::string& name, int hidden) {
  const auto& shape = file.tensors().at(name).shape;
  if (shape.size() < 2 || shape.size() > 3 || shape.back() != hidden) {
    std::string has;
    for (const int64_t n : shape) has += (has.empty() ? "" : " x ") + std::to_string(n);
    badInput(printable(file.path()) + ": " + name + ": shape is " + has + ", must be sequences x length x " + std::to_string(hidden));
  }
  return {shape.size() == 3 ? shape[0] : 1, file.floats(name)};
}

}  // namespace

RouterFile readRouterFile(const std::string& path, bool needSteps) {
  const SafetensorsFile file(path);
  RouterFile out;
  const Settings settings(file);
  out.config = readSettings(settings);
  try {
    checkRouterConfig(out.config);
  } catch (const Failure& e) {
    throw Failure(e.code(), printable(path) + ": metadata " + e.what());
  }
  out.weights = readWeights(file);
  const int steps = settings.integer("steps", -1);
  if (steps > kMostSteps) settings.fail("steps", std::to_string(steps) + " (at most " + std::to_string(kMostSteps) + ")");
  for (int n = 0; steps < 0 || n < steps; ++n) {
    const std::string name = "step" + std::to_string(n) + ".hidden";
    if (!file.has(name)) {
      if (steps < 0 || !needSteps) break;
      badInput(printable(path) + ": " + name + ": is missing (metadata steps is " + std::to_string(steps) + ")");
    }
    out.steps.push_back(readStep(file, name, out.config.hidden));
  }
  if (needSteps && out.steps.empty()) badInput(printable(path) + ": step0.hidden: is missing");
  return out;
}

}  // namespace presslab
