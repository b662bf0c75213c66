// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QDropEvent>
#include <QFileInfo>
#include <QLabel>
#include <QMimeData>
#include <QSettings>
#include <QSplitter>
#include <QStatusBar>
#include <QTabWidget>
#include <QTimer>
#include <QVBoxLayout>

#include "core/api/run_store.h"
#include "core/export/export.h"
#include "ui/charts/charts.h"
#include "ui/exporter.h"
#include "ui/models/comparison_model.h"
#include "ui/models/presets.h"
#include "ui/pages/ask_page.h"
#include "ui/pages/claims_page.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/history_page.h"
#include "ui/pages/lab_pages.h"
#include "ui/pages/quality_page.h"
#include "ui/pages/results_page.h"
#include "ui/pages/tokens_page.h"
#include "ui/run/run_controller.h"
#include "ui/widgets/control_panel.h"
#include "ui/widgets/lane_view.h"
#include "ui/widgets/offer_bar.h"
#include "ui/widgets/top_bar.h"

namespace presslab {

MainWindow::MainWindow(const QString& model, QWidget* parent)
    : QMainWindow(parent),
      m_model(new ComparisonModel(this)),
      m_charts(makeCharts(nullptr)),
      m_controller(new RunController(m_model, this)),
      m_top(new TopBar),
      m_controls(new ControlPanel),
      m_compare(new ComparePage(m_model, m_charts)),
      m_results(new ResultsPage(m_charts)),
      m_tokens(new TokensPage),
      m_history(new HistoryPage),
      m_tabs(new QTabWidget),
      m_banner(new QLabel),
      m_predictSoon(new QTimer(this)),
      m_modelPath(model) {
  m_banner->setWordWrap(true);
  m_banner->setObjectName(QStringLiteral("banner"));
  m_banner->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_banner->hide();
  for (QWidget* page :
       {static_cast<QWidget*>(m_compare), static_cast<QWidget*>(m_results), static_cast<QWidget*>(m_tokens), static_cast<QWidget*>(m_history)})
    m_tabs->addTab(page, QString());
  m_lab = new LabPages(
      m_controller, m_model, [this] { return spec(); }, m_tabs);
  addModelsPage();
  m_tabs->setDocumentMode(true);
  auto* split = new QSplitter;
  auto* left = new QWidget;
  auto* leftBox = new QVBoxLayout(left);
  leftBox->setContentsMargins(8, 4, 0, 4);
  leftBox->addWidget(m_controls);
  split->addWidget(left);
  split->addWidget(m_tabs);
  left->setMaximumWidth(340);
  left->setMinimumWidth(200);
  split->setHandleWidth(6);
  split->setSizes({232, 1048});
  split->setStretchFactor(1, 1);
  auto* centre = new QWidget;
  auto* box = new QVBoxLayout(centre);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(0);
  box->addWidget(m_top);
  box->addWidget(m_banner);
  box->addWidget(m_offer);
  box->addWidget(split, 1);
  setCentralWidget(centre);
  setAcceptDrops(true);
  makeMenus();
  m_predictSoon->setSingleShot(true);
  m_predictSoon->setInterval(60);
  connect(m_predictSoon, &QTimer::timeout, this, [this] { m_controller->predict(m_controls->methods(), m_top->contextTokens(), KvType::F16); });
  connect(m_controls, &ControlPanel::changed, this, &MainWindow::methodsChanged);
  connect(m_controls, &ControlPanel::failed, this, &MainWindow::showError);
  connect(m_compare, &ComparePage::qualityMatchWanted, this, [this] {
    if (m_controller->state() != RunController::State::Ready) return;
    m_controls->setMatch(Match::Quality);
    startRun();
  });
  connect(m_top, &TopBar::jobChanged, m_predictSoon, qOverload<>(&QTimer::start));
  connect(m_top, &TopBar::jobChanged, m_lab->ask(), &AskPage::controlsChanged);
  connect(m_controls, &ControlPanel::changed, m_lab->ask(), &AskPage::controlsChanged);
  connect(m_top, &TopBar::presetChosen, this, &MainWindow::applyPreset);
  connect(m_top, &TopBar::run, m_run, &QAction::trigger);
  connect(m_top, &TopBar::cancel, m_cancel, &QAction::trigger);
  connect(m_top, &TopBar::openModel, m_openModel, &QAction::trigger);
  connect(m_top, &TopBar::failed, this, &MainWindow::showError);
  connect(m_controller, &RunController::repaint, this, [this] {
    m_compare->refresh();
    m_results->refresh(m_model->data());
    showPhase();
  });
  connectPages();
  connectLab();
  connect(m_controller, &RunController::stateChanged, this, &MainWindow::updateState);
  connect(m_controller, &RunController::failed, this, &MainWindow::showError);
  connect(m_controller, &RunController::modelLoaded, this, [this](const ModelInfo& info) {
    m_top->setModel(info);
    m_top->focusRun();
    methodsChanged();
  });
  connect(m_controller, &RunController::predicted, this, [this](const std::vector<Prediction>& predictions) {
    m_model->setPredictions(predictions);
    m_compare->refresh();
  });
  connect(m_controller, &RunController::finished, this, [this](const RunOutcome& outcome) {
    if (outcome.comparison) setResult(outcome.comparison);
    m_lab->setOutcome(outcome);
    if (m_keepRuns) m_history->keep(outcome.comparison);
  });
  QSettings settings;
  setTheme(Theme(settings.value(QStringLiteral("theme"), 0).toInt()));
  setLanguage(settings.value(QStringLiteral("language")).toString());
  if (!restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray())) resize(1280, 800);
  m_compare->restoreLayout(settings.value(QStringLiteral("layout")).toByteArray());
  methodsChanged();
  ModelSpec spec;
  spec.path = model.toStdString();
  m_controller->load(spec);
  updateState();
}

void MainWindow::connectPages() {
  connect(m_compare, &ComparePage::figureChosen, this, &MainWindow::showChart);
  for (ChartView* chart : m_charts) {
    connect(chart, &ChartView::exportWanted, this, &MainWindow::exportChart);
    connect(chart, &ChartView::cellActivated, this, [this](int method, int layer, int head) {
      if (!m_model->data().comparison) return;
      m_tokens->show(method, layer, head);
      m_tabs->setCurrentWidget(m_tokens);
    });
  }
  connect(m_controller, &RunController::piecesReady, this, [this](const QString& id, const std::vector<std::string>& pieces) {
    if (m_model->data().comparison && QString::fromStdString(m_model->data().comparison->id) == id) m_tokens->setPieces(pieces);
  });
  connect(m_history, &HistoryPage::openWanted, this, [this](const QString& folder) {
    if (m_controller->state() == RunController::State::Running || m_controller->state() == RunController::State::Cancelling) return;
    openRun(folder);
    m_tabs->setCurrentWidget(m_compare);
  });
  connect(m_history, &HistoryPage::exportWanted, this, &MainWindow::exportChart);
  connect(m_history, &HistoryPage::failed, this, &MainWindow::showError);
  connect(m_history, &HistoryPage::told, this, [this](const QString& text) { statusBar()->showMessage(text, 8000); });
}

void MainWindow::connectLab() {
  for (ChartView* chart : m_lab->charts()) connect(chart, &ChartView::exportWanted, this, &MainWindow::exportChart);
  connect(m_lab, &LabPages::failed, this, &MainWindow::showError);
  connect(m_lab, &LabPages::told, this, [this](const QString& text) { statusBar()->showMessage(text, 8000); });
  connect(m_lab, &LabPages::tokensWanted, this, [this](int method, int layer, int head) {
    m_tokens->show(method, layer, head);
    m_tabs->setCurrentWidget(m_tokens);
  });
  connect(m_lab, &LabPages::methodWanted, this, [this](const QString& spec) {
    if (m_controls->addMethod(spec)) statusBar()->showMessage(tr("Added to the methods: %1").arg(spec), 8000);
  });
  connect(m_lab, &LabPages::adviceWanted, this, [this](const Advice& advice, const QString& from) {
    if (advice.kind == AdviceKind::Context) m_top->setContextTokens(int(advice.value));
    if (advice.kind == AdviceKind::Device) setDevice(advice.device);
    if (advice.kind == AdviceKind::Model) {
      m_modelPath = QString::fromStdString(advice.model);
      ModelSpec model;
      model.path = advice.model;
      m_controller->load(model);
    }
    m_controls->setMethods(withAdvice(m_controls->methods(), advice, from.toStdString()));
    statusBar()->showMessage(tr("The change is set; Run measures it."), 8000);
  });
}

void MainWindow::setResult(std::shared_ptr<const Comparison> comparison) {
  m_results->setComparison(comparison);
  m_tokens->setComparison(comparison);
  m_lab->setComparison(comparison);
  m_controller->requestPieces(*comparison);
}

// What the engine does for the run as a whole stands in the status bar.
void MainWindow::showPhase() {
  const ChartData& d = m_model->data();
  if (m_controller->state() != RunController::State::Running) return;
  statusBar()->showMessage(d.runPhase < 0 ? tr("Running") : QStringLiteral("%1 %2 %").arg(phaseName(d.runPhase), number(100 * d.runProgress, 0)));
}

MainWindow::~MainWindow() { delete m_controller; }  // first: its thread must not outlive what it wakes

CompareSpec MainWindow::spec() const {
  CompareSpec s;
  s.model.path = m_modelPath.toStdString();
  s.model.device = m_device;
  s.prompt = m_top->prompt();
  s.methods = m_controls->methods();
  s.maxNewTokens = m_top->newTokens();
  s.match = m_controls->match();
  s.mode = m_top->mode();
  s.commandLine = commandOf(s, m_top->documentPath()).toStdString();
  return s;
}

void MainWindow::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) {
    retranslateUi();
    m_model->relabel();
  }
  QMainWindow::changeEvent(event);
}

void MainWindow::setLanguage(const QString& code, bool remember) {
  const QString used = applyLanguage(code);
  (used == QLatin1String("zh_CN") ? m_chinese : m_english)->setChecked(true);
  if (remember) QSettings().setValue(QStringLiteral("language"), code);
  retranslateUi();
}

void MainWindow::setTheme(Theme theme, bool remember) {
  const bool dark = applyTheme(theme);
  (theme == Theme::System ? m_system : theme == Theme::Light ? m_light : m_dark)->setChecked(true);
  if (remember) QSettings().setValue(QStringLiteral("theme"), int(theme));
  for (ChartView* chart : m_charts) chart->setDark(dark);
  m_compare->setDark(dark);
  m_lab->setDark(dark);
  m_history->setDark(dark);
}

void MainWindow::updateState() {
  using State = RunController::State;
  const State state = m_controller->state();
  const bool running = state == State::Running || state == State::Cancelling;
  m_top->setState(state == State::Ready, running, state == State::Cancelling);
  m_controls->setEnabled(!running);
  m_run->setEnabled(state == State::Ready);
  m_cancel->setEnabled(state == State::Running);
  m_openModel->setEnabled(!running);
  m_openRun->setEnabled(!running);
  for (QAction* a : {m_all, m_png, m_svg, m_pdf, m_csv, m_json, m_markdown, m_report}) a->setEnabled(m_model->data().comparison && !running);
  if (state == State::Loading)
    m_top->setModelText(tr("Loading the model…"));
  else if (state == State::Empty)
    m_top->setModelText(tr("No model"));
  switch (state) {
    case State::Running:
      statusBar()->showMessage(tr("Running"));
      break;
    case State::Cancelling:
      statusBar()->showMessage(tr("Cancelling…"));
      break;
    default:
      statusBar()->clearMessage();
  }
}

void MainWindow::showError(const QString& reason) {
  m_banner->setText(reason);
  m_banner->setAccessibleName(tr("Error: %1").arg(reason));
  m_banner->show();
}

void MainWindow::methodsChanged() {
  if (m_controller->state() == RunController::State::Running || m_controller->state() == RunController::State::Cancelling) return;
  if (!m_model->data().comparison || m_controls->methods().size() != m_model->data().lanes.size())
    m_model->begin(m_controls->methods(), m_top->newTokens());
  m_compare->refresh();
  m_predictSoon->start();
}

void MainWindow::applyPreset(int index) {
  const Preset& preset = presets()[size_t(index)];
  const int before = m_top->contextTokens(), length = m_top->setJob(preset.contextTokens, preset.newTokens);
  m_controls->setKnobs(knobsOf(preset));
  m_controls->setMatch(Match::Ratio);
  const QString message = QCoreApplication::translate("Presets", preset.help);
  offerNearestLength(preset.contextTokens, length, before);
  statusBar()->showMessage(message, 12000);
}

void MainWindow::openRun(const QString& folderOrId) {
  if (QFileInfo::exists(folderOrId + QLatin1String("/manifest.json"))) {  // a grid of the quality page
    m_tabs->setCurrentWidget(m_lab->quality());
    m_lab->quality()->open(folderOrId);
    return;
  }
  const QFileInfo file(folderOrId);
  if (file.fileName() == QLatin1String("claims.json") || QFileInfo::exists(folderOrId + QLatin1String("/claims.json"))) {
    m_tabs->setCurrentWidget(m_lab->claims());
    m_lab->claims()->open(folderOrId);
    return;
  }
  try {
    auto comparison = std::make_shared<const Comparison>(readRun(folderOrId.toStdString()));
    std::vector<std::string> methods;
    for (const MethodMetrics& m : comparison->methods) methods.push_back(m.method);
    m_controls->setMethods(methods);  // so that Run repeats what is shown
    if (comparison->stamp.commandLine.find("--context ") != std::string::npos) m_top->setContextTokens(int(comparison->contextTokens));
    m_top->setMode(comparison->mode == "race" ? RunMode::Race : RunMode::Timed);
    m_model->begin(methods, methods.empty() ? 0 : int(comparison->methods.front().newTokens));
    m_model->setComparison(comparison);
    setResult(comparison);
    m_compare->refresh();
    updateState();
  } catch (const std::exception& e) {
    showError(QString::fromUtf8(e.what()));
  }
}

void MainWindow::showChart(const QString& id) {
  for (ChartView* chart : m_charts)
    if (chart->id() == id) m_tabs->setCurrentIndex(m_compare->isAncestorOf(chart) ? 0 : 1);
}

void MainWindow::startRun() {
  m_banner->hide();
  if (memoryAllows()) m_controller->start(spec());
}

bool MainWindow::choosePreset(const QString& id) {
  for (size_t i = 0; i < presets().size(); ++i)
    if (id == QLatin1String(presets()[i].id)) {
      applyPreset(int(i));
      return true;
    }
  return false;
}

void MainWindow::setContextTokens(int tokens) { m_top->setContextTokens(tokens); }

void MainWindow::showPage(int index) { m_tabs->setCurrentIndex(index); }

void MainWindow::closeEvent(QCloseEvent* event) {
  m_controller->cancel();
  QSettings().setValue(QStringLiteral("geometry"), saveGeometry());
  QSettings().setValue(QStringLiteral("layout"), m_compare->saveLayout());
  event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  const QString path = event->mimeData()->urls().value(0).toLocalFile();
  if (!path.isEmpty() && m_controller->state() != RunController::State::Running) openPath(path);
}

}  // namespace presslab
