// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/presets.h"

#include <QCoreApplication>
#include <algorithm>

namespace presslab {
namespace {

constexpr Preset kPresets[]{
    {"balanced", QT_TRANSLATE_NOOP("Presets", "Balanced (recommended)"),
     QT_TRANSLATE_NOOP("Presets", "Half of the cache, four experts, two for a token"), 0.5, 0.7, 4, 2, 2000, 64},
    {"conservative", QT_TRANSLATE_NOOP("Presets", "Conservative"), QT_TRANSLATE_NOOP("Presets", "Removes 30 %: quality first"), 0.3, 0.7, 4, 2, 2000,
     64},
    {"aggressive", QT_TRANSLATE_NOOP("Presets", "Aggressive"), QT_TRANSLATE_NOOP("Presets", "Removes 70 %: memory first"), 0.7, 0.7, 4, 2, 2000, 64},
    {"experts_light", QT_TRANSLATE_NOOP("Presets", "Few experts"), QT_TRANSLATE_NOOP("Presets", "Two experts: the cheapest router"), 0.5, 0.7, 2, 2,
     2000, 64},
    {"experts_high", QT_TRANSLATE_NOOP("Presets", "Many experts"), QT_TRANSLATE_NOOP("Presets", "Eight experts: the finest choice"), 0.5, 0.7, 8, 2,
     2000, 64},
    {"split", QT_TRANSLATE_NOOP("Presets", "Split 60/40"), QT_TRANSLATE_NOOP("Presets", "The router frees 60 %, Duo 40 % of the bytes"), 0.5, 0.6, 4,
     2, 2000, 64},
    {"long_document", QT_TRANSLATE_NOOP("Presets", "Long document"),
     QT_TRANSLATE_NOOP("Presets", "4,000 tokens and a question, removes 60 %, six experts"), 0.6, 0.7, 6, 2, 4000, 64},
    {"chat", QT_TRANSLATE_NOOP("Presets", "Chat"),
     QT_TRANSLATE_NOOP("Presets", "1,000 tokens, removes 40 %. One question is asked; several turns on one cache are not measured yet."), 0.4, 0.7, 4,
     2, 1000, 64},
    {"generation", QT_TRANSLATE_NOOP("Presets", "Long generation"), QT_TRANSLATE_NOOP("Presets", "2,000 tokens and a long answer"), 0.5, 0.7, 4, 2,
     2000, 256},
    {"tuned", QT_TRANSLATE_NOOP("Presets", "Tuned, five experts"), QT_TRANSLATE_NOOP("Presets", "Five experts, half of the cache"), 0.5, 0.7, 5, 2,
     2000, 64},
    {"low_memory", QT_TRANSLATE_NOOP("Presets", "Low memory"),
     QT_TRANSLATE_NOOP("Presets", "The guide's values: removes 20 %, two experts. Advice: fewer experts free no memory, a higher ratio does."), 0.2,
     0.7, 2, 2, 1000, 64},
};

}  // namespace

std::span<const Preset> presets() { return kPresets; }

Knobs knobsOf(const Preset& p) {
  Knobs k;
  k.ratio = p.ratio;
  k.split = p.split;
  k.experts = p.experts;
  k.topK = std::min(p.topK, p.experts);
  return k;
}

std::vector<std::string> Knobs::methods() const {
  const QString r = QString::number(ratio, 'g', 4);
  const QString routed =
      QStringLiteral("eplb_duo(ratio=%1,split=%2,num_experts=%3,top_k=%4,router=%5,balance=%6)")
          .arg(r, QString::number(split, 'g', 4), QString::number(experts), QString::number(std::min(topK, experts)), router, balance);
  return {"none", QStringLiteral("duo(ratio=%1)").arg(r).toStdString(), routed.toStdString()};
}

}  // namespace presslab
