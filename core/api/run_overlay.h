// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/api/metrics.h"

namespace presslab {

using RunList = std::vector<std::shared_ptr<const Comparison>>;

/// One setting over several runs, under its key in run.json ("methods": the specs, separated by "; ").
struct RunSetting {
  std::string key;
  std::vector<std::string> values;  // one a run
  bool differs = false;
};
/// What was set in each run, in the order in which people look for it. What was measured (times, load, bandwidth) is no setting.
std::vector<RunSetting> runSettings(const RunList&);

/// What forbids comparing a run with another: keys of settings that differ and must not, for each kind of figure. Bytes need the same model
/// and length; times also the same machine, threads, number format and a timed run; quality the same model, prompt, answer length and format,
/// because each run is measured against its own uncompressed answer.
struct Obstacles {
  std::vector<std::string> memory, time, quality;
  bool none() const { return memory.empty() && time.empty() && quality.empty(); }
};
Obstacles obstaclesBetween(const Comparison&, const Comparison&);

/// A method against another, as Improvement counts; NaN: not measured, or not to be compared.
struct Gain {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double memoryPct = kNone, timePct = kNone, speedPct = kNone, kldRatio = kNone;
};

/// What the others are held against: a run (each method against the same method there), or one method of it.
struct Pin {
  static constexpr int kSameMethod = -1;
  size_t run = 0;
  int method = kSameMethod;
};

struct OverlayRow {
  size_t run = 0, method = 0;           // places in the list and in Comparison::methods
  Gain overPin, overBaseline, overDuo;  // baseline and Duo of the same run, else of the pinned one
};

struct Overlay {
  std::vector<RunSetting> settings;
  std::vector<Obstacles> obstacles;  // one a run, against the pinned run
  std::vector<OverlayRow> rows;      // runs in their order, methods in theirs
};
/// Lays runs over each other. The list may be empty; a pin outside it pins the first. Pure arithmetic.
Overlay overlayOf(const RunList&, Pin);

}  // namespace presslab
