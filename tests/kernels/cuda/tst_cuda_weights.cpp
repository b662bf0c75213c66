// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Weights in planes, the cut of ragged heads into work items, and the rule of a head's slots.
#include <QTest>
#include <algorithm>
#include <deque>

#include "kernels/cuda/prefill_kernels.h"
#include "tests/kernels/cuda/decode_test.h"

using namespace presslab;
using namespace presslab::cuda;

namespace {

/// Where a plane's bytes come from: [at, at + bytes) of each block, as packed_weights.h describes them.
struct Plane {
  int at, bytes;
};
std::vector<Plane> planesOf(Quant q) {
  switch (q) {
    case Quant::F32:
      return {{0, 4}};
    case Quant::F16:
    case Quant::BF16:
      return {{0, 2}};
    case Quant::Q4_0:
      return {{2, 16}, {0, 2}};
    case Quant::Q4_1:
      return {{4, 16}, {0, 4}};
    case Quant::Q8_0:
      return {{2, 32}, {0, 2}};
    case Quant::Q4_K:
      return {{16, 128}, {0, 16}};
    case Quant::Q6_K:
      return {{0, 128}, {128, 64}, {192, 16}, {208, 2}};
    default:
      return {};
  }
}

void addTypes() {
  QTest::addColumn<int>("form");
  for (size_t i = 0; i < blockForms().size(); ++i) QTest::newRow(blockForms()[i].name) << int(i);
}

std::vector<HeadState> headsOf(const std::vector<int>& lengths) {
  std::vector<HeadState> heads(lengths.size());
  for (size_t h = 0; h < lengths.size(); ++h) heads[h].length = lengths[h];
  return heads;
}

/// Every slot stands in one item, items ascend, and a smaller chunk would make too many.
void checkCut(const std::vector<int>& lengths, int items) {
  const std::vector<HeadState> heads = headsOf(lengths);
  const int count = int(heads.size()), chunk = chunkFor(heads.data(), count, items);
  QVERIFY(chunk >= kChunkStep && chunk % kChunkStep == 0);
  std::vector<std::vector<int>> seen;
  for (const int n : lengths) seen.emplace_back(size_t(n), 0);
  int used = 0;
  for (int i = 0; i < items; ++i) {
    const WorkItem item = itemAt(heads.data(), count, chunk, i);
    if (item.count == 0) continue;
    QCOMPARE(used, i);  // no gap among them
    ++used;
    QVERIFY(item.head >= 0 && item.head < count && item.count <= chunk);
    for (int s = item.first; s < item.first + item.count; ++s) ++seen[size_t(item.head)].at(size_t(s));
  }
  for (const auto& head : seen) QVERIFY(std::all_of(head.begin(), head.end(), [](int n) { return n == 1; }));
  for (int i = items; i < items + 3; ++i) QCOMPARE(itemAt(heads.data(), count, chunk, i).count, 0);
  if (chunk == kChunkStep) return;
  int smaller = 0;
  for (const int n : lengths) smaller += itemsOf(n, chunk - kChunkStep);
  QVERIFY(smaller > items);
}

}  // namespace

class TestCudaWeights : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void planes_data() { addTypes(); }
  /// The planes hold the file's bytes, block by block, and stand where a device can read them in whole words.
  void planes() {
    QFETCH(int, form);
    const BlockForm& f = blockForms()[size_t(form)];
    const std::vector<Plane> planes = planesOf(f.type);
    if (planes.empty()) return;  // becomes half precision: values() covers it
    for (const int rows : {1, 3, 7}) {
      const int cols = f.values * 5;
      const std::vector<std::byte> encoded = encodedValues(f.type, int64_t{rows} * cols, 3);
      const PackedWeights p = packForDevice(f.type, encoded.data(), rows, cols, false);
      QCOMPARE(p.rows, rows);
      QCOMPARE(p.cols, cols);
      std::vector<std::byte> again(encoded.size(), std::byte{0xee});
      for (size_t i = 0; i < planes.size(); ++i) {
        QCOMPARE(p.offset[i] % 256, 0);
        const std::byte* plane = static_cast<const std::byte*>(p.at(p.data.data()).plane[i]);
        QCOMPARE(plane - p.data.data(), p.offset[i]);
        for (int b = 0; b < rows * 5; ++b) {
          QVERIFY(p.offset[i] + (b + 1) * planes[i].bytes <= int64_t(p.data.size()));
          std::memcpy(again.data() + b * f.bytes + planes[i].at, plane + b * planes[i].bytes, size_t(planes[i].bytes));
        }
      }
      QVERIFY(again == encoded);
      for (size_t i = planes.size(); i < 4; ++i) QVERIFY(p.at(p.data.data()).plane[i] == nullptr);
    }
  }

  void values_data() { addTypes(); }
  /// A device reads the values that the CPU reads, bit for bit; what has no kernel is float32 in `exact`, else half precision.
  void values() {
    QFETCH(int, form);
    const BlockForm& f = blockForms()[size_t(form)];
    for (const bool exact : {true, false}) {
      for (const int rows : {1, 3, 9}) {
        const int cols = f.values == 1 ? 37 : f.values * 3;
        TestMatrix m(f.type, rows, cols, exact, uint32_t(rows));
        const bool kept = !planesOf(f.type).empty();
        if (!kept) QVERIFY(m.matrix.type == (exact ? Type::F32 : Type::F16));
        for (int first = 0; first < rows; first += 2) {
          std::vector<float> out(size_t(rows - first) * size_t(cols), NAN);
          dequantise(m.matrix, first, rows - first, Type::F32, out.data(), nullptr);
          QVERIFY(std::memcmp(out.data(), m.values.data() + size_t(first) * size_t(cols), out.size() * sizeof(float)) == 0);
        }
      }
    }
  }

  void cutOfLengths_data() {
    QTest::addColumn<QList<int>>("lengths");
    QTest::addColumn<int>("items");
    QTest::newRow("one token") << QList<int>{1} << 1;
    QTest::newRow("one head, one item") << QList<int>{4097} << 1;
    QTest::newRow("as many items as heads") << QList<int>{33, 1, 900, 32, 31} << 5;
    QTest::newRow("more items than slots") << QList<int>{3, 2} << 264;
    QTest::newRow("empty heads") << QList<int>{0, 70, 0} << 3;
    QTest::newRow("all empty") << QList<int>{0, 0} << 2;
    QTest::newRow("long and short") << QList<int>{8192, 40, 40, 40} << 264;
  }
  void cutOfLengths() {
    QFETCH(QList<int>, lengths);
    QFETCH(int, items);
    checkCut({lengths.begin(), lengths.end()}, items);
  }

  void cutOfRandomLengths() {
    std::mt19937 engine(11);
    for (int round = 0; round < 300; ++round) {
      std::vector<int> lengths(1 + engine() % 40);
      const unsigned most = 1 + (engine() % 3 == 0 ? 40 : 3000);
      for (int& n : lengths) n = int(engine() % most);
      checkCut(lengths, int(lengths.size()) + int(engine() % 300));
      if (QTest::currentTestFailed()) return;
    }
  }

  void slotsOfTokens_data() {
    QTest::addColumn<int>("sink");
    QTest::addColumn<int>("ringRows");
    QTest::addColumn<int>("before");
    QTest::newRow("no ring") << 0 << 0 << 5;
    QTest::newRow("ring that fills up") << 4 << 12 << 2;
    QTest::newRow("ring that is full") << 4 << 12 << 12;
    QTest::newRow("without sinks") << 0 << 7 << 7;
    QTest::newRow("one recent row") << 3 << 4 << 4;
  }
  /// Many tokens through advance(): a head without a ring keeps all; a ring its first ones and the latest, each in a slot of its own.
  void slotsOfTokens() {
    QFETCH(int, sink);
    QFETCH(int, ringRows);
    QFETCH(int, before);
    HeadState head;
    head.length = before;
    head.capacity = 200;
    head.ring = ringRows > 0;
    head.sink = sink;
    head.ringRows = ringRows;
    head.next = sink;
    std::vector<int> held(200, -1);
    std::deque<int> all;
    for (int t = 0; t < before; ++t) held[size_t(t)] = t, all.push_back(t);
    for (int t = before; t < 100; ++t) {
      advance(head);
      QVERIFY(head.slot >= 0 && head.slot < head.length && head.length <= head.capacity);
      held[size_t(head.slot)] = t;
      all.push_back(t);
      std::vector<int> want(all.begin(), all.end());
      if (ringRows > 0 && int(want.size()) > ringRows) want.erase(want.begin() + sink, want.end() - (ringRows - sink));
      std::vector<int> got(held.begin(), held.begin() + head.length);
      std::sort(got.begin(), got.end());
      QVERIFY(got == want);
    }
  }
};

QTEST_APPLESS_MAIN(TestCudaWeights)
#include "tst_cuda_weights.moc"
