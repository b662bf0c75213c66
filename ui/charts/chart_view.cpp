// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chart_view.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QStackedWidget>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>
#include <cmath>

#include "ui/charts/qcp.h"
#include "ui/charts/table_model.h"
#include "ui/models/comparison_model.h"
#include "ui/widgets/elided_label.h"

namespace presslab {

ChartView::ChartView(const char* id, QWidget* parent)
    : QFrame(parent),
      m_id(QLatin1String(id)),
      m_plot(new QCustomPlot),
      m_title(new QLabel),
      m_caption(new ElidedLabel),
      m_menuButton(new QToolButton),
      m_zoomButton(new QToolButton),
      m_menu(new QMenu(this)),
      m_table(new QTableView),
      m_stack(new QStackedWidget),
      m_cursor(new QCPItemStraightLine(m_plot)),
      m_empty(new QCPItemText(m_plot)) {
  setObjectName(m_id);
  setProperty("card", true);
  m_title->setFont(chartFont(9, true));
  m_caption->setFont(chartFont(8));
  m_caption->setProperty("muted", true);
  m_table->setModel(new TableModel(m_table));
  m_table->verticalHeader()->hide();
  m_table->setAlternatingRowColors(true);
  m_table->setFont(chartFont(8));
  m_stack->addWidget(m_plot);
  m_stack->addWidget(m_table);
  makeMenu();
  auto* top = new QHBoxLayout;
  top->setContentsMargins(0, 0, 0, 0);
  top->setSpacing(6);
  top->addWidget(m_title);
  top->addWidget(m_caption, 1);
  top->addWidget(m_zoomButton);
  top->addWidget(m_menuButton);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(8, 3, 4, 3);
  box->setSpacing(0);
  box->addLayout(top);
  box->addWidget(m_stack, 1);
  m_legendRow = new QCPLayoutGrid;  // under the plot: over it, it would hide points
  m_plot->plotLayout()->addElement(1, 0, m_legendRow);
  m_legendRow->addElement(0, 0, m_plot->legend);
  m_legendRow->setMargins(QMargins(0, 0, 0, 0));
  m_plot->legend->setFillOrder(QCPLegend::foColumnsFirst);
  m_plot->legend->setWrap(4);
  m_plot->legend->setIconSize(16, 9);
  m_plot->legend->setIconTextPadding(3);
  m_plot->legend->setColumnSpacing(8);
  m_plot->legend->setMargins(QMargins(2, 0, 2, 0));
  m_plot->plotLayout()->setRowStretchFactor(1, 0.001);
  m_plot->plotLayout()->setRowSpacing(0);
  m_plot->axisRect()->setMinimumMargins(QMargins(0, 6, 8, 0));
  // The cursor is drawn on a layer with a buffer of its own, so that moving it leaves the curves alone.
  m_plot->addLayer(QStringLiteral("cursor"));
  m_plot->layer(QStringLiteral("cursor"))->setMode(QCPLayer::lmBuffered);
  m_cursor->setLayer(QStringLiteral("cursor"));
  m_cursor->setVisible(false);
  m_empty->position->setType(QCPItemPosition::ptAxisRectRatio);
  m_empty->position->setCoords(0.5, 0.5);
  m_empty->setVisible(false);
  setMinimumSize(180, 110);
  m_plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
  m_plot->setFocusPolicy(Qt::StrongFocus);
  m_plot->setNoAntialiasingOnDrag(true);
  m_plot->installEventFilter(this);
  const auto zoomed = [this] {
    m_zoomed = true;
    m_zoomButton->show();
  };
  connect(m_plot, &QCustomPlot::mouseWheel, this, zoomed);
  connect(m_plot, &QCustomPlot::mouseDoubleClick, this, &ChartView::resetZoom);
  connect(m_plot, &QCustomPlot::mouseMove, this, [this, zoomed](QMouseEvent* e) {
    if (e->buttons() & Qt::LeftButton) zoomed();
    hover(e->position(), e->globalPosition().toPoint());
  });
  connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* e) {
    if (e->button() == Qt::LeftButton) clicked(m_plot->xAxis->pixelToCoord(e->position().x()), m_plot->yAxis->pixelToCoord(e->position().y()));
  });
}

void ChartView::makeMenu() {
  m_tableAction = m_menu->addAction(QString(), this, [this] { showTable(m_tableAction->isChecked()); });
  m_tableAction->setCheckable(true);
  m_resetAction = m_menu->addAction(QString(), this, &ChartView::resetZoom);
  m_menu->addSeparator();
  m_copyAction = m_menu->addAction(QString(), this, &ChartView::copyToClipboard);
  m_exportAction = m_menu->addAction(QString(), this, [this] { Q_EMIT exportWanted(this); });
  m_menuButton->setText(QStringLiteral("⋯"));
  m_menuButton->setMenu(m_menu);
  m_menuButton->setPopupMode(QToolButton::InstantPopup);
  m_zoomButton->setFont(chartFont(8));
  m_zoomButton->hide();
  connect(m_zoomButton, &QToolButton::clicked, this, &ChartView::resetZoom);
}

void ChartView::retranslate() {
  m_title->setText(title());
  m_readout.clear();
  showCaption();
  m_tableAction->setText(tr("Numbers as a table"));
  m_resetAction->setText(tr("Reset zoom"));
  m_copyAction->setText(tr("Copy image and table"));
  m_exportAction->setText(tr("Export this chart…"));
  m_menuButton->setToolTip(tr("Table, copy, export"));
  m_menuButton->setAccessibleName(tr("Menu of: %1").arg(title()));
  m_zoomButton->setText(tr("Reset zoom"));
  m_zoomButton->setAccessibleName(tr("Reset zoom of: %1").arg(title()));
  m_plot->setAccessibleName(title());
  m_plot->setAccessibleDescription(tr("A chart. T shows its numbers as a table."));
  m_table->setAccessibleName(tr("Table of: %1").arg(title()));
  setAccessibleName(title());
}

void ChartView::showCaption() {
  m_caption->setText(m_readout.isEmpty() ? caption() : m_readout);
  m_caption->setToolTip(m_readout.isEmpty() ? caption() : QString());
}

void ChartView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) {
    retranslate();
    redraw();
  }
  QFrame::changeEvent(event);
}

void ChartView::showEvent(QShowEvent* event) {
  QFrame::showEvent(event);
  if (m_title->text().isEmpty()) retranslate();
  if (m_stale) redraw();
}

void ChartView::refresh(const ChartData& data) {
  m_data = &data;
  m_provenance = data.provenance;
  if (!isVisible()) {
    m_stale = true;
    return;
  }
  if (m_stale || revision(data) != m_drawn) redraw();
}

void ChartView::redraw() {
  if (!m_data) return;
  m_stale = !isVisible();
  if (m_stale) return;
  m_drawn = revision(*m_data);
  style();
  draw(*m_data);
  if (!m_zoomed) fit();
  showLegend(m_ownLegend);  // the methods' colours are those of the lanes
  m_empty->setVisible(empty());
  m_plot->replot(QCustomPlot::rpQueuedReplot);
  if (showsTable()) static_cast<TableModel*>(m_table->model())->set(table());
}

void ChartView::showLegend(bool on) {
  m_plot->legend->setVisible(on);
  // An empty legend would narrow the whole column; a hidden one would keep its height.
  m_legendRow->setMaximumSize(QSize(QWIDGETSIZE_MAX - 1, on ? QWIDGETSIZE_MAX - 1 : 1));
  m_legendRow->setMinimumSize(on ? QSize(0, 0) : QSize(1, 1));  // its own hint would hold good otherwise
  m_legendRow->setMargins(QMargins(0, 0, 0, on ? 4 : 0));
}

void ChartView::setDark(bool dark) {
  m_theme = chartTheme(dark);
  redraw();
}

void ChartView::resetZoom() {
  m_zoomed = false;
  m_zoomButton->hide();
  redraw();
}

void ChartView::fit() { m_plot->rescaleAxes(); }

bool ChartView::empty() const { return m_plot->plottableCount() == 0; }

void ChartView::axisLabels(const QString& x, const QString& y) {
  m_plot->xAxis->setLabel(x);
  m_plot->yAxis->setLabel(y);
}

void ChartView::style() {
  m_plot->setBackground(m_theme.background);
  for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
    axis->setBasePen(m_theme.line);
    axis->setTickPen(m_theme.line);
    axis->setSubTickPen(Qt::NoPen);
    axis->setTickLengthIn(0);
    axis->setTickLengthOut(3);
    axis->setTickLabelColor(m_theme.muted);
    axis->setLabelColor(m_theme.muted);
    axis->setTickLabelFont(chartFont(8));
    axis->setLabelFont(chartFont(8));
    axis->setLabelPadding(3);
    axis->grid()->setPen(QPen(m_theme.grid, 1));
    axis->grid()->setZeroLinePen(Qt::NoPen);
    axis->setNumberFormat(QStringLiteral("gb"));
    axis->setNumberPrecision(4);
  }
  m_plot->legend->setFont(chartFont(8));
  m_plot->legend->setTextColor(m_theme.text);
  m_plot->legend->setBrush(Qt::NoBrush);
  m_plot->legend->setBorderPen(Qt::NoPen);
  m_plot->legend->setRowSpacing(0);
  m_cursor->setPen(QPen(m_theme.text, 1));
  m_empty->setText(tr("Nothing measured yet"));
  m_empty->setFont(chartFont(9));
  m_empty->setColor(m_theme.muted);
}

bool ChartView::showsTable() const { return m_stack->currentIndex() == 1; }

void ChartView::showTable(bool on) {
  if (on) {
    static_cast<TableModel*>(m_table->model())->set(table());
    m_table->resizeColumnsToContents();
  }
  m_tableAction->setChecked(on);
  m_stack->setCurrentIndex(on ? 1 : 0);
}

void ChartView::setCursor(double token) {
  if (!overTokens() || !isVisible()) return;
  const bool on = std::isfinite(token);
  if (!on && !m_cursor->visible()) return;
  m_cursor->setVisible(on);
  if (on) {
    m_cursor->point1->setCoords(token, 0);
    m_cursor->point2->setCoords(token, 1);
  }
  m_plot->layer(QStringLiteral("cursor"))->replot();
  m_readout = on ? readout(int(token)) : QString();
  showCaption();
}

void ChartView::hover(const QPointF& at, const QPoint& global) {
  const double x = m_plot->xAxis->pixelToCoord(at.x()), y = m_plot->yAxis->pixelToCoord(at.y());
  if (overTokens()) Q_EMIT cursorMoved(m_plot->axisRect()->rect().contains(at.toPoint()) ? std::round(x) : kNowhere);
  const QString text = hoverText(x, y);
  if (text.isEmpty())
    QToolTip::hideText();
  else
    QToolTip::showText(global, text, m_plot);
}

bool ChartView::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Leave && overTokens()) Q_EMIT cursorMoved(kNowhere);
  return QFrame::eventFilter(watched, event);
}

void ChartView::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_T && event->modifiers() == Qt::NoModifier)
    showTable(!showsTable());
  else if (event->key() == Qt::Key_Backspace)
    resetZoom();
  else
    QFrame::keyPressEvent(event);
}

void ChartView::flash() {
  setStyleSheet(QStringLiteral("QFrame[card=\"true\"]{border:2px solid %1}").arg(m_theme.text.name()));
  QTimer::singleShot(900, this, [this] { setStyleSheet({}); });
  m_plot->setFocus();
}

}  // namespace presslab
