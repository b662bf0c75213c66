// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Kernels of the precision `exact` that promise bits: held against their order of roundings, written out step by step. That the order is PyTorch's
// is what tst_torch_exact checks.
#include <QTest>

#include "tests/kernels/kernel_test.h"

using namespace presslab::kernels;

namespace {

/// Rounded to float, whatever the compiler would rather do.
float rounded(float x) {
  volatile float y = x;
  return y;
}
float product(float a, float b) { return rounded(a * b); }
float total(float a, float b) { return rounded(a + b); }

/// What at::sum makes of one lane's numbers in one of four chains: runs of 2^power, sums of that many runs, and so on.
float cascade(const std::vector<float>& x, size_t power) {
  float level[4] = {};
  const size_t run = size_t{1} << power;
  for (size_t i = 0; i < x.size(); ++i) {
    level[0] = total(level[0], x[i]);
    size_t end = run;
    for (int l = 1; l < 4 && i + 1 >= run && (i + 1) % end == 0; ++l, end *= run) {
      level[l] = total(level[l], level[l - 1]);
      level[l - 1] = 0;
    }
  }
  return total(total(total(level[0], level[1]), level[2]), level[3]);
}

float sumOfSquares(const std::vector<float>& x) {
  const size_t steps = x.size() / 32, vectors = x.size() / 8;
  const size_t power = std::max<size_t>(4, size_t(std::ceil(std::log2(std::max<size_t>(1, steps)))) / 4);
  float lanes[8];
  for (size_t lane = 0; lane < 8; ++lane) {
    float chain[4];
    for (size_t c = 0; c < 4; ++c) {
      std::vector<float> squares;
      for (size_t s = 0; s < steps; ++s) squares.push_back(product(x[s * 32 + c * 8 + lane], x[s * 32 + c * 8 + lane]));
      chain[c] = cascade(squares, power);
    }
    for (size_t v = steps * 4; v < vectors; ++v) chain[0] = total(chain[0], product(x[v * 8 + lane], x[v * 8 + lane]));
    lanes[lane] = total(total(total(chain[0], chain[1]), chain[2]), chain[3]);
  }
  float sum = 0;
  for (size_t i = vectors * 8; i < x.size(); ++i) sum = total(sum, product(x[i], x[i]));
  for (const float lane : lanes) sum = total(sum, lane);
  return sum;
}

/// Columns that one chain of multiply-adds goes through, as measured on MKL.
std::vector<size_t> chainsOf(Isa isa, size_t cols) {
  const size_t block = isa >= Isa::Avx512 ? 384 : 192, whole = isa >= Isa::Avx512 ? 384 : 256;
  if (isa == Isa::Baseline || cols <= whole) return {cols};
  if (cols <= 2 * block) return {cols - cols / 2, cols / 2};
  std::vector<size_t> out(cols / block, block);
  if (cols % block > 0) out.push_back(cols % block);
  return out;
}

/// One chain from column k on, which moves behind it.
float chainOf(const float* a, const float* b, size_t& k, size_t length) {
  float chain = 0;
  for (const size_t end = k + length; k < end; ++k) chain = std::fma(a[k], b[k], chain);
  return chain;
}

}  // namespace

class TestKernelOrdered : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void rmsNorm() {
    // 8192 steps and more reach the upper levels of the cascade.
    for (const size_t n : {1u, 7u, 8u, 33u, 64u, 100u, 128u, 576u, 577u, 896u, 2048u, 4096u, 8192u, 9000u, 140000u}) {
      const std::vector<float> x = randomFloats(n, uint32_t(n), 3.f), w = randomFloats(n, 2);
      std::vector<float> out(n), self = x, want(n);
      presslab::kernels::rmsNormOrdered(x.data(), w.data(), 1e-5f, out.data(), int64_t(n));
      const float mean = rounded(sumOfSquares(x) / float(n)), factor = rounded(1.f / rounded(std::sqrt(total(mean, 1e-5f))));
      for (size_t i = 0; i < n; ++i) want[i] = product(product(x[i], factor), w[i]);
      QVERIFY2(out == want, qPrintable(QString::number(n)));
      presslab::kernels::rmsNormOrdered(self.data(), w.data(), 1e-5f, self.data(), int64_t(n));
      QVERIFY(self == want);  // in place
    }
  }

  void rope() {
    for (const auto& [headDim, dim] : {std::pair<size_t, size_t>{64, 64}, {128, 128}, {80, 40}, {6, 6}, {2, 2}}) {
      const std::vector<float> before = randomFloats(3 * headDim, 4), cos = randomFloats(dim / 2, 5), sin = randomFloats(dim / 2, 6);
      std::vector<float> x = before;
      presslab::kernels::ropeOrdered(x.data(), 3, int(headDim), int(dim), cos.data(), sin.data());
      for (size_t i = 0; i < x.size(); ++i) {
        const size_t at = i % headDim, half = dim / 2, pair = at % half;
        const float other = at < half ? -before[std::min(i + half, x.size() - 1)] : before[i - std::min(i, half)];
        const float want = at >= dim ? before[i] : total(product(before[i], cos[pair]), product(other, sin[pair]));
        QCOMPARE(x[i], want);
      }
    }
  }

  void rowNorms() {
    for (const size_t dim : {8u, 16u, 64u, 80u, 128u, 256u}) {
      const std::vector<float> x = randomFloats(50 * dim, uint32_t(dim));
      std::vector<float> out(51, 7.f);
      presslab::kernels::rowNormsOrdered(x.data(), 50, int64_t(dim), out.data());
      QCOMPARE(out[50], 7.f);
      for (size_t r = 0; r < 50; ++r) {
        float sum = 0;
        for (size_t lane = 0; lane < 8; ++lane) {
          float part = 0;
          for (size_t i = lane; i < dim; i += 8) part = total(part, product(x[r * dim + i], x[r * dim + i]));
          sum = total(sum, part);
        }
        QCOMPARE(out[r], std::sqrt(sum));
      }
    }
  }

  /// A dimension that no vector divides has the right norm, without a promise of bits.
  void rowNormsOfAnyDim() {
    for (const size_t dim : {1u, 2u, 6u, 20u, 257u}) {
      const std::vector<float> x = randomFloats(dim, uint32_t(dim));
      float out = 0;
      presslab::kernels::rowNormsOrdered(x.data(), 1, int64_t(dim), &out);
      double sum = 0;
      for (const float v : x) sum += double(v) * v;
      QVERIFY(std::fabs(out - std::sqrt(sum)) < 1e-6 * std::sqrt(sum));
    }
  }

  void productsInChains() {
    Pool pool(2);
    constexpr size_t kRows = 37, kN = 29;
    for (const size_t cols : {96u, 256u, 320u, 384u, 385u, 576u, 768u, 800u, 1024u}) {
      const std::vector<float> w = randomFloats(kRows * cols, 1), x = randomFloats(kN * cols, 2);
      const auto matrix = Matrix::pack(QuantType::F32, w.data(), kRows, int64_t(cols), true, pool);
      for (const Isa isa : isasHere()) {
        if (isa == Isa::Baseline) continue;  // without a fused multiply-add
        const UseIsa use(isa);
        for (const bool biased : {false, true}) {
          const std::vector<float> bias = biased ? randomFloats(kRows, 3) : std::vector<float>(kRows);
          std::vector<float> y(kN * kRows), want(y.size());
          for (size_t i = 0; i < want.size(); ++i) {
            const float *a = x.data() + i / kRows * cols, *b = w.data() + i % kRows * cols;
            size_t k = 0;
            want[i] = bias[i % kRows];
            for (const size_t length : chainsOf(isa, cols)) want[i] = total(want[i], chainOf(a, b, k, length));
          }
          const Matrix* const one = matrix.get();
          float* const out = y.data();
          const float* const start = biased ? bias.data() : nullptr;
          gemmMany({&one, 1}, x.data(), int64_t(cols), {&out, 1}, kN, pool, {&start, 1});
          QVERIFY2(y == want, qPrintable(QString("%1, %2 columns, bias %3").arg(isaName(isa)).arg(cols).arg(biased)));
        }
      }
    }
  }
};

QTEST_APPLESS_MAIN(TestKernelOrdered)
#include "tst_kernel_ordered.moc"
