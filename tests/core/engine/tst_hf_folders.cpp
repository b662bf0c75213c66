// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Hugging Face folders of every architecture, and GPT-2 from both kinds of pytorch_model.bin: against transformers and kvpress, and against the
// same weights as GGUF.
#include <QtTest>

#include "core/engine/checkpoint.h"
#include "core/tokenizer/tokenizer.h"

using namespace presslab;
using namespace presslab::test;

class TestHfFolders : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void sameAsGguf_data() { rows(); }
  void sameAsGguf();
  void headerOnly_data() { rows(); }
  void headerOnly();
  void logits_data() { rows(); }
  void logits();
  void greedy_data() { rows(); }
  void greedy();
  void kept_data() { rows(); }
  void kept();
  void facts();
  void tokenizers_data() { rows(); }
  void tokenizers();

 private:
  static void rows() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("folder");
    for (const std::string& n : checkpointNames()) QTest::newRow(n.c_str()) << QString::fromStdString(n) << QString::fromStdString(checkpointPath(n));
    for (const char* n : {"gpt2-zip", "gpt2-legacy"}) QTest::newRow(n) << QStringLiteral("gpt2") << QString::fromStdString(checkpointPath(n));
  }
  static std::unique_ptr<ModelFile> fromFolder(bool headerOnly = false) {
    QFETCH(QString, folder);
    return openModelFile(folder.toStdString(), headerOnly);
  }
  static std::unique_ptr<Backend> load() { return makeCpuBackend(*fromFolder(), exactSpec(), {}, {}); }
  static Checkpoint oracle() {
    QFETCH(QString, name);
    return Checkpoint(name.toStdString());
  }
};

namespace {

using Tensors = std::vector<std::pair<const char*, const TensorView*>>;

Tensors tensorsOf(const LayerTensors& t) {
  return {{"attnNorm", &t.attnNorm},
          {"q", &t.q},
          {"k", &t.k},
          {"v", &t.v},
          {"o", &t.o},
          {"ffnNorm", &t.ffnNorm},
          {"gate", &t.gate},
          {"up", &t.up},
          {"down", &t.down},
          {"attnNormBias", &t.attnNormBias},
          {"qBias", &t.qBias},
          {"kBias", &t.kBias},
          {"vBias", &t.vBias},
          {"oBias", &t.oBias},
          {"ffnNormBias", &t.ffnNormBias},
          {"upBias", &t.upBias},
          {"downBias", &t.downBias},
          {"qNorm", &t.qNorm},
          {"kNorm", &t.kNorm},
          {"attnPostNorm", &t.attnPostNorm},
          {"ffnPostNorm", &t.ffnPostNorm}};
}

/// Values of `folder` are those of `gguf`; norm weights differ by the offset that the folder's engine adds.
std::string difference(const char* what, const TensorView& folder, const TensorView& gguf, float offset) {
  if (bool(folder) != bool(gguf)) return std::string(what) + ": one has it, the other not";
  if (!folder) return {};
  if (folder.rows != gguf.rows || folder.cols != gguf.cols) return std::string(what) + ": shapes";
  const std::vector<float> a = dequantize(folder), b = dequantize(gguf);
  for (size_t i = 0; i < a.size(); ++i)
    if (std::fabs(a[i] + offset - b[i]) > 1e-6f)
      return std::string(what) + ": element " + std::to_string(i) + ": " + std::to_string(a[i]) + ", " + std::to_string(b[i]);
  return {};
}

}  // namespace

void TestHfFolders::sameAsGguf() {
  QFETCH(QString, name);
  const auto folder = fromFolder(), gguf = openModelFile(checkpointPath(name.toStdString()) + ".gguf");
  const ModelConfig &a = folder->config(), &b = gguf->config();
  QCOMPARE(a.architecture, b.architecture);
  for (const auto& [what, x, y] : {std::tuple{"layers", a.layers, b.layers},
                                   {"hidden", a.hidden, b.hidden},
                                   {"heads", a.heads, b.heads},
                                   {"kvHeads", a.kvHeads, b.kvHeads},
                                   {"headDim", a.headDim, b.headDim},
                                   {"feedForward", a.feedForward, b.feedForward},
                                   {"vocab", a.vocab, b.vocab},
                                   {"ropeDim", a.ropeDim, b.ropeDim}})
    QVERIFY2(x == y, what);
  QCOMPARE(a.contextLength, b.contextLength);
  QCOMPARE(int(a.norm), int(b.norm));
  QCOMPARE(int(a.activation), int(b.activation));
  QCOMPARE(a.normEps, b.normEps);
  QCOMPARE(a.gated, b.gated);
  QCOMPARE(a.embeddingScale, b.embeddingScale);
  const auto scale = [](const ModelConfig& c) { return c.attentionScale > 0 ? c.attentionScale : float(1 / std::sqrt(double(c.headDim))); };
  QCOMPARE(scale(a), scale(b));
  QCOMPARE(a.ropeTheta, b.ropeTheta);
  QCOMPARE(a.ropeScale, b.ropeScale);
  QCOMPARE(a.slidingWindow, b.slidingWindow);
  QCOMPARE(a.sliding, b.sliding);
  QCOMPARE(a.slidingRopeTheta, b.slidingRopeTheta);
  QCOMPARE(a.tiedEmbedding, b.tiedEmbedding);
  QCOMPARE(a.ropeFreqFactors.size(), b.ropeFreqFactors.size());
  for (size_t i = 0; i < a.ropeFreqFactors.size(); ++i) QVERIFY(std::fabs(a.ropeFreqFactors[i] / b.ropeFreqFactors[i] - 1) < 1e-5f);
  QCOMPARE(folder->info().parameters, gguf->info().parameters);
  const auto check = [&](const char* what, const TensorView& x, const TensorView& y, float offset = 0) {
    const std::string text = difference(what, x, y, offset);
    QVERIFY2(text.empty(), text.c_str());
  };
  check("embedding", folder->embedding(), gguf->embedding());
  check("output", folder->output(), gguf->output());
  check("positions", folder->positions(), gguf->positions());
  check("outputNorm", folder->outputNorm(), gguf->outputNorm(), a.normOffset);
  check("outputNormBias", folder->outputNormBias(), gguf->outputNormBias());
  for (int l = 0; l < a.layers; ++l) {
    const Tensors x = tensorsOf(folder->layer(l)), y = tensorsOf(gguf->layer(l));
    for (size_t i = 0; i < x.size(); ++i) check(x[i].first, *x[i].second, *y[i].second, QByteArray(x[i].first).endsWith("Norm") ? a.normOffset : 0.f);
  }
}

/// The facts of a header-only opening are those of a whole one.
void TestHfFolders::headerOnly() {
  const auto header = fromFolder(true), whole = fromFolder();
  const ModelInfo &a = header->info(), &b = whole->info();
  QCOMPARE(a.name, b.name);
  QCOMPARE(a.format, b.format);
  QCOMPARE(a.quantization, b.quantization);
  QCOMPARE(a.parameters, b.parameters);
  QCOMPARE(a.weightBytes, b.weightBytes);
  QCOMPARE(a.fileBytes, b.fileBytes);
  QCOMPARE(a.contextLength, b.contextLength);
  QVERIFY(a.weightBytes > 0 && a.fileBytes > a.weightBytes / 2);
  QCOMPARE(header->vocab().tokens, whole->vocab().tokens);
}

void TestHfFolders::logits() {
  const Checkpoint c = oracle();
  const auto b = load();
  for (const int64_t chunk : {int64_t{160}, int64_t{37}}) {
    const double far = farthestLogit(c, allLogits(*b, c.ids, chunk), size_t(b->config().vocab));
    QVERIFY2(far < 1e-3, qPrintable(QStringLiteral("chunks of %1: %2").arg(chunk).arg(far)));
  }
}

void TestHfFolders::greedy() {
  const Checkpoint c = oracle();
  QCOMPARE(greedyIds(*load(), c.ids, c.greedy.size()), c.greedy);
}

void TestHfFolders::kept() {
  const Checkpoint c = oracle();
  const auto b = load();
  for (const auto& [spec, expected] : {std::pair<const char*, const Positions*>{"knorm(ratio=0.5)", &c.knorm}, {"snapkv(ratio=0.5)", &c.snapkv}}) {
    const Pressed p = pressed(*b, c.ids, spec);
    const std::string text = firstDifference(*p.sequence, b->shape(), *expected, int64_t(c.ids.size()));
    QVERIFY2(text.empty(), (spec + (": " + text)).c_str());
  }
}

void TestHfFolders::facts() {
  const auto info = [](const char* name) { return openModelFile(checkpointPath(name), true)->info(); };
  QCOMPARE(info("llama").format, std::string("safetensors"));
  QCOMPARE(info("qwen2").format, std::string("safetensors, 3 files"));
  QCOMPARE(info("gpt2-zip").format, std::string("PyTorch zip"));
  QCOMPARE(info("gpt2-legacy").format, std::string("PyTorch legacy"));
  QCOMPARE(info("llama").quantization, std::string("F16"));
  QCOMPARE(info("qwen3").quantization, std::string("BF16"));
  QCOMPARE(info("gpt2-zip").quantization, std::string("F32"));
  QCOMPARE(info("gpt2").ropeTheta, 0.0);
  QCOMPARE(info("gemma3").slidingLayers, 6);
  QCOMPARE(info("phi3").contextLength, int64_t{256});
  QCOMPARE(info("phi3").notices.size(), size_t{1});
  QCOMPARE(info("gemma3").name, std::string("gemma3"));
}

void TestHfFolders::tokenizers() {
  const auto file = fromFolder(true);
  const Tokenizer t(file->vocab());
  const std::string text = "The harbour office keeps two clocks.\n<|im_end|>";
  const std::vector<int32_t> ids = t.encode(text);
  QVERIFY(!ids.empty());
  QCOMPARE(t.decode(ids), text);
  QVERIFY(std::find(file->vocab().endIds.begin(), file->vocab().endIds.end(), 297) != file->vocab().endIds.end());
}

QTEST_GUILESS_MAIN(TestHfFolders)
#include "tst_hf_folders.moc"
