// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/api/error.h"
#include "core/press/random.h"
#include "core/routed/budget.h"
#include "core/routed/head_order.h"
#include "core/routed/quotas.h"

using namespace presslab;

class TestBudget : public QObject {
  Q_OBJECT

  static nlohmann::json golden() {
    std::ifstream in(PRESSLAB_TEST_DATA "/routed/head_quotas.json");
    return nlohmann::json::parse(in);
  }

 private Q_SLOTS:
  void goldenQuotas() {
    const auto cases = golden();
    QVERIFY(cases.size() >= 6);
    for (const auto& c : cases) {
      HeadShape shape{c["layers"], c["kv_heads"], 1, 8, 8};
      BudgetRequest q;
      q.heads = shape.heads();
      q.tokens = c["tokens"];
      q.ratio = c["ratio"];
      q.split = c["split"];
      q.sink = c["sink"];
      q.recent = c["recent"];
      q.windowGiven = true;
      const Budget b = makeBudget(q);
      Pattern pattern;
      pattern.shape = shape;
      for (int i = 0; i < 4; ++i) {
        for (const auto& v : c["stream_err"]) pattern.streamErr.push_back(v);
      }
      const std::vector<int> order = orderHeads(HeadOrder{}, shape, &pattern, b.sink, b.recent);
      const std::vector<int> streaming(order.begin(), order.begin() + b.streaming);
      QCOMPARE(streaming, c["streaming_heads"].get<std::vector<int>>());
      std::vector<float> curve;
      std::vector<int> active;
      for (int id = 0; id < shape.heads(); ++id) {
        if (std::find(streaming.begin(), streaming.end(), id) != streaming.end()) continue;
        active.push_back(id);
        for (const auto& v : c["curve"][size_t(id)]) curve.push_back(v);
      }
      const auto quota = curveQuotas(curve, b.active, q.tokens, b.activeKept);
      std::vector<int64_t> keep(size_t(shape.heads()), b.sink + b.recent);
      for (size_t i = 0; i < active.size(); ++i) keep[size_t(active[i])] = quota[i];
      QCOMPARE(keep, c["keep"].get<std::vector<int64_t>>());
    }
  }

  void budgetsAreExact() {
    SeededRandom random(11);
    for (int round = 0; round < 20000; ++round) {
      BudgetRequest q;
      q.heads = 1 + int(random.below(120));
      q.tokens = 16 + int64_t(random.below(5000));
      q.ratio = double(random.below(95)) / 100;
      q.split = double(random.below(11)) / 10;
      q.sink = int64_t(random.below(40));
      q.recent = 1 + int64_t(random.below(300));
      q.windowGiven = random.below(2);
      q.windowAuto = !q.windowGiven && random.below(2);
      q.wholeHeads = random.below(3) == 0;
      if (q.wholeHeads) q.split = 0;
      const auto n = int64_t(double(q.tokens) * (1 - q.ratio));
      if (n == 0) continue;
      Budget b;
      try {
        b = makeBudget(q);
      } catch (const Failure& e) {
        QVERIFY2(q.wholeHeads && q.ratio > .5, e.what());
        continue;
      }
      QCOMPARE(b.total, q.heads * n);
      const int64_t held = b.streaming * (b.sink + b.recent) + (b.partial ? b.sink + b.partialRecent : 0);
      QCOMPARE(held + b.activeKept, b.total);
      QVERIFY(b.activeKept >= 0 && b.activeKept <= b.active * q.tokens);
      QCOMPARE(b.active + b.streaming + int(b.partial), q.heads);
      if (q.wholeHeads) QCOMPARE(b.activeKept, b.active * q.tokens);
      if (b.partial) QVERIFY(b.partialRecent >= b.recent && b.sink + b.partialRecent <= q.tokens);
    }
  }

  void quotasAreExact() {
    SeededRandom random(12);
    for (int round = 0; round < 2000; ++round) {
      const int active = 1 + int(random.below(100));
      const int64_t tokens = 8 + int64_t(random.below(4000));
      const auto kept = int64_t(random.below(uint64_t(active * tokens) + 1));
      std::vector<float> curve(size_t(active) * 12);
      for (float& v : curve) v = random.below(5) ? float(random.uniform()) : 0.f;
      for (const auto& quota : {curveQuotas(curve, active, tokens, kept), equalQuotas(active, kept)}) {
        QCOMPARE(std::accumulate(quota.begin(), quota.end(), int64_t{0}), kept);
        for (const int64_t k : quota) QVERIFY(k >= 0 && k <= tokens);
      }
    }
  }

  void steeperCurveGetsMore() {
    // Head 0 loses everything below its full context, head 1 loses next to nothing.
    std::vector<float> curve;
    for (int i = 0; i < 12; ++i) curve.push_back(i < 11 ? 1.f - float(i) * .09f : 0.f);
    for (int i = 0; i < 12; ++i) curve.push_back(i < 11 ? 1e-4f : 0.f);
    const auto quota = curveQuotas(curve, 2, 1000, 1000);
    QCOMPARE(quota[0], int64_t{970});
    QCOMPARE(quota[1], int64_t{30});
  }

  void refusalNamesAnAcceptedRatio() {
    BudgetRequest q;
    q.heads = 90;
    q.tokens = 600;
    q.ratio = .9;
    q.wholeHeads = true;
    q.split = 0;
    q.windowGiven = true;
    for (const int64_t tokens : {600, 601, 777, 1100, 333}) {
      q.tokens = tokens;
      q.ratio = .93;
      try {
        makeBudget(q);
        QFAIL("a ratio beyond the window was accepted");
      } catch (const Failure& e) {
        QCOMPARE(int(e.code()), int(ErrorCode::BadInput));
        const std::string text = e.what();
        q.ratio = std::stod(text.substr(text.rfind(' ')));
        QVERIFY(q.ratio > .5 && q.ratio < .93);
        makeBudget(q);
        q.ratio += .002;
        QVERIFY_THROWS_EXCEPTION(Failure, makeBudget(q));
      }
    }
  }

  void shortPromptsWork() {
    for (int64_t tokens = 16; tokens < 400; ++tokens) {
      for (const double ratio : {.1, .3, .5}) {
        for (const bool automatic : {false, true}) {
          BudgetRequest q;
          q.heads = 90;
          q.tokens = tokens;
          q.ratio = ratio;
          q.split = 0;
          q.wholeHeads = true;
          q.windowAuto = automatic;
          QCOMPARE(makeBudget(q).total, 90 * int64_t(double(tokens) * (1 - ratio)));
          q.wholeHeads = false;
          q.split = .7;
          QCOMPARE(makeBudget(q).total, 90 * int64_t(double(tokens) * (1 - ratio)));
        }
      }
    }
  }

  void automaticWindow() {
    BudgetRequest q;
    q.heads = 90;
    q.ratio = .5;
    q.split = 0;
    q.wholeHeads = true;
    q.windowAuto = true;
    const struct { int64_t tokens, sink, recent; } cases[]{{4000, 128, 512}, {1100, 64, 256}, {600, 16, 112}, {240, 4, 64}};
    for (const auto& c : cases) {
      q.tokens = c.tokens;
      const Budget b = makeBudget(q);
      QCOMPARE(b.sink, c.sink);
      QCOMPARE(b.recent, c.recent);
    }
  }

  void badRatios() {
    BudgetRequest q;
    q.heads = 4;
    q.tokens = 10;
    for (const double ratio : {-.1, 1., .9, double(NAN)}) {
      q.ratio = ratio;
      QVERIFY_THROWS_EXCEPTION(Failure, makeBudget(q));
    }
  }

  void headRatio() {
    BudgetRequest q;
    q.heads = 90;
    q.tokens = 600;
    Budget b = makeHeadRatioBudget(q, .5);
    QCOMPARE(b.streaming, 45);
    QCOMPARE(b.total, int64_t{45 * 600 + 45 * 128});
    q.tokens = 100;
    b = makeHeadRatioBudget(q, .5);
    QCOMPARE(b.total, int64_t{90 * 100});
    QVERIFY(!b.note.empty());
  }
};

QTEST_GUILESS_MAIN(TestBudget)
#include "tst_budget.moc"
