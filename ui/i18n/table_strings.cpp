// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Texts of tables that core owns, which knows no translations: titles and parameter labels of the presses, headers of the metrics. The
// tests compare this list with the tables.
#include <QCoreApplication>

namespace presslab {

extern const char* const kTableStrings[];
const char* const kTableStrings[]{
    QT_TRANSLATE_NOOP("PressTable", "No Compression"),
    QT_TRANSLATE_NOOP("PressTable", "Duo Attention"),
    QT_TRANSLATE_NOOP("PressTable", "EPLB Routing"),
    QT_TRANSLATE_NOOP("PressTable", "EPLB Routing + Duo Attention"),
    QT_TRANSLATE_NOOP("PressTable", "Ratio removed"),
    QT_TRANSLATE_NOOP("PressTable", "First tokens"),
    QT_TRANSLATE_NOOP("PressTable", "Recent tokens"),
    QT_TRANSLATE_NOOP("PressTable", "Window"),
    QT_TRANSLATE_NOOP("PressTable", "Head order"),
    QT_TRANSLATE_NOOP("PressTable", "Calibration"),
    QT_TRANSLATE_NOOP("PressTable", "Seed"),
    QT_TRANSLATE_NOOP("PressTable", "Experts"),
    QT_TRANSLATE_NOOP("PressTable", "Experts per token"),
    QT_TRANSLATE_NOOP("PressTable", "Capacity factor"),
    QT_TRANSLATE_NOOP("PressTable", "Router"),
    QT_TRANSLATE_NOOP("PressTable", "Balance"),
    QT_TRANSLATE_NOOP("PressTable", "Dispatch"),
    QT_TRANSLATE_NOOP("PressTable", "Shared share"),
    QT_TRANSLATE_NOOP("PressTable", "Head quotas"),
    QT_TRANSLATE_NOOP("PressTable", "Expert list"),
    QT_TRANSLATE_NOOP("PressTable", "Temperature"),
    QT_TRANSLATE_NOOP("PressTable", "Balance coefficient"),
    QT_TRANSLATE_NOOP("PressTable", "Balance mode"),
    QT_TRANSLATE_NOOP("PressTable", "Importance threshold"),
    QT_TRANSLATE_NOOP("PressTable", "Groups"),
    QT_TRANSLATE_NOOP("PressTable", "Groups per token"),
    QT_TRANSLATE_NOOP("PressTable", "Cache aware"),
    QT_TRANSLATE_NOOP("PressTable", "Streaming heads"),
    QT_TRANSLATE_NOOP("PressTable", "Split"),
    QT_TRANSLATE_NOOP("PressTable", "Ratio of the router"),
    QT_TRANSLATE_NOOP("PressTable", "Ratio of Duo"),
    QT_TRANSLATE_NOOP("PressTable", "Random"),
    QT_TRANSLATE_NOOP("PressTable", "StreamingLLM"),
    QT_TRANSLATE_NOOP("PressTable", "Key norm"),
    QT_TRANSLATE_NOOP("PressTable", "KeyDiff"),
    QT_TRANSLATE_NOOP("PressTable", "SnapKV"),
    QT_TRANSLATE_NOOP("PressTable", "Expected attention"),
    QT_TRANSLATE_NOOP("PressTable", "TOVA"),
    QT_TRANSLATE_NOOP("PressTable", "Observed attention"),
    QT_TRANSLATE_NOOP("PressTable", "LagKV"),
    QT_TRANSLATE_NOOP("PressTable", "PyramidKV"),
    QT_TRANSLATE_NOOP("PressTable", "AdaKV"),
    QT_TRANSLATE_NOOP("PressTable", "ChunkKV"),
    QT_TRANSLATE_NOOP("PressTable", "Window queries"),
    QT_TRANSLATE_NOOP("PressTable", "Pool width"),
    QT_TRANSLATE_NOOP("PressTable", "Future positions"),
    QT_TRANSLATE_NOOP("PressTable", "Use covariance"),
    QT_TRANSLATE_NOOP("PressTable", "Use value norm"),
    QT_TRANSLATE_NOOP("PressTable", "Epsilon"),
    QT_TRANSLATE_NOOP("PressTable", "Block length"),
    QT_TRANSLATE_NOOP("PressTable", "Cross scoring"),
    QT_TRANSLATE_NOOP("PressTable", "Steepness"),
    QT_TRANSLATE_NOOP("PressTable", "Safeguard"),
    QT_TRANSLATE_NOOP("PressTable", "Chunk length"),
    QT_TRANSLATE_NOOP("PressTable", "Press inside"),
};

}  // namespace presslab
