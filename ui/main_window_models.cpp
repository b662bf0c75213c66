// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// The main window's part in choosing models, in memory that does not suffice, and in files that are opened.
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QStatusBar>
#include <QTabWidget>

#include "ui/charts/chart_view.h"
#include "ui/main_window.h"
#include "ui/models/comparison_model.h"
#include "ui/pages/history_page.h"
#include "ui/pages/lab_pages.h"
#include "ui/pages/models_page.h"
#include "ui/report.h"
#include "ui/run/run_controller.h"
#include "ui/widgets/chart_size_dialog.h"
#include "ui/widgets/control_panel.h"
#include "ui/widgets/model_facts.h"
#include "ui/widgets/offer_bar.h"
#include "ui/widgets/top_bar.h"

namespace presslab {

void MainWindow::addModelsPage() {
  m_offer = new OfferBar;
  m_models = new ModelsPage;
  m_tabs->addTab(m_models, QString());
  const auto job = [this] { m_models->setJob(m_controls->methods(), m_top->contextTokens(), m_top->newTokens()); };
  connect(m_controls, &ControlPanel::changed, m_models, job);
  connect(m_top, &TopBar::jobChanged, m_models, job);
  connect(m_models, &ModelsPage::loadWanted, this, &MainWindow::loadModel);
  connect(m_models, &ModelsPage::openWanted, this, [this] { m_openModel->trigger(); });
  connect(m_controller, &RunController::modelLoaded, m_models, [this, job](const ModelInfo& info) {
    job();
    m_models->setLoaded(info);
  });
  connect(m_controller, &RunController::stateChanged, m_models, [this] {
    const auto state = m_controller->state();
    m_models->setCanLoad(state == RunController::State::Ready || state == RunController::State::Empty);
  });
}

void MainWindow::retranslateModels() {
  m_tabs->setTabText(m_tabs->indexOf(m_models), tr("Models"));
  m_report->setText(tr("Report (PDF)…"));
  m_chartSize->setText(tr("Size of exported charts…"));
}

void MainWindow::addReportActions() {
  m_report = m_export->addAction(QString(), this, &MainWindow::exportReport);
  m_report->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E));
  m_chartSize = m_export->addAction(QString(), this, [this] { (new ChartSizeDialog(this))->show(); });
}

void MainWindow::exportReport() {
  const QString id = QString::fromStdString(m_model->data().comparison->id);
  const QString path =
      QFileDialog::getSaveFileName(this, tr("Report as PDF"), QStringLiteral("presslab-%1.pdf").arg(id), QStringLiteral("PDF (*.pdf)"));
  if (path.isEmpty()) return;
  std::vector<ChartView*> charts = m_charts;
  for (ChartView* chart : m_lab->charts()) charts.push_back(chart);
  const bool dark = look().dark;
  try {
    for (ChartView* chart : charts) chart->setDark(false);  // paper is white
    writeReport(*m_model->data().comparison, charts, path, paperHere());
    statusBar()->showMessage(tr("Written: %1").arg(path), 8000);
  } catch (const std::exception& e) {
    showError(QString::fromUtf8(e.what()));
  }
  for (ChartView* chart : charts) chart->setDark(dark);
}

void MainWindow::loadModel(const QString& path) {
  m_offer->dismiss();
  m_modelPath = path;
  ModelSpec spec;
  spec.path = path.toStdString();
  m_controller->load(spec);
}

// False when the comparison would take more memory than there is, unless the user has said to start anyway.
bool MainWindow::memoryAllows() {
  if (m_startAnyway) return true;
  const auto e = m_models->estimateOfLoaded(m_controls->methods(), m_top->contextTokens(), m_top->newTokens());
  if (!e || e->fits()) return true;
  m_offer->offer(tr("This comparison takes about %1 of memory, and %2 are available: it may swap, or the system may end the program.")
                     .arg(bytesShown(e->peakBytes()), bytesShown(e->availableBytes)),
                 tr("Start anyway"), [this] {
                   m_startAnyway = true;
                   startRun();
                   m_startAnyway = false;
                 });
  return false;
}

// A preset beyond the model's positions changes no length by itself.
void MainWindow::offerNearestLength(int wanted, int nearest, int before) {
  if (nearest >= wanted) return m_offer->dismiss();
  m_top->setContextTokens(before);
  m_offer->offer(tr("The preset wants %1 tokens of context; this model has room for %2.").arg(wanted).arg(nearest), tr("Use %1 tokens").arg(nearest),
                 [this, nearest] { m_top->setContextTokens(nearest); });
}

void MainWindow::openPath(const QString& path) {
  const QFileInfo file(path);
  const QString ending = file.suffix().toLower();
  const bool folder = file.isDir() && QFileInfo::exists(file.filePath() + QLatin1String("/config.json"));
  if (folder || ending == QLatin1String("gguf") || ending == QLatin1String("safetensors") || ending == QLatin1String("bin")) {
    loadModel(path);
  } else if (ending == QLatin1String("presslab") && file.exists()) {  // one run or many: they come into the history
    m_history->importFile(path);
    m_tabs->setCurrentWidget(m_history);
  } else if (!file.exists() || file.isDir() || file.fileName() == QLatin1String("run.json") ||
             file.fileName() == QLatin1String("claims.json")) {  // what is no path may be the id of a kept run
    openRun(path);
  } else {
    m_top->setDocument(path);
  }
}

}  // namespace presslab
