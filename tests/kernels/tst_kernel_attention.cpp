// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Attention kernels against softmax(q k) v in double precision.
#include <QTest>

#include "tests/kernels/kernel_test.h"

using namespace presslab::kernels;

namespace {

/// Keys or values of one head as stored, and what they are as numbers.
struct Stored {
  std::vector<uint8_t> bytes;
  std::vector<float> values;
};

Stored stored(Elem e, int64_t rows, int dim, uint32_t seed) {
  Stored s{std::vector<uint8_t>(size_t(rows * rowBytes(e, dim)) + 1), randomFloats(size_t(rows * dim), seed)};
  if (rows == 0) return s;
  convertFromF32(e, s.values.data(), s.bytes.data(), rows * dim);
  convertToF32(e, s.bytes.data(), s.values.data(), rows * dim);
  return s;
}

/// One query against rows [0, n); weights go to `weights` when wanted.
std::vector<double> attend(const float* q, const Stored& k, const Stored& v, int64_t n, int dim, double scale,
                           std::vector<double>* weights = nullptr) {
  std::vector<double> p(static_cast<size_t>(n)), out(size_t(dim), 0.0);
  double top = -INFINITY, sum = 0;
  for (int64_t j = 0; j < n; ++j) {
    for (int i = 0; i < dim; ++i) p[size_t(j)] += double(q[i]) * k.values[size_t(j * dim + i)];
    p[size_t(j)] *= scale;
    top = std::max(top, p[size_t(j)]);
  }
  for (double& x : p) sum += x = std::exp(x - top);
  for (int64_t j = 0; j < n; ++j) {
    p[size_t(j)] /= sum;
    for (int i = 0; i < dim; ++i) out[size_t(i)] += p[size_t(j)] * v.values[size_t(j * dim + i)];
  }
  if (weights) *weights = p;
  return out;
}

struct Ragged {
  std::vector<Stored> k, v;
  std::vector<KvHeadView> views;
};

Ragged ragged(Elem e, const std::vector<int64_t>& lengths, int dim) {
  Ragged r;
  for (size_t h = 0; h < lengths.size(); ++h) {
    r.k.push_back(stored(e, lengths[h], dim, uint32_t(2 * h + 1)));
    r.v.push_back(stored(e, lengths[h], dim, uint32_t(2 * h + 2)));
  }
  for (size_t h = 0; h < lengths.size(); ++h) r.views.push_back({r.k[h].bytes.data(), r.v[h].bytes.data(), lengths[h]});
  return r;
}

}  // namespace

class TestKernelAttention : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void decode() {
    Pool one(1), two(2);
    const std::vector<int64_t> lengths = {0, 1, 2, 17, 255, 256, 257, 600};
    const int kvHeads = int(lengths.size());
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const Elem e : {Elem::F32, Elem::F16, Elem::BF16, Elem::Q8_0}) {
        for (const int dim : {64, 128, 80, 20, 1}) {
          if (e == Elem::Q8_0 && dim % 32 != 0) continue;
          const Ragged cache = ragged(e, lengths, dim);
          for (const int group : {1, 2, 3, 7}) {
            const std::vector<float> q = randomFloats(size_t(kvHeads * group * dim), 77);
            const float scale = 1.f / std::sqrt(float(dim));
            std::vector<float> out(size_t(kvHeads * group * dim), 9.f), again(out), tapped(out), probs(size_t(kvHeads * group) * 640, 3.f);
            DecodeAttentionArgs a{q.data(), cache.views.data(), out.data(), nullptr, 0, kvHeads, group, dim, e, scale};
            decodeAttention(a, one);
            a.out = again.data();
            readSideBySide(false);
            decodeAttention(a, two);
            readSideBySide(true);
            QVERIFY(out == again);
            a.out = tapped.data();
            a.probs = probs.data();
            a.probsStride = 640;
            decodeAttention(a, two);
            QVERIFY(out == tapped);
            checkDecode(cache, q, lengths, group, dim, scale, out, probs, isa, e);
          }
        }
      }
    }
  }

  void prefill() {
    Pool one(1), two(2);
    constexpr int kHeads = 2;
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const Elem e : {Elem::F32, Elem::F16, Elem::BF16, Elem::Q8_0}) {
        for (const int dim : {64, 128, 80, 20}) {
          if (e == Elem::Q8_0 && dim % 32 != 0) continue;
          for (const int group : {1, 3}) {
            for (const auto& [start, n] : {std::pair<int64_t, int64_t>{0, 1}, {0, 63}, {0, 129}, {1, 64}, {63, 2}, {255, 49}}) {
              const Ragged cache = ragged(e, {start + n, start + n}, dim);
              const int64_t width = kHeads * group * dim, qStride = width + 5, outStride = width + 3;
              const std::vector<float> q = randomFloats(size_t(n * qStride), 5);
              for (const bool exact : {true, false}) {
                std::vector<float> out(size_t(n * outStride), 7.f), again(out);
                PrefillAttentionArgs a{q.data(), qStride, cache.views.data(), out.data(), outStride, start, n, kHeads, group, dim, e, 0.125f, exact};
                prefillAttention(a, one);
                a.out = again.data();
                prefillAttention(a, two);
                QVERIFY(out == again);
                const double limit = exact || isa != Isa::Amx ? 2e-5 : 6e-2;
                for (int64_t i = 0; i < n; ++i) {
                  QCOMPARE(out[size_t(i * outStride + width)], 7.f);
                  for (int h = 0; h < kHeads * group; ++h) {
                    const auto want =
                        attend(&q[size_t(i * qStride + h * dim)], cache.k[size_t(h / group)], cache.v[size_t(h / group)], start + i + 1, dim, 0.125);
                    const float* got = &out[size_t(i * outStride + h * dim)];
                    const double error = worstError({got, got + dim}, want);
                    QVERIFY2(error < limit, qPrintable(QString("%1 elem %2 dim %3 group %4 start %5 n %6 exact %7 query %8 head %9: %10")
                                                           .arg(isaName(isa))
                                                           .arg(int(e))
                                                           .arg(dim)
                                                           .arg(group)
                                                           .arg(start)
                                                           .arg(n)
                                                           .arg(exact)
                                                           .arg(i)
                                                           .arg(h)
                                                           .arg(error)));
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  void prefillDoesNotDependOnTheChunk() {
    Pool pool(2);
    constexpr int kDim = 64, kGroup = 3;
    constexpr int64_t kN = 200, kWidth = kDim * kGroup;
    const std::vector<float> q = randomFloats(size_t(kN * kWidth), 21);
    const Ragged cache = ragged(Elem::F16, {kN}, kDim);
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const bool exact : {true, false}) {
        std::vector<float> whole(size_t(kN * kWidth)), parts(whole);
        PrefillAttentionArgs a{q.data(), kWidth, cache.views.data(), whole.data(), kWidth, 0, kN, 1, kGroup, kDim, Elem::F16, 0.125f, exact};
        prefillAttention(a, pool);
        for (int64_t i = 0, step = 1; i < kN; i += step, step = step * 2 % 71 + 1) {
          KvHeadView view = cache.views[0];
          a.start = i;
          a.n = std::min(step, kN - i);
          view.length = a.start + a.n;
          a.heads = &view;
          a.q = q.data() + i * kWidth;
          a.out = parts.data() + i * kWidth;
          prefillAttention(a, pool);
        }
        QVERIFY(whole == parts);
      }
    }
  }

  // Scores far apart and all equal: no overflow, no loss.
  void extremeScores() {
    Pool pool(1);
    constexpr int kDim = 64;
    constexpr int64_t kLength = 300;
    for (const Isa isa : isasHere()) {
      const UseIsa use(isa);
      for (const float size : {0.f, 1e4f}) {
        std::vector<float> q(kDim, size), k(size_t(kLength) * kDim, 0.f), v(size_t(kLength) * kDim), out(kDim);
        for (int64_t j = 0; j < kLength; ++j) {
          for (int i = 0; i < kDim; ++i) {
            k[size_t(j * kDim + i)] = j == 270 ? 1.f : -1.f;
            v[size_t(j * kDim + i)] = float(j);
          }
        }
        const KvHeadView view{k.data(), v.data(), kLength};
        decodeAttention({q.data(), &view, out.data(), nullptr, 0, 1, 1, kDim, Elem::F32, 1.f}, pool);
        for (const float x : out) QVERIFY2(std::fabs(x - (size > 0 ? 270.f : 149.5f)) < 1e-3f, qPrintable(QString::number(x)));
      }
    }
  }

 private:
  void checkDecode(const Ragged& cache, const std::vector<float>& q, const std::vector<int64_t>& lengths, int group, int dim, float scale,
                   const std::vector<float>& out, const std::vector<float>& probs, Isa isa, Elem e) {
    for (size_t row = 0; row < lengths.size() * size_t(group); ++row) {
      const size_t head = row / size_t(group);
      const int64_t n = lengths[head];
      const float* got = &out[row * size_t(dim)];
      if (n == 0) {
        for (int i = 0; i < dim; ++i) QCOMPARE(got[i], 0.f);
        continue;
      }
      std::vector<double> weights;
      const auto want = attend(&q[row * size_t(dim)], cache.k[head], cache.v[head], n, dim, scale, &weights);
      for (int i = 0; i < dim; ++i) {
        QVERIFY2(std::fabs(got[i] - want[size_t(i)]) < 1e-5, qPrintable(QString("%1 elem %2 dim %3 group %4 length %5 value %6: %7, not %8")
                                                                            .arg(isaName(isa))
                                                                            .arg(int(e))
                                                                            .arg(dim)
                                                                            .arg(group)
                                                                            .arg(n)
                                                                            .arg(i)
                                                                            .arg(got[i])
                                                                            .arg(want[size_t(i)])));
      }
      for (int64_t j = 0; j < n; ++j) QVERIFY(std::fabs(probs[row * 640 + size_t(j)] - weights[size_t(j)]) < 1e-5);
      QCOMPARE(probs[row * 640 + size_t(n)], 3.f);  // nothing behind the head's slots
    }
  }
};

QTEST_APPLESS_MAIN(TestKernelAttention)
#include "tst_kernel_attention.moc"
