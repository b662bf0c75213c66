// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What the report says, as HTML for QTextDocument. All figures come from the comparison.
#include <QCoreApplication>
#include <QLocale>
#include <cmath>

#include "core/export/export.h"
#include "ui/charts/charts.h"
#include "ui/models/claim_texts.h"
#include "ui/models/comparison_model.h"
#include "ui/provenance.h"
#include "ui/report.h"

namespace presslab {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("Report", text); }
QString utf8(std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }
QString safe(const QString& text) { return text.toHtmlEscaped(); }
QString safe(const std::string& text) { return QString::fromStdString(text).toHtmlEscaped(); }

QString heading(const QString& text) {
  return QStringLiteral("<h2 style='font-size:13pt;margin-top:14px;margin-bottom:6px'>%1</h2>").arg(safe(text));
}

/// Rows of cells; the first row is the header, the first column the names.
QString tableOf(const QList<QStringList>& rows, bool numbers) {
  QString out = QStringLiteral("<table width='100%' cellspacing='0' cellpadding='4' style='border-collapse:collapse'>");
  for (qsizetype r = 0; r < rows.size(); ++r) {
    out += QStringLiteral("<tr>");
    for (qsizetype c = 0; c < rows[r].size(); ++c) {
      const QString align = numbers && c > 0 ? QStringLiteral("right") : QStringLiteral("left");
      const QString cell = rows[r][c];
      out += QStringLiteral("<%1 align='%2' valign='top' style='border-bottom:1px solid #c9ced6;%4'>%3</%1>")
                 .arg(r == 0 ? QStringLiteral("th") : QStringLiteral("td"), align, cell, r == 0 ? QStringLiteral("font-weight:600") : QString());
    }
    out += QStringLiteral("</tr>");
  }
  return out + QStringLiteral("</table>");
}

QString factsTable(const QList<std::pair<QString, QString>>& facts) {
  QString out = QStringLiteral("<table width='100%' cellspacing='0' cellpadding='4'>");
  for (const auto& [name, value] : facts)
    out += QStringLiteral("<tr><td width='24%' valign='top' style='color:#555b66'>%1</td><td valign='top'>%2</td></tr>").arg(safe(name), safe(value));
  return out + QStringLiteral("</table>");
}

QString figure(const MetricColumn& column, const MethodMetrics& m) {
  const double value = column.get(m);
  if (std::isnan(value)) return QStringLiteral("–");
  const ShownMetric shown = shownMetric(column);
  return number(value * shown.scale, shown.decimals);
}

const MetricColumn* column(std::string_view key) {
  for (const MetricColumn& c : metricColumns())
    if (c.key == key) return &c;
  return nullptr;
}

QString columnName(const MetricColumn& c) {
  const QString name = QCoreApplication::translate("MetricColumns", std::string(c.header).c_str());
  const std::string_view unit = shownMetric(c).unit;
  return unit.empty() ? name : QStringLiteral("%1, %2").arg(name, utf8(unit));
}

QList<QStringList> metricRows(const Comparison& c, const std::vector<const MetricColumn*>& columns) {
  QStringList header{safe(tr("Figure"))};
  for (const MethodMetrics& m : c.methods) header << safe(methodLabel(QString::fromStdString(m.method)));
  QList<QStringList> rows{header};
  for (const MetricColumn* column : columns) {
    QStringList row{safe(columnName(*column))};
    bool any = false;
    for (const MethodMetrics& m : c.methods) {
      row << safe(figure(*column, m));
      any = any || !std::isnan(column->get(m));
    }
    if (any) rows << row;
  }
  return rows;
}

}  // namespace

QString reportCover(const Comparison& c) {
  QString out = QStringLiteral("<p style='font-size:26pt;font-weight:600;margin-top:40px;margin-bottom:0'>PressLab</p>");
  out += QStringLiteral("<p style='font-size:13pt;color:#555b66;margin-top:2px'>%1</p>")
             .arg(safe(tr("What compressing the KV cache saved, and what it cost")));
  out += QStringLiteral("<p style='font-size:12pt;margin-top:24px;margin-bottom:20px'>%1</p>")
             .arg(safe(c.verdict.empty() ? tr("This run has no verdict.") : QString::fromStdString(c.verdict)));
  if (c.cancelled) out += QStringLiteral("<p><b>%1</b></p>").arg(safe(tr("The run was cancelled; what was finished is shown.")));
  if (c.mode == "race")
    out += QStringLiteral("<p><b>%1</b></p>").arg(safe(tr("The methods ran as a race, taking turns: their times cannot be compared.")));
  std::vector<const MetricColumn*> few;
  for (const char* key : {"kv_bytes", "kv_bytes_peak", "prefill_tok_s", "decode_tok_s", "kld_mean", "top1_agree"})
    if (const MetricColumn* found = column(key)) few.push_back(found);
  out += tableOf(metricRows(c, few), true);
  QList<QStringList> pairs{
      {safe(tr("Method")), safe(tr("Compared with")), safe(tr("Memory, %")), safe(tr("Time, %")), safe(tr("Speed, %")), safe(tr("KL ratio"))}};
  for (const Improvement& i : c.improvements)
    pairs << QStringList{safe(methodLabel(QString::fromStdString(i.method))),
                         safe(methodLabel(QString::fromStdString(i.vs))),
                         number(i.memoryPct, 1),
                         number(i.timePct, 1),
                         number(i.speedPct, 1),
                         i.kldRatioValid ? number(i.kldRatio, 2) : QStringLiteral("–")};
  if (pairs.size() > 1) out += heading(tr("Improvements")) + tableOf(pairs, true);
  out += heading(tr("Stamp"));
  QList<std::pair<QString, QString>> facts;
  for (const auto& [key, value] : provenanceFields(c)) facts << std::pair(QCoreApplication::translate("Provenance", key.toUtf8().constData()), value);
  return out + factsTable(facts);
}

QString reportTables(const Comparison& c) {
  std::vector<const MetricColumn*> all;
  for (const MetricColumn& column : metricColumns()) all.push_back(&column);
  QString out = heading(tr("What was measured")) + tableOf(metricRows(c, all), true);
  QString remarks;
  for (const MethodMetrics& m : c.methods) {
    if (m.failed) remarks += QStringLiteral("<p>%1: %2</p>").arg(safe(m.method), safe(m.error));
    for (const std::string& note : m.notes) remarks += QStringLiteral("<p>%1: %2</p>").arg(safe(m.method), safe(note));
  }
  return remarks.isEmpty() ? out : out + heading(tr("Remarks")) + remarks;
}

QString reportEnd(const Comparison& c) {
  QString out;
  QList<QStringList> claims{
      {safe(tr("Claim of the guide")), safe(tr("Match")), safe(tr("Band")), safe(tr("Measured")), safe(tr("Verdict")), safe(tr("Reason"))}};
  for (const Claim& claim : c.claims)
    claims << QStringList{safe(claimText(claim)),
                          safe(claimPhrase(claim.match)),
                          QStringLiteral("%1 – %2").arg(number(claim.lo, 1), number(claim.hi, 1)),
                          claim.valid ? number(claim.measured, 2) : QStringLiteral("–"),
                          safe(verdictText(claim)),
                          safe(claimReason(claim))};
  if (claims.size() > 1) out += heading(tr("Claims")) + tableOf(claims, false);
  QStringList methods;
  for (const MethodMetrics& m : c.methods) methods << QString::fromStdString(m.method);
  const Stamp& s = c.stamp;
  QList<std::pair<QString, QString>> settings{
      {tr("Methods"), methods.join(QStringLiteral("; "))},
      {tr("Context tokens"), QString::number(c.contextTokens)},
      {tr("Question"), QString::fromStdString(c.question)},
      {tr("Question tokens"), QString::number(c.questionTokens)},
      {tr("New tokens"), c.methods.empty() ? QString() : QString::number(c.methods.front().newTokens)},
      {tr("Mode and match"), QString::fromStdString(c.mode + ", " + c.match)},
      {tr("Attention"), QString::fromStdString(s.attention)},
      {tr("Seed"), QString::number(s.seed)},
      {tr("CPU flags"), QString::fromStdString(s.cpuFlags)},
      {tr("Measured bandwidth"), s.bandwidthGBs > 0 ? QStringLiteral("%1 GB/s").arg(number(s.bandwidthGBs, 1)) : QString()},
      {tr("Command"), QString::fromStdString(s.commandLine)},
  };
  settings.removeIf([](const auto& f) { return f.second.isEmpty(); });
  out += heading(tr("Settings")) + factsTable(settings);
  out += heading(tr("How it was measured"));
  for (const char* paragraph :
       {QT_TRANSLATE_NOOP(
            "Report",
            "Every method got the same token ids and decoded the same number of tokens. In a timed run the methods run alone, one after the "
            "other; a short run before them is discarded, and with repeats the median run is shown with its spread."),
        QT_TRANSLATE_NOOP(
            "Report",
            "KV bytes are counted from the storages of every layer and head, never from a formula. The peak is the highest while the prompt is "
            "read: the layers that are already cut and one that still stands whole."),
        QT_TRANSLATE_NOOP(
            "Report",
            "Times come from a steady clock. Prefill speed leaves compression out; time to the first token is tokenising, prefill, compression and "
            "that token. The bound of a token is the bytes of weights and kept KV over the bandwidth that was measured in this run."),
        QT_TRANSLATE_NOOP(
            "Report",
            "Quality is measured afterwards, untimed, through the same kernels: every method is fed the uncompressed run's answer, and its "
            "predictions are compared position by position (KL divergence over the whole vocabulary in nats, same most likely token). The "
            "uncompressed run itself is therefore exactly zero."),
        QT_TRANSLATE_NOOP("Report", "A dash stands for what was not measured.")})
    out += QStringLiteral("<p>%1</p>").arg(safe(tr(paragraph)));
  return out;
}

}  // namespace presslab
