// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Every architecture through LibTorch.
#include <QtTest>

#include "core/cuda/architecture_test.h"

using namespace presslab;
using namespace presslab::test;

namespace {

ModelSpec torchSpec() {
  ModelSpec spec = exactSpec();
  spec.backend = "torch";
  return spec;
}

class TestTorchArchitectures : public ArchitectureTest {
  Q_OBJECT

 public:
  TestTorchArchitectures() : ArchitectureTest(makeTorchBackend, torchSpec()) {}
};

}  // namespace

QTEST_GUILESS_MAIN(TestTorchArchitectures)
#include "tst_torch_architectures.moc"
