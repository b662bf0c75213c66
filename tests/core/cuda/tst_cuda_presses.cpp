// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Presses, quantised caches and compression while decoding through the CUDA kernels, on the emulator.
#include <QtTest>

#include "core/cuda/emulated_backend.h"
#include "core/cuda/press_path_test.h"
#include "kernels/kernels.h"

using namespace presslab;
using namespace presslab::test;

namespace {

class TestCudaPresses : public PressPathTest {
  Q_OBJECT

 public:
  TestCudaPresses() : PressPathTest("cuda:0") {}

 private Q_SLOTS:
  void initTestCase() {
    kernels::setIsa(
        kernels::Isa::Avx2);  // one order of the CPU's sums on every machine: another one may cut otherwise where scores are equal but for rounding
    backendMaker() = makeEmulatedCudaBackend;
  }
};

}  // namespace

QTEST_GUILESS_MAIN(TestCudaPresses)
#include "tst_cuda_presses.moc"
