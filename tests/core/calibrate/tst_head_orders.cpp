// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Head orders by leave-one-out and by kvpress's quick score, against the model in double.
#include <QtTest/QtTest>
#include <cmath>

#include "core/api/error.h"
#include "core/calibrate/corpus.h"
#include "core/calibrate/head_orders.h"
#include "core/calibrate/speaking_model.h"
#include "core/routed/routed_test.h"

using namespace presslab;
using namespace presslab::test;

namespace {

std::vector<double> probabilities(const std::vector<double>& logits) {
  double top = logits[0], sum = 0;
  for (const double z : logits) top = std::max(top, z);
  for (const double z : logits) sum += std::exp(z - top);
  std::vector<double> p;
  for (const double z : logits) p.push_back(std::exp(z - top) / sum);
  return p;
}

/// Mean KL over the counted positions with one head streaming, by masked attention over the whole text.
double divergenceInDouble(const ModelFile& file, const CalibrationText& text, int64_t context, int layer, int head) {
  const int64_t first = std::min(text.firstQuery, 62), end = std::min<int64_t>(first + 24, 63);
  const std::vector<int32_t> ids(text.ids.begin(), text.ids.begin() + context + end);
  const auto full = bruteForce(file, ids, [](int, int, int64_t, int64_t) { return true; });
  const auto cut = bruteForce(
      file, ids, [&](int l, int h, int64_t q, int64_t key) { return l != layer || h != head || q < context || key < 16 || key > q - context / 3; });
  double sum = 0;
  for (int64_t i = context + first; i < context + end; ++i) {
    const auto p = probabilities(full[size_t(i)]), q = probabilities(cut[size_t(i)]);
    for (size_t v = 0; v < p.size(); ++v) sum += p[v] * std::log(p[v] / q[v]);
  }
  return sum / double(end - first);
}

}  // namespace

class TestHeadOrders : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void leaveOneOutIsTheDivergence() {
    const auto model = speakingModel(11);
    CalibrateSpec spec;
    spec.light = true;
    const HeadValuesReport report = leaveOneOut(*model, spec, {}, {});
    QCOMPARE(report.documents, 2);
    QCOMPARE(report.values.size(), size_t{6});
    // One plain text and one with passkeys
    const auto texts = calibrationTexts(*model->tokenizer, model->file->vocab(), 8, 176, 64, 0, "");
    const CalibrationText* used[2] = {nullptr, nullptr};
    for (const CalibrationText& t : texts) {
      const CalibrationText*& place = used[t.name.rfind("retrieval", 0) == 0 ? 1 : 0];
      if (!place) place = &t;
    }
    for (const int id : {0, 3, 5}) {
      double expected = 0;
      for (const CalibrationText* t : used) expected += divergenceInDouble(*model->file, *t, 176, id / 2, id % 2) / 2;
      QVERIFY(expected > 1e-5);
      QVERIFY2(std::fabs(double(report.values[size_t(id)]) - expected) < 1e-3 * expected + 1e-7,
               qPrintable(QString("%1: %2, in double %3").arg(id).arg(double(report.values[size_t(id)])).arg(expected)));
    }
  }

  void leaveOneOutDoesNotDependOnThreads() {
    CalibrateSpec spec;
    spec.light = true;
    std::vector<double> told;
    const auto progress = [&](double share, const std::string&) { told.push_back(share); };
    const HeadValuesReport a = leaveOneOut(*speakingModel(12), spec, progress, {}), b = leaveOneOut(*speakingModel(12, 2), spec, {}, {});
    QCOMPARE(a.values, b.values);
    QVERIFY(std::is_sorted(told.begin(), told.end()));
    QCOMPARE(told.back(), 1.);
    spec.seed = 1;
    QVERIFY(leaveOneOut(*speakingModel(12), spec, {}, {}).values != a.values);
  }

  void cancels() {
    std::stop_source stop;
    CalibrateSpec spec;
    spec.light = true;
    for (const auto run : {leaveOneOut, onTheFlyScores}) {
      stop = std::stop_source();
      int calls = 0;
      const auto progress = [&](double, const std::string&) {
        if (++calls == 2) stop.request_stop();
      };
      try {
        run(*speakingModel(13), spec, progress, stop.get_token());
        QFAIL("not cancelled");
      } catch (const Failure& e) {
        QCOMPARE(int(e.code()), int(ErrorCode::Cancelled));
      }
    }
  }

  void tooFewPositions() {
    CalibrateSpec spec;
    QVERIFY_THROWS_EXCEPTION(Failure, leaveOneOut(*speakingModel(14, 1, 100), spec, {}, {}));
    QVERIFY_THROWS_EXCEPTION(Failure, onTheFlyScores(*speakingModel(14, 1, 100), spec, {}, {}));
  }

  /// The definition step by step in double: kvpress's duo_attention_on_the_fly.
  void onTheFlyScoreOfALayer() {
    const HeadShape shape{1, 2, 3, 8, 16};
    const FakeLayer layer(shape, 40, 0, 21);
    const auto turned = [&](std::vector<double> row, double position) {
      for (int d = 0; d < 4; ++d) {
        const double angle = position * std::pow(10000., -double(d) / 4), a = row[size_t(d)], b = row[size_t(d + 4)];
        row[size_t(d)] = a * std::cos(angle) - b * std::sin(angle);
        row[size_t(d + 4)] = b * std::cos(angle) + a * std::sin(angle);
      }
      return row;
    };
    for (int h = 0; h < 2; ++h) {
      std::vector<double> key(8, 0);
      for (int i = 0; i < 40; ++i) {
        std::vector<double> row(8);
        for (int d = 0; d < 8; ++d) row[size_t(d)] = double(layer.k[size_t((h * 40 + i) * 8 + d)]);
        row = turned(row, -i);
        for (int d = 0; d < 8; ++d) key[size_t(d)] += row[size_t(d)] / 40;
      }
      double expected = 0;
      for (int g = 0; g < 3; ++g) {
        std::vector<double> query(8, 0);
        for (int i = 0; i < 40; ++i)
          for (int d = 0; d < 8; ++d) query[size_t(d)] += double(layer.q[size_t((i * 6 + h * 3 + g) * 8 + d)]) / 40;
        query = turned(query, 499);
        std::vector<double> weight;
        double total = 0;
        for (int j = 0; j < 500; ++j) {
          const std::vector<double> at = turned(key, j);
          double dot = 0;
          for (int d = 0; d < 8; ++d) dot += query[size_t(d)] * at[size_t(d)];
          weight.push_back(std::exp(dot / std::sqrt(8.)));
          total += weight.back();
        }
        double cumulated = 0;
        for (const double w : weight) expected += (cumulated += w / total) / 500 / 3;
      }
      QVERIFY(std::fabs(onTheFlyScore(layer.trace, shape, h) - expected) < 1e-5);
      QVERIFY(std::fabs(expected - .501) > 1e-4);  // not the even one
    }
    LayerTrace still = layer.trace;
    still.ropeCos = still.ropeSin = nullptr;
    QVERIFY(std::fabs(onTheFlyScore(still, shape, 0) - .501) < 1e-9);
  }

  void onTheFlyScoresOfAModel() {
    CalibrateSpec spec;
    spec.light = true;
    const HeadValuesReport a = onTheFlyScores(*speakingModel(15), spec, {}, {}), b = onTheFlyScores(*speakingModel(15, 2), spec, {}, {});
    QCOMPARE(a.values, b.values);
    QCOMPARE(a.values.size(), size_t{6});
    for (const float v : a.values) QVERIFY(v > 0 && v < 1);
    QVERIFY(a.about.find("texts 2") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestHeadOrders)
#include "tst_head_orders.moc"
