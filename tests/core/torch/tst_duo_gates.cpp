// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// calibrate gates: texts with passkeys, and gates trained on them.
#include <QtTest/QtTest>
#include <algorithm>
#include <set>

#include "core/api/error.h"
#include "core/calibrate/head_orders.h"
#include "core/calibrate/speaking_model.h"

using namespace presslab;
using namespace presslab::test;

class TestDuoGates : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  /// The answer repeats the words of the passkeys that stand in the text before it.
  void answersStandInTheirText() {
    const auto model = speakingModel(21, 1, 2200);
    CalibrateSpec spec;
    const std::vector<AnswerText> texts = gateTexts(*model, spec);
    QCOMPARE(texts.size(), size_t{16});
    std::set<int64_t> lengths;
    for (const AnswerText& t : texts) {
      QVERIFY(t.answer > 192 && t.answer < int64_t(t.ids.size()) && t.ids.size() < 2200);
      const std::string before = model->tokenizer->decode({t.ids.begin(), t.ids.begin() + t.answer});
      const std::string answer = model->tokenizer->decode({t.ids.begin() + t.answer, t.ids.end()});
      for (const char* which : {"first", "second", "third"}) {
        const std::string lead = std::string("The ") + which + " passkey is: ";
        const size_t from = answer.find(lead), to = answer.find('.', from);
        QVERIFY(from != std::string::npos && to != std::string::npos);
        const std::string words = answer.substr(from + lead.size(), to - from - lead.size());
        QVERIFY2(before.find(std::string("Remember the ") + which + " passkey: " + words + ".") != std::string::npos, words.c_str());
      }
      lengths.insert(t.answer);
    }
    QVERIFY(lengths.size() > 5);
    QVERIFY(gateTexts(*model, spec)[3].ids == texts[3].ids);
    spec.seed = 4;
    QVERIFY(gateTexts(*model, spec)[3].ids != texts[3].ids);
    QVERIFY_THROWS_EXCEPTION(Failure, gateTexts(*speakingModel(21, 1, 300), spec));
  }

  void trainsAndReports() {
    CalibrateSpec spec;
    spec.light = true;
    std::vector<double> told;
    const auto progress = [&](double share, const std::string&) { told.push_back(share); };
    const HeadValuesReport a = trainHeadGates(*speakingModel(22, 1, 2200), spec, 6, .05, progress, {});
    QCOMPARE(a.values.size(), size_t{6});
    for (const float v : a.values) QVERIFY(v >= 0 && v <= 1);
    QVERIFY(*std::min_element(a.values.begin(), a.values.end()) < 1);
    QCOMPARE(a.documents, 4);
    QVERIFY2(a.about.find("steps 6") == 0, a.about.c_str());
    QCOMPARE(told.back(), 1.);
    QCOMPARE(trainHeadGates(*speakingModel(22, 1, 2200), spec, 6, .05, {}, {}).values, a.values);
    QVERIFY_THROWS_EXCEPTION(Failure, trainHeadGates(*speakingModel(22, 1, 2200), spec, 0, .05, {}, {}));
    std::stop_source stop;
    stop.request_stop();
    QVERIFY_THROWS_EXCEPTION(Failure, trainHeadGates(*speakingModel(22, 1, 2200), spec, 2, .05, {}, stop.get_token()));
  }
};

QTEST_GUILESS_MAIN(TestDuoGates)
#include "tst_duo_gates.moc"
