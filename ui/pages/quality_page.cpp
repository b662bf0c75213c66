// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/quality_page.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QCryptographicHash>
#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <stdexcept>

#include "core/export/export.h"
#include "ui/charts/pareto_chart.h"
#include "ui/charts/table_model.h"
#include "ui/forms/number_list.h"
#include "ui/forms/shell_text.h"
#include "ui/models/comparison_model.h"
#include "ui/run/run_controller.h"
#include "ui/widgets/replay_progress.h"
#include "ui/widgets/table_card.h"

namespace presslab {
namespace {

constexpr int kMostSeeds = 100;
constexpr int kTaskColumns = 2;
const char* const kChosen[] = {"kld", "niah"};  // at the start

/// Folder of a grid's rows: the same settings, the same folder.
QString folderOf(const EvalSpec& s, const QString& command) {
  const QByteArray key =
      QCryptographicHash::hash((command + QString::fromStdString(s.model.path)).toUtf8(), QCryptographicHash::Sha1).toHex().left(12);
  return QDir(QString::fromStdString(runsFolder())).filePath(QStringLiteral("../quality/") + QString::fromLatin1(key));
}

}  // namespace

QualityPage::QualityPage(RunController* controller, ComparisonModel* model, std::function<CompareSpec()> controls, QWidget* parent)
    : QWidget(parent),
      m_controller(controller),
      m_model(model),
      m_controls(std::move(controls)),
      m_pareto(new ParetoChart),
      m_positions(new PositionChart),
      m_tasksLabel(new QLabel),
      m_lengthsLabel(new QLabel),
      m_ratiosLabel(new QLabel),
      m_seedsLabel(new QLabel),
      m_methodsLabel(new QLabel),
      m_showLabel(new QLabel),
      m_tableTitle(new QLabel),
      m_lengths(new QLineEdit(QStringLiteral("500, 1000"))),
      m_ratios(new QLineEdit(QStringLiteral("0.3, 0.5, 0.7"))),
      m_seeds(new QSpinBox),
      m_queryAware(new QCheckBox),
      m_run(new QPushButton),
      m_cancel(new QPushButton),
      m_resume(new QPushButton),
      m_open(new QToolButton),
      m_copy(new QToolButton),
      m_export(new QToolButton),
      m_task(new QComboBox),
      m_length(new QComboBox),
      m_ratio(new QComboBox),
      m_progress(new ReplayProgress),
      m_table(new QTableView),
      m_tableRows(new TableModel(this)) {
  for (const EvalTaskInfo& t : evalTaskTable()) {
    const std::string family(t.family);
    if (!m_tasks.empty() && m_tasks.back().first == family) continue;
    auto* box = new QCheckBox;
    box->setObjectName(QLatin1String("qualityTask_") + QString::fromStdString(family));
    box->setChecked(std::find(std::begin(kChosen), std::end(kChosen), family) != std::end(kChosen));
    m_tasks.emplace_back(family, box);
  }
  m_lengths->setObjectName(QStringLiteral("qualityLengths"));
  m_ratios->setObjectName(QStringLiteral("qualityRatios"));
  m_seeds->setObjectName(QStringLiteral("qualitySeeds"));
  m_run->setObjectName(QStringLiteral("qualityRun"));
  m_cancel->setObjectName(QStringLiteral("qualityCancel"));
  m_resume->setObjectName(QStringLiteral("qualityResume"));
  m_table->setObjectName(QStringLiteral("qualityTable"));
  m_task->setObjectName(QStringLiteral("qualityShownTask"));
  m_seeds->setRange(1, kMostSeeds);
  m_seeds->setValue(3);
  arrange();
  connect(m_run, &QPushButton::clicked, this, [this] { run(false); });
  connect(m_resume, &QPushButton::clicked, this, [this] { run(true); });
  connect(m_cancel, &QPushButton::clicked, this, [this] { m_controller->cancelWhatIf(m_ticket); });
  connect(m_open, &QToolButton::clicked, this, [this] {
    const QString dir =
        QFileDialog::getExistingDirectory(this, tr("Open a grid"), QDir(QString::fromStdString(runsFolder())).filePath(QStringLiteral("../quality")));
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
  connect(m_export, &QToolButton::clicked, this, &QualityPage::exportCsv);
  for (QComboBox* box : {m_task, m_length, m_ratio}) connect(box, &QComboBox::currentIndexChanged, this, &QualityPage::showRows);
  connect(m_controller, &RunController::stateChanged, this, &QualityPage::updateState);
  connect(m_controller, &RunController::evalTold, this, [this](quint64 ticket, const EvalProgress& p) {
    if (ticket == m_ticket) progressed(p);
  });
  connect(m_controller, &RunController::evalDone, this, [this](quint64 ticket, const std::shared_ptr<const EvalResult>& result) {
    if (ticket == m_ticket) finished(result);
  });
  retranslateUi();
  updateState();
}

void QualityPage::arrange() {
  auto* tasks = new QGridLayout;
  tasks->setSpacing(2);
  for (size_t i = 0; i < m_tasks.size(); ++i) tasks->addWidget(m_tasks[i].second, int(i) / kTaskColumns, int(i) % kTaskColumns);
  auto* form = new QGridLayout;
  form->setHorizontalSpacing(8);
  form->setVerticalSpacing(4);
  int row = 0;
  for (const auto& [label, field] : {std::pair<QLabel*, QWidget*>{m_lengthsLabel, m_lengths}, {m_ratiosLabel, m_ratios}, {m_seedsLabel, m_seeds}}) {
    label->setBuddy(field);
    form->addWidget(label, row, 0);
    form->addWidget(field, row++, 1);
  }
  auto* buttons = new QHBoxLayout;
  for (QPushButton* b : {m_run, m_cancel, m_resume}) buttons->addWidget(b);
  m_methodsLabel->setWordWrap(true);
  m_methodsLabel->setProperty("muted", true);
  auto* left = new QFrame;
  left->setProperty("card", true);
  auto* box = new QVBoxLayout(left);
  box->setContentsMargins(8, 6, 8, 6);
  box->setSpacing(6);
  m_tasksLabel->setFont(chartFont(9, true));
  box->addWidget(m_tasksLabel);
  box->addLayout(tasks);
  box->addLayout(form);
  box->addWidget(m_queryAware);
  box->addWidget(m_methodsLabel);
  box->addLayout(buttons);
  box->addWidget(m_progress);
  box->addStretch(1);
  auto* tools = new QHBoxLayout;
  for (QToolButton* b : {m_open, m_copy, m_export}) {
    b->setProperty("framed", true);
    tools->addWidget(b);
  }
  box->addLayout(tools);
  left->setMinimumWidth(250);
  left->setMaximumWidth(320);
  auto* shown = new QHBoxLayout;
  shown->addWidget(m_showLabel);
  for (QComboBox* b : {m_task, m_length, m_ratio}) {
    b->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    shown->addWidget(b);
  }
  shown->addStretch(1);
  m_table->setModel(m_tableRows);
  QFrame* frame = tableCard(m_tableTitle, m_table);
  m_table->horizontalHeader()->setStretchLastSection(true);
  auto* charts = new QSplitter(Qt::Horizontal);
  charts->addWidget(m_pareto);
  charts->addWidget(m_positions);
  charts->setSizes({430, 340});
  auto* rows = new QSplitter(Qt::Vertical);
  rows->addWidget(charts);
  rows->addWidget(frame);
  rows->setSizes({360, 240});
  for (QSplitter* s : {charts, rows}) {
    s->setHandleWidth(6);
    s->setChildrenCollapsible(false);
  }
  auto* right = new QVBoxLayout;
  right->setSpacing(6);
  right->addLayout(shown);
  right->addWidget(rows, 1);
  auto* whole = new QHBoxLayout(this);
  whole->setContentsMargins(0, 6, 8, 4);
  whole->setSpacing(8);
  whole->addWidget(left);
  whole->addLayout(right, 1);
}

void QualityPage::setDark(bool dark) {
  m_pareto->setDark(dark);
  m_positions->setDark(dark);
}

std::vector<ChartView*> QualityPage::charts() const { return {m_pareto, m_positions}; }

EvalSpec QualityPage::spec() const {
  const CompareSpec controls = m_controls();
  EvalSpec s;
  s.model = controls.model;
  for (const auto& [family, box] : m_tasks)
    if (box->isChecked()) s.tasks.push_back(family);
  if (s.tasks.empty()) throw std::runtime_error(tr("Choose at least one task").toStdString());
  s.methods = controls.methods;
  s.lengths = integersOf(m_lengths->text());
  if (s.lengths.empty()) throw std::runtime_error(tr("Name at least one length").toStdString());
  s.ratios = numbersOf(m_ratios->text());
  s.seeds = m_seeds->value();
  s.queryAware = m_queryAware->isChecked();
  return s;
}

QString QualityPage::command() const {
  const EvalSpec s = spec();
  QStringList tasks, lengths, ratios, methods;
  for (const std::string& t : s.tasks) tasks << QString::fromStdString(t);
  for (const int l : s.lengths) lengths << QString::number(l);
  for (const double r : s.ratios) ratios << QString::number(r);
  for (const std::string& m : s.methods) methods << QString::fromStdString(m);
  QString text = QStringLiteral("presslab-cli eval");
  if (!s.model.path.empty()) text += QStringLiteral(" -m ") + shellQuoted(QString::fromStdString(s.model.path));
  text += QStringLiteral(" --task %1 --press %2 --lengths %3")
              .arg(tasks.join(QLatin1Char(',')), shellQuoted(methods.join(QLatin1Char(';'))), lengths.join(QLatin1Char(',')));
  if (!ratios.isEmpty()) text += QStringLiteral(" --ratios ") + ratios.join(QLatin1Char(','));
  text += QStringLiteral(" --seeds %1").arg(s.seeds);
  if (s.queryAware) text += QStringLiteral(" --query-aware");
  return text;
}

void QualityPage::run(bool resume) {
  EvalSpec s;
  try {
    if (resume) {
      s.model = m_controls().model;
      s.model.path.clear();
      s.outDir = m_dir.toStdString();
      s.resume = true;
    } else {
      s = spec();
      s.commandLine = command().toStdString();
      s.outDir = QDir::cleanPath(folderOf(s, command())).toStdString();
    }
  } catch (const std::exception& e) {
    m_progress->say(QString::fromUtf8(e.what()));
    return;
  }
  m_dir = QString::fromStdString(s.outDir);
  m_ticket = m_controller->evaluate(s);
  if (m_ticket == 0) m_progress->say(tr("The engine is busy"));
  updateState();
}

void QualityPage::progressed(const EvalProgress& p) {
  m_progress->setShare(p.share);
  if (!p.note.empty()) return;
  const QString left = p.etaSeconds < 0    ? QString()
                       : p.etaSeconds < 90 ? tr("%1 s left").arg(qRound(p.etaSeconds))
                                           : tr("%1 min left").arg(qRound(p.etaSeconds / 60));
  m_progress->say(p.total > 0 ? tr("%1 of %2 replays, %3").arg(QString::number(p.done), QString::number(p.total), left) : tr("Loading the model…"));
  if (!p.sample) return;
  // Rows grow while the grid runs; the whole result comes with the end.
  m_result.samples.push_back(*p.sample);
  const bool whole = p.done == p.total || m_result.samples.size() % 8 == 1;
  if (!whole) return;
  m_result.rows = summarizeEval(m_result.samples, m_result.spec.seed);
  fillChoices();
}

void QualityPage::finished(const std::shared_ptr<const EvalResult>& result) {
  m_ticket = 0;
  if (!result->samples.empty() || result->exitCode == 0) m_result = *result;
  m_progress->say(result->cancelled ? tr("Stopped; %1 replays are kept. Resume continues.").arg(result->samples.size())
                  : !result->error.empty()
                      ? QString::fromStdString(result->error)
                      : tr("%1 replays, kept in %2").arg(QString::number(result->samples.size()), QDir::toNativeSeparators(m_dir)));
  fillChoices();
  updateState();
}

bool QualityPage::open(const QString& dir) {
  try {
    m_result = readEvalFolder(dir.toStdString());
  } catch (const std::exception& e) {
    m_progress->say(QString::fromUtf8(e.what()));
    return false;
  }
  m_dir = dir;
  m_progress->say(tr("%1 replays of %2").arg(QString::number(m_result.samples.size()), QString::fromStdString(m_result.modelName)));
  fillChoices();
  updateState();
  return true;
}

void QualityPage::updateState() {
  const bool ready = m_controller->state() == RunController::State::Ready;
  m_run->setEnabled(ready && !busy());
  m_cancel->setEnabled(busy());
  m_resume->setEnabled(ready && !busy() && !m_dir.isEmpty());
  m_progress->setBusy(busy());
  m_export->setEnabled(!m_result.rows.empty());
  QStringList methods;
  for (const std::string& m : m_controls().methods)
    if (m != "none") methods << shortName(QString::fromStdString(m));
  m_methodsLabel->setText(tr("Methods of the controls: %1; random, streaming_llm and the oracle are added").arg(methods.join(QLatin1String(", "))));
}

void QualityPage::exportCsv() {
  const QString path = QFileDialog::getSaveFileName(this, tr("Export the rows"), QStringLiteral("quality.csv"), QStringLiteral("CSV (*.csv)"));
  if (path.isEmpty()) return;
  try {
    writeFileAtomic(path.toStdString(), evalCsv(m_result.rows));
    Q_EMIT told(tr("Written: %1").arg(path));
  } catch (const std::exception& e) {
    Q_EMIT failed(QString::fromUtf8(e.what()));
  }
}

void QualityPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  updateState();
  showRows();
}

void QualityPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

}  // namespace presslab
