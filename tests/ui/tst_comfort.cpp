// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Actions, cheat sheet, files on the command line, and what an installation brings.
#include <QAction>
#include <QDialog>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QProcess>
#include <QSettings>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>

#include "core/api/run_store.h"
#include "core/export/export.h"
#include "ui/main_window.h"
#include "ui/models/comparison_model.h"
#include "ui/run/run_controller.h"
#include "ui/widgets/top_bar.h"
#include "ui_events.h"

using namespace presslab;

class TestComfort : public QObject {
  Q_OBJECT
  QTemporaryDir m_home;

  static QString plain(QString text) { return text.remove(QLatin1Char('&')); }
  static void collect(const QMenu* menu, QList<QAction*>& out) {
    for (QAction* action : menu->actions()) {
      if (action->isSeparator()) continue;
      if (action->menu())
        collect(action->menu(), out);
      else
        out << action;
    }
  }
  static QList<QAction*> actionsOf(const MainWindow& w) {
    QList<QAction*> out;
    for (const QAction* top : w.menuBar()->actions())
      if (top->menu()) collect(top->menu(), out);
    return out;
  }
  static QAction* withKeys(const MainWindow& w, const QKeySequence& keys) {
    for (QAction* a : actionsOf(w))
      if (a->shortcut() == keys) return a;
    return nullptr;
  }

 private Q_SLOTS:
  void initTestCase() {
    QCoreApplication::setOrganizationName(QStringLiteral("presslab-test"));
    QStandardPaths::setTestModeEnabled(true);
    qputenv("XDG_DATA_HOME", m_home.path().toUtf8());
    qputenv("XDG_CONFIG_HOME", m_home.path().toUtf8());
    qputenv("PRESSLAB_HISTORY", m_home.filePath(QStringLiteral("history.db")).toUtf8());
  }

  void everyActionStandsInPaletteAndCheatSheet() {
    MainWindow window(QStringLiteral("/nowhere.gguf"));
    window.setLanguage(QStringLiteral("en"));
    window.show();
    const QList<QAction*> all = actionsOf(window);
    QVERIFY(all.size() > 30);
    withKeys(window, QKeySequence(Qt::CTRL | Qt::Key_K))->trigger();
    auto* list = window.findChild<QDialog*>(QStringLiteral("palette"))->findChild<QListWidget*>();
    QStringList offered;
    for (int i = 0; i < list->count(); ++i) offered << list->item(i)->text().section(QStringLiteral("    "), 0, 0);
    withKeys(window, QKeySequence(Qt::Key_F1))->trigger();
    auto* sheet = window.findChild<QTableWidget*>(QStringLiteral("shortcuts"));
    QVERIFY(sheet);
    QMap<QString, QString> listed;
    for (int r = 0; r < sheet->rowCount(); ++r) listed[sheet->item(r, 1)->text()] = sheet->item(r, 2)->text();
    for (const QAction* action : all) {
      const QString name = plain(action->text());
      QVERIFY(!name.isEmpty());
      QVERIFY2(offered.contains(name), qPrintable(name));
      QVERIFY2(listed.contains(name), qPrintable(name));
      QCOMPARE(listed[name], action->shortcut().toString(QKeySequence::NativeText));
    }
  }

  void filesOpenByWhatTheyAre() {
    MainWindow window(QStringLiteral("/nowhere.gguf"));
    window.setLanguage(QStringLiteral("en"));
    auto* model = window.findChild<ComparisonModel*>();
    const QString folder = m_home.filePath(QStringLiteral("run"));
    writeRunFolder(*smallComparison(), folder.toStdString());
    window.openPath(folder);
    QVERIFY(model->data().comparison && model->data().comparison->id == "test-run");
    model->begin({"none"});
    window.openPath(folder + QStringLiteral("/run.json"));
    QVERIFY(model->data().comparison && model->data().comparison->id == "test-run");
    // A portable file comes into the history, which is shown.
    const QString packed = m_home.filePath(QStringLiteral("one.presslab"));
    {
      qputenv("PRESSLAB_HISTORY", m_home.filePath(QStringLiteral("other.db")).toUtf8());
      QVERIFY(keepInHistory(*smallComparison()).empty());
      openHistory().exportTo(packed.toStdString());
      qputenv("PRESSLAB_HISTORY", m_home.filePath(QStringLiteral("history.db")).toUtf8());
    }
    QVERIFY(openHistory().list({"test-run", {}, 0}).empty());
    window.openPath(packed);
    QTRY_COMPARE(openHistory().list({"test-run", {}, 0}).size(), size_t(1));
    QVERIFY(window.findChild<QTabWidget*>()->currentWidget()->inherits("presslab::HistoryPage"));
    const QString text = m_home.filePath(QStringLiteral("prompt.txt"));
    QFile document(text);
    QVERIFY(document.open(QIODevice::WriteOnly) && document.write("A document.") > 0);
    document.close();
    window.openPath(text);
    QCOMPARE(window.findChild<TopBar*>()->documentPath(), text);
    window.openPath(QStringLiteral(PRESSLAB_TEST_DATA "/model/tiny_llama.gguf"));
    QTRY_COMPARE_WITH_TIMEOUT(window.controller()->state(), RunController::State::Ready, 60000);
    window.openPath(m_home.filePath(QStringLiteral("absent")));
    QVERIFY(!window.findChild<QLabel*>(QStringLiteral("banner"))->isHidden());
  }

  void anInstallationBringsDesktopFileAndIcon() {
    const QString build = QStringLiteral(PRESSLAB_BIN_DIR "/..");
    if (!QFile::exists(QStringLiteral(PRESSLAB_BIN_DIR "/presslab"))) QSKIP("no program built");
    QProcess p;
    p.start(QStringLiteral("cmake"), {QStringLiteral("--install"), build, QStringLiteral("--prefix"), m_home.filePath(QStringLiteral("inst"))});
    if (!p.waitForStarted()) QSKIP("no cmake");
    QVERIFY(p.waitForFinished(60000));
    QVERIFY2(p.exitCode() == 0, p.readAllStandardError().constData());
    for (const char* file :
         {"bin/presslab", "bin/presslab-cli", "share/applications/presslab.desktop", "share/icons/hicolor/scalable/apps/presslab.svg"})
      QVERIFY2(QFile::exists(m_home.filePath(QStringLiteral("inst/") + QLatin1String(file))), file);
    QSettings desktop(m_home.filePath(QStringLiteral("inst/share/applications/presslab.desktop")), QSettings::IniFormat);
    QCOMPARE(desktop.value(QStringLiteral("Desktop Entry/Exec")).toString(), QStringLiteral("presslab %F"));
  }
};

QTEST_MAIN(TestComfort)
#include "tst_comfort.moc"
