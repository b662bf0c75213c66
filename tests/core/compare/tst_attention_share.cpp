// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <numeric>

#include "core/compare/attention_share.h"

using namespace presslab;

namespace {

constexpr HeadShape kShape{1, 2, 2, 4, 8};  // one layer, two KV heads, two query heads each

HeadKeep keepOf(std::vector<int32_t> positions) {
  HeadKeep keep;
  keep.positions = std::move(positions);
  return keep;
}

HeadKeep ringOf(std::vector<int32_t> positions, int64_t sink, int64_t recent) {
  HeadKeep keep = keepOf(std::move(positions));
  keep.ring = true;
  keep.sink = sink;
  keep.recent = recent;
  return keep;
}

/// Equal attention on positions 0..n-1, for every query head.
void addEqual(AttentionShare& share, int n) {
  const std::vector<float> probs(size_t(n), 1.0f / float(n));
  std::vector<int32_t> positions(static_cast<size_t>(n));
  std::iota(positions.begin(), positions.end(), 0);
  for (int qh = 0; qh < 4; ++qh) share.add(0, qh, probs, positions);
}

}  // namespace

class TestAttentionShare : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everythingHeldIsExactlyOne();
  void keptTokensAndNewOnesCount();
  void ringsSlide();
  void ringThatIsNotFullGrowsFirst();
  void sharesAreOfTheMass();
};

void TestAttentionShare::everythingHeldIsExactlyOne() {
  LayerKeep layer;
  layer.heads = {keepOf({0, 1, 2, 3, 4, 5}), keepOf({0, 1, 2, 3, 4, 5})};
  AttentionShare share(kShape, std::span(&layer, 1), 6, 9);
  QCOMPARE(share.total(), -1.0);  // nothing was measured yet
  for (int p = 6; p < 9; ++p) {
    share.enter(p);
    addEqual(share, p + 1);
  }
  QVERIFY(share.total() == 1 && share.head(0, 0) == 1 && share.head(0, 1) == 1);
}

void TestAttentionShare::keptTokensAndNewOnesCount() {
  LayerKeep layer;
  layer.heads = {keepOf({0, 3}), keepOf({})};
  AttentionShare share(kShape, std::span(&layer, 1), 6, 8);
  share.enter(6);
  share.enter(7);
  addEqual(share, 8);
  QVERIFY(std::abs(share.head(0, 0) - 4.0 / 8) < 1e-6);  // 0, 3, 6, 7
  QVERIFY(std::abs(share.head(0, 1) - 2.0 / 8) < 1e-6);
  QVERIFY(std::abs(share.total() - 3.0 / 8) < 1e-6);
}

void TestAttentionShare::ringsSlide() {
  LayerKeep layer;
  layer.heads = {ringOf({0, 4, 5}, 1, 2), keepOf({0, 1, 2, 3, 4, 5})};
  AttentionShare share(kShape, std::span(&layer, 1), 6, 9);
  const auto mass = [&](int position) {
    AttentionShare probe = share;  // what one token's attention would count
    const float one = 1;
    const double before = probe.head(0, 0);
    Q_UNUSED(before)
    probe.add(0, 0, std::span(&one, 1), std::span(&position, 1));
    return probe.head(0, 0);
  };
  QCOMPARE(mass(4), 1.0);
  share.enter(6);  // 4 leaves
  QCOMPARE(mass(4), 0.0);
  QCOMPARE(mass(5), 1.0);
  QCOMPARE(mass(6), 1.0);
  QCOMPARE(mass(0), 1.0);  // the sink stays
  share.enter(7);
  share.enter(8);
  QCOMPARE(mass(6), 0.0);
  QCOMPARE(mass(7), 1.0);
  QCOMPARE(mass(8), 1.0);
  QCOMPARE(mass(0), 1.0);
  QCOMPARE(mass(1), 0.0);
}

void TestAttentionShare::ringThatIsNotFullGrowsFirst() {
  LayerKeep layer;
  layer.heads = {ringOf({0, 1, 2}, 2, 3), ringOf({0}, 2, 1)};
  AttentionShare share(kShape, std::span(&layer, 1), 3, 8);
  for (int p = 3; p < 6; ++p) share.enter(p);
  addEqual(share, 6);
  // Head 0: sink 0 1, ring 3 4 5. Head 1: the sink takes 0 and 3, the ring 5.
  QVERIFY(std::abs(share.head(0, 0) - 5.0 / 6) < 1e-6);
  QVERIFY(std::abs(share.head(0, 1) - 3.0 / 6) < 1e-6);
}

void TestAttentionShare::sharesAreOfTheMass() {
  LayerKeep layer;
  layer.heads = {keepOf({1}), keepOf({0})};
  AttentionShare share(kShape, std::span(&layer, 1), 2, 2);
  const std::vector<float> probs{.25f, .75f};
  const std::vector<int32_t> positions{0, 1};
  for (int qh = 0; qh < 4; ++qh) share.add(0, qh, probs, positions);
  QCOMPARE(share.head(0, 0), .75);
  QCOMPARE(share.head(0, 1), .25);
  QCOMPARE(share.total(), .5);
}

QTEST_APPLESS_MAIN(TestAttentionShare)
#include "tst_attention_share.moc"
