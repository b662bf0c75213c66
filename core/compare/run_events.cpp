// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/run_events.h"

namespace presslab {
namespace {

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double timeLeft(double share, double seconds) { return share > 0 ? seconds * (1 - share) / share : -1; }

}  // namespace

double boundMs(int64_t weightBytes, int64_t kvBytes, double bandwidth) {
  return bandwidth > 0 ? double(weightBytes + kvBytes) / (bandwidth * 1e6) : 0;
}

void sendNote(const EventSink& sink, int method, const std::string& text) {
  if (!sink) return;
  RunEvent e;
  e.kind = EventKind::Note;
  e.method = method;
  e.text = text;
  sink(e);
}

PhaseEvents::PhaseEvents(const EventSink& sink, int method, Phase phase, int repeat) : m_sink(sink) {
  m_event.kind = EventKind::PhaseStarted;
  m_event.method = method;
  m_event.phase = phase;
  m_event.repeat = repeat;
  if (m_sink) m_sink(m_event);
}

void PhaseEvents::progress(double share, const std::string& text) {
  if (!m_sink) return;
  RunEvent e = m_event;
  e.kind = EventKind::PhaseProgress;
  e.progress = share;
  e.etaSeconds = timeLeft(share, secondsSince(m_begun));
  e.text = text;
  m_sink(e);
}

void PhaseEvents::finish() { finish(secondsSince(m_begun) * 1000); }

void PhaseEvents::finish(double ms) {
  if (!m_sink) return;
  RunEvent e = m_event;
  e.kind = EventKind::PhaseFinished;
  e.progress = 1;
  e.ms = ms;
  m_sink(e);
}

MethodEvents::MethodEvents(const EventSink& sink, const Backend& backend, int method, int repeat, int64_t contextTokens, int newTokens,
                           double bandwidth)
    : m_sink(sink),
      m_backend(backend),
      m_method(method),
      m_repeat(repeat),
      m_context(contextTokens),
      m_newTokens(newTokens),
      m_bandwidth(bandwidth) {}

RunEvent MethodEvents::make(EventKind kind) const {
  RunEvent e;
  e.kind = kind;
  e.method = m_method;
  e.repeat = m_repeat;
  e.phase = m_phase;
  return e;
}

void MethodEvents::layerDone(int layer, int64_t kvBytes, const LayerKeep& keep) {
  m_boundMs = boundMs(m_backend.weightBytes(), kvBytes, m_bandwidth);
  if (!m_sink) return;
  RunEvent e = make(EventKind::LayerDone);
  e.layer = layer;
  e.kvBytes = kvBytes;
  e.device = m_backend.deviceMemory();
  const int64_t rowBytes = 2 * m_backend.kvRowBytes();
  for (size_t h = 0; h < keep.heads.size(); ++h) {
    HeadMetrics head;  // positions come with the method's result
    head.layer = layer;
    head.head = int(h);
    head.kind = keep.heads[h].kind;
    head.kept = int64_t(keep.heads[h].positions.size());
    head.total = m_context;
    head.bytes = head.kept * rowBytes;
    e.heads.push_back(std::move(head));
  }
  e.experts = keep.experts;
  send(e);
}

void MethodEvents::progress(double share) {
  RunEvent e = make(EventKind::PhaseProgress);
  e.progress = share;
  e.etaSeconds = timeLeft(share, secondsSince(m_begun));
  send(e);
}

void MethodEvents::token(int step, int32_t id, const std::string& piece, double ms, int64_t kvBytes) {
  RunEvent e = make(EventKind::Token);
  e.step = step;
  e.tokenId = id;
  e.text = piece;
  e.ms = ms;
  e.kvBytes = kvBytes;
  e.boundMs = m_boundMs;
  e.device = m_backend.deviceMemory();
  send(e);
  m_decodeMs += ms;
  RunEvent p = make(EventKind::PhaseProgress);
  p.progress = double(step + 1) / double(m_newTokens);
  p.etaSeconds = step > 0 ? m_decodeMs / step * (m_newTokens - step - 1) / 1000 : -1;
  send(p);
}

MethodHooks MethodEvents::hooks() {
  MethodHooks hooks;
  hooks.phaseStarted = [this](Phase phase) {
    m_phase = phase;
    m_begun = std::chrono::steady_clock::now();
    send(make(EventKind::PhaseStarted));
  };
  hooks.phaseFinished = [this](Phase phase, double ms) {
    RunEvent e = make(EventKind::PhaseFinished);
    e.phase = phase;
    e.progress = 1;
    e.ms = ms;
    send(e);
  };
  hooks.prefill.appended = [this](int layer, int64_t kvBytes) {
    RunEvent e = make(EventKind::LayerAppended);
    e.layer = layer;
    e.kvBytes = kvBytes;
    send(e);
  };
  hooks.prefill.compressed = [this](int layer, int64_t kvBytes, const LayerKeep& keep) { layerDone(layer, kvBytes, keep); };
  hooks.prefill.progress = [this](double share) { progress(share); };
  hooks.token = [this](int step, int32_t id, const std::string& piece, double ms, int64_t kvBytes) { token(step, id, piece, ms, kvBytes); };
  return hooks;
}

}  // namespace presslab
