// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "core/api/lab.h"
#include "core/torch/path_test.h"

using namespace presslab;
using namespace presslab::test;

class TestTorchCuda : public PathTest {
  Q_OBJECT

 public:
  TestTorchCuda() : PathTest("cuda:0") {}

 private Q_SLOTS:
  void initTestCase() {
    if (devices().size() < 2) QSKIP("no CUDA device");
  }
  void deviceMemory() { checkDeviceMemory("cuda:0", "torch-cuda:0"); }
  void defaultModelGreedy() { checkDefaultModelGreedy(torchSpec("cuda:0"), 24); }
};

QTEST_APPLESS_MAIN(TestTorchCuda)
#include "tst_torch_cuda.moc"
