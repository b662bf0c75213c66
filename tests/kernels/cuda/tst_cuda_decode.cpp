// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The start of a token and its attention on the emulator, against double precision.
#include <QTest>
#include <algorithm>
#include <memory>

#include "tests/kernels/cuda/decode_test.h"

using namespace presslab;
using namespace presslab::cuda;
using kernels::randomFloats;

namespace {

/// Rows of a cache in its element type.
class CacheRows {
 public:
  CacheRows(Type type, const std::vector<float>& values)
      : m_elem(kernels::Elem(int(type))), m_count(values.size()), m_bytes(values.size() * sizeof(float)) {
    kernels::convertFromF32(m_elem, values.data(), m_bytes.data(), int64_t(m_count));
  }
  void* data() { return m_bytes.data(); }
  std::vector<float> values() {
    std::vector<float> out(m_count);
    kernels::convertToF32(m_elem, m_bytes.data(), out.data(), int64_t(m_count));
    return out;
  }

 private:
  kernels::Elem m_elem;
  size_t m_count;
  DeviceBytes m_bytes;
};

/// Shape of an attention under test.
struct Shape {
  Type elem = Type::F32;
  int kvHeads = 2, group = 3, headDim = 64, ropeDim = 64;
  bool norms = false;
  int window = 0;
  std::vector<int> lengths;  // of the heads, the new token's slot among them
  int items = 2;
};

/// A layer's cache, queries and tables, with random contents. Its slots hold positions in an order of their own, as those of rings do.
class Layer {
 public:
  Layer(const Shape& s, uint32_t seed) : shape(s), heads(size_t(s.kvHeads)) {
    const size_t row = size_t(s.headDim);
    q = randomFloats(size_t(s.kvHeads * s.group) * row, seed);
    k = randomFloats(size_t(s.kvHeads) * row, seed + 1);
    v = randomFloats(size_t(s.kvHeads) * row, seed + 2);
    qWeight = randomFloats(row, seed + 3);
    kWeight = randomFloats(row, seed + 4);
    for (int i = 0; i < kTurns * s.ropeDim / 2; ++i) {
      cos.push_back(std::cos(.37f * float(i)));
      sin.push_back(std::sin(.37f * float(i)));
    }
    std::mt19937 engine(seed);
    for (int h = 0; h < s.kvHeads; ++h) {
      const int length = s.lengths[size_t(h)];
      longest = std::max(longest, length);
      keys.push_back(std::make_unique<CacheRows>(s.elem, randomFloats(size_t(length) * row, seed + 10 + uint32_t(h))));
      values.push_back(std::make_unique<CacheRows>(s.elem, randomFloats(size_t(length) * row, seed + 50 + uint32_t(h))));
      std::vector<int32_t> at(static_cast<size_t>(length));
      for (int i = 0; i < length; ++i) at[size_t(i)] = i;
      std::shuffle(at.begin(), at.end(), engine);
      positions.push_back(at);
      HeadState& head = heads[size_t(h)];
      head.k = keys.back()->data();
      head.v = values.back()->data();
      head.positions = positions.back().data();
      head.length = head.capacity = length;
      head.slot = h % 2 ? length - 1 : int(engine() % unsigned(length));  // behind the last row, or amid them as in a ring
      positions.back()[size_t(head.slot)] = 1000;
    }
    token.position = 1000;
    token.turn = 3;
    plan.chunk = chunkFor(heads.data(), s.kvHeads, s.items);
    partial.assign(size_t(s.items) * size_t(s.group) * (row + 2), NAN);
  }

  DecodeAttentionArgs args() {
    DecodeAttentionArgs a{};
    a.token = &token;
    a.heads = heads.data();
    a.plan = &plan;
    a.q = q.data(), a.k = k.data(), a.v = v.data();
    if (shape.norms) {
      a.qNorm = {qWeight.data(), nullptr, 1e-5f, false};
      a.kNorm = {kWeight.data(), nullptr, 1e-6f, false};
    }
    if (shape.ropeDim > 0) a.cos = cos.data(), a.sin = sin.data();
    a.ropeDim = shape.ropeDim;
    a.kvHeads = shape.kvHeads, a.group = shape.group, a.headDim = shape.headDim;
    a.elem = shape.elem;
    a.scale = .11f;
    a.window = shape.window;
    a.items = shape.items;
    a.partial = partial.data();
    return a;
  }
  MergeInput merge() { return {heads.data(), &plan, partial.data(), shape.kvHeads, shape.group, shape.headDim}; }

  /// A row of q or k, normed and turned.
  std::vector<double> prepared(const std::vector<float>& rows, int index, const DeviceNorm& norm) const {
    const size_t d = size_t(shape.headDim);
    std::vector<double> x = normalised(doubles(std::span<const float>(rows).subspan(size_t(index) * d, d)), norm);
    const int half = shape.ropeDim / 2;
    for (int i = 0; i < half; ++i) {
      const double c = double(cos[size_t(3 * half + i)]), s = double(sin[size_t(3 * half + i)]), a = x[size_t(i)], b = x[size_t(i + half)];
      x[size_t(i)] = a * c - b * s;
      x[size_t(i + half)] = b * c + a * s;
    }
    return x;
  }

  static constexpr int kTurns = 5;
  Shape shape;
  std::vector<HeadState> heads;
  std::vector<float> q, k, v, qWeight, kWeight, cos, sin, partial;
  std::vector<std::unique_ptr<CacheRows>> keys, values;
  std::vector<std::vector<int32_t>> positions;
  Token token;
  LayerPlan plan;
  int longest = 0;
};

/// What a layer's attention must give, from the cache as it is after the launch.
struct Expected {
  std::vector<double> out;                 // (heads, headDim)
  std::vector<std::vector<double>> score;  // of each query head over its slots, -inf where hidden
};
Expected expectedOf(Layer& l, const DecodeAttentionArgs& a) {
  Expected e;
  const size_t d = size_t(l.shape.headDim);
  for (int qh = 0; qh < l.shape.kvHeads * l.shape.group; ++qh) {
    const int h = qh / l.shape.group;
    const std::vector<double> q = l.prepared(l.q, qh, a.qNorm);
    const std::vector<float> keys = l.keys[size_t(h)]->values(), values = l.values[size_t(h)]->values();
    std::vector<double> score, out(d, 0.);
    double most = -INFINITY, sum = 0;
    for (int s = 0; s < l.heads[size_t(h)].length; ++s) {
      double dot = 0;
      for (size_t i = 0; i < d; ++i) dot += q[i] * double(keys[size_t(s) * d + i]);
      const bool hidden = a.window > 0 && l.positions[size_t(h)][size_t(s)] <= l.token.position - a.window;
      score.push_back(hidden ? -INFINITY : dot * double(a.scale));
      most = std::max(most, score.back());
    }
    for (size_t s = 0; s < score.size(); ++s) {
      const double p = std::exp(score[s] - most);
      sum += p;
      for (size_t i = 0; i < d; ++i) out[i] += p * double(values[s * d + i]);
    }
    for (const double o : out) e.out.push_back(o / sum);
    e.score.push_back(score);
  }
  return e;
}

/// The new key and value stand in the head's slot, every other row is as it was.
void checkAppended(Layer& l, const DecodeAttentionArgs& a, const std::vector<std::vector<float>>& keysBefore,
                   const std::vector<std::vector<float>>& valuesBefore) {
  const size_t d = size_t(l.shape.headDim);
  const double step = l.shape.elem == Type::F32 ? 1e-6 : l.shape.elem == Type::F16 ? 6e-4 : 5e-3;
  for (int h = 0; h < l.shape.kvHeads; ++h) {
    const std::vector<double> key = l.prepared(l.k, h, a.kNorm);
    const std::vector<float> keys = l.keys[size_t(h)]->values(), values = l.values[size_t(h)]->values();
    for (int s = 0; s < l.heads[size_t(h)].length; ++s) {
      for (size_t i = 0; i < d; ++i) {
        const size_t at = size_t(s) * d + i;
        if (s == l.heads[size_t(h)].slot) {
          QVERIFY(std::fabs(double(keys[at]) - key[i]) <= step * (1 + std::fabs(key[i])));
          QVERIFY(std::fabs(double(values[at]) - double(l.v[size_t(h) * d + i])) <= step * (1 + std::fabs(double(values[at]))));
        } else {
          QCOMPARE(keys[at], keysBefore[size_t(h)][at]);
          QCOMPARE(values[at], valuesBefore[size_t(h)][at]);
        }
      }
    }
  }
}

/// One launch and the merge behind it, in the emulator's present order.
void checkAttention(const Shape& shape, uint32_t seed) {
  Layer l(shape, seed);
  const int rows = shape.kvHeads * shape.group, cols = rows * shape.headDim;
  DecodeAttentionArgs a = l.args();
  const int64_t stride = l.longest + 3;
  std::vector<float> scores(size_t(rows) * size_t(stride), -7.f);
  if (seed % 2) a.scores = scores.data(), a.scoresStride = stride;
  std::vector<std::vector<float>> keysBefore, valuesBefore;
  for (int h = 0; h < shape.kvHeads; ++h) keysBefore.push_back(l.keys[size_t(h)]->values()), valuesBefore.push_back(l.values[size_t(h)]->values());
  decodeAttention(a, nullptr);
  checkAppended(l, a, keysBefore, valuesBefore);

  const Expected e = expectedOf(l, a);
  // The merge is seen through a projection of random rows, into which every channel goes.
  const int projected = 31;
  const std::vector<float> projection = randomFloats(size_t(projected) * size_t(cols), seed + 90);
  std::vector<float> out(size_t(projected), NAN);
  ProductArgs p;
  p.exact = true;
  p.matrix[0] = {Type::F32, projected, cols, {projection.data()}};
  p.out[0] = out.data();
  mergedProduct(l.merge(), p, nullptr);
  for (int r = 0; r < projected; ++r) {
    double want = 0;
    for (int c = 0; c < cols; ++c) want += double(projection[size_t(r) * size_t(cols) + size_t(c)]) * e.out[size_t(c)];
    QVERIFY2(std::fabs(double(out[size_t(r)]) - want) <= 5e-6 * std::sqrt(double(cols)),
             qPrintable(QStringLiteral("row %1: %2, not %3").arg(r).arg(double(out[size_t(r)])).arg(want)));
  }

  if (!a.scores) return;
  for (int qh = 0; qh < rows; ++qh) {
    const std::vector<double>& want = e.score[size_t(qh)];
    for (size_t s = 0; s < want.size(); ++s) {
      const double got = double(scores[size_t(qh) * size_t(stride) + s]);
      QVERIFY(std::isinf(want[s]) ? std::isinf(got) && got < 0 : std::fabs(got - want[s]) <= 2e-5 * (1 + std::fabs(want[s])));
    }
  }
  normaliseScores(l.merge(), scores.data(), stride, nullptr);
  for (int qh = 0; qh < rows; ++qh) {
    const std::vector<double>& want = e.score[size_t(qh)];
    const double most = *std::max_element(want.begin(), want.end());
    double sum = 0;
    for (const double s : want) sum += std::exp(s - most);
    for (size_t s = 0; s < size_t(stride); ++s) {
      const float got = scores[size_t(qh) * size_t(stride) + s];
      if (s >= want.size())
        QCOMPARE(got, -7.f);  // not the head's
      else
        QVERIFY(std::fabs(double(got) - std::exp(want[s] - most) / sum) <= 1e-5);
    }
  }
}

}  // namespace

class TestCudaDecode : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void heads_data() {
    QTest::addColumn<int>("group");
    QTest::addColumn<int>("headDim");
    QTest::addColumn<int>("elem");
    const int dims[] = {32, 64, 80, 96, 112, 128, 256};
    int i = 0;
    for (const int group : {1, 2, 3, 4, 5, 7, 8, 9, 16, 17})
      for (int n = 0; n < 3; ++n, ++i) QTest::addRow("group %d, head dim %d, type %d", group, dims[i % 7], n) << group << dims[i % 7] << n;
  }
  /// Groups of query heads, head dims and types of the cache.
  void heads() {
    QFETCH(int, group);
    QFETCH(int, headDim);
    QFETCH(int, elem);
    Shape s;
    s.elem = Type(elem);
    s.group = group;
    s.headDim = headDim;
    s.ropeDim = group % 3 == 0 ? headDim / 2 : group % 3 == 1 ? headDim : 0;
    s.norms = group % 2 == 0;
    s.lengths = {101, 37};
    s.items = 4;
    uint32_t seed = uint32_t(group);
    inEveryOrder([&] { checkAttention(s, seed++); });
  }

  void lengths_data() {
    QTest::addColumn<QList<int>>("lengths");
    QTest::addColumn<int>("items");
    QTest::newRow("first token") << QList<int>{1, 1} << 2;
    QTest::newRow("an item a head") << QList<int>{33, 300} << 2;
    QTest::newRow("tiles of one item") << QList<int>{700, 129} << 2;
    QTest::newRow("many items") << QList<int>{1, 517} << 64;
    QTest::newRow("whole steps") << QList<int>{32, 128} << 5;
    QTest::newRow("one slot more") << QList<int>{33, 129} << 7;
    QTest::newRow("ragged") << QList<int>{5, 260, 31, 64, 1, 90, 33} << 16;
  }
  /// Ragged lengths and how they are cut.
  void lengths() {
    QFETCH(QList<int>, lengths);
    QFETCH(int, items);
    Shape s;
    s.lengths = {lengths.begin(), lengths.end()};
    s.kvHeads = int(lengths.size());
    s.items = items;
    s.headDim = 64;
    uint32_t seed = 3;
    for (const Type t : {Type::F32, Type::F16, Type::BF16}) {
      s.elem = t;
      inEveryOrder([&] { checkAttention(s, seed++); });
      if (QTest::currentTestFailed()) return;
    }
  }

  void windows_data() {
    QTest::addColumn<int>("window");
    QTest::newRow("the token alone") << 1;
    QTest::newRow("whole items hidden") << 750;
    QTest::newRow("half") << 870;
    QTest::newRow("all seen") << 2000;
  }
  /// Positions run from 0 to 299 and the token stands at 1000: what lies too far back has no weight, even where it is a whole work item.
  void windows() {
    QFETCH(int, window);
    Shape s;
    s.window = window;
    s.lengths = {300, 290};
    s.items = 24;
    uint32_t seed = 5;
    inEveryOrder([&] { checkAttention(s, seed++); });
  }

  void tokens_data() {
    QTest::addColumn<int>("form");
    for (size_t i = 0; i < blockForms().size(); ++i) QTest::newRow(blockForms()[i].name) << int(i);
  }
  /// Several tokens: heads of two layers advance by the rule of their kind, plans fit the grid, the embedding is the row of the token.
  void tokens() {
    QFETCH(int, form);
    const BlockForm& f = blockForms()[size_t(form)];
    const int layers = 2, kvHeads = 3, items = 5, vocab = 11, hidden = f.values == 1 ? 201 : 256;
    TestMatrix embedding(f.type, vocab, hidden, false, 61);
    const std::vector<float> learned = randomFloats(size_t(200 * hidden), 62);
    inEveryOrder([&] {
      std::vector<HeadState> heads(size_t(layers * kvHeads)), want;
      std::vector<std::vector<int32_t>> positions(heads.size(), std::vector<int32_t>(200, -1)), wanted = positions;
      for (size_t h = 0; h < heads.size(); ++h) {
        heads[h].length = int(h * 7);
        heads[h].capacity = 200;
        if (h % 2) {
          heads[h].ring = 1;
          heads[h].sink = 2;
          heads[h].ringRows = int(h * 7) + 3;
          heads[h].next = 2;
        }
        if (h != 4) heads[h].positions = positions[h].data();
      }
      want = heads;
      std::vector<LayerPlan> plans(layers);
      for (int t = 100; t < 140; ++t) {
        Token token;
        token.id = t % vocab;
        token.position = t;
        std::vector<float> x(size_t(hidden) + 1, NAN);
        BeginTokenArgs a{};
        a.token = &token;
        a.heads = heads.data();
        a.plans = plans.data();
        a.layers = layers, a.kvHeads = kvHeads, a.items = items;
        a.embedding = embedding.matrix;
        a.embeddingScale = 1.5f;
        a.learnedPositions = t % 2 ? learned.data() : nullptr;
        a.x = x.data();
        beginToken(a, nullptr);
        for (int c = 0; c < hidden; ++c) {
          const double e = 1.5 * double(embedding.values[size_t(token.id * hidden + c)]) + (t % 2 ? double(learned[size_t(t * hidden + c)]) : 0);
          QVERIFY(std::fabs(double(x[size_t(c)]) - e) <= 1e-6 * (1 + std::fabs(e)));
        }
        QVERIFY(std::isnan(x[size_t(hidden)]));
        for (size_t h = 0; h < heads.size(); ++h) {
          HeadState& w = want[h];
          const bool full = w.ring && w.length >= w.ringRows;
          w.slot = full ? w.next : w.length;
          if (full) {
            w.next = w.next == w.ringRows - 1 ? w.sink : w.next + 1;
          } else {
            ++w.length;
          }
          wanted[h][size_t(w.slot)] = t;
          QCOMPARE(heads[h].slot, w.slot);
          QCOMPARE(heads[h].length, w.length);
          QCOMPARE(heads[h].next, w.next);
          QCOMPARE(heads[h].capacity, 200);
          if (h != 4) QVERIFY(positions[h] == wanted[h]);
        }
        for (int l = 0; l < layers; ++l) {
          int sum = 0;
          for (int h = 0; h < kvHeads; ++h) sum += itemsOf(heads[size_t(l * kvHeads + h)].length, plans[size_t(l)].chunk);
          QVERIFY(sum >= kvHeads && sum <= items);
          for (int h = 0; h < kvHeads; ++h) QCOMPARE(plans[size_t(l)].arrived[h], 0);
          plans[size_t(l)].arrived[t % kvHeads] = 3;  // as a token's attention leaves it
        }
      }
    });
  }
};

QTEST_APPLESS_MAIN(TestCudaDecode)
#include "tst_cuda_decode.moc"
