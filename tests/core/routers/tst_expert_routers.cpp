// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <numeric>

#include "core/api/error.h"
#include "core/format/safetensors.h"
#include "core/routers/expert_router.h"
#include "core/routers/router_file.h"

using namespace presslab;

namespace {

constexpr double kClose = 1e-5;

/// Random hidden states from the seeded weights' own generator.
std::vector<float> someStates(int64_t tokens, int hidden, uint64_t seed) {
  RouterWeights w;
  seedLinear(w, "states", 0, tokens, hidden, seed);
  std::vector<float> out = w.at("states.0.weight").values;
  for (float& v : out) v *= std::sqrt(float(tokens));
  return out;
}

RouterConfig configOf(const std::string& type) {
  RouterConfig c;
  c.type = type;
  c.hidden = 24;
  c.experts = 8;
  c.topK = 2;
  c.groups = 4;
  c.groupTopK = 2;
  return c;
}

std::string refusalOf(const RouterConfig& c, const RouterWeights& w) {
  kernels::Pool pool(1);
  try {
    makeExpertRouter(c, w, pool);
  } catch (const Failure& e) {
    return e.code() == ErrorCode::BadInput ? e.what() : "another code";
  }
  return {};
}

}  // namespace

class TestExpertRouters : public QObject {
  Q_OBJECT

 private:
  kernels::Pool m_pool{2};

  static void compare(const SafetensorsFile& golden, const std::string& name, std::span<const float> ours) {
    const std::vector<float> expected = golden.floats(name);
    QCOMPARE(ours.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      if (!(std::abs(double(ours[i]) - double(expected[i])) <= kClose))
        QFAIL(qPrintable(QString::fromStdString(name) + QStringLiteral(" at %1: %2, not %3").arg(i).arg(double(ours[i])).arg(double(expected[i]))));
    }
  }

 private Q_SLOTS:
  void equalTheOriginalOverSuccessiveCalls_data() {
    QTest::addColumn<QString>("path");
    const QDir folder(QStringLiteral(PRESSLAB_TEST_DATA "/routers"));
    const QStringList files = folder.entryList({"*.safetensors"}, QDir::Files);
    QCOMPARE(files.size(), 18);
    for (const QString& f : files) QTest::newRow(qPrintable(f)) << folder.filePath(f);
  }

  void equalTheOriginalOverSuccessiveCalls() {
    QFETCH(QString, path);
    const RouterFile file = readRouterFile(path.toStdString());
    const SafetensorsFile golden(path.toStdString());
    QCOMPARE(file.steps.size(), size_t(2));
    const auto router = makeExpertRouter(file.config, file.weights, m_pool);
    for (size_t n = 0; n < 2; ++n) {
      const RouterStep s = router->route(file.steps[n].hidden, file.steps[n].sequences, m_pool);
      const std::string step = "step" + std::to_string(n) + ".";
      compare(golden, step + "router_probs", s.probs);
      compare(golden, step + "dispatched", std::vector<float>(s.dispatched.begin(), s.dispatched.end()));
      compare(golden, step + "combine", s.combine);
      compare(golden, step + "aux_loss", std::vector<float>{float(s.auxLoss)});
      const bool weighs = file.config.type == "eplb", looks = file.config.type == "adaptive" || file.config.type == "pikv";
      QCOMPARE(golden.has(step + "expert_weights"), weighs);  // what a type has is there, so that nothing passes unseen
      QCOMPARE(golden.has(step + "importance"), looks);
      if (weighs) compare(golden, step + "expert_weights", s.expertWeights);
      if (looks) compare(golden, step + "importance", s.importance);
      if (golden.has(step + "expert_usage_count"))
        compare(golden, step + "expert_usage_count", std::vector<float>(router->usage().begin(), router->usage().end()));
    }
    QVERIFY(file.steps[0].hidden != file.steps[1].hidden);
  }

  void everyRouterKeepsItsRules_data() {
    QTest::addColumn<QString>("type");
    for (const RouterRow* row : routerTable()) QTest::newRow(std::string(row->type).c_str()) << QString::fromStdString(std::string(row->type));
  }

  void everyRouterKeepsItsRules() {
    QFETCH(QString, type);
    const RouterConfig c = configOf(type.toStdString());
    const auto router = makeExpertRouter(c, seededRouterWeights(c, 7), m_pool);
    const std::vector<float> states = someStates(333, c.hidden, 3);
    for (int call = 0; call < 3; ++call) {
      const RouterStep s = router->route(states, 3, m_pool);
      QCOMPARE(s.tokens, int64_t(333));
      QCOMPARE(s.capacity, int64_t(333 * c.capacityFactor * s.topK / c.experts));
      QCOMPARE(std::accumulate(s.requested.begin(), s.requested.end(), int64_t{0}), s.tokens * s.topK);
      for (int e = 0; e < c.experts; ++e) {
        int64_t taken = 0;
        for (int64_t t = 0; t < s.tokens; ++t) {
          const auto cell = size_t(t * c.experts + e);
          taken += s.dispatched[cell];
          QCOMPARE(s.combine[cell] != 0, s.dispatched[cell] != 0);
        }
        QCOMPARE(taken, std::min(s.capacity, s.requested[size_t(e)]));
      }
    }
  }

  void seedsDecide() {
    const RouterConfig c = configOf("pikv");
    const std::vector<float> states = someStates(64, c.hidden, 5);
    const auto probsOf = [&](uint64_t seed) { return makeExpertRouter(c, seededRouterWeights(c, seed), m_pool)->route(states, 1, m_pool).probs; };
    QVERIFY(probsOf(1) == probsOf(1));
    QVERIFY(probsOf(1) != probsOf(2));
  }

  void whatIsKeptMovesTheCacheAwareRouter() {
    RouterConfig c = configOf("pikv");
    const std::vector<float> states = someStates(64, c.hidden, 5);
    const auto probsAfter = [&](bool aware, int64_t kept) {
      c.cacheAware = aware;
      const auto router = makeExpertRouter(c, seededRouterWeights(c, 1), m_pool);
      router->keptTokens(3, kept);
      return router->route(states, 1, m_pool).probs;
    };
    QVERIFY(probsAfter(true, 0) != probsAfter(true, 500));
    QVERIFY(probsAfter(true, 1000) == probsAfter(true, 5000));  // a rate is at most 1
    QVERIFY(probsAfter(false, 0) == probsAfter(false, 500));
  }

  void loadIsPulledTogether() {
    RouterConfig c = configOf("eplb");
    c.capacityFactor = 64;
    const std::vector<float> states = someStates(512, c.hidden, 9);
    const auto router = makeExpertRouter(c, seededRouterWeights(c, 2), m_pool);
    std::vector<float> weights;
    RouterStep s;
    for (int call = 0; call < 20; ++call) {
      s = router->route(states, 1, m_pool);
      weights = s.expertWeights;
    }
    const auto busiest = std::max_element(s.requested.begin(), s.requested.end()) - s.requested.begin();
    const auto idlest = std::min_element(s.requested.begin(), s.requested.end()) - s.requested.begin();
    QVERIFY(weights[size_t(busiest)] < weights[size_t(idlest)]);
    for (const float w : weights) QVERIFY(w >= .1f && w <= 2.f);
  }

  void badSettingsAreNamed_data() {
    QTest::addColumn<QString>("setting");
    QTest::addColumn<QString>("named");
    for (const char* s : {"type", "topK", "capacity", "temperature", "mode", "groups", "groupTopK", "hidden", "missing", "shape"})
      QTest::newRow(s) << QString(s) << QString();
  }

  void badSettingsAreNamed() {
    QFETCH(QString, setting);
    RouterConfig c = configOf("hierarchical");
    RouterWeights w = seededRouterWeights(c, 1);
    const std::map<QString, std::pair<std::function<void()>, const char*>> cases{
        {"type", {[&] { c.type = "best"; }, "router_type: \"best\""}},
        {"topK", {[&] { c.topK = 9; }, "top_k: 9 (1 to 8)"}},
        {"capacity", {[&] { c.capacityFactor = 0; }, "capacity_factor"}},
        {"temperature", {[&] { c.temperature = -1; }, "temperature"}},
        {"mode", {[&] { c.balanceMode = "x"; }, "balance_mode: \"x\""}},
        {"groups", {[&] { c.groups = 3; }, "num_groups: 8 experts do not divide into 3"}},
        {"groupTopK", {[&] { c.groupTopK = 5; }, "group_top_k: 5 (1 to 4)"}},
        {"hidden", {[&] { c.hidden = 0; }, "hidden_size: 0"}},
        {"missing", {[&] { w.erase("intra_group_routers.2.2.bias"); }, "param.intra_group_routers.2.2.bias: is missing"}},
        {"shape", {[&] { w.at("group_router.3.weight").rows = 3; }, "param.group_router.3.weight: shape is 3 x 12"}}};
    const auto& [spoil, named] = cases.at(setting);
    spoil();
    const std::string text = refusalOf(c, w);
    QVERIFY2(text.find(named) != std::string::npos, text.c_str());
  }

  void statesThatCannotBeUsedAreRefused() {
    const RouterConfig c = configOf("base");
    const auto router = makeExpertRouter(c, seededRouterWeights(c, 1), m_pool);
    std::vector<float> states = someStates(16, c.hidden, 1);
    const auto refused = [&](std::span<const float> x, int64_t sequences) {
      try {
        router->route(x, sequences, m_pool);
      } catch (const Failure&) {
        return true;
      }
      return false;
    };
    QVERIFY(!refused(states, 1));
    QVERIFY(refused(std::span(states).first(23), 1));
    QVERIFY(refused({}, 1));
    QVERIFY(refused(states, 3));
    states[40] = NAN;
    QVERIFY(refused(states, 1));
  }
};

QTEST_GUILESS_MAIN(TestExpertRouters)
#include "tst_expert_routers.moc"
