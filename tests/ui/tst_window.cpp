// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QDir>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <set>

#include "core/api/error.h"
#include "core/api/run_store.h"
#include "core/export/export.h"
#include "ui/charts/charts.h"
#include "ui/exporter.h"
#include "ui/main_window.h"
#include "ui/models/comparison_model.h"
#include "ui/run/run_controller.h"

using namespace presslab;

// The real window with the real engine; times are bounds that a loaded machine of two cores keeps.
class TestWindow : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir m_home;

  static bool haveModel() {
    try {
      inspectModel("");
      return true;
    } catch (const Failure&) {
      return false;
    }
  }

  static QString tinyModel() { return QStringLiteral(PRESSLAB_TEST_DATA "/model/tiny_llama.gguf"); }
  static QPushButton* runButton(MainWindow& w) { return w.findChild<QPushButton*>(QStringLiteral("run")); }
  static const ChartData& dataOf(MainWindow& w) { return w.findChild<ComparisonModel*>()->data(); }

  static std::unique_ptr<MainWindow> open(const QString& model) {
    auto window = std::make_unique<MainWindow>(model);
    window->setLanguage(QStringLiteral("en"));
    window->show();
    if (!QTest::qWaitFor([&] { return runButton(*window)->isEnabled(); }, 120000)) return nullptr;
    return window;
  }

  static void setJob(MainWindow& w, int context, int answer) {
    w.findChild<QSpinBox*>(QStringLiteral("newTokens"))->setValue(answer);
    w.findChild<QSpinBox*>(QStringLiteral("contextTokens"))->setValue(context);
  }

 private Q_SLOTS:
  void initTestCase() {
    QCoreApplication::setOrganizationName(QStringLiteral("presslab-test"));
    QStandardPaths::setTestModeEnabled(true);
    qputenv("XDG_DATA_HOME", m_home.path().toUtf8());
    qputenv("XDG_CONFIG_HOME", m_home.path().toUtf8());
    qputenv("PRESSLAB_HISTORY", m_home.filePath(QStringLiteral("history.db")).toUtf8());
  }

  void everyActionableWidgetHasAName() {
    MainWindow window(QStringLiteral("/nowhere.gguf"));
    window.setLanguage(QStringLiteral("en"));
    window.show();
    auto* tabs = window.findChild<QTabWidget*>();
    QVERIFY(tabs->count() >= 4);
    for (int page = 0; page < tabs->count(); ++page) tabs->setCurrentIndex(page);  // names are given when a page is first shown
    for (QWidget* w : window.findChildren<QWidget*>()) {
      const bool actionable = qobject_cast<QAbstractButton*>(w) || qobject_cast<QComboBox*>(w) || qobject_cast<QAbstractSpinBox*>(w) ||
                              qobject_cast<QSlider*>(w) || qobject_cast<QLineEdit*>(w);
      // Parts that Qt makes inside its own widgets: a spin box's line, the corner of a table, the buttons of a tab bar, menu or line.
      const bool ours = !w->objectName().startsWith(QLatin1String("qt_")) && !qobject_cast<QAbstractSpinBox*>(w->parentWidget()) &&
                        !w->parentWidget()->inherits("QTableView") && !w->parentWidget()->inherits("QTabBar") &&
                        !w->parentWidget()->inherits("QMenuBar") && !w->parentWidget()->inherits("QLineEdit");
      if (actionable && ours && w->objectName() != QLatin1String("scrubber"))  // named once there are steps
        QVERIFY2(!w->accessibleName().isEmpty(),
                 qPrintable(QStringLiteral("%1 %2 in %3 %4")
                                .arg(QLatin1String(w->metaObject()->className()), w->objectName(),
                                     QLatin1String(w->parentWidget()->metaObject()->className()),
                                     w->parentWidget()->parentWidget() ? QLatin1String(w->parentWidget()->parentWidget()->metaObject()->className())
                                                                       : QLatin1String())));
    }
  }

  void shortcutsAreUnique() {
    MainWindow window(QStringLiteral("/nowhere.gguf"));
    // Of the window, and of parts that have their own while the focus is in them: none twice in one place, none that hides one of the window.
    std::set<QString> seen;
    std::set<std::pair<const QObject*, QString>> ofParts;
    for (const QAction* action : window.findChildren<QAction*>()) {
      const QString keys = action->shortcut().toString();
      const bool ofWindow = action->shortcutContext() == Qt::WindowShortcut || action->shortcutContext() == Qt::ApplicationShortcut;
      if (keys.isEmpty()) continue;
      QVERIFY2(ofWindow ? seen.insert(keys).second : ofParts.insert({action->parent(), keys}).second, qPrintable(keys));
    }
    QVERIFY(seen.size() >= 10);
    for (const auto& [part, keys] : ofParts) QVERIFY2(!seen.contains(keys), qPrintable(keys));
  }

  void theFirstScreenFits() {
    for (const char* language : {"en", "zh_CN"}) {
      MainWindow window(QStringLiteral("/nowhere.gguf"));
      window.setLanguage(QLatin1String(language));
      window.resize(1280, 800);
      window.show();
      QVERIFY(QTest::qWaitForWindowExposed(&window));
      QCOMPARE(window.size(), QSize(1280, 800));  // no widget asks for more
      for (ChartView* chart : window.charts())
        if (chart->isVisible()) QVERIFY2(window.rect().contains(QRect(chart->mapTo(&window, QPoint()), chart->size())), qPrintable(chart->id()));
      for (QAbstractButton* button : window.findChildren<QPushButton*>())
        if (button->isVisible() && !button->text().isEmpty())
          QVERIFY2(button->fontMetrics().horizontalAdvance(button->text()) <= button->width(), qPrintable(button->text()));
    }
  }

  void aMissingModelIsSaidInTheBanner() {
    MainWindow window(QStringLiteral("/nowhere.gguf"));
    window.show();
    QTRY_VERIFY_WITH_TIMEOUT(window.findChild<QLabel*>(QStringLiteral("banner"))->isVisible(), 20000);
    QVERIFY(window.findChild<QLabel*>(QStringLiteral("banner"))->text().contains(QLatin1String("nowhere.gguf")));
    QVERIFY(!runButton(window)->isEnabled());
  }

  void aSmallModelRunsExportsAndReopens() {
    const auto window = open(tinyModel());
    QVERIFY(window);
    setJob(*window, 160, 8);
    window->findChild<QSlider*>(QStringLiteral("ratio"))->setValue(4);
    QTRY_VERIFY_WITH_TIMEOUT(dataOf(*window).lanes[0].hasGhost, 20000);  // predictions stand before anything runs
    QSignalSpy finished(window->controller(), &RunController::finished);
    runButton(*window)->click();
    QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), 120000);
    const auto run = dataOf(*window).comparison;
    QVERIFY(run);
    QCOMPARE(run->methods.size(), size_t(3));
    QCOMPARE(run->methods[0].ids.size(), size_t(8));
    QCOMPARE(run->methods[0].quality.kldMean, 0.0);
    const QString out = m_home.filePath(QStringLiteral("charts"));
    const QStringList paths = exportCharts(window->charts(), out, {QStringLiteral("png"), QStringLiteral("svg")});
    QVERIFY(paths.size() >= 10);
    for (const QString& path : paths) QVERIFY2(QFileInfo(path).size() > 1000, qPrintable(path));
    // Kept runs open again by their id, with the same bytes.
    const QString kept = QString::fromStdString(run->id);
    QTRY_COMPARE(openHistory().list({run->id, {}, 0}).size(), size_t(1));
    const auto second = open(tinyModel());
    QVERIFY(second);
    second->openRun(kept);
    QVERIFY(dataOf(*second).comparison);
    for (size_t i = 0; i < 3; ++i) QCOMPARE(dataOf(*second).lanes[i].result->kvBytes, run->methods[i].kvBytes);
    second->setLanguage(QStringLiteral("zh_CN"));
    QTRY_VERIFY(dataOf(*second).lanes[0].label != QLatin1String("No Compression"));
    second->setLanguage(QStringLiteral("en"));
  }

  void aMethodThatCannotRunSaysWhy() {
    const auto window = open(tinyModel());
    QVERIFY(window);
    setJob(*window, 160, 4);
    window->findChild<QSlider*>(QStringLiteral("ratio"))->setValue(19);  // duo cannot remove 95 % of so short a prompt
    QTRY_VERIFY_WITH_TIMEOUT(dataOf(*window).lanes[1].hasGhost, 20000);
    QSignalSpy finished(window->controller(), &RunController::finished);
    runButton(*window)->click();
    QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), 120000);
    QVERIFY(!dataOf(*window).lanes[1].error.isEmpty());
    QVERIFY(runButton(*window)->isEnabled());
  }

  void cancelWhileThePromptIsRead() {
    if (!haveModel()) QSKIP("no default model");
    const auto window = open(QString());
    QVERIFY(window);
    setJob(*window, 3000, 16);
    QSignalSpy finished(window->controller(), &RunController::finished);
    runButton(*window)->click();
    QTRY_VERIFY_WITH_TIMEOUT(dataOf(*window).lanes[0].memory.size() >= 2, 200000);
    window->findChild<QPushButton*>(QStringLiteral("cancel"))->click();
    QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), 10000);
    QVERIFY(dataOf(*window).lanes[0].memory.size() >= 2);
    QVERIFY(dataOf(*window).lanes[0].cancelled);
    QVERIFY(runButton(*window)->isEnabled());
  }

  void cancelWhileDecodingKeepsWhatWasMeasured() {
    if (!haveModel()) QSKIP("no default model");
    auto window = open(QString());
    QVERIFY(window);
    setJob(*window, 600, 200);
    QElapsedTimer beat;
    qint64 gap = 0;
    QTimer probe;
    connect(&probe, &QTimer::timeout, this, [&] { gap = std::max(gap, beat.restart()); });
    QSignalSpy finished(window->controller(), &RunController::finished);
    runButton(*window)->click();
    QTRY_VERIFY_WITH_TIMEOUT(dataOf(*window).lanes[0].ids.size() >= 3, 200000);
    beat.start();
    probe.start(5);
    QTRY_VERIFY_WITH_TIMEOUT(dataOf(*window).lanes[0].ids.size() >= 8, 200000);
    probe.stop();
    window->findChild<QPushButton*>(QStringLiteral("cancel"))->click();
    QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), 10000);
    QVERIFY(dataOf(*window).lanes[0].ids.size() >= 8);
    QVERIFY2(gap < 2000, qPrintable(QStringLiteral("the event loop stood still for %1 ms").arg(gap)));  // goal 50 on a quiet machine
    QVERIFY(runButton(*window)->isEnabled());
    runButton(*window)->click();
    QTest::qWait(200);
    window.reset();  // closing while it runs must come back
  }
};

QTEST_MAIN(TestWindow)
#include "tst_window.moc"
