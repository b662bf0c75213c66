// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// inspect: what the header says, before anything is loaded. Checked as a load checks it, the tokenizer included.
#include <memory>

#include "app/cli/model_json.h"
#include "app/cli/options.h"
#include "core/format/gguf_model.h"
#include "core/tokenizer/tokenizer.h"

namespace presslab::cli {
namespace {

int inspect(const std::string& path, Format format) {
  const std::unique_ptr<ModelFile> file = openGguf(resolveModel(path), true);
  const Tokenizer tokenizer(file->vocab());
  Json whole = modelJson(file->info());
  for (const std::string& notice : tokenizer.notices()) whole["notices"].push_back(notice);
  std::vector<Json> rows{whole};
  if (format == Format::Table || format == Format::Md) {
    rows.clear();
    for (const auto& [key, value] : whole.items()) rows.push_back({{"fact", key}, {"value", value.is_string() ? value : Json(jsonLine(value))}});
  }
  printRows(format, "model", rows, &whole);
  return 0;
}

}  // namespace

void addInspect(Commands& commands) {
  CLI::App& app = commands.add("inspect", "Facts of a model file before it is loaded");
  struct Options {
    std::string model;
    Format format = Format::Table;
  };
  const auto o = std::make_shared<Options>();
  addModel(app, o->model);
  addFormat(app, o->format);
  commands.onRun(app, [o](const Context&) { return inspect(o->model, o->format); });
}

}  // namespace presslab::cli
