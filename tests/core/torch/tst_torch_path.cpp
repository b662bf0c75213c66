// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <unistd.h>

#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <cstdio>
#include <fstream>

#include "core/api/lab.h"
#include "core/torch/path_test.h"

using namespace presslab;
using namespace presslab::test;

namespace {

int64_t resident() {
  malloc_trim(0);
  std::ifstream statm("/proc/self/statm");
  int64_t size = 0, pages = 0;
  statm >> size >> pages;
  return pages * int64_t(sysconf(_SC_PAGESIZE));
}

}  // namespace

class TestTorchPath : public PathTest {
  Q_OBJECT

 public:
  TestTorchPath() : PathTest("cpu") {}

 private Q_SLOTS:
  void facts();
  void absentDevice();
  void absentModule();
  void memoryGoesBack();
  void defaultModelGreedy();
  void defaultModelFast();
};

void TestTorchPath::facts() {
  const TinyModel model(1);
  for (const int threads : {1, 2}) {
    const auto backend = makeTorchBackend(model, torchSpec("cpu", Precision::Exact, threads), {}, {});
    QCOMPARE(backend->threads(), threads);
    QCOMPARE(backend->name(), std::string("torch-cpu"));
    QVERIFY(backend->measureBandwidth() > 0);
    QCOMPARE(backend->deviceMemory().reserved, int64_t{0});
    QVERIFY(backend->libraryVersion().find("2.") == 0);
    QCOMPARE(backend->shape().group, 2);
  }
}

void TestTorchPath::absentDevice() {
  const int count = int(devices().size()) - 1;
  const TinyModel model(1);
  for (const std::string device : {"cuda:97", "cuda:007x", "cuda:", "cuda7", "xpu", "cuda:99999999999"}) {
    const auto [code, text] = failureOf([&] { makeTorchBackend(model, torchSpec(device), {}, {}); });
    QVERIFY2(code == int(ErrorCode::Device), text.c_str());
    QVERIFY2(text.find(device) != std::string::npos && text.find('\n') == std::string::npos, text.c_str());
    if (device == "cuda:97") QVERIFY2(text.find("has " + std::to_string(count) + " CUDA device") != std::string::npos, text.c_str());
  }
}

void TestTorchPath::absentModule() {
  // The module is looked for beside the program; a copy elsewhere has none.
  QTemporaryDir folder;
  QVERIFY(QDir(folder.path()).mkpath(QStringLiteral("tests")));
  const QString copy = folder.filePath(QStringLiteral("tests/alone"));
  QVERIFY(QFile::copy(QCoreApplication::applicationFilePath(), copy));
  QProcess alone;
  alone.start(copy, {QStringLiteral("--without-module")});
  QVERIFY(alone.waitForFinished());
  QVERIFY(alone.exitStatus() == QProcess::NormalExit);
  const QByteArray text = alone.readAllStandardOutput();
  QVERIFY2(alone.exitCode() == int(ErrorCode::Device), text.constData());
  QVERIFY2(text.contains("libpresslab_torch.so") && text.contains("LibTorch"), text.constData());
}

void TestTorchPath::memoryGoesBack() {
  const TinyModel model(17, 4000);
  const auto backend = torchBackend(model, "cpu");
  const auto ids = randomIds(1, 4000, 96);
  prefillAll(*backend, *backend->newSequence(), ids, 256);  // LibTorch takes what it keeps for itself
  int64_t rss[2], held[2];
  for (const int compressed : {0, 1}) {
    const int64_t before = resident();
    const auto sequence = backend->newSequence();
    prefillAll(*backend, *sequence, ids, 256, compressed ? someOf(1, 4000, false) : std::function<LayerKeep(int)>());
    rss[compressed] = resident() - before;
    held[compressed] = sequence->bytes().held;
  }
  QVERIFY2(double(rss[0] - rss[1]) > 0.9 * double(held[0] - held[1]),
           qPrintable(QStringLiteral("%1 of %2 bytes").arg(rss[0] - rss[1]).arg(held[0] - held[1])));
}

void TestTorchPath::defaultModelGreedy() { checkDefaultModelGreedy(torchSpec("cpu"), 12); }

void TestTorchPath::defaultModelFast() {
  ModelSpec s = torchSpec("cpu", Precision::Fast);
  s.path = defaultModelPath();
  if (s.path.empty()) QSKIP("no default model");
  const auto fast = loadModel(s, {}, {});
  s.precision = Precision::Exact;
  s.backend = "cpu";
  const auto exact = loadModel(s, {}, {});
  const auto ids = exact->tokenizer->encode(syntheticDocument(120, 3));
  QVERIFY(std::fabs(forward(*fast->backend, ids, {}).nllMean - forward(*exact->backend, ids, {}).nllMean) < 2e-2);
}

int main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == "--without-module") {
    const auto [code, text] = failureOf([] { makeTorchBackend(TinyModel(1), torchSpec("cpu"), {}, {}); });
    std::puts(text.c_str());
    cpuBackend(TinyModel(1))->newSequence();  // exact asks for the module's cosines and does without
    return code;
  }
  QCoreApplication app(argc, argv);
  TestTorchPath test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_torch_path.moc"
