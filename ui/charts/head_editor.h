// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QTimer>
#include <vector>

#include "core/api/what_if.h"
#include "ui/charts/chart_view.h"

namespace presslab {

class CellGrid;

/// What the editor shows of one head.
struct HeadCell {
  HeadMetrics head;      // after the edits; kept is -1 while nobody has counted it
  bool flipped = false;  // differs from the method's own
  bool differs = false;  // differs from the second pattern
  float score = 0;
};

struct HeadPatternView {
  int layers = 0, kvHeads = 0;
  std::vector<HeadCell> cells;  // layer * kvHeads + head
  bool scores = false;          // the cells have scores
  double threshold = 0;         // heads with lower scores stream
  QString method;
};

/// One method's heads, to be edited: arrows move, F or a double click flips, Shift+F flips a layer, Enter or a click opens the tokens.
class HeadEditor : public ChartView {
  Q_OBJECT
 public:
  explicit HeadEditor(QWidget* parent = nullptr);
  QString title() const override { return tr("Heads: layers x KV heads"); }
  QString caption() const override { return tr("arrows move · F flips · Shift+F flips the layer · Enter: tokens"); }
  Table table() const override;
  void show(const HeadPatternView& view, const ChartData& data);
  HeadPlace cursor() const { return m_cursor; }
  void moveCursor(int layer, int head);
  /// The card of a head, as rich text; empty when there is none.
  QString card(int layer, int head) const;

 Q_SIGNALS:
  void flipWanted(int layer, int head);
  void layerFlipWanted(int layer);
  void openWanted(int layer, int head);
  void cursorChanged();

 protected:
  void draw(const ChartData& data) override;
  quint64 revision(const ChartData&) const override { return m_revision; }
  bool empty() const override { return m_view.cells.empty(); }
  void fit() override;
  QString hoverText(double x, double y) const override;
  void clicked(double x, double y) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  const HeadCell* at(int layer, int head) const;
  HeadPatternView m_view;
  HeadPlace m_cursor;
  CellGrid* m_grid;
  QTimer m_openSoon;  // a click waits whether it becomes a double click
  quint64 m_revision = 1;
};

/// Name and text of a kind of head's numbers, shared by card and table.
QString keptText(const HeadMetrics& head);

}  // namespace presslab
