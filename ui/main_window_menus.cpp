// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// The menus of the main window and all of its own texts.
#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QLabel>
#include <QMenuBar>
#include <QStatusBar>
#include <QTabWidget>

#include "core/api/lab.h"
#include "core/export/export.h"
#include "ui/charts/chart_view.h"
#include "ui/main_window.h"
#include "ui/models/presets.h"
#include "ui/pages/compare_page.h"
#include "ui/pages/lab_pages.h"
#include "ui/run/run_controller.h"
#include "ui/widgets/cheat_sheet.h"
#include "ui/widgets/command_palette.h"
#include "ui/widgets/control_panel.h"
#include "ui/widgets/top_bar.h"

namespace presslab {

// Pages, presets and help: what the command palette offers beside the other menus.
void MainWindow::makeViewMenu() {
  for (int i = 0; i < m_tabs->count(); ++i) {
    m_pageActions << m_view->addAction(QString(), this, [this, i] { m_tabs->setCurrentIndex(i); });
    const Qt::Key digit = Qt::Key(Qt::Key_1 + i % 9);
    m_pageActions.last()->setShortcut(i < 9 ? QKeySequence(Qt::CTRL | digit) : QKeySequence(Qt::CTRL | Qt::ALT | digit));
  }
  m_resetLayout = m_view->addAction(QString(), this, [this] { m_compare->resetLayout(); });
  m_presetMenu = m_view->addMenu(QString());
  for (size_t i = 0; i < presets().size(); ++i)
    m_presetActions << m_presetMenu->addAction(QString(), this, [this, i] {
      if (m_controls->isEnabled()) applyPreset(int(i));
    });
  m_help = menuBar()->addMenu(QString());
  const auto palette = [this] {
    QList<QAction*> all;
    for (QMenu* menu : {m_file, m_export, m_view, m_themes, m_devices, m_languages, m_presetMenu, m_help})
      for (QAction* action : menu->actions())
        if (!action->isSeparator() && !action->menu()) all << action;
    (new CommandPalette(all, this))->show();
  };
  m_palette = m_help->addAction(QString(), this, palette);
  m_palette->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_K));
  m_shortcuts = m_help->addAction(QString(), this, [this] { (new CheatSheet(menuBar(), this))->show(); });
  m_shortcuts->setShortcut(QKeySequence(Qt::Key_F1));
}

/// The devices that this machine has; the next run takes the chosen one.
void MainWindow::makeDeviceMenu() {
  m_devices = menuBar()->addMenu(QString());
  auto* exclusive = new QActionGroup(this);
  for (const std::string& name : devices()) {
    QAction* action = m_devices->addAction(QString::fromStdString(name), this, [this, name] { setDevice(name); });
    action->setCheckable(true);
    action->setChecked(name == m_device);
    exclusive->addAction(action);
  }
}

void MainWindow::setDevice(const std::string& name) {
  m_device = name;
  for (QAction* action : m_devices->actions()) action->setChecked(action->text().toStdString() == name);
}

void MainWindow::makeMenus() {
  m_file = menuBar()->addMenu(QString());
  m_export = menuBar()->addMenu(QString());
  m_view = menuBar()->addMenu(QString());
  m_themes = m_view->addMenu(QString());
  makeDeviceMenu();
  m_languages = menuBar()->addMenu(QString());
  const auto add = [this](QMenu* menu, auto&& slot, const QKeySequence& keys = {}) {
    QAction* action = menu->addAction(QString(), this, slot);
    action->setShortcut(keys);
    return action;
  };
  m_openModel = add(
      m_file,
      [this] {
        const QString path =
            QFileDialog::getOpenFileName(this, tr("Open a model file"), {}, tr("Models (*.gguf *.safetensors *.bin config.json);;All files (*)"));
        if (path.isEmpty()) return;
        loadModel(path);
      },
      QKeySequence::Open);
  m_openDocument = add(
      m_file, [this] { m_top->chooseDocument(); }, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O));
  m_openRun = add(m_file, [this] {
    const QString dir = QFileDialog::getExistingDirectory(this, tr("Open a stored run"), QString::fromStdString(runsFolder()));
    if (!dir.isEmpty()) openRun(dir);
  });
  m_file->addSeparator();
  m_run = add(
      m_file, [this] { startRun(); }, QKeySequence(Qt::Key_F5));
  m_cancel = add(
      m_file, [this] { m_controller->cancel(); }, QKeySequence(Qt::Key_Escape));
  m_file->addSeparator();
  m_quit = add(
      m_file, [this] { close(); }, QKeySequence::Quit);
  m_all = add(
      m_export,
      [this] {
        exportAllCharts({QStringLiteral("png"), QStringLiteral("svg"), QStringLiteral("pdf")});
      },
      QKeySequence(Qt::CTRL | Qt::Key_E));
  m_png = add(m_export, [this] { exportAllCharts({QStringLiteral("png")}); });
  m_svg = add(m_export, [this] { exportAllCharts({QStringLiteral("svg")}); });
  m_pdf = add(m_export, [this] { exportAllCharts({QStringLiteral("pdf")}); });
  m_export->addSeparator();
  m_csv = add(m_export, [this] { exportRun(RunFormat::Csv); });
  m_json = add(m_export, [this] { exportRun(RunFormat::Json); });
  m_markdown = add(m_export, [this] { exportRun(RunFormat::Markdown); });
  addReportActions();
  m_export->addSeparator();
  m_command = add(
      m_export,
      [this] {
        QApplication::clipboard()->setText(QString::fromStdString(spec().commandLine));
        statusBar()->showMessage(tr("The command is in the clipboard"), 4000);
      },
      QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C));
  m_resetZoom = add(
      m_view,
      [this] {
        for (ChartView* chart : m_charts) chart->resetZoom();
      },
      QKeySequence(Qt::CTRL | Qt::Key_0));
  makeViewMenu();
  m_system = add(m_themes, [this] { setTheme(Theme::System); });
  m_light = add(m_themes, [this] { setTheme(Theme::Light); });
  m_dark = add(m_themes, [this] { setTheme(Theme::Dark); });
  m_english = add(m_languages, [this] { setLanguage(QStringLiteral("en")); });
  m_chinese = add(m_languages, [this] { setLanguage(QStringLiteral("zh_CN")); });
  for (const QList<QAction*>& group : {QList<QAction*>{m_system, m_light, m_dark}, QList<QAction*>{m_english, m_chinese}}) {
    auto* exclusive = new QActionGroup(this);
    for (QAction* action : group) {
      action->setCheckable(true);
      exclusive->addAction(action);
    }
  }
}

void MainWindow::retranslateUi() {
  if (m_pageActions.isEmpty()) return;  // the menus are not made yet
  setWindowTitle(QStringLiteral("PressLab"));
  m_tabs->setTabText(0, tr("Comparison"));
  m_tabs->setTabText(1, tr("Results"));
  m_tabs->setTabText(2, tr("Tokens"));
  m_tabs->setTabText(3, tr("Runs"));
  m_lab->retranslateUi();
  retranslateModels();
  for (int i = 0; i < m_tabs->count(); ++i) m_pageActions[i]->setText(tr("Page: %1").arg(m_tabs->tabText(i)));
  for (size_t i = 0; i < presets().size(); ++i)
    m_presetActions[qsizetype(i)]->setText(tr("Preset: %1").arg(QCoreApplication::translate("Presets", presets()[i].name)));
  m_presetMenu->setTitle(tr("Presets"));
  m_resetLayout->setText(tr("Reset layout"));
  m_help->setTitle(tr("&Help"));
  m_palette->setText(tr("Command palette…"));
  m_shortcuts->setText(tr("Shortcuts of all actions"));
  m_file->setTitle(tr("&File"));
  m_export->setTitle(tr("&Export"));
  m_view->setTitle(tr("&View"));
  m_themes->setTitle(tr("Theme"));
  m_devices->setTitle(tr("&Device"));
  m_languages->setTitle(QStringLiteral("&Language / 语言"));
  m_openModel->setText(tr("Open model…"));
  m_openDocument->setText(tr("Open document as prompt…"));
  m_openRun->setText(tr("Open stored run…"));
  m_run->setText(tr("Run"));
  m_cancel->setText(tr("Cancel"));
  m_quit->setText(tr("Quit"));
  m_all->setText(tr("All charts: PNG, SVG and PDF…"));
  m_png->setText(tr("All charts as PNG…"));
  m_svg->setText(tr("All charts as SVG…"));
  m_pdf->setText(tr("All charts as PDF…"));
  m_csv->setText(tr("Run as CSV…"));
  m_json->setText(tr("Run as JSON…"));
  m_markdown->setText(tr("Run as Markdown…"));
  m_command->setText(tr("Copy as command"));
  m_resetZoom->setText(tr("Reset zoom of all charts"));
  m_system->setText(tr("Like the system"));
  m_light->setText(tr("Light"));
  m_dark->setText(tr("Dark"));
  m_english->setText(QStringLiteral("English"));
  m_chinese->setText(QStringLiteral("简体中文"));
  updateState();
}

}  // namespace presslab
