// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/head_editor.h"

#include <QAccessible>
#include <QApplication>
#include <QKeyEvent>
#include <QLocale>
#include <QTextDocumentFragment>
#include <algorithm>
#include <cmath>

#include "ui/charts/cell_grid.h"
#include "ui/charts/charts.h"
#include "ui/charts/maps.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {

HeadEditor::HeadEditor(QWidget* parent) : ChartView("head_pattern", parent), m_grid(new CellGrid(plot()->xAxis, plot()->yAxis)) {
  keepLegend();
  m_grid->removeFromLegend();
  m_grid->textSize = 8;
  plot()->yAxis->setRangeReversed(true);
  plot()->setInteractions({});  // a drag would hide cells that fit anyway
  m_openSoon.setSingleShot(true);
  connect(&m_openSoon, &QTimer::timeout, this, [this] { Q_EMIT openWanted(m_cursor.layer, m_cursor.head); });
  connect(plot(), &QCustomPlot::mouseDoubleClick, this, [this](QMouseEvent* e) {
    m_openSoon.stop();
    const auto layer = int(std::lround(plot()->xAxis->pixelToCoord(e->position().x())));
    const auto head = int(std::lround(plot()->yAxis->pixelToCoord(e->position().y())));
    if (at(layer, head)) Q_EMIT flipWanted(layer, head);
  });
}

const HeadCell* HeadEditor::at(int layer, int head) const {
  if (layer < 0 || layer >= m_view.layers || head < 0 || head >= m_view.kvHeads) return nullptr;
  return &m_view.cells[size_t(layer * m_view.kvHeads + head)];
}

void HeadEditor::show(const HeadPatternView& view, const ChartData& data) {
  m_view = view;
  m_cursor.layer = std::clamp(m_cursor.layer, 0, std::max(0, view.layers - 1));
  m_cursor.head = std::clamp(m_cursor.head, 0, std::max(0, view.kvHeads - 1));
  ++m_revision;
  refresh(data);
}

void HeadEditor::draw(const ChartData&) {
  plot()->clearGraphs();
  axisLabels(tr("layer"), tr("KV head"));
  m_grid->cells.clear();
  m_grid->textColor = theme().text;
  m_grid->notchColor = theme().text;
  bool kinds[4] = {}, flipped = false, differs = false;
  for (const HeadCell& c : m_view.cells) {
    CellGrid::Cell cell;
    cell.x = c.head.layer;
    cell.y = c.head.head;
    cell.frame = cell.fill = kindColor(c.head.kind, theme().dark);
    cell.filled = c.head.total > 0 && c.head.kept >= 0 ? double(c.head.kept) / double(c.head.total) : 1;
    kinds[int(c.head.kind)] = true;
    if (c.flipped) cell.outline = theme().text;
    if (c.flipped) cell.outlineWidth = 2;
    if (c.differs) cell.notch = 1;
    flipped = flipped || c.flipped;
    differs = differs || c.differs;
    m_grid->cells.push_back(cell);
  }
  if (const HeadCell* c = at(m_cursor.layer, m_cursor.head)) {
    CellGrid::Cell cell;  // the cursor, over the cell
    cell.x = c->head.layer;
    cell.y = c->head.head;
    cell.frame = cell.fill = Qt::transparent;
    cell.filled = 0;
    cell.outline = palette().color(QPalette::Highlight);
    cell.outlineWidth = 4;
    m_grid->cells.push_back(cell);
  }
  std::map<double, QString> ticks;
  const int every = std::max(1, m_view.kvHeads / 16);
  for (int h = 0; h < m_view.kvHeads; h += every) ticks[h] = QString::number(h);
  setTicks(plot()->yAxis, ticks);
  layerAxis(plot()->xAxis, std::max(1, m_view.layers));
  for (HeadKind kind : {HeadKind::Full, HeadKind::Retrieval, HeadKind::Routed, HeadKind::Streaming})
    if (kinds[int(kind)]) legendSquare(plot(), kindName(kind), kindColor(kind, theme().dark));
  if (flipped) legendSquare(plot(), tr("framed: flipped by you"), theme().text);
  if (differs) legendSquare(plot(), tr("bar on top: other in the second pattern"), theme().text);
}

void HeadEditor::fit() {
  plot()->xAxis->setRange(-0.6, std::max(0, m_view.layers - 1) + 0.6);
  plot()->yAxis->setRange(-0.6, std::max(0, m_view.kvHeads - 1) + 0.6);
}

QString keptText(const HeadMetrics& h) {
  if (h.kept < 0) return QCoreApplication::translate("presslab::HeadEditor", "being counted");
  return QCoreApplication::translate("presslab::HeadEditor", "keeps %1 of %2 tokens (%3 %)")
      .arg(QLocale().toString(qlonglong(h.kept)), QLocale().toString(qlonglong(h.total)),
           number(h.total > 0 ? 100.0 * double(h.kept) / double(h.total) : 100, 1));
}

QString HeadEditor::card(int layer, int head) const {
  const HeadCell* c = at(layer, head);
  if (!c) return {};
  QString text = tr("<b>Layer %1, KV head %2: %3</b>").arg(QString::number(layer), QString::number(head), kindName(c->head.kind)) +
                 QStringLiteral("<br>") + keptText(c->head);
  if (c->head.kept >= 0) text += tr("<br>%1 KiB").arg(number(double(c->head.bytes) / 1024, 1));
  if (c->head.attentionKept >= 0) text += tr("<br>attention kept: %1 %").arg(number(100 * c->head.attentionKept, 1));
  if (m_view.scores) text += tr("<br>score %1, threshold %2").arg(number(c->score, 5), number(m_view.threshold, 5));
  if (c->flipped) text += tr("<br>flipped by you");
  if (c->differs) text += tr("<br>other in the second pattern");
  return text;
}

QString HeadEditor::hoverText(double x, double y) const { return card(int(std::lround(x)), int(std::lround(y))); }

void HeadEditor::moveCursor(int layer, int head) {
  if (!at(layer, head)) return;
  m_cursor = {layer, head};
  ++m_revision;
  if (data()) refresh(*data());
  // What a screen reader says when the cursor moves.
  plot()->setAccessibleDescription(QTextDocumentFragment::fromHtml(card(layer, head)).toPlainText());
  QAccessibleEvent changed(plot(), QAccessible::DescriptionChanged);
  QAccessible::updateAccessibility(&changed);
  Q_EMIT cursorChanged();
}

void HeadEditor::clicked(double x, double y) {
  const auto layer = int(std::lround(x)), head = int(std::lround(y));
  if (!at(layer, head)) return;
  moveCursor(layer, head);
  m_openSoon.start(QApplication::doubleClickInterval());
}

void HeadEditor::keyPressEvent(QKeyEvent* event) {
  const HeadPlace c = m_cursor;
  switch (event->key()) {
    case Qt::Key_Left:
      return moveCursor(c.layer - 1, c.head);
    case Qt::Key_Right:
      return moveCursor(c.layer + 1, c.head);
    case Qt::Key_Up:
      return moveCursor(c.layer, c.head - 1);
    case Qt::Key_Down:
      return moveCursor(c.layer, c.head + 1);
    case Qt::Key_Home:
      return moveCursor(0, c.head);
    case Qt::Key_End:
      return moveCursor(m_view.layers - 1, c.head);
    case Qt::Key_F:
      if (!at(c.layer, c.head)) return;
      if (event->modifiers() & Qt::ShiftModifier)
        Q_EMIT layerFlipWanted(c.layer);
      else
        Q_EMIT flipWanted(c.layer, c.head);
      return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (at(c.layer, c.head)) Q_EMIT openWanted(c.layer, c.head);
      return;
    default:
      ChartView::keyPressEvent(event);
  }
}

ChartView::Table HeadEditor::table() const {
  Table t{{tr("Layer"), tr("KV head"), tr("Kind"), tr("Kept"), tr("Of"), tr("Bytes"), tr("Attention kept (%)"), tr("Score"), tr("Flipped"),
           tr("Other in the second pattern")},
          {}};
  for (const HeadCell& c : m_view.cells)
    t.rows << QStringList{QString::number(c.head.layer),
                          QString::number(c.head.head),
                          kindName(c.head.kind),
                          c.head.kept < 0 ? QString() : QString::number(c.head.kept),
                          QString::number(c.head.total),
                          c.head.kept < 0 ? QString() : QString::number(c.head.bytes),
                          c.head.attentionKept < 0 ? QString() : number(100 * c.head.attentionKept, 1),
                          m_view.scores ? number(c.score, 5) : QString(),
                          c.flipped ? tr("yes") : QString(),
                          c.differs ? tr("yes") : QString()};
  return t;
}

}  // namespace presslab
