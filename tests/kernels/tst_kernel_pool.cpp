// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <atomic>
#include <chrono>
#include <thread>

#include "kernels/kernels.h"

using namespace presslab::kernels;

class TestKernelPool : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyChunkOnce_data() {
    QTest::addColumn<int>("threads");
    for (const int threads : {1, 2, 5}) QTest::newRow(qPrintable(QString::number(threads))) << threads;
  }
  void everyChunkOnce() {
    QFETCH(int, threads);
    Pool pool(threads);
    QCOMPARE(pool.threads(), threads);
    for (const int chunks : {0, 1, 2, 3, 64, 1000}) {
      std::vector<std::atomic<int>> seen(size_t(chunks) + 1);
      pool.forEach(chunks, [&](int i) { seen[size_t(i)].fetch_add(1); });
      for (int i = 0; i < chunks; ++i) QCOMPARE(seen[size_t(i)].load(), 1);
      QCOMPARE(seen[size_t(chunks)].load(), 0);
    }
  }

  // Runs follow each other at once, so a worker that comes late meets the next run's ticket.
  void manyShortRuns() {
    Pool pool(4);
    for (int run = 0; run < 20000; ++run) {
      const int chunks = run % 7 + 1;
      std::atomic<int> sum{0};
      pool.forEach(chunks, [&](int i) { sum.fetch_add(i + run, std::memory_order_relaxed); });
      QCOMPARE(sum.load(), chunks * (chunks - 1) / 2 + chunks * run);
    }
  }

  void wakesAfterSleep() {
    Pool pool(2);
    for (int i = 0; i < 5; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      std::atomic<int> ready{0};
      // Each chunk waits for the other: this ends only when a second thread works.
      pool.forEach(2, [&](int) {
        ready.fetch_add(1);
        while (ready.load() < 2) std::this_thread::yield();
      });
      QCOMPARE(ready.load(), 2);
    }
  }

  void writesAreSeen() {
    Pool pool(3);
    std::vector<int> data(4096);
    for (int run = 1; run < 200; ++run) {
      pool.forEach(64, [&](int c) {
        for (int i = 0; i < 64; ++i) data[size_t(c * 64 + i)] += run;
      });
      for (const int v : data) QCOMPARE(v, run * (run + 1) / 2);
    }
  }

  void namesTheMachine() {
    QVERIFY(!cpuName().empty());
    setIsa(Isa::Baseline);
    QCOMPARE(bestIsa(), Isa::Baseline);
    setIsa(Isa::Amx);
    if (bestIsa() >= Isa::Avx2) QVERIFY(cpuFlags().find("avx2") != std::string::npos);
    QCOMPARE(QByteArray(isaName(Isa::Avx512Vnni)), QByteArray("avx512_vnni"));
  }

  void bandwidthIsPlausible() {
    Pool pool(2);
    const double rate = measureBandwidth(pool, 64 << 20, 2);
    QVERIFY2(rate > 0.1 && rate < 5000, qPrintable(QString::number(rate)));
  }
};

QTEST_APPLESS_MAIN(TestKernelPool)
#include "tst_kernel_pool.moc"
