// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// keep: prefill and compress alone; which positions every head holds.
#include <cmath>
#include <memory>

#include "app/cli/numbers.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "core/calibrate/calibrate.h"
#include "core/compare/memory_probe.h"
#include "core/compare/method_run.h"
#include "core/engine/session.h"

namespace presslab::cli {
namespace {

struct KeepOptions {
  ModelOptions model;
  std::string tokens, press;
  bool noCalibrate = false;
  uint64_t seed = 0;
  Format format = Format::Json;
};

/// Per layer and head: kept positions, ascending.
using Kept = std::vector<std::vector<std::vector<int32_t>>>;

Json keepJson(const Kept& kept, const Sequence& sequence, const Backend& backend, const Press& press, const RunContext& run,
              const PrefillResult& result, int64_t rssBefore) {
  const HeadShape shape = backend.shape();
  const CacheBytes bytes = sequence.bytes();
  const int64_t full = 2 * backend.kvRowBytes() * shape.headTokens(run.tokens);
  int64_t held = 0;
  for (const auto& layer : kept) {
    for (const auto& head : layer) held += int64_t(head.size());
  }
  Json j;
  j["press"] = press.spec();
  j["calibration"] = press.wantsCalibration() ? run.calibration : "";
  j["n_tokens"] = run.tokens;
  j["layers"] = kept;
  j["kept_tokens"] = held;
  j["kv_bytes"] = bytes.held;
  j["kv_bytes_full"] = full;
  j["kv_bytes_peak"] = result.kvBytesPeak;
  j["ratio_requested"] = press.ratio();
  j["ratio_effective"] = 1 - double(held) / double(shape.headTokens(run.tokens));
  j["ratio_measured"] = 1 - double(bytes.held) / double(full);
  j["prefill_ms"] = result.prefillMs;
  j["compress_ms"] = result.compressMs;
  j["rss_before"] = rssBefore;
  j["rss_after"] = residentBytes();
  j["notes"] = result.notes;
  return j;
}

int keep(const KeepOptions& o, const Context& context) {
  const PressPtr press = makePress(o.press);
  const TokenFile file(o.tokens, context.stop);
  Progress progress(context);
  const std::unique_ptr<LoadedModel> model = loadModel(o.model.spec, progress.sink(), context.stop);
  const std::vector<int32_t> ids = file.ids(model->file->info().vocab);
  RunContext run;
  run.shape = model->backend->shape();
  run.tokens = int64_t(ids.size());
  run.seed = o.seed;
  const RereadText reread = rereadText(*model, true);
  run.reread = &reread;
  PatternChoice pattern;
  if (press->wantsCalibration()) {
    pattern = obtainPattern(
        *model, o.noCalibrate, [&](double share, const std::string& what) { progress.share(share, what); }, context.stop);
    run.pattern = pattern.pattern.get();
    run.calibration = pattern.kind;
  }
  const std::vector<std::string> notes = press->begin(run);
  const int64_t rssBefore = residentBytes();
  const std::unique_ptr<Sequence> sequence = model->backend->newSequence();
  PrefillResult result = prefill(*model->backend, *sequence, ids, press.get(), run, {}, context.stop);
  trimHeap();
  result.notes.insert(result.notes.begin(), notes.begin(), notes.end());
  for (const std::string& note : result.notes) progress.note(note);
  Kept kept(static_cast<size_t>(run.shape.layers));
  std::vector<Json> rows;
  for (int l = 0; l < run.shape.layers; ++l) {
    for (int h = 0; h < run.shape.kvHeads; ++h) {
      kept[size_t(l)].push_back(sequence->positions(l, h));
      const auto& positions = kept[size_t(l)].back();
      if (o.format != Format::Json) rows.push_back({{"layer", l}, {"head", h}, {"kept", positions.size()}, {"bytes", sequence->headBytes(l, h)}});
      if (o.format == Format::Csv || o.format == Format::Sql) rows.back()["positions"] = jsonLine(positions);
    }
  }
  progress.clear();
  const Json whole = keepJson(kept, *sequence, *model->backend, *press, run, result, rssBefore);
  printRows(o.format, "kept", rows, &whole);
  return 0;
}

}  // namespace

void addKeep(Commands& commands) {
  CLI::App& app = commands.add("keep", "Prefill and compress token ids, and tell which positions every head keeps");
  const auto o = std::make_shared<KeepOptions>();
  o->model.add(app);
  addTokens(app, o->tokens);
  app.add_option("--press", o->press, "Press spec, for instance snapkv(ratio=0.5)")->type_name("SPEC")->required();
  app.add_flag("--no-calibrate", o->noCalibrate, "Never calibrate the model on the way");
  addSeed(app, o->seed);
  addFormat(app, o->format);
  commands.onRun(app, [o](const Context& c) { return keep(*o, c); });
}

}  // namespace presslab::cli
