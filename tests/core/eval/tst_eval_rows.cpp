// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Scores, intervals, rows of samples, and the oracle as arithmetic.
#include <cmath>

#include "core/api/eval.h"
#include "core/compare/compare_test.h"
#include "core/eval/bootstrap.h"
#include "core/eval/future_attention.h"
#include "core/eval/grid_methods.h"
#include "core/eval/scoring.h"
#include "core/press/random.h"

using namespace presslab;
using namespace presslab::test;

namespace {

EvalSample sample(const char* task, const char* method, int instance, double score) {
  EvalSample s;
  s.task = task;
  s.method = method;
  s.length = 500;
  s.instance = instance;
  s.ratio = std::string(method) == "none" ? 0 : .5;
  s.score = score;
  s.kvBytes = s.ratio > 0 ? 50 : 100;
  s.kvBytesFull = 100;
  s.ratioMeasured = s.ratio;
  return s;
}

const EvalRow* rowOf(const std::vector<EvalRow>& rows, const std::string& task, const std::string& method) {
  for (const EvalRow& r : rows)
    if (r.task == task && r.method == method) return &r;
  return nullptr;
}

}  // namespace

class TestEvalRows : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void scoring();
  void intervals();
  void pairedWithTheBaseline();
  void failedTasksAreLeftOutOfMeans();
  void perplexityOfWindows();
  void refusedSamplesAreTold();
  void methodsOfAGrid();
  void oracleKeepsTheMostAttention();
};

void TestEvalRows::scoring() {
  QCOMPARE(matchShare("It is 4357748.", {"4357748"}), 1.0);
  QCOMPARE(matchShare("", {"a"}), 0.0);
  QCOMPARE(matchShare("Alpha and BETA", {"alpha", "beta", "gamma", "delta"}), .5);
  QCOMPARE(matchShare("x\x01y", {"xy"}), 0.0);  // a control character is a line end, as in RULER's post-processing
  QCOMPARE(matchShare("4f8ae330-5905", {"4F8AE330"}), 1.0);
  QCOMPARE(matchShare("anything", {}), 0.0);
}

void TestEvalRows::intervals() {
  const std::vector<double> values{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const auto mean = [&](std::span<const size_t> picks) {
    double sum = 0;
    for (const size_t p : picks) sum += values[p];
    return sum / double(picks.size());
  };
  const Interval a = bootstrap(values.size(), 7, mean), b = bootstrap(values.size(), 7, mean), c = bootstrap(values.size(), 8, mean);
  QCOMPARE(a.lo, b.lo);
  QCOMPARE(a.hi, b.hi);
  QVERIFY(a.lo != c.lo || a.hi != c.hi);
  // The mean's standard error is .908; the interval is about 1.96 of them on both sides of 5.5.
  QVERIFY(a.lo > 3.3 && a.lo < 4.3 && a.hi > 6.7 && a.hi < 7.7);
  QVERIFY(std::isnan(bootstrap(1, 7, mean).lo));
}

void TestEvalRows::pairedWithTheBaseline() {
  std::vector<EvalSample> samples;
  const double base[] = {1, 1, 0, 1, 1, 0, 1, 1}, other[] = {1, .5, 0, .5, 1, 0, .5, 1};
  for (int i = 0; i < 8; ++i) {
    samples.push_back(sample("kv", "none", i, base[i]));
    samples.push_back(sample("kv", "knorm(ratio=0.5)", i, other[i]));
  }
  const std::vector<EvalRow> rows = summarizeEval(samples, 42);
  const EvalRow& row = *rowOf(rows, "kv", "knorm(ratio=0.5)");
  QCOMPARE(row.score, .5625);
  QCOMPARE(row.baseline, .75);
  QCOMPARE(row.delta, -.1875);
  QVERIFY(row.lo <= row.score && row.score <= row.hi);
  QVERIFY(row.deltaLo <= row.delta && row.delta <= row.deltaHi && row.deltaHi <= 0);
  // Pairing takes the instances' own difficulty out: the interval of the difference is the narrower one.
  QVERIFY(row.deltaHi - row.deltaLo < row.hi - row.lo);
  QCOMPARE(row.samples, 8);
  QCOMPARE(row.kvBytes, int64_t(50));
  const EvalRow& none = *rowOf(rows, "kv", "none");
  QCOMPARE(none.delta, 0.0);
  QVERIFY(none.counted);
}

void TestEvalRows::failedTasksAreLeftOutOfMeans() {
  std::vector<EvalSample> samples;
  for (int i = 0; i < 4; ++i) {
    samples.push_back(sample("kv", "none", i, 1));
    samples.push_back(sample("kv", "knorm(ratio=0.5)", i, .5));
    samples.push_back(sample("fwe", "none", i, i == 0 ? 1 : 0));
    samples.push_back(sample("fwe", "knorm(ratio=0.5)", i, 0));
  }
  const std::vector<EvalRow> rows = summarizeEval(samples, 42);
  const EvalRow& failed = *rowOf(rows, "fwe", "knorm(ratio=0.5)");
  QVERIFY(!failed.counted && failed.note.find("25 %") != std::string::npos);
  QVERIFY(!rowOf(rows, "fwe", "none")->counted);
  const EvalRow& mean = *rowOf(rows, "mean", "knorm(ratio=0.5)");
  QCOMPARE(mean.score, .5);
  QCOMPARE(rowOf(rows, "mean", "none")->score, 1.0);
}

void TestEvalRows::perplexityOfWindows() {
  std::vector<EvalSample> samples;
  for (int i = 0; i < 3; ++i) {
    EvalSample s = sample("ppl", "none", i, -1);
    s.nll = 100 + 10 * i;
    s.nllCount = 50;
    samples.push_back(s);
    s.method = "knorm(ratio=0.5)";
    s.nll += 5;
    samples.push_back(s);
  }
  const std::vector<EvalRow> rows = summarizeEval(samples, 42);
  QCOMPARE(rowOf(rows, "ppl", "none")->ppl, std::exp(330. / 150));
  const EvalRow& row = *rowOf(rows, "ppl", "knorm(ratio=0.5)");
  QCOMPARE(row.ppl, std::exp(345. / 150));
  QVERIFY(row.deltaLo > 0 && row.deltaLo <= row.delta && row.delta <= row.deltaHi);
  QVERIFY(row.lo <= row.ppl && row.ppl <= row.hi);
  QVERIFY(std::isnan(row.score));
}

void TestEvalRows::refusedSamplesAreTold() {
  std::vector<EvalSample> samples{sample("kv", "none", 0, 1), sample("kv", "duo(ratio=0.9)", 0, -1)};
  samples[1].error = "cannot be met";
  const std::vector<EvalRow> rows = summarizeEval(samples, 42);
  const EvalRow& row = *rowOf(rows, "kv", "duo(ratio=0.9)");
  QVERIFY(row.samples == 0 && row.failed == 1 && row.note == "cannot be met" && std::isnan(row.score));
}

void TestEvalRows::methodsOfAGrid() {
  std::vector<std::string> specs;
  for (const GridMethod& m : gridMethods({"none", "knorm", "adakv(snapkv)"}, {.3, .5})) specs.push_back(m.spec);
  QCOMPARE(specs, (std::vector<std::string>{"none", "knorm(ratio=0.3)", "knorm(ratio=0.5)", "adakv(snapkv(ratio=0.3))", "adakv(snapkv(ratio=0.5))",
                                            "random(ratio=0.3)", "streaming_llm(ratio=0.3)", "oracle(ratio=0.3)", "random(ratio=0.5)",
                                            "streaming_llm(ratio=0.5)", "oracle(ratio=0.5)"}));
  QCOMPARE(gridMethods({"none"}, {}).size(), size_t(1));
  QCOMPARE(gridMethods({"knorm(ratio=0.4)"}, {}).size(), size_t(5));
  QCOMPARE(gridMethods({"random(ratio=0.5)"}, {.5}).size(), size_t(4));  // nothing twice
  QCOMPARE(refusal([] { gridMethods({"knorm"}, {1.5}); }).code, 2);
  QCOMPARE(refusal([] { gridMethods({"nonsense"}, {.5}); }).code, 2);
  QCOMPARE(pressOf("adakv(snapkv(ratio=0.3))"), std::string("adakv"));
  QCOMPARE(pressOf("eplb(ratio=0.3)+duo(ratio=0.1)"), std::string("eplb+duo"));
}

void TestEvalRows::oracleKeepsTheMostAttention() {
  HeadShape shape;
  shape.layers = 2;
  shape.kvHeads = 2;
  shape.group = 2;
  shape.headDim = 4;
  constexpr int kContext = 40, kSteps = 6;
  SeededRandom random(5);
  FutureAttention future(shape, kContext);
  for (int step = 0; step < kSteps; ++step)
    for (int l = 0; l < 2; ++l)
      for (int q = 0; q < 4; ++q) {
        std::vector<float> probs;
        std::vector<int32_t> positions;
        double sum = 0;
        for (int p = 0; p <= kContext + step; ++p) {
          positions.push_back(p);
          probs.push_back(float(std::pow(random.uniform(), 6)));
          sum += probs.back();
        }
        for (float& p : probs) p = float(p / sum);
        future.add(l, q, probs, positions);
      }
  for (const double ratio : {.3, .5, .9}) {
    const std::vector<LayerKeep> best = future.oracle(ratio);
    int64_t kept = 0;
    for (const LayerKeep& layer : best)
      for (const HeadKeep& head : layer.heads) {
        QVERIFY(!head.positions.empty() && std::is_sorted(head.positions.begin(), head.positions.end()));
        kept += int64_t(head.positions.size());
      }
    QCOMPARE(kept, 4 * keptTokens(kContext, ratio));
    const double most = future.share(best);
    QVERIFY(most > 0 && most < 1);
    for (int trial = 0; trial < 50; ++trial) {
      std::vector<LayerKeep> other(2);
      for (LayerKeep& layer : other) {
        layer.heads.resize(2);
        for (HeadKeep& head : layer.heads) {
          std::vector<int32_t> all(kContext);
          for (int p = 0; p < kContext; ++p) all[size_t(p)] = p;
          for (size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[size_t(random.below(i))]);
          head.positions.assign(all.begin(), all.begin() + keptTokens(kContext, ratio));
          std::sort(head.positions.begin(), head.positions.end());
        }
      }
      QVERIFY(future.share(other) <= most);
    }
  }
  QCOMPARE(refusal([&] { future.oracle(.99); }).code, 2);
}

QTEST_APPLESS_MAIN(TestEvalRows)
#include "tst_eval_rows.moc"
