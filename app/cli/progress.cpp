// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/progress.h"

#include <unistd.h>

#include <cstdio>

#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr size_t kLineWidth = 100;

const char* phaseName(Phase p) {
  switch (p) {
    case Phase::Load:
      return "load";
    case Phase::Tokenize:
      return "tokenize";
    case Phase::Calibrate:
      return "calibrate";
    case Phase::Prefill:
      return "prefill";
    case Phase::Compress:
      return "compress";
    case Phase::Decode:
      return "decode";
    case Phase::Quality:
      return "quality";
    case Phase::Attention:
      return "attention";
    case Phase::Export:
      return "export";
  }
  return "";
}

}  // namespace

Progress::Progress(const Context& context) : m_quiet(context.quiet), m_terminal(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() { clear(); }

void Progress::clear() {
  if (m_shown == 0) return;
  std::fprintf(stderr, "\r%*s\r", int(m_shown), "");
  m_shown = 0;
}

void Progress::note(const std::string& text) {
  if (m_quiet) return;
  clear();
  std::fprintf(stderr, "presslab-cli: %s\n", printable(text).c_str());
}

void Progress::show(const std::string& line, bool always) {
  if (m_quiet || !m_terminal) return;
  const auto now = std::chrono::steady_clock::now();
  if (!always && now - m_last < kRedraw) return;
  m_last = now;
  const std::string text = printable(line, kLineWidth);
  std::fprintf(stderr, "\r%-*s", int(m_shown), text.c_str());
  m_shown = std::max(m_shown, text.size());
}

std::string Progress::titleOf(const RunEvent& e) const {
  std::string title;
  if (e.method >= 0 && size_t(e.method) < m_methods.size()) title = m_methods[size_t(e.method)] + " ";
  return title + phaseName(e.phase);
}

void Progress::event(const RunEvent& e) {
  char text[64];
  switch (e.kind) {
    case EventKind::Note:
      note(e.text);
      break;
    case EventKind::PhaseStarted:
      show(titleOf(e), true);
      break;
    case EventKind::PhaseProgress:
      std::snprintf(text, sizeof text, e.etaSeconds > 0 ? " %3.0f %%, %.0f s left" : " %3.0f %%", e.progress * 100, e.etaSeconds);
      show(titleOf(e) + text, false);
      break;
    case EventKind::PhaseFinished:
      if (m_terminal) break;
      std::snprintf(text, sizeof text, ": %.0f ms", e.ms);
      note(titleOf(e) + text);
      break;
    case EventKind::Token:
      std::snprintf(text, sizeof text, " token %d, %.2f ms", e.step + 1, e.ms);
      show(titleOf(e) + text, false);
      break;
    default:
      break;
  }
}

void Progress::share(double share, const std::string& what) {
  char text[24];
  std::snprintf(text, sizeof text, " %3.0f %%", share * 100);
  show(what + text, what != m_lastWhat);
  if (!m_terminal && what != m_lastWhat) note(what);
  m_lastWhat = what;
}

}  // namespace presslab::cli
