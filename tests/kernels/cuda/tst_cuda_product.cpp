// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Matrices times a vector on the emulator, against double precision.
#include <QTest>
#include <limits>
#include <memory>

#include "tests/kernels/cuda/decode_test.h"

using namespace presslab;
using namespace presslab::cuda;
using kernels::randomFloats;

namespace {

constexpr int kAllWell = std::numeric_limits<int32_t>::max();

QString where(const char* what, int row, double got, double want) {
  return QStringLiteral("%1: row %2 is %3, not %4").arg(QString::fromLatin1(what)).arg(row).arg(got).arg(want);
}

/// Root mean square of the terms of a row's product: the scale of its rounding errors.
double termsOf(const TestMatrix& m, int row, std::span<const double> x) {
  double squares = 0;
  for (size_t c = 0; c < x.size(); ++c) {
    const double t = double(m.values[size_t(row) * x.size() + c]) * x[c];
    squares += t * t;
  }
  return std::sqrt(squares);
}

/// out against m x + bias. quantisedVector: the vector's values need not be multiples of its steps.
void checkRows(const char* what, const TestMatrix& m, std::span<const double> x, const float* bias, const std::vector<float>& out, bool fast) {
  for (int r = 0; r < m.matrix.rows; ++r) {
    const double want = m.times(r, x) + (bias ? double(bias[r]) : 0), terms = termsOf(m, r, x) + std::fabs(want);
    const double allowed = 4e-6 * terms + 1e-12 + (fast ? 1.001 * m.roundingBound(r, x) : 0);
    QVERIFY2(std::fabs(double(out[size_t(r)]) - want) <= allowed, qPrintable(where(what, r, double(out[size_t(r)]), want)));
  }
}

bool isFloat(const TestMatrix& m) { return m.matrix.type == Type::F32 || m.matrix.type == Type::F16 || m.matrix.type == Type::BF16; }

/// A vector whose groups of 32 are whole multiples of a power of two, the largest 127 of them: quantising it loses nothing.
std::vector<float> steppedVector(int n, uint32_t seed) {
  std::mt19937 engine(seed);
  std::vector<float> x(static_cast<size_t>(n));
  for (int g = 0; g < n; g += 32) {
    const float step = std::ldexp(1.f, int(engine() % 9) - 8);
    for (int c = g; c < std::min(g + 32, n); ++c) x[size_t(c)] = step * float(int(engine() % 255) - 127);
    x[size_t(g) + engine() % size_t(std::min(32, n - g))] = (engine() & 1) ? 127.f * step : -127.f * step;
  }
  return x;
}

double activated(Act act, double x) {
  if (act == Act::Silu) return x / (1 + std::exp(-x));
  if (act == Act::Gelu) return .5 * x * std::erfc(-x / std::sqrt(2.));
  return .5 * x * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + .044715 * x * x * x)));
}

ProductArgs argsOf(std::initializer_list<TestMatrix*> matrices, bool exact) {
  ProductArgs a;
  a.count = 0;
  a.exact = exact;
  for (TestMatrix* m : matrices) a.matrix[a.count++] = m->matrix;
  return a;
}

}  // namespace

class TestCudaProduct : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void types_data() {
    QTest::addColumn<int>("form");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("cols");
    const int narrow[] = {1, 7, 32, 33, 100, 264, 576}, quantised[] = {32, 96, 576, 1024, 1536};
    for (size_t i = 0; i < blockForms().size(); ++i) {
      const BlockForm& f = blockForms()[i];
      int rows = 1;
      const auto add = [&](int cols) {
        QTest::addRow("%s %d x %d", f.name, rows, cols) << int(i) << rows << cols;
        rows = rows * 3 % 61 + 2;  // odd ones and even ones, below and above what a block takes
      };
      if (f.values == 1) {
        for (const int cols : narrow) add(cols);
      } else {
        for (const int cols : quantised)
          if (cols % f.values == 0) add(cols);
        if (f.values == 256) add(768);
      }
    }
  }
  /// Every type, in float32 and with a quantised vector: exactly where the vector is one of whole steps, within half a step of each value elsewhere.
  void types() {
    QFETCH(int, form);
    QFETCH(int, rows);
    QFETCH(int, cols);
    const BlockForm& f = blockForms()[size_t(form)];
    for (const bool exact : {true, false}) {
      TestMatrix m(f.type, rows, cols, exact, uint32_t(cols));
      for (const bool stepped : {true, false}) {
        const std::vector<float> x = stepped ? steppedVector(cols, 5) : randomFloats(size_t(cols), 6);
        const std::vector<double> wide = doubles(x);
        inEveryOrder([&] {
          std::vector<float> out(size_t(rows) + 1, NAN);
          ProductArgs a = argsOf({&m}, exact);
          a.out[0] = out.data();
          product(x.data(), a, nullptr);
          checkRows(f.name, m, wide, nullptr, out, !exact && !stepped && !isFloat(m));
          QVERIFY(std::isnan(out[size_t(rows)]));
        });
        if (QTest::currentTestFailed()) return;
      }
    }
  }

  void manyRows_data() {
    QTest::addColumn<int>("form");
    QTest::addColumn<int>("cols");
    for (size_t i = 0; i < blockForms().size(); ++i) {
      const int values = blockForms()[i].values;
      if (values == 256)
        QTest::newRow(blockForms()[i].name) << int(i) << 256;
      else
        for (const int cols : values == 32 ? std::vector<int>{32, 288} : std::vector<int>{5, 72, 144})
          QTest::addRow("%s, %d columns", blockForms()[i].name, cols) << int(i) << cols;
    }
  }
  /// Many more rows than blocks take at once, of two matrices: several rows a team, and teams of fewer lanes where rows are narrow.
  void manyRows() {
    QFETCH(int, form);
    QFETCH(int, cols);
    const BlockForm& f = blockForms()[size_t(form)];
    for (const bool exact : {false, true}) {
      if (exact && cols > 72) continue;  // one value at a time: slow here, and of any width the same code
      const int rows[] = {12001, 1033};
      TestMatrix first(f.type, rows[0], cols, exact, 3), second(f.type, rows[1], cols, exact, 4);
      const std::vector<float> x = steppedVector(cols, 9), bias = randomFloats(size_t(rows[1]), 8);
      std::vector<float> out[] = {std::vector<float>(size_t(rows[0]) + 1, NAN), std::vector<float>(size_t(rows[1]) + 1, NAN)};
      ProductArgs a = argsOf({&first, &second}, exact);
      a.out[0] = out[0].data(), a.out[1] = out[1].data();
      a.bias[1] = bias.data();
      NormInput in{};
      in.x = x.data();
      normProduct(in, a, nullptr);
      checkRows("first", first, doubles(x), nullptr, out[0], false);
      checkRows("second", second, doubles(x), bias.data(), out[1], false);
      for (int i = 0; i < 2; ++i) QVERIFY(std::isnan(out[i].back()));
    }
  }

  /// A vector that needs more shared memory than a launch has without asking.
  void wideVector() {
    for (const bool exact : {true, false}) {
      TestMatrix m(Quant::Q8_0, 5, 12800, exact, 4);
      const std::vector<float> x = steppedVector(12800, 10);
      std::vector<float> out(5, NAN);
      ProductArgs a = argsOf({&m}, exact);
      a.out[0] = out.data();
      product(x.data(), a, nullptr);
      checkRows("wide", m, doubles(x), nullptr, out, false);
    }
  }

  /// Three matrices of different types and rows behind one norm, as q, k and v are.
  void threeMatrices() {
    const int cols = 512;
    const std::vector<float> x = randomFloats(cols, 1), delta = randomFloats(cols, 2), weight = randomFloats(cols, 3), post = randomFloats(cols, 4);
    for (const bool exact : {true, false}) {
      TestMatrix q(Quant::Q4_K, 45, cols, exact, 7), k(Quant::F16, 3, cols, exact, 8), v(Quant::Q6_K, 18, cols, exact, 9);
      const std::vector<float> bias[] = {randomFloats(45, 5), {}, randomFloats(18, 6)};
      NormInput in{};
      in.x = x.data();
      in.delta = delta.data();
      in.post = {post.data(), nullptr, 1e-5f, false};
      in.norm = {weight.data(), nullptr, 1e-6f, false};
      std::vector<double> row = normalised(doubles(delta), in.post);
      for (int c = 0; c < cols; ++c) row[size_t(c)] += double(x[size_t(c)]);
      const std::vector<double> wide = normalised(row, in.norm);
      inEveryOrder([&] {
        Token token;
        std::vector<float> stored(cols, NAN), out[] = {std::vector<float>(45, NAN), std::vector<float>(3, NAN), std::vector<float>(18, NAN)};
        in.xOut = stored.data();
        in.token = &token;
        ProductArgs a = argsOf({&q, &k, &v}, exact);
        for (int i = 0; i < 3; ++i) {
          a.out[i] = out[i].data();
          a.bias[i] = bias[i].empty() ? nullptr : bias[i].data();
        }
        normProduct(in, a, nullptr);
        const TestMatrix* const matrices[] = {&q, &k, &v};
        for (int i = 0; i < 3; ++i) checkRows("one of three", *matrices[i], wide, a.bias[i], out[i], !exact && i != 1);
        for (int c = 0; c < cols; ++c) QVERIFY(std::fabs(double(stored[size_t(c)]) - row[size_t(c)]) < 1e-5);
        QCOMPARE(token.bad, kAllWell);
      });
      if (QTest::currentTestFailed()) return;
    }
  }

  void norms_data() {
    QTest::addColumn<bool>("centred");
    QTest::addColumn<bool>("withBias");
    QTest::addColumn<bool>("withDelta");
    QTest::addColumn<bool>("withPost");
    QTest::newRow("no norm at all") << false << false << false << false;
    for (int i = 0; i < 16; ++i)
      QTest::addRow("centred %d, bias %d, delta %d, post %d", i & 1, i >> 1 & 1, i >> 2 & 1, i >> 3 & 1)
          << bool(i & 1) << bool(i & 2) << bool(i & 4) << bool(i & 8);
  }
  /// Every kind of norm, at a width that no block divides.
  void norms() {
    QFETCH(bool, centred);
    QFETCH(bool, withBias);
    QFETCH(bool, withDelta);
    QFETCH(bool, withPost);
    const bool none = QByteArray(QTest::currentDataTag()) == "no norm at all";
    const int cols = 301, rows = 13;
    TestMatrix m(Quant::F32, rows, cols, true, 4);
    std::vector<float> x = randomFloats(cols, 21, 3.f);
    for (float& v : x) v += 2.f;
    const std::vector<float> delta = randomFloats(cols, 22), weight = randomFloats(cols, 23), bias = randomFloats(cols, 24);
    NormInput in{};
    in.x = x.data();
    if (!none) in.norm = {weight.data(), withBias ? bias.data() : nullptr, 1e-5f, centred};
    if (withDelta) in.delta = delta.data();
    if (withPost) in.post = {bias.data(), nullptr, 1e-3f, false};
    std::vector<double> row = doubles(x);
    if (withDelta) {
      const std::vector<double> after = normalised(doubles(delta), in.post);
      for (size_t c = 0; c < row.size(); ++c) row[c] += after[c];
    }
    const std::vector<double> wide = normalised(row, in.norm);
    inEveryOrder([&] {
      std::vector<float> out(rows, NAN);
      ProductArgs a = argsOf({&m}, true);
      a.out[0] = out.data();
      normProduct(in, a, nullptr);
      checkRows("norm", m, wide, nullptr, out, false);
    });
  }

  void activations_data() {
    QTest::addColumn<int>("act");
    QTest::addColumn<bool>("gated");
    QTest::addColumn<bool>("exact");
    const char* const names[] = {"silu", "gelu with tanh", "gelu"};
    for (int act = 0; act < 3; ++act)
      for (int i = 0; i < 4; ++i) QTest::addRow("%s, gated %d, exact %d", names[act], i & 1, i >> 1) << act << bool(i & 1) << bool(i & 2);
  }
  void activations() {
    QFETCH(int, act);
    QFETCH(bool, gated);
    QFETCH(bool, exact);
    const int cols = 96, rows = 37;
    TestMatrix gate(Quant::Q4_0, rows, cols, exact, 31), up(Quant::Q8_0, rows, cols, exact, 32);
    const std::vector<float> x = steppedVector(cols, 33), b0 = randomFloats(rows, 34), b1 = randomFloats(rows, 35);
    const std::vector<double> wide = doubles(x);
    inEveryOrder([&] {
      std::vector<float> out(rows, NAN);
      ProductArgs a = gated ? argsOf({&gate, &up}, exact) : argsOf({&gate}, exact);
      a.gated = gated;
      a.activated = !gated;
      a.act = Act(act);
      a.bias[0] = b0.data();
      a.bias[1] = gated ? b1.data() : nullptr;
      a.out[0] = out.data();
      product(x.data(), a, nullptr);
      for (int r = 0; r < rows; ++r) {
        const double before = gate.times(r, wide) + double(b0[size_t(r)]), factor = gated ? up.times(r, wide) + double(b1[size_t(r)]) : 1;
        const double want = activated(Act(act), before) * factor;
        const double scale = (1 + termsOf(gate, r, wide) + std::fabs(before)) * (gated ? 1 + termsOf(up, r, wide) + std::fabs(factor) : 1);
        QVERIFY2(std::fabs(double(out[size_t(r)]) - want) <= 5e-6 * scale, qPrintable(where("activated", r, double(out[size_t(r)]), want)));
      }
    });
  }

  /// The first layer with a value that is not finite stays; sound values leave no mark.
  void notFinite() {
    const int cols = 64, rows = 9;
    TestMatrix m(Quant::Q4_1, rows, cols, false, 41);
    for (const float wrong : {INFINITY, -INFINITY, NAN}) {
      for (const bool inDelta : {false, true}) {
        std::vector<float> x = randomFloats(cols, 42), delta = randomFloats(cols, 43);
        const std::vector<float> weight(cols, 1.f);
        (inDelta ? delta : x)[51] = wrong;
        inEveryOrder([&] {
          Token token;
          std::vector<float> out(rows);
          NormInput in{};
          in.x = x.data();
          in.delta = delta.data();
          in.norm = {weight.data(), nullptr, 1e-5f, false};
          in.token = &token;
          in.layer = 5;
          ProductArgs a = argsOf({&m}, false);
          a.out[0] = out.data();
          normProduct(in, a, nullptr);
          QCOMPARE(token.bad, 5);
          in.layer = 7;
          normProduct(in, a, nullptr);
          QCOMPARE(token.bad, 5);
          in.layer = 2;
          normProduct(in, a, nullptr);
          QCOMPARE(token.bad, 2);
        });
      }
    }
  }

  /// What is not finite in a vector reaches the results, in every type: quantising must not make a number of it.
  void notFiniteResults_data() {
    QTest::addColumn<int>("form");
    for (size_t i = 0; i < blockForms().size(); ++i) QTest::newRow(blockForms()[i].name) << int(i);
  }
  void notFiniteResults() {
    QFETCH(int, form);
    const BlockForm& f = blockForms()[size_t(form)];
    const int cols = 512, rows = 5;
    for (const bool exact : {true, false}) {
      TestMatrix m(f.type, rows, cols, exact, 44);
      for (const float wrong : {INFINITY, -INFINITY, NAN}) {
        std::vector<float> x = randomFloats(cols, 45);
        x[333] = wrong;
        Token token;
        std::vector<float> out(rows, 1.f);
        ProductArgs a = argsOf({&m}, exact);
        a.out[0] = out.data();
        a.token = &token;
        a.layer = 3;
        product(x.data(), a, nullptr);
        for (int r = 0; r < rows; ++r) QVERIFY(!std::isfinite(out[size_t(r)]));
        QCOMPARE(token.bad, 3);
      }
    }
  }

  void zeroVector() {
    for (const BlockForm& f : blockForms()) {
      TestMatrix m(f.type, 3, 256, false, 46);
      const std::vector<float> x(256, 0.f);
      std::vector<float> out(3, NAN);
      Token token;
      ProductArgs a = argsOf({&m}, false);
      a.out[0] = out.data();
      a.token = &token;
      product(x.data(), a, nullptr);
      for (const float y : out) QCOMPARE(y, 0.f);
      QCOMPARE(token.bad, kAllWell);
    }
  }
};

QTEST_APPLESS_MAIN(TestCudaProduct)
#include "tst_cuda_product.moc"
