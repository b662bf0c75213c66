// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "core/api/lab.h"
#include "core/cuda/architecture_checks.h"
#include "core/torch/path_checks.h"

using namespace presslab;
using namespace presslab::test;

class TestCudaDevice : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    if (devices().size() < 2) QSKIP("no CUDA device");
    backendMaker() = makeCudaBackend;
  }
  void logits() { checkAllLogits("cuda:0"); }
  void tinyFile() { checkTinyFile("cuda:0"); }
  void ragged() { checkRagged("cuda:0", false); }
  void rings() { checkRagged("cuda:0", true); }
  void shortRings() { checkShortRings("cuda:0"); }
  void decodeAlone() { checkDecodeAlone("cuda:0"); }
  void clone() { checkClone("cuda:0"); }
  void trace() { checkTrace("cuda:0"); }
  void tap() { checkTap("cuda:0"); }
  void fast() { checkFast("cuda:0"); }
  void peak() { checkPeak("cuda:0"); }
  void failures() { checkFailures("cuda:0"); }
  void notFinite() { checkNotFinite("cuda:0"); }
  void cancel() { checkCancel("cuda:0"); }
  void everyArchitecture_data() {
    QTest::addColumn<QString>("name");
    for (const std::string& n : checkpointNames()) QTest::newRow(n.c_str()) << QString::fromStdString(n);
  }
  void everyArchitecture() {
    QFETCH(QString, name);
    const Checkpoint c(name.toStdString());
    const auto file = openModelFile(checkpointPath(name.toStdString()) + ".gguf");
    const auto cpu = makeCpuBackend(*file, exactSpec(), {}, {});
    ModelSpec spec = exactSpec();
    spec.device = "cuda:0";
    checkArchitecture(name.toStdString(), c, *cpu, *makeCudaBackend(*file, spec, {}, {}));
  }
  void deviceMemory();
  void defaultModelGreedy();
};

void TestCudaDevice::deviceMemory() {
  const TinyModel model(13, 4000);
  const auto backend = torchBackend(model, "cuda:0");
  backend->resetDevicePeak();
  const DeviceMemory before = backend->deviceMemory();
  QVERIFY(before.allocated > 0 && before.reserved >= before.allocated && before.peak >= before.allocated);
  const auto sequence = backend->newSequence();
  prefillAll(*backend, *sequence, randomIds(1, 4000, 96), 256);
  const DeviceMemory after = backend->deviceMemory();
  QVERIFY(after.allocated - before.allocated >= sequence->bytes().held);
  QVERIFY(after.peak >= after.allocated && after.reserved >= after.allocated);
  QCOMPARE(backend->name(), std::string("cuda:0"));
  QVERIFY(backend->measureBandwidth() > 0);
}

void TestCudaDevice::defaultModelGreedy() {
  ModelSpec s = torchSpec("cuda:0");
  s.backend.clear();
  s.path = defaultModelPath();
  if (s.path.empty()) QSKIP("no default model");
  const auto theirs = loadModel(s, {}, {});
  s.device = s.backend = "cpu";
  const auto ours = loadModel(s, {}, {});
  const auto ids = ours->tokenizer->encode("The lighthouse keeper counted the boats that came home before the storm. Every evening he wrote");
  QCOMPARE(reservedGreedyIds(*theirs->backend, ids, 24), reservedGreedyIds(*ours->backend, ids, 24));
}

QTEST_APPLESS_MAIN(TestCudaDevice)
#include "tst_cuda_device.moc"
