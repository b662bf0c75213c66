// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Files and clipboard of a chart.
#include <QApplication>
#include <QClipboard>
#include <QFileInfo>
#include <QMimeData>
#include <QPageSize>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <stdexcept>

#include "ui/charts/chart_view.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"
#include "ui/provenance.h"

namespace presslab {
namespace {

// On paper and in a file a chart has a title, its legend and where it comes from; all of it goes away again.
class Dressed {
 public:
  Dressed(QCustomPlot* plot, const ChartTheme& theme, const QString& title, const QString& caption, const QString& foot) : m_plot(plot) {
    QCPLayoutGrid* grid = plot->plotLayout();
    const auto line = [&](const QString& text, const QFont& font, const QColor& color) {
      auto* e = new QCPTextElement(plot, text, font);
      e->setTextColor(color);
      e->setTextFlags(Qt::AlignLeft | Qt::AlignVCenter);
      e->setMargins(QMargins(8, 2, 8, 2));
      m_added << e;
      return e;
    };
    grid->insertRow(0);
    grid->addElement(0, 0, line(title, chartFont(12, true), theme.text));
    if (!caption.isEmpty()) {
      grid->insertRow(1);
      grid->addElement(1, 0, line(caption, chartFont(9), theme.muted));
    }
    grid->addElement(grid->rowCount(), 0, line(foot, chartFont(7.5), theme.muted));
    m_margins = plot->axisRect()->minimumMargins();
    plot->axisRect()->setMinimumMargins(QMargins(0, 8, 18, 0));
  }
  ~Dressed() {
    for (QCPTextElement* e : m_added) m_plot->plotLayout()->remove(e);
    m_plot->plotLayout()->simplify();
    m_plot->axisRect()->setMinimumMargins(m_margins);
  }
  Dressed(const Dressed&) = delete;
  Dressed& operator=(const Dressed&) = delete;

 private:
  QCustomPlot* m_plot;
  QList<QCPTextElement*> m_added;
  QMargins m_margins;
};

bool paintVectors(QCustomPlot* plot, QPaintDevice* device, QSize size) {
  QCPPainter painter;
  if (!painter.begin(device)) return false;
  painter.setMode(QCPPainter::pmVectorized);
  painter.setMode(QCPPainter::pmNoCaching);
  plot->toPainter(&painter, size.width(), size.height());
  return painter.end();
}

}  // namespace

// Everything as it is now, whatever the screen shows.
void ChartView::drawFresh() {
  setCursor(kNowhere);
  style();
  draw(*m_data);
  if (!m_zoomed) fit();
  showLegend(true);
  m_empty->setVisible(empty());
}

bool ChartView::hasContent() {
  if (!m_data) return false;
  drawFresh();
  const bool content = !empty();
  m_stale = true;
  redraw();
  return content;
}

void ChartView::paintOn(QCPPainter& painter, QSize size) {
  if (!m_data) return;
  drawFresh();
  {
    const Dressed dressed(m_plot, m_theme, title(), caption(), m_data->provenance);
    m_plot->toPainter(&painter, size.width(), size.height());
  }
  m_stale = true;
  redraw();
}

void ChartView::exportTo(const QString& path, const ChartSize& size) {
  if (!m_data) throw std::runtime_error(path.toStdString() + ": nothing to draw yet");
  drawFresh();
  const QString ending = QFileInfo(path).suffix().toLower();
  const QSize pixels = size.pixels();
  const ProvenanceFields origin = provenanceFields(*m_data);
  bool ok = false;
  {
    const Dressed dressed(m_plot, m_theme, title(), caption(), m_data->provenance);
    if (ending == QLatin1String("png")) {
      QImage image = m_plot->toPixmap(pixels.width(), pixels.height(), size.dpi / 96.0).toImage();
      image.setDotsPerMeterX(int(size.dpi / 0.0254 + .5));
      image.setDotsPerMeterY(image.dotsPerMeterX());
      image.setText(QStringLiteral("Title"), title());
      image.setText(QStringLiteral("Source"), m_data->provenance);
      for (const auto& [key, value] : origin) image.setText(key, value);
      ok = image.save(path);
    } else if (ending == QLatin1String("svg")) {
      QSvgGenerator svg;
      svg.setFileName(path);
      svg.setSize(pixels);
      svg.setResolution(96);
      svg.setViewBox(QRect(QPoint(), pixels));
      svg.setTitle(title());
      svg.setDescription(provenanceText(origin));
      ok = paintVectors(m_plot, &svg, pixels);
    } else if (ending == QLatin1String("pdf")) {
      QPdfWriter pdf(path);
      pdf.setTitle(title());
      pdf.setCreator(provenanceText(origin));
      pdf.setResolution(96);
      pdf.setPageSize(QPageSize(QSizeF(size.widthMm, size.heightMm), QPageSize::Millimeter, QString(), QPageSize::ExactMatch));
      pdf.setPageMargins(QMarginsF());
      ok = paintVectors(m_plot, &pdf, pixels);
    }
  }
  m_stale = true;
  redraw();
  if (!ok || !QFileInfo::exists(path)) throw std::runtime_error(path.toStdString() + ": the chart could not be written (png, svg and pdf are known)");
}

void ChartView::copyToClipboard() {
  const Table t = table();
  QStringList lines{t.header.join(QLatin1Char('\t'))};
  for (const QStringList& row : t.rows) lines << row.join(QLatin1Char('\t'));
  auto* mime = new QMimeData;
  mime->setText(lines.join(QLatin1Char('\n')));
  mime->setImageData(m_plot->toPixmap(0, 0, 2.0).toImage());
  QApplication::clipboard()->setMimeData(mime);
}

}  // namespace presslab
