// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/pattern.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "core/api/error.h"
#include "core/press/tensor_file.h"

namespace presslab {
namespace {

constexpr const char* kFormat = "presslab-pattern-1";

std::string shapeText(const HeadShape& s) {
  return std::to_string(s.layers) + "x" + std::to_string(s.kvHeads) + "x" + std::to_string(s.group) + "x" + std::to_string(s.headDim) + "x" +
         std::to_string(s.hidden);
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& n : names) out.append(out.empty() ? "" : ",").append(n);
  return out;
}

std::vector<std::string> splitNames(const std::string& text) {
  std::vector<std::string> out;
  std::stringstream in(text);
  for (std::string item; std::getline(in, item, ',');) out.push_back(item);
  return out;
}

std::vector<NamedTensor> tensorsOf(const Pattern& p) {
  const int64_t layers = p.shape.layers, heads = p.shape.kvHeads, hidden = p.shape.hidden;
  std::vector<NamedTensor> all{{"stream_err", {4, layers, heads}, &p.streamErr}};
  if (!p.loo.empty()) all.push_back({"loo", {layers, heads}, &p.loo});
  if (!p.duoGates.empty()) all.push_back({"duo_gates", {layers, heads}, &p.duoGates});
  if (!p.onTheFly.empty()) all.push_back({"on_the_fly", {layers, heads}, &p.onTheFly});
  if (!p.importance.empty()) all.push_back({"imp", {layers, heads, hidden + 5}, &p.importance});
  addStats(p.stats, p.shape, all);
  for (size_t i = 0; i < p.sets.size(); ++i) {
    const ExpertSet& s = p.sets[i];
    const auto count = int64_t(s.experts.size());
    const std::string prefix = "set" + std::to_string(i) + ".";
    if (!s.curve.empty()) all.push_back({prefix + "curve", {layers, heads, 12}, &s.curve});
    if (!s.gateW.empty()) {
      all.push_back({prefix + "gate_w", {layers, hidden, count}, &s.gateW});
      all.push_back({prefix + "gate_c", {layers, count}, &s.gateC});
      all.push_back({prefix + "gate_bias", {layers, count}, &s.gateBias});
    }
  }
  return all;
}

}  // namespace

const ExpertSet* Pattern::findSet(const std::vector<std::string>& experts) const {
  for (const ExpertSet& s : sets) {
    if (s.experts == experts) return &s;
  }
  return nullptr;
}

Pattern readPattern(const std::string& path, const HeadShape& shape, const std::string& fingerprint) {
  const TensorFile file(path);
  Pattern p;
  p.shape = shape;
  p.source = "file";
  p.metadata = file.metadata();
  const auto text = [&](const std::string& key) {
    const auto it = p.metadata.find(key);
    if (it == p.metadata.end()) file.fail("metadata '" + key + "' is missing");
    return it->second;
  };
  if (text("format") != kFormat) file.fail("format '" + text("format") + "' is not " + kFormat);
  if (text("shape") != shapeText(shape)) file.fail("made for a model of shape " + text("shape") + ", this one is " + shapeText(shape));
  p.fingerprint = text("fingerprint");
  if (!fingerprint.empty() && p.fingerprint != fingerprint) {
    file.fail("made for another model: fingerprint " + p.fingerprint + ", this model has " + fingerprint);
  }
  const int64_t layers = shape.layers, heads = shape.kvHeads, hidden = shape.hidden;
  p.streamErr = file.tensor("stream_err", {4, layers, heads});
  p.stats = readStats(file, shape);
  const auto ofHeads = [&](const char* name) { return file.has(name) ? file.tensor(name, {layers, heads}) : std::vector<float>(); };
  p.loo = ofHeads("loo");
  p.duoGates = ofHeads("duo_gates");
  p.onTheFly = ofHeads("on_the_fly");
  if (file.has("imp")) p.importance = file.tensor("imp", {layers, heads, hidden + 5});
  for (int i = 0; p.metadata.count("set" + std::to_string(i) + ".experts"); ++i) {
    const std::string prefix = "set" + std::to_string(i) + ".";
    ExpertSet s;
    s.experts = splitNames(text(prefix + "experts"));
    const auto count = int64_t(s.experts.size());
    if (count < 1 || count > 256) file.fail(prefix + "experts: " + std::to_string(count) + " experts (1..256)");
    if (file.has(prefix + "curve")) s.curve = file.tensor(prefix + "curve", {layers, heads, 12});
    if (file.has(prefix + "gate_w")) {
      s.gateW = file.tensor(prefix + "gate_w", {layers, hidden, count});
      s.gateC = file.tensor(prefix + "gate_c", {layers, count});
      s.gateBias = file.tensor(prefix + "gate_bias", {layers, count});
    }
    p.sets.push_back(std::move(s));
  }
  return p;
}

void writePattern(const Pattern& p, const std::string& path) {
  auto meta = p.metadata;
  meta["format"] = kFormat;
  meta["shape"] = shapeText(p.shape);
  meta["fingerprint"] = p.fingerprint;
  for (size_t i = 0; i < p.sets.size(); ++i) meta["set" + std::to_string(i) + ".experts"] = joined(p.sets[i].experts);
  writeTensors(path, meta, tensorsOf(p));
}

Pattern readDuoTsv(const std::string& path, const HeadShape& shape) {
  const std::string bytes = readWholeFile(path);
  Pattern p;
  p.shape = shape;
  p.source = "tsv";
  std::vector<float> values;
  std::stringstream lines(bytes);
  int row = 0;
  for (std::string line; std::getline(lines, line);) {
    ++row;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    const char* at = line.c_str();
    int column = 0;
    while (*at) {
      char* end = nullptr;
      const double v = std::strtod(at, &end);
      const auto place = [&] { return path + ":" + std::to_string(row) + ":" + std::to_string(at - line.c_str() + 1) + ": "; };
      if (end == at || (*end && *end != '\t' && *end != ' ')) badInput(place() + "not a number");
      if (!std::isfinite(v)) badInput(place() + "value is not finite");
      if (++column > shape.kvHeads) badInput(place() + "more than " + std::to_string(shape.kvHeads) + " columns (KV heads of the model)");
      values.push_back(float(std::min(1., std::max(0., v))));
      at = end;
      while (*at == '\t' || *at == ' ') ++at;
    }
    const std::string here = path + ":" + std::to_string(row) + ":1: ";
    if (column != shape.kvHeads) badInput(here + std::to_string(column) + " columns, the model has " + std::to_string(shape.kvHeads) + " KV heads");
    if (int64_t(values.size()) > int64_t(shape.heads())) badInput(here + "more rows than the model's " + std::to_string(shape.layers) + " layers");
  }
  if (int64_t(values.size()) != int64_t(shape.heads())) {
    badInput(path + ":" + std::to_string(row) + ":1: " + std::to_string(values.size() / size_t(std::max(1, shape.kvHeads))) +
             " rows, the model has " + std::to_string(shape.layers) + " layers");
  }
  for (int i = 0; i < 4; ++i) p.streamErr.insert(p.streamErr.end(), values.begin(), values.end());
  return p;
}

std::string duoTsv(const std::vector<float>& values, const HeadShape& shape) {
  std::string out;
  for (size_t i = 0; i < values.size(); ++i) {
    char number[40];
    std::snprintf(number, sizeof number, "%.18e", double(values[i]));
    out += number;
    out += (i + 1) % size_t(shape.kvHeads) == 0 ? '\n' : '\t';
  }
  return out;
}

}  // namespace presslab
