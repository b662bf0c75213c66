// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/api/metrics.h"

namespace presslab {

enum class Phase { Load, Tokenize, Calibrate, Prefill, Compress, Decode, Quality, Attention, Export };
enum class EventKind {
  RunStarted,      ///< text = run id; comparison holds stamp, question and context counts
  Note,            ///< text
  PhaseStarted,    ///< phase
  PhaseProgress,   ///< phase, progress 0..1, etaSeconds (< 0: unknown)
  PhaseFinished,   ///< phase, ms
  LayerDone,       ///< layer, kvBytes, heads (that layer), experts (that layer), balance
  LayerAppended,   ///< layer, kvBytes: the layer stands whole, before it is compressed
  Token,           ///< step, tokenId, text, ms, kvBytes, boundMs
  MethodFinished,  ///< result
  RunFinished      ///< comparison (complete or cancelled)
};

/// What the engine tells while it works. Sent on the engine thread, in order; values only, safe to move to another thread.
struct RunEvent {
  EventKind kind = EventKind::Note;
  int method = -1;  // index into the comparison's methods, -1: the run as a whole
  int repeat = 0;
  Phase phase = Phase::Load;
  double progress = 0, etaSeconds = -1, ms = 0, boundMs = 0;
  int layer = -1, step = -1;
  int32_t tokenId = -1;
  int64_t kvBytes = 0;
  DeviceMemory device;  // with LayerDone and Token
  std::string text;
  std::vector<HeadMetrics> heads;
  std::vector<ExpertMetrics> experts;
  std::shared_ptr<const MethodMetrics> result;
  std::shared_ptr<const Comparison> comparison;
};

using EventSink = std::function<void(const RunEvent&)>;

}  // namespace presslab
