// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// models: what stands in the search path. A file that cannot be run is listed with the reason.
#include <memory>

#include "app/cli/command.h"
#include "app/cli/model_json.h"
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

}  // namespace

void addModels(Commands& commands) {
  CLI::App& app = commands.add("models", "Models found in the search path");
  const auto format = std::make_shared<Format>(Format::Table);
  addFormat(app, *format);
  commands.onRun(app, [format](const Context&) {
    std::vector<Json> rows;
    for (const ModelInfo& m : findModels()) rows.push_back(*format == Format::Table || *format == Format::Md ? shortRow(m) : modelJson(m));
    printRows(*format, "models", rows);
    return 0;
  });
}

}  // namespace presslab::cli
