// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/kvpress_shape.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "core/api/error.h"
#include "core/eval/grid_methods.h"
#include "core/export/csv.h"
#include "core/export/export.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kDataset = "ruler";

/// Characters that a folder's name may have everywhere.
std::string nameOf(std::string text) {
  for (char& c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '+';
    if (!plain) c = '-';
  }
  return text;
}

std::string pressName(const std::string& method) { return method == "none" ? "no_press" : nameOf(pressOf(method)); }

/// A list as Python shows it, which is what a CSV of pandas holds.
std::string pythonList(const std::vector<std::string>& values) {
  std::string out = "[";
  for (size_t i = 0; i < values.size(); ++i) {
    std::string escaped;
    for (const char c : values[i]) {
      if (c == '\'' || c == '\\') escaped.push_back('\\');
      escaped.push_back(c);
    }
    out += (i ? ", '" : "'") + escaped + "'";
  }
  return out + "]";
}

std::string quotedYaml(const std::string& text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string twoDecimals(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", x);
  return text;
}

std::string configYaml(const EvalResult& result, const EvalSample& s) {
  const EvalSpec& spec = result.spec;
  std::string out;
  const auto line = [&](const char* key, const std::string& value) { out += std::string(key) + ": " + value + "\n"; };
  char ratio[32];
  std::snprintf(ratio, sizeof ratio, "%.17g", s.ratio);
  line("dataset", kDataset);
  line("data_dir", quotedYaml(std::to_string(s.length)));
  line("model", quotedYaml(result.modelName));
  line("device", spec.model.device);
  line("press_name", pressName(s.method));
  line("compression_ratio", std::string(ratio).find('.') == std::string::npos ? std::string(ratio) + ".0" : ratio);
  line("key_channel_compression_ratio", "null");
  line("fraction", "1.0");
  line("max_new_tokens", "null");
  line("max_context_length", "null");
  line("compress_questions", spec.queryAware ? "true" : "false");
  line("needle_depth", "null");
  line("compression_interval", "null");
  line("target_size", "null");
  line("hidden_states_buffer_size", "null");
  line("output_dir", quotedYaml(spec.outDir));
  line("log_level", "INFO");
  line("model_kwargs", "{}");
  line("press_init_command", quotedYaml(s.method));
  line("seed", std::to_string(spec.seed));
  return out;
}

std::string predictionsCsv(const std::vector<const EvalSample*>& samples) {
  CsvWriter csv;
  for (const char* name : {"question", "answer_prefix", "answer", "task", "length", "instance", "predicted_answer", "compression_ratio"})
    csv.text(name);
  csv.endRow();
  for (const EvalSample* s : samples) {
    csv.text(s->question);
    csv.text(s->answerPrefix);
    csv.text(pythonList(s->answers));
    csv.text(s->task);
    csv.number(s->length);
    csv.number(s->instance);
    csv.text(s->prediction);
    csv.number(s->ratioMeasured);
    csv.endRow();
  }
  return csv.take();
}

std::string metricsJson(const std::vector<const EvalSample*>& samples) {
  std::vector<std::string> tasks;
  std::map<std::string, std::pair<double, int>> sums;
  for (const EvalSample* s : samples) {
    if (!sums.count(s->task)) tasks.push_back(s->task);
    sums[s->task].first += s->score;
    ++sums[s->task].second;
  }
  Json j = Json::object();
  for (const std::string& task : tasks) j[task] = {{"string_match", std::stod(twoDecimals(100 * sums[task].first / sums[task].second))}};
  return j.dump(2) + "\n";
}

}  // namespace

void writeKvpressFolders(const EvalResult& result, const std::string& dir) {
  std::vector<std::pair<std::string, std::vector<const EvalSample*>>> cells;  // method|length
  for (const EvalSample& s : result.samples) {
    if (s.score < 0 || !s.error.empty()) continue;
    const std::string key = s.method + "|" + std::to_string(s.length);
    auto cell = std::find_if(cells.begin(), cells.end(), [&](const auto& c) { return c.first == key; });
    if (cell == cells.end()) cell = cells.insert(cells.end(), {key, {}});
    cell->second.push_back(&s);
  }
  std::map<std::string, int> used;  // two specs of one press and ratio: kvpress numbers the later ones below the first
  for (const auto& [key, samples] : cells) {
    const EvalSample& s = *samples[0];
    std::string name = std::string(kDataset) + "__" + std::to_string(s.length) + "__" + nameOf(result.modelName) + "__" + pressName(s.method) + "__" +
                       twoDecimals(s.ratio);
    if (result.spec.queryAware) name += "__compressed_questions";
    const int number = used[name]++;
    fs::path folder = fs::path(dir) / name;
    if (number > 0) folder /= std::to_string(number);
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw Failure(ErrorCode::Io, folder.string() + ": cannot be made: " + error.message());
    writeFileAtomic((folder / "config.yaml").string(), configYaml(result, s));
    writeFileAtomic((folder / "predictions.csv").string(), predictionsCsv(samples));
    writeFileAtomic((folder / "metrics.json").string(), metricsJson(samples));
  }
}

}  // namespace presslab
