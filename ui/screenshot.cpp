// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/screenshot.h"

#include <QApplication>
#include <QDir>
#include <QLineEdit>
#include <QPixmap>
#include <QPushButton>
#include <QTabWidget>
#include <QTextStream>
#include <QTimer>
#include <functional>

#include "ui/main_window.h"
#include "ui/pages/ask_page.h"
#include "ui/pages/lab_pages.h"
#include "ui/run/ask_client.h"
#include "ui/run/run_controller.h"

namespace presslab {
namespace {

constexpr int kSettleMs = 700;  // queued repaints have been made, hints of the status bar are gone

void saveAndQuit(MainWindow& window, const QString& path) {
  QTimer::singleShot(kSettleMs, &window, [&window, path] {
    if (window.lab()->busy()) return saveAndQuit(window, path);
    const bool ok = window.grab().save(path);
    if (!ok) QTextStream(stderr) << "presslab: " << path << ": the picture could not be written\n";
    QCoreApplication::exit(ok ? 0 : 1);
  });
}

// ComparePage is "compare".
QString nameOf(const QWidget* page) {
  QString name = QString::fromLatin1(page->metaObject()->className()).section(QStringLiteral("::"), -1);
  if (name.endsWith(QLatin1String("Page"))) name.chop(4);
  return name.toLower();
}

void savePage(MainWindow& window, const ScreenshotSpec& spec, int index) {
  auto* tabs = window.findChild<QTabWidget*>();
  if (index >= tabs->count()) return QCoreApplication::exit(0);
  tabs->setCurrentIndex(index);
  window.setFocus();
  QTimer::singleShot(kSettleMs, &window, [&window, spec, index, tabs] {
    if (window.lab()->busy()) return savePage(window, spec, index);
    const QString path = QDir(spec.folder).filePath(nameOf(tabs->widget(index)) + spec.suffix + QStringLiteral(".png"));
    if (window.grab().save(path)) return savePage(window, spec, index + 1);
    QTextStream(stderr) << "presslab: " << path << ": the picture could not be written\n";
    QCoreApplication::exit(1);
  });
}

void take(MainWindow& window, const ScreenshotSpec& spec) {
  if (spec.folder.isEmpty())
    saveAndQuit(window, spec.path);
  else
    savePage(window, spec, 0);
}

/// Compresses the prompt and asks it on the ask page, then goes on.
void askThen(MainWindow& window, const QString& question, const std::function<void()>& next) {
  auto* compress = window.findChild<QPushButton*>(QStringLiteral("askCompress"));
  if (!compress->isEnabled()) {  // the model is not there yet
    QTimer::singleShot(kSettleMs, &window, [&window, question, next] { askThen(window, question, next); });
    return;
  }
  auto* client = window.lab()->ask()->findChild<AskClient*>();
  QObject::connect(client, &AskClient::compressed, &window, [&window, question] {
    window.findChild<QLineEdit*>(QStringLiteral("askQuestion"))->setText(question);
    window.findChild<QPushButton*>(QStringLiteral("askSend"))->click();
  });
  QObject::connect(client, &AskClient::answered, &window, next);
  compress->click();
}

void save(MainWindow& window, const ScreenshotSpec& spec) {
  for (const QString& file : spec.files) window.openPath(file);
  window.showPage(spec.tab);
  if (spec.question.isEmpty())
    take(window, spec);
  else
    askThen(window, spec.question, [&window, spec] { take(window, spec); });
}

}  // namespace

void takeScreenshot(MainWindow& window, const ScreenshotSpec& spec) {
  window.resize(spec.size);
  window.showPage(spec.tab);
  if (!spec.run.isEmpty()) {
    window.openRun(spec.run);
    return save(window, spec);
  }
  RunController* controller = window.controller();
  QObject::connect(controller, &RunController::failed, &window, [](const QString& reason) {
    QTextStream(stderr) << "presslab: " << reason << '\n';
    QCoreApplication::exit(1);
  });
  QObject::connect(controller, &RunController::modelLoaded, &window, [&window, spec] {
    if (!spec.preset.isEmpty()) window.choosePreset(spec.preset);
    if (spec.contextTokens > 0) window.setContextTokens(spec.contextTokens);
    window.startRun();
  });
  QObject::connect(controller, &RunController::finished, &window, [&window, spec] { save(window, spec); });
}

}  // namespace presslab
