// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <random>

#include "core/press/rank_order.h"
#include "core/press/scores.h"
#include "core/routed/ranks.h"
#include "core/routed/router.h"
#include "kernels/cuda/press_kernels.h"
#include "tests/kernels/cuda/cuda_test.h"
#include "tests/kernels/kernel_test.h"

using namespace presslab;
using namespace presslab::test;
using kernels::randomFloats;

namespace {

/// Scores of which many are equal, with zeros of both signs, infinities and values that are no numbers.
std::vector<float> awkwardScores(int64_t n, uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<float> out = randomFloats(size_t(n), seed + 1);
  const float special[] = {0.f, -0.f, .5f, -.5f, INFINITY, -INFINITY, NAN, 1e-40f, -1e-40f};
  for (float& v : out) {
    const auto kind = engine() % 24;
    if (kind < 9) v = special[kind];
    if (kind == 10) v = std::nextafter(.5f, float(engine() % 2));
  }
  return out;
}

}  // namespace

class TestCudaPress : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void selectTop_data();
  void selectTop();
  void ranks_data();
  void ranks();
  void mixedRanks();
  void pins();
  void windowScores_data();
  void windowScores();
  void route_data();
  void route();
  void kvBlocks_data();
  void kvBlocks();
};

void TestCudaPress::selectTop_data() {
  QTest::addColumn<int>("n");
  QTest::addColumn<bool>("equal");
  for (const int n : {1, 2, 31, 33, 257, 1000, 4099}) {
    QTest::addRow("%d", n) << n << false;
    QTest::addRow("%d equal", n) << n << true;
  }
}

void TestCudaPress::selectTop() {
  QFETCH(int, n);
  QFETCH(bool, equal);
  const std::vector<int32_t> keep = {0, 1, n / 7, n / 2, n - 1, n, n + 5, -1, n * 9 / 10};
  const int heads = int(keep.size());
  std::vector<float> scores = awkwardScores(int64_t(heads) * n, 3);
  if (equal) std::fill(scores.begin(), scores.end(), .25f);
  const int64_t stride = n + 3;
  std::vector<int32_t> expected(size_t(heads * stride), -7);
  for (int h = 0; h < heads; ++h) kernels::selectTop(scores.data() + h * n, n, keep[size_t(h)], expected.data() + h * stride);
  inEveryOrder([&] {
    std::vector<int32_t> kept(expected.size(), -7);
    cuda::selectTop(scores.data(), heads, n, keep.data(), kept.data(), stride, nullptr);
    QCOMPARE(kept, expected);
  });
}

void TestCudaPress::ranks_data() {
  QTest::addColumn<int>("n");
  for (const int n : {1, 2, 31, 32, 513, 1000, 2077}) QTest::addRow("%d", n) << n;
}

void TestCudaPress::ranks() {
  QFETCH(int, n);
  const int heads = 3;
  std::vector<float> scores = awkwardScores(int64_t(heads) * n, 5);
  std::fill(scores.begin(), scores.begin() + n, -1.f);  // a head of equal scores
  std::vector<int32_t> expected(scores.size());
  RankScratch cpu;
  for (int h = 0; h < heads; ++h) rankAscending(scores.data() + h * n, n, expected.data() + h * n, cpu);
  inEveryOrder([&] {
    std::vector<int64_t> scratch(size_t(cuda::rankScratchBytes(heads, n) / 8));
    std::vector<int32_t> out(scores.size(), -7);
    cuda::ranks(scores.data(), heads, n, out.data(), scratch.data(), nullptr);
    QCOMPARE(out, expected);
  });
}

void TestCudaPress::mixedRanks() {
  const int policies = 5, heads = 3, n = 331;
  std::mt19937 engine(7);
  std::vector<int32_t> places(size_t(policies * heads * n));
  for (int32_t& p : places) p = int32_t(engine() % n);
  std::vector<float> gates(size_t(n * policies));
  for (float& g : gates) g = float(engine() % 1000) / 1000.f;
  for (const bool withGates : {false, true}) {
    for (const double shared : {0., .3, 1.}) {
      const float* g = withGates ? gates.data() : nullptr;
      std::vector<float> expected(size_t(heads * n)), out(expected.size(), -1.f);
      presslab::mixRanks(places.data(), policies, heads, n, g, shared, expected.data());
      cuda::mixRanks(places.data(), policies, heads, n, g, shared, out.data(), nullptr);
      QVERIFY(sameBits(out, expected));
    }
  }
}

void TestCudaPress::pins() {
  for (const int n : {1, 3, 20, 33, 36, 500}) {
    const int heads = 2;
    const std::vector<float> scores = randomFloats(size_t(heads * n), 9);
    std::vector<float> expected = scores;
    for (int h = 0; h < heads; ++h) presslab::applyPins(expected.data() + h * n, n);
    inEveryOrder([&] {
      std::vector<float> out = scores;
      cuda::applyPins(out.data(), heads, n, kPinnedSinks, kPinnedRecent, nullptr);
      QCOMPARE(out, expected);
    });
  }
}

void TestCudaPress::windowScores_data() {
  QTest::addColumn<int>("tokens");
  QTest::addColumn<int>("queries");
  QTest::addColumn<int>("pool");
  QTest::addColumn<int>("group");
  QTest::addColumn<bool>("byCount");
  QTest::addColumn<bool>("valueNorm");
  QTest::newRow("one query") << 70 << 1 << 1 << 1 << false << false;
  QTest::newRow("pool 5") << 301 << 13 << 5 << 3 << false << false;
  QTest::newRow("pool 7, norms, counts") << 519 << 33 << 7 << 2 << true << true;
  QTest::newRow("pool wider than what is before") << 12 << 10 << 7 << 2 << false << true;
  QTest::newRow("window is all") << 9 << 9 << 5 << 2 << true << false;
}

void TestCudaPress::windowScores() {
  QFETCH(int, tokens);
  QFETCH(int, queries);
  QFETCH(int, pool);
  QFETCH(int, group);
  QFETCH(bool, byCount);
  QFETCH(bool, valueNorm);
  HeadShape shape;
  shape.kvHeads = 2;
  shape.group = group;
  shape.headDim = 32;
  const int heads = shape.kvHeads * group, dim = shape.headDim;
  const std::vector<float> k = randomFloats(size_t(shape.kvHeads * tokens * dim), 11), v = randomFloats(k.size(), 12, 3.f),
                           q = randomFloats(size_t(tokens * heads * dim), 13, 2.f);
  LayerTrace trace;
  trace.tokens = tokens;
  trace.k = k.data();
  trace.v = v.data();
  trace.q = q.data();
  std::vector<float> expected(size_t(shape.kvHeads * tokens));
  const ScoreLayer layer(trace, shape);
  presslab::windowScores(layer, queries, pool, valueNorm, expected.data(), byCount);

  std::vector<float> logits(size_t(heads * queries * tokens), NAN);  // what lies behind a row's own key is not to be read
  for (int h = 0; h < heads; ++h) {
    for (int r = 0; r < queries; ++r) {
      const int position = tokens - queries + r;
      for (int j = 0; j <= position; ++j) {
        double sum = 0;
        for (int d = 0; d < dim; ++d) sum += double(q[size_t((position * heads + h) * dim + d)]) * k[size_t((h / group * tokens + j) * dim + d)];
        logits[size_t((h * queries + r) * tokens + j)] = float(sum * layer.scale());
      }
    }
  }
  std::vector<float> norms(size_t(shape.kvHeads * tokens));
  std::vector<cuda::HeadState> states(2);
  for (int h = 0; h < 2; ++h) states[size_t(h)].v = const_cast<float*>(v.data()) + h * tokens * dim;
  cuda::rowNorms(states.data(), 2, tokens, cuda::Type::F32, dim, true, norms.data(), nullptr);
  inEveryOrder([&] {
    std::vector<float> rows = logits, scratch(expected.size(), NAN), out(expected.size(), NAN);
    cuda::WindowScoreArgs a{};
    a.windowScores = rows.data();
    a.valueNorms = valueNorm ? norms.data() : nullptr;
    a.out = out.data();
    a.scratch = scratch.data();
    a.kvHeads = shape.kvHeads;
    a.group = group;
    a.queries = queries;
    a.pool = pool;
    a.tokens = tokens;
    a.byCount = byCount;
    cuda::windowScores(a, nullptr);
    for (size_t i = 0; i < out.size(); ++i) QVERIFY2(std::abs(out[i] - expected[i]) <= 4e-6f * expected[i], qPrintable(QString::number(i)));
  });
}

void TestCudaPress::route_data() {
  QTest::addColumn<int>("experts");
  QTest::addColumn<int>("topK");
  QTest::addColumn<int>("tokens");
  QTest::addColumn<double>("factor");
  QTest::addColumn<float>("skew");
  QTest::newRow("4, 2") << 4 << 2 << 1000 << 1.25 << 0.f;
  QTest::newRow("one favourite") << 5 << 2 << 777 << 1. << 3.f;
  QTest::newRow("tokens dropped") << 4 << 1 << 513 << .5 << 1.f;
  QTest::newRow("no room") << 3 << 1 << 65 << 0. << 0.f;
  QTest::newRow("all experts") << 6 << 6 << 300 << .8 << 1.f;
  QTest::newRow("one token") << 4 << 2 << 1 << 1.25 << 0.f;
  QTest::newRow("32 experts") << 32 << 3 << 300 << 1.1 << .3f;
}

void TestCudaPress::route() {
  QFETCH(int, experts);
  QFETCH(int, topK);
  QFETCH(int, tokens);
  QFETCH(double, factor);
  QFETCH(float, skew);
  RouterSpec spec;
  spec.experts = experts;
  spec.topK = topK;
  spec.capacityFactor = factor;
  std::vector<float> logits = randomFloats(size_t(tokens * experts), 21);
  std::vector<float> bias = randomFloats(size_t(experts), 22, .2f);
  for (size_t i = 0; i < logits.size(); ++i) {
    if (i % 5 == 0) logits[i] = std::round(logits[i]);  // equal ones
    logits[i] -= skew * float(i % size_t(experts));
  }
  const size_t steps = size_t((tokens + cuda::kLoadTokens - 1) / cuda::kLoadTokens);
  for (const bool balanced : {false, true}) {
    const Routing r = routeTokens(spec, logits, tokens, balanced ? std::span<const float>(bias) : std::span<const float>());
    inEveryOrder([&] {
      std::vector<float> gates(logits.size(), NAN);
      std::vector<int32_t> taken(size_t(experts), -1), displaced(taken), dropped(taken), load(size_t(experts) * steps, -1);
      cuda::RouteArgs a{};
      a.logits = logits.data();
      a.bias = balanced ? bias.data() : nullptr;
      a.tokens = tokens;
      a.experts = experts;
      a.topK = topK;
      a.capacity = expertCapacity(spec, tokens);
      a.gates = gates.data();
      a.taken = taken.data();
      a.displaced = displaced.data();
      a.dropped = dropped.data();
      a.load = load.data();
      cuda::route(a, nullptr);
      for (size_t e = 0; e < size_t(experts); ++e) {
        QCOMPARE(int64_t(taken[e]), r.tokens[e]);
        QCOMPARE(int64_t(displaced[e]), r.displaced[e]);
        QCOMPARE(int64_t(dropped[e]), r.dropped[e]);
        QCOMPARE(std::vector<int32_t>(load.begin() + long(e * steps), load.begin() + long((e + 1) * steps)), r.load[e]);
      }
      for (size_t i = 0; i < gates.size(); ++i) QVERIFY(std::abs(gates[i] - r.gates[i]) <= 1e-6f && (gates[i] > 0) == (r.gates[i] > 0));
    });
  }
}

void TestCudaPress::kvBlocks_data() {
  QTest::addColumn<int>("form");
  QTest::addColumn<bool>("values");
  QTest::addColumn<int>("headDim");
  const char* const names[] = {"none", "q8_0", "q4_0", "kivi4", "kivi2"};
  for (int form = 1; form <= 4; ++form) {
    for (const int dim : {32, 96, 128}) {
      QTest::addRow("%s keys %d", names[form], dim) << form << false << dim;
      QTest::addRow("%s values %d", names[form], dim) << form << true << dim;
    }
  }
}

void TestCudaPress::kvBlocks() {
  QFETCH(int, form);
  QFETCH(bool, values);
  QFETCH(int, headDim);
  const auto kind = kernels::KvForm(form);
  const int blocks = 5, each = kernels::kKvBlock * headDim;
  std::vector<float> rows = randomFloats(size_t(blocks * each), 31);
  // The second block is wide and coarse, so that steps fall on halves; the third has zeros of both signs; the fourth one value, the fifth tiny ones.
  for (int i = 0; i < each; ++i) {
    rows[size_t(each + i)] = std::round(rows[size_t(each + i)] * 8.f) * 16.f;
    rows[size_t(2 * each + i)] = i % 3 == 0 ? -0.f : i % 7 == 0 ? rows[size_t(2 * each + i)] : 0.f;
    if (i % 64 < 32 && i / headDim % 2 == 0) rows[size_t(2 * each + i)] = i % 2 ? -0.f : 0.f;
    rows[size_t(3 * each + i)] = -1.7f;
    rows[size_t(4 * each + i)] *= 1e-7f;
  }
  const int64_t bytes = kernels::kvBlockBytes(kind, headDim);
  std::vector<uint8_t> expected(size_t(blocks * bytes));
  std::vector<float> back(rows.size());
  for (int b = 0; b < blocks; ++b) {
    kernels::quantiseKvBlock(kind, values, rows.data() + b * each, headDim, expected.data() + b * bytes);
    kernels::dequantiseKvBlock(kind, values, expected.data() + b * bytes, headDim, back.data() + b * each);
  }
  inEveryOrder([&] {
    std::vector<uint8_t> out(expected.size(), 0xee);
    cuda::quantiseKv(kind, values, rows.data(), blocks, headDim, out.data(), nullptr);
    QVERIFY(out == expected);
    std::vector<float> read(rows.size(), NAN);
    cuda::dequantiseKv(kind, values, out.data(), blocks, headDim, read.data(), nullptr);
    // Without fused multiply-add the CPU rounds the products of Kivi once more.
    if (kernels::isasHere().back() >= kernels::Isa::Avx2) {
      QVERIFY(sameBits(read, back));
    } else {
      for (size_t i = 0; i < read.size(); ++i) QVERIFY(std::abs(read[i] - back[i]) <= 1e-6f * (1 + std::abs(back[i])));
    }
  });
}

QTEST_APPLESS_MAIN(TestCudaPress)
#include "tst_cuda_press.moc"
