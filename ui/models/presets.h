// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <span>
#include <string>
#include <vector>

namespace presslab {

/// The knobs of the left panel. `methods()` writes them as press specs.
struct Knobs {
  double ratio = 0.5, split = 0.7;
  int experts = 4, topK = 2;
  QString router = QStringLiteral("eplb"), balance = QStringLiteral("integral");
  std::vector<std::string> methods() const;  // none, duo, eplb_duo
};

/// A situation of the guide: knobs and job. `name` and `help` are source texts of context "Presets".
struct Preset {
  const char *id, *name, *help;
  double ratio, split;
  int experts, topK, contextTokens, newTokens;
};
std::span<const Preset> presets();
Knobs knobsOf(const Preset& preset);

}  // namespace presslab
