// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <cmath>
#include <numeric>

#include "core/calibrate/train_gates.h"
#include "core/press/random.h"

using namespace presslab;

namespace {

GateTrainingSpec smallSpec() {
  GateTrainingSpec s;
  s.hidden = 12;
  s.kvHeads = 2;
  s.experts = 4;
  s.tokensPerStep = 200;
  s.seed = 5;
  return s;
}

/// Documents in which the sign of x_0 tells which policy ranks the important tokens highest.
std::vector<GateSample> teachable(int count) {
  SeededRandom random(3);
  std::vector<GateSample> documents;
  for (int n = 0; n < count; ++n) {
    GateSample s;
    s.tokens = 300;
    s.x.resize(size_t(s.tokens * 12));
    s.rho.resize(size_t(4 * 2 * s.tokens));
    s.y.resize(size_t(2 * s.tokens));
    for (float& v : s.x) v = float(random.normal());
    for (float& v : s.rho) v = float(random.uniform());
    for (int h = 0; h < 2; ++h) {
      float sum = 0;
      for (int i = 0; i < s.tokens; ++i) {
        const int good = s.x[size_t(i * 12)] > 0 ? 0 : 1;
        const float r = s.rho[size_t((good * 2 + h) * s.tokens + i)];
        sum += s.y[size_t(h * s.tokens + i)] = r * r * r * r;
      }
      for (int i = 0; i < s.tokens; ++i) s.y[size_t(h * s.tokens + i)] /= sum;
    }
    documents.push_back(std::move(s));
  }
  return documents;
}

}  // namespace

class TestTrainGates : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  /// With every expert chosen and the thresholds moving little, the hand-written gradient agrees with differences of the loss.
  void gradient() {
    GateTrainingSpec spec = smallSpec();
    spec.topK = 4;
    const auto documents = teachable(1);
    Gates g;
    SeededRandom random(8);
    g.w.resize(48);
    for (float& w : g.w) w = float(random.normal() * .2);
    g.c = {.1f, -.2f, .3f, 0};
    g.bias.assign(4, 0.f);
    std::vector<int> all(300);
    std::iota(all.begin(), all.end(), 0);
    std::vector<float> gradW, gradC;
    gateLoss(documents[0], all, spec, g, &gradW, &gradC, nullptr);
    // The threshold is held fixed in the gradient; a common shift of all scores would move it with them. Differences along the gradient
    // direction are dominated by the part that it does describe.
    double norm = 0;
    for (const float v : gradW) norm += double(v) * double(v);
    for (const float v : gradC) norm += double(v) * double(v);
    QVERIFY(norm > 0);
    const double before = gateLoss(documents[0], all, spec, g, nullptr, nullptr, nullptr);
    const float step = float(2e-3 / std::sqrt(norm));
    Gates moved = g;
    for (size_t i = 0; i < gradW.size(); ++i) moved.w[i] -= step * gradW[i];
    for (size_t i = 0; i < gradC.size(); ++i) moved.c[i] -= step * gradC[i];
    const double after = gateLoss(documents[0], all, spec, moved, nullptr, nullptr, nullptr);
    QVERIFY2(after < before, qPrintable(QString("%1 -> %2").arg(before, 0, 'g', 10).arg(after, 0, 'g', 10)));
    // A gate that is not chosen has no gradient.
    spec.topK = 1;
    gateLoss(documents[0], all, spec, g, &gradW, &gradC, nullptr);
    for (const float v : gradW) QVERIFY(std::abs(v) < 1e-6f);  // softmax over one expert is constant
  }

  void learns() {
    const auto documents = teachable(4);
    GateTrainingSpec spec = smallSpec();
    const Gates g = trainGates(documents, spec);
    QVERIFY2(g.lastLoss < g.firstLoss * .93, qPrintable(QString("%1 %2").arg(g.firstLoss).arg(g.lastLoss)));
    // Expert 0 is for positive x_0, expert 1 for negative
    QVERIFY(g.w[0] > g.w[1] + .2f);
  }

  void biasBalances() {
    const auto documents = teachable(4);
    GateTrainingSpec spec = smallSpec();
    Gates g = trainGates(documents, spec);
    std::vector<int> all(300);
    std::iota(all.begin(), all.end(), 0);
    const auto worst = [&](const Gates& gates) {
      double sum = 0;
      for (const GateSample& s : documents) {
        std::vector<int64_t> load;
        gateLoss(s, all, spec, gates, nullptr, nullptr, &load);
        sum += double(*std::max_element(load.begin(), load.end())) / (600. / 4) / double(documents.size());
      }
      return sum;
    };
    const double balanced = worst(g);
    g.bias.assign(4, 0.f);
    QVERIFY(balanced < worst(g));
    QVERIFY(balanced < 1.35);
  }

  void deterministic() {
    const auto documents = teachable(3);
    GateTrainingSpec spec = smallSpec();
    spec.steps = 40;
    const Gates a = trainGates(documents, spec), b = trainGates(documents, spec);
    QCOMPARE(a.w, b.w);
    QCOMPARE(a.bias, b.bias);
    spec.seed = 6;
    QVERIFY(trainGates(documents, spec).w != a.w);
  }
};

QTEST_GUILESS_MAIN(TestTrainGates)
#include "tst_train_gates.moc"
