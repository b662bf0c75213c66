// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>

#include "core/api/error.h"
#include "core/bench/bench.h"

using namespace presslab;

class TestBenchRows : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void arithmetic();
  void depthThatThePressCompresses();
  void promptBehindDepth();
  void stopsWhenAsked();

 private:
  static BenchSpec spec() {
    BenchSpec s;
    s.models = {PRESSLAB_TEST_DATA "/model/tiny_llama.gguf"};
    s.prompts = s.gens = {0};
    s.repetitions = 2;
    s.threads = {1};
    return s;
  }
  static std::vector<BenchRow> rowsOf(const BenchSpec& s) {
    std::vector<BenchRow> rows;
    runBench(s, [&](const BenchRow& r) { rows.push_back(r); }, {}, {}, {});
    return rows;
  }
};

void TestBenchRows::arithmetic() {
  BenchRow r;
  r.test.gen = 10;
  r.samplesNs = {1'000'000'000, 2'000'000'000};
  QCOMPARE(r.avgNs(), 1.5e9);
  QCOMPARE(r.avgTs(), 7.5);
  QVERIFY(std::abs(r.stddevTs() - std::sqrt(12.5)) < 1e-12);  // of 10 and 5, divided by n - 1
  QCOMPARE(r.tokenNsQuantile(.5), int64_t(-1));
  for (int i = 1; i <= 100; ++i) r.tokenNs.push_back(101 - i);
  QCOMPARE(r.tokenNsQuantile(.5), int64_t(51));
  QCOMPARE(r.tokenNsQuantile(.95), int64_t(96));
  r.weightBytes = 90;
  r.kvBytes = 10;
  r.bandwidthGBs = 50;  // bytes per nanosecond
  QCOMPARE(r.boundNs(), 2.0);
}

void TestBenchRows::depthThatThePressCompresses() {
  BenchSpec s = spec();
  s.gens = {3};
  s.depths = {64};
  s.presses = {"none", "knorm(ratio=0.5)"};
  const std::vector<BenchRow> rows = rowsOf(s);
  QCOMPARE(rows.size(), size_t(2));
  for (const BenchRow& r : rows) {
    QCOMPARE(r.samplesNs.size(), size_t(2));
    QCOMPARE(r.tokenNs.size(), size_t(6));
    QVERIFY(r.ttftNs >= r.depthNs);
    QCOMPARE(r.allTokens, rows[0].allTokens);
  }
  QCOMPARE(rows[0].keptTokens, rows[0].allTokens);
  QCOMPARE(rows[1].keptTokens * 2, rows[1].allTokens);
  QVERIFY(rows[1].compressNs > 0);
}

void TestBenchRows::promptBehindDepth() {
  BenchSpec s = spec();
  s.prompts = {5};
  s.depths = {32};
  s.presses = {"none", "streaming_llm(ratio=0.25)"};
  s.promptGens = {{4, 2}};
  const std::vector<BenchRow> rows = rowsOf(s);
  QCOMPARE(rows.size(), size_t(4));
  const int heads = int(rows[0].allTokens / (32 + 5));
  QCOMPARE(rows[0].allTokens, int64_t(heads) * 37);  // without a press: depth and prompt stand in one cache
  QCOMPARE(rows[2].allTokens, int64_t(heads) * 32);  // with one: what it compressed
  QCOMPARE(rows[2].keptTokens, int64_t(heads) * 24);
  for (const BenchRow& r : rows)
    for (const int64_t ns : r.samplesNs) QVERIFY(ns > 0);
  QCOMPARE(rows[1].tokenNs.size(), size_t(4));
}

void TestBenchRows::stopsWhenAsked() {
  BenchSpec s = spec();
  s.gens = {4};
  std::stop_source stop;
  int rows = 0;
  s.repetitions = 1;
  s.depths = {0, 8, 16};
  try {
    runBench(
        s,
        [&](const BenchRow&) {
          ++rows;
          stop.request_stop();
        },
        {}, {}, stop.get_token());
    QFAIL("not stopped");
  } catch (const Failure& e) {
    QCOMPARE(int(e.code()), int(ErrorCode::Cancelled));
  }
  QCOMPARE(rows, 1);
}

QTEST_APPLESS_MAIN(TestBenchRows)
#include "tst_bench_rows.moc"
