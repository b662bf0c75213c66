// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QFrame;
class QLabel;
class QTableView;

namespace presslab {

/// A card with a title over a table whose rows are chosen whole. Takes both. GUI thread.
QFrame* tableCard(QLabel* title, QTableView* table);

}  // namespace presslab
