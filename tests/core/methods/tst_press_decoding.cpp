// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Cuts of whole layers while decoding: what the engine tells a keeper and does for it, cam and dms.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/engine/session.h"
#include "core/methods/press_test.h"

using namespace presslab;
using namespace presslab::test;

namespace {

/// Writes down what it is told; in its second cut every head loses slots 3 and 10, whose values go into slot 5, then nothing.
class Recorder final : public LayerKeeper {
 public:
  struct Seen {
    int64_t position = 0, since = 0;
    std::vector<int32_t> positions;
    std::vector<float> attention, keys, values;
  };
  mutable std::map<std::pair<int, int>, std::vector<Seen>> seen;  // layer, head
  bool large = false;                                             // as a large cut, else slot by slot

  explicit Recorder(bool largeCut) : large(largeCut) {
    every = 1;
    values = true;
    attention = large;  // sums follow large cuts alone
  }
  std::vector<HeadCut> cut(HeldLayer& held, const HeadShape& one) const override {
    std::vector<HeadCut> cuts;
    for (int h = 0; h < held.heads; ++h) {
      std::vector<Seen>& all = seen[{held.layer, h}];
      Seen s;
      s.position = held.position;
      s.since = held.since;
      s.positions.assign(held.positions(h).begin(), held.positions(h).end());
      s.attention.assign(held.attention(h).begin(), held.attention(h).end());
      const auto n = int64_t(s.positions.size());
      const LayerTrace t = held.rows(h, 0, n);
      s.keys.assign(t.k, t.k + n * one.headDim);
      s.values.assign(t.v, t.v + n * one.headDim);
      all.push_back(std::move(s));
      if (all.size() != 2) continue;
      HeadCut c;
      c.added = {{3, 5, .5f}, {10, 5, 2.f}};
      if (large) {
        for (int32_t i = 0; i < int32_t(n); ++i)
          if (i != 3 && i != 10) c.kept.push_back(i);
      } else {
        c.dropped = {3, 10};
      }
      cuts.push_back(std::move(c));
    }
    return cuts;
  }
};

/// Keeps everything and hands a keeper on.
class With final : public Press {
 public:
  With(std::shared_ptr<const DecodeKeeper> keeper, HeadShape shape) : m_keeper(std::move(keeper)), m_shape(std::move(shape)) {}
  std::string spec() const override { return "with"; }
  int64_t predictKept(const RunContext& run) const override { return run.shape.headTokens(run.tokens); }
  std::vector<std::string> begin(const RunContext&) override { return {}; }
  LayerKeep keep(const LayerTrace& trace) override {
    LayerKeep layer;
    layer.heads.resize(size_t(m_shape.kvHeads));
    for (HeadKeep& h : layer.heads) {
      h.positions.resize(size_t(trace.tokens));
      std::iota(h.positions.begin(), h.positions.end(), 0);
    }
    layer.decode = m_keeper;
    return layer;
  }

 private:
  std::shared_ptr<const DecodeKeeper> m_keeper;
  HeadShape m_shape;
};

}  // namespace

class TestPressDecoding : public QObject {
  Q_OBJECT
  std::unique_ptr<LoadedModel> m_model;
  std::vector<int32_t> m_ids;
  HeadShape m_shape;

  std::unique_ptr<Sequence> prefilled(Press& press, int64_t tokens = 60) {
    RunContext run;
    run.shape = m_shape;
    run.tokens = tokens;
    press.begin(run);
    auto sequence = m_model->backend->newSequence();
    prefill(*m_model->backend, *sequence, std::span(m_ids).first(size_t(tokens)), &press, run, {}, {});
    return sequence;
  }
  std::vector<float> decode(Sequence& sequence, int32_t id, const AttentionTap& tap = {}) {
    std::vector<float> logits(size_t(m_model->backend->config().vocab));
    sequence.decode(id, logits.data(), tap);
    return logits;
  }

 private Q_SLOTS:
  void initTestCase() {
    ModelSpec spec;
    spec.path = PRESSLAB_TEST_DATA "/model/tiny_llama.gguf";
    spec.precision = Precision::Exact;
    spec.threads = 2;
    m_model = loadModel(spec, {}, {});
    m_shape = m_model->backend->shape();
    for (int i = 0; i < 200; ++i) m_ids.push_back(int32_t((i * 7 + i * i) % (m_model->backend->config().vocab - 1)));
  }

  void keepersSeeRowsAndAttention_data() {
    QTest::addColumn<bool>("large");
    QTest::newRow("large cut") << true;
    QTest::newRow("slot by slot") << false;
  }

  void keepersSeeRowsAndAttention() {
    QFETCH(bool, large);
    const auto recorder = std::make_shared<Recorder>(large);
    With press(recorder, m_shape);
    const PressPtr none = makePress("none");
    const auto cut = prefilled(press), whole = prefilled(*none);
    const int64_t row = cut->bytes().used / (m_shape.heads() * 60);
    std::map<std::pair<int, int>, std::vector<float>> sums;  // positions, mean over the group
    for (int n = 0; n < 2; ++n) {
      const std::vector<float> expected = decode(*whole, int32_t(20 + n), [&](int l, int q, std::span<const float> probs, std::span<const int32_t>) {
        std::vector<float>& sum = sums[{l, q / m_shape.group}];
        sum.resize(probs.size());
        for (size_t i = 0; i < probs.size(); ++i) sum[i] += probs[i] / float(m_shape.group);
      });
      QCOMPARE(decode(*cut, int32_t(20 + n)), expected);
    }
    QCOMPARE(cut->bytes().used, m_shape.heads() * 60 * row);  // two came, two went
    decode(*cut, 22);
    for (int l = 0; l < m_shape.layers; ++l)
      for (int h = 0; h < m_shape.kvHeads; ++h) {
        const auto& seen = recorder->seen.at({l, h});
        QCOMPARE(seen.size(), size_t{3});
        for (int n = 0; n < 3; ++n) QCOMPARE(seen[size_t(n)].position, int64_t{60 + n});
        QCOMPARE(seen[1].since, int64_t{2});
        QCOMPARE(seen[2].since, int64_t{1});
        QCOMPARE(seen[1].positions.size(), size_t{62});
        QCOMPARE(seen[2].positions.size(), size_t{61});
        const auto d = size_t(m_shape.headDim);
        for (size_t i = 0, before = 0; i < 60; ++i, ++before) {
          if (before == 3 || before == 10) ++before;
          QCOMPARE(seen[2].positions[i], int32_t(before));
          for (size_t c = 0; c < d; ++c) {
            const auto value = [&](size_t slot) { return seen[1].values[slot * d + c]; };
            QCOMPARE(seen[2].keys[i * d + c], seen[1].keys[before * d + c]);
            QCOMPARE(seen[2].values[i * d + c], before == 5 ? value(5) + .5f * value(3) + 2.f * value(10) : value(before));
          }
        }
        if (!large) continue;
        const std::vector<float>& sum = sums.at({l, h});
        for (size_t i = 0; i < 62; ++i) QVERIFY(std::abs(seen[1].attention[i] - sum[i]) < 1e-6);
        QCOMPARE(seen[2].attention.size(), size_t{61});
        QVERIFY(seen[2].attention[3] >= seen[1].attention[4]);  // what was there goes on; the slots before moved up
        QVERIFY(std::accumulate(seen[2].attention.begin(), seen[2].attention.end(), 0.f) > 1.9f);
      }
  }

  void camCutsLayersAlike() {
    const PressPtr press = makePress("cam(streaming_llm(n_sink=4),compression_interval=8,target_size=20,merge_budget=3)");
    const auto sequence = prefilled(*press);
    const int64_t row = sequence->bytes().used / (m_shape.heads() * 60);
    std::unique_ptr<Sequence> copy;
    for (int n = 1; n <= 30; ++n) {
      if (n == 13) copy = sequence->clone();
      const std::vector<float> logits = decode(*sequence, int32_t(n));
      if (copy) QCOMPARE(decode(*copy, int32_t(n)), logits);
      const int64_t length = n < 8 ? 60 + n : 20 + n % 8;
      std::vector<int32_t> expected;
      for (int32_t p = 0; p < 4; ++p) expected.push_back(p);
      for (auto p = int32_t(60 + n - (length - 4)); p < 60 + n; ++p) expected.push_back(p);
      for (int l = 0; l < m_shape.layers; ++l)
        for (int h = 0; h < m_shape.kvHeads; ++h) {
          QCOMPARE(sequence->headLength(l, h), length);
          if (n >= 8) QCOMPARE(sequence->positions(l, h), expected);
        }
      QCOMPARE(sequence->bytes().used, m_shape.heads() * length * row);
    }
  }

  /// With the same slots kept, merged values are what tells cam from decoding.
  void camMergesValues() {
    const auto logits = [&](const std::string& spec) {
      const PressPtr press = makePress(spec);
      const auto sequence = prefilled(*press);
      std::vector<float> last;
      for (int n = 1; n <= 12; ++n) last = decode(*sequence, int32_t(n));
      return last;
    };
    const std::string arguments = "(streaming_llm(n_sink=4),compression_interval=8,target_size=20";
    const std::vector<float> plain = logits("decoding" + arguments + ")"), merged = logits("cam" + arguments + ")");
    QVERIFY(plain != merged);
    QVERIFY(merged != logits("cam" + arguments + ",merge_budget=2)"));
    QCOMPARE(merged, logits("cam" + arguments + ")"));
  }

  /// A shorter cache is cut at the first token that makes it longer, and all tokens since the last cut are merged then.
  void camWaitsForItsTarget() {
    const PressPtr press = makePress("cam(streaming_llm(n_sink=4),compression_interval=4,target_size=70)");
    const auto sequence = prefilled(*press);
    for (int n = 1; n <= 10; ++n) decode(*sequence, int32_t(n));
    QCOMPARE(sequence->headLength(0, 0), int64_t{70});
    decode(*sequence, 11);
    QCOMPARE(sequence->headLength(0, 0), int64_t{70});
    for (int n = 0; n < 3; ++n) decode(*sequence, 12);
    QCOMPARE(sequence->headLength(0, 0), int64_t{73});
    decode(*sequence, 13);
    QCOMPARE(sequence->headLength(0, 0), int64_t{70});
  }

  /// Probabilities of 0 and 1: what nobody attended to is never merged, what got more than its window always.
  void camProbabilities() {
    const Outcome o = runSpec("cam(streaming_llm(n_sink=2),target_size=12,merge_budget=4)", m_shape, 40);
    const auto& keeper = dynamic_cast<const LayerKeeper&>(*o.layers.at(0).decode);
    class Held final : public HeldLayer {
     public:
      Held() {
        heads = 1;
        position = 19;
        since = 3;
        std::iota(m_positions.begin(), m_positions.end(), 0);
        attended.assign(20, 1.f);
      }
      std::span<const int32_t> positions(int) const override { return m_positions; }
      std::span<const float> attention(int) const override { return attended; }
      LayerTrace rows(int, int64_t, int64_t count) override {
        LayerTrace t;
        t.tokens = count;
        return t;
      }
      std::vector<float> attended;

     private:
      std::vector<int32_t> m_positions = std::vector<int32_t>(20);
    } held;
    held.attended[7] = 0;
    held.attended[8] = 5;
    const std::vector<HeadCut> cuts = keeper.cut(held, {1, 1, 1, 4, 4});  // slots 2..9 go; 7, 8 and 9 came last among equals
    QCOMPARE(cuts.size(), size_t{1});
    QCOMPARE(cuts[0].kept.size(), size_t{12});
    std::vector<int32_t> from;
    for (const HeadCut::Addition& a : cuts[0].added) {
      QCOMPARE(a.weight, .25f);
      QVERIFY(a.into >= 10 && a.into < 14);
      from.push_back(a.from);
    }
    QCOMPARE(from, (std::vector<int32_t>{8, 8, 8, 8, 9, 9, 9, 9}));
    held.attended.assign(20, 0.f);
    QVERIFY(keeper.cut(held, {1, 1, 1, 4, 4})[0].added.empty());
  }

  void camRefusesHeadsOfDifferentLengths() {
    for (const auto& [spec, reason] : {std::pair{"adakv(knorm)+cam(knorm)", "alike"},
                                       {"duo+cam(knorm)", "alike"},
                                       {"cam(duo)", "needs a scorer"},
                                       {"cam(knorm)+knorm", "stands last"},
                                       {"cam(snapkv,compression_interval=20)", "reads 64 queries"},
                                       {"cam(snapkv,target_size=64)", "no more than the window"}})
      QVERIFY2(specFailure(spec).find(reason) != std::string::npos, (spec + specFailure(spec)).c_str());
    QCOMPARE(makePress("snapkv(ratio=0.5)+cam(knorm)")->spec(), std::string("snapkv(ratio=0.5)+cam(knorm)"));
  }

  /// Keys of the first layer do not depend on what attention sees, so they can be had from a prefill of all tokens.
  void dmsDropsWhatLeavesTheWindow() {
    constexpr int64_t kContext = 60, kWindow = 16;
    const int all = 100;
    const auto whole = m_model->backend->newSequence();
    whole->beginPrefill(std::span(m_ids).first(all), {.keys = true});
    whole->prefillChunk(0, 0, all);
    const LayerTrace trace = whole->trace(0);
    std::vector<float> norms;
    for (int64_t i = 0; i < int64_t{m_shape.kvHeads} * all; ++i) {
      float sum = 0;
      for (int c = 0; c < m_shape.headDim; ++c) sum += trace.k[i * m_shape.headDim + c] * trace.k[i * m_shape.headDim + c];
      norms.push_back(std::sqrt(sum));
    }
    std::vector<float> sorted = norms;
    std::sort(sorted.begin(), sorted.end());
    // Equal tokens have equal norms but for rounding: the limit lies in the widest gap of the middle.
    size_t gap = sorted.size() / 3;
    for (size_t i = gap; i < 2 * sorted.size() / 3; ++i) {
      if (sorted[i + 1] - sorted[i] > sorted[gap + 1] - sorted[gap]) gap = i;
    }
    const float limit = (sorted[gap] + sorted[gap + 1]) / 2;
    const PressPtr press = makePress("dms(knorm,threshold=" + std::to_string(-limit) + ",sliding_window_size=16,decoding=true)");
    const auto sequence = prefilled(*press, kContext);
    const int64_t row = 2 * m_model->backend->kvRowBytes();
    std::unique_ptr<Sequence> copy;
    for (int64_t n = kContext; n < all; ++n) {
      const std::vector<float> logits = decode(*sequence, m_ids[size_t(n)]);
      if (n == 70)
        copy = sequence->clone();
      else if (copy)
        QCOMPARE(decode(*copy, m_ids[size_t(n)]), logits);
      int64_t held = 0;
      for (int h = 0; h < m_shape.kvHeads; ++h) {
        std::vector<int32_t> expected;
        for (int64_t p = 0; p <= n; ++p) {
          if (p > n - kWindow || norms[size_t(h * all + p)] <= limit) expected.push_back(int32_t(p));
        }
        QCOMPARE(sequence->positions(0, h), expected);
      }
      for (int l = 0; l < m_shape.layers; ++l)
        for (int h = 0; h < m_shape.kvHeads; ++h) held += sequence->headLength(l, h);
      QCOMPARE(sequence->bytes().used, held * row);
    }
    QVERIFY(sequence->headLength(0, 0) < all);
    QVERIFY2(specFailure("dms(snapkv,decoding=true)").find("reads more") != std::string::npos, specFailure("dms(snapkv,decoding=true)").c_str());
  }
};

QTEST_GUILESS_MAIN(TestPressDecoding)
#include "tst_press_decoding.moc"
