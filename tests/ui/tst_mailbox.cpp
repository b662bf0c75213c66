// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <thread>

#include "ui/run/mailbox.h"
#include "ui_events.h"

using namespace presslab;

class TestMailbox : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void oneWakeUpUntilTaken() {
    Mailbox box;
    QVERIFY(box.push({1, tokenEvent(0, 0, 5)}));
    QVERIFY(!box.push({1, tokenEvent(0, 1, 6)}));
    QCOMPARE(box.take().size(), size_t(2));
    QVERIFY(box.push({1, tokenEvent(0, 2, 7)}));
  }

  void consecutiveProgressIsOneEvent() {
    Mailbox box;
    for (int i = 0; i < 1000; ++i) box.push({1, phaseEvent(EventKind::PhaseProgress, 0, Phase::Prefill, i / 1000.0)});
    box.push({1, phaseEvent(EventKind::PhaseProgress, 1, Phase::Prefill, 0.5)});
    const std::vector<Mail> mail = box.take();
    QCOMPARE(mail.size(), size_t(2));
    QCOMPARE(mail[0].event.progress, 0.999);
    QCOMPARE(mail[1].event.method, 1);
  }

  void aFullBoxKeepsWhatNobodyRepeats() {
    Mailbox box(16);
    for (int i = 0; i < 10000; ++i) box.push({1, tokenEvent(0, i, i)});
    box.push({1, phaseEvent(EventKind::MethodFinished, 0, Phase::Decode)});
    QCOMPARE(box.size(), size_t(17));
    QCOMPARE(box.dropped(), size_t(10000 - 16));
    QCOMPARE(box.take().back().event.kind, EventKind::MethodFinished);
  }

  void orderHoldsAcrossThreads() {
    Mailbox box(1 << 20);
    constexpr int kCount = 20000;
    std::thread sender([&] {
      for (int i = 0; i < kCount; ++i) box.push({1, tokenEvent(0, i, i)});
    });
    int expected = 0;
    bool ordered = true;
    while (expected < kCount)
      for (const Mail& mail : box.take()) ordered = ordered && mail.event.step == expected++;
    sender.join();
    QVERIFY(ordered);
  }
};

QTEST_GUILESS_MAIN(TestMailbox)
#include "tst_mailbox.moc"
