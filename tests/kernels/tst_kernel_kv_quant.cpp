// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Blocks of the quantised KV cache: error bounds, ggml's formats, all instruction sets, and attention over blocks against double precision.
#include <QTest>

#include "tests/kernels/kernel_test.h"

using namespace presslab::kernels;

namespace {

constexpr KvForm kForms[] = {KvForm::Q8_0, KvForm::Q4_0, KvForm::Kivi4, KvForm::Kivi2};

/// 32 rows whose channels differ in size, as keys do.
std::vector<float> someRows(int dim, uint32_t seed) {
  std::vector<float> rows = randomFloats(size_t(kKvBlock * dim), seed);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] *= 1.f + float(i % size_t(dim)) * .1f;
  return rows;
}

std::vector<uint8_t> blockOf(KvForm form, bool values, const std::vector<float>& rows, int dim) {
  std::vector<uint8_t> block(size_t(kvBlockBytes(form, dim)) + 1, 0xAB);
  quantiseKvBlock(form, values, rows.data(), dim, block.data());
  return block;
}

std::vector<float> rowsOf(KvForm form, bool values, const std::vector<uint8_t>& block, int dim) {
  std::vector<float> rows(size_t(kKvBlock * dim), NAN);
  dequantiseKvBlock(form, values, block.data(), dim, rows.data());
  return rows;
}

/// Half a step of the group that value i belongs to, and what an f16 scale adds.
double allowed(KvForm form, bool values, const std::vector<float>& rows, int dim, size_t i) {
  const size_t row = i / size_t(dim), column = i % size_t(dim);
  const bool byChannel = (form == KvForm::Kivi4 || form == KvForm::Kivi2) && !values;
  double low = INFINITY, high = -INFINITY;
  for (size_t n = 0; n < kKvBlock; ++n) {
    const double x = byChannel ? rows[n * size_t(dim) + column] : rows[row * size_t(dim) + column / kKvBlock * kKvBlock + n];
    low = std::min(low, x);
    high = std::max(high, x);
  }
  const double widest = std::max(std::abs(low), std::abs(high));
  if (form == KvForm::Q8_0) return widest / 127 * .51 + widest * 1e-3;
  if (form == KvForm::Q4_0) return widest / 8 * 1.01;  // the side opposite to the widest value is cut at 7 steps
  return (high - low) / (form == KvForm::Kivi4 ? 15 : 3) * .51 + widest * 2e-3;
}

}  // namespace

class TestKernelKvQuant : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void bytesAreWhatTheFormatsTake() {
    QCOMPARE(kvBlockBytes(KvForm::Q8_0, 64), int64_t(32 * 2 * 34));
    QCOMPARE(kvBlockBytes(KvForm::Q4_0, 64), int64_t(32 * 2 * 18));
    QCOMPARE(kvBlockBytes(KvForm::Kivi4, 64), int64_t(64 * 4 + 32 * 64 / 2));
    QCOMPARE(kvBlockBytes(KvForm::Kivi2, 64), int64_t(64 * 4 + 32 * 64 / 4));
    QCOMPARE(kvBlockBytes(KvForm::None, 64), int64_t(0));
  }

  void errorsStayInsideTheStep() {
    for (const KvForm form : kForms) {
      for (const bool values : {false, true}) {
        for (const int dim : {32, 64, 96, 256}) {
          const std::vector<float> rows = someRows(dim, uint32_t(dim));
          const std::vector<uint8_t> block = blockOf(form, values, rows, dim);
          QCOMPARE(block.back(), uint8_t(0xAB));  // nothing behind the block is written
          const std::vector<float> back = rowsOf(form, values, block, dim);
          for (size_t i = 0; i < rows.size(); ++i) {
            const double error = std::abs(double(back[i]) - double(rows[i]));
            QVERIFY2(error <= allowed(form, values, rows, dim, i),
                     qPrintable(QString("form %1 dim %2 at %3: %4").arg(int(form)).arg(dim).arg(i).arg(error)));
          }
        }
      }
    }
  }

  void flatAndExtremeRows() {
    for (const KvForm form : kForms) {
      for (const bool values : {false, true}) {
        for (const float x : {0.f, 3.f, -2.5f}) {
          const std::vector<float> rows(32 * 64, x);
          for (const float y : rowsOf(form, values, blockOf(form, values, rows, 64), 64)) QVERIFY(std::abs(y - x) <= std::abs(x) * .002f);
        }
      }
    }
  }

  void ggmlFormatsAreGgmls() {
    const std::vector<float> rows = someRows(64, 5);
    const std::pair<KvForm, QuantType> pairs[] = {{KvForm::Q4_0, QuantType::Q4_0}, {KvForm::Q8_0, QuantType::Q8_0}};
    for (const auto& [form, type] : pairs) {
      const std::vector<uint8_t> block = blockOf(form, false, rows, 64);
      std::vector<float> expected(rows.size());
      dequantRow(type, block.data(), expected.data(), int64_t(rows.size()));
      QVERIFY(rowsOf(form, false, block, 64) == expected);
    }
  }

  void instructionSetsAgree() {
    for (const KvForm form : kForms) {
      for (const bool values : {false, true}) {
        const std::vector<uint8_t> block = blockOf(form, values, someRows(96, 3), 96);
        std::vector<float> first;
        for (const Isa isa : isasHere()) {
          const UseIsa use(isa);
          const std::vector<float> rows = rowsOf(form, values, block, 96);
          if (first.empty()) first = rows;
          for (size_t i = 0; i < rows.size(); ++i) QVERIFY(std::abs(rows[i] - first[i]) <= 1e-5f * (1 + std::abs(first[i])));  // one rounding or two
        }
      }
    }
  }

  void attentionOverBlocksAndRows_data() {
    QTest::addColumn<int>("form");
    for (const KvForm form : kForms) QTest::addRow("form %d", int(form)) << int(form);
  }

  void attentionOverBlocksAndRows() {
    QFETCH(int, form);
    Pool pool(2);
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const int dim : {32, 64, 160}) {
        for (const int group : {1, 3, 17}) {
          for (const int64_t blocks : {1, 3, 8, 11}) {
            for (const int64_t tail : {0, 1, 40, 300}) check(KvForm(form), dim, group, blocks, tail, pool);
          }
        }
      }
    }
  }

 private:
  static void check(KvForm form, int dim, int group, int64_t blocks, int64_t tail, Pool& pool) {
    const int64_t blockRows = blocks * kKvBlock, length = blockRows + tail;
    std::vector<float> numbers[2];
    std::vector<uint8_t> packed[2], rest[2];
    for (const int side : {0, 1}) {
      const bool values = side == 1;
      const auto bytes = size_t(kvBlockBytes(form, dim));
      packed[side].resize(bytes * size_t(blocks));
      for (int64_t b = 0; b < blocks; ++b) {
        const std::vector<float> rows = someRows(dim, uint32_t(2 * b + side));
        quantiseKvBlock(form, values, rows.data(), dim, packed[side].data() + size_t(b) * bytes);
        std::vector<float> back(rows.size());
        dequantiseKvBlock(form, values, packed[side].data() + size_t(b) * bytes, dim, back.data());
        numbers[side].insert(numbers[side].end(), back.begin(), back.end());
      }
      std::vector<float> last = randomFloats(size_t(tail * dim), uint32_t(91 + side));
      rest[side].resize(size_t(rowBytes(Elem::F16, dim) * tail) + 1);
      if (tail) {
        convertFromF32(Elem::F16, last.data(), rest[side].data(), tail * dim);
        convertToF32(Elem::F16, rest[side].data(), last.data(), tail * dim);
      }
      numbers[side].insert(numbers[side].end(), last.begin(), last.end());
    }
    KvHeadView view;
    view.k = rest[0].data();
    view.v = rest[1].data();
    view.length = length;
    view.kBlocks = packed[0].data();
    view.vBlocks = packed[1].data();
    view.blockRows = blockRows;
    view.form = form;
    const std::vector<float> q = randomFloats(size_t(group * dim), 7, .3f);
    std::vector<float> out(size_t(group * dim)), tapped(out), probs(size_t(group * length));
    DecodeAttentionArgs a{q.data(), &view, out.data(), nullptr, 0, 1, group, dim, Elem::F16, 1.f / std::sqrt(float(dim))};
    decodeAttention(a, pool);
    a.out = tapped.data();
    a.probs = probs.data();
    a.probsStride = length;
    decodeAttention(a, pool);
    QVERIFY(out == tapped);
    for (int g = 0; g < group; ++g) {
      std::vector<double> p(static_cast<size_t>(length)), expected(size_t(dim), 0.);
      double top = -INFINITY, sum = 0;
      for (int64_t j = 0; j < length; ++j) {
        for (int i = 0; i < dim; ++i) p[size_t(j)] += double(q[size_t(g * dim + i)]) * double(numbers[0][size_t(j * dim + i)]) * double(a.scale);
        top = std::max(top, p[size_t(j)]);
      }
      for (double& x : p) sum += x = std::exp(x - top);
      for (int64_t j = 0; j < length; ++j) {
        p[size_t(j)] /= sum;
        QVERIFY(std::abs(double(probs[size_t(g * length + j)]) - p[size_t(j)]) < 1e-5);
        for (int i = 0; i < dim; ++i) expected[size_t(i)] += p[size_t(j)] * double(numbers[1][size_t(j * dim + i)]);
      }
      const std::vector<float> ours(out.begin() + g * dim, out.begin() + (g + 1) * dim);
      QVERIFY2(
          worstError(ours, expected) < 1e-4,
          qPrintable(QString("dim %1 group %2 blocks %3 tail %4: %5").arg(dim).arg(group).arg(blocks).arg(tail).arg(worstError(ours, expected))));
    }
  }
};

QTEST_GUILESS_MAIN(TestKernelKvQuant)
#include "tst_kernel_kv_quant.moc"
