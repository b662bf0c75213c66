// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Pages of the report: text that flows, charts that are placed, head and foot on every page.
#include "ui/report.h"

#include <QAbstractTextDocumentLayout>
#include <QCoreApplication>
#include <QLocale>
#include <QPageSize>
#include <QPdfWriter>
#include <QSaveFile>
#include <QTextDocument>
#include <memory>

#include "core/api/error.h"
#include "ui/charts/chart_view.h"
#include "ui/charts/palette.h"
#include "ui/charts/qcp.h"
#include "ui/provenance.h"

namespace presslab {
namespace {

constexpr int kDpi = 96;  // that of the screens that charts are laid out for: their texts keep the size that they have in the window
constexpr double kMarginMm = 16, kHeadMm = 8, kGapMm = 5;
constexpr int kChartsPerPage = 2;

double dots(double mm) { return mm / 25.4 * kDpi; }

/// One document's pages one after the other.
class Pages {
 public:
  Pages(QPdfWriter& pdf, QCPPainter& painter, const Comparison& c) : m_pdf(pdf), m_painter(painter), m_run(QString::fromStdString(c.id)) {
    const QSizeF page = QSizeF(pdf.width(), pdf.height());
    m_body = QRectF(0, dots(kHeadMm), page.width(), page.height() - 2 * dots(kHeadMm));
  }
  QRectF body() const { return m_body; }
  void setCount(int count) { m_count = count; }
  void begin() {
    if (m_page > 0) m_pdf.newPage();
    ++m_page;
    m_painter.setFont(chartFont(7.5));
    m_painter.setPen(QColor(0x55, 0x5b, 0x66));
    const QRectF head(0, 0, m_body.width(), dots(kHeadMm) * .6), foot(0, m_body.bottom() + dots(kHeadMm) * .4, m_body.width(), dots(kHeadMm) * .6);
    m_painter.drawText(head, int(Qt::AlignLeft) | int(Qt::AlignVCenter), QCoreApplication::translate("Report", "PressLab report"));
    m_painter.drawText(head, int(Qt::AlignRight) | int(Qt::AlignVCenter), m_run);
    m_painter.drawText(foot, int(Qt::AlignRight) | int(Qt::AlignVCenter),
                       QCoreApplication::translate("Report", "Page %1 of %2").arg(m_page).arg(m_count));
    m_painter.setPen(QPen(QColor(0xb8, 0xbe, 0xc8), dots(.15)));
    m_painter.drawLine(QPointF(0, head.bottom()), QPointF(m_body.width(), head.bottom()));
  }
  void text(QTextDocument& document) {
    for (int p = 0; p < document.pageCount(); ++p) {
      begin();
      m_painter.save();
      m_painter.translate(m_body.left(), m_body.top() - p * m_body.height());
      const QRectF part(0, p * m_body.height(), m_body.width(), m_body.height());
      m_painter.setClipRect(part);
      QAbstractTextDocumentLayout::PaintContext context;
      context.clip = part;
      context.palette.setColor(QPalette::Text, Qt::black);
      document.documentLayout()->draw(&m_painter, context);
      m_painter.restore();
    }
  }
  void chart(ChartView& view, int place) {
    if (place == 0) begin();
    const double height = m_body.height() / kChartsPerPage;
    m_painter.save();
    m_painter.translate(m_body.left(), m_body.top() + place * height);
    view.paintOn(m_painter, QSizeF(m_body.width(), height - dots(kGapMm)).toSize());
    m_painter.restore();
  }

 private:
  QPdfWriter& m_pdf;
  QCPPainter& m_painter;
  QString m_run;
  QRectF m_body;
  int m_page = 0, m_count = 0;
};

std::unique_ptr<QTextDocument> laidOut(const QString& html, QPdfWriter& pdf, QSizeF body) {
  auto document = std::make_unique<QTextDocument>();
  document->setUndoRedoEnabled(false);
  document->setUseDesignMetrics(true);  // widths as on paper, not rounded to dots
  document->documentLayout()->setPaintDevice(&pdf);
  document->setDefaultFont(chartFont(9));
  document->setDocumentMargin(6);  // room for what reaches above or below a line at the edge of a page
  document->setHtml(html);
  document->setPageSize(body);
  return document;
}

[[noreturn]] void unwritten(const QString& path, const QString& reason) {
  throw Failure(ErrorCode::Io, path.toStdString() + ": the report cannot be written: " + reason.toStdString());
}

}  // namespace

Paper paperHere() {
  const QLocale::Country country = QLocale::system().country();
  return country == QLocale::UnitedStates || country == QLocale::Canada || country == QLocale::Mexico ? Paper::Letter : Paper::A4;
}

void writeReport(const Comparison& comparison, const std::vector<ChartView*>& charts, const QString& path, Paper paper) {
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly)) unwritten(path, file.errorString());
  {
    QPdfWriter pdf(&file);
    pdf.setResolution(kDpi);
    pdf.setPageSize(QPageSize(paper == Paper::A4 ? QPageSize::A4 : QPageSize::Letter));
    pdf.setPageMargins(QMarginsF(kMarginMm, kMarginMm, kMarginMm, kMarginMm), QPageLayout::Millimeter);
    pdf.setTitle(QCoreApplication::translate("Report", "PressLab report") + QStringLiteral(" · ") + QString::fromStdString(comparison.id));
    pdf.setCreator(provenanceText(provenanceFields(comparison)));
    QCPPainter painter;
    if (!painter.begin(&pdf)) unwritten(path, QStringLiteral("PDF"));
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    Pages pages(pdf, painter, comparison);
    std::vector<ChartView*> shown;
    for (ChartView* chart : charts)
      if (chart->hasContent()) shown.push_back(chart);
    const auto cover = laidOut(reportCover(comparison), pdf, pages.body().size()),
               tables = laidOut(reportTables(comparison), pdf, pages.body().size()), end = laidOut(reportEnd(comparison), pdf, pages.body().size());
    const int chartPages = int((shown.size() + size_t(kChartsPerPage) - 1) / size_t(kChartsPerPage));
    pages.setCount(cover->pageCount() + tables->pageCount() + chartPages + end->pageCount());
    pages.text(*cover);
    pages.text(*tables);
    for (size_t i = 0; i < shown.size(); ++i) pages.chart(*shown[i], int(i) % kChartsPerPage);
    pages.text(*end);
    if (!painter.end()) unwritten(path, QStringLiteral("PDF"));
  }
  if (!file.commit()) unwritten(path, file.errorString());
}

}  // namespace presslab
