// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>
#include <random>

#include "core/compare/quality.h"
#include "core/compare/statistics.h"

using namespace presslab;

class TestQuality : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void equalLogitsGiveExactlyZero();
  void divergenceEqualsTheDefinition();
  void divergenceByHand();
  void hugeLogitsStayFinite();
  void summaryOfPositions();
  void orderStatistics();
};

void TestQuality::equalLogitsGiveExactlyZero() {
  std::mt19937 rng(1);
  std::normal_distribution<float> normal(0, 4);
  std::vector<float> logits(5000);
  for (float& x : logits) x = normal(rng);
  const PositionQuality q = compareLogits(logits, logits, 17);
  QVERIFY(q.kld == 0 && q.nllDelta == 0 && q.agree);
}

void TestQuality::divergenceEqualsTheDefinition() {
  std::mt19937 rng(2);
  std::normal_distribution<float> normal(0, 3);
  for (const size_t vocab : {2u, 300u, 49152u}) {
    std::vector<float> a(vocab), b(vocab);
    for (size_t i = 0; i < vocab; ++i) {
      a[i] = normal(rng);
      b[i] = a[i] + .1f * normal(rng);
    }
    // sum p ln(p / q) with the probabilities written out, in long double.
    long double za = 0, zb = 0, kld = 0;
    for (size_t i = 0; i < vocab; ++i) {
      za += std::exp((long double)a[i]);
      zb += std::exp((long double)b[i]);
    }
    for (size_t i = 0; i < vocab; ++i) {
      const long double p = std::exp((long double)a[i]) / za, q = std::exp((long double)b[i]) / zb;
      kld += p * std::log(p / q);
    }
    const PositionQuality got = compareLogits(a, b, 1);
    QVERIFY2(std::fabs(got.kld - double(kld)) < 1e-12, qPrintable(QString::number(got.kld - double(kld))));
    const long double nll = std::log(zb) - b[1] - (std::log(za) - a[1]);
    QVERIFY(std::fabs(got.nllDelta - double(nll)) < 1e-12);
  }
}

void TestQuality::divergenceByHand() {
  // p = (1/2, 1/2), q = (4/5, 1/5): KL = ln(5/4).
  const std::vector<float> p{0, 0}, q{float(std::log(4.0)), 0};
  const PositionQuality got = compareLogits(p, q, 1);
  QVERIFY(std::fabs(got.kld - std::log(1.25)) < 1e-7);
  QVERIFY(std::fabs(got.nllDelta - (std::log(5.0) - std::log(2.0))) < 1e-7);
  QVERIFY(got.agree);  // both arg-maxima are token 0: the lowest of equal ones
  const std::vector<float> r{0, 1};
  QVERIFY(!compareLogits(p, r, 0).agree);
}

void TestQuality::hugeLogitsStayFinite() {
  const std::vector<float> a{3e4f, -3e4f, 0}, b{-3e4f, 3e4f, 0};
  const PositionQuality q = compareLogits(a, b, 2);
  QVERIFY(std::isfinite(q.kld) && std::fabs(q.kld - 6e4) < 1);
}

void TestQuality::summaryOfPositions() {
  std::vector<PositionQuality> positions;
  for (int i = 1; i <= 101; ++i) positions.push_back({double(i), double(-i), i % 4 == 0});
  const QualityMetrics q = summarizeQuality(positions);
  QVERIFY(q.measured);
  QCOMPARE(q.kldMean, 51.0);
  QCOMPARE(q.kldMedian, 51.0);
  QCOMPARE(q.kldP99, 100.0);
  QCOMPARE(q.nllDelta, -51.0);
  QCOMPARE(q.top1Agree, 25.0 / 101);
  QCOMPARE(q.kldByPosition.size(), size_t{101});
  QCOMPARE(int(q.agreeByPosition[3]), 1);
  QVERIFY(!summarizeQuality({}).measured);
}

void TestQuality::orderStatistics() {
  QCOMPARE(quantile({}, .5), 0.0);
  QCOMPARE(quantile({4, 1, 3, 2}, .5), 2.5);
  QCOMPARE(quantile({4, 1, 3, 2}, 1), 4.0);
  QCOMPARE(medianIndex({5, 1, 3}), size_t{2});
  QCOMPARE(medianIndex({5, 1}), size_t{0});
  const Spread s = spreadOf({5, 1, 3});
  QCOMPARE(s.min, 1.0);
  QCOMPARE(s.median, 3.0);
  QCOMPARE(s.max, 5.0);
}

QTEST_APPLESS_MAIN(TestQuality)
#include "tst_quality.moc"
