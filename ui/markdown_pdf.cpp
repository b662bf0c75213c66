// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/markdown_pdf.h"

#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QCoreApplication>
#include <QPageSize>
#include <QPdfWriter>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextFrame>
#include <QTextTable>

#include "core/export/export.h"
#include "ui/charts/palette.h"

namespace presslab {
namespace {

constexpr double kMarginMm = 12, kFontPoints = 8;
constexpr int kDpi = 300;

/// Tables over the whole width with thin lines; a head that stands on every page.
void styleTables(QTextDocument& document) {
  for (QTextFrame* frame : document.rootFrame()->childFrames()) {
    auto* table = qobject_cast<QTextTable*>(frame);
    if (!table) continue;
    QTextTableFormat format = table->format();
    format.setWidth(QTextLength(QTextLength::PercentageLength, 100));
    format.setBorder(.5);
    format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
    format.setBorderBrush(QColor(0xb8, 0xb8, 0xb8));
    format.setBorderCollapse(true);
    format.setCellPadding(3);
    format.setHeaderRowCount(1);
    table->setFormat(format);
  }
}

}  // namespace

void writeMarkdownPdf(const QString& markdown, const QString& path, Paper paper) {
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  {
    QPdfWriter writer(&buffer);
    writer.setResolution(kDpi);
    writer.setCreator(QCoreApplication::applicationName() + QLatin1Char(' ') + QCoreApplication::applicationVersion());
    writer.setTitle(markdown.section(QLatin1Char('\n'), 0, 0).remove(QLatin1Char('#')).trimmed());
    writer.setPageSize(QPageSize(paper == Paper::Letter ? QPageSize::Letter : QPageSize::A4));
    writer.setPageOrientation(QPageLayout::Landscape);
    writer.setPageMargins(QMarginsF(kMarginMm, kMarginMm, kMarginMm, kMarginMm), QPageLayout::Millimeter);
    QTextDocument document;
    document.setDefaultFont(chartFont(kFontPoints));
    document.setMarkdown(markdown, QTextDocument::MarkdownDialectGitHub);
    styleTables(document);
    document.documentLayout()->setPaintDevice(&writer);
    document.setPageSize(QSizeF(writer.width(), writer.height()));
    document.print(&writer);
  }
  const QByteArray& bytes = buffer.data();
  writeFileAtomic(path.toStdString(), std::string_view(bytes.constData(), size_t(bytes.size())));
}

}  // namespace presslab
