// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <algorithm>
#include <numeric>

#include "core/api/error.h"
#include "core/routed/routed_press.h"
#include "routed_test.h"

using namespace presslab;
using namespace presslab::test;
using Given = std::map<std::string, std::string>;

namespace {

struct Outcome {
  std::vector<LayerKeep> layers;
  std::vector<std::string> notes;
  int64_t kept = 0;
};

Outcome runPress(Press& press, const HeadShape& shape, int64_t tokens, const Pattern* pattern, uint64_t seed = 3) {
  RunContext run;
  run.shape = shape;
  run.tokens = tokens;
  run.pattern = pattern;
  run.calibration = pattern ? "file" : "none";
  Outcome out;
  const int64_t predicted = press.predictKept(run);
  out.notes = press.begin(run);
  for (int l = 0; l < shape.layers; ++l) {
    const FakeLayer layer(shape, tokens, l, seed);
    out.layers.push_back(press.keep(layer.trace));
    for (const HeadKeep& h : out.layers.back().heads) {
      out.kept += int64_t(h.positions.size());
      for (size_t i = 1; i < h.positions.size(); ++i) {
        if (h.positions[i] <= h.positions[i - 1]) throw Failure(ErrorCode::Failed, "positions do not ascend");
      }
      if (!h.positions.empty() && (h.positions.front() < 0 || h.positions.back() >= tokens)) throw Failure(ErrorCode::Failed, "position outside");
    }
  }
  if (press.spec().find("dispatch=layer") == std::string::npos && predicted != out.kept) throw Failure(ErrorCode::Failed, "prediction differs");
  return out;
}

bool hasNote(const Outcome& o, const std::string& part) {
  return std::any_of(o.notes.begin(), o.notes.end(), [&](const std::string& n) { return n.find(part) != std::string::npos; });
}

}  // namespace

class TestRoutedPress : public QObject {
  Q_OBJECT
  const HeadShape m_shape{4, 3, 2, 8, 16};

 private Q_SLOTS:
  /// The counts that are judged: 600 tokens, sink=4, recent=64, ratios .2 to .5.
  void countsAreExact() {
    const Pattern pattern = fakePattern(m_shape, {4, 6, 8}, 1);
    for (const Pattern* p : {&pattern, static_cast<const Pattern*>(nullptr)}) {
      for (const char* ratio : {"0.2", "0.3", "0.37", "0.5"}) {
        const int64_t budget = m_shape.heads() * int64_t(600 * (1 - std::stod(ratio)));
        QCOMPARE(runPress(*makeFamily("duo", {{"ratio", ratio}, {"sink", "4"}, {"recent", "64"}}), m_shape, 600, p).kept, budget);
        QCOMPARE(runPress(*makeFamily("eplb_duo", {{"ratio", ratio}, {"sink", "4"}, {"recent", "64"}}), m_shape, 600, p).kept, budget);
        for (const char* experts : {"4", "6", "8"}) {
          QCOMPARE(runPress(*makeFamily("eplb", {{"ratio", ratio}, {"num_experts", experts}}), m_shape, 600, p).kept, budget);
        }
      }
    }
  }

  void randomSettings() {
    const Pattern pattern = fakePattern(m_shape, {1, 2, 3, 5}, 2);
    SeededRandom random(21);
    const char* const balances[]{"off", "upstream", "integral"};
    for (int round = 0; round < 120; ++round) {
      const int experts = 1 + int(random.below(9));
      const int64_t tokens = 16 + int64_t(random.below(500));
      Given given{{"ratio", std::to_string(double(random.below(70)) / 100)},
                  {"num_experts", std::to_string(experts)},
                  {"balance", balances[random.below(3)]},
                  {"shared", random.below(2) ? "0.5" : "0"},
                  {"quotas", random.below(2) ? "curve" : "equal"},
                  {"capacity_factor", random.below(2) ? "1.25" : "0.4"}};
      const bool duo = random.below(2);
      if (duo) {
        given["split"] = std::to_string(double(random.below(11)) / 10);
        if (random.below(2))
          given["window"] = "auto";
        else
          given["recent"] = std::to_string(1 + random.below(200));
      }
      const auto press = makeFamily(duo ? "eplb_duo" : "eplb", given);
      const int64_t n = int64_t(double(tokens) * (1 - std::stod(given["ratio"])));
      const Outcome o = runPress(*press, m_shape, tokens, random.below(2) ? &pattern : nullptr);
      QCOMPARE(o.kept, m_shape.heads() * n);
    }
  }

  void sameEveryTime() {
    const Pattern pattern = fakePattern(m_shape, {4}, 3);
    for (const char* id : {"duo", "eplb", "eplb_duo"}) {
      const Outcome a = runPress(*makeFamily(id, {}), m_shape, 400, &pattern), b = runPress(*makeFamily(id, {}), m_shape, 400, &pattern);
      for (size_t l = 0; l < a.layers.size(); ++l) {
        for (size_t h = 0; h < 3; ++h) QCOMPARE(a.layers[l].heads[h].positions, b.layers[l].heads[h].positions);
      }
    }
  }

  void pinsStay() {
    const Outcome o = runPress(*makeFamily("eplb", {{"ratio", "0.7"}, {"quotas", "equal"}}), m_shape, 200, nullptr);
    for (const LayerKeep& l : o.layers) {
      for (const HeadKeep& h : l.heads) {
        QCOMPARE(h.kind, HeadKind::Routed);
        QCOMPARE(h.positions.size(), size_t{60});
        for (int i = 0; i < 4; ++i) QCOMPARE(h.positions[size_t(i)], i);
        for (int i = 0; i < 32; ++i) QCOMPARE(h.positions[size_t(28 + i)], 168 + i);
      }
    }
    // int(200 * (1 - .9)) = 19 tokens: the 4 sinks, then the most recent; 3: the earliest
    const Outcome few = runPress(*makeFamily("eplb", {{"ratio", "0.9"}}), m_shape, 200, nullptr);
    QCOMPARE(few.layers[1].heads[0].positions[3], 3);
    QCOMPARE(few.layers[1].heads[0].positions[4], 185);
    const Outcome least = runPress(*makeFamily("eplb", {{"ratio", "0.984"}}), m_shape, 200, nullptr);
    QCOMPARE(least.layers[2].heads[1].positions, (std::vector<int32_t>{0, 1, 2}));
  }

  void duoHeads() {
    Pattern pattern = fakePattern(m_shape, {4}, 4);
    for (size_t i = 0; i < pattern.streamErr.size(); ++i) pattern.streamErr[i] = float((i * 7) % 12);
    const auto press = makeFamily("duo", {{"ratio", "0.5"}, {"sink", "4"}, {"recent", "64"}});
    const Outcome o = runPress(*press, m_shape, 600, &pattern);
    // 12 heads * 300 freed / 532 each: 6 whole heads, one with the rest
    int whole = 0, streaming = 0, longer = 0;
    for (int id = 0; id < 12; ++id) {
      const HeadKeep& h = o.layers[size_t(id / 3)].heads[size_t(id % 3)];
      if (h.kind == HeadKind::Retrieval) {
        ++whole;
        QVERIFY(!h.ring);
        QCOMPARE(h.positions.size(), size_t{600});
        continue;
      }
      QVERIFY(h.ring && h.kind == HeadKind::Streaming);
      QCOMPARE(int64_t(h.positions.size()), h.sink + h.recent);
      (h.recent == 64 ? streaming : longer)++;
      QVERIFY((id * 7) % 12 < 7);  // the lowest errors stream
    }
    QCOMPARE(streaming, 6);
    QCOMPARE(longer, 1);
    QCOMPARE(whole, 5);
    QCOMPARE(runPress(*makeFamily("duo", {{"head_ratio", "0.5"}}), m_shape, 600, &pattern).kept, int64_t{6 * 600 + 6 * 128});
    const Outcome none = runPress(*makeFamily("duo", {}), m_shape, 600, nullptr);
    QCOMPARE(none.layers[0].heads[0].kind, HeadKind::Streaming);
    QCOMPARE(none.layers[3].heads[2].kind, HeadKind::Retrieval);
    QVERIFY(hasNote(none, "layer 0 up"));
    const Outcome a = runPress(*makeFamily("duo", {{"order", "random"}, {"seed", "5"}}), m_shape, 600, nullptr);
    const Outcome b = runPress(*makeFamily("duo", {{"order", "random"}, {"seed", "6"}}), m_shape, 600, nullptr);
    bool differs = false;
    for (int id = 0; id < 12; ++id)
      differs = differs || a.layers[size_t(id / 3)].heads[size_t(id % 3)].kind != b.layers[size_t(id / 3)].heads[size_t(id % 3)].kind;
    QVERIFY(differs);
  }

  void expertLoad() {
    const Pattern pattern = fakePattern(m_shape, {4}, 5);
    const Outcome o = runPress(*makeFamily("eplb", {}), m_shape, 300, &pattern);
    for (const LayerKeep& l : o.layers) {
      QVERIFY(l.hasExperts);
      QCOMPARE(l.experts.size(), size_t{4});
      int64_t sum = 0;
      for (const ExpertMetrics& e : l.experts) {
        QCOMPARE(e.load.size(), size_t{5});
        QCOMPARE(std::accumulate(e.load.begin(), e.load.end(), int64_t{0}), e.tokens);
        sum += e.tokens;
      }
      QVERIFY(sum <= 600 && sum > 500);
      QVERIFY(l.balance.maxOverMean >= 1);
    }
    QCOMPARE(o.layers[0].experts[2].policy, std::string("window"));
  }

  void everyRouterDrivesThePress_data() {
    QTest::addColumn<QString>("router");
    for (const char* r : {"base", "topk_balanced", "adaptive", "pikv", "hierarchical"}) QTest::newRow(r) << QString(r);
  }

  void everyRouterDrivesThePress() {
    QFETCH(QString, router);
    const Pattern pattern = fakePattern(m_shape, {4}, 5);
    const auto outcome = [&](Given given) {
      given["router"] = router.toStdString();
      return runPress(*makeFamily("eplb_duo", given), m_shape, 300, &pattern);
    };
    const auto positions = [](const Outcome& o) {
      std::vector<std::vector<int32_t>> all;
      for (const LayerKeep& l : o.layers)
        for (const HeadKeep& h : l.heads) all.push_back(h.positions);
      return all;
    };
    const Outcome o = outcome({});
    QCOMPARE(o.kept, int64_t(m_shape.heads() * 150));  // as exact as with the trained router
    QVERIFY(hasNote(o, "router " + router.toStdString() + ": untrained seeded weights"));
    for (const LayerKeep& l : o.layers) {
      QVERIFY(l.balance.topK >= 1 && l.balance.topK <= 2 && l.balance.auxLoss > 0);
      int64_t asked = 0;
      for (const ExpertMetrics& e : l.experts) {
        QCOMPARE(std::accumulate(e.load.begin(), e.load.end(), int64_t{0}), e.tokens);
        asked += e.tokens + e.dropped;
      }
      QCOMPARE(asked, int64_t(300 * l.balance.topK));
    }
    QVERIFY(positions(o) == positions(outcome({})));
    QVERIFY(positions(o) != positions(outcome({{"seed", "1"}})));
    QVERIFY(positions(o) != positions(outcome({{"shared", "1"}})));
    QVERIFY(positions(o) != positions(runPress(*makeFamily("eplb_duo", {}), m_shape, 300, &pattern)));
    const Outcome layer = outcome({{"dispatch", "layer"}});
    QVERIFY(hasNote(layer, "outcome"));
  }

  void knobsOfRoutersAct() {
    const auto kept = [&](Given given) {
      std::vector<std::vector<int32_t>> all;
      for (const LayerKeep& l : runPress(*makeFamily("eplb", given), m_shape, 300, nullptr).layers)
        for (const HeadKeep& h : l.heads) all.push_back(h.positions);
      return all;
    };
    QVERIFY(kept({{"router", "pikv"}}) != kept({{"router", "pikv"}, {"cache_aware", "true"}}));
    QVERIFY(kept({{"router", "adaptive"}}) != kept({{"router", "adaptive"}, {"importance_threshold", "1"}}));
    QVERIFY(kept({{"router", "hierarchical"}}) != kept({{"router", "hierarchical"}, {"group_top_k", "2"}}));
    QVERIFY(kept({{"router", "hierarchical"}}) != kept({{"router", "hierarchical"}, {"num_groups", "4"}}));
  }

  void routersComeFromFiles() {
    HeadShape shape = m_shape;
    shape.hidden = 48;  // of the stored routers
    const std::string folder = PRESSLAB_TEST_DATA "/routers/";
    const Outcome o = runPress(*makeFamily("eplb", {{"router", "base"}, {"router_file", folder + "base_0_e4.safetensors"}}), shape, 200, nullptr);
    QVERIFY(hasNote(o, "weights of"));
    const struct {
      const char *router, *file, *reason;
    } bad[]{{"pikv", "base_0_e4.safetensors", "type base"},
            {"base", "base_0_e8.safetensors", "shape is 8 x 48, must be 4 x 48"},
            {"base", "absent.safetensors", "absent.safetensors"}};
    for (const auto& c : bad) {
      try {
        runPress(*makeFamily("eplb", {{"router", c.router}, {"router_file", folder + c.file}}), shape, 200, nullptr);
        QFAIL(c.reason);
      } catch (const Failure& e) {
        QVERIFY2(std::string(e.what()).find(c.reason) != std::string::npos, e.what());
      }
    }
  }

  void layerDispatch() {
    const Outcome o = runPress(*makeFamily("eplb", {{"dispatch", "layer"}}), m_shape, 200, nullptr);
    QVERIFY(hasNote(o, "outcome"));
    for (const LayerKeep& l : o.layers) {
      const size_t n = l.heads[0].positions.size();
      QVERIFY(n == 60 || n == 100 || n == 160);  // aggressive, moderate or selective, conservative
      for (const HeadKeep& h : l.heads) QCOMPARE(h.positions, l.heads[0].positions);
    }
  }

  void arguments() {
    QCOMPARE(makeFamily("eplb_duo", {{"eplb_ratio", "0.35"}, {"duo_ratio", "0.15"}})->ratio(), .5);
    const auto press = makeFamily("eplb_duo", {{"ratio", "0.5"}, {"duo_ratio", "0.1"}});
    QCOMPARE(press->ratio(), .5);
    QCOMPARE(press->spec(), std::string("eplb_duo(ratio=0.5,duo_ratio=0.1)"));
    QCOMPARE(makeFamily("eplb", {})->spec(), std::string("eplb"));
    const struct {
      const char* id;
      Given given;
    } bad[]{{"eplb", {{"num_experts", "2"}, {"top_k", "3"}}},
            {"eplb", {{"router", "hierarchical"}, {"num_groups", "3"}}},
            {"eplb", {{"router_file", "x"}}},
            {"eplb", {{"experts", "nonsense"}}},
            {"duo", {{"ratio", "0.5"}, {"head_ratio", "0.5"}}},
            {"duo", {{"window", "auto"}, {"sink", "4"}}},
            {"duo", {{"order", "best"}}},
            {"eplb_duo", {{"split", "0.5"}, {"eplb_ratio", "0.2"}}},
            {"eplb_duo", {{"eplb_ratio", "0.6"}}},
            {"eplb_duo", {{"eplb_ratio", "0.6"}, {"duo_ratio", "0.5"}}}};
    for (const auto& c : bad) QVERIFY_THROWS_EXCEPTION(Failure, makeFamily(c.id, c.given));
    QVERIFY_THROWS_EXCEPTION(Failure, runPress(*makeFamily("duo", {{"order", "loo"}}), m_shape, 600, nullptr));
    QVERIFY_THROWS_EXCEPTION(Failure, runPress(*makeFamily("duo", {{"ratio", "0.95"}}), m_shape, 200, nullptr));
    QVERIFY_THROWS_EXCEPTION(Failure, runPress(*makeFamily("eplb", {{"experts", "recency|importance"}}), m_shape, 200, nullptr));
  }

  void shortPromptsRun() {
    for (const int64_t tokens : {16, 17, 40, 90, 129}) {
      for (const char* id : {"duo", "eplb", "eplb_duo"}) {
        const Outcome o = runPress(*makeFamily(id, {}), m_shape, tokens, nullptr);
        QCOMPARE(o.kept, m_shape.heads() * (tokens / 2));
      }
    }
  }
};

QTEST_GUILESS_MAIN(TestRoutedPress)
#include "tst_routed_press.moc"
