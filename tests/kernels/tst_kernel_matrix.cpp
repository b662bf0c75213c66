// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Packed matrices against a double-precision product of the dequantised rows.
#include <QTest>
#include <cstring>

#include "tests/kernels/kernel_test.h"

using namespace presslab::kernels;

namespace {

struct Type {
  QuantType type;
  const char* name;
  int elements, bytes;
};
constexpr Type kTypes[] = {{QuantType::F32, "F32", 1, 4},       {QuantType::F16, "F16", 1, 2},      {QuantType::BF16, "BF16", 1, 2},
                           {QuantType::Q4_0, "Q4_0", 32, 18},   {QuantType::Q4_1, "Q4_1", 32, 20},  {QuantType::Q5_0, "Q5_0", 32, 22},
                           {QuantType::Q5_1, "Q5_1", 32, 24},   {QuantType::Q8_0, "Q8_0", 32, 34},  {QuantType::Q4_K, "Q4_K", 256, 144},
                           {QuantType::Q5_K, "Q5_K", 256, 176}, {QuantType::Q6_K, "Q6_K", 256, 210}};

uint16_t half(float f) {
  uint16_t h;
  convertFromF32(Elem::F16, &f, &h, 1);
  return h;
}

/// Where the f16 scales lie in a block; -1: none.
void scalePlaces(QuantType t, int& d, int& m) {
  d = 0;
  m = -1;
  if (t == QuantType::Q4_1 || t == QuantType::Q5_1 || t == QuantType::Q4_K || t == QuantType::Q5_K) m = 2;
  if (t == QuantType::Q6_K) d = 208;
}

/// Random bytes with sensible scales: every quant, every high bit and every sub-scale occurs.
std::vector<uint8_t> randomBlocks(const Type& t, int64_t rows, int64_t cols, uint32_t seed) {
  const int64_t blocks = rows * cols / t.elements;
  std::vector<uint8_t> out(size_t(blocks * t.bytes));
  if (t.elements == 1) {
    const std::vector<float> values = randomFloats(size_t(rows * cols), seed, 0.1f);
    if (t.type == QuantType::F32)
      std::memcpy(out.data(), values.data(), out.size());
    else
      convertFromF32(t.type == QuantType::F16 ? Elem::F16 : Elem::BF16, values.data(), out.data(), rows * cols);
    return out;
  }
  std::mt19937 engine(seed);
  for (uint8_t& b : out) b = uint8_t(engine() >> 7);
  int d, m;
  scalePlaces(t.type, d, m);
  for (int64_t i = 0; i < blocks; ++i) {
    const uint16_t scale = half(1e-3f * float(engine() % 100 + 1)), least = half(1e-3f * float(engine() % 100) - 0.02f);
    std::memcpy(&out[size_t(i * t.bytes + d)], &scale, 2);
    if (m >= 0) std::memcpy(&out[size_t(i * t.bytes + m)], &least, 2);
  }
  return out;
}

struct Case {
  Type type;
  int64_t rows, cols;
  std::vector<uint8_t> data;
  std::vector<float> dense;
};

Case makeCase(const Type& t, int64_t rows, int64_t cols) {
  Case c{t, rows, cols, randomBlocks(t, rows, cols, uint32_t(rows * 131 + cols)), std::vector<float>(size_t(rows * cols))};
  for (int64_t r = 0; r < rows; ++r) dequantRow(t.type, c.data.data() + r * (cols / t.elements) * t.bytes, &c.dense[size_t(r * cols)], cols);
  return c;
}

std::vector<double> reference(const Case& c, const std::vector<float>& x, int64_t n) {
  std::vector<double> y(size_t(n * c.rows));
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t r = 0; r < c.rows; ++r) {
      double sum = 0;
      for (int64_t k = 0; k < c.cols; ++k) sum += double(c.dense[size_t(r * c.cols + k)]) * x[size_t(i * c.cols + k)];
      y[size_t(i * c.rows + r)] = sum;
    }
  }
  return y;
}

std::vector<int64_t> columnsOf(const Type& t) {
  if (t.elements == 256) return {256, 768};
  if (t.elements == 32) return {32, 96, 576};
  return {1, 31, 33, 63, 129};
}

}  // namespace

class TestKernelMatrix : public QObject {
  Q_OBJECT

  template <class F>
  void forCases(F&& use) {
    for (const Type& t : kTypes) {
      for (const int64_t rows : {1, 31, 33, 63, 129}) {
        for (const int64_t cols : columnsOf(t)) use(makeCase(t, rows, cols));
      }
    }
  }

 private Q_SLOTS:
  void rowsComeBack() {
    Pool pool(2);
    forCases([&](const Case& c) {
      for (const bool exact : {true, false}) {
        const auto w = Matrix::pack(c.type.type, c.data.data(), c.rows, c.cols, exact, pool);
        QCOMPARE(w->rows(), c.rows);
        QCOMPARE(w->cols(), c.cols);
        QVERIFY(w->bytes() > 0);
        std::vector<float> row(size_t(c.cols));
        const bool rounded = !exact && c.type.elements == 256;  // scales of 11 bits
        for (int64_t r = 0; r < c.rows; ++r) {
          w->row(r, row.data());
          float largest = 0;
          for (int64_t k = 0; k < c.cols; ++k) largest = std::max(largest, std::fabs(c.dense[size_t(r * c.cols + k)]));
          for (int64_t k = 0; k < c.cols; ++k) {
            const float error = std::fabs(row[size_t(k)] - c.dense[size_t(r * c.cols + k)]);
            QVERIFY2(error <= largest * (rounded ? 2e-3f
                                         : exact ? 0.f
                                                 : 3e-7f),
                     qPrintable(QString("%1 row %2 col %3").arg(c.type.name).arg(r).arg(k)));
          }
        }
      }
    });
  }

  void gemv() {
    Pool one(1), two(2);
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      forCases([&](const Case& c) {
        const std::vector<float> x = randomFloats(size_t(c.cols), 7);
        const std::vector<double> want = reference(c, x, 1);
        for (const bool exact : {true, false}) {
          const auto w = Matrix::pack(c.type.type, c.data.data(), c.rows, c.cols, exact, two);
          std::vector<float> y(size_t(c.rows) + 1, 42.f), again(y);
          w->gemv(x.data(), y.data(), one);
          w->gemv(x.data(), again.data(), two);
          QVERIFY(y == again);
          QCOMPARE(y.back(), 42.f);  // nothing beyond the last row
          // Relative to the norm of the row and of x: a sum may cancel.
          const double tolerance = exact || c.type.elements == 1 ? 2e-6 : 1.2e-2;
          for (int64_t r = 0; r < c.rows; ++r) {
            double norm = 0;
            for (int64_t k = 0; k < c.cols; ++k) norm += std::pow(c.dense[size_t(r * c.cols + k)], 2);
            double xNorm = 0;
            for (const float v : x) xNorm += double(v) * v;
            QVERIFY2(std::fabs(y[size_t(r)] - want[size_t(r)]) <= tolerance * std::sqrt(norm * xNorm) + 1e-12,
                     qPrintable(QString("%1 %2 %3x%4 exact %5 row %6: %7, not %8")
                                    .arg(isaName(isa))
                                    .arg(c.type.name)
                                    .arg(c.rows)
                                    .arg(c.cols)
                                    .arg(exact)
                                    .arg(r)
                                    .arg(y[size_t(r)])
                                    .arg(want[size_t(r)])));
          }
        }
      });
    }
  }

  // Integer forms: the same sums of integers on every instruction set, so only float rounding may differ.
  void gemvIsTheSameOnAllSets() {
    Pool pool(2);
    for (const Type& t : kTypes) {
      const Case c = makeCase(t, 63, t.elements == 1 ? 129 : 768);
      const auto w = Matrix::pack(t.type, c.data.data(), c.rows, c.cols, false, pool);
      const std::vector<float> x = randomFloats(size_t(c.cols), 11);
      std::vector<float> base(size_t(c.rows)), y(base);
      {
        const UseIsa use(Isa::Baseline);
        w->gemv(x.data(), base.data(), pool);
      }
      for (const Isa isa : isasHere()) {
        const UseIsa use(isa);
        w->gemv(x.data(), y.data(), pool);
        const double error = worstError(y, std::vector<double>(base.begin(), base.end()));
        QVERIFY2(error < 1e-5, qPrintable(QString("%1 %2: %3").arg(isaName(isa)).arg(t.name).arg(error)));
      }
    }
  }

  void readingSideBySideChangesNothing() {
    if (!canReadSideBySide()) QSKIP("reading panels side by side: needs AVX-512");
    for (const int threads : {1, 2, 5}) {
      Pool pool(threads);
      for (const Type& t : kTypes) {
        for (const int64_t rows : {64, 100, 129, 560, 1000}) {
          const Case c = makeCase(t, rows, t.elements == 1 ? 65 : 256);
          const auto w = Matrix::pack(t.type, c.data.data(), c.rows, c.cols, false, pool);
          const std::vector<float> x = randomFloats(size_t(c.cols), 11);
          std::vector<float> one(size_t(rows) + 1, 42.f), several(one);
          readSideBySide(false);
          w->gemv(x.data(), one.data(), pool);
          readSideBySide(true);
          w->gemv(x.data(), several.data(), pool);
          QVERIFY2(one == several, qPrintable(QString("%1 %2 rows, %3 threads").arg(t.name).arg(rows).arg(threads)));
        }
      }
    }
  }

  // Full-range bytes against full-range activations: no 16-bit sum may saturate.
  void extremesDoNotSaturate() {
    Pool pool(1);
    constexpr int kCols = 64, kRows = 16;
    for (const int fill : {0x80, 0x7F, 0x81, 0xFF}) {
      std::vector<uint8_t> data(size_t(kRows * kCols / 32 * 34), uint8_t(fill));
      for (size_t b = 0; b < data.size(); b += 34) {
        const uint16_t d = half(1.f);
        std::memcpy(&data[b], &d, 2);
      }
      const auto w = Matrix::pack(QuantType::Q8_0, data.data(), kRows, kCols, false, pool);
      const std::vector<float> x(kCols, 127.f);
      for (const Isa isa : isasHere()) {
        const UseIsa use(isa);
        std::vector<float> y(kRows);
        w->gemv(x.data(), y.data(), pool);
        for (const float v : y) QCOMPARE(v, float(int8_t(fill)) * 127.f * kCols);
      }
    }
  }

  void gemvManyEqualsGemv() {
    Pool pool(2);
    const Case a = makeCase(kTypes[4], 129, 576), b = makeCase(kTypes[7], 33, 576), f = makeCase(kTypes[0], 48, 576);
    std::vector<std::unique_ptr<Matrix>> owned;
    std::vector<const Matrix*> matrices;
    for (int i = 0; i < 11; ++i) {  // more than one pass holds
      const Case& c = i % 3 == 0 ? a : i % 3 == 1 ? b : f;
      owned.push_back(Matrix::pack(c.type.type, c.data.data(), c.rows, c.cols, false, pool));
      matrices.push_back(owned.back().get());
    }
    const std::vector<float> x = randomFloats(576, 3);
    std::vector<std::vector<float>> y, want;
    std::vector<float*> out;
    for (const Matrix* m : matrices) {
      y.emplace_back(size_t(m->rows()));
      want.emplace_back(size_t(m->rows()));
      m->gemv(x.data(), want.back().data(), pool);
    }
    for (auto& v : y) out.push_back(v.data());
    gemvMany(matrices, x.data(), out, pool);
    for (size_t i = 0; i < y.size(); ++i) QVERIFY(y[i] == want[i]);
  }

  void gemmManyEqualsGemm() {
    Pool pool(2);
    constexpr int64_t kN = 37, kLdx = 580;
    const Case a = makeCase(kTypes[4], 129, 576), b = makeCase(kTypes[7], 33, 576), f = makeCase(kTypes[0], 48, 576);
    const std::vector<float> x = randomFloats(size_t(kN * kLdx), 3);
    for (const bool exact : {true, false}) {
      std::vector<std::unique_ptr<Matrix>> owned;
      std::vector<const Matrix*> matrices;
      std::vector<std::vector<float>> y, want;
      std::vector<float*> out;
      for (int i = 0; i < 12; ++i) {  // more than one pass holds; floats between integers
        const Case& c = i % 5 == 3 ? f : i % 2 == 0 ? a : b;
        owned.push_back(Matrix::pack(c.type.type, c.data.data(), c.rows, c.cols, exact, pool));
        matrices.push_back(owned.back().get());
        y.emplace_back(size_t(kN * c.rows), 7.f);
        want.emplace_back(size_t(kN * c.rows));
      }
      for (auto& v : y) out.push_back(v.data());
      for (const Isa isa : isasHere()) {
        const UseIsa use(isa);
        for (size_t i = 0; i < y.size(); ++i) matrices[i]->gemm(x.data(), kLdx, want[i].data(), matrices[i]->rows(), kN, pool);
        gemmMany(matrices, x.data(), kLdx, out, kN, pool);
        for (size_t i = 0; i < y.size(); ++i) QVERIFY2(y[i] == want[i], isaName(isa));
      }
    }
  }

  void notFiniteStaysVisible() {
    Pool pool(1);
    const Case c = makeCase(kTypes[4], 16, 64);
    const auto w = Matrix::pack(c.type.type, c.data.data(), c.rows, c.cols, false, pool);
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const float bad : {INFINITY, -INFINITY, NAN}) {
        std::vector<float> x = randomFloats(64, 5), y(16);
        x[40] = bad;
        w->gemv(x.data(), y.data(), pool);
        for (const float v : y) QVERIFY(!std::isfinite(v));
      }
    }
  }

  void gemm() {
    Pool one(1), two(2);
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const Type& t : kTypes) {
        for (const int64_t rows : {1, 33, 129}) {
          const Case c = makeCase(t, rows, t.elements == 1 ? 101 : t.elements == 32 ? 96 : 256);
          for (const int64_t n : {1, 2, 13, 31, 63}) {
            const std::vector<float> x = randomFloats(size_t(n * c.cols), uint32_t(n));
            const std::vector<double> want = reference(c, x, n);
            for (const bool exact : {true, false}) {
              const auto w = Matrix::pack(t.type, c.data.data(), c.rows, c.cols, exact, two);
              std::vector<float> y(size_t(n * rows)), again(y);
              w->gemm(x.data(), c.cols, y.data(), rows, n, one);
              w->gemm(x.data(), c.cols, again.data(), rows, n, two);
              QVERIFY(y == again);
              // fast: bf16 (there the processor rounds weights and activations alike), or int8 with a scale for 32 values where the weights are
              // integers.
              const double error = worstError(y, want), limit = rows == 1 && n == 1                       ? 1
                                                                : exact                                   ? 1e-5
                                                                : isa == Isa::Amx && t.elements == 1      ? 1.2e-2
                                                                : isa == Isa::Baseline || t.elements == 1 ? 4e-3
                                                                                                          : 6e-2;
              QVERIFY2(
                  error < limit,
                  qPrintable(
                      QString("%1 %2 %3x%4 n %5 exact %6: %7").arg(isaName(isa)).arg(t.name).arg(rows).arg(c.cols).arg(n).arg(exact).arg(error)));
            }
          }
        }
      }
    }
  }

  void gemmDoesNotDependOnTheSplit() {
    Pool pool(2);
    const Case c = makeCase(kTypes[4], 97, 576);
    constexpr int64_t kN = 61, kLdx = 580, kLdy = 101;
    const std::vector<float> x = randomFloats(size_t(kN * kLdx), 9);
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const bool exact : {true, false}) {
        const auto w = Matrix::pack(c.type.type, c.data.data(), c.rows, c.cols, exact, pool);
        std::vector<float> whole(size_t(kN * kLdy), 5.f), parts(whole);
        w->gemm(x.data(), kLdx, whole.data(), kLdy, kN, pool);
        for (int64_t i = 0, step = 1; i < kN; i += step, step = step % 17 + 4) {
          w->gemm(x.data() + i * kLdx, kLdx, parts.data() + i * kLdy, kLdy, std::min(step, kN - i), pool);
        }
        QVERIFY(whole == parts);  // also the gap behind every row
        QCOMPARE(whole[98], 5.f);
      }
    }
  }
};

QTEST_APPLESS_MAIN(TestKernelMatrix)
#include "tst_kernel_matrix.moc"
