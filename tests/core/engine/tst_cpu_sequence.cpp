// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <QtTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <new>

#include "core/api/error.h"
#include "core/engine/backend.h"
#include "core/engine/cpu_sequence_test.h"
#include "core/engine/session.h"

using namespace presslab;
using namespace presslab::test;

namespace {
std::atomic<int64_t> g_allocations{0};
}

// Counts what the program takes from the heap, to show that decoding takes nothing.
void* operator new(size_t n) {
  ++g_allocations;
  if (void* p = std::malloc(n ? n : 1)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }

class TestCpuSequence : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void prefillEqualsBruteForce();
  void chunkSizeDoesNotMatter();
  void threadsDoNotMatter();
  void decodeEqualsPrefill();
  void raggedDecodeEqualsMasking();
  void ringsSlideAsMasking();
  void cloneGivesTheSameBits();
  void fastStaysNear();
  void traceHoldsWhatWasAsked();
  void tapSumsToOne();
  void decodeTakesNothingFromTheHeap();
  void scratchGoesBackToTheSystem();
};

void TestCpuSequence::prefillEqualsBruteForce() {
  for (const bool tied : {true, false}) {
    const TinyModel model(7, 400, tied);
    const auto backend = backendOf(model);
    const auto ids = randomIds(1, 37, 96);
    const auto expected = bruteForce(model, ids, always);
    const auto sequence = backend->newSequence();
    sequence->beginPrefill(ids, {});
    for (int l = 0; l < 3; ++l) sequence->prefillChunk(l, 0, 37);
    std::vector<float> all(37 * 96);
    sequence->chunkLogits(0, 37, all.data());
    for (size_t p = 0; p < 37; ++p) {
      const std::vector<float> row(all.begin() + std::ptrdiff_t(p * 96), all.begin() + std::ptrdiff_t(p * 96 + 96));
      QVERIFY2(worst(row, expected[p]) < 1e-3, qPrintable(QString::number(worst(row, expected[p]))));
    }
    std::vector<float> last(96);
    sequence->endPrefill(last.data());
    QVERIFY(worst(last, expected.back()) < 1e-3);
    QCOMPARE(sequence->position(), int64_t{37});
  }
}

void TestCpuSequence::chunkSizeDoesNotMatter() {
  const TinyModel model(3);
  const auto backend = backendOf(model);
  const auto ids = randomIds(2, 300, 96);
  std::vector<float> first(96);
  const auto whole = backend->newSequence();
  prefillAll(*backend, *whole, ids, 256, first.data());
  for (const int64_t chunk : {1, 7, 64, 100}) {
    std::vector<float> logits(96);
    const auto sequence = backend->newSequence();
    prefillAll(*backend, *sequence, ids, chunk, logits.data());
    for (size_t i = 0; i < 96; ++i) QVERIFY(std::fabs(logits[i] - first[i]) < 2e-4f);
  }
}

void TestCpuSequence::threadsDoNotMatter() {
  const TinyModel model(3);
  const auto ids = randomIds(2, 90, 96);
  std::vector<float> one(96), two(96);
  for (const Precision precision : {Precision::Exact, Precision::Fast}) {
    for (const int threads : {1, 2}) {
      const auto backend = backendOf(model, precision, threads);
      const auto sequence = backend->newSequence();
      std::vector<float>& out = threads == 1 ? one : two;
      prefillAll(*backend, *sequence, ids, 64, out.data());
      sequence->decode(5, out.data(), {});
    }
    QCOMPARE(one, two);
  }
}

void TestCpuSequence::decodeEqualsPrefill() {
  const TinyModel model(4);
  const auto backend = backendOf(model);
  const auto ids = randomIds(3, 40, 96);
  std::vector<float> whole(96), stepped(96);
  const auto a = backend->newSequence(), b = backend->newSequence();
  prefillAll(*backend, *a, ids, 256, whole.data());
  b->reserve(40);
  for (const int32_t id : ids) b->decode(id, stepped.data(), {});
  QCOMPARE(b->position(), int64_t{40});
  for (size_t i = 0; i < 96; ++i) QVERIFY2(std::fabs(whole[i] - stepped[i]) < 5e-4f, qPrintable(QString::number(whole[i] - stepped[i])));
  QCOMPARE(a->bytes().used, b->bytes().used);
}

void TestCpuSequence::raggedDecodeEqualsMasking() {
  const TinyModel model(5);
  const auto backend = backendOf(model);
  const auto ids = randomIds(4, 60, 96);
  const int64_t context = 48;
  std::mt19937 rng(9);
  std::map<std::pair<int, int>, std::vector<int32_t>> kept;
  for (int l = 0; l < 3; ++l)
    for (int h = 0; h < 2; ++h)
      for (int32_t p = 0; p < context; ++p)
        if (rng() % 4 == 0) kept[{l, h}].push_back(p);
  const auto expected = bruteForce(model, ids, [&](int l, int h, int64_t query, int64_t key) {
    if (query < context || key >= context) return true;
    const auto& k = kept[{l, h}];
    return std::find(k.begin(), k.end(), int32_t(key)) != k.end();
  });
  const auto sequence = backend->newSequence();
  std::vector<float> logits(96);
  prefillAll(*backend, *sequence, {ids.begin(), ids.begin() + context}, 32, logits.data(), [&](int l) {
    LayerKeep keep;
    for (int h = 0; h < 2; ++h) keep.heads.push_back({kept[{l, h}], HeadKind::Routed, false, 0, 0});
    return keep;
  });
  QVERIFY(worst(logits, expected[size_t(context - 1)]) < 1e-3);
  for (size_t p = size_t(context); p < ids.size(); ++p) {
    sequence->decode(ids[p], logits.data(), {});
    QVERIFY2(worst(logits, expected[p]) < 1e-3, qPrintable(QString::number(worst(logits, expected[p]))));
  }
  for (int l = 0; l < 3; ++l)
    for (int h = 0; h < 2; ++h) QCOMPARE(sequence->headLength(l, h), int64_t(kept[{l, h}].size()) + 12);
}

void TestCpuSequence::ringsSlideAsMasking() {
  const TinyModel model(6);
  const auto backend = backendOf(model);
  const auto ids = randomIds(5, 70, 96);
  const int64_t context = 40, sink = 3, recent = 9;
  const auto ring = [](int l, int h) { return (l + h) % 2 == 0; };
  const auto expected = bruteForce(
      model, ids, [&](int l, int h, int64_t query, int64_t key) { return query < context || !ring(l, h) || key < sink || key > query - recent; });
  const auto sequence = backend->newSequence();
  std::vector<float> logits(96);
  prefillAll(*backend, *sequence, {ids.begin(), ids.begin() + context}, 256, logits.data(), [&](int l) {
    LayerKeep keep;
    for (int h = 0; h < 2; ++h) {
      HeadKeep k;
      k.ring = ring(l, h);
      k.sink = sink;
      k.recent = recent;
      for (int32_t p = 0; p < context; ++p)
        if (!k.ring || p < sink || p >= context - recent) k.positions.push_back(p);
      keep.heads.push_back(k);
    }
    return keep;
  });
  for (size_t p = size_t(context); p < ids.size(); ++p) {
    sequence->decode(ids[p], logits.data(), {});
    QVERIFY2(worst(logits, expected[p]) < 1e-3, qPrintable(QString::number(worst(logits, expected[p]))));
  }
  QCOMPARE(sequence->headLength(0, 0), sink + recent);
  QCOMPARE(sequence->headLength(0, 1), int64_t{70});
  const auto held = sequence->positions(0, 0);
  QCOMPARE(held.front(), 0);
  QCOMPARE(held.back(), 69);
  QVERIFY(std::is_sorted(held.begin(), held.end()));
}

void TestCpuSequence::cloneGivesTheSameBits() {
  const TinyModel model(8);
  for (const Precision precision : {Precision::Exact, Precision::Fast}) {
    const auto backend = backendOf(model, precision);
    const auto ids = randomIds(6, 50, 96);
    std::vector<float> a(96), b(96);
    const auto first = backend->newSequence();
    prefillAll(*backend, *first, ids, 256, a.data());
    const auto second = first->clone();
    first->reserve(20);  // another layout, the same rows
    for (const int32_t id : randomIds(7, 20, 96)) {
      first->decode(id, a.data(), {});
      second->decode(id, b.data(), {});
      QCOMPARE(a, b);
    }
    const auto third = first->clone();
    first->decode(1, a.data(), {});
    QCOMPARE(third->position(), int64_t{70});
    third->decode(2, b.data(), {});
    QVERIFY(a != b);
  }
}

void TestCpuSequence::fastStaysNear() {
  const TinyModel model(10);
  const auto ids = randomIds(8, 100, 96);
  std::vector<float> exact(96), fast(96);
  for (const Precision precision : {Precision::Exact, Precision::Fast}) {
    const auto backend = backendOf(model, precision);
    const auto sequence = backend->newSequence();
    prefillAll(*backend, *sequence, ids, 256, precision == Precision::Exact ? exact.data() : fast.data());
    QCOMPARE(backend->kvRowBytes(), int64_t{16} * (precision == Precision::Exact ? 4 : 2));
    QCOMPARE(sequence->bytes().used, int64_t{2} * 3 * 2 * 100 * backend->kvRowBytes());
  }
  double sum = 0, size = 0;
  for (size_t i = 0; i < 96; ++i) {
    sum += std::pow(exact[i] - fast[i], 2);
    size += std::pow(exact[i], 2);
  }
  QVERIFY2(sum < 0.01 * size, qPrintable(QString::number(sum / size)));
}

void TestCpuSequence::traceHoldsWhatWasAsked() {
  const TinyModel model(11, 64);
  for (const Precision precision : {Precision::Exact, Precision::Fast}) {
    const auto backend = backendOf(model, precision);
    const auto ids = randomIds(9, 64, 96);
    const auto sequence = backend->newSequence();
    sequence->beginPrefill(ids, {true, true, true, true, true});
    sequence->prefillChunk(0, 0, 30);
    sequence->prefillChunk(0, 30, 34);
    const LayerTrace t = sequence->trace(0);
    QCOMPARE(t.tokens, int64_t{64});
    QCOMPARE(t.ropeDim, 16);
    QVERIFY(t.ropePositions >= 64 + 512);  // beyond the model's 64 positions too
    const auto embedding = dequantize(model.embedding()), norm = dequantize(model.layer(0).attnNorm);
    const auto wk = dequantize(model.layer(0).k), wv = dequantize(model.layer(0).v), wq = dequantize(model.layer(0).q);
    const double tolerance = precision == Precision::Exact ? 1e-4 : 0.1;
    for (const int64_t p : {0, 29, 30, 63}) {
      double squares = 0;
      for (int i = 0; i < 64; ++i) {
        const double e = embedding[size_t(ids[size_t(p)] * 64 + i)];
        QVERIFY(std::fabs(t.residual[p * 64 + i] - e) < tolerance);
        squares += e * e;
      }
      const double s = 1 / std::sqrt(squares / 64 + 1e-5);
      const auto product = [&](const std::vector<float>& w, int row) {
        double sum = 0;
        for (int i = 0; i < 64; ++i) sum += double(w[size_t(row * 64 + i)]) * double(t.x[p * 64 + i]);
        return sum;
      };
      for (int i = 0; i < 64; ++i) {
        QVERIFY(std::fabs(t.x[p * 64 + i] - embedding[size_t(ids[size_t(p)] * 64 + i)] * s * norm[size_t(i)]) < tolerance);
        QVERIFY(std::fabs(t.q[p * 64 + i] - product(wq, i)) < tolerance);
      }
      for (int h = 0; h < 2; ++h)
        for (int i = 0; i < 8; ++i) {
          const double u = product(wk, h * 16 + i), v = product(wk, h * 16 + i + 8), a = double(p) / std::pow(10000.0, i / 8.0);
          QVERIFY(std::fabs(t.k[(h * 64 + p) * 16 + i] - (u * std::cos(a) - v * std::sin(a))) < tolerance);
          QVERIFY(std::fabs(t.v[(h * 64 + p) * 16 + i] - product(wv, h * 16 + i)) < tolerance);
          QVERIFY(std::fabs(double(t.ropeCos[p * 8 + i]) - std::cos(a)) < 1e-5);
          QVERIFY(std::fabs(double(t.ropeSin[p * 8 + i]) - std::sin(a)) < 1e-5);
        }
    }
  }
}

void TestCpuSequence::tapSumsToOne() {
  const TinyModel model(12);
  const auto backend = backendOf(model);
  const auto sequence = backend->newSequence();
  std::vector<float> logits(96), tapped(96);
  prefillAll(*backend, *sequence, randomIds(10, 20, 96), 256, logits.data());
  const auto copy = sequence->clone();
  int calls = 0;
  double farthest = 0;
  copy->decode(3, tapped.data(), [&](int layer, int head, std::span<const float> probs, std::span<const int32_t> positions) {
    QCOMPARE(layer, calls / 4);
    QCOMPARE(head, calls % 4);
    ++calls;
    QCOMPARE(probs.size(), size_t{21});
    QCOMPARE(positions.size(), size_t{21});
    QCOMPARE(positions[20], 20);
    double sum = 0;
    for (const float p : probs) sum += p;
    farthest = std::max(farthest, std::fabs(sum - 1));
  });
  QCOMPARE(calls, 12);
  QVERIFY(farthest < 1e-4);
  sequence->decode(3, logits.data(), {});
  for (size_t i = 0; i < 96; ++i) QVERIFY(std::fabs(logits[i] - tapped[i]) < 1e-4f);
}

void TestCpuSequence::decodeTakesNothingFromTheHeap() {
  const TinyModel model(13);
  for (const Precision precision : {Precision::Exact, Precision::Fast}) {
    const auto backend = backendOf(model, precision);
    const auto sequence = backend->newSequence();
    std::vector<float> logits(96);
    prefillAll(*backend, *sequence, randomIds(11, 50, 96), 256, logits.data());
    sequence->reserve(100);
    for (int i = 0; i < 4; ++i) sequence->decode(i, logits.data(), {});
    const int64_t before = g_allocations;
    for (int i = 0; i < 60; ++i) sequence->decode(i, logits.data(), {});
    QCOMPARE(g_allocations - before, int64_t{0});
  }
}

void TestCpuSequence::scratchGoesBackToTheSystem() {
  const auto resident = [] {
    std::ifstream statm("/proc/self/statm");
    int64_t size = 0, pages = 0;
    statm >> size >> pages;
    return pages * int64_t(sysconf(_SC_PAGESIZE));
  };
  const TinyModel model(16, 60000);
  const auto backend = backendOf(model);
  for (int round = 0; round < 3; ++round) {  // a heap that learns keeps more the second time
    const auto sequence = backend->newSequence();
    const auto ids = randomIds(1, 60000, 96);
    sequence->beginPrefill(ids, {});
    const int64_t scratch = sequence->bytes().scratch, full = resident();
    QVERIFY(scratch >= int64_t{60000} * 64 * 4);
    sequence->endPrefill(nullptr);
    const int64_t fell = full - resident();
    QVERIFY2(double(fell) > 0.9 * 60000 * 64 * 4, qPrintable(QString::number(fell)));
  }
}

QTEST_APPLESS_MAIN(TestCpuSequence)
#include "tst_cpu_sequence.moc"
