// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "core/api/claims_report.h"

namespace presslab {

/// claims.md, then claims.json, each written beside and renamed: a report that was stopped can be read and continued. The folder is made. Throws
/// Failure(Io).
void keepClaims(const ClaimsReport&, const std::string& dir);

}  // namespace presslab
