// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/untimed_passes.h"

#include <new>

#include "core/api/error.h"
#include "core/compare/improvements.h"
#include "core/compare/replay.h"
#include "core/compare/run_events.h"

namespace presslab {
namespace {

bool usable(const UntimedJob& job, const std::vector<MethodMetrics>& rows, size_t i) {
  return i < rows.size() && hasFigures(rows[i]) && !job.methods[i].layers.empty();
}

void qualityPass(const UntimedJob& job, std::vector<MethodMetrics>& rows, Replay& replay) {
  const int base = baselineIndex(rows);
  {
    PhaseEvents events(job.sink, base, Phase::Quality);
    replay.prefill(
        {}, job.context, [&](double share) { events.progress(share * .6); }, job.stop);
    // The baseline's greedy continuation is known where it decoded greedily; a sampled one is not what methods are held to.
    std::vector<int32_t> continuation = job.prompt.continuation;
    if (continuation.empty() && job.spec.sampling.temperature == 0) continuation = rows[size_t(base)].ids;
    replay.teach(
        continuation, job.spec.maxNewTokens, [&](double share) { events.progress(.6 + share * .4); }, job.stop);
    events.finish();
  }
  for (size_t i = 0; i < job.methods.size(); ++i) {
    if (!usable(job, rows, i)) continue;
    PhaseEvents events(job.sink, int(i), Phase::Quality);
    rows[i].quality = replay.quality(
        job.methods[i].plan(), [&](double share) { events.progress(share); }, job.stop);
    events.finish();
  }
}

void attentionPass(const UntimedJob& job, std::vector<MethodMetrics>& rows, Replay& replay) {
  const HeadShape shape = job.model.backend->shape();
  PhaseEvents events(job.sink, -1, Phase::Attention);
  std::vector<std::vector<LayerKeep>> plans;
  std::vector<std::span<const LayerKeep>> views;
  std::vector<size_t> planned;
  for (size_t i = 0; i < job.methods.size(); ++i) {
    if (!usable(job, rows, i)) continue;
    plans.push_back(job.methods[i].plan());
    planned.push_back(i);
  }
  for (const std::vector<LayerKeep>& plan : plans) views.emplace_back(plan);
  const std::vector<Replay::Share> shares = replay.attention(
      views, [&](double share) { events.progress(share); }, job.stop);
  for (size_t k = 0; k < planned.size(); ++k) {
    MethodMetrics& m = rows[planned[k]];
    m.quality.attentionKept = shares[k].total;
    for (HeadMetrics& h : m.heads) h.attentionKept = shares[k].heads[size_t(h.layer * shape.kvHeads + h.head)];
  }
  events.finish();
}

}  // namespace

void untimedPasses(const UntimedJob& job, std::vector<MethodMetrics>& rows) {
  const int base = baselineIndex(rows);
  if (!job.spec.quality || base < 0 || !usable(job, rows, size_t(base))) return;
  try {
    Replay replay(job.model, job.prompt);
    qualityPass(job, rows, replay);
    attentionPass(job, rows, replay);
  } catch (const Failure& e) {
    if (e.code() == ErrorCode::Cancelled) throw;
    sendNote(job.sink, -1, std::string("quality was not measured: ") + e.what());
  } catch (const std::bad_alloc&) {
    sendNote(job.sink, -1, "quality was not measured: out of memory");
  }
}

}  // namespace presslab
