// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <string>

#include "core/api/metrics.h"

namespace presslab {

/// Texts of a claim in the window's language.
QString claimText(const Claim& claim);
QString verdictText(const Claim& claim);
QString claimReason(const Claim& claim);

/// What the engine says of claims (text, verdict, reason with its figures, section, match, unit), in the window's language; what is not known stays.
QString claimPhrase(const std::string& english);

}  // namespace presslab
