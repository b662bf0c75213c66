// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The quantised part of a device's cache: attention over blocks and rows, rows into blocks, rows that close up; and the scores that keys alone
// decide.
#include <QtTest>
#include <cmath>

#include "core/press/scores.h"
#include "kernels/cuda/decode_kernels.h"
#include "kernels/cuda/press_kernels.h"
#include "tests/kernels/cuda/cuda_test.h"
#include "tests/kernels/kernel_test.h"

using namespace presslab;
using namespace presslab::test;
using kernels::KvForm;
using kernels::randomFloats;

namespace {

constexpr int kBlock = kernels::kKvBlock;

kernels::Elem elemOf(cuda::Type t) {
  return t == cuda::Type::F32 ? kernels::Elem::F32 : t == cuda::Type::F16 ? kernels::Elem::F16 : kernels::Elem::BF16;
}

std::vector<std::byte> packed(cuda::Type t, const std::vector<float>& x) {
  std::vector<std::byte> out(x.size() * (t == cuda::Type::F32 ? 4 : 2));
  kernels::convertFromF32(elemOf(t), x.data(), out.data(), int64_t(x.size()));
  return out;
}

/// One head's keys or values: its first slots in blocks, the others in rows; and what the CPU reads from them.
struct Side {
  std::vector<std::byte> blocks, rows;
  std::vector<float> values;  // (length, dim)

  Side(KvForm form, bool areValues, cuda::Type elem, int length, int blockRows, int dim, uint32_t seed)
      : values(randomFloats(size_t(length * dim), seed)) {
    const int64_t bytes = kernels::kvBlockBytes(form, dim);
    blocks.resize(size_t(blockRows / kBlock * bytes));
    for (int b = 0; b < blockRows / kBlock; ++b) {
      float* own = values.data() + b * kBlock * dim;
      kernels::quantiseKvBlock(form, areValues, own, dim, blocks.data() + b * bytes);
      kernels::dequantiseKvBlock(form, areValues, blocks.data() + b * bytes, dim, own);
    }
    const std::vector<float> rest(values.begin() + blockRows * dim, values.end());
    rows = packed(elem, rest);
    kernels::convertToF32(elemOf(elem), rows.data(), values.data() + blockRows * dim, int64_t(rest.size()));
  }
};

}  // namespace

class TestCudaKvCache : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void attention_data();
  void attention();
  void quantiseRows_data();
  void quantiseRows();
  void moveRowsUp();
  void keyScores_data();
  void keyScores();
};

void TestCudaKvCache::attention_data() {
  QTest::addColumn<int>("form");
  QTest::addColumn<int>("elem");
  QTest::addColumn<int>("dim");
  QTest::addColumn<int>("group");
  QTest::addColumn<int>("window");
  QTest::newRow("q8_0, f16") << int(KvForm::Q8_0) << int(cuda::Type::F16) << 64 << 3 << 0;
  QTest::newRow("q4_0, bf16, window") << int(KvForm::Q4_0) << int(cuda::Type::BF16) << 96 << 1 << 70;
  QTest::newRow("kivi4, f32") << int(KvForm::Kivi4) << int(cuda::Type::F32) << 32 << 9 << 0;
  QTest::newRow("kivi2, f16") << int(KvForm::Kivi2) << int(cuda::Type::F16) << 128 << 2 << 0;
  QTest::newRow("kivi2, f16, wide heads") << int(KvForm::Kivi2) << int(cuda::Type::F16) << 256 << 4 << 0;
}

void TestCudaKvCache::attention() {
  QFETCH(int, form);
  QFETCH(int, elem);
  QFETCH(int, dim);
  QFETCH(int, group);
  QFETCH(int, window);
  const auto kind = KvForm(form);
  const auto type = cuda::Type(elem);
  const std::vector<std::pair<int, int>> shapes{{197, 160}, {33, 0}, {64, 32}, {301, 96}};  // slots, of them in blocks
  const int kvHeads = int(shapes.size()), heads = kvHeads * group, items = 7;
  inEveryOrder([&] {
    std::vector<Side> keys, values;
    std::vector<cuda::HeadState> states(static_cast<size_t>(kvHeads));
    std::vector<std::vector<int32_t>> positions;
    for (int h = 0; h < kvHeads; ++h) {
      const auto [length, blockRows] = shapes[size_t(h)];
      keys.emplace_back(kind, false, type, length, blockRows, dim, 10 + uint32_t(h));
      values.emplace_back(kind, true, type, length, blockRows, dim, 20 + uint32_t(h));
      positions.emplace_back(size_t(length));
      for (int i = 0; i < length; ++i) positions.back()[size_t(i)] = 400 - length + i;
    }
    for (int h = 0; h < kvHeads; ++h) {
      const auto [length, blockRows] = shapes[size_t(h)];
      cuda::HeadState& s = states[size_t(h)];
      s.k = keys[size_t(h)].rows.data(), s.v = values[size_t(h)].rows.data();
      s.kBlocks = keys[size_t(h)].blocks.data(), s.vBlocks = values[size_t(h)].blocks.data();
      s.positions = positions[size_t(h)].data();
      s.length = length, s.blockRows = blockRows, s.capacity = length - blockRows, s.blockCapacity = blockRows / kBlock;
      s.slot = length - 1;
    }
    const std::vector<float> q = randomFloats(size_t(heads * dim), 1), k = randomFloats(size_t(kvHeads * dim), 2), v = randomFloats(k.size(), 3);
    const cuda::Token token{0, 399, 5, 0};
    const int half = dim / 4;  // half of each head is turned, by one angle a pair
    std::vector<float> cos(size_t(6 * half)), sin(cos.size());
    for (size_t i = 0; i < cos.size(); ++i) cos[i] = std::cos(.1f * float(i)), sin[i] = std::sin(.1f * float(i));
    const auto turned = [&](const std::vector<float>& rows, int index) {
      std::vector<float> x(rows.begin() + index * dim, rows.begin() + (index + 1) * dim);
      for (int i = 0; i < half; ++i) {
        const float c = cos[size_t(5 * half + i)], s = sin[size_t(5 * half + i)], u = x[size_t(i)], w = x[size_t(i + half)];
        x[size_t(i)] = u * c - w * s;
        x[size_t(i + half)] = w * c + u * s;
      }
      return x;
    };
    cuda::LayerPlan plan;
    plan.chunk = cuda::chunkFor(states.data(), kvHeads, items);
    std::vector<float> partial(size_t(items * group * (dim + 2)), NAN), record(size_t(3 * heads * dim), -7.f);
    cuda::DecodeAttentionArgs a{};
    a.token = &token;
    a.heads = states.data();
    a.plan = &plan;
    a.q = q.data(), a.k = k.data(), a.v = v.data();
    a.cos = cos.data(), a.sin = sin.data();
    a.ropeDim = 2 * half;
    a.kvHeads = kvHeads, a.group = group, a.headDim = dim;
    a.elem = type;
    a.form = kind;
    a.scale = .13f;
    a.window = window;
    a.items = items;
    a.partial = partial.data();
    a.record = record.data();
    a.recorded = 3;
    cuda::decodeAttention(a, nullptr);

    for (size_t i = 0; i < q.size(); ++i) QCOMPARE(record[i], q[i]);  // 399 mod 3 is 0
    QCOMPARE(record[q.size()], -7.f);
    int firstItem = 0;
    for (int h = 0; h < kvHeads; ++h) {
      const int length = shapes[size_t(h)].first;
      std::vector<float> ks = keys[size_t(h)].values, vs = values[size_t(h)].values;
      const auto append = [&](std::vector<float>& to, const std::vector<float>& from) {
        const std::vector<std::byte> row = packed(type, from);
        kernels::convertToF32(elemOf(type), row.data(), to.data() + (length - 1) * dim, dim);
      };
      append(ks, turned(k, h));
      append(vs, {v.begin() + h * dim, v.begin() + (h + 1) * dim});
      for (int g = 0; g < group; ++g) {
        std::vector<double> score;
        double most = -INFINITY, sum = 0;
        const std::vector<float> query = turned(q, h * group + g);
        for (int s = 0; s < length; ++s) {
          double dot = 0;
          for (int c = 0; c < dim; ++c) dot += double(query[size_t(c)]) * double(ks[size_t(s * dim + c)]);
          score.push_back(window > 0 && positions[size_t(h)][size_t(s)] <= 399 - window ? -INFINITY : dot * .13f);
          most = std::max(most, score.back());
        }
        std::vector<double> out(size_t(dim), 0.);
        for (int s = 0; s < length; ++s) {
          const double p = std::exp(score[size_t(s)] - most);
          sum += p;
          for (int c = 0; c < dim; ++c) out[size_t(c)] += p * double(vs[size_t(s * dim + c)]);
        }
        const float* got = partial.data() + (firstItem * group + g) * (dim + 2);
        for (int c = 0; c < dim; ++c)
          QVERIFY2(std::fabs(double(got[c]) / double(got[dim + 1]) - out[size_t(c)] / sum) < 2e-5,
                   qPrintable(QStringLiteral("head %1, group %2, channel %3").arg(h).arg(g).arg(c)));
      }
      firstItem += cuda::itemsOf(length, plan.chunk);
    }
  });
}

void TestCudaKvCache::quantiseRows_data() {
  QTest::addColumn<int>("form");
  QTest::addColumn<int>("elem");
  for (const int form : {1, 2, 3, 4})
    for (const int elem : {0, 1, 2}) QTest::addRow("form %d, elem %d", form, elem) << form << elem;
}

void TestCudaKvCache::quantiseRows() {
  QFETCH(int, form);
  QFETCH(int, elem);
  const auto kind = KvForm(form);
  const auto type = cuda::Type(elem);
  const int dim = 96, rows = 130;
  const int64_t bytes = kernels::kvBlockBytes(kind, dim);
  const std::vector<std::byte> k = packed(type, randomFloats(size_t(rows * dim), 4)), v = packed(type, randomFloats(size_t(rows * dim), 5));
  std::vector<int32_t> chosen;  // 64 of the rows
  for (int i = 0; int(chosen.size()) < 2 * kBlock; i += 1 + i % 3) chosen.push_back(i);
  inEveryOrder([&] {
    std::vector<std::byte> out(size_t(6 * bytes), std::byte{0xee});
    const auto at = [&](int block) { return out.data() + block * bytes; };
    const std::vector<cuda::QuantiseJob> jobs{{k.data(), v.data(), at(0), at(2), chosen.data(), 2},
                                              {k.data(), v.data(), nullptr, nullptr, nullptr, 0},
                                              {k.data(), v.data(), at(4), at(5), nullptr, 1}};
    cuda::quantiseRows(kind, jobs.data(), int(jobs.size()), 2, dim, type, nullptr);
    for (const bool values : {false, true}) {
      std::vector<float> all(size_t(rows * dim)), block(size_t(kBlock * dim));
      kernels::convertToF32(elemOf(type), (values ? v : k).data(), all.data(), int64_t(all.size()));
      for (int b = 0; b < 3; ++b) {
        for (int t = 0; t < kBlock; ++t) {
          const int row = b < 2 ? chosen[size_t(b * kBlock + t)] : t;
          std::copy_n(all.begin() + row * dim, dim, block.begin() + t * dim);
        }
        std::vector<std::byte> want(static_cast<size_t>(bytes));
        kernels::quantiseKvBlock(kind, values, block.data(), dim, want.data());
        const std::byte* got = at(b < 2 ? b + 2 * values : 4 + values);
        QVERIFY(std::equal(want.begin(), want.end(), got));
      }
    }
  });
}

void TestCudaKvCache::moveRowsUp() {
  for (const int dim : {8, 64, 200}) {
    for (const cuda::Type type : {cuda::Type::F16, cuda::Type::F32}) {
      const int rows = 150;
      const std::vector<std::byte> before = packed(type, randomFloats(size_t(rows * dim), 6));
      const size_t row = before.size() / size_t(rows);
      inEveryOrder([&] {
        std::vector<std::byte> k = before, v = before, other = before, want = before;
        const std::vector<cuda::MoveJob> jobs{{k.data(), v.data(), 0, kBlock, rows - kBlock}, {other.data(), other.data() + row * 75, 3, 4, 71}};
        cuda::moveRowsUp(jobs.data(), 2, dim, type, nullptr);
        std::memmove(want.data(), want.data() + size_t(kBlock) * row, size_t(rows - kBlock) * row);
        QVERIFY(k == want && v == want);
        want = before;
        for (const size_t half : {size_t{0}, size_t{75}}) std::memmove(want.data() + (half + 3) * row, want.data() + (half + 4) * row, 71 * row);
        QVERIFY(other == want);
      });
    }
  }
}

void TestCudaKvCache::keyScores_data() {
  QTest::addColumn<int>("tokens");
  QTest::addColumn<int>("dim");
  QTest::addColumn<int>("elem");
  QTest::newRow("one token") << 1 << 16 << int(cuda::Type::F32);
  QTest::newRow("odd dim") << 300 << 80 << int(cuda::Type::F32);
  QTest::newRow("f16") << 777 << 64 << int(cuda::Type::F16);
  QTest::newRow("bf16, wide") << 513 << 256 << int(cuda::Type::BF16);
}

void TestCudaKvCache::keyScores() {
  QFETCH(int, tokens);
  QFETCH(int, dim);
  QFETCH(int, elem);
  const auto type = cuda::Type(elem);
  HeadShape shape;
  shape.kvHeads = 2;
  shape.group = 1;
  shape.headDim = dim;
  std::vector<float> k = randomFloats(size_t(2 * tokens * dim), 8);
  for (size_t i = 0; i < k.size(); ++i) k[i] += float(i % size_t(dim)) * .02f;  // a mean direction
  if (tokens > 20) std::fill_n(k.begin() + 7 * dim, dim, 0.f);
  const std::vector<std::byte> raw = packed(type, k);
  kernels::convertToF32(elemOf(type), raw.data(), k.data(), int64_t(k.size()));
  LayerTrace trace;
  trace.tokens = tokens;
  trace.k = k.data();
  const ScoreLayer layer(trace, shape);
  std::vector<float> norms(size_t(2 * tokens)), angles(norms.size());
  keyNormScores(layer, norms.data());
  keyDiffScores(layer, angles.data());
  std::vector<cuda::HeadState> states(2);
  for (size_t h = 0; h < 2; ++h) states[h].k = const_cast<std::byte*>(raw.data()) + h * raw.size() / 2;
  inEveryOrder([&] {
    std::vector<float> out(norms.size(), NAN);
    cuda::keyNormScores(states.data(), 2, tokens, type, dim, out.data(), nullptr);
    for (size_t i = 0; i < out.size(); ++i) QVERIFY(std::fabs(out[i] - norms[i]) <= 1.3e-7f * std::fabs(norms[i]));  // one rounding of a double
    std::vector<double> scratch(size_t(cuda::keyDiffScratchBytes(2, tokens, dim) / 8 + 1));
    cuda::keyDiffScores(states.data(), 2, tokens, type, dim, out.data(), scratch.data(), nullptr);
    for (size_t i = 0; i < out.size(); ++i) QVERIFY2(std::fabs(out[i] - angles[i]) <= 1.3e-7f, qPrintable(QString::number(i)));
  });
}

QTEST_APPLESS_MAIN(TestCudaKvCache)
#include "tst_cuda_kv_cache.moc"
