// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QComboBox>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTest>
#include <QTimer>

#include "core/api/error.h"
#include "ui/main_window.h"
#include "ui/models/comparison_model.h"
#include "ui/run/run_controller.h"

using namespace presslab;

class TestWindow : public QObject {
  Q_OBJECT
 private:
  static bool haveModel() {
    try {
      inspectModel("");
      return true;
    } catch (const Failure&) {
      return false;
    }
  }

 private Q_SLOTS:
  void initTestCase() {
    QCoreApplication::setOrganizationName(QStringLiteral("presslab-test"));
    QStandardPaths::setTestModeEnabled(true);
  }

  void everyActionableWidgetHasAName() {
    MainWindow window(QStringLiteral("/nowhere.gguf"));
    window.setLanguage(QStringLiteral("en"));
    window.show();
    for (QWidget* w : window.findChildren<QWidget*>()) {
      const bool actionable = qobject_cast<QAbstractButton*>(w) || qobject_cast<QComboBox*>(w) || qobject_cast<QAbstractSpinBox*>(w) ||
                              qobject_cast<QSlider*>(w) || qobject_cast<QLineEdit*>(w);
      // Parts that Qt makes inside its own widgets: a spin box's line, the corner of a table, the buttons of a tab bar or menu.
      const bool ours = !w->objectName().startsWith(QLatin1String("qt_")) && !qobject_cast<QAbstractSpinBox*>(w->parentWidget()) &&
                        !w->parentWidget()->inherits("QTableView") && !w->parentWidget()->inherits("QTabBar") &&
                        !w->parentWidget()->inherits("QMenuBar");
      if (actionable && ours) QVERIFY2(!w->accessibleName().isEmpty(), qPrintable(QLatin1String(w->metaObject()->className()) + w->objectName()));
    }
  }

  void aMissingModelIsSaidInTheBanner() {
    MainWindow window(QStringLiteral("/nowhere.gguf"));
    window.show();
    QSignalSpy failed(window.controller(), &RunController::failed);
    QVERIFY(failed.wait(10000));
    QVERIFY(window.findChild<QWidget*>(QStringLiteral("banner"))->isVisible());
    QVERIFY(!window.findChild<QPushButton*>(QStringLiteral("run"))->isEnabled());
  }

  void runCancelAndCloseWithTheRealEngine() {
    if (!haveModel()) QSKIP("the default model is not installed");
    auto window = std::make_unique<MainWindow>(QString());
    window->show();
    auto* run = window->findChild<QPushButton*>(QStringLiteral("run"));
    QTRY_VERIFY_WITH_TIMEOUT(run->isEnabled(), 60000);
    window->findChild<QSpinBox*>(QStringLiteral("contextTokens"))->setValue(600);
    window->findChild<QSpinBox*>(QStringLiteral("newTokens"))->setValue(64);
    const auto* model = window->findChild<ComparisonModel*>();
    QElapsedTimer beat;
    qint64 gap = 0;
    QTimer probe;
    connect(&probe, &QTimer::timeout, this, [&] { gap = std::max(gap, beat.restart()); });
    QSignalSpy finished(window->controller(), &RunController::finished);
    run->click();
    beat.start();
    probe.start(5);
    QTRY_VERIFY_WITH_TIMEOUT(model->data().lanes[0].ids.size() >= 5, 120000);
    probe.stop();
    QElapsedTimer back;
    back.start();
    window->findChild<QPushButton*>(QStringLiteral("cancel"))->click();
    QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), 10000);
    QVERIFY2(back.elapsed() < 1000, qPrintable(QStringLiteral("cancel took %1 ms").arg(back.elapsed())));  // goal 250, shared machine
    QVERIFY(model->data().lanes[0].ids.size() >= 5);                                                       // what was measured is kept
    QVERIFY2(gap < 250, qPrintable(QStringLiteral("the event loop stood still for %1 ms").arg(gap)));      // goal 50, shared machine
    QVERIFY(run->isEnabled());
    run->click();
    QTest::qWait(200);
    back.restart();
    window.reset();  // closing while it runs
    QVERIFY2(back.elapsed() < 2000, qPrintable(QString::number(back.elapsed())));
  }
};

QTEST_MAIN(TestWindow)
#include "tst_window.moc"
