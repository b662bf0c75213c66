// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/press/dense.h"
#include "core/press/random.h"
#include "core/routed/ranks.h"
#include "core/routed/router.h"

using namespace presslab;

namespace {

/// A float tensor of a golden safetensors file.
std::vector<float> tensor(const std::string& file, const std::string& name) {
  std::ifstream in(PRESSLAB_TEST_DATA "/routers/" + file, std::ios::binary);
  uint64_t length = 0;
  in.read(reinterpret_cast<char*>(&length), 8);
  std::string header(length, ' ');
  in.read(header.data(), std::streamsize(length));
  const auto entry = nlohmann::json::parse(header).at(name);
  const uint64_t begin = entry["data_offsets"][0], end = entry["data_offsets"][1];
  std::vector<float> out((end - begin) / 4);
  in.seekg(std::streamoff(8 + length + begin));
  in.read(reinterpret_cast<char*>(out.data()), std::streamsize(end - begin));
  return out;
}

/// Slow statement of the capacity rule, written from the definition: which experts serve each token.
std::vector<std::vector<int>> slowDispatch(const RouterSpec& spec, const std::vector<float>& logits, int64_t tokens, const std::vector<float>& bias) {
  const auto capacity = int64_t(std::ceil(spec.capacityFactor * double(tokens) * spec.topK / spec.experts));
  std::vector<int64_t> used(size_t(spec.experts), 0);
  std::vector<std::vector<int>> out;
  for (int64_t i = 0; i < tokens; ++i) {
    std::vector<bool> tried(size_t(spec.experts), false);
    std::vector<int> mine;
    while (int(mine.size()) < spec.topK) {
      int best = -1;
      float value = 0;
      for (int e = 0; e < spec.experts; ++e) {
        const float v = logits[size_t(i * spec.experts + e)] + bias[size_t(e)];
        if (!tried[size_t(e)] && (best < 0 || v > value)) {
          best = e;
          value = v;
        }
      }
      if (best < 0) break;
      tried[size_t(best)] = true;
      if (used[size_t(best)] < capacity) {
        ++used[size_t(best)];
        mine.push_back(best);
      }
    }
    std::sort(mine.begin(), mine.end());
    out.push_back(mine);
  }
  return out;
}

}  // namespace

class TestRouter : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void upstreamWeights() {
    for (const std::string file : {"eplb_0_e4.safetensors", "eplb_1_e8.safetensors"}) {
      const int experts = file[8] == '4' ? 4 : 8;
      UpstreamBalancer balancer(experts);
      for (int step = 0; step < 2; ++step) {
        const std::string prefix = "step" + std::to_string(step) + ".";
        const std::vector<float> probs = tensor(file, prefix + "router_probs"), expected = tensor(file, prefix + "expert_weights");
        std::vector<float> load(size_t(experts), 0.f);
        for (size_t i = 0; i < probs.size(); i += size_t(experts)) {
          std::vector<int> order(static_cast<size_t>(experts));
          std::iota(order.begin(), order.end(), 0);
          std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return probs[i + size_t(a)] > probs[i + size_t(b)]; });
          for (int k = 0; k < 2; ++k) load[size_t(order[size_t(k)])] += 1;
        }
        balancer.update(load);
        for (int e = 0; e < experts; ++e) QVERIFY(std::abs(balancer.weight()[size_t(e)] - expected[size_t(e)]) < 1e-5f);
      }
    }
  }

  void capacityAgainstSlowReference() {
    SeededRandom random(5);
    for (int round = 0; round < 300; ++round) {
      RouterSpec spec;
      spec.experts = 1 + int(random.below(9));
      spec.topK = 1 + int(random.below(uint64_t(spec.experts)));
      spec.capacityFactor = .2 + random.uniform() * 1.5;
      const int64_t tokens = 1 + int64_t(random.below(300));
      std::vector<float> logits(size_t(tokens * spec.experts)), bias(size_t(spec.experts));
      for (float& z : logits) z = float(int(random.below(7)));  // many ties
      for (float& b : bias) b = float(random.uniform());
      const auto expected = slowDispatch(spec, logits, tokens, bias);
      const Routing r = routeTokens(spec, logits, tokens, bias);
      std::vector<int64_t> counts(size_t(spec.experts), 0);
      int64_t lost = 0;
      for (int64_t i = 0; i < tokens; ++i) {
        double sum = 0, norm = 0;
        for (const int e : expected[size_t(i)]) norm += std::exp(double(logits[size_t(i * spec.experts + e)]));
        for (int e = 0; e < spec.experts; ++e) {
          const auto& mine = expected[size_t(i)];
          const bool chosen = std::find(mine.begin(), mine.end(), e) != mine.end();
          const double gate = double(r.gates[size_t(i * spec.experts + e)]);
          const double want = mine.empty() ? 1. / spec.experts : chosen ? std::exp(double(logits[size_t(i * spec.experts + e)])) / norm : 0;
          QVERIFY(std::abs(gate - want) < 1e-5);
          sum += gate;
          counts[size_t(e)] += chosen;
        }
        lost += expected[size_t(i)].empty();
        QVERIFY(std::abs(sum - 1) < 1e-5);
      }
      QCOMPARE(r.tokens, counts);
      QCOMPARE(std::accumulate(r.dropped.begin(), r.dropped.end(), int64_t{0}), lost);
      for (int e = 0; e < spec.experts; ++e) {
        const auto& load = r.load[size_t(e)];
        QCOMPARE(std::accumulate(load.begin(), load.end(), int64_t{0}), r.tokens[size_t(e)]);
        QVERIFY(r.tokens[size_t(e)] <= expertCapacity(spec, tokens));
      }
    }
  }

  void biasMovesLoad() {
    RouterSpec spec;
    spec.topK = 1;
    spec.capacityFactor = 4;
    std::vector<float> logits(size_t(4 * 100), 0.f);
    for (size_t i = 0; i < 100; ++i) logits[i * 4] = .5f;
    const std::vector<float> bias{-1, 0, 0, .25f};
    QCOMPARE(routeTokens(spec, logits, 100, bias).tokens[3], int64_t{100});
    spec.balance = Balance::Off;
    QCOMPARE(routeTokens(spec, logits, 100, bias).tokens[0], int64_t{100});
    spec.balance = Balance::Upstream;
    std::vector<float> positive(size_t(4 * 6400), 1.f);
    for (size_t i = 0; i < 6400; ++i) positive[i * 4] = 1.02f;
    const Routing r = routeTokens(spec, positive, 6400, {});
    QVERIFY(r.tokens[0] < 6400);  // the weight of the busy expert fell below the others'
    QVERIFY(r.weight[0] < 1);
  }

  void balanceFigures() {
    Routing r = equalGates(4, 100);
    BalanceMetrics b = balanceOf(2, r);
    QCOMPARE(b.maxOverMean, 1.);
    QVERIFY(std::abs(b.gini) < 1e-12 && std::abs(b.entropy - 1) < 1e-12 && b.cv == 0);
    r.tokens = {100, 0, 0, 0};
    b = balanceOf(2, r);
    QCOMPARE(b.maxOverMean, 4.);
    QVERIFY(std::abs(b.gini - .75) < 1e-12 && b.entropy == 0);
  }

  void logits() {
    SeededRandom random(3);
    const int hidden = 37, experts = 5, tokens = 9;
    std::vector<float> x(size_t(tokens * hidden)), w(size_t(hidden * experts)), c(static_cast<size_t>(experts)), out(size_t(tokens * experts));
    for (auto* v : {&x, &w, &c}) {
      for (float& f : *v) f = float(random.normal());
    }
    routerLogits(x.data(), tokens, hidden, w.data(), c.data(), experts, out.data());
    for (int i = 0; i < tokens; ++i) {
      for (int e = 0; e < experts; ++e) {
        double sum = double(c[size_t(e)]);
        for (int j = 0; j < hidden; ++j) sum += double(x[size_t(i * hidden + j)]) * double(w[size_t(j * experts + e)]);
        QVERIFY(std::abs(sum - double(out[size_t(i * experts + e)])) < 1e-4);
      }
    }
  }

  void ranksAgainstSort() {
    SeededRandom random(7);
    RankScratch scratch;
    for (int round = 0; round < 200; ++round) {
      const auto n = size_t(1 + random.below(700));
      std::vector<float> score(n);
      for (float& s : score) s = random.below(3) ? float(random.normal()) * std::exp(float(random.normal()) * 20) : float(int(random.below(5))) - 2.f;
      if (n > 5) {
        score[n / 2] = NAN;
        score[n / 3] = -0.f;
        score[n / 4] = -INFINITY;
      }
      std::vector<int32_t> order(n), rank(n), expected(n);
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        const float x = score[size_t(a)], y = score[size_t(b)];
        return std::isnan(x) ? !std::isnan(y) : x < y;
      });
      for (size_t i = 0; i < n; ++i) expected[size_t(order[i])] = int32_t(i);
      rankAscending(score.data(), int64_t(n), rank.data(), scratch);
      QCOMPARE(rank, expected);
    }
  }

  void denseMaths() {
    SeededRandom random(9);
    const int dim = 13;
    const int64_t tokens = 45;
    std::vector<float> rows(size_t(dim * tokens)), queries(size_t(dim * 11));
    for (float& v : rows) v = float(random.normal());
    for (float& v : queries) v = float(random.normal());
    const Sideways keys(rows.data(), dim, tokens, dim);
    std::vector<float> out(size_t(11 * keys.stride));
    dotAll(queries.data(), 11, keys, tokens, out.data());
    for (int q = 0; q < 11; ++q) {
      for (int64_t t = 0; t < tokens; ++t) {
        double sum = 0;
        for (int d = 0; d < dim; ++d) sum += double(queries[size_t(q * dim + d)]) * double(rows[size_t(t * dim + d)]);
        QVERIFY(std::abs(sum - double(out[size_t(q * keys.stride + t)])) < 1e-4);
      }
    }
    std::vector<float> x(100), y;
    for (float& v : x) v = float(random.normal()) * 8;
    y = x;
    const float total = expScaled(x.data(), 99, .5f, 1.f);
    double sum = 0;
    for (size_t i = 0; i < 99; ++i) {
      const double want = std::exp(double(y[i]) * .5 - 1);
      QVERIFY(std::abs(double(x[i]) - want) <= want * 2e-6);
      sum += want;
    }
    QVERIFY(std::abs(double(total) - sum) < sum * 1e-5);
    QCOMPARE(x[99], y[99]);
    std::vector<float> mean(dim), gram(dim * dim);
    Sideways tail(rows.data() + 4 * dim, dim, tokens - 4, dim);
    covariance(tail, rows.data() + 4 * dim, dim, mean.data(), gram.data());
    for (int a = 0; a < dim; ++a) {
      for (int b = 0; b < dim; ++b) {
        double ma = 0, mb = 0, cov = 0;
        for (int64_t t = 4; t < tokens; ++t) {
          ma += double(rows[size_t(t * dim + a)]) / 41;
          mb += double(rows[size_t(t * dim + b)]) / 41;
        }
        for (int64_t t = 4; t < tokens; ++t) cov += (double(rows[size_t(t * dim + a)]) - ma) * (double(rows[size_t(t * dim + b)]) - mb) / 41;
        QVERIFY(std::abs(cov - double(gram[size_t(a * dim + b)])) < 1e-4);
      }
    }
  }
};

QTEST_GUILESS_MAIN(TestRouter)
#include "tst_router.moc"
