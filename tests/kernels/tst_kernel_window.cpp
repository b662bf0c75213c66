// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What only some architectures need: LayerNorm, the GELUs, attention through a sliding window.
#include <QTest>

#include "tests/kernels/kernel_test.h"

using namespace presslab::kernels;

namespace {

/// Query against rows [first, last] in double precision.
std::vector<double> attend(const float* q, const float* k, const float* v, int64_t first, int64_t last, int dim, double scale) {
  std::vector<double> out(size_t(dim), 0.0);
  double sum = 0;
  for (int64_t j = first; j <= last; ++j) {
    double s = 0;
    for (int i = 0; i < dim; ++i) s += double(q[i]) * k[j * dim + i];
    const double e = std::exp(s * scale);
    sum += e;
    for (int i = 0; i < dim; ++i) out[size_t(i)] += e * v[j * dim + i];
  }
  for (double& x : out) x /= sum;
  return out;
}

}  // namespace

class TestKernelWindow : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void layerNorm() {
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const size_t n : {2u, 31u, 33u, 129u, 768u}) {
        std::vector<float> x = randomFloats(n, 1, 3.f), w = randomFloats(n, 2), b = randomFloats(n, 3), out(n);
        for (float& v : x) v += 5.f;
        presslab::kernels::layerNorm(x.data(), w.data(), b.data(), 1e-5f, out.data(), int64_t(n));
        double mean = 0, spread = 0;
        for (const float v : x) mean += v / double(n);
        for (const float v : x) spread += (v - mean) * (v - mean) / double(n);
        std::vector<double> want(n);
        for (size_t i = 0; i < n; ++i) want[i] = (x[i] - mean) / std::sqrt(spread + 1e-5) * w[i] + b[i];
        QVERIFY2(worstError(out, want) < 2e-5, qPrintable(QString("%1, %2").arg(isaName(isa)).arg(n)));
      }
    }
  }

  void gelu() {
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      std::vector<float> gate = randomFloats(203, 1, 6.f), up = randomFloats(203, 2), out(203), alone(203), exact(203);
      gate[0] = 100.f;
      gate[1] = -100.f;
      gate[2] = 0.f;
      geluTanhMul(gate.data(), up.data(), out.data(), 203);
      geluTanhMul(gate.data(), nullptr, alone.data(), 203);
      geluMul(gate.data(), up.data(), exact.data(), 203);
      for (size_t i = 0; i < 203; ++i) {
        const double x = gate[i], half = .5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + .044715 * x * x * x)));
        QVERIFY2(std::fabs(alone[i] - half) <= 2e-6 * std::fabs(x), qPrintable(QString("%1 at %2").arg(isaName(isa)).arg(x)));
        QVERIFY(std::fabs(out[i] - half * up[i]) <= 2e-6 * std::fabs(x));
        QVERIFY(std::fabs(exact[i] - .5 * x * (1 + std::erf(x / std::sqrt(2.))) * up[i]) <= 2e-6 * std::fabs(x));
      }
    }
  }

  void prefill() {
    Pool one(1), two(2);
    constexpr int kGroup = 2;
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const int dim : {64, 20}) {
        for (const auto& [start, n] : {std::pair<int64_t, int64_t>{0, 1}, {0, 129}, {63, 2}, {255, 100}}) {
          const std::vector<float> k = randomFloats(size_t((start + n) * dim), 1), v = randomFloats(size_t((start + n) * dim), 2);
          const std::vector<float> q = randomFloats(size_t(n * kGroup * dim), 3);
          const KvHeadView view{k.data(), v.data(), start + n};
          for (const int64_t window : {int64_t{1}, int64_t{5}, int64_t{64}, int64_t{65}, int64_t{200}, int64_t{1000}}) {
            for (const bool exact : {true, false}) {
              std::vector<float> out(q.size()), again(q.size());
              PrefillAttentionArgs a{q.data(), kGroup * dim, &view, out.data(), kGroup * dim, start, n,
                                     1,        kGroup,       dim,   Elem::F32,  0.2f,         exact, window};
              prefillAttention(a, one);
              a.out = again.data();
              prefillAttention(a, two);
              QVERIFY(out == again);
              for (int64_t i = 0; i < n; ++i)
                for (int g = 0; g < kGroup; ++g) {
                  const int64_t last = start + i, at = (i * kGroup + g) * dim;
                  const auto want = attend(q.data() + at, k.data(), v.data(), std::max<int64_t>(0, last + 1 - window), last, dim, 0.2);
                  for (int d = 0; d < dim; ++d)
                    QVERIFY2(std::fabs(out[size_t(at + d)] - want[size_t(d)]) < (exact ? 2e-5 : 2e-2),
                             qPrintable(QString("%1 window %2 query %3: %4, not %5")
                                            .arg(isaName(isa))
                                            .arg(window)
                                            .arg(last)
                                            .arg(out[size_t(at + d)])
                                            .arg(want[size_t(d)])));
                }
            }
          }
        }
      }
    }
  }

  /// Slots in any order; those before a position have no weight.
  void decode() {
    Pool pool(2);
    constexpr int kDim = 64, kGroup = 3;
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const int64_t length : {int64_t{1}, int64_t{300}, int64_t{700}}) {
        const std::vector<float> k = randomFloats(size_t(length * kDim), 1), v = randomFloats(size_t(length * kDim), 2),
                                 q = randomFloats(kGroup * kDim, 3);
        std::vector<int32_t> positions(static_cast<size_t>(length));
        for (int64_t j = 0; j < length; ++j) positions[size_t(j)] = int32_t((j + length / 3) % length);  // a ring
        for (const int64_t first : {int64_t{0}, length / 2, length - 1}) {
          KvHeadView view{k.data(), v.data(), length};
          view.positions = positions.data();
          view.first = first;
          std::vector<float> out(kGroup * kDim), probs(size_t(kGroup * length)), seenK, seenV;
          decodeAttention({q.data(), &view, out.data(), probs.data(), length, 1, kGroup, kDim, Elem::F32, 0.2f}, pool);
          for (int64_t j = 0; j < length; ++j) {
            if (positions[size_t(j)] < first) {
              for (int g = 0; g < kGroup; ++g) QCOMPARE(probs[size_t(g * length + j)], 0.f);
              continue;
            }
            seenK.insert(seenK.end(), k.begin() + j * kDim, k.begin() + (j + 1) * kDim);
            seenV.insert(seenV.end(), v.begin() + j * kDim, v.begin() + (j + 1) * kDim);
          }
          for (int g = 0; g < kGroup; ++g) {
            const auto want = attend(q.data() + g * kDim, seenK.data(), seenV.data(), 0, int64_t(seenK.size()) / kDim - 1, kDim, 0.2);
            for (int d = 0; d < kDim; ++d) QVERIFY(std::fabs(out[size_t(g * kDim + d)] - want[size_t(d)]) < 2e-5);
          }
        }
      }
    }
  }
};

QTEST_APPLESS_MAIN(TestKernelWindow)
#include "tst_kernel_window.moc"
