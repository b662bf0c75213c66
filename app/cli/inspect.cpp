// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// inspect: what the header says, before anything is loaded. Checked as a load checks it, the tokenizer included. With --context also what a
// comparison at that length would take of this machine's memory.
#include <memory>

#include "app/cli/model_json.h"
#include "app/cli/numbers.h"
#include "app/cli/options.h"
#include "app/cli/spec_list.h"
#include "core/api/error.h"
#include "core/api/memory_estimate.h"
#include "core/format/model_file.h"
#include "core/tokenizer/tokenizer.h"

namespace presslab::cli {
namespace {

struct InspectOptions {
  ModelSpec model;
  int context = 0, newTokens = 64;
  std::string presses;
  Format format = Format::Table;
};

Json memoryJson(const InspectOptions& o) {
  const std::vector<std::string> methods = o.presses.empty() ? std::vector<std::string>{"none"} : parseSpecs("--press", o.presses);
  const ModelFootprint m = modelFootprint(o.model);
  const MemoryEstimate e = estimateMemory(m, methods, o.context, o.newTokens);
  Json j;
  j["context"] = o.context;
  j["new_tokens"] = o.newTokens;
  j["kv_type"] = kvTypeName(m.kvType);
  j["weight_bytes_packed"] = m.weightBytes;
  j["loaded_bytes"] = e.loadedBytes;
  j["methods"] = Json::array();
  for (const MethodMemory& r : e.methods) {
    Json row;
    row["method"] = r.method;
    row["kv_bytes"] = r.kvBytes;
    row["kv_bytes_peak"] = r.kvBytesPeak;
    row["scratch_bytes"] = r.scratchBytes;
    row["other_bytes"] = r.otherBytes;
    row["peak_bytes"] = r.peakBytes();
    if (!r.error.empty()) row["error"] = r.error;
    j["methods"].push_back(std::move(row));
  }
  j["quality_bytes"] = e.qualityBytes;
  j["bandwidth_bytes"] = e.bandwidthBytes;
  j["peak_bytes"] = e.peakBytes();
  j["available_bytes"] = e.availableBytes;
  j["fits"] = e.fits();
  return j;
}

int inspect(const InspectOptions& o) {
  const std::unique_ptr<ModelFile> file = openModelFile(resolveModel(o.model.path), true);
  const Tokenizer tokenizer(file->vocab());
  Json whole = modelJson(file->info());
  for (const std::string& notice : tokenizer.notices()) whole["notices"].push_back(notice);
  if (o.context > 0) whole["memory"] = memoryJson(o);
  std::vector<Json> rows{whole};
  if (o.format == Format::Table || o.format == Format::Md) {
    rows.clear();
    const auto add = [&](const std::string& key, const Json& value) {
      rows.push_back({{"fact", key}, {"value", value.is_string() ? value : Json(jsonLine(value))}});
    };
    for (const auto& [key, value] : whole.items()) {
      if (key != "memory") add(key, value);
    }
    if (o.context > 0) {
      const Json& memory = whole["memory"];
      for (const auto& [key, value] : memory.items()) {
        if (key != "methods") add("memory: " + key, key.ends_with("_bytes") ? Json(bytesText(value.get<double>())) : value);
      }
      for (const Json& m : memory["methods"])
        add("memory: peak of " + m["method"].get<std::string>(), m.contains("error") ? m["error"] : Json(bytesText(m["peak_bytes"].get<double>())));
    }
  }
  printRows(o.format, "model", rows, &whole);
  return 0;
}

}  // namespace

void addInspect(Commands& commands) {
  CLI::App& app = commands.add("inspect", "Facts of a model (a GGUF file or a Hugging Face folder) before it is loaded");
  const auto o = std::make_shared<InspectOptions>();
  addModel(app, o->model.path);
  app.add_option_function<std::string>(
         "--precision",
         [o](const std::string& text) {
           if (text != "exact" && text != "fast") badInput("--precision: exact or fast");
           o->model.precision = text == "exact" ? Precision::Exact : Precision::Fast;
         },
         "For the memory: exact or fast")
      ->type_name("P")
      ->default_str("fast");
  app.add_option_function<std::string>(
         "--kv-type", [o](const std::string& text) { o->model.kvType = parseKvType("--kv-type", text); }, "For the memory: f32, f16, bf16 or q8_0")
      ->type_name("T");
  addInteger(app, "--context", o->context, 1, 1 << 24, "Tokens of context: also tell what a comparison would take of memory");
  addInteger(app, "-n", o->newTokens, 0, 1 << 20, "New tokens");
  app.add_option("--press", o->presses, "Methods to tell the memory of, separated by \";\"")->type_name("SPECS");
  addFormat(app, o->format);
  commands.onRun(app, [o](const Context&) {
    if (!o->presses.empty() && o->context == 0) badInput("--press needs --context");
    return inspect(*o);
  });
}

}  // namespace presslab::cli
