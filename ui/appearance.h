// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

namespace presslab {

enum class Theme { System, Light, Dark };
/// Sets the application's colours; true when the result is dark.
bool applyTheme(Theme theme);
/// "en" or "zh_CN"; "" follows the system. Every window retranslates itself at once. Returns the language in use.
QString applyLanguage(const QString& code);

}  // namespace presslab
