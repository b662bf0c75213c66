// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The CUDA module on a GPU: the same checks as on the emulator, and every architecture.
#include <QtTest>

#include "core/api/lab.h"
#include "core/cuda/architecture_test.h"
#include "core/cuda/press_path_test.h"
#include "core/torch/path_test.h"

using namespace presslab;
using namespace presslab::test;

namespace {

ModelSpec onDevice() {
  ModelSpec spec = exactSpec();
  spec.device = "cuda:0";
  return spec;
}

void needDevice() {
  if (devices().size() < 2) QSKIP("no CUDA device");
}

class TestCudaDevice : public PathTest {
  Q_OBJECT

 public:
  TestCudaDevice() : PathTest("cuda:0") {}

 private Q_SLOTS:
  void initTestCase() {
    needDevice();
    backendMaker() = makeCudaBackend;
  }
  void deviceMemory() { checkDeviceMemory("cuda:0", "cuda:0"); }
  void defaultModelGreedy() { checkDefaultModelGreedy(onDevice(), 24); }
};

class TestCudaDeviceArchitectures : public ArchitectureTest {
  Q_OBJECT

 public:
  TestCudaDeviceArchitectures() : ArchitectureTest(makeCudaBackend, onDevice()) {}

 private Q_SLOTS:
  void initTestCase() { needDevice(); }
};

class TestCudaDevicePresses : public PressPathTest {
  Q_OBJECT

 public:
  TestCudaDevicePresses() : PressPathTest("cuda:0") {}

 private Q_SLOTS:
  void initTestCase() {
    needDevice();
    backendMaker() = makeCudaBackend;
  }
};

}  // namespace

int main(int argc, char** argv) {
  TestCudaDevice path;
  TestCudaDeviceArchitectures architectures;
  TestCudaDevicePresses presses;
  return QTest::qExec(&path, argc, argv) + QTest::qExec(&architectures, argc, argv) + QTest::qExec(&presses, argc, argv);
}
#include "tst_cuda_device.moc"
