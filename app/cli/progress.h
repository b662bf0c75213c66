// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "core/api/run_event.h"

namespace presslab::cli {

/// Tells on stderr how far the work is. On a terminal one line is rewritten; elsewhere finished phases stand on lines of their own, without
/// control characters. Quiet: nothing.
class Progress {
 public:
  explicit Progress(const Context&);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Names of the methods, for events that carry an index.
  void setMethods(std::vector<std::string> names) { m_methods = std::move(names); }
  void event(const RunEvent&);
  EventSink sink() {
    return [this](const RunEvent& e) { event(e); };
  }
  /// share 0..1 of something named.
  void share(double share, const std::string& what);
  /// A remark that stays.
  void note(const std::string& text);
  void clear();
  /// The line that is rewritten, at most ten times a second unless `always`.
  void show(const std::string& line, bool always);

 private:
  std::string titleOf(const RunEvent&) const;

  bool m_quiet, m_terminal;
  size_t m_shown = 0;  // characters of the line on the terminal
  std::string m_lastWhat;
  std::chrono::steady_clock::time_point m_last{};
  std::vector<std::string> m_methods;
};

}  // namespace presslab::cli
