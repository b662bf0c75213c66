// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Every architecture against transformers and kvpress in float32.
#include <QtTest>

#include "core/api/error.h"
#include "core/engine/checkpoint.h"

using namespace presslab;
using namespace presslab::test;

class TestArchitectures : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void logits_data() { rows(); }
  void logits();
  void greedy_data() { rows(); }
  void greedy();
  void kept_data() { rows(); }
  void kept();
  void fast_data() { rows(); }
  void fast();
  void decodeIsPrefill_data() { rows(); }
  void decodeIsPrefill();
  void tapSeesTheSame_data() { rows(); }
  void tapSeesTheSame();
  void family_data() { rows(); }
  void family();
  void boundedLayersAreRings();
  void positionsEnd();

 private:
  static void rows() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("path");
    for (const std::string& n : checkpointNames())
      QTest::newRow(n.c_str()) << QString::fromStdString(n) << QString::fromStdString(checkpointPath(n) + ".gguf");
  }
  static std::unique_ptr<Backend> load(Precision precision = Precision::Exact) {
    QFETCH(QString, path);
    return makeCpuBackend(*openModelFile(path.toStdString()), exactSpec(precision), {}, {});
  }
  static Checkpoint oracle() {
    QFETCH(QString, name);
    return Checkpoint(name.toStdString());
  }
};

void TestArchitectures::logits() {
  const Checkpoint c = oracle();
  const auto b = load();
  for (const int64_t chunk : {int64_t{160}, int64_t{37}, int64_t{1}}) {
    const double far = farthestLogit(c, allLogits(*b, c.ids, chunk), size_t(b->config().vocab));
    QVERIFY2(far < 1e-3, qPrintable(QStringLiteral("chunks of %1: %2").arg(chunk).arg(far)));
  }
}

void TestArchitectures::greedy() {
  const Checkpoint c = oracle();
  QCOMPARE(greedyIds(*load(), c.ids, c.greedy.size()), c.greedy);
}

void TestArchitectures::kept() {
  const Checkpoint c = oracle();
  const auto b = load();
  for (const auto& [spec, expected] : {std::pair<const char*, const Positions*>{"knorm(ratio=0.5)", &c.knorm}, {"snapkv(ratio=0.5)", &c.snapkv}}) {
    const Pressed p = pressed(*b, c.ids, spec);
    const std::string difference = firstDifference(*p.sequence, b->shape(), *expected, int64_t(c.ids.size()));
    QVERIFY2(difference.empty(), (spec + (": " + difference)).c_str());
    QCOMPARE(p.predicted, p.kept);
  }
}

void TestArchitectures::fast() {
  const Checkpoint c = oracle();
  const auto b = load(Precision::Fast);
  const std::vector<float> logits = allLogits(*b, c.ids, 160);
  const size_t vocab = size_t(b->config().vocab);
  const auto logProbs = [&](const float* row) {
    double top = row[0], sum = 0;
    for (size_t v = 1; v < vocab; ++v) top = std::max(top, double(row[v]));
    for (size_t v = 0; v < vocab; ++v) sum += std::exp(row[v] - top);
    std::vector<double> out(vocab);
    for (size_t v = 0; v < vocab; ++v) out[v] = row[v] - top - std::log(sum);
    return out;
  };
  for (size_t i = 0; i < c.logitPositions.size(); ++i) {
    const auto p = logProbs(c.logits.data() + i * vocab), q = logProbs(logits.data() + size_t(c.logitPositions[i]) * vocab);
    double divergence = 0;
    for (size_t v = 0; v < vocab; ++v) divergence += std::exp(p[v]) * (p[v] - q[v]);
    QVERIFY2(divergence > -1e-9 && divergence < 5e-3, qPrintable(QStringLiteral("position %1: %2").arg(c.logitPositions[i]).arg(divergence)));
  }
}

void TestArchitectures::decodeIsPrefill() {
  const Checkpoint c = oracle();
  const auto b = load();
  const size_t vocab = size_t(b->config().vocab), start = 20;
  const auto s = b->newSequence();
  prefill(*b, *s, std::span<const int32_t>(c.ids).first(start), nullptr, {}, {}, {});
  std::vector<float> logits(c.ids.size() * vocab);
  for (size_t i = start; i < c.ids.size(); ++i) s->decode(c.ids[i], logits.data() + i * vocab, {});
  const std::vector<float> whole = allLogits(*b, c.ids, 160);
  double far = 0;
  for (size_t i = start * vocab; i < whole.size(); ++i) far = std::max(far, std::fabs(double(whole[i]) - double(logits[i])));
  QVERIFY2(far < 1e-3, qPrintable(QString::number(far)));
}

/// The tapped pass masks by position what the plain pass skips; also behind a press, with rings.
void TestArchitectures::tapSeesTheSame() {
  const Checkpoint c = oracle();
  const auto b = load();
  const size_t vocab = size_t(b->config().vocab);
  for (const char* spec : {"none", "knorm(ratio=0.5)", "duo(ratio=0.3,sink=4,recent=60)"}) {
    const Pressed p = pressed(*b, c.ids, spec);
    const auto copy = p.sequence->clone();
    std::vector<float> plain(vocab), tapped(vocab);
    double least = 1, most = 0;
    const AttentionTap tap = [&](int layer, int, std::span<const float> probs, std::span<const int32_t> positions) {
      double sum = 0;
      for (size_t i = 0; i < probs.size(); ++i) {
        sum += probs[i];
        const bool outside = b->config().isSliding(layer) && copy->position() - positions[i] >= b->config().slidingWindow;
        if (outside && probs[i] != 0) least = -1;
      }
      least = std::min(least, sum);
      most = std::max(most, sum);
    };
    for (int i = 0; i < 8; ++i) {
      p.sequence->decode(c.greedy[size_t(i)], plain.data(), {});
      copy->decode(c.greedy[size_t(i)], tapped.data(), tap);
      for (size_t v = 0; v < vocab; ++v) QVERIFY2(std::fabs(plain[v] - tapped[v]) < 1e-4f, spec);
    }
    QVERIFY2(least > 1 - 1e-5 && most < 1 + 1e-5, spec);
  }
}

/// The family keeps its budget exactly over the layers that presses see; what it holds is what it predicted.
void TestArchitectures::family() {
  const Checkpoint c = oracle();
  const auto b = load();
  const HeadShape shape = b->shape(), inner = shape.pressed();
  const int64_t tokens = int64_t(c.ids.size()), windows = shape.headTokens(tokens) - inner.headTokens(tokens);
  for (const char* spec : {"duo(ratio=0.5,sink=4,recent=28)", "eplb(ratio=0.5,calibration=none)", "eplb_duo(ratio=0.5,calibration=none)"}) {
    const Pressed p = pressed(*b, c.ids, spec);
    QCOMPARE(p.predicted, p.kept);
    QCOMPARE(p.kept, windows + inner.heads() * tokens / 2);
  }
}

void TestArchitectures::boundedLayersAreRings() {
  const auto file = openModelFile(checkpointPath("gemma3") + ".gguf");
  const auto b = makeCpuBackend(*file, exactSpec(), {}, {});
  const Checkpoint c("gemma3");
  const HeadShape shape = b->shape();
  QCOMPARE(shape.boundedLayers(), 6);
  QCOMPARE(shape.boundedWindow, int64_t{24});
  QCOMPARE(file->info().slidingLayers, 6);
  for (const char* spec : {"none", "knorm(ratio=0.5)"}) {
    const Pressed p = pressed(*b, c.ids, spec);
    const int64_t full = spec[0] == 'n' ? 160 : 80, rowBytes = 2 * b->kvRowBytes();
    QCOMPARE(p.sequence->bytes().used, rowBytes * shape.kvHeads * (full + 6 * 24));
    for (int i = 0; i < 40; ++i) p.sequence->decode(c.greedy[size_t(i) % c.greedy.size()], nullptr, {});
    QCOMPARE(p.sequence->bytes().used, rowBytes * shape.kvHeads * (full + 40 + 6 * 24));
  }
  // One layer stands whole at a time: the highest is the sum before the last layer and that layer.
  const Pressed p = pressed(*b, c.ids, "none");
  QVERIFY(p.sequence->bytes().peak < 2 * b->kvRowBytes() * shape.kvHeads * (2 * 160 + 6 * 24) + 65536);
}

void TestArchitectures::positionsEnd() {
  const auto b = makeCpuBackend(*openModelFile(checkpointPath("gpt2") + ".gguf"), exactSpec(), {}, {});
  const Checkpoint c("gpt2");
  const auto s = b->newSequence();
  prefill(*b, *s, c.ids, nullptr, {}, {}, {});
  for (int i = 0; i < 16; ++i) s->decode(c.ids[size_t(i)], nullptr, {});
  QVERIFY_THROWS_EXCEPTION(Failure, s->decode(0, nullptr, {}));
  const std::vector<int32_t> many(177, 5);
  QVERIFY_THROWS_EXCEPTION(Failure, b->newSequence()->beginPrefill(many, {}));
}

QTEST_GUILESS_MAIN(TestArchitectures)
#include "tst_architectures.moc"
