// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <cmath>
#include <numeric>

#include "core/calibrate/targets.h"
#include "core/routed/routed_test.h"

using namespace presslab;
using namespace presslab::test;

namespace {

constexpr int kContext = 60, kAll = 80, kFirst = 3;

/// Weights of query head q at position p over the keys 0..p, softmax, in double.
std::vector<double> attention(const FakeLayer& l, int q, int64_t p) {
  const int dim = l.shape.headDim, half = dim / 2;
  const float* row = l.q.data() + (p * l.shape.queryHeads() + q) * dim;
  std::vector<double> a;
  double sum = 0;
  for (int64_t i = 0; i <= p; ++i) {
    double dot = 0;
    for (int d = 0; d < half; ++d) {
      const double c = double(l.cosines[size_t(p * half + d)]), s = double(l.sines[size_t(p * half + d)]);
      const float* k = l.k.data() + (q / l.shape.group * l.trace.tokens + i) * dim;
      dot += (double(row[d]) * c - double(row[d + half]) * s) * double(k[d]) + (double(row[d + half]) * c + double(row[d]) * s) * double(k[d + half]);
    }
    a.push_back(std::exp(dot / std::sqrt(double(dim))));
    sum += a.back();
  }
  for (double& v : a) v /= sum;
  return a;
}

}  // namespace

class TestTargets : public QObject {
  Q_OBJECT
  const HeadShape m_shape{1, 2, 3, 8, 20};
  FakeLayer m_layer{m_shape, kAll, 0, 31};

 private Q_SLOTS:
  void futureAttention() {
    const LayerProbe probe(m_layer.trace, m_shape, kContext, kFirst);
    QCOMPARE(probe.queries(), kAll - kContext - kFirst);
    std::vector<float> y(kContext);
    for (int h = 0; h < 2; ++h) {
      probe.futureAttention(h, y.data());
      std::vector<double> want(kContext, 0);
      for (int g = 0; g < 3; ++g) {
        for (int64_t p = kContext + kFirst; p < kAll; ++p) {
          const auto a = attention(m_layer, h * 3 + g, p);
          for (size_t i = 0; i < kContext; ++i) want[i] += a[i] / (3. * probe.queries());
        }
      }
      for (size_t i = 0; i < kContext; ++i) {
        double norm = 0;
        for (int d = 0; d < 8; ++d) norm += std::pow(double(m_layer.v[(size_t(h) * kAll + i) * 8 + size_t(d)]), 2);
        QVERIFY(std::abs(double(y[i]) - want[i] * std::sqrt(norm)) < 1e-5 * std::sqrt(norm));
      }
    }
  }

  /// Against the definition through W_o itself, in double.
  void errorCurve() {
    SeededRandom random(7);
    std::vector<float> projection(size_t(m_shape.hidden * m_shape.queryHeads() * m_shape.headDim));
    for (float& w : projection) w = float(random.normal());
    const LayerProbe probe(m_layer.trace, m_shape, kContext, kFirst);
    std::vector<int32_t> order(kContext);
    std::iota(order.begin(), order.end(), 0);
    for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[size_t(random.below(i))]);
    const std::vector<int64_t> sizes{0, 5, 30, kContext};
    for (int h = 0; h < 2; ++h) {
      const auto got = probe.errorCurve(h, order, sizes, headGram(projection, m_shape, h));
      QCOMPARE(got.back(), 0.);
      for (size_t s = 0; s + 1 < sizes.size(); ++s) {
        double want = 0;
        for (int64_t p = kContext + kFirst; p < kAll; ++p) {
          std::vector<double> out(size_t(m_shape.hidden), 0);
          for (int g = 0; g < 3; ++g) {
            const auto a = attention(m_layer, h * 3 + g, p);
            std::vector<double> full(8, 0), part(8, 0);
            double mass = 0;
            for (size_t i = 0; i < a.size(); ++i) {
              const auto place = std::find(order.begin(), order.end(), int32_t(i)) - order.begin();
              const bool held = i >= kContext || place < sizes[s];
              mass += held ? a[i] : 0;
              for (size_t d = 0; d < 8; ++d) {
                const double v = double(m_layer.v[(size_t(h) * kAll + i) * 8 + d]);
                full[d] += a[i] * v;
                part[d] += held ? a[i] * v : 0;
              }
            }
            for (size_t r = 0; r < out.size(); ++r) {
              for (size_t d = 0; d < 8; ++d) {
                const size_t column = size_t(h * 3 + g) * 8 + d;
                out[r] += double(projection[r * 48 + column]) * (part[d] / mass - full[d]);
              }
            }
          }
          double norm = 0, residual = 0;
          for (const double o : out) norm += o * o;
          for (int d = 0; d < m_shape.hidden; ++d) residual += std::pow(double(m_layer.residual[size_t(p * m_shape.hidden + d)]), 2);
          want += norm / residual / probe.queries();
        }
        QVERIFY2(std::abs(got[s] - want) < 1e-3 * want, qPrintable(QString("%1 %2").arg(got[s]).arg(want)));
      }
    }
  }

  void contextIsWhatAPressSees() {
    const LayerProbe probe(m_layer.trace, m_shape, kContext, kFirst);
    QCOMPARE(probe.context().tokens, int64_t{kContext});
    for (int h = 0; h < 2; ++h) {
      for (int i = 0; i < kContext * 8; ++i) QCOMPARE(probe.context().k[h * kContext * 8 + i], m_layer.k[size_t(h * kAll * 8 + i)]);
    }
  }
};

QTEST_GUILESS_MAIN(TestTargets)
#include "tst_targets.moc"
