// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QDir>
#include <QString>

namespace presslab {

/// A path as people read it: the home folder is "~". Only for showing.
inline QString homePath(const QString& path) {
  const QString home = QDir::homePath();
  if (home.size() > 1 && (path == home || path.startsWith(home + QLatin1Char('/')))) return QLatin1Char('~') + path.mid(home.size());
  return path;
}

}  // namespace presslab
