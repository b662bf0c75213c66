// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Every architecture through LibTorch.
#include <QtTest>

#include "core/cuda/architecture_checks.h"

using namespace presslab;
using namespace presslab::test;

class TestTorchArchitectures : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyPath_data() {
    QTest::addColumn<QString>("name");
    for (const std::string& n : checkpointNames()) QTest::newRow(n.c_str()) << QString::fromStdString(n);
  }
  void everyPath() {
    QFETCH(QString, name);
    const Checkpoint c(name.toStdString());
    const auto file = openModelFile(checkpointPath(name.toStdString()) + ".gguf");
    ModelSpec spec = exactSpec();
    const auto cpu = makeCpuBackend(*file, spec, {}, {});
    spec.backend = "torch";
    checkArchitecture(name.toStdString(), c, *cpu, *makeTorchBackend(*file, spec, {}, {}));
  }
};

QTEST_GUILESS_MAIN(TestTorchArchitectures)
#include "tst_torch_architectures.moc"
