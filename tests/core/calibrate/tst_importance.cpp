// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Learned importance: its target, its regression, and the policy that reads what was learned.
#include <QtTest/QtTest>
#include <cmath>
#include <numeric>

#include "core/api/error.h"
#include "core/calibrate/calibrate.h"
#include "core/calibrate/importance.h"
#include "core/calibrate/speaking_model.h"
#include "core/calibrate/targets.h"
#include "core/routed/routed_test.h"

using namespace presslab;
using namespace presslab::test;

namespace {

HeadShape shapeOf(int layers, int kvHeads, int group, int headDim, int hidden) {
  HeadShape s;
  s.layers = layers;
  s.kvHeads = kvHeads;
  s.group = group;
  s.headDim = headDim;
  s.hidden = hidden;
  return s;
}

void oneByOne(int n, const std::function<void(int)>& job) {
  for (int i = 0; i < n; ++i) job(i);
}

}  // namespace

class TestImportance : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  /// The strongest attention behind the context, with every softmax written out in double.
  void repeatAttentionInDouble() {
    const HeadShape shape = shapeOf(1, 2, 2, 8, 16);
    const int64_t tokens = 90, context = 37;
    for (const int64_t window : {0, 60}) {
      FakeLayer layer(shape, tokens, 0, 5);
      layer.trace.window = window;
      for (int qh = 0; qh < 4; ++qh) {
        std::vector<double> expected(size_t(context), 0);
        for (int64_t at = context; at < tokens; ++at) {
          std::vector<float> query(layer.q.begin() + (at * 4 + qh) * 8, layer.q.begin() + (at * 4 + qh + 1) * 8);
          rotate(query.data(), layer.trace, at);
          std::vector<double> weight;
          double total = 0;
          for (int64_t i = 0; i <= at; ++i) {
            double dot = 0;
            for (int d = 0; d < 8; ++d) dot += double(query[size_t(d)]) * double(layer.k[size_t((qh / 2 * tokens + i) * 8 + d)]);
            weight.push_back(window > 0 && i <= at - window ? 0 : std::exp(dot / std::sqrt(8.)));
            total += weight.back();
          }
          for (int64_t i = 0; i < context; ++i) expected[size_t(i)] = std::max(expected[size_t(i)], weight[size_t(i)] / total);
        }
        std::vector<float> got(static_cast<size_t>(context));
        repeatAttention(layer.trace, shape, context, qh, got.data());
        for (size_t i = 0; i < got.size(); ++i) QVERIFY(std::fabs(double(got[i]) - expected[i]) < 1e-5);
      }
    }
  }

  void ridge() {
    // (A + 2 I) x = b with A = [[4, 1], [1, 3]]: x of (8, 6) and of (6, 1)
    const std::vector<double> x = solveRidge({4, 99, 1, 3}, {8, 6, 6, 1}, 2, 2, 2);
    const double det = 29;
    QVERIFY(std::fabs(x[0] - (8 * 5 - 6) / det) < 1e-12 && std::fabs(x[1] - (6 * 6 - 8) / det) < 1e-12);
    QVERIFY(std::fabs(x[2] - (6 * 5 - 1) / det) < 1e-12 && std::fabs(x[3] - (6 * 1 - 6) / det) < 1e-12);
    QVERIFY_THROWS_EXCEPTION(Failure, solveRidge({-5, 0, 0, 1}, {1, 1}, 2, 1, 2));
  }

  /// A target that is linear in the features is learned, and the policy gives it back for other tokens.
  void learnsAndIsRead() {
    const HeadShape shape = shapeOf(2, 2, 1, 8, 12);
    SeededRandom random(9);
    std::vector<double> truth(4 * 12);
    for (double& t : truth) t = random.normal() * .3;
    const auto target = [&](const FakeLayer& f, int layer, int h, int64_t i, int64_t tokens) {
      double y = -6 + 2 * double(i) / double(tokens);
      for (int d = 0; d < 12; ++d) y += truth[size_t((layer * 2 + h) * 12 + d)] * double(f.x[size_t(i * 12 + d)]);
      return y;
    };
    ImportanceFit fit(shape);
    for (int document = 0; document < 60; ++document) {
      for (int l = 0; l < 2; ++l) {
        const FakeLayer layer(shape, 400, l, uint64_t(100 + document));
        std::vector<float> y(2 * 400);
        for (int h = 0; h < 2; ++h)
          for (int i = 0; i < 400; ++i) y[size_t(h * 400 + i)] = float(std::exp(target(layer, l, h, i, 400)));
        std::vector<int> tokens(400);
        std::iota(tokens.begin(), tokens.end(), 0);
        fit.add(l, layer.x.data(), y.data(), 400, tokens);
      }
    }
    Pattern pattern;
    pattern.shape = shape;
    pattern.importance = fit.solve(oneByOne);
    QCOMPARE(pattern.importance.size(), size_t{2 * 2 * 17});
    for (int l = 0; l < 2; ++l) {
      const FakeLayer layer(shape, 300, l, 7);
      std::vector<float> score(2 * 300);
      policyScores("importance", layer.trace, shape, &pattern, score.data());
      double squares = 0, spread = 0;
      for (int h = 0; h < 2; ++h) {
        for (int i = 0; i < 300; ++i) {
          const double y = target(layer, l, h, i, 300);
          squares += std::pow(double(score[size_t(h * 300 + i)]) - y, 2) / 600;
          spread += std::pow(y + 5, 2) / 600;
        }
      }
      // The ridge pulls the constant towards the logarithms, which shows at the last tokens
      QVERIFY2(squares < .01 * spread, qPrintable(QString("%1 of %2").arg(squares).arg(spread)));
    }
  }

  /// A full calibration has it as the fifth policy, a light one leaves it out, and a model with too few positions too.
  void fullCalibrationLearnsIt() {
    CalibrateSpec spec;
    spec.expertCounts = {2, 5};
    const CalibrateReport a = calibrate(*speakingModel(31), spec, {}, {}), b = calibrate(*speakingModel(31, 2), spec, {}, {});
    const Pattern& p = a.pattern;
    QCOMPARE(p.importance.size(), size_t{3 * 2 * 69});
    QCOMPARE(p.importance, b.pattern.importance);
    QCOMPARE(p.sets[1].gateW, b.pattern.sets[1].gateW);
    QCOMPARE(p.sets[1].experts, expertNames(5, true));
    QCOMPARE(p.sets[1].experts.back(), std::string("importance"));
    QCOMPARE(p.sets[0].experts, expertNames(2, false));
    QVERIFY(p.metadata.at("repeated") != "0");
    spec.light = true;
    QVERIFY(calibrate(*speakingModel(31), spec, {}, {}).pattern.importance.empty());
    QCOMPARE(calibrate(*speakingModel(31), spec, {}, {}).pattern.sets[1].experts, expertNames(5, false));
    spec.light = false;
    const CalibrateReport few = calibrate(*speakingModel(31, 1, 130), spec, {}, {});  // 130 positions: the request alone takes 40
    QVERIFY(few.pattern.importance.empty());
    QCOMPARE(few.pattern.metadata.at("targets"), std::string("y1"));
    QCOMPARE(few.pattern.sets[1].experts, expertNames(5, false));
  }

  void targetsAreHalfAndHalfWhereTheContextFits() {
    CalibrateSpec spec;
    spec.expertCounts = {2};
    const CalibrateReport shorter = calibrate(*speakingModel(32), spec, {}, {});
    QCOMPARE(shorter.pattern.metadata.at("targets"), std::string("y1"));  // 240 positions: y2 of 100 tokens, y1 of 176
    const CalibrateReport whole = calibrate(*speakingModel(32, 1, 2200), spec, {}, {});
    QCOMPARE(whole.pattern.metadata.at("targets"), std::string("half y1, half y2"));
    QCOMPARE(whole.pattern.metadata.at("repeated"), std::string("1024"));
  }
};

QTEST_GUILESS_MAIN(TestImportance)
#include "tst_importance.moc"
