// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "tests/ui/tiny_window.h"
#include "ui/charts/pareto_chart.h"
#include "ui/main_window.h"
#include "ui/pages/lab_pages.h"
#include "ui/pages/quality_page.h"
#include "ui/run/run_controller.h"

using namespace presslab;

// The quality page in the real window, with the real engine on the tiny model (512 positions).
class TestQualityPage : public QObject {
  Q_OBJECT
  QTemporaryDir m_home;
  std::unique_ptr<MainWindow> m_window;

  template <class T>
  T* find(const char* name) {
    return m_window->findChild<T*>(QLatin1String(name));
  }
  QualityPage& page() { return *m_window->lab()->quality(); }
  QString said() {
    QString all;
    for (const QLabel* l : page().findChildren<QLabel*>()) all += l->text() + QLatin1Char('\n');
    return all;
  }
  void chooseTasks(const QStringList& tasks) {
    for (QCheckBox* box : page().findChildren<QCheckBox*>())
      if (box->objectName().startsWith(QLatin1String("qualityTask_"))) box->setChecked(tasks.contains(box->objectName().mid(12)));
  }

 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase() { m_window.reset(); }
  void refusalsAreSaidInPlace();
  void aGridBecomesChartsAndRows();
  void stoppedAndContinued();
  void openedAgain();
  void theCommandSaysTheSame();
  void chinese();
};

void TestQualityPage::initTestCase() {
  m_window = test::tinyWindow(m_home.path());
  QVERIFY(m_window);
  m_window->findChild<QTabWidget*>()->setCurrentWidget(&page());
  QTRY_VERIFY(find<QPushButton>("qualityRun")->isEnabled());
  QVERIFY(!find<QPushButton>("qualityCancel")->isEnabled() && !find<QPushButton>("qualityResume")->isEnabled());
}

void TestQualityPage::refusalsAreSaidInPlace() {
  chooseTasks({});
  find<QPushButton>("qualityRun")->click();
  QVERIFY2(said().contains(QLatin1String("at least one task")), qPrintable(said()));
  chooseTasks({QStringLiteral("kld")});
  find<QLineEdit>("qualityLengths")->setText(QStringLiteral("100, many"));
  find<QPushButton>("qualityRun")->click();
  QVERIFY(said().contains(QLatin1String("\"many\" is no number")));
  find<QLineEdit>("qualityLengths")->setText(QStringLiteral("5000"));
  find<QPushButton>("qualityRun")->click();
  QTRY_VERIFY_WITH_TIMEOUT(said().contains(QLatin1String("512 positions")), 60000);
  QVERIFY(page().rows().empty());
}

void TestQualityPage::aGridBecomesChartsAndRows() {
  chooseTasks({QStringLiteral("kld"), QStringLiteral("ppl")});
  find<QLineEdit>("qualityLengths")->setText(QStringLiteral("120"));
  find<QLineEdit>("qualityRatios")->setText(QStringLiteral("0.3, 0.5"));
  find<QSpinBox>("qualitySeeds")->setValue(2);
  QSignalSpy done(m_window->controller(), &RunController::evalDone);
  find<QPushButton>("qualityRun")->click();
  QVERIFY(find<QPushButton>("qualityCancel")->isEnabled() && page().busy());
  QTRY_VERIFY_WITH_TIMEOUT(!done.isEmpty(), 200000);
  QTRY_VERIFY(!page().busy());
  QVERIFY2(!page().rows().empty(), qPrintable(said()));
  for (const char* press : {"random", "streaming_llm", "oracle", "none"})
    QVERIFY2(std::any_of(page().rows().begin(), page().rows().end(), [&](const EvalRow& r) { return r.press == press; }), press);
  QCOMPARE(find<QTableView>("qualityTable")->model()->rowCount(), int(page().rows().size()));
  find<QComboBox>("qualityShownTask")->setCurrentText(QStringLiteral("kld"));
  QCOMPARE(find<QComboBox>("qualityShownTask")->currentText(), QStringLiteral("kld"));
  for (ChartView* chart : page().charts()) {
    QVERIFY2(chart->hasContent(), qPrintable(chart->id()));
    QVERIFY(!chart->table().rows.isEmpty());
    const QString path = m_home.filePath(chart->id() + QStringLiteral(".svg"));
    chart->exportTo(path);
    QVERIFY(QFileInfo(path).size() > 2000);
  }
  QCOMPARE(page().charts()[1]->table().rows.size(), 64);
  find<QComboBox>("qualityShownTask")->setCurrentText(QStringLiteral("ppl"));
  QVERIFY(page().charts()[0]->hasContent());
}

void TestQualityPage::stoppedAndContinued() {
  find<QSpinBox>("qualitySeeds")->setValue(6);
  QSignalSpy told(m_window->controller(), &RunController::evalTold), done(m_window->controller(), &RunController::evalDone);
  find<QPushButton>("qualityRun")->click();
  QTRY_VERIFY_WITH_TIMEOUT(told.size() > 6, 60000);
  find<QPushButton>("qualityCancel")->click();
  QTRY_VERIFY_WITH_TIMEOUT(!done.isEmpty(), 60000);
  auto result = done.takeFirst().at(1).value<std::shared_ptr<const EvalResult>>();
  QVERIFY(result->cancelled && !result->samples.empty());
  const size_t kept = result->samples.size();
  QTRY_VERIFY(find<QPushButton>("qualityResume")->isEnabled());
  find<QPushButton>("qualityResume")->click();
  QTRY_VERIFY_WITH_TIMEOUT(!done.isEmpty(), 200000);
  result = done.takeFirst().at(1).value<std::shared_ptr<const EvalResult>>();
  QVERIFY2(result->exitCode == 0, result->error.c_str());
  QCOMPARE(size_t(result->resumed), kept);
  QVERIFY(result->samples.size() > kept);
}

void TestQualityPage::openedAgain() {
  const size_t rows = page().rows().size();
  const EvalSpec spec = page().spec();
  QVERIFY(!page().open(m_home.path()));
  QVERIFY(said().contains(QLatin1String("manifest.json")));
  QCOMPARE(page().rows().size(), rows);
  QVERIFY(spec.seeds == 6);
}

void TestQualityPage::theCommandSaysTheSame() {
  const QString command = page().command();
  for (const char* part : {"presslab-cli eval", "--task ppl,kld", "--lengths 120", "--ratios 0.3,0.5", "--seeds 6", "--press '"})
    QVERIFY2(command.contains(QLatin1String(part)), qPrintable(command));
}

void TestQualityPage::chinese() {
  m_window->setLanguage(QStringLiteral("zh_CN"));
  QTRY_VERIFY(find<QPushButton>("qualityRun")->text() != QLatin1String("Run grid"));
  QCOMPARE(m_window->size(), QSize(1280, 800));
  for (const QAbstractButton* b : page().findChildren<QAbstractButton*>())
    if (!b->text().isEmpty() && b->text() != QLatin1String("⋯") && b->isVisible())
      QVERIFY2(b->text().toUtf8().size() != b->text().size(), qPrintable(b->text()));
  for (ChartView* chart : page().charts()) QVERIFY(chart->title().toUtf8().size() != chart->title().size());
  m_window->setLanguage(QStringLiteral("en"));
}

QTEST_MAIN(TestQualityPage)
#include "tst_quality_page.moc"
