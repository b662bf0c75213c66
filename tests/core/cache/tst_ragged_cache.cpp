// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <QtTest>
#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>
#include <random>

#include "core/api/error.h"
#include "core/cache/ragged_cache.h"

using namespace presslab;

namespace {

int64_t residentBytes() {
  std::ifstream statm("/proc/self/statm");
  int64_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

/// The content that a row should have: different for every layer, head, position, K or V and element.
float cell(int layer, int head, int32_t position, bool value, int i) {
  return float(layer * 7 + head * 3 + (value ? 100000 : 0) + position * 16 + i);
}

void writeRow(RaggedCache& c, int layer, int head, int64_t slot, int32_t position) {
  for (int i = 0; i < c.headDim(); ++i) {
    reinterpret_cast<float*>(c.kRow(layer, head, slot))[i] = cell(layer, head, position, false, i);
    reinterpret_cast<float*>(c.vRow(layer, head, slot))[i] = cell(layer, head, position, true, i);
  }
}

void fillLayer(RaggedCache& c, int layer, int heads, int64_t tokens) {
  c.beginLayer(layer, tokens);
  for (int h = 0; h < heads; ++h)
    for (int64_t t = 0; t < tokens; ++t) writeRow(c, layer, h, t, int32_t(t));
}

/// Every slot holds the row of its position.
bool intact(const RaggedCache& c, int layer, int head) {
  const kernels::KvHeadView view = c.view(layer, head);
  const auto slots = c.slots(layer, head);
  if (view.length != int64_t(slots.size())) return false;
  for (size_t s = 0; s < slots.size(); ++s)
    for (int i = 0; i < c.headDim(); ++i) {
      const size_t at = s * size_t(c.headDim()) + size_t(i);
      if (static_cast<const float*>(view.k)[at] != cell(layer, head, slots[s], false, i)) return false;
      if (static_cast<const float*>(view.v)[at] != cell(layer, head, slots[s], true, i)) return false;
    }
  return true;
}

std::vector<int32_t> randomSubset(std::mt19937& rng, int32_t tokens, size_t count) {
  std::vector<int32_t> all(static_cast<size_t>(tokens));
  for (int32_t i = 0; i < tokens; ++i) all[size_t(i)] = i;
  std::shuffle(all.begin(), all.end(), rng);
  all.resize(count);
  std::sort(all.begin(), all.end());
  return all;
}

/// What a head should hold, as a plain list: the oldest recent one leaves a full ring.
struct Model {
  std::vector<int32_t> held;  // in the order of arrival
  bool ring = false;
  size_t sink = 0, recent = 0;
  void append(int32_t p) {
    held.push_back(p);
    if (ring && held.size() > sink + std::max<size_t>(recent, 1)) held.erase(held.begin() + std::ptrdiff_t(sink));
  }
};

}  // namespace

class TestRaggedCache : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void agreesWithAPlainList();
  void reserveMovesNothingOut();
  void appendsWithoutMovingInsideTheReserve();
  void bytesStayNearTheRows();
  void residentMemoryFalls();
  void peakIsResultAndOneLayer();
  void cloneIsIndependent();
  void keepAfterTheWholeCacheStands();
  void refusesWrongPositions();
  void reportsARefusedMapping();
};

void TestRaggedCache::agreesWithAPlainList() {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 rng(seed);
    const int layers = 1 + int(rng() % 4), heads = 1 + int(rng() % 4);
    const int32_t tokens = 1 + int32_t(rng() % 70);
    RaggedCache cache(layers, heads, 4, kernels::Elem::F32);
    std::map<std::pair<int, int>, Model> models;
    for (int l = 0; l < layers; ++l) {
      fillLayer(cache, l, heads, tokens);
      LayerKeep keep;
      for (int h = 0; h < heads; ++h) {
        HeadKeep k;
        Model m;
        k.ring = m.ring = rng() % 2;
        if (k.ring) {
          k.sink = rng() % 5;
          k.recent = rng() % 9;
          for (int32_t t = 0; t < tokens; ++t)
            if (t < k.sink || t >= tokens - k.recent) k.positions.push_back(t);
          m.sink = size_t(k.sink);
          m.recent = size_t(k.recent);
        } else {
          k.positions = randomSubset(rng, tokens, rng() % (size_t(tokens) + 1));
        }
        m.held = k.positions;
        models[{l, h}] = m;
        keep.heads.push_back(k);
      }
      cache.keep(l, keep);
    }
    if (rng() % 2) cache.reserve(int64_t(rng() % 40));
    for (int32_t step = 0; step < 30; ++step) {
      if (rng() % 8 == 0) cache.reserve(int64_t(rng() % 20));
      for (int l = 0; l < layers; ++l)
        for (int h = 0; h < heads; ++h) {
          const int64_t slot = cache.append(l, h, tokens + step);
          writeRow(cache, l, h, slot, tokens + step);
          models[{l, h}].append(tokens + step);
        }
      int64_t rows = 0;
      for (const auto& [key, model] : models) {
        std::vector<int32_t> expected = model.held;
        std::sort(expected.begin(), expected.end());
        QCOMPARE(cache.positions(key.first, key.second), expected);
        QVERIFY2(intact(cache, key.first, key.second), qPrintable(QStringLiteral("seed %1, step %2").arg(seed).arg(step)));
        rows += int64_t(expected.size());
      }
      QCOMPARE(cache.usedBytes(), rows * 2 * 4 * 4);
    }
  }
}

void TestRaggedCache::reserveMovesNothingOut() {
  RaggedCache cache(2, 2, 8, kernels::Elem::F32);
  for (int l = 0; l < 2; ++l) fillLayer(cache, l, 2, 33);
  const int64_t used = cache.usedBytes();
  cache.reserve(10);
  QCOMPARE(cache.usedBytes(), used);
  QCOMPARE(cache.reservedBytes(), int64_t{4} * 10 * 2 * 8 * 4);
  QVERIFY(cache.heldBytes() - used < PageArena::pageSize());
  for (int l = 0; l < 2; ++l)
    for (int h = 0; h < 2; ++h) QVERIFY(intact(cache, l, h));
}

void TestRaggedCache::appendsWithoutMovingInsideTheReserve() {
  RaggedCache cache(1, 2, 8, kernels::Elem::F32);
  fillLayer(cache, 0, 2, 5);
  cache.reserve(50);
  const std::byte* k = cache.kRow(0, 1, 0);
  const int64_t index = cache.indexBytes();
  for (int32_t i = 0; i < 50; ++i)
    for (int h = 0; h < 2; ++h) QCOMPARE(cache.append(0, h, 5 + i), int64_t{5} + i);
  QCOMPARE(cache.kRow(0, 1, 0), k);
  QCOMPARE(cache.indexBytes(), index);  // the position lists have their room too
  QCOMPARE(cache.reservedBytes(), int64_t{0});
}

void TestRaggedCache::bytesStayNearTheRows() {
  // The smallest case that the program promises: 600 tokens, 90 heads, half kept.
  RaggedCache cache(30, 3, 64, kernels::Elem::F16);
  std::mt19937 rng(3);
  for (int l = 0; l < 30; ++l) {
    cache.beginLayer(l, 600);
    LayerKeep keep;
    for (int h = 0; h < 3; ++h) keep.heads.push_back({randomSubset(rng, 600, 200 + 100 * size_t(h)), HeadKind::Routed, false, 0, 0});
    cache.keep(l, keep);
  }
  QCOMPARE(cache.usedBytes(), int64_t{30} * 900 * 2 * 64 * 2);
  QVERIFY(cache.heldBytes() >= cache.usedBytes());
  QVERIFY(double(cache.heldBytes()) <= 1.05 * double(cache.usedBytes()));
}

void TestRaggedCache::residentMemoryFalls() {
  const int layers = 16, heads = 4;
  const int64_t tokens = 4096;
  RaggedCache cache(layers, heads, 64, kernels::Elem::F32);
  std::mt19937 rng(5);
  for (int l = 0; l < layers; ++l) fillLayer(cache, l, heads, tokens);
  const int64_t held = cache.heldBytes(), resident = residentBytes();
  QVERIFY(held >= int64_t{128} << 20);
  for (int l = 0; l < layers; ++l) {
    LayerKeep keep;
    for (int h = 0; h < heads; ++h) keep.heads.push_back({randomSubset(rng, int32_t(tokens), size_t(tokens) / 4), HeadKind::Routed, false, 0, 0});
    cache.keep(l, keep);
  }
  const int64_t freed = held - cache.heldBytes(), fell = resident - residentBytes();
  QCOMPARE(freed, held / 4 * 3);
  QVERIFY2(double(fell) >= 0.9 * double(freed), qPrintable(QStringLiteral("fell %1 of %2").arg(fell).arg(freed)));
  for (int l = 0; l < layers; ++l)
    for (int h = 0; h < heads; ++h) QVERIFY(intact(cache, l, h));
}

void TestRaggedCache::peakIsResultAndOneLayer() {
  RaggedCache cache(8, 2, 16, kernels::Elem::F32);
  const int64_t tokens = 1000, layer = tokens * 2 * 2 * 16 * 4;
  std::mt19937 rng(1);
  for (int l = 0; l < 8; ++l) {
    fillLayer(cache, l, 2, tokens);
    LayerKeep keep;
    for (int h = 0; h < 2; ++h) keep.heads.push_back({randomSubset(rng, int32_t(tokens), 300), HeadKind::Routed, false, 0, 0});
    cache.keep(l, keep);
  }
  QVERIFY(cache.peakBytes() >= layer);
  QVERIFY(cache.peakBytes() <= cache.heldBytes() + layer);
  cache.reserve(100);
  QVERIFY(cache.peakBytes() <= cache.heldBytes() + layer);
}

void TestRaggedCache::cloneIsIndependent() {
  RaggedCache cache(2, 2, 8, kernels::Elem::F32);
  for (int l = 0; l < 2; ++l) fillLayer(cache, l, 2, 20);
  cache.reserve(4);
  RaggedCache copy = cache.clone();
  QCOMPARE(copy.heldBytes(), cache.heldBytes());
  QCOMPARE(copy.reservedBytes(), cache.reservedBytes());
  QCOMPARE(copy.indexBytes(), cache.indexBytes());
  writeRow(copy, 1, 1, copy.append(1, 1, 20), 20);
  std::memset(copy.kRow(0, 0, 0), 0xFF, 8 * 4);
  QCOMPARE(cache.length(1, 1), int64_t{20});
  QCOMPARE(copy.length(1, 1), int64_t{21});
  QVERIFY(intact(copy, 1, 1));
  QVERIFY(intact(cache, 0, 0));
  QVERIFY(!intact(copy, 0, 0));
}

void TestRaggedCache::keepAfterTheWholeCacheStands() {
  RaggedCache cache(3, 2, 4, kernels::Elem::F32);
  for (int l = 0; l < 3; ++l) fillLayer(cache, l, 2, 500);
  std::mt19937 rng(2);
  for (const int l : {1, 0, 2}) {
    LayerKeep keep;
    for (int h = 0; h < 2; ++h) keep.heads.push_back({randomSubset(rng, 500, 100 + 50 * size_t(l)), HeadKind::Routed, false, 0, 0});
    cache.keep(l, keep);
    for (int all = 0; all < 3; ++all)
      for (int h = 0; h < 2; ++h) QVERIFY(intact(cache, all, h));
  }
  QVERIFY(cache.heldBytes() - cache.usedBytes() < PageArena::pageSize());
}

void TestRaggedCache::refusesWrongPositions() {
  RaggedCache cache(1, 1, 4, kernels::Elem::F32);
  fillLayer(cache, 0, 1, 10);
  const auto keep = [](std::vector<int32_t> p, bool ring, int64_t sink, int64_t recent) {
    LayerKeep k;
    k.heads.push_back({std::move(p), HeadKind::Streaming, ring, sink, recent});
    return k;
  };
  QVERIFY_THROWS_EXCEPTION(Failure, cache.keep(0, keep({1, 1}, false, 0, 0)));
  QVERIFY_THROWS_EXCEPTION(Failure, cache.keep(0, keep({3, 2}, false, 0, 0)));
  QVERIFY_THROWS_EXCEPTION(Failure, cache.keep(0, keep({0, 10}, false, 0, 0)));
  QVERIFY_THROWS_EXCEPTION(Failure, cache.keep(0, keep({-1}, false, 0, 0)));
  QVERIFY_THROWS_EXCEPTION(Failure, cache.keep(0, keep({0, 7, 8, 9}, true, 1, 2)));
  QVERIFY_THROWS_EXCEPTION(Failure, cache.keep(0, LayerKeep{}));
  QVERIFY(intact(cache, 0, 0));  // a refused call changed nothing
  QCOMPARE(cache.length(0, 0), int64_t{10});
}

void TestRaggedCache::reportsARefusedMapping() {
  PageArena arena;
  arena.resize(10);
  arena.data()[9] = std::byte{42};
  try {
    arena.resize(int64_t{1} << 60);
    QFAIL("a mapping of 2^60 bytes was granted");
  } catch (const Failure& e) {
    QCOMPARE(int(e.code()), int(ErrorCode::NoMemory));
    QVERIFY(std::string(e.what()).find("1152921504606846976") != std::string::npos);
  }
  QCOMPARE(int(arena.data()[9]), 42);
}

QTEST_APPLESS_MAIN(TestRaggedCache)
#include "tst_ragged_cache.moc"
