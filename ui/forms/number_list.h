// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <vector>

namespace presslab {

/// Numbers between commas or blanks, as typed into a line. Throw std::runtime_error naming the part that is none.
std::vector<int> integersOf(const QString& text);
std::vector<double> numbersOf(const QString& text);
/// The other way round: "500, 1000".
QString textOf(const std::vector<int>& numbers);

}  // namespace presslab
