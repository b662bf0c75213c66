// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QColor>
#include <QString>

namespace presslab {

enum class Theme { System, Light, Dark };

/// The colours of one background, for widgets and charts alike. Text on `window` and `surface` has a contrast of at least 4.5:1, lines 3:1
/// (tested); `grid` and `border` only separate.
struct Look {
  bool dark;
  QColor window, surface, border, grid, text, muted, line, accent, accentText, good, bad;
};
const Look& look(bool dark);
/// The colours in use.
const Look& look();
/// Contrast of two colours as WCAG 2 defines it: 1 to 21.
double contrast(const QColor& a, const QColor& b);

/// Sets the application's palette and style sheet; true when the result is dark.
bool applyTheme(Theme theme);
/// "en" or "zh_CN"; "" follows the system. Every window retranslates itself at once. Returns the language in use.
QString applyLanguage(const QString& code);

}  // namespace presslab
