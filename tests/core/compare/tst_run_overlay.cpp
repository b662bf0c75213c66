// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>

#include "core/api/run_overlay.h"

using namespace presslab;

using Keys = std::vector<std::string>;

class TestRunOverlay : public QObject {
  Q_OBJECT

  /// kvBytes, decode speed and divergence of each method; the rest equal.
  struct Row {
    const char* method;
    int64_t bytes;
    double speed, kl;
  };
  static std::shared_ptr<Comparison> run(const std::vector<Row>& rows) {
    auto c = std::make_shared<Comparison>();
    c->stamp.modelHash = "m";
    c->stamp.promptHash = "p";
    c->stamp.threads = 2;
    c->stamp.kvType = "f16";
    c->contextTokens = 100;
    for (const Row& r : rows) {
      MethodMetrics m;
      m.method = r.method;
      m.newTokens = 8;
      m.kvBytes = r.bytes;
      m.decodeTokS = r.speed;
      m.timeS = 100 / r.speed;
      m.quality.measured = true;
      m.quality.kldMean = r.kl;
      c->methods.push_back(m);
    }
    return c;
  }
  static const RunSetting& setting(const Overlay& o, const char* key) {
    for (const RunSetting& s : o.settings)
      if (s.key == key) return s;
    qFatal("no such setting");
  }

 private Q_SLOTS:
  void eachMethodStandsAgainstItselfInThePinnedRun() {
    const RunList runs{run({{"none", 1000, 100, 0}, {"duo(ratio=0.5)", 500, 150, .2}}),
                       run({{"none", 1000, 110, 0}, {"duo(ratio=0.5)", 400, 120, .3}})};
    const Overlay o = overlayOf(runs, {0, Pin::kSameMethod});
    QCOMPARE(o.rows.size(), size_t(4));
    QVERIFY(o.obstacles[0].none() && o.obstacles[1].none());
    for (size_t i : {0, 1}) QVERIFY(std::isnan(o.rows[i].overPin.memoryPct));  // it is the pinned one itself
    QCOMPARE(o.rows[3].run, size_t(1));
    QCOMPARE(o.rows[3].method, size_t(1));
    QCOMPARE(o.rows[3].overPin.memoryPct, 20.0);
    QCOMPARE(o.rows[3].overPin.speedPct, 100 * (120.0 / 150 - 1));
    QCOMPARE(o.rows[3].overPin.kldRatio, 1.5);
    QCOMPARE(o.rows[3].overBaseline.memoryPct, 60.0);  // of its own run
    QCOMPARE(o.rows[1].overBaseline.speedPct, 50.0);
    QVERIFY(std::isnan(o.rows[0].overBaseline.memoryPct));
    QVERIFY(std::isnan(o.rows[1].overDuo.memoryPct));
    QCOMPARE(o.rows[0].overDuo.memoryPct, -100.0);
  }

  void oneMethodCanBePinned() {
    const RunList runs{run({{"none", 1000, 100, 0}, {"duo(ratio=0.5)", 500, 150, .2}}), run({{"snapkv(ratio=0.5)", 250, 300, .1}})};
    const Overlay o = overlayOf(runs, {0, 1});
    QCOMPARE(o.rows[2].overPin.memoryPct, 50.0);
    QCOMPARE(o.rows[2].overPin.speedPct, 100.0);
    QCOMPARE(o.rows[2].overPin.kldRatio, .5);
    QCOMPARE(o.rows[2].overBaseline.memoryPct, 75.0);  // its own run has none: the pinned one's
    QCOMPARE(o.rows[2].overDuo.memoryPct, 50.0);
    QCOMPARE(o.rows[0].overPin.memoryPct, -100.0);
    QVERIFY(std::isnan(overlayOf(runs, {0, Pin::kSameMethod}).rows[2].overPin.memoryPct));  // no snapkv there
    QCOMPARE(overlayOf(runs, {9, 9}).rows.size(), size_t(3));
    QVERIFY(overlayOf({}, {}).rows.empty());
  }

  void whatMustBeEqualIsNamed_data() {
    QTest::addColumn<int>("field");
    QTest::addColumn<bool>("memory");
    QTest::addColumn<bool>("time");
    QTest::addColumn<bool>("quality");
    int i = 0;
    for (const char* key : {"model_hash", "prompt_hash", "context_tokens", "new_tokens", "mode", "device", "backend", "cpu", "threads", "precision",
                            "kv_type", "attention", "question_tokens"}) {
      const std::string_view k = key;
      QTest::newRow(key) << i++ << (k == "model_hash" || k == "context_tokens") << (k != "prompt_hash")
                         << (k == "model_hash" || k == "prompt_hash" || k == "new_tokens" || k == "precision" || k == "kv_type");
    }
  }
  void whatMustBeEqualIsNamed() {
    QFETCH(int, field);
    QFETCH(bool, memory);
    QFETCH(bool, time);
    QFETCH(bool, quality);
    const auto a = run({{"none", 1000, 100, 0}, {"duo(ratio=0.5)", 500, 150, .2}}),
               b = run({{"none", 1000, 100, 0}, {"duo(ratio=0.5)", 400, 120, .3}});
    const std::function<void(Comparison&)> changes[] = {
        [](Comparison& c) { c.stamp.modelHash = "x"; }, [](Comparison& c) { c.stamp.promptHash = "x"; },
        [](Comparison& c) { c.contextTokens = 7; },     [](Comparison& c) { c.methods[0].newTokens = 7; },
        [](Comparison& c) { c.mode = "race"; },         [](Comparison& c) { c.stamp.device = "cuda:0"; },
        [](Comparison& c) { c.stamp.backend = "x"; },   [](Comparison& c) { c.stamp.cpu = "x"; },
        [](Comparison& c) { c.stamp.threads = 4; },     [](Comparison& c) { c.stamp.precision = "x"; },
        [](Comparison& c) { c.stamp.kvType = "q8_0"; }, [](Comparison& c) { c.stamp.attention = "x"; },
        [](Comparison& c) { c.questionTokens = 7; }};
    changes[size_t(field)](*b);
    const Overlay o = overlayOf({a, b}, {});
    const Keys key{QTest::currentDataTag()};
    QCOMPARE(o.obstacles[1].memory, memory ? key : Keys{});
    QCOMPARE(o.obstacles[1].time, time ? key : Keys{});
    QCOMPARE(o.obstacles[1].quality, quality ? key : Keys{});
    const Gain& g = o.rows[3].overPin;
    QCOMPARE(std::isnan(g.memoryPct), memory);
    QCOMPARE(std::isnan(g.speedPct), time);
    QCOMPARE(std::isnan(g.kldRatio), quality);
    QVERIFY(!std::isnan(o.rows[3].overBaseline.memoryPct));  // within a run all is comparable
    QVERIFY(setting(o, key[0].c_str()).differs);
  }

  void settingsTellApart() {
    const auto a = run({{"none", 1, 1, 0}}), b = run({{"none", 1, 1, 0}, {"knorm(ratio=0.5)", 1, 1, 0}});
    b->stamp.seed = 7;
    b->stamp.time = "later";     // no setting
    b->stamp.bandwidthGBs = 10;  // measured
    const Overlay o = overlayOf({a, b}, {});
    Keys differing;
    for (const RunSetting& s : o.settings) {
      QCOMPARE(s.values.size(), size_t(2));
      if (s.differs) differing.push_back(s.key);
    }
    QCOMPARE(differing, (Keys{"methods", "seed"}));
    QCOMPARE(setting(o, "methods").values, (Keys{"none", "none; knorm(ratio=0.5)"}));
    QVERIFY(o.obstacles[1].none());
  }

  void withoutFiguresNothingIsCompared() {
    const auto a = run({{"none", 1000, 100, 0}}), b = run({{"none", 1000, 100, 0}});
    b->methods[0].failed = true;
    QVERIFY(std::isnan(overlayOf({a, b}, {}).rows[1].overPin.memoryPct));
  }
};

QTEST_MAIN(TestRunOverlay)
#include "tst_run_overlay.moc"
