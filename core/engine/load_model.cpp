// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "core/api/error.h"
#include "core/engine/session.h"

namespace presslab {
namespace {

void send(const EventSink& sink, EventKind kind, double progress, double ms) {
  if (!sink) return;
  RunEvent e;
  e.kind = kind;
  e.phase = Phase::Load;
  e.progress = progress;
  e.ms = ms;
  sink(e);
}

}  // namespace

std::unique_ptr<LoadedModel> loadModel(const ModelSpec& spec, const EventSink& sink, std::stop_token stop) {
  const auto start = std::chrono::steady_clock::now();
  const bool cuda = spec.device.rfind("cuda", 0) == 0;
  if (spec.device != "cpu" && !cuda) badInput("device \"" + spec.device + "\": cpu or cuda:N");
  if (!spec.backend.empty() && spec.backend != "torch" && spec.backend != "cpu") badInput("backend \"" + spec.backend + "\": cpu or torch");
  if (cuda && spec.backend == "cpu") badInput("backend cpu does not run on " + spec.device);
  if (spec.attention != "flash" && spec.attention != "reference") badInput("attention \"" + spec.attention + "\": flash or reference");
  if (spec.threads < 0) badInput("threads must be >= 0, it is " + std::to_string(spec.threads));
  send(sink, EventKind::PhaseStarted, 0, 0);
  auto model = std::make_unique<LoadedModel>();
  model->spec = spec;
  model->file = openModelFile(resolveModel(spec.path));
  if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "loading cancelled");
  model->tokenizer = std::make_unique<Tokenizer>(model->file->vocab());
  const LoadProgress progress = [&](double share) { send(sink, EventKind::PhaseProgress, share, 0); };
  model->backend = spec.backend == "torch" ? makeTorchBackend(*model->file, spec, progress, stop)
                   : cuda                  ? makeCudaBackend(*model->file, spec, progress, stop)
                                           : makeCpuBackend(*model->file, spec, progress, stop);
  model->loadMs = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  send(sink, EventKind::PhaseFinished, 1, model->loadMs);
  return model;
}

}  // namespace presslab
