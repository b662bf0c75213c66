// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Every architecture through the CUDA kernels, on the emulator.
#include <QtTest>

#include "core/cuda/architecture_test.h"
#include "core/cuda/emulated_backend.h"

using namespace presslab;
using namespace presslab::test;

namespace {

class TestCudaArchitectures : public ArchitectureTest {
  Q_OBJECT

 public:
  TestCudaArchitectures() : ArchitectureTest(makeEmulatedCudaBackend, exactSpec()) {}
};

}  // namespace

QTEST_GUILESS_MAIN(TestCudaArchitectures)
#include "tst_cuda_architectures.moc"
