// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "ui/charts/placement_chart.h"
#include "ui/charts/qcp.h"
#include "ui/main_window.h"
#include "ui/models/comparison_model.h"
#include "ui/pages/advisor_page.h"
#include "ui/pages/experts_page.h"
#include "ui/pages/heads_page.h"
#include "ui/pages/lab_pages.h"
#include "ui/pages/placement_page.h"
#include "ui/run/run_controller.h"
#include "ui/widgets/control_panel.h"

using namespace presslab;

// The pages of the lab in the real window, with the real engine on the tiny model (2 layers, 2 KV heads, 512 positions).
class TestLabPages : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir m_home;
  std::unique_ptr<MainWindow> m_window;

  template <class T>
  T* find(const char* name) {
    return m_window->findChild<T*>(QLatin1String(name));
  }
  void page(QWidget* w) { m_window->findChild<QTabWidget*>()->setCurrentWidget(w); }
  HeadsPage& heads() { return *m_window->lab()->heads(); }
  bool answered(HeadsPage& p) {
    return QTest::qWaitFor(
        [&] {
          const WhatIfAnswer* a = p.answer();
          if (!a || !a->complete) return false;
          int flips = 0;
          for (size_t i = 0; i < a->after.heads.size(); ++i) flips += a->after.heads[i].kind != a->before.heads[i].kind ? 1 : 0;
          return flips == int(p.flips().size());
        },
        60000);
  }
  void choose(const char* combo, const QString& part) {
    auto* box = find<QComboBox>(combo);
    for (int i = 0; i < box->count(); ++i)
      if (box->itemText(i).startsWith(part)) box->setCurrentIndex(i);
    QVERIFY2(box->currentText().startsWith(part), qPrintable(box->currentText()));
  }

 private Q_SLOTS:
  void initTestCase() {
    QCoreApplication::setOrganizationName(QStringLiteral("presslab-test"));
    for (const char* variable : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"}) qputenv(variable, m_home.path().toUtf8());
    m_window = std::make_unique<MainWindow>(QStringLiteral(PRESSLAB_TEST_DATA "/model/tiny_llama.gguf"));
    m_window->setLanguage(QStringLiteral("en"));
    m_window->resize(1280, 800);
    m_window->show();
    QTRY_VERIFY_WITH_TIMEOUT(find<QPushButton>("run")->isEnabled(), 120000);
    QVERIFY(!heads().isVisible() && heads().map()->table().rows.isEmpty());
    find<QSpinBox>("newTokens")->setValue(8);
    find<QSpinBox>("contextTokens")->setValue(300);
    find<QSlider>("ratio")->setValue(6);
    QSignalSpy finished(m_window->controller(), &RunController::finished);
    find<QPushButton>("run")->click();
    QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), 120000);
    QVERIFY(m_window->controller()->lastRun());
  }
  void cleanupTestCase() { m_window.reset(); }

  void aHeadIsFlippedByKeyAndTakenBack();
  void aClickOpensTheTokensAndADoubleClickFlips();
  void layersThresholdAndPatternFiles();
  void theEditedPatternBecomesAMethod();
  void aNewerEditReplacesAnOlderOne();
  void balanceIsReplayed();
  void expertsByLayerAndStep();
  void placementOfTheRunAndOfAMatrix();
  void adviceIsMeasuredAndApplied();
  void everythingSpeaksChinese();
  void aRunStopsAReplay();
};

void TestLabPages::aHeadIsFlippedByKeyAndTakenBack() {
  page(&heads());
  choose("headsMethod", QStringLiteral("duo"));
  QVERIFY(answered(heads()));
  const MethodMetrics& duo = m_window->controller()->lastRun()->methods[1];
  QCOMPARE(heads().answer()->before.kvBytes, duo.kvBytes);
  QCOMPARE(heads().answer()->before.quality.kldMean, duo.quality.kldMean);
  HeadEditor* map = heads().map();
  map->setFocus();
  map->moveCursor(0, 0);
  QTest::keyClick(map, Qt::Key_Right);
  QTest::keyClick(map, Qt::Key_Down);
  QCOMPARE(map->cursor(), (HeadPlace{1, 1}));
  QTest::keyClick(map, Qt::Key_Down);  // there is no third head
  QCOMPARE(map->cursor(), (HeadPlace{1, 1}));
  QVERIFY(map->findChild<QCustomPlot*>()->accessibleDescription().contains(QLatin1String("Layer 1, KV head 1")));
  const bool was = heads().streams(1, 1);
  QTest::keyClick(map, Qt::Key_F);
  QCOMPARE(heads().streams(1, 1), !was);
  QVERIFY(answered(heads()));
  QVERIFY(heads().answer()->after.kvBytes != duo.kvBytes);
  QVERIFY(map->card(1, 1).contains(QLatin1String("flipped by you")));
  QCOMPARE(map->table().rows.size(), 4);
  QTest::keyClick(map, Qt::Key_Z, Qt::ControlModifier);
  QCOMPARE(heads().streams(1, 1), was);
  QTest::keyClick(map, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
  QCOMPARE(heads().streams(1, 1), !was);
  find<QToolButton>("headsReset")->click();
  QVERIFY(heads().flips().empty());
  heads().undoStack()->undo();  // a reset can be taken back too
  QCOMPARE(heads().flips().size(), size_t(1));
  heads().reset();
  QVERIFY(answered(heads()));
  QCOMPARE(heads().answer()->after.kvBytes, duo.kvBytes);
}

void TestLabPages::aClickOpensTheTokensAndADoubleClickFlips() {
  page(&heads());
  QTRY_VERIFY(heads().map()->isVisible());
  auto* plot = heads().map()->findChild<QCustomPlot*>();
  const auto at = [&](int layer, int head) { return QPoint(int(plot->xAxis->coordToPixel(layer)), int(plot->yAxis->coordToPixel(head))); };
  QTest::mouseDClick(plot, Qt::LeftButton, {}, at(0, 1));
  QTRY_COMPARE(heads().flips().size(), size_t(1));
  QTest::qWait(QApplication::doubleClickInterval() + 100);
  QVERIFY2(heads().isVisible(), "a double click does not open the tokens");
  heads().undoStack()->undo();
  QTest::mouseClick(plot, Qt::LeftButton, {}, at(1, 0));
  QTRY_VERIFY_WITH_TIMEOUT(!heads().isVisible(), 5000);
  QCOMPARE(find<QComboBox>("tokensMethod")->currentIndex(), 1);
  page(&heads());
  heads().map()->moveCursor(0, 1);
  QTest::keyClick(heads().map(), Qt::Key_Return);
  QTRY_VERIFY(!heads().isVisible());
  page(&heads());
}

void TestLabPages::layersThresholdAndPatternFiles() {
  page(&heads());
  QVERIFY(answered(heads()));
  const bool a = heads().streams(0, 0), b = heads().streams(0, 1);
  heads().map()->moveCursor(0, 0);
  QTest::keyClick(heads().map(), Qt::Key_F, Qt::ShiftModifier);
  QVERIFY(heads().streams(0, 0) == !a && heads().streams(0, 1) == !b);
  heads().reset();
  QTemporaryDir dir;
  const QString file = dir.filePath(QStringLiteral("heads.tsv")), bad = dir.filePath(QStringLiteral("bad.tsv"));
  QFile(file).remove();
  QFile out(file);
  QVERIFY(out.open(QIODevice::WriteOnly));
  out.write("0.9\t0.1\n0.2\t0.8\n");
  out.close();
  QVERIFY(heads().loadPattern(file));
  QVERIFY(!heads().streams(0, 0) && heads().streams(0, 1) && heads().streams(1, 0) && !heads().streams(1, 1));
  auto* slider = find<QSlider>("headsThreshold");
  QVERIFY(slider->isEnabled());
  QCOMPARE(slider->value(), 2);
  slider->setValue(1);
  QVERIFY(heads().streams(0, 1) && !heads().streams(1, 0));
  slider->setValue(3);
  QVERIFY(heads().streams(1, 1) && !heads().streams(0, 0));
  QVERIFY(heads().comparePattern(file));
  int marked = 0;
  for (const QStringList& row : heads().map()->table().rows) marked += row.last().isEmpty() ? 0 : 1;
  QCOMPARE(marked, 1);
  const QString saved = dir.filePath(QStringLiteral("saved.tsv"));
  QVERIFY(heads().savePattern(saved));
  const HeadPattern p = readHeadPattern(saved.toStdString(), 2, 2);
  for (int l = 0; l < 2; ++l)
    for (int h = 0; h < 2; ++h) QCOMPARE(p.values[size_t(2 * l + h)] < .5F, heads().streams(l, h));
  QFile wrong(bad);
  QVERIFY(wrong.open(QIODevice::WriteOnly));
  wrong.write("0.9\t0.1\n0.2\tno\n");
  wrong.close();
  QSignalSpy failed(&heads(), &HeadsPage::failed);
  QVERIFY(!heads().loadPattern(bad));
  QCOMPARE(failed.size(), 1);
  QVERIFY2(failed[0][0].toString().contains(QLatin1String("bad.tsv:2:5")), qPrintable(failed[0][0].toString()));
  heads().undoStack()->undo();  // the slider is one step
  QCOMPARE(slider->value(), 2);
  QVERIFY(answered(heads()));
}

void TestLabPages::theEditedPatternBecomesAMethod() {
  page(&heads());
  find<QAbstractButton>("headsWhole")->setChecked(true);
  QTRY_VERIFY_WITH_TIMEOUT(find<QToolButton>("headsUse")->isEnabled(), 60000);
  const int64_t bytes = heads().answer()->after.kvBytes;
  auto* controls = m_window->findChild<ControlPanel*>();
  const size_t before = controls->methods().size();
  find<QToolButton>("headsUse")->click();
  QCOMPARE(controls->methods().size(), before + 1);
  const std::string spec = controls->methods().back();
  QVERIFY2(spec.find("order=tsv:") != std::string::npos, spec.c_str());
  WhatIfRequest q;  // the file stands where the spec says and gives the same bytes
  q.base = spec;
  q.quality = false;
  std::shared_ptr<const WhatIfAnswer> answer;
  connect(m_window->controller(), &RunController::whatIfTold, this, [&](quint64, double, const std::shared_ptr<const WhatIfAnswer>& a, bool last) {
    if (last) answer = a;
  });
  QVERIFY(m_window->controller()->whatIf(m_window->controller()->lastSpec(), q) != 0);
  QTRY_VERIFY_WITH_TIMEOUT(answer, 60000);
  disconnect(m_window->controller(), &RunController::whatIfTold, this, nullptr);
  QVERIFY2(answer->error.empty(), answer->error.c_str());
  QCOMPARE(answer->before.kvBytes, bytes);
}

void TestLabPages::aNewerEditReplacesAnOlderOne() {
  page(&heads());
  choose("headsMethod", QStringLiteral("eplb_duo"));
  QVERIFY(answered(heads()));
  for (int i = 0; i < 6; ++i) heads().flip(i % 2, i / 2 % 2);
  QVERIFY(answered(heads()));
  QCOMPARE(heads().flips().size(), size_t(2));
}

void TestLabPages::balanceIsReplayed() {
  ExpertsPage& experts = *m_window->lab()->experts();
  page(&experts);
  const auto done = [&] { return experts.answer() && experts.answer()->complete; };
  QTRY_VERIFY_WITH_TIMEOUT(done(), 60000);
  QCOMPARE(experts.balance(), QStringLiteral("integral"));
  QCOMPARE(experts.answer()->after.kvBytes, experts.answer()->before.kvBytes);
  find<QPushButton>("balance_upstream")->click();
  QTRY_VERIFY_WITH_TIMEOUT(done(), 60000);
  QVERIFY(experts.answer()->after.method.find("balance=upstream") != std::string::npos);
  QCOMPARE(experts.answer()->after.kvBytes, experts.answer()->before.kvBytes);
  QVERIFY(!experts.answer()->after.balance.empty());
  QVERIFY(find<QPushButton>("expertsUse")->isEnabled());
}

void TestLabPages::expertsByLayerAndStep() {
  ExpertsPage& experts = *m_window->lab()->experts();
  page(&experts);
  QTRY_VERIFY(experts.answer() && experts.answer()->complete);
  auto *layer = find<QSlider>("expertsLayer"), *step = find<QSlider>("expertsStep");
  QCOMPARE(layer->maximum(), 1);
  QCOMPARE(step->maximum(), 5);  // 300 positions
  const QVector<QStringList> all = experts.grid()->table().rows;
  QCOMPARE(all.size(), 2 * 4);
  int sum = 0;
  for (int s = 1; s <= 5; ++s) {
    step->setValue(s);
    sum += experts.grid()->table().rows[0][3].toInt();
  }
  QCOMPARE(sum, all[0][3].toInt());
  QTest::keyClick(experts.grid(), Qt::Key_Down);
  QCOMPARE(layer->value(), 1);
  QCOMPARE(experts.steps()->table().rows.size(), 4 * 5);
  for (int q = 0; q < 5; ++q) {
    find<QComboBox>("expertsQuantity")->setCurrentIndex(q);
    QVERIFY(!experts.grid()->caption().isEmpty());
  }
}

void TestLabPages::placementOfTheRunAndOfAMatrix() {
  PlacementPage& placement = *m_window->lab()->placement();
  page(&placement);
  QCOMPARE(placement.placement().physicalToLogical.size(), size_t(2));
  find<QSpinBox>("placementGpus")->setValue(4);
  find<QSpinBox>("placementReplicas")->setValue(8);
  QCOMPARE(placement.placement().gpuLoadAfter[0].size(), size_t(4));
  const double after = PlacementChart::maxOverMean(placement.placement().gpuLoadAfter[0]);
  QVERIFY(after >= 1 && after <= PlacementChart::maxOverMean(placement.placement().gpuLoadBefore[0]));
  QVERIFY(placement.csv().startsWith(QLatin1String("layer,gpu,slot,expert")));
  QCOMPARE(placement.csv().count(QLatin1Char('\n')), 1 + 2 * 8);
  find<QSpinBox>("placementReplicas")->setValue(7);
  QVERIFY(find<QLabel>("placementStatus")->text().contains(QLatin1String("cannot be divided")));
  find<QSpinBox>("placementReplicas")->setValue(8);
  for (const auto& [json, where] : {std::pair<const char*, const char*>{"[[1,2],[3]]", "layer 1 has 1 loads"},
                                    {"[[1,\"x\"]]", "layer 0, expert 1"},
                                    {"[[1,2]", "at byte"},
                                    {"[[1,-2]]", "layer 0, expert 1"},
                                    {"7", "JSON matrix"}}) {
    QVERIFY(!placement.setMatrix(json, QStringLiteral("pasted matrix")));
    const QString said = find<QLabel>("placementStatus")->text();
    QVERIFY2(said.contains(QLatin1String(where)), qPrintable(said));
  }
  QVERIFY(placement.setMatrix("[[90,132,40,61],[20,107,104,64]]", QStringLiteral("pasted matrix")));
  const QString cli = QStringLiteral(PRESSLAB_BIN_DIR "/presslab-cli");
  if (!QFile::exists(cli)) QSKIP("no presslab-cli beside the tests");
  QProcess shell;
  shell.start(QStringLiteral("sh"), {QStringLiteral("-c"), placement.command().replace(QLatin1String("presslab-cli"), cli)});
  QVERIFY(shell.waitForFinished(30000));
  QCOMPARE(shell.exitCode(), 0);
  QStringList slots0;
  for (const int e : placement.placement().physicalToLogical[0]) slots0 << QString::number(e);
  QString printed = QString::fromUtf8(shell.readAllStandardOutput()).remove(QLatin1Char(' ')).remove(QLatin1Char('\n'));
  QVERIFY2(printed.contains(QLatin1Char('[') + slots0.join(QLatin1Char(',')) + QLatin1Char(']')), qPrintable(printed));
}

void TestLabPages::adviceIsMeasuredAndApplied() {
  AdvisorPage& advisor = *m_window->lab()->advisor();
  page(&advisor);
  QTRY_VERIFY_WITH_TIMEOUT(!advisor.list().advice.empty(), 60000);
  advisor.setComplaint(Complaint::Quality);
  auto* changes = find<QTableWidget>("advisorChanges");
  QVERIFY(changes->rowCount() > 0);
  QCOMPARE(find<QTableWidget>("advisorTips")->rowCount(), 8);
  const size_t first = advisor.rows()[0];
  QVERIFY(!advisor.list().advice[first].quality.measured);
  QCOMPARE(changes->item(0, 4)->text(), QStringLiteral("not yet measured"));
  qobject_cast<QPushButton*>(changes->cellWidget(0, 6))->click();
  QTRY_VERIFY_WITH_TIMEOUT(advisor.list().advice[first].quality.measured, 60000);
  QVERIFY(changes->item(0, 4)->text() != QLatin1String("not yet measured"));
  QVERIFY(advisor.list().advice[first].verdict != AdviceVerdict::Measure);
  const std::string wanted = advisor.list().advice[first].method;
  qobject_cast<QPushButton*>(changes->cellWidget(0, 7))->click();
  const std::vector<std::string> methods = m_window->findChild<ControlPanel*>()->methods();
  QVERIFY2(std::find(methods.begin(), methods.end(), wanted) != methods.end(), wanted.c_str());
  advisor.setComplaint(Complaint::Memory);
  for (size_t row = 0; row < advisor.rows().size(); ++row) {
    const Advice& a = advisor.list().advice[advisor.rows()[row]];
    if (a.kind != AdviceKind::Context) continue;
    qobject_cast<QPushButton*>(changes->cellWidget(int(row), 7))->click();
    QCOMPARE(find<QSpinBox>("contextTokens")->value(), int(a.value));
  }
}

void TestLabPages::everythingSpeaksChinese() {
  QTabWidget* tabs = m_window->findChild<QTabWidget*>();
  const QString english = tabs->tabText(tabs->indexOf(&heads()));
  m_window->setLanguage(QStringLiteral("zh_CN"));
  QTRY_VERIFY(find<QToolButton>("headsReset")->text() != QLatin1String("Reset"));
  QVERIFY(tabs->tabText(tabs->indexOf(&heads())) != english);
  for (QWidget* w : {static_cast<QWidget*>(&heads()), static_cast<QWidget*>(m_window->lab()->experts()),
                     static_cast<QWidget*>(m_window->lab()->placement()), static_cast<QWidget*>(m_window->lab()->advisor())}) {
    page(w);
    QCOMPARE(m_window->size(), QSize(1280, 800));
    for (const QAbstractButton* b : w->findChildren<QAbstractButton*>())
      if (!b->text().isEmpty() && b->text() != QLatin1String("⋯") && b->isVisible())
        QVERIFY2(b->text().toUtf8().size() != b->text().size(), qPrintable(b->text()));
  }
  m_window->setLanguage(QStringLiteral("en"));
}

void TestLabPages::aRunStopsAReplay() {
  page(&heads());
  heads().flip(0, 0);
  QSignalSpy finished(m_window->controller(), &RunController::finished);
  find<QPushButton>("run")->click();
  QVERIFY(!heads().isEnabled());
  QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), 120000);
  QTRY_VERIFY(heads().isEnabled());
  QVERIFY(heads().flips().empty());
  QVERIFY(answered(heads()));
}

QTEST_MAIN(TestLabPages)
#include "tst_lab_pages.moc"
