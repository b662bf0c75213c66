// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <cmath>
#include <set>

#include "core/api/error.h"
#include "core/calibrate/calibrate.h"
#include "core/calibrate/corpus.h"
#include "core/calibrate/speaking_model.h"
#include "core/routed/policies.h"

using namespace presslab;
using namespace presslab::test;

namespace {

std::unique_ptr<LoadedModel> tiny(uint32_t seed, int threads = 1) { return speakingModel(seed, threads); }

}  // namespace

class TestCalibrate : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;

 private Q_SLOTS:
  void initTestCase() {
    qputenv("XDG_CACHE_HOME", m_dir.filePath("cache").toUtf8());
    qputenv("XDG_DATA_HOME", m_dir.filePath("data").toUtf8());
  }

  void documentsFillTheirLength() {
    const auto model = tiny(1);
    const auto texts = calibrationTexts(*model->tokenizer, model->file->vocab(), 20, 176, 64, 0, "");
    QCOMPARE(texts.size(), size_t{20});
    int retrieval = 0;
    std::set<std::vector<int32_t>> different;
    for (const auto& t : texts) {
      QCOMPARE(t.ids.size(), size_t{240});
      QVERIFY(t.firstQuery >= 0 && t.firstQuery < 64);
      retrieval += t.name.rfind("retrieval", 0) == 0;
      different.insert(t.ids);
    }
    QVERIFY(retrieval >= 4);
    QCOMPARE(different.size(), texts.size());
    QVERIFY_THROWS_EXCEPTION(Failure, calibrationTexts(*model->tokenizer, model->file->vocab(), 2, 176, 64, 0, "/no/such/folder"));
  }

  void generatedKindsAreAscii() {
    for (int kind = 0; kind < kGeneratedKinds; ++kind) {
      const std::string text = generatedText(kind, 3000, 5);
      QVERIFY(text.size() >= 3000);
      for (const char c : text) QVERIFY(c == '\n' || (c >= 32 && c < 127));
      QVERIFY(text != generatedText(kind, 3000, 6));
      QCOMPARE(text, generatedText(kind, 3000, 5));
    }
  }

  void lightIsDeterministic() {
    CalibrateSpec spec;
    spec.light = true;
    spec.expertCounts = {2, 4};
    const CalibrateReport a = calibrate(*tiny(2), spec, {}, {}), b = calibrate(*tiny(2, 2), spec, {}, {});
    QCOMPARE(a.pattern.streamErr, b.pattern.streamErr);
    QCOMPARE(a.pattern.sets[1].curve, b.pattern.sets[1].curve);
    QCOMPARE(a.pattern.fingerprint, b.pattern.fingerprint);
    QCOMPARE(a.documents, 2);
    QVERIFY(a.pattern.sets[0].gateW.empty());
    QCOMPARE(a.pattern.streamErr.size(), size_t{4 * 6});
    for (size_t i = 0; i < a.pattern.sets[1].curve.size(); ++i) {
      const float e = a.pattern.sets[1].curve[i];
      QVERIFY(std::isfinite(e) && e >= 0);
      if (i % 12 == 11) QCOMPARE(e, 0.f);
    }
    // Keeping 3 % costs more than keeping 90 %, in the sum over heads
    double little = 0, much = 0;
    for (size_t h = 0; h < 6; ++h) {
      little += double(a.pattern.sets[1].curve[h * 12]);
      much += double(a.pattern.sets[1].curve[h * 12 + 10]);
    }
    QVERIFY(little > much);
    QVERIFY(modelFingerprint(SpeakingModel(2)) != modelFingerprint(SpeakingModel(3)));
  }

  void fullTrainsGates() {
    CalibrateSpec spec;
    spec.expertCounts = {2};
    const CalibrateReport a = calibrate(*tiny(4), spec, {}, {}), b = calibrate(*tiny(4, 2), spec, {}, {});
    QCOMPARE(a.pattern.sets[0].gateW, b.pattern.sets[0].gateW);
    QCOMPARE(a.pattern.sets[0].gateW.size(), size_t{3 * 64 * 2});
    QCOMPARE(a.pattern.sets[0].curve, b.pattern.sets[0].curve);
    QVERIFY(a.documents >= 16);
    const std::string file = m_dir.filePath("p.safetensors").toStdString();
    writePattern(a.pattern, file);
    QCOMPARE(readPattern(file, a.pattern.shape, a.pattern.fingerprint).sets[0].gateW, a.pattern.sets[0].gateW);
  }

  void cancels() {
    std::stop_source stop;
    CalibrateSpec spec;
    int calls = 0;
    const auto progress = [&](double, const std::string&) {
      if (++calls == 3) stop.request_stop();
    };
    try {
      calibrate(*tiny(5), spec, progress, stop.get_token());
      QFAIL("not cancelled");
    } catch (const Failure& e) {
      QCOMPARE(int(e.code()), int(ErrorCode::Cancelled));
    }
  }

  void obtainsAndCaches() {
    const auto model = tiny(6);
    QCOMPARE(obtainPattern(*model, true, {}, {}).kind, std::string("none"));
    std::vector<std::string> told;
    const PatternChoice first = obtainPattern(*model, false, [&](double, const std::string& w) { told.push_back(w); }, {});
    QCOMPARE(first.kind, std::string("light"));
    QVERIFY(!told.empty() && told.front().find("light calibration") == 0);
    told.clear();
    const PatternChoice second = obtainPattern(*model, false, [&](double, const std::string& w) { told.push_back(w); }, {});
    QCOMPARE(second.kind, std::string("light"));
    QVERIFY(told.empty());
    QCOMPARE(second.pattern->sets[0].curve, first.pattern->sets[0].curve);
    // A file in the user's folder comes first, whatever lies beside it
    QDir().mkpath(m_dir.filePath("data/presslab/patterns"));
    QFile broken(m_dir.filePath("data/presslab/patterns/a.safetensors"));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("nonsense");
    broken.close();
    writePattern(*first.pattern, m_dir.filePath("data/presslab/patterns/b.safetensors").toStdString());
    const PatternChoice third = obtainPattern(*model, true, {}, {});
    QCOMPARE(third.kind, std::string("file"));
    QVERIFY(third.path.find("b.safetensors") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestCalibrate)
#include "tst_calibrate.moc"
