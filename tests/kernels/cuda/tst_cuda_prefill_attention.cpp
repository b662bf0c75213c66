// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Prefill attention, in float32 and on tensor cores, against double precision: head dims, groups, windows, chunks, scores of the window's queries.
#include <QTest>

#include "kernels/cuda/prefill_kernels.h"
#include "tests/kernels/cuda/cuda_kernel_test.h"

using namespace presslab;
using namespace presslab::cuda;
using presslab::kernels::randomFloats;

namespace {

struct Case {
  Type elem = Type::F32, outType = Type::F32;
  int n = 1, start = 0, kvHeads = 1, group = 1, headDim = 64, window = 0;
  bool exact = true;
  int windowQueries = 0;
  int64_t tokens = 0;  // of the context; 0: start + n
  float width = 1;     // of queries: 10 makes rows that look at few keys
  int queryHeads() const { return kvHeads * group; }
  int keys() const { return start + n; }
};

constexpr float kUntouched = -77;  // in scores before a launch

class Problem {
 public:
  explicit Problem(const Case& c) : m_case(c), m_q(randomFloats(size_t(c.n) * size_t(c.queryHeads() * c.headDim), 5, c.width)) {
    if (m_case.tokens == 0) m_case.tokens = c.keys();
    const size_t room = size_t(c.keys() + 3) * size_t(c.headDim);  // rows behind the last are never read: they are NaN
    for (int h = 0; h < c.kvHeads; ++h) {
      std::vector<float> k = randomFloats(room, uint32_t(100 + h)), v = randomFloats(room, uint32_t(200 + h));
      for (size_t i = size_t(c.keys()) * size_t(c.headDim); i < room; ++i) k[i] = v[i] = NAN;
      m_k.emplace_back(c.elem, k);
      m_v.emplace_back(c.elem, v);
    }
  }

  struct Result {
    std::vector<float> out, scores;
  };

  Result run() {
    const Case& c = m_case;
    std::vector<HeadState> heads(size_t(c.kvHeads));
    for (size_t h = 0; h < heads.size(); ++h) {
      heads[h].k = m_k[h].data();
      heads[h].v = m_v[h].data();
      heads[h].length = heads[h].capacity = c.keys();
    }
    Stored out(c.outType, nans(m_q.size()));
    Result r;
    r.scores.assign(size_t(c.queryHeads()) * size_t(c.windowQueries) * size_t(c.tokens), kUntouched);
    PrefillAttentionArgs a{};
    a.q = m_q.data();
    a.cache = heads.data();
    a.elem = c.elem, a.outType = c.outType;
    a.out = out.data();
    a.n = c.n, a.start = c.start, a.kvHeads = c.kvHeads, a.group = c.group, a.headDim = c.headDim;
    a.scale = scale();
    a.window = c.window;
    a.exact = c.exact;
    a.windowQueries = c.windowQueries;
    a.tokens = c.tokens;
    a.windowScores = c.windowQueries > 0 ? r.scores.data() : nullptr;
    prefillAttention(a, nullptr);
    r.out = out.values();
    return r;
  }

  /// The same in double precision; scores that a kernel must leave alone are kUntouched.
  void reference(std::vector<double>& out, std::vector<double>& scores) const {
    const Case& c = m_case;
    const int d = c.headDim;
    out.assign(m_q.size(), 0);
    scores.assign(size_t(c.queryHeads()) * size_t(c.windowQueries) * size_t(c.tokens), double{kUntouched});
    for (int head = 0; head < c.queryHeads(); ++head) {
      const std::vector<float> k = m_k[size_t(head / c.group)].values(), v = m_v[size_t(head / c.group)].values();
      for (int i = 0; i < c.n; ++i) {
        const int position = c.start + i, first = c.window > 0 ? std::max(0, position - c.window + 1) : 0;
        const float* q = m_q.data() + (size_t(i) * size_t(c.queryHeads()) + size_t(head)) * size_t(d);
        std::vector<double> s(size_t(position + 1), -INFINITY);
        double top = -INFINITY, sum = 0;
        for (int j = first; j <= position; ++j) {
          double dot = 0;
          for (int x = 0; x < d; ++x) dot += double(q[x]) * k[size_t(j * d + x)];
          s[size_t(j)] = dot * scale();
          top = std::max(top, s[size_t(j)]);
          const int64_t row = position - (c.tokens - c.windowQueries);
          if (row >= 0 && row < c.windowQueries) scores[size_t((head * c.windowQueries + row) * c.tokens + j)] = s[size_t(j)];
        }
        double* to = out.data() + (size_t(i) * size_t(c.queryHeads()) + size_t(head)) * size_t(d);
        for (int j = first; j <= position; ++j) sum += std::exp(s[size_t(j)] - top);
        for (int j = first; j <= position; ++j)
          for (int x = 0; x < d; ++x) to[x] += std::exp(s[size_t(j)] - top) / sum * v[size_t(j * d + x)];
      }
    }
  }

 private:
  float scale() const { return 1.f / std::sqrt(float(m_case.headDim)); }
  Case m_case;
  std::vector<float> m_q;
  std::vector<Stored> m_k, m_v;
};

/// Largest error of outputs whose size is about 1, by what rounds them.
double tolerance(const Case& c) {
  const double out = c.outType == Type::F32 ? 2e-6 * (1 + c.width) : c.outType == Type::F16 ? 1e-3 : 8e-3;
  if (c.exact || c.elem == Type::F32) return out;
  return out + (c.elem == Type::F16 ? 2e-3 : 1.6e-2) * c.width;
}

void check(const Case& c) {
  const QString what = QString("%1 to %2, %3, %4 + %5 tokens, %6 x %7 heads of %8, window %9, %10 window queries")
                           .arg(nameOf(c.elem), nameOf(c.outType), c.exact ? "float32" : "tensor cores")
                           .arg(c.start)
                           .arg(c.n)
                           .arg(c.kvHeads)
                           .arg(c.group)
                           .arg(c.headDim)
                           .arg(c.window)
                           .arg(c.windowQueries);
  Problem p(c);
  std::vector<double> out, scores;
  p.reference(out, scores);
  std::vector<Problem::Result> results;
  inEveryOrder([&] { results.push_back(p.run()); });
  for (const auto& r : results) {
    QVERIFY2(r.out == results[0].out && r.scores == results[0].scores, qPrintable(what + ": threads in another order"));
  }
  double worst = 0, worstScore = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    QVERIFY2(std::isfinite(results[0].out[i]), qPrintable(what));
    worst = std::max(worst, std::fabs(results[0].out[i] - out[i]));
  }
  for (size_t i = 0; i < scores.size(); ++i) worstScore = std::max(worstScore, std::fabs(results[0].scores[i] - scores[i]));
  QVERIFY2(worst < tolerance(c), qPrintable(what + QString(": %1").arg(worst)));
  QVERIFY2(worstScore < 4 * tolerance(c), qPrintable(what + QString(": score %1").arg(worstScore)));
}

}  // namespace

class TestCudaPrefillAttention : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Every head dim class, with channels beyond the last whole 32 and tiles that end anywhere.
  void headDims() {
    for (const Type elem : {Type::F32, Type::F16, Type::BF16}) {
      for (const bool exact : {true, false}) {
        for (const int d : {8, 32, 40, 64, 80, 96, 112, 128, 192, 256}) {
          Case c;
          c.elem = elem, c.exact = exact, c.headDim = d;
          c.n = 45, c.start = d % 3 * 13, c.kvHeads = 2, c.group = 1 + d / 8 % 3;
          check(c);
        }
      }
    }
  }

  void groups() {
    for (const int group : {1, 2, 3, 5, 7, 8, 12, 67}) {
      for (const bool exact : {true, false}) {
        Case c;
        c.elem = c.outType = group % 2 ? Type::F16 : Type::BF16;
        c.exact = exact, c.group = group, c.n = 37, c.start = 90, c.headDim = 64;
        check(c);
      }
    }
  }

  /// One token, whole tiles, one more, one less.
  void lengths() {
    for (const int n : {1, 2, 31, 32, 33, 63, 64, 65, 130}) {
      for (const bool exact : {true, false}) {
        Case c;
        c.elem = Type::F16, c.exact = exact, c.n = n, c.headDim = 32, c.width = 4;
        check(c);
        c.start = 64 * 3 - n % 7;
        check(c);
      }
    }
  }

  void windows() {
    for (const int window : {1, 2, 31, 32, 33, 64, 70, 100, 1000}) {
      for (const bool exact : {true, false}) {
        Case c;
        c.elem = Type::F16, c.exact = exact, c.n = 71, c.start = 140, c.group = 3, c.window = window;
        check(c);
      }
    }
  }

  /// Scores of the last queries, whole, cut by the chunk, and none of this chunk.
  void windowQueries() {
    for (const Type elem : {Type::F32, Type::F16, Type::BF16}) {
      for (const bool exact : {true, false}) {
        for (const int64_t tokens : {0, 130, 145, 400}) {
          Case c;
          c.elem = elem, c.exact = exact, c.n = 50, c.start = 80, c.kvHeads = 2, c.group = 3, c.windowQueries = 32, c.tokens = tokens;
          check(c);
        }
      }
    }
  }

  /// Rows whose attention is nearly on one key: the running maximum jumps.
  void peaked() {
    for (const bool exact : {true, false}) {
      Case c;
      c.elem = Type::F16, c.exact = exact, c.n = 70, c.start = 70, c.headDim = 128, c.group = 2, c.width = 10;
      check(c);
    }
  }

  /// A query that is not finite gives a row that is not finite, and spoils no other.
  void notFinite() {
    for (const bool exact : {true, false}) {
      const int n = 20, d = 64;
      std::vector<float> q = randomFloats(size_t(n * d), 1);
      q[size_t(7 * d + 3)] = NAN;
      Stored k(Type::F16, randomFloats(size_t(n * d), 2)), v(Type::F16, randomFloats(size_t(n * d), 3)), out(Type::F32, nans(size_t(n * d)));
      HeadState head;
      head.k = k.data();
      head.v = v.data();
      PrefillAttentionArgs a{};
      a.q = q.data(), a.cache = &head, a.elem = Type::F16, a.outType = Type::F32, a.out = out.data();
      a.n = n, a.kvHeads = a.group = 1, a.headDim = d, a.scale = .125f, a.exact = exact;
      prefillAttention(a, nullptr);
      const std::vector<float> values = out.values();
      for (int i = 0; i < n; ++i) QCOMPARE(std::isfinite(values[size_t(i * d)]), i != 7);
    }
  }
};

QTEST_GUILESS_MAIN(TestCudaPrefillAttention)
#include "tst_cuda_prefill_attention.moc"
