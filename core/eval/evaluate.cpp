// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <map>
#include <new>

#include "core/api/error.h"
#include "core/api/lab.h"
#include "core/eval/grid.h"
#include "core/eval/grid_methods.h"

namespace presslab {
namespace {

/// Means over the samples of a cell.
std::vector<EvalHeadRow> headRows(const std::vector<EvalSample>& samples, const std::vector<HeadSample>& heads) {
  std::map<std::string, const HeadSample*> byKey;
  for (const HeadSample& h : heads) byKey[h.key] = &h;
  std::vector<EvalHeadRow> out;
  std::map<std::string, size_t> cells;  // first row of a cell
  for (const EvalSample& s : samples) {
    const auto found = byKey.find(s.task + "|" + std::to_string(s.length) + "|" + std::to_string(s.instance) + "|" + s.method);
    if (found == byKey.end() || found->second->kvHeads < 1) continue;
    const HeadSample& h = *found->second;
    const auto [cell, fresh] = cells.try_emplace(s.task + "|" + std::to_string(s.length) + "|" + s.method, out.size());
    for (size_t i = 0; i < h.kept.size(); ++i) {
      if (fresh) out.push_back({s.task, s.method, s.length, int(i) / h.kvHeads, int(i) % h.kvHeads, 0, s.ratio, 0, 0, 0});
      EvalHeadRow& row = out[cell->second + i];
      ++row.samples;
      row.keptShare += (h.kept[i] - row.keptShare) / row.samples;
      row.attentionKept += (h.attention[i] - row.attentionKept) / row.samples;
      row.outputError += (h.error[i] - row.outputError) / row.samples;
    }
  }
  return out;
}

/// The spec as it runs: tasks expanded, methods canonical; of a folder, where it is to be continued.
EvalSpec settled(const EvalSpec& given) {
  EvalSpec spec = given;
  if (given.resume) {
    if (given.outDir.empty()) badInput("--resume needs the folder of the grid (--out)");
    GridManifest manifest = readManifest(given.outDir);
    spec = std::move(manifest.spec);
    spec.model.threads = given.model.threads;
    if (!given.model.path.empty()) spec.model.path = given.model.path;
    spec.resume = true;
    spec.commandLine = given.commandLine;
  }
  spec.tasks = expandEvalTasks(spec.tasks);
  for (std::string& method : spec.methods) method = canonicalPressSpec(method);
  return spec;
}

}  // namespace

EvalResult evaluate(Lab& lab, const EvalSpec& given, const EvalSink& sink, std::stop_token stop) noexcept {
  EvalResult result;
  std::vector<HeadSample> heads;
  const auto fail = [&](int code, const std::string& text) {
    result.exitCode = code;
    result.cancelled = code == int(ErrorCode::Cancelled);
    if (result.error.empty()) result.error = text;
  };
  const auto guarded = [&](const auto& work) {
    try {
      work();
    } catch (const Failure& e) {
      fail(int(e.code()), e.what());
    } catch (const std::bad_alloc&) {
      fail(int(ErrorCode::NoMemory), "out of memory");
    } catch (const std::exception& e) {
      fail(int(ErrorCode::Failed), e.what());
    }
  };
  guarded([&] {
    result.spec = settled(given);
    gridMethods(result.spec.methods, result.spec.ratios);  // refused before a model is loaded
    if (sink) {
      EvalProgress p;
      p.what = "loading";
      sink(p);
    }
    lab.lend(result.spec.model, {}, stop,
             [&](LoadedModel& model, RunMemory& memory) { runGrid(model, memory, result.spec, sink, stop, result, heads); });
  });
  guarded([&] {
    result.rows = summarizeEval(result.samples, result.spec.seed);
    result.heads = headRows(result.samples, heads);
    if (!result.spec.outDir.empty() && !result.samples.empty()) writeEvalFolder(result, result.spec.outDir);
  });
  return result;
}

EvalResult readEvalFolder(const std::string& dir) {
  EvalResult result;
  GridManifest manifest = readManifest(dir);
  result.spec = std::move(manifest.spec);
  result.modelName = std::move(manifest.modelName);
  result.fingerprint = std::move(manifest.fingerprint);
  result.samples = readSamples(dir);
  result.rows = summarizeEval(result.samples, result.spec.seed);
  if (result.spec.heads) result.heads = headRows(result.samples, readHeadSamples(dir));
  return result;
}

}  // namespace presslab
