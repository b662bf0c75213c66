// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The history page on a real store in a folder of its own.
#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDateTime>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include "core/api/run_store.h"
#include "ui/charts/charts.h"
#include "ui/models/history_model.h"
#include "ui/models/overlay_model.h"
#include "ui/pages/history_page.h"
#include "ui/pages/overlay_page.h"
#include "ui_events.h"

using namespace presslab;

class TestHistory : public QObject {
  Q_OBJECT
  std::unique_ptr<QTemporaryDir> m_home;

  static Comparison run(const std::string& id, const std::string& time) {
    Comparison c = *smallComparison();
    c.id = id;
    c.stamp.time = time;
    c.stamp.modelHash = "m";
    c.stamp.threads = 2;
    c.stamp.commandLine = "presslab-cli compare";
    return c;
  }
  struct Page {
    HistoryPage page;
    QTableView* table = page.findChild<QTableView*>(QStringLiteral("history"));
    QString cell(int row, int column) const { return table->model()->index(row, column).data().toString(); }
    int rows() const { return table->model()->rowCount(); }
    void choose(std::initializer_list<int> which) {
      table->clearSelection();
      for (int row : which) table->selectionModel()->select(table->model()->index(row, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);
    }
    template <class T>
    T* child(const char* name) const {
      T* found = page.template findChild<T*>(QLatin1String(name));
      if (!found) qFatal("no %s", name);
      return found;
    }
  };
  std::unique_ptr<Page> shown() {
    auto p = std::make_unique<Page>();
    p->page.resize(1040, 660);
    p->page.show();
    return p;
  }
  void threeRuns() {
    RunStore store = openHistory();
    store.add(run("20260101-101112-aaaa", "2026-01-01T10:11:12Z"));
    Comparison worse = run("20260202-101112-bbbb", "2026-02-02T10:11:12Z");
    worse.methods[1].method = "snapkv(ratio=0.2)";
    worse.methods[1].kvBytes = 3 << 20;
    worse.methods[1].quality.kldMean = 0.06;
    store.add(worse);
    Comparison unmeasured = run("20260303-101112-cccc", "2026-03-03T10:11:12Z");
    unmeasured.methods.resize(1);
    unmeasured.methods[0].quality.measured = false;
    unmeasured.methods[0].decodeTokS = 0;
    unmeasured.cancelled = true;
    store.add(unmeasured);
  }

 private Q_SLOTS:
  void init() {
    m_home = std::make_unique<QTemporaryDir>();
    qputenv("XDG_DATA_HOME", m_home->path().toUtf8());
    qputenv("PRESSLAB_HISTORY", m_home->filePath("history.db").toUtf8());
  }

  void runsAreListedSortedAndSearched() {
    threeRuns();
    const auto p = shown();
    QTRY_COMPARE(p->rows(), 3);
    QAbstractItemModelTester tester(p->table->model());
    const QDateTime newest = QDateTime::fromString(QStringLiteral("2026-03-03T10:11:12Z"), Qt::ISODate).toLocalTime();
    QCOMPARE(p->cell(0, HistoryModel::Time), newest.toString(QStringLiteral("yyyy-MM-dd HH:mm")));  // newest first
    QCOMPARE(p->cell(2, HistoryModel::Methods), QStringLiteral("none · duo"));
    QCOMPARE(p->cell(2, HistoryModel::Saved), QStringLiteral("50"));
    QCOMPARE(p->cell(0, HistoryModel::State), QStringLiteral("cancelled"));
    for (const Qt::SortOrder order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
      p->table->sortByColumn(HistoryModel::Divergence, order);
      QCOMPARE(p->cell(order == Qt::AscendingOrder ? 0 : 1, HistoryModel::Divergence), QStringLiteral("0.06"));
      QCOMPARE(p->cell(2, HistoryModel::Divergence), QStringLiteral("–"));  // not measured: last either way
    }
    p->table->sortByColumn(HistoryModel::Saved, Qt::DescendingOrder);
    QCOMPARE(p->cell(0, HistoryModel::Saved), QStringLiteral("50"));
    auto* search = p->child<QLineEdit>("historyFilter");
    search->setText(QStringLiteral("SNAPKV 2026-02"));
    QCOMPARE(p->rows(), 1);
    search->setText(QStringLiteral("snapkv aaaa"));
    QCOMPARE(p->rows(), 0);
    search->clear();
    QCOMPARE(p->rows(), 3);
  }

  void enterOpensARun() {
    threeRuns();
    const auto p = shown();
    QTRY_COMPARE(p->rows(), 3);
    QSignalSpy open(&p->page, &HistoryPage::openWanted);
    p->choose({2});
    p->table->setFocus();
    QTest::keyClick(p->table, Qt::Key_Return);
    QCOMPARE(open.size(), 1);
    QCOMPARE(open[0][0].toString(), QStringLiteral("20260101-101112-aaaa"));
  }

  void labelsAreEditedInPlace() {
    threeRuns();
    const auto p = shown();
    QTRY_COMPARE(p->rows(), 3);
    auto *name = p->child<QLineEdit>("runName"), *tags = p->child<QLineEdit>("runTags");
    auto* note = p->child<QPlainTextEdit>("runNote");
    QVERIFY(!name->isEnabled());
    p->choose({2});
    QVERIFY(name->isEnabled());
    QCOMPARE(p->child<QPlainTextEdit>("runCommand")->toPlainText(), QStringLiteral("presslab-cli compare"));
    name->setText(QStringLiteral("the first"));
    tags->setText(QStringLiteral(" paper, 长文 ,paper，long context"));
    QTest::keyClick(tags, Qt::Key_Return);
    QTRY_COMPARE(p->cell(2, HistoryModel::Tags), QStringLiteral("long context, paper, 长文"));
    QCOMPARE(p->cell(2, HistoryModel::Name), QStringLiteral("the first"));
    QCOMPARE(p->table->selectionModel()->selectedRows().size(), 1);  // the list was read again, the choice stays
    note->setPlainText(QStringLiteral("two\nlines"));
    p->choose({0});  // what was typed is kept when another run is chosen
    QTRY_COMPARE(openHistory().find("20260101-101112-aaaa").note, std::string("two\nlines"));
    auto* tag = p->child<QComboBox>("historyTag");
    QTRY_COMPARE(tag->count(), 4);
    tag->setCurrentIndex(tag->findData(QStringLiteral("paper")));
    QCOMPARE(p->rows(), 1);
    p->child<QLineEdit>("historyFilter")->setText(QStringLiteral("lines"));
    QTRY_COMPARE(p->rows(), 1);
  }

  void deletionIsUndone() {
    threeRuns();
    const auto p = shown();
    QTRY_COMPARE(p->rows(), 3);
    auto* bar = p->child<QFrame>("historyUndoBar");
    QVERIFY(!bar->isVisible());
    p->choose({0, 1});
    p->table->setFocus();
    QTest::keyClick(p->table, Qt::Key_Delete);
    QTRY_COMPARE(p->rows(), 1);
    QVERIFY(bar->isVisible());
    QCOMPARE(openHistory().list().size(), size_t(1));
    p->choose({0});
    QTest::keyClick(p->table, Qt::Key_Delete);
    QTRY_COMPARE(p->rows(), 0);
    p->child<QPushButton>("historyUndo")->click();  // the last deletion first
    QTRY_COMPARE(p->rows(), 1);
    p->table->setFocus();
    QTest::keySequence(p->table, QKeySequence::Undo);
    QTRY_COMPARE(p->rows(), 3);
    QVERIFY(!bar->isVisible());
  }

  void runsTravelInOneFile() {
    threeRuns();
    const QString file = m_home->filePath("some.presslab");
    {
      const auto p = shown();
      QTRY_COMPARE(p->rows(), 3);
      QSignalSpy told(&p->page, &HistoryPage::told);
      p->choose({0, 2});
      p->page.exportFile(file);
      QTRY_COMPARE(told.size(), 1);
    }
    qputenv("PRESSLAB_HISTORY", m_home->filePath("other.db").toUtf8());
    const auto p = shown();
    p->page.importFile(file);
    QTRY_COMPARE(p->rows(), 2);
    QSignalSpy told(&p->page, &HistoryPage::told), failed(&p->page, &HistoryPage::failed);
    p->page.importFile(file);
    QTRY_COMPARE(told.size(), 1);
    QVERIFY2(told[0][0].toString().contains(QLatin1String("0 added, 2 were there")), qPrintable(told[0][0].toString()));
    p->page.importFile(m_home->filePath("nowhere.presslab"));
    QTRY_COMPARE(failed.size(), 1);
    QVERIFY(failed[0][0].toString().contains(QLatin1String("nowhere.presslab")));
    QCOMPARE(p->rows(), 2);
  }

  void aFinishedRunComesIntoTheList() {
    {
      const auto p = shown();
      p->page.keep(std::make_shared<const Comparison>(run("one", "2026-01-01T00:00:00Z")));
      QTRY_COMPARE(p->rows(), 1);
      p->page.keep(std::make_shared<const Comparison>(run("two", "2026-01-02T00:00:00Z")));  // and the window closes at once
    }
    QCOMPARE(openHistory().list().size(), size_t(2));
    qputenv("PRESSLAB_HISTORY", "/proc/no/history.db");
    const auto p = shown();
    QSignalSpy told(&p->page, &HistoryPage::told);
    p->page.keep(std::make_shared<const Comparison>(run("three", "")));
    QTRY_VERIFY(!told.isEmpty());
    QVERIFY2(told[0][0].toString().contains(QLatin1String("not kept in the history")), qPrintable(told[0][0].toString()));
  }

  void whatAnotherProgramAddsIsSeen() {
    const auto p = shown();
    QTest::qWait(50);
    QCOMPARE(p->rows(), 0);
    openHistory().add(run("other", "2026-01-01T00:00:00Z"));
    QTRY_COMPARE_WITH_TIMEOUT(p->rows(), 1, 15000);
  }

  void chosenRunsAreLaidOverEachOther() {
    threeRuns();
    RunStore store = openHistory();
    Comparison threads = run("20260404-101112-dddd", "2026-04-04T10:11:12Z");
    threads.stamp.threads = 4;
    threads.methods[1].kvBytes = 1 << 20;
    threads.methods[1].decodeTokSSpread = {140, 150, 160};
    store.add(threads);
    store.setName("20260101-101112-aaaa", "first");
    const auto p = shown();
    QTRY_COMPARE(p->rows(), 4);
    auto* compare = p->child<QPushButton>("historyCompare");
    p->choose({0});
    QVERIFY(!compare->isEnabled());
    p->table->sortByColumn(HistoryModel::Time, Qt::AscendingOrder);
    p->choose({0, 3});
    QVERIFY(compare->isEnabled());
    compare->click();
    OverlayPage* overlay = p->page.overlay();
    QTRY_VERIFY(overlay->isVisible());
    const QAbstractItemModel* rows = p->child<QTableView>("overlay")->model();
    QAbstractItemModelTester tester(const_cast<QAbstractItemModel*>(rows));
    QCOMPARE(rows->rowCount(), 4);
    const auto cell = [&](int row, int column) { return rows->index(row, column).data().toString(); };
    QCOMPARE(cell(3, OverlayModel::Run), QStringLiteral("B"));
    QCOMPARE(cell(3, OverlayModel::Method), QStringLiteral("duo(ratio=0.5)"));
    QCOMPARE(cell(3, OverlayModel::Decode), QStringLiteral("150.0 (140.0 – 160.0)"));
    QCOMPARE(cell(3, OverlayModel::PinMemory), QStringLiteral("▲ +50.0 %"));  // 1 MiB against 2
    QCOMPARE(cell(3, OverlayModel::PinSpeed), QStringLiteral("–"));           // other threads
    QCOMPARE(cell(3, OverlayModel::PinDivergence), QStringLiteral("×1"));
    QCOMPARE(cell(3, OverlayModel::BaseSpeed), QStringLiteral("▲ +50.0 %"));
    QCOMPARE(cell(2, OverlayModel::DuoMemory), QStringLiteral("▼ -300.0 %"));
    const QString why = p->child<QLabel>("overlayObstacles")->text();
    QVERIFY2(why.contains(QLatin1String("B cannot be compared with A in times (Threads 4 / 2)")), qPrintable(why));
    const QAbstractItemModel* settings = p->child<QTableView>("overlaySettings")->model();
    QCOMPARE(settings->rowCount(), 1);
    QCOMPARE(settings->index(0, 2).data().toString(), QStringLiteral("4"));
    p->child<QCheckBox>("overlayOnlyDifferent")->setChecked(false);
    QVERIFY(settings->rowCount() > 15);
    // One method of the other run pinned.
    overlay->setPin({1, 1});
    QCOMPARE(cell(1, OverlayModel::PinMemory), QStringLiteral("▼ -100.0 %"));
    QCOMPARE(p->child<QComboBox>("overlayPinMethod")->currentText(), QStringLiteral("duo(ratio=0.5)"));
    QCOMPARE(p->child<QComboBox>("overlayPin")->itemText(0), QStringLiteral("A: first"));
    p->child<QPushButton>("overlayCopy")->click();
    const QStringList lines = QApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 5);
    for (const QString& line : lines) QCOMPARE(line.count(QLatin1Char('\t')), int(OverlayModel::kColumns) - 1);
    for (ChartView* chart : overlay->charts()) QVERIFY2(!chart->table().rows.isEmpty(), qPrintable(chart->id()));
    p->child<QPushButton>("overlayBack")->click();
    QVERIFY(!overlay->isVisible() && p->table->isVisible());
  }

  void theTableIsCopied() {
    threeRuns();
    const auto p = shown();
    QTRY_COMPARE(p->rows(), 3);
    p->choose({0, 1});
    p->table->setFocus();
    QTest::keySequence(p->table, QKeySequence::Copy);
    const QStringList lines = QApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 3);
    QVERIFY(lines[0].startsWith(QLatin1String("Time\tName\t")));
    QCOMPARE(lines[2].split(QLatin1Char('\t')).value(HistoryModel::Methods), QStringLiteral("none · snapkv"));
  }

  void everyControlHasANameAndIsReached() {
    threeRuns();
    const auto p = shown();
    QTRY_COMPARE(p->rows(), 3);
    const auto check = [&p] {
      int controls = 0;
      for (const QWidget* w : p->page.findChildren<QWidget*>()) {
        const bool control = qobject_cast<const QAbstractButton*>(w) || qobject_cast<const QLineEdit*>(w) || qobject_cast<const QComboBox*>(w) ||
                             qobject_cast<const QTableView*>(w) || qobject_cast<const QPlainTextEdit*>(w);
        if (!control || !w->isVisible() || qobject_cast<const QLineEdit*>(w->parentWidget())) continue;
        const QByteArray which = w->metaObject()->className() + QByteArray(" ") + w->objectName().toUtf8();
        QVERIFY2(!w->accessibleName().isEmpty(), which.constData());
        QVERIFY2(w->focusPolicy() & Qt::TabFocus, which.constData());
        ++controls;
      }
      QVERIFY2(controls > 6, qPrintable(QString::number(controls)));
    };
    p->choose({0});
    check();
    p->choose({0, 1});
    p->page.compareChosen();
    QTRY_VERIFY(p->page.overlay()->isVisible());
    check();
  }
};

QTEST_MAIN(TestHistory)
#include "tst_history.moc"
