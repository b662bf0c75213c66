// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Tokens read behind a cache that stays as it is, in chunks, against the same tokens decoded one by one with their attention told.
#include <QtTest>
#include <algorithm>
#include <cmath>

#include "core/api/error.h"
#include "core/engine/checkpoint.h"
#include "core/engine/reread.h"
#include "core/engine/session.h"
#include "core/engine/tiny_model.h"
#include "core/press/score_repeat.h"
#include "tests/support/code_of.h"

using namespace presslab;
using namespace presslab::test;

namespace {

constexpr TraceNeeds kAll{.keys = true, .values = true, .queries = true, .input = true, .residual = true, .output = true};

/// A context that stands whole, and what is read behind it.
struct Reading {
  std::unique_ptr<Backend> backend;
  std::vector<int32_t> context, ids;
  std::unique_ptr<Sequence> whole;
  std::unique_ptr<ModelFile> file;

  Reading(std::unique_ptr<Backend> b, std::vector<int32_t> all, size_t first)
      : backend(std::move(b)), context(all.begin(), all.begin() + std::ptrdiff_t(first)) {
    ids.assign(all.begin() + std::ptrdiff_t(first), all.end());
    whole = backend->newSequence();
    prefill(*backend, *whole, context, nullptr, {}, {}, {});
  }
};

/// Scores of KVzip from whole rows of attention, one token after the other: (layers, kvHeads, part).
std::vector<double> tokenByToken(const Reading& r, const RepeatedPart& part) {
  const HeadShape shape = r.backend->shape();
  const int64_t length = part.to - part.from, first = int64_t(r.context.size());
  std::vector<double> best(size_t(shape.heads() * length), 0.);
  const std::unique_ptr<Sequence> copy = r.whole->clone();
  for (const int32_t id : r.ids) {
    copy->decode(id, nullptr, [&](int layer, int query, std::span<const float> probs, std::span<const int32_t> positions) {
      double sum = 0;
      const auto counts = [&](int64_t p) { return p < part.sinks || (p >= part.from && p < part.to) || p >= first; };
      for (size_t i = 0; i < probs.size(); ++i) sum += counts(positions[i]) ? double(probs[i]) : 0.;
      double* row = best.data() + (int64_t{layer} * shape.kvHeads + query / shape.group) * length;
      for (size_t i = 0; i < probs.size(); ++i) {
        const int64_t p = positions[i];
        if (p >= part.from && p < part.to) row[p - part.from] = std::max(row[p - part.from], double(probs[i]) / sum);
      }
    });
  }
  return best;
}

/// A layer's part of a tap, copied.
struct Seen {
  std::vector<float> k, v, q, x, residual;
};

struct Heard {
  std::vector<float> scores;  // (layers, kvHeads, part)
  std::vector<Seen> layers;
  ReadCost cost;
};

Heard heard(Reading& r, const RepeatedPart& part, bool behind) {
  const HeadShape shape = r.backend->shape();
  const int64_t length = part.to - part.from, n = int64_t(r.ids.size());
  Heard h;
  h.scores.resize(size_t(shape.heads() * length));
  const ReadTap tap = [&](const ReadLayer& read) {
    if (read.first != int64_t(r.context.size()) || read.count() != n || read.t.layer != int(h.layers.size()))
      throw Failure(ErrorCode::Failed, "a layer out of order");
    const int64_t rows = shape.kvHeads * read.t.tokens * shape.headDim, hidden = n * shape.hidden, queries = n * shape.queryHeads() * shape.headDim;
    h.layers.push_back({{read.t.k, read.t.k + rows},
                        {read.t.v, read.t.v + rows},
                        {read.t.q, read.t.q + queries},
                        {read.t.x, read.t.x + hidden},
                        {read.t.residual, read.t.residual + hidden}});
    repeatScores(read, shape, part, h.scores.data() + read.t.layer * shape.kvHeads * length, length);
  };
  if (!behind) {
    h.cost = readAnew(*r.backend, r.context, r.ids, kAll, tap, {});
    return h;
  }
  const auto cost = r.whole->readBehind(r.ids, kAll, tap, {});
  if (!cost) throw Failure(ErrorCode::Failed, "cannot");
  h.cost = *cost;
  return h;
}

double farthest(const std::vector<float>& a, const std::vector<float>& b) {
  double far = a.size() == b.size() ? 0 : 1e9;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) far = std::max(far, std::fabs(double(a[i]) - double(b[i])));
  return far;
}

Reading ofCheckpoint(const std::string& name) {
  auto file = openModelFile(checkpointPath(name) + ".gguf");
  Reading r(makeCpuBackend(*file, exactSpec(), {}, {}), Checkpoint(name).ids, 90);
  r.file = std::move(file);
  return r;
}

Reading ofTinyModel(int64_t context, int64_t ids, Precision precision = Precision::Exact) {
  const TinyModel model(5, 1200);
  return {makeCpuBackend(model, exactSpec(precision), {}, {}), randomIds(9, size_t(context + ids), 96), size_t(context)};
}

}  // namespace

class TestReread : public QObject {
  Q_OBJECT

  static void compare(const HeadShape& shape, const RepeatedPart& part, const std::vector<float>& got, const std::vector<double>& want, double most) {
    const int64_t length = part.to - part.from;
    for (int l = 0; l < shape.layers; ++l) {
      if (shape.isBounded(l)) continue;  // no press looks at them
      for (int64_t i = l * shape.kvHeads * length; i < (l + 1) * shape.kvHeads * length; ++i)
        QVERIFY2(std::fabs(double(got[size_t(i)]) - want[size_t(i)]) < most,
                 qPrintable(QStringLiteral("layer %1: %2, token by token %3").arg(l).arg(double(got[size_t(i)])).arg(want[size_t(i)])));
    }
  }

 private Q_SLOTS:
  void architectures_data() {
    QTest::addColumn<QString>("name");
    for (const std::string& name : checkpointNames()) QTest::newRow(name.c_str()) << QString::fromStdString(name);
  }

  /// Every architecture: sliding windows, rings, norms of heads, biases, learned positions.
  void architectures() {
    QFETCH(QString, name);
    Reading r = ofCheckpoint(name.toStdString());
    const HeadShape shape = r.backend->shape();
    for (const RepeatedPart& part : {RepeatedPart{4, 4, 90, false}, {3, 40, 71, false}, {0, 0, 90, false}}) {
      const std::vector<double> want = tokenByToken(r, part);
      QVERIFY(*std::max_element(want.begin(), want.end()) > .02);
      compare(shape, part, heard(r, part, false).scores, want, 2e-5);
      if (name == QStringLiteral("gemma3"))  // its rings have lost what a reader behind them needs
        QVERIFY(!r.whole->readBehind(r.ids, kAll, [](const ReadLayer&) { QFAIL("read"); }, {}));
      else
        compare(shape, part, heard(r, part, true).scores, want, 2e-5);
    }
  }

  /// More than one chunk; all that a tap is given is what a prefill of everything computes.
  void chunks() {
    Reading r = ofTinyModel(300, 530);
    const RepeatedPart part{4, 10, 300, false};
    const Heard behind = heard(r, part, true), anew = heard(r, part, false);
    compare(r.backend->shape(), part, behind.scores, tokenByToken(r, part), 2e-5);
    compare(r.backend->shape(), part, anew.scores, tokenByToken(r, part), 2e-5);
    for (size_t l = 0; l < behind.layers.size(); ++l) {
      QVERIFY(farthest(behind.layers[l].k, anew.layers[l].k) < 1e-3);
      QVERIFY(farthest(behind.layers[l].v, anew.layers[l].v) < 1e-3);
      QVERIFY(farthest(behind.layers[l].q, anew.layers[l].q) < 1e-3);
      QVERIFY(farthest(behind.layers[l].x, anew.layers[l].x) < 1e-3);
      QVERIFY(farthest(behind.layers[l].residual, anew.layers[l].residual) < 1e-3);
    }
    QCOMPARE(behind.layers.size(), size_t{3});
  }

  void fastPrecision() {
    Reading r = ofTinyModel(200, 210, Precision::Fast);
    const RepeatedPart part{4, 4, 200, false};
    // bf16 products against int8 ones; processors with bf16 instructions of their own round once more (.056 at a score of .67)
    compare(r.backend->shape(), part, heard(r, part, true).scores, tokenByToken(r, part), .1);
  }

  /// KVzip+ by its definition: max over readers and group of attention / |x| * |W_o v|_2, which the plain scores cannot tell apart.
  void normalised() {
    Reading r = ofTinyModel(40, 30);
    const HeadShape shape = r.backend->shape();
    const RepeatedPart part{2, 5, 40, true};
    const Heard got = heard(r, part, true);
    const int64_t d = shape.headDim, length = part.to - part.from, width = shape.queryHeads() * d, tokens = 70;
    std::vector<double> want(got.scores.size(), 0.);
    const auto copy = r.whole->clone();
    int64_t reader = 0;
    for (const int32_t id : r.ids) {
      copy->decode(id, nullptr, [&](int layer, int q, std::span<const float> probs, std::span<const int32_t> positions) {
        const Seen& seen = got.layers[size_t(layer)];
        const std::vector<float> wo = r.backend->outputProjection(layer);
        double sum = 0, x = 0;
        for (int64_t i = 0; i < shape.hidden; ++i) x += std::pow(double(seen.x[size_t(reader * shape.hidden + i)]), 2);
        for (size_t i = 0; i < probs.size(); ++i)
          if (const int64_t p = positions[i]; p < part.sinks || p >= part.from) sum += double(probs[i]);
        for (int64_t p = part.from; p < part.to; ++p) {
          double squares = 0;
          for (int64_t o = 0; o < shape.hidden; ++o) {
            double dot = 0;
            for (int64_t c = 0; c < d; ++c)
              dot += double(wo[size_t(o * width + q * d + c)]) * double(seen.v[size_t((q / shape.group * tokens + p) * d + c)]);
            squares += dot * dot;
          }
          double& best = want[size_t((layer * shape.kvHeads + q / shape.group) * length + p - part.from)];
          best = std::max(best, double(probs[size_t(p)]) / sum / std::sqrt(x) * std::sqrt(squares));
        }
      });
      ++reader;
    }
    const double top = *std::max_element(want.begin(), want.end());
    compare(shape, part, got.scores, want, 1e-4 * top);
  }

  /// The sequence goes on as if nothing had been read; what stood beside it is told.
  void nothingChanges() {
    Reading r = ofTinyModel(120, 100);
    const auto before = r.whole->clone();
    const CacheBytes bytes = r.whole->bytes();
    const Heard h = heard(r, {4, 4, 120, false}, true);
    const CacheBytes after = r.whole->bytes();
    QCOMPARE(after.held, bytes.held);
    QCOMPARE(after.reserved, bytes.reserved);
    QCOMPARE(after.scratch, bytes.scratch);
    const int64_t rows = 2 * 2 * 16 * 4 * int64_t{220};  // K and V of both heads, float32
    QVERIFY(h.cost.kvBytes >= rows && h.cost.kvBytes < rows + 2 * 4096);
    QVERIFY(h.cost.scratchBytes > 100 * 64 * 4);
    std::vector<float> a(96), b(96);
    for (const int32_t id : {5, 60, 7}) {
      r.whole->decode(id, a.data(), {});
      before->decode(id, b.data(), {});
      QCOMPARE(a, b);
    }
  }

  void whatCannotBeRead() {
    Reading r = ofTinyModel(120, 100);
    const ReadTap tap = [](const ReadLayer&) {};
    std::stop_source stop;
    int layers = 0;
    const ReadTap stopping = [&](const ReadLayer&) {
      ++layers;
      stop.request_stop();
    };
    QCOMPARE(test::codeOf([&] { (void)r.whole->readBehind(r.ids, kAll, stopping, stop.get_token()); }), int(ErrorCode::Cancelled));
    QCOMPARE(layers, 1);
    QVERIFY(r.whole->readBehind(r.ids, kAll, tap, {}));  // and can be read again
    QCOMPARE(test::codeOf([&] { (void)r.whole->readBehind(std::vector<int32_t>{96}, kAll, tap, {}); }), int(ErrorCode::BadInput));
    QCOMPARE(test::codeOf([&] { (void)r.whole->readBehind(std::vector<int32_t>(1081, 3), kAll, tap, {}); }), int(ErrorCode::BadInput));
    QVERIFY(r.whole->readBehind(std::vector<int32_t>(1080, 3), {.keys = true}, tap, {}));
    LayerKeep half;
    half.heads.resize(2);
    for (HeadKeep& head : half.heads) head.positions = {0, 1, 5};
    r.whole->keep(2, half);
    QVERIFY(!r.whole->readBehind(r.ids, kAll, tap, {}));
  }
};

QTEST_GUILESS_MAIN(TestReread)
#include "tst_reread.moc"
