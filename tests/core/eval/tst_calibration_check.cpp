// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// A calibration against its uncalibrated twins: the grid that is asked for, and the arithmetic of its rows.
#include <QtTest/QtTest>
#include <cmath>
#include <set>

#include "core/calibrate/corpus.h"
#include "core/engine/session.h"
#include "core/eval/calibration_check.h"
#include "core/eval/grid_methods.h"

using namespace presslab;

namespace {

EvalSample sample(const std::string& method, int text, double ratio, const std::vector<double>& kld) {
  EvalSample s;
  s.task = "kld";
  s.method = method;
  s.length = 512;
  s.instance = text;
  s.ratio = ratio;
  s.kld = kld;
  s.kvBytes = 1000;
  return s;
}

const CalibrationRow& rowOf(const std::vector<CalibrationRow>& rows, const std::string& what) {
  for (const CalibrationRow& r : rows)
    if (r.what == what) return r;
  qFatal("no row %s", what.c_str());
}

}  // namespace

class TestCalibrationCheck : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyTwinIsInTheGrid() {
    const EvalSpec spec = calibrationCheckSpec({}, {512, 1024}, {.3, .5}, 4, 32, 7);
    QCOMPARE(spec.tasks, std::vector<std::string>{"kld"});
    const std::set<std::string> methods(spec.methods.begin(), spec.methods.end());
    QCOMPARE(methods.size(), spec.methods.size());
    for (const CalibrationTwin& t : calibrationTwins()) {
      QVERIFY(methods.count(t.method) && methods.count(t.twin));
      QCOMPARE(gridMethods({t.method}, {.5})[1].ratio, .5);
      QVERIFY(gridMethods({t.method}, {.5})[1].spec != gridMethods({t.twin}, {.5})[1].spec);
    }
  }

  void theTextIsHeldOut() {
    const std::string text = heldOutText(6000);
    QVERIFY(text.size() > 6000 * 4);
    QCOMPARE(heldOutText(6000), text);
    // None of the generators' texts under calibration's seeds shares a stretch with it
    for (int i = 0; i < 40; ++i) {
      const std::string seen = generatedText(i % kGeneratedKinds, 2000, uint64_t(i) * 17 + 1).substr(600, 120);
      QVERIFY2(text.find(seen) == std::string::npos, seen.c_str());
    }
  }

  void rows() {
    EvalResult result;
    const std::string own = gridMethods({"duo(order=loo)"}, {.5})[1].spec, twin = gridMethods({"duo(order=random)"}, {.5})[1].spec;
    for (int text = 0; text < 4; ++text) {
      result.samples.push_back(sample("none", text, 0, std::vector<double>(16, 0.)));
      result.samples.push_back(sample(own, text, .5, std::vector<double>(16, .01 * (text + 1))));
      result.samples.push_back(sample(twin, text, .5, std::vector<double>(16, .04 * (text + 1))));
    }
    result.samples.push_back(sample(own, 9, .5, std::vector<double>(16, 5.)));  // without its twin: does not count
    const CalibrationRow row = rowOf(calibrationRows(result, 1), "order loo");
    QCOMPARE(row.samples, 4);
    QVERIFY(std::fabs(row.kld - .025) < 1e-12 && std::fabs(row.twinKld - .1) < 1e-12);
    QVERIFY(std::fabs(row.saved - .75) < 1e-12);
    QVERIFY(std::fabs(row.lo - .75) < 1e-9 && std::fabs(row.hi - .75) < 1e-9);  // paired: texts differ, the share does not
    QCOMPARE(row.kvBytes, row.twinBytes);
    QVERIFY(row.note.empty());
    QCOMPARE(rowOf(calibrationRows(result, 1), "order gates").note, std::string("not measured"));
  }

  // Large divergences at one ratio do not outweigh small ones at another.
  void oneRowForAllLengthsAndRatios() {
    EvalResult result;
    for (const double ratio : {.3, .7}) {
      const std::string own = gridMethods({"duo(order=loo)"}, {ratio})[1].spec, twin = gridMethods({"duo(order=random)"}, {ratio})[1].spec;
      for (int text = 0; text < 4; ++text) {
        for (const int length : {512, 1024}) {
          const double size = ratio < .5 ? .001 : 1.;
          const double share = ratio < .5 ? .2 : length == 512 ? .6 : 1.;
          result.samples.push_back(sample(own, text, ratio, std::vector<double>(16, size * share * (text + 1))));
          result.samples.push_back(sample(twin, text, ratio, std::vector<double>(16, size * (text + 1))));
          result.samples[result.samples.size() - 2].length = result.samples.back().length = length;
        }
      }
    }
    const std::vector<CalibrationRow> rows = calibrationRows(result, 1);
    const auto pooled = std::find_if(rows.begin(), rows.end(), [](const CalibrationRow& r) { return r.what == "order loo" && r.length == 0; });
    QVERIFY(pooled != rows.end());
    QVERIFY2(std::fabs(pooled->saved - (.8 + .4 + .8 + 0) / 4) < 1e-12, qPrintable(QString::number(pooled->saved)));
    QVERIFY(std::fabs(pooled->lo - .5) < 1e-9 && std::fabs(pooled->hi - .5) < 1e-9);  // texts differ in size only
    QCOMPARE(pooled->samples, 8);
    QCOMPARE(std::count_if(rows.begin(), rows.end(), [](const CalibrationRow& r) { return r.what == "order loo"; }), 5);
  }

  void intervalsHoldTheSpread() {
    EvalResult result;
    const std::string own = gridMethods({"duo(order=loo)"}, {.5})[1].spec, twin = gridMethods({"duo(order=random)"}, {.5})[1].spec;
    for (int text = 0; text < 10; ++text) {
      result.samples.push_back(sample(own, text, .5, std::vector<double>(8, text % 2 ? .01 : .05)));
      result.samples.push_back(sample(twin, text, .5, std::vector<double>(8, .03)));
    }
    const CalibrationRow row = rowOf(calibrationRows(result, 3), "order loo");
    QVERIFY(std::fabs(row.saved) < 1e-9);
    QVERIFY2(row.lo < -.1 && row.hi > .1, qPrintable(QString("%1 %2").arg(row.lo).arg(row.hi)));
    QCOMPARE(rowOf(calibrationRows(result, 3), "order loo").lo, row.lo);
    result.samples.push_back(sample(own, 20, .5, {}));
    result.samples.back().error = "refused";
    result.samples.push_back(sample(twin, 20, .5, {}));
    QCOMPARE(rowOf(calibrationRows(result, 3), "order loo").note, std::string("refused"));
  }
};

QTEST_GUILESS_MAIN(TestCalibrationCheck)
#include "tst_calibration_check.moc"
