// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "core/press/kept_rows.h"
#include "press_test.h"

using namespace presslab;
using namespace presslab::test;

class TestPressSequences : public QObject {
  Q_OBJECT
  const HeadShape m_shape{3, 2, 2, 8, 16};

 private Q_SLOTS:
  void countsMultiply() {
    const HeadShape shape = m_shape;
    for (const int64_t tokens : {64, 333}) {
      const Outcome o = runSpec("knorm(ratio=0.3)+snapkv(ratio=0.5,window_size=8)+random(ratio=0.25)", shape, tokens);
      const auto a = int64_t(double(tokens) * .7), b = int64_t(double(a) * .5), c = int64_t(double(b) * .75);
      QCOMPARE(o.kept, shape.heads() * c);
      QCOMPARE(o.predicted, o.kept);
    }
    QVERIFY(failureOf([&] { (void)runSpec("knorm(ratio=0.9)+knorm(ratio=0.9)", shape, 40); }).find("keeps no token of 3") != std::string::npos);
  }

  /// The later step must choose as if the context had consisted of the kept tokens, at their positions.
  void aLaterStepSeesWhatIsKept() {
    const Outcome first = runSpec("knorm(ratio=0.4)", m_shape, 100), both = runSpec("knorm(ratio=0.4)+knorm(ratio=0.5)", m_shape, 100);
    const Outcome direct = runSpec("knorm(ratio=0.7)", m_shape, 100);
    for (size_t l = 0; l < both.layers.size(); ++l) {
      for (size_t h = 0; h < both.layers[l].heads.size(); ++h) {
        const auto& all = first.layers[l].heads[h].positions;
        const auto& kept = both.layers[l].heads[h].positions;
        QVERIFY(std::includes(all.begin(), all.end(), kept.begin(), kept.end()));
        QCOMPARE(kept, direct.layers[l].heads[h].positions);  // knorm scores a token by itself: 60 and 30 of 100
      }
    }
    // Streaming after a scorer: the first and last of what was kept, not of the context.
    const Outcome ends = runSpec("knorm(ratio=0.5)+streaming_llm(ratio=0.8,n_sink=2)", m_shape, 100);
    const Outcome half = runSpec("knorm(ratio=0.5)", m_shape, 100);
    for (size_t h = 0; h < 2; ++h) {
      const auto& p = half.layers[0].heads[h].positions;
      std::vector<int32_t> want{p[0], p[1]};
      want.insert(want.end(), p.end() - (keptTokens(50, .8) - 2), p.end());
      QCOMPARE(ends.layers[0].heads[h].positions, want);
    }
  }

  void gatheredRowsKeepTheirPositions() {
    const FakeLayer layer(m_shape, 20, 1, 4);
    const std::vector<int32_t> rows{1, 5, 6, 19}, again{0, 3};
    const KeptRows kept(layer.trace, m_shape, 1, rows);
    const LayerTrace& t = kept.trace();
    QCOMPARE(t.tokens, int64_t{4});
    QCOMPARE(t.nextPosition(), int64_t{20});
    QCOMPARE(kept.shape().kvHeads, 1);
    const int dim = m_shape.headDim, own = m_shape.group * dim;
    for (size_t i = 0; i < rows.size(); ++i) {
      QCOMPARE(t.positionOf(0, int64_t(i)), int64_t(rows[i]));
      for (int d = 0; d < dim; ++d) QCOMPARE(t.k[int(i) * dim + d], layer.k[size_t((20 + rows[i]) * dim + d)]);
      for (int d = 0; d < own; ++d) QCOMPARE(t.q[int(i) * own + d], layer.q[size_t((rows[i] * 2 + 1) * own + d)]);
    }
    const KeptRows twice(t, kept.shape(), 0, again);
    QCOMPARE(twice.trace().positionOf(0, 1), int64_t{19});
    QCOMPARE(twice.trace().firstHead, 1);
  }

  /// A scorer whose first step keeps everything is the scorer alone.
  void aFirstStepOfRatioZero() {
    for (const char* id : {"snapkv(ratio=0.5,window_size=16)", "expected_attention(ratio=0.5)", "keydiff(ratio=0.5)", "random(ratio=0.5)"}) {
      const Outcome alone = runSpec(id, m_shape, 120), after = runSpec(std::string("knorm(ratio=0)+") + id, m_shape, 120);
      QCOMPARE(fingerprint(after), fingerprint(alone));
    }
  }

  void theGuidesLiteral() {
    const HeadShape shape{6, 3, 2, 8, 16};
    const Pattern pattern = fakePattern(shape, {4}, 8);
    for (const int64_t tokens : {400, 600, 1000}) {
      for (const Pattern* p : {&pattern, static_cast<const Pattern*>(nullptr)}) {
        const Outcome o = runSpec("eplb(ratio=.35)+duo(ratio=.15,sink=4,recent=32)", shape, tokens, p);
        const auto n = int64_t(double(tokens) * (1 - .35)), want = int64_t(double(shape.heads() * n) * (1 - .15));
        QCOMPARE(o.kept, want);
        QCOMPARE(o.predicted, want);
        const Outcome before = runSpec("eplb(ratio=.35)", shape, tokens, p);
        int streaming = 0, longer = 0;
        for (size_t l = 0; l < o.layers.size(); ++l) {
          QVERIFY(o.layers[l].hasExperts);
          for (size_t h = 0; h < o.layers[l].heads.size(); ++h) {
            const HeadKeep& head = o.layers[l].heads[h];
            const auto& all = before.layers[l].heads[h].positions;
            if (head.kind != HeadKind::Streaming) {
              QCOMPARE(head.positions, all);
              continue;
            }
            QVERIFY(head.ring && head.sink == 4);
            QCOMPARE(int64_t(head.positions.size()), head.sink + head.recent);
            (head.recent == 32 ? streaming : longer)++;
            QVERIFY(std::equal(head.positions.begin(), head.positions.begin() + 4, all.begin()));
            QVERIFY(std::equal(head.positions.begin() + 4, head.positions.end(), all.end() - head.recent));
          }
        }
        QVERIFY(streaming > 0 && longer <= 1);
      }
    }
    QCOMPARE(runSpec("eplb(ratio=.35)+duo(ratio=.15,sink=4,recent=32)", shape, 1000).kept, int64_t{18 * 1000 * 5525 / 10000});
    QVERIFY(failureOf([&] { (void)runSpec("eplb(ratio=.35)+duo(ratio=.95)", shape, 1000); }).find("largest possible ratio") != std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestPressSequences)
#include "tst_press_sequences.moc"
