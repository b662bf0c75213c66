// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What becomes of errors of a device, with errors that the test throws: no device is needed.
#include <QtTest/QtTest>
#include <new>
#include <stdexcept>

#include "core/cuda/cuda_border.h"

using namespace presslab;

namespace {

int givenBack = 0;

/// A type of its own for every test: a lost device stays lost.
template <int kTest>
struct Counted {
  static void run() { ++givenBack; }
};
template <int kTest>
using Border = cuda_path::CudaBorder<Counted<kTest>>;

/// Code and text of the Failure that fn must throw.
template <class F>
std::pair<ErrorCode, std::string> failureOf(F&& fn) {
  try {
    fn();
  } catch (const Failure& e) {
    return {e.code(), e.what()};
  }
  return {ErrorCode::Failed, "nothing was thrown"};
}

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

class TestCudaBorder : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void init() { givenBack = 0; }

  void resultsPass() {
    QCOMPARE(Border<0>::run([] { return 42; }), 42);
  }

  // LibTorch's first line names the bytes asked for and those that are free; its advice below is left out.
  void outOfMemoryIsTypedAndGivesBack() {
    const auto [code, text] = failureOf([] {
      Border<1>::run([]() -> int {
        throw c10::OutOfMemoryError(c10::SourceLocation{},
                                    "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 8.00 GiB of which 1.25 GiB is "
                                    "free.\nSee documentation for Memory Management");
      });
    });
    QCOMPARE(code, ErrorCode::NoMemory);
    QVERIFY2(holds(text, "20.00 GiB") && holds(text, "1.25 GiB is free") && !holds(text, "documentation"), text.c_str());
    QCOMPARE(givenBack, 1);
    QCOMPARE(Border<1>::run([] { return 1; }), 1);  // the device still works
  }

  void anErrorThatLeavesTheDeviceAlive() {
    const auto [code, text] = failureOf([] { Border<2>::run([]() -> int { throw cuda::DeviceError("kernel launch: invalid argument", false); }); });
    QCOMPARE(code, ErrorCode::Device);
    QVERIFY2(holds(text, "invalid argument") && !holds(text, "lost"), text.c_str());
    QCOMPARE(Border<2>::run([] { return 2; }), 2);
    QCOMPARE(givenBack, 0);
  }

  void aLostDeviceIsNotTriedAgain() {
    const auto [code, text] = failureOf([] { Border<3>::run([]() -> int { throw cuda::DeviceError("an illegal memory access", true); }); });
    QCOMPARE(code, ErrorCode::Device);
    QVERIFY2(holds(text, "illegal memory access") && holds(text, "switched off") && holds(text, "the CPU still runs"), text.c_str());
    bool tried = false;
    const auto [again, why] = failureOf([&] {
      Border<3>::run([&] {
        tried = true;
        return 0;
      });
    });
    QVERIFY(!tried);
    QCOMPARE(again, ErrorCode::Device);
    QVERIFY2(holds(why, "lost earlier"), why.c_str());
    QCOMPARE(givenBack, 0);
    QCOMPARE(Border<4>::run([] { return 4; }), 4);
  }

  void otherErrors() {
    QCOMPARE(failureOf([] { Border<5>::run([]() -> int { throw std::bad_alloc(); }); }).first, ErrorCode::NoMemory);
    QCOMPARE(failureOf([] { Border<5>::run([]() -> int { throw std::runtime_error("odd"); }); }).first, ErrorCode::Device);
    const auto [code, text] = failureOf([] { Border<5>::run([]() -> int { throw Failure(ErrorCode::BadInput, "ours"); }); });
    QCOMPARE(code, ErrorCode::BadInput);
    QCOMPARE(text, std::string("ours"));
  }
};

QTEST_APPLESS_MAIN(TestCudaBorder)
#include "tst_cuda_border.moc"
