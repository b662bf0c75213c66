// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Presses, quantised caches and compression while decoding on a device, held against our CPU kernels.
#pragma once
#include <QtTest>
#include <numeric>

#include "core/press/press.h"
#include "core/routed/pattern.h"
#include "core/torch/path_checks.h"

namespace presslab::test {

/// Another press, which tells what its traces held.
class SpyPress final : public Press {
 public:
  explicit SpyPress(PressPtr inner) : m_inner(std::move(inner)) {}
  std::string spec() const override { return m_inner->spec(); }
  TraceNeeds needs() const override { return m_inner->needs(); }
  DeviceNeeds deviceNeeds() const override { return m_inner->deviceNeeds(); }
  bool ragged() const override { return m_inner->ragged(); }
  int64_t predictKept(const RunContext& run) const override { return m_inner->predictKept(run); }
  std::vector<std::string> begin(const RunContext& run) override { return m_inner->begin(run); }
  LayerKeep keep(const LayerTrace& t) override {
    onDevice = onDevice || t.device;
    rowsOnHost = rowsOnHost || t.k || t.v || t.q;
    inputOnHost = inputOnHost || t.x;
    return m_inner->keep(t);
  }
  bool onDevice = false, rowsOnHost = false, inputOnHost = false;

 private:
  PressPtr m_inner;
};

/// A prefilled and pressed sequence.
struct PressedRun {
  std::unique_ptr<Sequence> sequence;
  PrefillResult result;
  bool onDevice = false, rowsOnHost = false, inputOnHost = false;
};
inline PressedRun pressRun(Backend& b, const std::vector<int32_t>& ids, const std::string& spec, const Pattern* pattern = nullptr) {
  SpyPress press(makePress(spec));
  RunContext run;
  run.shape = b.shape();
  run.tokens = int64_t(ids.size());
  run.pattern = pattern;
  run.seed = 5;
  press.begin(run);
  PressedRun out;
  out.sequence = b.newSequence();
  out.result = prefill(b, *out.sequence, ids, &press, run, {}, {});
  out.onDevice = press.onDevice, out.rowsOnHost = press.rowsOnHost, out.inputOnHost = press.inputOnHost;
  return out;
}

/// Trained gates and learned importance of random weights, for a list of experts.
inline Pattern randomPattern(const HeadShape& shape, const std::vector<std::string>& experts) {
  const auto floats = [](size_t n, uint32_t seed, float spread) {
    std::mt19937 rng(seed);
    std::normal_distribution<float> normal(0, spread);
    std::vector<float> x(n);
    for (float& v : x) v = normal(rng);
    return x;
  };
  Pattern p;
  p.shape = shape;
  p.streamErr = floats(size_t(4 * shape.heads()), 1, 1);
  p.importance = floats(size_t(shape.heads()) * size_t(shape.hidden + 5), 2, .3f);
  ExpertSet set;
  set.experts = experts;
  set.gateW = floats(size_t(shape.layers * shape.hidden) * experts.size(), 3, .2f);
  set.gateC = floats(size_t(shape.layers) * experts.size(), 4, .2f);
  set.gateBias = floats(set.gateC.size(), 6, .1f);
  p.sets.push_back(std::move(set));
  return p;
}

inline void comparePositions(const Sequence& a, const Sequence& b, const HeadShape& shape) {
  for (int l = 0; l < shape.layers; ++l)
    for (int h = 0; h < shape.kvHeads; ++h) {
      QVERIFY2(b.positions(l, h) == a.positions(l, h), qPrintable(QStringLiteral("layer %1, head %2").arg(l).arg(h)));
      QCOMPARE(b.headLength(l, h), a.headLength(l, h));
      QCOMPARE(b.headBytes(l, h), a.headBytes(l, h));
    }
  QCOMPARE(b.bytes().used, a.bytes().used);
}

class PressPathTest : public QObject {
  Q_OBJECT

 public:
  explicit PressPathTest(std::string device) : m_device(std::move(device)) {}

 protected:
  const std::string m_device;

 private Q_SLOTS:
  void positions_data();
  void positions();
  void trainedRouter_data();
  void trainedRouter();
  void kvq_data();
  void kvq();
  void whileDecoding_data();
  void whileDecoding();
  void cloneWhileDecoding();
};

inline void PressPathTest::positions_data() {
  QTest::addColumn<QString>("spec");
  QTest::addColumn<bool>("onDevice");
  const auto row = [](const char* spec, bool onDevice) { QTest::newRow(spec) << QString::fromLatin1(spec) << onDevice; };
  for (const char* spec : {"knorm(ratio=0.5)",
                           "keydiff(ratio=0.4)",
                           "snapkv(ratio=0.5,window_size=16)",
                           "pyramidkv(ratio=0.5,window_size=4)",
                           "tova(ratio=0.6)",
                           "observed_attention(ratio=0.5)",
                           "expected_attention(ratio=0.5)",
                           "expected_attention(ratio=0.5,use_covariance=false,use_vnorm=false,n_sink=2)",
                           "expected_attention(ratio=0.7,epsilon=0.01)",
                           "lagkv(ratio=0.5,lag_size=16)",
                           "lagkv(ratio=0.5,lag_size=16,cross_scoring=true)",
                           "lagkv(ratio=0.5)",
                           "adakv(snapkv(ratio=0.5,window_size=16))",
                           "adakv(keydiff(ratio=0.7),alpha_safeguard=0)",
                           "snapkv(tokens=40,window_size=8)",
                           "eplb(ratio=0.5,calibration=none)",
                           "eplb(ratio=0.6,calibration=none,shared=0,experts=tova|observed|lagkv|window7)",
                           "eplb(ratio=0.5,calibration=none,num_experts=8)",
                           "eplb(ratio=0.4,calibration=none,balance=upstream,shared=0.2)",
                           "eplb(ratio=0.5,calibration=none,dispatch=layer)",
                           "eplb_duo(ratio=0.5,calibration=none)",
                           "eplb_duo(ratio=0.6,split=0.3,calibration=none)",
                           "eplb(ratio=0.5,calibration=none,router=pikv)",
                           "snapkv(ratio=0.5,window_size=16)+decoding(knorm,target_size=100)"})
    row(spec, true);
  for (const char* spec : {"duo(ratio=0.5,calibration=none)", "streaming_llm(ratio=0.5)", "random(ratio=0.5)"}) row(spec, false);  // read no rows
  for (const char* spec : {"snapkv(ratio=0.4,window_size=8)+knorm(ratio=0.3)", "chunkkv(knorm(ratio=0.5))"}) row(spec, false);
}

/// The same positions, bytes and loads; rows come to the host only for presses that do not work on the device.
inline void PressPathTest::positions() {
  QFETCH(QString, spec);
  QFETCH(bool, onDevice);
  const TinyModel model(31);
  const auto cpu = cpuBackend(model), device = torchBackend(model, m_device);
  auto ids = randomIds(32, 150, 96);
  if (spec.startsWith(QStringLiteral("knorm"))) {  // a token's key has one norm wherever it stands: rounding alone would choose among its places
    ids.resize(96);
    std::iota(ids.begin(), ids.end(), 0);
    std::shuffle(ids.begin(), ids.end(), std::mt19937(3));
  }
  const PressedRun a = pressRun(*cpu, ids, spec.toStdString()), b = pressRun(*device, ids, spec.toStdString());
  QCOMPARE(b.onDevice, onDevice);
  QVERIFY(!a.onDevice && (!onDevice || !b.rowsOnHost));
  QCOMPARE(b.inputOnHost, onDevice && spec.contains(QStringLiteral("router=")));
  comparePositions(*a.sequence, *b.sequence, cpu->shape());
}

inline void PressPathTest::trainedRouter_data() {
  QTest::addColumn<QString>("spec");
  for (const char* spec :
       {"eplb(ratio=0.5,experts=recency|keydiff|window|expected)", "eplb(ratio=0.5,experts=recency|keydiff|window|expected,balance=off,shared=0)",
        "eplb(ratio=0.5,experts=recency|keydiff|window|expected,top_k=1,capacity_factor=0.6)",
        "eplb(ratio=0.5,experts=recency|keydiff|window|expected,balance=upstream)", "eplb_duo(ratio=0.5,experts=recency|importance|keydiff)",
        "eplb(ratio=0.5,experts=recency|keydiff|window,dispatch=layer)"})
    QTest::newRow(spec) << QString::fromLatin1(spec);
}

inline void PressPathTest::trainedRouter() {
  QFETCH(QString, spec);
  const TinyModel model(33);
  const auto cpu = cpuBackend(model), device = torchBackend(model, m_device);
  const auto ids = randomIds(34, 170, 96);
  std::vector<std::string> experts;
  const QString list = spec.section(QStringLiteral("experts="), 1).section(QLatin1Char(')'), 0, 0).section(QLatin1Char(','), 0, 0);
  for (const QString& e : list.split(QLatin1Char('|'))) experts.push_back(e.toStdString());
  const Pattern pattern = randomPattern(cpu->shape(), experts);
  const PressedRun a = pressRun(*cpu, ids, spec.toStdString(), &pattern), b = pressRun(*device, ids, spec.toStdString(), &pattern);
  QVERIFY(b.onDevice && !b.rowsOnHost && !b.inputOnHost);
  comparePositions(*a.sequence, *b.sequence, cpu->shape());
  int64_t displaced = 0;
  for (size_t l = 0; l < a.result.layers.size(); ++l) {
    const LayerKeep &x = a.result.layers[l], &y = b.result.layers[l];
    QCOMPARE(y.experts.size(), x.experts.size());
    for (size_t e = 0; e < x.experts.size(); ++e) {
      QCOMPARE(y.experts[e].tokens, x.experts[e].tokens);
      QCOMPARE(y.experts[e].dropped, x.experts[e].dropped);
      QCOMPARE(y.experts[e].displaced, x.experts[e].displaced);
      QCOMPARE(y.experts[e].load, x.experts[e].load);
      QCOMPARE(y.experts[e].bias, x.experts[e].bias);
      QCOMPARE(y.experts[e].weight, x.experts[e].weight);
      displaced += x.experts[e].displaced;
    }
    QCOMPARE(y.balance.topK, x.balance.topK);
    QCOMPARE(y.balance.dropped, x.balance.dropped);
    QCOMPARE(y.balance.maxOverMean, x.balance.maxOverMean);
    QCOMPARE(y.balance.entropy, x.balance.entropy);
    QCOMPARE(y.balance.gini, x.balance.gini);
    QCOMPARE(y.balance.cv, x.balance.cv);
  }
  if (spec.contains(QStringLiteral("capacity_factor"))) QVERIFY(displaced > 0);
}

inline void PressPathTest::kvq_data() {
  QTest::addColumn<QString>("spec");
  QTest::addColumn<bool>("exact");
  for (const char* spec : {"kvq(bits=8,residual=32)", "kvq(bits=4,residual=0)", "kvq(bits=2,residual=40)", "kvq(bits=4,scheme=ggml,residual=32)",
                           "snapkv(ratio=0.3,window_size=16)+kvq(bits=4,residual=32)", "adakv(knorm(ratio=0.5))+kvq(bits=8,residual=16)",
                           "eplb_duo(ratio=0.5,calibration=none)+kvq(bits=2,residual=16)"})
    QTest::addRow("%s exact", spec) << QString::fromLatin1(spec) << true;
  for (const char* spec : {"kvq(bits=8,residual=32)", "snapkv(ratio=0.3,window_size=16)+kvq(bits=4,residual=32)"})
    QTest::addRow("%s fast", spec) << QString::fromLatin1(spec) << false;
}

/// Blocks of what was kept, and of what leaves the residual window while tokens are decoded: the same bytes, nearly the same logits.
inline void PressPathTest::kvq() {
  QFETCH(QString, spec);
  QFETCH(bool, exact);
  const TinyModel model(35, 400, true, 32);
  const Precision precision = exact ? Precision::Exact : Precision::Fast;
  const auto cpu = cpuBackend(model, precision), device = torchBackend(model, m_device, precision);
  const auto ids = randomIds(36, 200, 96);
  const PressedRun a = pressRun(*cpu, ids, spec.toStdString()), b = pressRun(*device, ids, spec.toStdString());
  const std::string evicts = spec.contains(QLatin1Char('+')) ? spec.section(QLatin1Char('+'), 0, 0).toStdString() : "none";
  const PressedRun plainA = pressRun(*cpu, ids, evicts), plainB = pressRun(*device, ids, evicts);
  QVERIFY(b.sequence->bytes().used < plainB.sequence->bytes().used);
  QCOMPARE(b.sequence->bytes().held, b.sequence->bytes().used);
  QCOMPARE(b.sequence->bytes().used, a.sequence->bytes().used);
  a.sequence->reserve(20);
  b.sequence->reserve(20);
  QCOMPARE(b.sequence->bytes().used, a.sequence->bytes().used);
  std::vector<float> x(96), y(96), plainX(96), plainY(96);
  double apart = 0, lossA = 0, lossB = 0, size = 0;  // squares
  const auto add = [](double& to, const std::vector<float>& p, const std::vector<float>& q) {
    for (size_t i = 0; i < p.size(); ++i) to += double(p[i] - q[i]) * double(p[i] - q[i]);
  };
  for (const int32_t id : randomIds(37, 70, 96)) {  // past what was reserved, and past two blocks
    a.sequence->decode(id, x.data(), {});
    b.sequence->decode(id, y.data(), {});
    QCOMPARE(b.sequence->bytes().used, a.sequence->bytes().used);
    add(apart, x, y);
    add(size, x, std::vector<float>(x.size()));
    if (exact) continue;
    plainA.sequence->decode(id, plainX.data(), {});
    plainB.sequence->decode(id, plainY.data(), {});
    add(lossA, x, plainX);
    add(lossB, y, plainY);
  }
  // In exact only a value that lies in the middle between two codes may fall to either. In fast the two paths round keys and values differently, so
  // that many do: there quantising must cost as much on one as on the other.
  const double off = std::sqrt(apart / size), ratio = std::sqrt(lossB / std::max(lossA, 1e-30));
  if (exact) QVERIFY2(off < 5e-3, qPrintable(QString::number(off)));
  if (!exact) QVERIFY2(ratio > .5 && ratio < 2, qPrintable(QStringLiteral("%1 of the CPU's loss").arg(ratio)));
  const HeadShape shape = cpu->shape();
  for (int l = 0; exact && l < shape.layers; ++l)
    for (int h = 0; h < shape.kvHeads; ++h) {
      QCOMPARE(b.sequence->positions(l, h), a.sequence->positions(l, h));
      QCOMPARE(b.sequence->headBytes(l, h), a.sequence->headBytes(l, h));
    }
  const auto copy = b.sequence->clone();
  QCOMPARE(copy->bytes().held, b.sequence->bytes().held);
  for (const int32_t id : randomIds(38, 20, 96)) {
    b.sequence->decode(id, x.data(), {});
    copy->decode(id, y.data(), {});
    QCOMPARE(x, y);
  }
}

inline void PressPathTest::whileDecoding_data() {
  QTest::addColumn<QString>("spec");
  for (const char* spec :
       {"decoding(knorm,compression_interval=8,target_size=50)", "decoding(streaming_llm,compression_interval=5,target_size=40)",
        "decoding(snapkv(window_size=4),compression_interval=8,target_size=30)", "decoding(lagkv(lag_size=8),compression_interval=16,target_size=45)",
        "decoding(tova,compression_interval=6,target_size=30)",
        "compression_ratio_decoding(keydiff,target_compression_ratio=0.4,compression_interval=10)",
        "snapkv(ratio=0.5,window_size=16)+decoding(knorm,compression_interval=8,target_size=30)",
        "eplb_duo(ratio=0.5,calibration=none)+decoding(knorm,compression_interval=8,target_size=20)",
        "dms(knorm,threshold=-9.5,sliding_window_size=20,decoding=true)", "cam(knorm,compression_interval=4,target_size=40,merge_budget=8)"})
    QTest::newRow(spec) << QString::fromLatin1(spec);
}

/// Token by token the same positions and bytes, and logits as near as without.
inline void PressPathTest::whileDecoding() {
  QFETCH(QString, spec);
  const TinyModel model(39);
  const auto cpu = cpuBackend(model), device = torchBackend(model, m_device);
  const auto ids = randomIds(40, 60, 96);
  const PressedRun a = pressRun(*cpu, ids, spec.toStdString()), b = pressRun(*device, ids, spec.toStdString());
  a.sequence->reserve(12);
  b.sequence->reserve(12);
  const int64_t before = a.sequence->bytes().used;
  int64_t least = INT64_MAX, grown = 0;
  std::vector<float> x(96), y(96);
  for (const int32_t id : randomIds(41, 34, 96)) {
    ++grown;
    a.sequence->decode(id, x.data(), {});
    b.sequence->decode(id, y.data(), {});
    QVERIFY2(farthest(x, y) < 1e-3, qPrintable(QString::number(farthest(x, y))));
    comparePositions(*a.sequence, *b.sequence, cpu->shape());
    if (QTest::currentTestFailed()) return;
    least = std::min(least, b.sequence->bytes().used - before - grown * cpu->shape().heads() * 2 * 16 * 4);
  }
  QVERIFY(least < 0);  // something went
  QVERIFY(b.sequence->bytes().held >= b.sequence->bytes().used);
}

inline void PressPathTest::cloneWhileDecoding() {
  const TinyModel model(42);
  const auto device = torchBackend(model, m_device);
  for (const char* spec :
       {"decoding(snapkv(window_size=4),compression_interval=8,target_size=30)", "cam(knorm,compression_interval=4,target_size=40)"}) {
    const PressedRun a = pressRun(*device, randomIds(43, 50, 96), spec);
    std::vector<float> x(96), y(96);
    for (const int32_t id : randomIds(44, 5, 96)) a.sequence->decode(id, x.data(), {});
    const auto copy = a.sequence->clone();
    for (const int32_t id : randomIds(45, 20, 96)) {
      a.sequence->decode(id, x.data(), {});
      copy->decode(id, y.data(), {});
      QCOMPARE(x, y);
    }
    comparePositions(*a.sequence, *copy, device->shape());
  }
}

}  // namespace presslab::test
