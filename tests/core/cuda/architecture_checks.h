// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Every architecture's seeded checkpoint on a path, against transformers, kvpress and our CPU kernels in exact arithmetic.
#pragma once
#include <QtTest>

#include "core/engine/checkpoint.h"

namespace presslab::test {

inline void checkArchitecture(const std::string& name, const Checkpoint& c, Backend& cpu, Backend& other) {
  for (const int64_t chunk : {int64_t{160}, int64_t{37}}) {
    const double far = farthestLogit(c, allLogits(other, c.ids, chunk), size_t(other.config().vocab));
    QVERIFY2(far < 1e-3, (name + ": " + std::to_string(far)).c_str());
  }
  QCOMPARE(greedyIds(other, c.ids, c.greedy.size()), c.greedy);
  for (const auto& [press, expected] : {std::pair<const char*, const Positions*>{"knorm(ratio=0.5)", &c.knorm}, {"snapkv(ratio=0.5)", &c.snapkv}}) {
    const Pressed p = pressed(other, c.ids, press);
    const std::string difference = firstDifference(*p.sequence, other.shape(), *expected, int64_t(c.ids.size()));
    QVERIFY2(difference.empty(), (press + (": " + difference)).c_str());
  }
  // Scores that no oracle's file holds: the same positions on both paths.
  for (const char* press : {"keydiff(ratio=0.5)", "expected_attention(ratio=0.5)", "tova(ratio=0.5)", "lagkv(ratio=0.5,lag_size=16)",
                            "eplb(ratio=0.5,calibration=none,num_experts=7)"}) {
    const Pressed a = pressed(cpu, c.ids, press), b = pressed(other, c.ids, press);
    for (int l = 0; l < cpu.shape().layers; ++l)
      for (int h = 0; h < cpu.shape().kvHeads; ++h)
        QVERIFY2(b.sequence->positions(l, h) == a.sequence->positions(l, h),
                 qPrintable(QStringLiteral("%1: layer %2, head %3").arg(press).arg(l).arg(h)));
  }
  // The family: the same positions on both paths, and the same answers from what they hold.
  const Pressed ours = pressed(cpu, c.ids, "eplb_duo(ratio=0.5,calibration=none)"),
                theirs = pressed(other, c.ids, "eplb_duo(ratio=0.5,calibration=none)");
  const HeadShape shape = cpu.shape();
  for (int l = 0; l < shape.layers; ++l)
    for (int h = 0; h < shape.kvHeads; ++h) QCOMPARE(theirs.sequence->positions(l, h), ours.sequence->positions(l, h));
  std::vector<float> a(size_t(cpu.config().vocab)), b(a.size());
  for (int i = 0; i < 8; ++i) {
    ours.sequence->decode(c.greedy[size_t(i)], a.data(), {});
    theirs.sequence->decode(c.greedy[size_t(i)], b.data(), {});
    for (size_t v = 0; v < a.size(); ++v) QVERIFY2(std::fabs(a[v] - b[v]) < 1e-3f, qPrintable(QStringLiteral("step %1, id %2").arg(i).arg(v)));
  }
  QCOMPARE(theirs.sequence->bytes().used, ours.sequence->bytes().used);
}

}  // namespace presslab::test
