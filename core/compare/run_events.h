// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>

#include "core/api/run_event.h"
#include "core/compare/method_run.h"

namespace presslab {

/// Sends the events of one phase of a run: started, progress with the time left at the measured rate, finished with its milliseconds. The sink
/// may be empty.
class PhaseEvents {
 public:
  PhaseEvents(const EventSink& sink, int method, Phase phase, int repeat = 0);
  void progress(double share, const std::string& text = {});
  void finish();  // with the wall time since the start
  void finish(double ms);

 private:
  const EventSink& m_sink;
  RunEvent m_event;  // method, phase and repeat filled in
  std::chrono::steady_clock::time_point m_begun = std::chrono::steady_clock::now();
};

/// Turns what one method's run reports into events: layers, tokens, phases, with the bandwidth bound of what it holds.
class MethodEvents {
 public:
  /// bandwidth in GB/s; 0: no bound is told.
  MethodEvents(const EventSink&, const Backend&, int method, int repeat, int64_t contextTokens, int newTokens, double bandwidth);
  MethodHooks hooks();

 private:
  RunEvent make(EventKind) const;
  void send(const RunEvent& e) const {
    if (m_sink) m_sink(e);
  }
  void layerDone(int layer, int64_t kvBytes, const LayerKeep&);
  void token(int step, int32_t id, const std::string& piece, double ms, int64_t kvBytes);
  void progress(double share);

  const EventSink& m_sink;
  const Backend& m_backend;
  int m_method, m_repeat;
  int64_t m_context;
  int m_newTokens;
  double m_bandwidth, m_boundMs = 0, m_decodeMs = 0;
  Phase m_phase = Phase::Prefill;
  std::chrono::steady_clock::time_point m_begun;
};

/// Least milliseconds of a decoded token: weights and kept keys and values read once at `bandwidth` GB/s; 0 when that is unknown.
double boundMs(int64_t weightBytes, int64_t kvBytes, double bandwidth);

void sendNote(const EventSink&, int method, const std::string& text);

}  // namespace presslab
