// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chart_view.h"

#include <QEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPageSize>
#include <QPdfWriter>
#include <QStackedWidget>
#include <QSvgGenerator>
#include <QTableWidget>
#include <QToolButton>
#include <QVBoxLayout>
#include <stdexcept>

#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {

ChartView::ChartView(const char* id, QWidget* parent)
    : QWidget(parent),
      m_id(QLatin1String(id)),
      m_plot(new QCustomPlot),
      m_title(new QLabel),
      m_tableButton(new QToolButton),
      m_zoomButton(new QToolButton),
      m_table(new QTableWidget),
      m_stack(new QStackedWidget) {
  setObjectName(m_id);
  m_title->setFont(chartFont(9, true));
  m_tableButton->setCheckable(true);
  for (QToolButton* b : {m_tableButton, m_zoomButton}) {
    b->setAutoRaise(true);
    b->setFont(chartFont(8));
  }
  m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_table->verticalHeader()->hide();
  m_stack->addWidget(m_plot);
  m_stack->addWidget(m_table);
  auto* top = new QHBoxLayout;
  top->addWidget(m_title, 1);
  top->addWidget(m_zoomButton);
  top->addWidget(m_tableButton);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(2, 0, 2, 0);
  box->setSpacing(0);
  box->addLayout(top);
  box->addWidget(m_stack, 1);
  auto* legendRow = new QCPLayoutGrid;  // under the plot: over it, it would hide points
  m_plot->plotLayout()->addElement(1, 0, legendRow);
  legendRow->addElement(0, 0, m_plot->legend);
  legendRow->setMargins(QMargins(0, 0, 0, 4));
  legendRow->setMaximumSize(QSize(QWIDGETSIZE_MAX - 1, QWIDGETSIZE_MAX - 1));  // an empty legend would narrow the whole column
  m_plot->legend->setFillOrder(QCPLegend::foColumnsFirst);
  m_plot->legend->setWrap(4);
  m_plot->legend->setIconSize(16, 9);
  m_plot->legend->setIconTextPadding(3);
  m_plot->legend->setColumnSpacing(6);
  m_plot->legend->setMargins(QMargins(2, 1, 2, 3));
  m_plot->plotLayout()->setRowStretchFactor(1, 0.001);
  m_plot->plotLayout()->setRowSpacing(0);
  setMinimumSize(180, 120);
  m_plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
  m_plot->setFocusPolicy(Qt::StrongFocus);
  m_plot->setNoAntialiasingOnDrag(true);
  m_zoomButton->hide();
  connect(m_tableButton, &QToolButton::toggled, this, &ChartView::showTable);
  connect(m_zoomButton, &QToolButton::clicked, this, &ChartView::resetZoom);
  const auto zoomed = [this] {
    m_zoomed = true;
    m_zoomButton->show();
  };
  connect(m_plot, &QCustomPlot::mouseWheel, this, zoomed);
  connect(m_plot, &QCustomPlot::mouseMove, this, [zoomed](QMouseEvent* e) {
    if (e->buttons() & Qt::LeftButton) zoomed();
  });
}

void ChartView::retranslate() {
  m_title->setText(title());
  m_title->setToolTip(title());
  m_tableButton->setText(tr("Table"));
  m_tableButton->setToolTip(tr("Show the numbers of this chart as a table"));
  m_tableButton->setAccessibleName(tr("Table of: %1").arg(title()));
  m_zoomButton->setText(tr("Reset zoom"));
  m_zoomButton->setAccessibleName(tr("Reset zoom of: %1").arg(title()));
  m_plot->setAccessibleName(title());
  m_table->setAccessibleName(tr("Table of: %1").arg(title()));
  setAccessibleName(title());
}

void ChartView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) {
    retranslate();
    if (m_data) refresh(*m_data);
  }
  QWidget::changeEvent(event);
}

void ChartView::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (m_title->text().isEmpty()) retranslate();
  if (m_stale && m_data) refresh(*m_data);
}

void ChartView::refresh(const ChartData& data) {
  m_data = &data;
  m_provenance = data.provenance;
  m_stale = !isVisible();
  if (m_stale) return;
  style();
  draw(data);
  if (!m_zoomed) fit();
  m_plot->legend->setVisible(m_ownLegend || width() >= 520);  // a small chart leaves the methods' colours to the lanes
  m_plot->replot(QCustomPlot::rpQueuedReplot);
  if (m_tableButton->isChecked()) fillTable();
}

void ChartView::setDark(bool dark) {
  m_theme = chartTheme(dark);
  if (m_data) refresh(*m_data);
}

void ChartView::resetZoom() {
  m_zoomed = false;
  m_zoomButton->hide();
  if (m_data) refresh(*m_data);
}

void ChartView::fit() { m_plot->rescaleAxes(); }

void ChartView::axisLabels(const QString& x, const QString& y) {
  m_plot->xAxis->setLabel(x);
  m_plot->yAxis->setLabel(y);
}

void ChartView::style() {
  m_plot->setBackground(m_theme.background);
  for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
    axis->setBasePen(m_theme.muted);
    axis->setTickPen(m_theme.muted);
    axis->setSubTickPen(Qt::NoPen);
    axis->setTickLabelColor(m_theme.text);
    axis->setLabelColor(m_theme.text);
    axis->setTickLabelFont(chartFont(7.5));
    axis->setLabelFont(chartFont(7.5));
    axis->setLabelPadding(1);
    axis->grid()->setPen(QPen(m_theme.grid, 1));
    axis->grid()->setZeroLinePen(Qt::NoPen);
  }
  m_plot->legend->setFont(chartFont(7.5));
  m_plot->legend->setTextColor(m_theme.text);
  QColor veil = m_theme.background;
  veil.setAlpha(200);
  m_plot->legend->setBrush(veil);
  m_plot->legend->setBorderPen(Qt::NoPen);
  m_plot->legend->setRowSpacing(0);
}

void ChartView::showTable(bool on) {
  if (on) fillTable();
  m_stack->setCurrentIndex(on ? 1 : 0);
}

void ChartView::fillTable() {
  const Table t = table();
  m_table->setColumnCount(int(t.header.size()));
  m_table->setHorizontalHeaderLabels(t.header);
  m_table->setRowCount(int(t.rows.size()));
  for (int r = 0; r < int(t.rows.size()); ++r)
    for (int c = 0; c < int(t.rows[r].size()); ++c) m_table->setItem(r, c, new QTableWidgetItem(t.rows[r][c]));
}

void ChartView::exportTo(const QString& path, QSize size) {
  if (!m_data) throw std::runtime_error(path.toStdString() + ": nothing to draw yet");
  style();
  draw(*m_data);
  if (!m_zoomed) fit();
  m_plot->legend->setVisible(true);
  auto* heading = new QCPTextElement(m_plot, title(), chartFont(12, true));
  heading->setTextColor(m_theme.text);
  auto* foot = new QCPTextElement(m_plot, m_provenance, chartFont(7));
  foot->setTextColor(m_theme.muted);
  QCPLayoutGrid* grid = m_plot->plotLayout();
  grid->insertRow(0);
  grid->addElement(0, 0, heading);
  grid->addElement(grid->rowCount(), 0, foot);
  const QString ending = QFileInfo(path).suffix().toLower();
  bool ok = false;
  if (ending == QLatin1String("png")) {
    QPixmap pixmap = m_plot->toPixmap(size.width(), size.height(), 2.0);
    QImage image = pixmap.toImage();
    image.setText(QStringLiteral("Title"), title());
    image.setText(QStringLiteral("Source"), m_provenance);
    ok = image.save(path);
  } else if (ending == QLatin1String("svg")) {
    QSvgGenerator svg;
    svg.setFileName(path);
    svg.setSize(size);
    svg.setViewBox(QRect(QPoint(), size));
    svg.setTitle(title());
    svg.setDescription(m_provenance);
    QCPPainter painter;
    if ((ok = painter.begin(&svg))) {
      painter.setMode(QCPPainter::pmVectorized);
      painter.setMode(QCPPainter::pmNoCaching);
      m_plot->toPainter(&painter, size.width(), size.height());
      ok = painter.end();
    }
  } else if (ending == QLatin1String("pdf")) {
    QPdfWriter pdf(path);
    pdf.setTitle(title());
    pdf.setCreator(m_provenance);
    pdf.setResolution(96);
    pdf.setPageSize(QPageSize(QSizeF(size) * 0.75, QPageSize::Point));
    pdf.setPageMargins(QMarginsF());
    QCPPainter painter;
    if ((ok = painter.begin(&pdf))) {
      painter.setMode(QCPPainter::pmVectorized);
      painter.setMode(QCPPainter::pmNoCaching);
      m_plot->toPainter(&painter, size.width(), size.height());
      ok = painter.end();
    }
  }
  grid->remove(heading);
  grid->remove(foot);
  grid->simplify();
  refresh(*m_data);
  if (!ok) throw std::runtime_error(path.toStdString() + ": the chart could not be written (png, svg and pdf are known)");
}

}  // namespace presslab
