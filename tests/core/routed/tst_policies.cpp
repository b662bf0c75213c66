// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>

#include "core/api/error.h"
#include "core/routed/policies.h"
#include "routed_test.h"

using namespace presslab;
using namespace presslab::test;

namespace {

using Doubles = std::vector<double>;

/// Attention weights of one query (query head q, position p) over the keys of its KV head, in double.
Doubles attention(const FakeLayer& l, int q, int64_t p) {
  const int dim = l.shape.headDim, half = dim / 2;
  const float* row = l.q.data() + (p * l.shape.queryHeads() + q) * dim;
  Doubles turned(static_cast<size_t>(dim));
  for (int d = 0; d < half; ++d) {
    const double angle = double(p) * std::pow(10000., -double(d) / half);
    turned[size_t(d)] = double(row[d]) * std::cos(angle) - double(row[d + half]) * std::sin(angle);
    turned[size_t(d + half)] = double(row[d + half]) * std::cos(angle) + double(row[d]) * std::sin(angle);
  }
  Doubles a;
  double sum = 0;
  for (int64_t i = 0; i <= p; ++i) {
    double dot = 0;
    for (int d = 0; d < dim; ++d) dot += turned[size_t(d)] * double(l.k[size_t((q / l.shape.group * l.trace.tokens + i) * dim + d)]);
    a.push_back(std::exp(dot / std::sqrt(double(dim))));
    sum += a.back();
  }
  for (double& v : a) v /= sum;
  return a;
}

double valueNorm(const FakeLayer& l, int h, int64_t i) {
  double sum = 0;
  for (int d = 0; d < l.shape.headDim; ++d) sum += std::pow(double(l.v[size_t((h * l.trace.tokens + i) * l.shape.headDim + d)]), 2);
  return std::sqrt(sum);
}

}  // namespace

class TestPolicies : public QObject {
  Q_OBJECT
  const HeadShape m_shape{1, 2, 3, 16, 24};
  const int64_t m_tokens = 150;
  FakeLayer m_layer{m_shape, m_tokens, 0, 5};

  std::vector<float> scores(const std::string& name) const {
    std::vector<float> out(size_t(m_shape.kvHeads * m_tokens));
    policyScores(name, m_layer.trace, m_shape, nullptr, out.data());
    return out;
  }
  void same(double got, double want) const {
    QVERIFY2(std::abs(got - want) <= 2e-5 * std::max(1e-3, std::abs(want)), "score differs from the definition");
  }

 private Q_SLOTS:
  void lists() {
    QCOMPARE(expertNames(4, false), (std::vector<std::string>{"recency", "keydiff", "window", "expected"}));
    QCOMPARE(expertNames(5, true).back(), std::string("importance"));
    QCOMPARE(expertNames(5, false).back(), std::string("observed"));
    QCOMPARE(expertNames(10, true).back(), std::string("window256"));
    QCOMPARE(expertNames(64, false).size(), size_t{64});
    QCOMPARE(parseExperts("tova|keydiff/window128").size(), size_t{3});
    QVERIFY_THROWS_EXCEPTION(Failure, parseExperts("tova|nonsense"));
    QVERIFY_THROWS_EXCEPTION(Failure, parseExperts("tova|tova"));
    QVERIFY_THROWS_EXCEPTION(Failure, parseExperts(""));
    for (const auto& n : expertNames(12, true)) QVERIFY(isExpertName(n));
  }

  void window() {
    const auto got = scores("window");
    for (int h = 0; h < m_shape.kvHeads; ++h) {
      Doubles sum(size_t(m_tokens), 0);
      for (int g = 0; g < m_shape.group; ++g) {
        for (int64_t p = m_tokens - 64; p < m_tokens; ++p) {
          const Doubles a = attention(m_layer, h * m_shape.group + g, p);
          for (int64_t i = 0; i < m_tokens - 64; ++i) sum[size_t(i)] += a[size_t(i)] / 64 / m_shape.group;
        }
      }
      for (int64_t i = 0; i < m_tokens - 64; ++i) {
        double pooled = 0;
        for (int64_t j = i - 2; j <= i + 2; ++j) pooled += j >= 0 && j < m_tokens - 64 ? sum[size_t(j)] / 5 : 0;
        same(double(got[size_t(h * m_tokens + i)]), pooled * valueNorm(m_layer, h, i));
        QVERIFY(got[size_t(h * m_tokens + i)] < got[size_t(h * m_tokens + m_tokens - 1)]);
      }
    }
  }

  void observedAndTova() {
    const auto observed = scores("observed"), tova = scores("tova");
    Doubles last(size_t(m_tokens), 0);
    for (int q = 0; q < m_shape.queryHeads(); ++q) {
      const Doubles a = attention(m_layer, q, m_tokens - 1);
      for (size_t i = 0; i < a.size(); ++i) last[i] += a[i] / m_shape.queryHeads();
    }
    for (int h = 0; h < m_shape.kvHeads; ++h) {
      Doubles sum(size_t(m_tokens), 0);
      for (int g = 0; g < m_shape.group; ++g) {
        for (int64_t p = 0; p < m_tokens; ++p) {
          const Doubles a = attention(m_layer, h * m_shape.group + g, p);
          for (size_t i = 0; i < a.size(); ++i) sum[i] += a[i] / m_shape.group;
        }
      }
      for (int64_t i = 0; i < m_tokens; ++i) {
        same(double(observed[size_t(h * m_tokens + i)]), sum[size_t(i)] / double(m_tokens - i) * valueNorm(m_layer, h, i));
        if (i < m_tokens - 1) same(double(tova[size_t(h * m_tokens + i)]), last[size_t(i)]);
      }
      QVERIFY(tova[size_t(h * m_tokens + m_tokens - 1)] > 1);
    }
  }

  void expectedAttention() {
    const auto got = scores("expected");
    const int dim = m_shape.headDim, half = dim / 2;
    // R: mean rotation over T .. T+511 as a full matrix
    std::vector<Doubles> r(size_t(dim), Doubles(size_t(dim), 0));
    for (int64_t p = m_tokens; p < m_tokens + 512; ++p) {
      for (int d = 0; d < half; ++d) {
        const double angle = double(p) * std::pow(10000., -double(d) / half), c = std::cos(angle) / 512, s = std::sin(angle) / 512;
        r[size_t(d)][size_t(d)] += c;
        r[size_t(d)][size_t(d + half)] -= s;
        r[size_t(d + half)][size_t(d)] += s;
        r[size_t(d + half)][size_t(d + half)] += c;
      }
    }
    for (int h = 0; h < m_shape.kvHeads; ++h) {
      Doubles average(size_t(m_tokens), 0);
      for (int g = 0; g < m_shape.group; ++g) {
        // Rotated queries have mean R mu and covariance R Sigma R'
        std::vector<Doubles> turned;
        for (int64_t p = 4; p < m_tokens; ++p) {
          const float* q = m_layer.q.data() + (p * m_shape.queryHeads() + h * m_shape.group + g) * dim;
          Doubles t(size_t(dim), 0);
          for (int a = 0; a < dim; ++a) {
            for (int b = 0; b < dim; ++b) t[size_t(a)] += r[size_t(a)][size_t(b)] * double(q[b]);
          }
          turned.push_back(t);
        }
        const double n = double(turned.size());
        Doubles z(size_t(m_tokens), 0);
        double sum = 0;
        for (int64_t i = 4; i < m_tokens; ++i) {
          double mean = 0, squares = 0;
          for (const Doubles& t : turned) {
            double dot = 0;
            for (int d = 0; d < dim; ++d) dot += t[size_t(d)] * double(m_layer.k[size_t((h * m_tokens + i) * dim + d)]);
            mean += dot / n;
            squares += dot * dot / n;
          }
          z[size_t(i)] = std::exp(mean / std::sqrt(double(dim)) + (squares - mean * mean) / (2 * dim));
          sum += z[size_t(i)];
        }
        for (int64_t i = 4; i < m_tokens; ++i) average[size_t(i)] += z[size_t(i)] / sum / m_shape.group;
      }
      for (int64_t i = 4; i < m_tokens; ++i) {
        same(double(got[size_t(h * m_tokens + i)]), (average[size_t(i)] + .01 / double(m_tokens)) * valueNorm(m_layer, h, i));
        QVERIFY(got[size_t(h * m_tokens)] > got[size_t(h * m_tokens + i)]);
      }
    }
  }

  void keyDifference() {
    const auto got = scores("keydiff");
    const int dim = m_shape.headDim;
    for (int h = 0; h < m_shape.kvHeads; ++h) {
      const auto key = [&](int64_t i, int d) { return double(m_layer.k[size_t((h * m_tokens + i) * dim + d)]); };
      Doubles anchor(size_t(dim), 0), norm;
      double length = 0;
      for (int64_t i = 0; i < m_tokens; ++i) {
        double n = 0;
        for (int d = 0; d < dim; ++d) n += key(i, d) * key(i, d);
        norm.push_back(std::sqrt(n));
        for (int d = 0; d < dim; ++d) anchor[size_t(d)] += key(i, d) / norm.back();
      }
      for (const double a : anchor) length += a * a;
      for (int64_t i = 0; i < m_tokens; ++i) {
        double dot = 0;
        for (int d = 0; d < dim; ++d) dot += key(i, d) * anchor[size_t(d)];
        same(double(got[size_t(h * m_tokens + i)]), -dot / norm[size_t(i)] / std::sqrt(length));
      }
    }
  }

  void lagged() {
    const auto got = scores("lagkv");  // 150 tokens: shorter than two blocks, recency behind the sinks
    for (int64_t i = 4; i < m_tokens; ++i) same(double(got[size_t(i)]), double(i - 4) / double(m_tokens - 4));
    const FakeLayer longer(m_shape, 420, 0, 6);
    std::vector<float> out(size_t(m_shape.kvHeads) * 420);
    policyScores("lagkv", longer.trace, m_shape, nullptr, out.data());
    for (const int64_t block : {4, 132}) {  // two whole blocks hold the ranks 0..127, the rest is kept
      std::vector<float> values(out.begin() + block, out.begin() + block + 128);
      std::sort(values.begin(), values.end());
      for (int i = 0; i < 128; ++i) QCOMPARE(values[size_t(i)], float(i) / 128.f);
    }
    for (int64_t i = 260; i < 420; ++i) QCOMPARE(out[size_t(i)], 1.f);
  }

  void noRotaryPositions() {
    FakeLayer plain(m_shape, 80, 0, 9);
    plain.trace.ropeCos = plain.trace.ropeSin = nullptr;
    std::vector<float> out(size_t(m_shape.kvHeads) * 80);
    for (const auto& name : expertNames(9, false)) {
      policyScores(name, plain.trace, m_shape, nullptr, out.data());
      for (const float s : out) QVERIFY(std::isfinite(s));
    }
  }

  void tinyContexts() {
    for (const int64_t tokens : {1, 2, 3, 5, 9, 17}) {
      const FakeLayer small(m_shape, tokens, 0, 10);
      const auto names = expertNames(9, false);
      const auto ranks = policyRanks(names, small.trace, m_shape, nullptr);
      for (size_t plane = 0; plane < names.size() * size_t(m_shape.kvHeads); ++plane) {
        std::vector<int32_t> r(ranks.begin() + std::ptrdiff_t(plane * size_t(tokens)), ranks.begin() + std::ptrdiff_t((plane + 1) * size_t(tokens)));
        std::sort(r.begin(), r.end());
        for (int64_t i = 0; i < tokens; ++i) QCOMPARE(r[size_t(i)], int32_t(i));
      }
    }
  }
};

QTEST_GUILESS_MAIN(TestPolicies)
#include "tst_policies.moc"
