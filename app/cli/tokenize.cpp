// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// tokenize: raw text to ids, bytes as they are.
#include <memory>
#include <optional>

#include "app/cli/input.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "core/api/error.h"
#include "core/format/gguf_model.h"
#include "core/tokenizer/tokenizer.h"

namespace presslab::cli {
namespace {

struct TokenizeOptions {
  std::string model;
  std::optional<std::string> text, file;
  Format format = Format::Json;
};

int tokenize(const TokenizeOptions& o, const Context& context) {
  if (o.text.has_value() == o.file.has_value()) badInput("tokenize: give either --text or --file");
  const std::unique_ptr<ModelFile> file = openModelFile(resolveModel(o.model), true);
  const Tokenizer tokenizer(file->vocab());
  Progress progress(context);
  for (const std::string& notice : tokenizer.notices()) progress.note(notice);
  const std::string text = o.text ? *o.text : readInput(*o.file, kTextLimit, context.stop);
  const std::vector<int32_t> ids = tokenizer.encode(text);
  Json whole{{"ids", ids}, {"pieces", Json::array()}};
  std::vector<Json> rows;
  for (size_t i = 0; i < ids.size(); ++i) {
    whole["pieces"].push_back(tokenizer.piece(ids[i]));
    if (o.format != Format::Json) rows.push_back({{"index", i}, {"id", ids[i]}, {"piece", whole["pieces"].back()}});
  }
  printRows(o.format, "tokens", rows, &whole);
  return 0;
}

}  // namespace

void addTokenize(Commands& commands) {
  CLI::App& app = commands.add("tokenize", "Raw text to token ids: no template, no begin-of-text token");
  const auto o = std::make_shared<TokenizeOptions>();
  addModel(app, o->model);
  app.add_option("--text", o->text, "The text")->type_name("T");
  app.add_option("--file", o->file, "A file, its bytes unchanged (\"-\": standard input)")->type_name("F");
  addFormat(app, o->format);
  commands.onRun(app, [o](const Context& c) { return tokenize(*o, c); });
}

}  // namespace presslab::cli
