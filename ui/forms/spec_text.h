// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QList>
#include <QString>
#include <utility>

namespace presslab {

/// `spec` with these arguments set, where its press has them; other arguments stay. Wrapped presses and sequences are left as they are,
/// apart from the first press of the text.
QString withArguments(const QString& spec, const QList<std::pair<QString, QString>>& arguments);

}  // namespace presslab
