// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

#include "core/api/advice.h"

namespace presslab {

QString complaintText(Complaint complaint);
/// What is to be changed, in a few words; a tip of the guide in its own words.
QString adviceText(const Advice& advice, const AdviceList& list);
QString verdictText(const Advice& advice);
/// Why a tip has its verdict, with the figures of this run.
QString adviceReason(const Advice& advice, const AdviceList& list);
/// How milliseconds were computed.
QString timeLawText(const Advice& advice, const AdviceList& list);

/// Of bytes, one decimal, no unit.
QString megabytes(int64_t bytes);

}  // namespace presslab
