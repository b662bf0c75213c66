// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>
#include <limits>
#include <set>

#include "core/api/error.h"
#include "core/api/lab.h"
#include "core/engine/session.h"
#include "core/engine/tiny_model.h"
#include "tests/support/code_of.h"

using namespace presslab;
using presslab::test::bruteForce;
using presslab::test::randomIds;
using presslab::test::TinyModel;

namespace {

std::unique_ptr<Backend> exactBackend(const ModelFile& file) {
  ModelSpec s;
  s.precision = Precision::Exact;
  s.threads = 2;
  return makeCpuBackend(file, s, {}, {});
}

/// Keeps every third position of each head; asks for keys so that a trace is made.
class EveryThird : public Press {
 public:
  std::string spec() const override { return "every_third"; }
  TraceNeeds needs() const override { return {.keys = true}; }
  int64_t predictKept(const RunContext& run) const override { return run.shape.heads() * ((run.tokens + 2) / 3); }
  std::vector<std::string> begin(const RunContext&) override { return {}; }
  LayerKeep keep(const LayerTrace& t) override {
    if (t.k && t.layer == calls) ++calls;
    LayerKeep keep;
    keep.heads.resize(2);
    for (HeadKeep& h : keep.heads) {
      h.kind = HeadKind::Routed;
      for (int32_t p = 0; p < t.tokens; p += 3) h.positions.push_back(p);
    }
    return keep;
  }
  int calls = 0;
};

}  // namespace

class TestSession : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void prefillCompressesLayerByLayer();
  void prefillWithoutPressKeepsAll();
  void cancelEndsAtTheNextChunk();
  void forwardEqualsBruteForce();
  void greedyTakesTheLowestOfEqual();
  void samplingFollowsTheDistribution();
  void samplerNamesWhatIsNotFinite();
  void samplerRefusesWrongSettings();
  void documentIsLongVariedAndRepeatable();
  void absentDevicesAreRefused();
  void loadingStopsBetweenTensors();
};

void TestSession::prefillCompressesLayerByLayer() {
  const TinyModel model(1, 1000);
  const auto backend = exactBackend(model);
  const auto sequence = backend->newSequence();
  const auto ids = randomIds(1, 600, 96);
  EveryThird press;
  RunContext run{backend->shape(), 600, nullptr, "none", 0};
  std::vector<std::pair<char, int64_t>> seen;
  double progress = 0;
  PrefillHooks hooks;
  hooks.appended = [&](int, int64_t bytes) { seen.emplace_back('a', bytes); };
  hooks.compressed = [&](int l, int64_t bytes, const LayerKeep& keep) {
    seen.emplace_back('c', bytes);
    QCOMPARE(keep.heads[0].positions.size(), size_t{200});
    QCOMPARE(sequence->headLength(l, 1), int64_t{200});
  };
  hooks.progress = [&](double p) {
    QVERIFY(p > progress && p <= 1);
    progress = p;
  };
  const PrefillResult result = prefill(*backend, *sequence, ids, &press, run, hooks, {});
  QCOMPARE(press.calls, 3);
  QCOMPARE(progress, 1.0);
  QCOMPARE(result.layers.size(), size_t{3});
  QCOMPARE(seen.size(), size_t{6});
  const int64_t layer = int64_t{2} * 2 * 16 * 4 * 600, kept = layer / 3;
  for (int l = 0; l < 3; ++l) {
    QCOMPARE(seen[size_t(2 * l)].first, 'a');
    QVERIFY(seen[size_t(2 * l)].second >= kept * l + layer && seen[size_t(2 * l)].second < kept * l + layer + 4096);
    QVERIFY(seen[size_t(2 * l + 1)].second >= kept * (l + 1) && seen[size_t(2 * l + 1)].second < kept * (l + 1) + 4096);
  }
  QCOMPARE(result.memory.size(), size_t{6});
  QVERIFY(result.compressMs > 0 && result.prefillMs > 0);
  // Compression starts behind the layer's own attention, so the context's last logits are those of the full model.
  const auto full = bruteForce(model, ids, [](int, int, int64_t, int64_t) { return true; });
  for (size_t i = 0; i < 96; ++i) QVERIFY(std::fabs(result.lastLogits[i] - full.back()[i]) < 2e-3);
  QVERIFY(sequence->bytes().peak <= sequence->bytes().held + layer + 4096);
}

void TestSession::prefillWithoutPressKeepsAll() {
  const TinyModel model(1);
  const auto backend = exactBackend(model);
  const auto sequence = backend->newSequence();
  const PrefillResult result = prefill(*backend, *sequence, randomIds(1, 100, 96), nullptr, {}, {}, {});
  QCOMPARE(result.layers[2].heads[1].positions.size(), size_t{100});
  QCOMPARE(result.layers[2].heads[1].positions[99], 99);
  QCOMPARE(result.compressMs, 0.0);
  QCOMPARE(sequence->bytes().used, int64_t{3} * 2 * 2 * 16 * 4 * 100);
}

void TestSession::cancelEndsAtTheNextChunk() {
  const TinyModel model(1, 2000);
  const auto backend = exactBackend(model);
  for (const int chunks : {1, 4, 7}) {
    std::stop_source stop;
    int done = 0;
    PrefillHooks hooks;
    hooks.progress = [&](double) {
      if (++done == chunks) stop.request_stop();
    };
    const auto sequence = backend->newSequence();
    const auto ids = randomIds(1, 1000, 96);
    QCOMPARE(test::codeOf([&] { prefill(*backend, *sequence, ids, nullptr, {}, hooks, stop.get_token()); }), int(ErrorCode::Cancelled));
    QCOMPARE(done, chunks);  // 4 chunks a layer: also between layers
  }
  std::stop_source stopped;
  stopped.request_stop();
  QCOMPARE(test::codeOf([&] { forward(*backend, randomIds(1, 10, 96), stopped.get_token()); }), int(ErrorCode::Cancelled));
}

void TestSession::forwardEqualsBruteForce() {
  const TinyModel model(2, 400);
  const auto backend = exactBackend(model);
  const auto ids = randomIds(3, 71, 96);
  const auto logits = bruteForce(model, ids, [](int, int, int64_t, int64_t) { return true; });
  double nll = 0;
  for (size_t p = 0; p + 1 < ids.size(); ++p) {
    double sum = 0;
    for (const double x : logits[p]) sum += std::exp(x);
    nll += std::log(sum) - logits[p][size_t(ids[p + 1])];
  }
  const ForwardResult result = forward(*backend, ids, {});
  QCOMPARE(result.tokens, int64_t{71});
  QVERIFY2(std::fabs(result.nllMean - nll / 70) < 1e-4, qPrintable(QString::number(result.nllMean - nll / 70)));
  for (size_t i = 0; i < 96; ++i) QVERIFY(std::fabs(result.lastLogits[i] - logits.back()[i]) < 1e-3);
}

void TestSession::greedyTakesTheLowestOfEqual() {
  Sampler sampler(Sampling{}, 5);
  QCOMPARE(sampler.pick(std::vector<float>{1, 3, 2, 3, -1}), 1);
  QCOMPARE(sampler.pick(std::vector<float>{-5, -5, -5, -5, -5}), 0);
}

void TestSession::samplingFollowsTheDistribution() {
  const std::vector<float> logits{std::log(0.5f), std::log(0.3f), std::log(0.15f), std::log(0.05f)};
  Sampling s;
  s.temperature = 1;
  s.seed = 42;
  Sampler a(s, 4), b(s, 4);
  std::vector<int> counts(4);
  for (int i = 0; i < 20000; ++i) {
    const int32_t id = a.pick(logits);
    QCOMPARE(b.pick(logits), id);  // the seed decides
    ++counts[size_t(id)];
  }
  const double expected[] = {0.5, 0.3, 0.15, 0.05};
  for (size_t i = 0; i < 4; ++i) QVERIFY2(std::fabs(counts[i] / 20000.0 - expected[i]) < 0.015, qPrintable(QString::number(counts[i])));
  s.topK = 1;
  Sampler first(s, 4);
  s.topK = 0;
  s.topP = 0.75;  // the first two reach it
  Sampler nucleus(s, 4);
  std::set<int32_t> seen;
  for (int i = 0; i < 500; ++i) {
    QCOMPARE(first.pick(logits), 0);
    seen.insert(nucleus.pick(logits));
  }
  QCOMPARE(seen, (std::set<int32_t>{0, 1}));
}

void TestSession::samplerNamesWhatIsNotFinite() {
  Sampler sampler(Sampling{}, 3);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    try {
      sampler.pick(std::vector<float>{1, 2, bad});
      QFAIL("accepted");
    } catch (const Failure& e) {
      QCOMPARE(std::string(e.what()), std::string("logit of token 2 is not finite"));
    }
  }
}

void TestSession::samplerRefusesWrongSettings() {
  for (const Sampling& s : {Sampling{-1, 0, 1, 0}, Sampling{1, -1, 1, 0}, Sampling{1, 0, 0, 0}, Sampling{1, 0, 1.5, 0}, Sampling{NAN, 0, 1, 0}})
    QCOMPARE(test::codeOf([&] { Sampler(s, 4); }), int(ErrorCode::BadInput));
}

void TestSession::documentIsLongVariedAndRepeatable() {
  const std::string text = syntheticDocument(4000, 1);
  QVERIFY(text.size() >= 4000 * 5);
  QCOMPARE(syntheticDocument(4000, 1), text);
  QVERIFY(syntheticDocument(4000, 2) != text);
  QCOMPARE(syntheticDocument(8000, 1).substr(0, 20000), text.substr(0, 20000));  // longer means more of the same
  // No paragraph comes twice, and long runs of bytes hardly ever do.
  std::set<std::string> paragraphs, runs;
  size_t at = 0, all = 0;
  for (size_t end = text.find("\n\n"); end != std::string::npos; at = end + 2, end = text.find("\n\n", at))
    QVERIFY(paragraphs.insert(text.substr(at, end - at)).second);
  for (size_t i = 0; i + 120 <= text.size(); i += 20, ++all) runs.insert(text.substr(i, 120));
  QVERIFY(double(runs.size()) > 0.99 * double(all));
  size_t facts = 0;
  for (size_t p = text.find("The passcode for "); p != std::string::npos; p = text.find("The passcode for ", p + 1)) ++facts;
  QVERIFY(facts >= 3);
}

void TestSession::absentDevicesAreRefused() {
  const TinyModel model(1);
  QCOMPARE(devices().front(), std::string("cpu"));
  ModelSpec s;
  s.device = "cuda:99";
  QCOMPARE(test::codeOf([&] { makeTorchBackend(model, s, {}, {}); }), int(ErrorCode::Device));
  s.device = "tpu";
  QCOMPARE(test::codeOf([&] { loadModel(s, {}, {}); }), int(ErrorCode::BadInput));
}

void TestSession::loadingStopsBetweenTensors() {
  const TinyModel model(1);
  std::stop_source stop;
  int packed = 0;
  double share = 0;
  const LoadProgress progress = [&](double p) {
    share = p;
    if (++packed == 5) stop.request_stop();
  };
  QCOMPARE(test::codeOf([&] { makeCpuBackend(model, {}, progress, stop.get_token()); }), int(ErrorCode::Cancelled));
  QCOMPARE(packed, 5);
  packed = 100;
  const auto backend = makeCpuBackend(model, {}, progress, {});
  QCOMPARE(share, 1.0);
  QVERIFY(backend->weightBytes() > 0);
  const auto w = backend->outputProjection(1), expected = dequantize(model.layer(1).o);
  QCOMPARE(w.size(), expected.size());
  for (size_t i = 0; i < w.size(); ++i) QVERIFY(std::fabs(w[i] - expected[i]) < 0.02f);
}

QTEST_APPLESS_MAIN(TestSession)
#include "tst_session.moc"
