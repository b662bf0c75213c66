// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/claim_texts.h"

#include <QCoreApplication>

namespace presslab {
namespace {

QString translated(const std::string& source) { return QCoreApplication::translate("Claims", source.c_str()); }

// Source texts that the engine writes.
[[maybe_unused]] const char* const kTexts[]{
    QT_TRANSLATE_NOOP("Claims", "holds"),
    QT_TRANSLATE_NOOP("Claims", "does not hold"),
    QT_TRANSLATE_NOOP("Claims", "cannot hold here"),
    QT_TRANSLATE_NOOP("Claims", "Duo saves 30-50 % of KV memory"),
    QT_TRANSLATE_NOOP("Claims", "Duo decodes 1.2-1.5 times as fast"),
    QT_TRANSLATE_NOOP("Claims", "Duo keeps 95-98 % of quality (same most likely token)"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo saves 40-60 % of KV memory"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo decodes 1.5-2.0 times as fast"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo keeps 93-97 % of quality (same most likely token)"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo saves 15-25 % more memory than Duo"),
    QT_TRANSLATE_NOOP("Claims", "EPLB + Duo decodes 10-20 % faster than Duo"),
    QT_TRANSLATE_NOOP("Claims", "better than the band"),
};

}  // namespace

QString claimText(const Claim& claim) { return translated(claim.text); }
QString verdictText(const Claim& claim) { return translated(claim.verdict); }
QString claimReason(const Claim& claim) { return translated(claim.reason); }

}  // namespace presslab
