// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractItemModel>
#include <QString>

namespace presslab {

/// Rows of a model as a table for spreadsheets: header, then a line a row, cells separated by tabs. Empty rows: all.
QString tsvOf(const QAbstractItemModel& model, QModelIndexList rows = {});

}  // namespace presslab
