// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What the claims page does: run, stop, continue, open, export. How it is laid out: claims_page_view.cpp.
#include "ui/pages/claims_page.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QCryptographicHash>
#include <QDir>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QItemSelectionModel>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTableView>
#include <QToolButton>
#include <stdexcept>

#include "core/export/export.h"
#include "ui/forms/number_list.h"
#include "ui/forms/shell_text.h"
#include "ui/markdown_pdf.h"
#include "ui/models/claims_model.h"
#include "ui/run/claims_client.h"
#include "ui/run/run_controller.h"
#include "ui/widgets/replay_progress.h"

namespace presslab {
namespace {

const char* const kMatchWords[] = {"ratio", "bytes", "quality"};  // by Match

QString claimsFolder() { return QDir::cleanPath(QDir(QString::fromStdString(runsFolder())).filePath(QStringLiteral("../claims"))); }

/// Folder of a report: the same settings, the same folder.
QString folderOf(const ClaimsSpec& s, const QString& command) {
  const QByteArray key = (command + QString::fromStdString(s.model.path + s.model.device)).toUtf8();
  return QDir(claimsFolder()).filePath(QString::fromLatin1(QCryptographicHash::hash(key, QCryptographicHash::Sha1).toHex().left(12)));
}

}  // namespace

ClaimsPage::ClaimsPage(RunController* controller, std::function<CompareSpec()> controls, QWidget* parent)
    : QWidget(parent),
      m_controller(controller),
      m_controls(std::move(controls)),
      m_client(new ClaimsClient(controller, this)),
      m_model(new ClaimsModel(this)),
      m_filter(new ClaimsFilter(m_model, this)),
      m_settingsLabel(new QLabel),
      m_lengthsLabel(new QLabel),
      m_ratioLabel(new QLabel),
      m_newLabel(new QLabel),
      m_repeatLabel(new QLabel),
      m_tipsLabel(new QLabel),
      m_matchesLabel(new QLabel),
      m_equalLabel(new QLabel),
      m_lengthLabel(new QLabel),
      m_lengths(new QLineEdit(textOf(ClaimsSpec{}.lengths))),
      m_ratio(new QDoubleSpinBox),
      m_newTokens(new QSpinBox),
      m_repeat(new QSpinBox),
      m_tips(new QSpinBox),
      m_run(new QPushButton),
      m_cancel(new QPushButton),
      m_resume(new QPushButton),
      m_progress(new ReplayProgress),
      m_open(new QToolButton),
      m_copy(new QToolButton),
      m_markdown(new QToolButton),
      m_pdf(new QToolButton),
      m_match(new QComboBox),
      m_length(new QComboBox),
      m_tableTitle(new QLabel),
      m_stamp(new QLabel),
      m_detail(new QLabel),
      m_table(new QTableView) {
  for (QCheckBox*& box : m_matches) box = new QCheckBox;
  for (QToolButton*& button : m_verdicts) button = new QToolButton;
  arrange();
  connectAll();
  retranslateUi();
  updateState();
}

void ClaimsPage::connectAll() {
  connect(m_run, &QPushButton::clicked, this, [this] { run(false); });
  connect(m_resume, &QPushButton::clicked, this, [this] { run(true); });
  connect(m_cancel, &QPushButton::clicked, m_client, &ClaimsClient::cancel);
  connect(m_open, &QToolButton::clicked, this, [this] {
    const QString dir = QFileDialog::getExistingDirectory(this, tr("Open a claims report"), claimsFolder());
    if (!dir.isEmpty()) open(dir);
  });
  connect(m_copy, &QToolButton::clicked, this, [this] {
    try {
      QApplication::clipboard()->setText(command());
      Q_EMIT told(tr("The command is in the clipboard"));
    } catch (const std::exception& e) {
      Q_EMIT failed(QString::fromUtf8(e.what()));
    }
  });
  connect(m_markdown, &QToolButton::clicked, this, [this] { exportAs(QStringLiteral("md")); });
  connect(m_pdf, &QToolButton::clicked, this, [this] { exportAs(QStringLiteral("pdf")); });
  for (QToolButton* b : m_verdicts) connect(b, &QToolButton::toggled, this, &ClaimsPage::applyFilter);
  for (QComboBox* box : {m_match, m_length}) connect(box, &QComboBox::currentIndexChanged, this, &ClaimsPage::applyFilter);
  connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &ClaimsPage::showRow);
  connect(m_filter, &ClaimsFilter::modelReset, this, &ClaimsPage::showRow);
  connect(m_controller, &RunController::stateChanged, this, &ClaimsPage::updateState);
  connect(m_controller, &RunController::longJobChanged, this, &ClaimsPage::updateState);
  connect(m_client, &ClaimsClient::progressed, this, &ClaimsPage::progressed);
  connect(m_client, &ClaimsClient::finished, this, &ClaimsPage::finished);
}

bool ClaimsPage::busy() const { return m_client->busy(); }

ClaimsSpec ClaimsPage::spec() const {
  ClaimsSpec s;
  s.model = m_controls().model;
  s.lengths = integersOf(m_lengths->text());
  if (s.lengths.empty()) throw std::runtime_error(tr("Name at least one length").toStdString());
  s.matches.clear();
  for (size_t i = 0; i < m_matches.size(); ++i)
    if (m_matches[i]->isChecked()) s.matches.push_back(Match(i));
  if (s.matches.empty()) throw std::runtime_error(tr("Choose at least one match").toStdString());
  s.ratio = m_ratio->value();
  s.newTokens = m_newTokens->value();
  s.repeat = m_repeat->value();
  s.tipLength = m_tips->value();
  return s;
}

QString ClaimsPage::command() const {
  const ClaimsSpec s = spec();
  QString text = QStringLiteral("presslab-cli claims");
  if (!s.model.path.empty()) text += QStringLiteral(" -m ") + shellQuoted(QString::fromStdString(s.model.path));
  if (s.model.device != "cpu") text += QStringLiteral(" --device ") + QString::fromStdString(s.model.device);
  QStringList matches;
  for (const Match m : s.matches) matches << QLatin1String(kMatchWords[size_t(m)]);
  text += QStringLiteral(" --lengths ") + textOf(s.lengths).remove(QLatin1Char(' '));
  if (s.matches.size() < m_matches.size()) text += QStringLiteral(" --match ") + matches.join(QLatin1Char(','));
  text += QStringLiteral(" --ratio %1 -n %2 --repeat %3 --tips %4")
              .arg(QString::number(s.ratio), QString::number(s.newTokens), QString::number(s.repeat), QString::number(s.tipLength));
  return text;
}

void ClaimsPage::run(bool resume) {
  ClaimsSpec s;
  try {
    if (resume) {
      s.model = m_controls().model;
      s.outDir = m_dir.toStdString();
      s.resume = true;
      s.commandLine = m_report->stamp.commandLine;
    } else {
      s = spec();
      s.commandLine = command().toStdString();
      s.outDir = folderOf(s, command()).toStdString();
    }
  } catch (const std::exception& e) {
    m_progress->say(QString::fromUtf8(e.what()));
    return;
  }
  if (!m_client->start(s)) {
    m_progress->say(tr("The engine is busy"));
    return;
  }
  m_dir = QString::fromStdString(s.outDir);
  if (!resume) setReport(nullptr);
  m_progress->setShare(0);
  m_progress->say(tr("Loading the model…"));
  updateState();
}

void ClaimsPage::progressed(const ClaimsProgress& p) {
  m_progress->setShare(p.share);
  if (p.report) setReport(p.report);
  if (p.what.empty()) return;
  const QString left = p.etaSeconds < 0    ? QString()
                       : p.etaSeconds < 90 ? tr(" · %1 s left").arg(qRound(p.etaSeconds))
                                           : tr(" · %1 min left").arg(qRound(p.etaSeconds / 60));
  m_progress->say(p.what == "loading" ? tr("Loading the model…") : QString::fromStdString(p.what) + left);
}

void ClaimsPage::finished(const std::shared_ptr<const ClaimsReport>& report) {
  if (!report->rows.empty()) setReport(report);
  m_progress->say(report->cancelled ? tr("Stopped; %1 comparisons are kept. Resume continues.").arg(report->done.size())
                  : !report->error.empty()
                      ? QString::fromStdString(report->error)
                      : tr("%1 judgements, kept in %2").arg(QString::number(report->rows.size()), QDir::toNativeSeparators(m_dir)));
  updateState();
}

bool ClaimsPage::open(const QString& path) {
  if (busy()) return false;
  try {
    setReport(std::make_shared<const ClaimsReport>(readClaims(path.toStdString())));
  } catch (const std::exception& e) {
    m_progress->say(QString::fromUtf8(e.what()));
    return false;
  }
  m_dir = QFileInfo(path).isDir() ? path : QFileInfo(path).absolutePath();
  m_progress->say(m_report->complete ? tr("%1 judgements").arg(m_report->rows.size())
                                     : tr("%1 judgements; the report is not finished").arg(m_report->rows.size()));
  updateState();
  return true;
}

void ClaimsPage::setReport(std::shared_ptr<const ClaimsReport> report) {
  m_report = std::move(report);
  m_model->setReport(m_report);
  fillChoices();
  updateState();
}

void ClaimsPage::updateState() {
  const bool ready = m_controller->state() == RunController::State::Ready && !m_controller->longJob() && !busy();
  const bool rows = m_report && !m_report->rows.empty();
  m_run->setEnabled(ready);
  m_cancel->setEnabled(busy());
  m_resume->setEnabled(ready && m_report && !m_report->complete && !m_dir.isEmpty());
  m_progress->setBusy(busy());
  m_open->setEnabled(!busy());
  for (QToolButton* b : {m_markdown, m_pdf}) b->setEnabled(rows);
}

void ClaimsPage::writeTo(const QString& path) const {
  if (!m_report || m_report->rows.empty()) throw std::runtime_error(tr("There is no report yet").toStdString());
  const std::string markdown = claimsMarkdown(*m_report);
  if (path.endsWith(QLatin1String(".pdf"), Qt::CaseInsensitive))
    writeMarkdownPdf(QString::fromStdString(markdown), path, paperHere());
  else
    writeFileAtomic(path.toStdString(), markdown);
}

void ClaimsPage::exportAs(const QString& ending) {
  const bool pdf = ending == QLatin1String("pdf");
  QString path = QFileDialog::getSaveFileName(this, tr("Export the claims report"), QStringLiteral("claims.") + ending,
                                              pdf ? QStringLiteral("PDF (*.pdf)") : QStringLiteral("Markdown (*.md)"));
  if (path.isEmpty()) return;
  if (QFileInfo(path).suffix().isEmpty()) path += QLatin1Char('.') + ending;
  try {
    writeTo(path);
    Q_EMIT told(tr("Written: %1").arg(path));
  } catch (const std::exception& e) {
    Q_EMIT failed(QString::fromUtf8(e.what()));
  }
}

void ClaimsPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  updateState();
}

void ClaimsPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

}  // namespace presslab
