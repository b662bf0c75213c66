// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Every architecture through the CUDA kernels, on the emulator.
#include <QtTest>

#include "core/cuda/architecture_checks.h"
#include "core/cuda/emulated_backend.h"

using namespace presslab;
using namespace presslab::test;

class TestCudaArchitectures : public QObject {
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
    const auto cpu = makeCpuBackend(*file, exactSpec(), {}, {});
    const auto emulated = makeEmulatedCudaBackend(*file, exactSpec(), {}, {});
    checkArchitecture(name.toStdString(), c, *cpu, *emulated);
  }
};

QTEST_GUILESS_MAIN(TestCudaArchitectures)
#include "tst_cuda_architectures.moc"
