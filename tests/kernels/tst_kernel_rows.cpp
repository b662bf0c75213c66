// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/kernels/kernel_test.h"

using namespace presslab::kernels;

class TestKernelRows : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void rmsNorm() {
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const size_t n : {1u, 2u, 31u, 33u, 63u, 129u, 576u}) {
        const std::vector<float> x = randomFloats(n, 1, 3.f), w = randomFloats(n, 2);
        std::vector<float> out(n);
        presslab::kernels::rmsNorm(x.data(), w.data(), 1e-5f, out.data(), int64_t(n));
        double squares = 0;
        for (const float v : x) squares += double(v) * v;
        std::vector<double> want(n);
        for (size_t i = 0; i < n; ++i) want[i] = x[i] / std::sqrt(squares / double(n) + 1e-5) * w[i];
        QVERIFY(worstError(out, want) < 2e-6);
      }
    }
  }

  void siluMul() {
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      std::vector<float> gate = randomFloats(203, 1, 6.f), up = randomFloats(203, 2), out(203);
      gate[0] = 100.f;
      gate[1] = -100.f;
      gate[2] = 0.f;
      gate[3] = -88.f;
      presslab::kernels::siluMul(gate.data(), up.data(), out.data(), 203);
      for (size_t i = 0; i < 203; ++i) {
        const double want = gate[i] / (1 + std::exp(-double(gate[i]))) * up[i];
        QVERIFY2(std::fabs(out[i] - want) <= 1e-6 * std::fabs(want) + 1e-30,
                 qPrintable(QString("%1 at %2: %3, not %4").arg(isaName(isa)).arg(i).arg(out[i]).arg(want)));
      }
      gate[7] = NAN;
      presslab::kernels::siluMul(gate.data(), up.data(), out.data(), 203);
      QVERIFY(std::isnan(out[7]));
    }
  }

  void rope() {
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const auto& [headDim, dim] : {std::pair{64, 64}, {128, 128}, {80, 40}, {6, 6}, {2, 2}}) {
        constexpr int kHeads = 3;
        const std::vector<float> before = randomFloats(size_t(kHeads * headDim), 4);
        std::vector<float> x = before, cos(size_t(dim / 2)), sin(cos);
        for (int i = 0; i < dim / 2; ++i) {
          cos[size_t(i)] = std::cos(0.3f * float(i + 1));
          sin[size_t(i)] = std::sin(0.3f * float(i + 1));
        }
        presslab::kernels::rope(x.data(), kHeads, headDim, dim, cos.data(), sin.data());
        for (int h = 0; h < kHeads; ++h) {
          for (int i = 0; i < headDim; ++i) {
            const float* row = before.data() + h * headDim;
            double want = row[i];
            const int half = dim / 2;
            if (i < half)
              want = double(row[i]) * cos[size_t(i)] - double(row[i + half]) * sin[size_t(i)];
            else if (i < dim)
              want = double(row[i]) * cos[size_t(i - half)] + double(row[i - half]) * sin[size_t(i - half)];
            QVERIFY(std::fabs(x[size_t(h * headDim + i)] - want) < 2e-6);
          }
        }
      }
    }
  }

  void addInto() {
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      std::vector<float> x = randomFloats(129, 1), y = randomFloats(129, 2), want(129);
      for (size_t i = 0; i < 129; ++i) want[i] = x[i] + y[i];
      presslab::kernels::addInto(x.data(), y.data(), 128);
      want[128] = x[128];
      QVERIFY(x == want);
    }
  }
};

QTEST_APPLESS_MAIN(TestKernelRows)
#include "tst_kernel_rows.moc"
