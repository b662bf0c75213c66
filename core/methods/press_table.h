// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string_view>

#include "core/press/press.h"

namespace presslab {

/// The rows of pressTable() with their constructors, in the same order.
std::span<const PressRow* const> pressRows();
const PressRow* findRow(std::string_view id);

}  // namespace presslab
