// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// logits: one forward pass over given ids.
#include <algorithm>
#include <memory>
#include <numeric>

#include "app/cli/input.h"
#include "app/cli/numbers.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "core/engine/session.h"

namespace presslab::cli {
namespace {

struct LogitsOptions {
  ModelOptions model;
  std::string tokens;
  int top = 10;
  Format format = Format::Json;
};

/// Ids of the n largest, largest first; equal ones by id.
std::vector<int32_t> largest(const std::vector<float>& logits, size_t n) {
  std::vector<int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  n = std::min(n, order.size());
  std::partial_sort(order.begin(), order.begin() + std::ptrdiff_t(n), order.end(), [&](int32_t a, int32_t b) {
    const float x = logits[size_t(a)], y = logits[size_t(b)];
    return x != y ? x > y : a < b;
  });
  order.resize(n);
  return order;
}

int logits(const LogitsOptions& o, const Context& context) {
  const TokenFile file(o.tokens, context.stop);
  Progress progress(context);
  const std::unique_ptr<LoadedModel> model = loadModel(o.model.spec, progress.sink(), context.stop);
  const std::vector<int32_t> ids = file.ids(model->file->info().vocab);
  const ForwardResult result = forward(*model->backend, ids, context.stop);
  progress.clear();
  Json whole;
  whole["n_tokens"] = result.tokens;
  whole["nll_mean"] = ids.size() > 1 ? Json(result.nllMean) : Json();
  whole["top"] = Json::array();
  for (const int32_t id : largest(result.lastLogits, size_t(o.top))) whole["top"].push_back({{"id", id}, {"logit", result.lastLogits[size_t(id)]}});
  std::vector<Json> rows;
  for (const Json& one : whole["top"])
    rows.push_back({{"n_tokens", whole["n_tokens"]},
                    {"nll_mean", whole["nll_mean"]},
                    {"id", one["id"]},
                    {"logit", one["logit"]},
                    {"piece", model->tokenizer->piece(one["id"])}});
  printRows(o.format, "logits", rows, &whole);
  return 0;
}

}  // namespace

void addLogits(Commands& commands) {
  CLI::App& app = commands.add("logits", "One forward pass over token ids: mean negative log-likelihood and the best next tokens");
  const auto o = std::make_shared<LogitsOptions>();
  o->model.add(app);
  addTokens(app, o->tokens);
  addInteger(app, "--top", o->top, 0, INT32_MAX, "How many of the last position's best logits");
  addFormat(app, o->format);
  commands.onRun(app, [o](const Context& c) { return logits(*o, c); });
}

}  // namespace presslab::cli
