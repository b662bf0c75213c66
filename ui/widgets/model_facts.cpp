// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/model_facts.h"

#include <QEvent>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include "ui/appearance.h"
#include "ui/charts/palette.h"
#include "ui/widgets/home_path.h"

namespace presslab {
namespace {

QString row(const QString& name, const QString& value) {
  return QStringLiteral("<tr><td style='padding-right:10px;color:%1'>%2</td><td>%3</td></tr>")
      .arg(look().muted.name(), name.toHtmlEscaped(), value.toHtmlEscaped());
}

}  // namespace

QString bytesShown(qint64 bytes) {
  const double mib = double(bytes) / 1048576;
  if (mib < .1) return QStringLiteral("%1 KiB").arg(double(bytes) / 1024, 0, 'f', 1);
  return mib < 1000 ? QStringLiteral("%1 MiB").arg(mib, 0, 'f', 1) : QStringLiteral("%1 GiB").arg(mib / 1024, 0, 'f', 2);
}

ModelFacts::ModelFacts(QWidget* parent)
    : QFrame(parent),
      m_title(new QLabel),
      m_facts(new QLabel),
      m_notice(new QLabel),
      m_memoryTitle(new QLabel),
      m_loading(new QLabel),
      m_verdict(new QLabel),
      m_table(new QTableWidget),
      m_load(new QPushButton) {
  setProperty("card", true);
  for (QLabel* label : {m_title, m_memoryTitle}) label->setFont(chartFont(9, true));
  for (QLabel* label : {m_facts, m_notice, m_loading, m_verdict}) {
    label->setWordWrap(true);
    label->setFont(chartFont(8.5));
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  }
  m_loading->setProperty("muted", true);
  m_verdict->setObjectName(QStringLiteral("memoryVerdict"));
  m_load->setObjectName(QStringLiteral("loadModel"));
  m_table->setObjectName(QStringLiteral("memoryTable"));
  m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_table->setSelectionMode(QAbstractItemView::NoSelection);
  m_table->setShowGrid(false);
  m_table->setFrameShape(QFrame::NoFrame);
  m_table->verticalHeader()->hide();
  m_table->setFont(chartFont(8.5));
  m_table->horizontalHeader()->setFont(chartFont(8.5));
  m_table->setWordWrap(false);
  m_table->setSizeAdjustPolicy(QAbstractScrollArea::AdjustToContents);
  m_table->verticalHeader()->setDefaultSectionSize(24);
  m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_table->setTextElideMode(Qt::ElideRight);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(8, 6, 8, 8);
  box->setSpacing(6);
  box->addWidget(m_title);
  box->addWidget(m_facts);
  box->addWidget(m_notice);
  box->addWidget(m_memoryTitle);
  box->addWidget(m_loading);
  box->addWidget(m_table);
  box->addWidget(m_verdict);
  box->addWidget(m_load, 0, Qt::AlignLeft);
  box->addStretch(1);
  connect(m_load, &QPushButton::clicked, this, [this] { Q_EMIT loadWanted(m_path); });
  retranslateUi();
}

void ModelFacts::retranslateUi() {
  m_memoryTitle->setText(tr("Memory of the comparison that is set"));
  m_table->setAccessibleName(tr("Memory of each method"));
  m_load->setText(tr("Load this model"));  // until a model is chosen
  m_load->setAccessibleName(m_load->text());
  m_table->setColumnCount(5);
  m_table->setHorizontalHeaderLabels({tr("Method"), tr("KV after"), tr("KV peak"), tr("Scratch"), tr("With model")});
  m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
  m_table->horizontalHeaderItem(0)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
  show();
}

void ModelFacts::setPending(const QString& path, const QString& notice) {
  m_path = path;
  m_pending = notice;
  m_model.reset();
  show();
}

void ModelFacts::setModel(const ModelFootprint& model) {
  m_model = model;
  m_path = QString::fromStdString(model.info.path);
  m_pending.clear();
  show();
}

void ModelFacts::setJob(const std::vector<std::string>& methods, int contextTokens, int newTokens) {
  m_methods = methods;
  m_context = contextTokens;
  m_new = newTokens;
  show();
}

void ModelFacts::setCanLoad(bool can) {
  m_canLoad = can;
  show();
}

void ModelFacts::setLoadedPath(const QString& path) {
  m_loadedPath = path;
  show();
}

void ModelFacts::setAvailable(qint64 bytes) {
  m_available = bytes;
  show();
}

QString ModelFacts::factsText() const {
  const ModelInfo& i = m_model->info;
  const QLocale c = QLocale::c();
  const auto n = [&](qint64 v) { return QLocale(QLocale::English).toString(v); };
  QString out = QStringLiteral("<table cellspacing='0' cellpadding='1'>");
  out += row(tr("Architecture"), QStringLiteral("%1, %2").arg(QString::fromStdString(i.architecture), QString::fromStdString(i.format)));
  out +=
      row(tr("Weights"), tr("%1 million, %2, file of %3")
                             .arg(c.toString(double(i.parameters) / 1e6, 'f', 1), QString::fromStdString(i.quantization), bytesShown(i.fileBytes)));
  out += row(tr("Layers x KV heads"), tr("%1 x %2 (%3 query heads, head dim %4)").arg(i.layers).arg(i.kvHeads).arg(i.heads).arg(i.headDim));
  out += row(tr("Positions"), n(i.contextLength));
  out +=
      row(tr("KV cache"), tr("%1 bytes for each token (%2)")
                              .arg(n(2 * kvRowBytes(m_model->kvType, i.headDim) * i.layers * i.kvHeads), QLatin1String(kvTypeName(m_model->kvType))));
  out += row(tr("Tokenizer"),
             QStringLiteral("%1, %2, %3").arg(QString::fromStdString(i.tokenizerModel), QString::fromStdString(i.preTokenizer), n(i.vocab)));
  out += row(tr("File"), homePath(m_path));
  return out + QStringLiteral("</table>");
}

void ModelFacts::show() {
  const bool known = m_model.has_value();
  m_title->setText(known              ? QString::fromStdString(m_model->info.name)
                   : m_path.isEmpty() ? tr("No model is chosen")
                                      : m_path.section(QLatin1Char('/'), -1));
  m_facts->setVisible(known);
  if (known) m_facts->setText(factsText());
  QStringList notices;
  if (!m_pending.isEmpty()) notices << m_pending;
  if (known)
    for (const std::string& notice : m_model->info.notices) notices << QString::fromStdString(notice);
  m_notice->setText(notices.join(QLatin1Char('\n')));
  m_notice->setVisible(!notices.isEmpty());
  for (QWidget* w :
       {static_cast<QWidget*>(m_memoryTitle), static_cast<QWidget*>(m_loading), static_cast<QWidget*>(m_verdict), static_cast<QWidget*>(m_load)})
    w->setVisible(known);
  m_table->setVisible(known);
  m_estimate.reset();
  if (known) showEstimate();
}

void ModelFacts::showEstimate() {
  m_estimate = estimateMemory(*m_model, m_methods, m_context, m_new);
  if (m_available >= 0) m_estimate->availableBytes = m_available;
  const MemoryEstimate& e = *m_estimate;
  m_loading->setText(tr("%1 tokens of context, %2 new. Loaded: %3, of which weights %4 and pages of the file %5, which the system can take back.")
                         .arg(QLocale(QLocale::English).toString(m_context))
                         .arg(m_new)
                         .arg(bytesShown(e.loadedBytes), bytesShown(m_model->weightBytes), bytesShown(m_model->mappedBytes)));
  struct Line {
    QString name, tip, kv, peak, scratch, all;
  };
  std::vector<Line> lines;
  for (const MethodMemory& m : e.methods) {
    const QString name = QString::fromStdString(m.method);
    if (m.error.empty())
      lines.push_back({name, name, bytesShown(m.kvBytes), bytesShown(m.kvBytesPeak), bytesShown(m.scratchBytes + m.otherBytes),
                       bytesShown(e.loadedBytes + m.peakBytes())});
    else
      lines.push_back({name, QString::fromStdString(m.error), tr("not here"), {}, {}, {}});
  }
  lines.push_back({tr("Quality passes"), tr("The full cache and a copy of it, untimed"), {}, {}, {}, bytesShown(e.loadedBytes + e.qualityBytes)});
  lines.push_back(
      {tr("Bandwidth measurement"), tr("Two buffers, given back before the methods run"), {}, {}, {}, bytesShown(e.loadedBytes + e.bandwidthBytes)});
  m_table->setRowCount(int(lines.size()));
  for (int r = 0; r < int(lines.size()); ++r) {
    const Line& line = lines[size_t(r)];
    const QStringList cells{line.name, line.kv, line.peak, line.scratch, line.all};
    for (int c = 0; c < 5; ++c) {
      auto* item = new QTableWidgetItem(cells[c]);
      item->setTextAlignment((c == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
      item->setToolTip(c == 0 ? line.tip : QString());
      m_table->setItem(r, c, item);
    }
  }
  const QString available = e.availableBytes > 0 ? bytesShown(e.availableBytes) : tr("not known");
  const bool loaded = !m_loadedPath.isEmpty() && m_loadedPath == m_path;
  m_verdict->setText(e.fits()
                         ? tr("Peak of the whole comparison: %1. This machine has %2 available: it fits.").arg(bytesShown(e.peakBytes()), available)
                         : tr("Peak of the whole comparison: %1. This machine has only %2 available: it will swap or be ended by the system.")
                               .arg(bytesShown(e.peakBytes()), available));
  m_verdict->setStyleSheet(QStringLiteral("color: %1").arg((e.fits() ? look().text : look().bad).name()));
  m_load->setText(loaded ? tr("Loaded") : e.fits() ? tr("Load this model") : tr("Start anyway"));
  m_load->setAccessibleName(m_load->text());
  m_load->setEnabled(m_canLoad && !loaded);
}

void ModelFacts::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  if (event->type() == QEvent::PaletteChange) show();
  QFrame::changeEvent(event);
}

}  // namespace presslab
