// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <random>

#include "core/tokenizer/bpe.h"

using namespace presslab;

namespace {

/// Random merges over a small alphabet; monotone ones build each part before its use.
MergeTable randomTable(std::mt19937& rng, bool monotone) {
  MergeTable t;
  int32_t next = 4;
  for (int i = 0; i < 30; ++i) {
    const int32_t l = int32_t(rng() % uint32_t(next)), r = int32_t(rng() % uint32_t(next));
    if (t.add(l, r, next)) ++next;
  }
  if (!monotone) t.add(0, 0, 4);  // token 4 again, after merges that use it, when its first pair was another one
  t.finish();
  return t;
}

}  // namespace

class TestBpe : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void lowestRankThenLeftmost() {
    MergeTable t;
    t.add(1, 2, 10);  // bc
    t.add(0, 1, 11);  // ab
    t.add(0, 0, 12);  // aa
    t.finish();
    std::vector<int32_t> s = {0, 1, 2};
    t.merge(s);
    QCOMPARE(s, (std::vector<int32_t>{0, 10}));
    s = {0, 0, 0};
    t.merge(s);
    QCOMPARE(s, (std::vector<int32_t>{12, 0}));
  }

  void firstOfEqualPairsKeepsItsRank() {
    MergeTable t;
    QVERIFY(t.add(0, 1, 5));
    QVERIFY(!t.add(0, 1, 6));
    QCOMPARE(t.size(), size_t(1));
    QCOMPARE(t.rank(0, 1), 0u);
    QCOMPARE(t.rank(1, 0), MergeTable::kNone);
  }

  void theThreeWaysAgree() {
    std::mt19937 rng(11);
    int byRank = 0, notMonotone = 0;
    for (int round = 0; round < 300; ++round) {
      const MergeTable t = randomTable(rng, round % 2 == 0);
      std::vector<int32_t> text(1 + rng() % 200);
      for (int32_t& s : text) s = int32_t(rng() % (round % 3 ? 4 : 1));
      std::vector<int32_t> scan = text, heap = text, any = text;
      t.mergeByScan(scan);
      t.mergeByHeap(heap);
      t.merge(any);
      QCOMPARE(heap, scan);
      QCOMPARE(any, scan);
      if (!t.monotone()) {
        ++notMonotone;
        continue;
      }
      ++byRank;
      std::vector<int32_t> ranked = text;
      t.mergeByRank(ranked);
      QCOMPARE(ranked, scan);
    }
    QVERIFY(byRank > 100);
    QVERIFY(notMonotone > 20);
  }

  void anOutOfOrderMergeIsSeen() {
    MergeTable t;
    t.add(4, 1, 5);  // uses token 4 before it is made
    t.add(0, 0, 4);
    t.finish();
    QVERIFY(!t.monotone());
    std::vector<int32_t> s(40000, 0);
    s.push_back(1);
    std::vector<int32_t> scan = {0, 0, 0, 1};
    t.mergeByScan(scan);
    QCOMPARE(scan, (std::vector<int32_t>{4, 0, 1}));
    t.merge(s);
    QCOMPARE(s.size(), size_t(20000));
    QCOMPARE(s[19999], 5);
  }

  /// Ten million symbols in one piece; a quadratic merge would need 10^13 steps and run into the test's time limit.
  void tenMillionSymbolsInOnePiece() {
    MergeTable t;
    for (int32_t k = 0; k < 8; ++k) t.add(k, k, k + 1);
    t.finish();
    std::vector<int32_t> s(10000000, 0);
    t.merge(s);
    QCOMPARE(s.size(), size_t(10000000 / 256) + 1);  // 39,062 of 256, and 128
    QCOMPARE(s.front(), 8);
    QCOMPARE(s.back(), 7);
  }
};

QTEST_APPLESS_MAIN(TestBpe)
#include "tst_bpe.moc"
