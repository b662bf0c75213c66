// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// models: what stands in the search path, GGUF files and Hugging Face folders. What cannot be run is listed with the reason. models get: from the
// hub.
#include <algorithm>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/model_json.h"
#include "app/cli/progress.h"
#include "core/api/hub.h"
#include "core/api/lab.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

Json shortRow(const ModelInfo& m) {
  Json row;
  row["name"] = m.name;
  row["architecture"] = m.architecture;
  row["type"] = m.quantization;
  row["params"] = m.parameters;
  row["size"] = bytesText(double(m.fileBytes));
  row["layers"] = m.layers;
  row["kv_heads"] = m.kvHeads;
  row["context"] = m.contextLength;
  row["kv_bytes_per_token"] = m.kvBytesPerToken(2);
  row["path"] = m.path;
  row["notice"] = m.notices.empty() ? "" : m.notices.front();
  return row;
}

/// "model.gguf 2 of 3, 12.0 of 93.8 MiB, 4.2 MiB/s, 20 s left".
std::string progressLine(const HubProgress& p) {
  std::string line = p.file;
  if (p.count > 1) line += " " + std::to_string(p.index + 1) + " of " + std::to_string(p.count);
  line += ", " + bytesText(double(p.done));
  if (p.total >= 0) line += " of " + bytesText(double(p.total));
  if (!p.note.empty()) return line + ", again after: " + p.note;
  if (p.bytesPerSecond > 0) line += ", " + bytesText(p.bytesPerSecond) + "/s";
  if (p.secondsLeft >= 0) line += ", " + std::to_string(int64_t(p.secondsLeft + 0.5)) + " s left";
  return line;
}

struct GetOptions {
  std::string name, revision = "main", folder;
};

int get(const GetOptions& o, Format format, const Context& context) {
  HubRequest request = parseHubName(o.name);
  request.revision = o.revision;
  request.folder = o.folder;
  Progress progress(context);
  std::vector<HubResult> results;
  std::string note;
  try {
    results = downloadFromHub(
        hubSettings(), request,
        [&](const HubProgress& p) {
          progress.show(progressLine(p), !p.note.empty());
          if (!p.note.empty() && p.note != note) progress.note(p.file + ": trying again after: " + p.note);
          note = p.note;
        },
        context.stop);
  } catch (...) {
    progress.clear();
    throw;
  }
  progress.clear();
  std::vector<Json> rows;
  for (const HubResult& r : results) {
    Json row;
    row["file"] = r.name;
    row["path"] = r.path;
    row["bytes"] = r.bytes;
    row["fetched"] = r.fetched;
    row["checked"] = r.checked;
    rows.push_back(std::move(row));
  }
  printRows(format, "files", rows);
  const bool whole =
      std::any_of(results.begin(), results.end(), [](const HubResult& r) { return r.name.ends_with(".gguf") || r.name == "config.json"; });
  if (!whole) progress.note("no model is among them that runs by itself: a GGUF file, or config.json with weights");
  return 0;
}

}  // namespace

void addModels(Commands& commands) {
  CLI::App& app = commands.add("models", "Models found in the search path; models get fetches one from the Hugging Face hub");
  const auto format = std::make_shared<Format>(Format::Table);
  addFormat(app, *format);
  const auto o = std::make_shared<GetOptions>();
  CLI::App& fetch = *app.add_subcommand("get", "Fetch a model into the hub's cache, or into a folder");
  fetch.footer(
      "HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HF_HOME and HF_HUB_CACHE are read as the hub's own programs read them.\n"
      "Of the guide: distilbert/distilgpt2 (quick), openai-community/gpt2 (standard), microsoft/DialoGPT-medium (recommended). What was\n"
      "fetched into the cache is found by its name: -m OWNER/NAME.");
  fetch.add_option("name", o->name, "Repository, or one file of it: OWNER/NAME or OWNER/NAME:FILE")->type_name("REPO[:FILE]")->required();
  fetch.add_option("--revision", o->revision, "Branch, tag or commit")->type_name("R")->capture_default_str();
  fetch.add_option("--to", o->folder, "Into this folder instead of the hub's cache")->type_name("DIR");
  addFormat(fetch, *format);
  fetch.add_flag("-q,--quiet", commands.quiet, "Neither progress nor remarks on stderr");
  commands.onRun(app, [format, o, &fetch](const Context& context) {
    if (fetch.parsed()) return get(*o, *format, context);
    std::vector<Json> rows;
    for (const ModelInfo& m : findModels()) rows.push_back(*format == Format::Table || *format == Format::Md ? shortRow(m) : modelJson(m));
    printRows(*format, "models", rows);
    return 0;
  });
}

}  // namespace presslab::cli
