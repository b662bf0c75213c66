// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <atomic>
#include <set>
#include <thread>

#include "core/engine/tune_threads.h"

using namespace presslab;

class TestTuneThreads : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void candidates() {
    QCOMPARE(threadCandidates(1), std::vector<int>({1}));
    QCOMPARE(threadCandidates(2), std::vector<int>({2}));
    QCOMPARE(threadCandidates(6), (std::vector<int>{6, 3}));
    QCOMPARE(threadCandidates(16), (std::vector<int>{16, 12, 8}));
    QCOMPARE(threadCandidates(0), std::vector<int>({1}));
  }

  void fewerOnlyWhenClearlyFaster() {
    const auto choose = [](std::vector<ThreadTiming> timings) { return chooseThreads(timings); };
    QCOMPARE(choose({{16, 1.00}, {12, 0.99}, {8, 0.97}}), 16);  // no more than noise
    QCOMPARE(choose({{16, 1.00}, {12, 1.20}, {8, 1.90}}), 16);
    QCOMPARE(choose({{16, 1.50}, {12, 1.00}, {8, 1.10}}), 12);
    QCOMPARE(choose({{16, 1.50}, {12, 1.00}, {8, 0.80}}), 8);
    QCOMPARE(choose({{1, 3.2}}), 1);
  }

  void everyCandidateIsTriedAndOneStays() {
    kernels::Pool pool(4);
    std::set<int> seen;
    tuneThreads(pool, [&] {
      seen.insert(pool.threads());
      std::atomic<int> chunks{0};
      pool.forEach(64, [&](int) { chunks.fetch_add(1); });
      QCOMPARE(chunks.load(), 64);
    });
    QCOMPARE(seen, (std::set<int>{2, 4}));
    QVERIFY(seen.count(pool.threads()) == 1);
  }

  void oneThreadIsNotTimed() {
    kernels::Pool pool(1);
    int passes = 0;
    tuneThreads(pool, [&] { ++passes; });
    QCOMPARE(passes, 0);
    QCOMPARE(pool.threads(), 1);
  }

  void bothWaysOfReadingAreTried() {
    int passes = 0;
    tuneStreams([&] { ++passes; });
    QVERIFY(kernels::canReadSideBySide() ? passes > 1 && passes % 2 == 0 : passes == 0);
  }
};

QTEST_APPLESS_MAIN(TestTuneThreads)
#include "tst_tune_threads.moc"
