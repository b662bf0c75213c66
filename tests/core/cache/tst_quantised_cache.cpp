// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Caches whose older rows are quantised blocks: what stands where, true bytes, growth while decoding, rings, copies.
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "core/api/error.h"
#include "core/cache/ragged_cache.h"

using namespace presslab;
using kernels::KvForm;

namespace {

constexpr int kLayers = 3, kHeads = 2, kDim = 64;
constexpr int64_t kBlock = kernels::kKvBlock;

/// Smooth in the position, so that a row in the wrong place is seen through the rounding of 8 bits.
float cell(int layer, int head, int32_t position, bool value, int i) {
  return std::sin(.37f * float(position) + float(i) * (value ? .11f : .07f) + float(layer * 5 + head * 2)) * 3;
}

void writeRow(RaggedCache& c, int layer, int head, int64_t slot, int32_t position) {
  for (int i = 0; i < kDim; ++i) {
    reinterpret_cast<float*>(c.kRow(layer, head, slot))[i] = cell(layer, head, position, false, i);
    reinterpret_cast<float*>(c.vRow(layer, head, slot))[i] = cell(layer, head, position, true, i);
  }
}

LayerKeep everySecond(int64_t tokens, KvForm form, int64_t residual) {
  LayerKeep keep;
  keep.heads.resize(kHeads);
  for (int h = 0; h < kHeads; ++h)
    for (int32_t p = h; p < tokens; p += 2) keep.heads[size_t(h)].positions.push_back(p);
  keep.quant = {form, residual};
  return keep;
}

RaggedCache filled(int64_t tokens, const LayerKeep& keep) {
  RaggedCache c(kLayers, kHeads, kDim, kernels::Elem::F32);
  for (int l = 0; l < kLayers; ++l) {
    c.beginLayer(l, tokens);
    for (int h = 0; h < kHeads; ++h)
      for (int64_t t = 0; t < tokens; ++t) writeRow(c, l, h, t, int32_t(t));
    c.keep(l, keep);
  }
  return c;
}

/// Largest distance of any number that a head holds from what its position should have.
double worst(const RaggedCache& c, int layer, int head) {
  const kernels::KvHeadView view = c.view(layer, head);
  const auto slots = c.slots(layer, head);
  double far = view.length == int64_t(slots.size()) ? 0 : INFINITY;
  std::vector<float> rows(size_t(kBlock * kDim));
  for (const bool values : {false, true}) {
    const auto* blocks = static_cast<const std::byte*>(values ? view.vBlocks : view.kBlocks);
    const auto* plain = static_cast<const float*>(values ? view.v : view.k);
    for (int64_t s = 0; s < view.length; ++s) {
      const float* row = nullptr;
      if (s < view.blockRows) {
        if (s % kBlock == 0)
          kernels::dequantiseKvBlock(view.form, values, blocks + s / kBlock * kernels::kvBlockBytes(view.form, kDim), kDim, rows.data());
        row = rows.data() + s % kBlock * kDim;
      } else {
        row = plain + (s - view.blockRows) * kDim;
      }
      for (int i = 0; i < kDim; ++i) far = std::max(far, std::abs(double(row[i]) - double(cell(layer, head, slots[size_t(s)], values, i))));
    }
  }
  return far;
}

double allowed(KvForm form) { return form == KvForm::Q8_0 ? .03 : form == KvForm::Kivi2 ? 1.1 : .42; }

}  // namespace

class TestQuantisedCache : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void olderRowsAreBlocks_data() {
    QTest::addColumn<int>("form");
    QTest::addColumn<int>("residual");
    for (const KvForm form : {KvForm::Q8_0, KvForm::Q4_0, KvForm::Kivi4, KvForm::Kivi2})
      for (const int residual : {0, 1, 40, 128, 5000}) QTest::addRow("form %d residual %d", int(form), residual) << int(form) << residual;
  }

  void olderRowsAreBlocks() {
    QFETCH(int, form);
    QFETCH(int, residual);
    const int64_t tokens = 401;
    const RaggedCache c = filled(tokens, everySecond(tokens, KvForm(form), residual));
    int64_t used = 0;
    for (int l = 0; l < kLayers; ++l)
      for (int h = 0; h < kHeads; ++h) {
        const int64_t n = c.length(l, h), blocks = std::max<int64_t>(n - residual, 0) / kBlock;
        QCOMPARE(n, int64_t(h == 0 ? 201 : 200));
        QCOMPARE(c.view(l, h).blockRows, blocks * kBlock);
        const int64_t bytes = 2 * blocks * kernels::kvBlockBytes(KvForm(form), kDim) + 2 * (n - blocks * kBlock) * kDim * 4;
        QCOMPARE(c.headBytes(l, h), bytes);
        used += bytes;
        QVERIFY(worst(c, l, h) < (blocks ? allowed(KvForm(form)) : 1e-9));
        QCOMPARE(c.positions(l, h).size(), size_t(n));
      }
    QCOMPARE(c.usedBytes(), used);
    QCOMPARE(c.reservedBytes(), int64_t(0));
    QVERIFY(c.heldBytes() >= used && c.heldBytes() < used + 2 * PageArena::pageSize());
  }

  void decodingFillsBlocks() {
    for (const KvForm form : {KvForm::Kivi4, KvForm::Q8_0}) {
      for (const bool reserved : {true, false}) {
        for (const int64_t residual : {0, 33}) {
          const int64_t tokens = 150;
          RaggedCache c = filled(tokens, everySecond(tokens, form, residual));
          if (reserved) c.reserve(500);
          const int64_t room = c.heldBytes() + c.reservedBytes();
          for (int32_t p = int32_t(tokens); p < tokens + 500; ++p)
            for (int l = 0; l < kLayers; ++l)
              for (int h = 0; h < kHeads; ++h) {
                writeRow(c, l, h, c.append(l, h, p), p);
                const kernels::KvHeadView view = c.view(l, h);
                QVERIFY(view.length - view.blockRows <= residual + kBlock);
              }
          if (reserved) QCOMPARE(c.heldBytes() + c.reservedBytes(), room);  // nothing had to grow
          for (int l = 0; l < kLayers; ++l)
            for (int h = 0; h < kHeads; ++h) {
              QCOMPARE(c.length(l, h), int64_t(575));
              QVERIFY(worst(c, l, h) < allowed(form));
            }
          const RaggedCache copy = c.clone();
          QCOMPARE(copy.usedBytes(), c.usedBytes());
          for (int l = 0; l < kLayers; ++l)
            for (int h = 0; h < kHeads; ++h) {
              QVERIFY(worst(copy, l, h) < allowed(form));
              QCOMPARE(copy.positions(l, h), c.positions(l, h));
            }
        }
      }
    }
  }

  /// A replay cuts the last layer first.
  void layersInAnyOrder() {
    const LayerKeep keep = everySecond(301, KvForm::Q8_0, 20);
    RaggedCache c(kLayers, kHeads, kDim, kernels::Elem::F32);
    for (int l = 0; l < kLayers; ++l) {
      c.beginLayer(l, 301);
      for (int h = 0; h < kHeads; ++h)
        for (int64_t t = 0; t < 301; ++t) writeRow(c, l, h, t, int32_t(t));
    }
    for (int l = kLayers; l-- > 0;) c.keep(l, keep);
    const RaggedCache expected = filled(301, keep);
    QCOMPARE(c.usedBytes(), expected.usedBytes());
    for (int l = 0; l < kLayers; ++l)
      for (int h = 0; h < kHeads; ++h) QVERIFY(worst(c, l, h) < allowed(KvForm::Q8_0));
  }

  void slotsAreCut() {
    RaggedCache c = filled(300, everySecond(300, KvForm::None, 0));
    c.reserve(50);
    std::vector<std::vector<int32_t>> slots(kLayers * kHeads);
    for (size_t i = 1; i < slots.size(); ++i)
      for (int32_t s = int32_t(i); s < 150; s += 3) slots[i].push_back(s);  // head 0 of layer 0 stays whole
    c.keepSlots(slots);
    int64_t rows = 0;
    for (int l = 0; l < kLayers; ++l)
      for (int h = 0; h < kHeads; ++h) {
        const size_t i = size_t(l * kHeads + h);
        QCOMPARE(c.length(l, h), i == 0 ? int64_t(150) : int64_t(slots[i].size()));
        if (i) QCOMPARE(c.slots(l, h)[1], 2 * slots[i][1] + h);
        QVERIFY(worst(c, l, h) < 1e-9);
        rows += c.length(l, h);
      }
    QCOMPARE(c.usedBytes(), rows * kDim * 2 * 4);
    QCOMPARE(c.reservedBytes(), int64_t(0));
    QVERIFY(c.heldBytes() < c.usedBytes() + PageArena::pageSize());
    c.reserve(10);
    for (int l = 0; l < kLayers; ++l)
      for (int h = 0; h < kHeads; ++h) writeRow(c, l, h, c.append(l, h, 400), 400);
    for (int l = 0; l < kLayers; ++l)
      for (int h = 0; h < kHeads; ++h) QVERIFY(worst(c, l, h) < 1e-9);
    slots.assign(slots.size(), {});
    slots[2] = {5, 5};
    QVERIFY_THROWS_EXCEPTION(Failure, c.keepSlots(slots));
    slots[2] = {1000};
    QVERIFY_THROWS_EXCEPTION(Failure, c.keepSlots(slots));
  }

  void ringsStayRows() {
    LayerKeep keep = everySecond(300, KvForm::Kivi2, 16);
    HeadKeep& ring = keep.heads[1];
    ring.positions.clear();
    for (int32_t p = 0; p < 4; ++p) ring.positions.push_back(p);
    for (int32_t p = 260; p < 300; ++p) ring.positions.push_back(p);
    ring.ring = true;
    ring.sink = 4;
    ring.recent = 40;
    RaggedCache c = filled(300, keep);
    c.reserve(100);
    for (int32_t p = 300; p < 400; ++p)
      for (int l = 0; l < kLayers; ++l)
        for (int h = 0; h < kHeads; ++h) writeRow(c, l, h, c.append(l, h, p), p);
    for (int l = 0; l < kLayers; ++l) {
      QCOMPARE(c.view(l, 1).blockRows, int64_t(0));
      QCOMPARE(c.length(l, 1), int64_t(44));
      QVERIFY(worst(c, l, 1) < 1e-9);
      QVERIFY(c.view(l, 0).blockRows > 0);
    }
  }

  void whatCannotBeQuantisedIsRefused() {
    RaggedCache odd(1, 1, 48, kernels::Elem::F32);
    odd.beginLayer(0, 64);
    LayerKeep keep;
    keep.heads.resize(1);
    for (int32_t p = 0; p < 64; ++p) keep.heads[0].positions.push_back(p);
    keep.quant = {KvForm::Kivi4, 0};
    QVERIFY_THROWS_EXCEPTION(Failure, odd.keep(0, keep));
    RaggedCache two(2, 1, 64, kernels::Elem::F32);
    two.beginLayer(0, 64);
    two.keep(0, keep);
    two.beginLayer(1, 64);
    keep.quant.form = KvForm::Q8_0;
    QVERIFY_THROWS_EXCEPTION(Failure, two.keep(1, keep));
  }
};

QTEST_GUILESS_MAIN(TestQuantisedCache)
#include "tst_quantised_cache.moc"
