// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What a sequence refuses, and what it says of values that are not finite.
#include <QtTest>

#include "core/api/error.h"
#include "core/engine/cpu_sequence_test.h"
#include "core/engine/session.h"

using namespace presslab;
using namespace presslab::test;

class TestCpuSequenceErrors : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void refusesBeyondThePositions();
  void namesTheLayerThatIsNotFinite();
};

void TestCpuSequenceErrors::refusesBeyondThePositions() {
  const TinyModel model(14, 32);
  const auto backend = backendOf(model);
  const auto says = [](const std::function<void()>& f) -> std::string {
    try {
      f();
    } catch (const Failure& e) {
      return e.code() == ErrorCode::BadInput ? e.what() : "wrong code";
    }
    return "accepted";
  };
  const auto tooLong = backend->newSequence();
  const std::string begin = says([&] { tooLong->beginPrefill(randomIds(1, 33, 96), {}); });
  QVERIFY2(begin.find("33") != std::string::npos && begin.find("32") != std::string::npos, begin.c_str());
  const auto full = backend->newSequence();
  prefillAll(*backend, *full, randomIds(1, 31, 96), 256, nullptr);
  full->decode(1, nullptr, {});
  const std::string beyond = says([&] { full->decode(1, nullptr, {}); });
  QVERIFY2(beyond.find("32") != std::string::npos, beyond.c_str());
  const auto wrongId = backend->newSequence();
  const std::string id = says([&] { wrongId->decode(96, nullptr, {}); });
  QVERIFY2(id.find("96") != std::string::npos, id.c_str());
  QCOMPARE(says([&] { backend->newSequence()->beginPrefill({}, {}); }), std::string("the context has no tokens"));
}

void TestCpuSequenceErrors::namesTheLayerThatIsNotFinite() {
  TinyModel model(15);
  model.poison(1);
  const auto backend = backendOf(model);
  const auto text = [](const std::function<void()>& f) -> std::string {
    try {
      f();
    } catch (const Failure& e) {
      return e.what();
    }
    return "nothing thrown";
  };
  const std::string inPrefill = text([&] { prefillAll(*backend, *backend->newSequence(), randomIds(1, 5, 96), 256, nullptr); });
  QVERIFY2(inPrefill.find("layer 1 ") == 0, inPrefill.c_str());
  const std::string inDecode = text([&] { backend->newSequence()->decode(1, nullptr, {}); });
  QVERIFY2(inDecode.find("layer 1 ") == 0, inDecode.c_str());
}

QTEST_APPLESS_MAIN(TestCpuSequenceErrors)
#include "tst_cpu_sequence_errors.moc"
