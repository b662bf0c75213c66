// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Every architecture through LibTorch, against transformers, kvpress and our own kernels in exact arithmetic.
#include <QtTest>

#include "core/engine/checkpoint.h"

using namespace presslab;
using namespace presslab::test;

class TestTorchArchitectures : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyPath_data() {
    QTest::addColumn<QString>("name");
    for (const std::string& n : checkpointNames()) QTest::newRow(n.c_str()) << QString::fromStdString(n);
  }
  void everyPath();
};

void TestTorchArchitectures::everyPath() {
  QFETCH(QString, name);
  const Checkpoint c(name.toStdString());
  const auto file = openModelFile(checkpointPath(name.toStdString()) + ".gguf");
  ModelSpec spec = exactSpec();
  const auto cpu = makeCpuBackend(*file, spec, {}, {});
  spec.backend = "torch";
  const auto torch = makeTorchBackend(*file, spec, {}, {});
  for (const int64_t chunk : {int64_t{160}, int64_t{37}}) {
    const double far = farthestLogit(c, allLogits(*torch, c.ids, chunk), size_t(torch->config().vocab));
    QVERIFY2(far < 1e-3, qPrintable(QString::number(far)));
  }
  QCOMPARE(greedyIds(*torch, c.ids, c.greedy.size()), c.greedy);
  for (const auto& [press, expected] : {std::pair<const char*, const Positions*>{"knorm(ratio=0.5)", &c.knorm}, {"snapkv(ratio=0.5)", &c.snapkv}}) {
    const Pressed p = pressed(*torch, c.ids, press);
    const std::string difference = firstDifference(*p.sequence, torch->shape(), *expected, int64_t(c.ids.size()));
    QVERIFY2(difference.empty(), (press + (": " + difference)).c_str());
  }
  // The family: the same positions on both paths, and the same answers from what they hold.
  const Pressed ours = pressed(*cpu, c.ids, "eplb_duo(ratio=0.5,calibration=none)"),
                theirs = pressed(*torch, c.ids, "eplb_duo(ratio=0.5,calibration=none)");
  const HeadShape shape = cpu->shape();
  for (int l = 0; l < shape.layers; ++l)
    for (int h = 0; h < shape.kvHeads; ++h) QCOMPARE(theirs.sequence->positions(l, h), ours.sequence->positions(l, h));
  std::vector<float> a(size_t(cpu->config().vocab)), b(a.size());
  for (int i = 0; i < 8; ++i) {
    ours.sequence->decode(c.greedy[size_t(i)], a.data(), {});
    theirs.sequence->decode(c.greedy[size_t(i)], b.data(), {});
    for (size_t v = 0; v < a.size(); ++v) QVERIFY2(std::fabs(a[v] - b[v]) < 1e-3f, qPrintable(QStringLiteral("step %1, id %2").arg(i).arg(v)));
  }
  QCOMPARE(theirs.sequence->bytes().used, ours.sequence->bytes().used);
}

QTEST_GUILESS_MAIN(TestTorchArchitectures)
#include "tst_torch_architectures.moc"
