// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <limits>
#include <numeric>

#include "tests/kernels/kernel_test.h"

using namespace presslab::kernels;

namespace {

/// The rule by a sort: higher first, equal: later first, NaN last; ascending.
std::vector<int32_t> expected(const std::vector<float>& s, int64_t keep) {
  std::vector<int32_t> order(s.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    const float x = s[size_t(a)], y = s[size_t(b)];
    if (std::isnan(x) != std::isnan(y)) return std::isnan(y);
    if (!std::isnan(x) && x != y) return x > y;
    return a > b;
  });
  order.resize(size_t(std::clamp<int64_t>(keep, 0, int64_t(s.size()))));
  std::sort(order.begin(), order.end());
  return order;
}

std::vector<int32_t> selected(const std::vector<float>& s, int64_t keep) {
  const size_t n = size_t(std::clamp<int64_t>(keep, 0, int64_t(s.size())));
  std::vector<int32_t> out(n + 1, -7);
  selectTop(s.data(), int64_t(s.size()), keep, out.data());
  if (out.back() != -7) return {-1};  // wrote beyond its room
  out.pop_back();
  return out;
}

}  // namespace

class TestKernelSelect : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void selectsByTheRule() {
    std::mt19937 engine(3);
    for (const int n : {0, 1, 2, 31, 255, 256, 257, 5000}) {
      for (int kind = 0; kind < 5; ++kind) {
        std::vector<float> s = randomFloats(size_t(n), uint32_t(n * 5 + kind), kind == 1 ? 1e-38f : kind == 2 ? 1e30f : 1.f);
        for (float& v : s) {
          if (kind == 3) v = std::round(v);  // many ties, both zeros
          if (kind == 4) {
            const float odd[] = {NAN, -NAN, INFINITY, -INFINITY, 0.f, -0.f, std::numeric_limits<float>::denorm_min(), -1.f, 1.f};
            v = odd[engine() % 9];
          }
        }
        for (const int64_t keep : {int64_t(-1), int64_t(0), int64_t(1), int64_t(n / 3), int64_t(n / 2), int64_t(n - 1), int64_t(n), int64_t(n + 1)}) {
          QVERIFY2(selected(s, keep) == expected(s, keep), qPrintable(QString("n %1 kind %2 keep %3").arg(n).arg(kind).arg(keep)));
        }
      }
    }
  }

  void neighbouringFloatsAreToldApart() {
    std::vector<float> s(64, 1.f);
    for (size_t i = 1; i < s.size(); ++i) s[i] = std::nextafter(s[i - 1], 2.f);
    std::reverse(s.begin(), s.end());
    QCOMPARE(selected(s, 3), (std::vector<int32_t>{0, 1, 2}));
    QCOMPARE(selected({5.f, 5.f, 5.f, 5.f}, 2), (std::vector<int32_t>{2, 3}));
    QCOMPARE(selected({NAN, -INFINITY, NAN}, 2), (std::vector<int32_t>{1, 2}));
    QCOMPARE(selected({0.f, -0.f, 0.f}, 1), (std::vector<int32_t>{2}));
  }

  void compacts() {
    for (const int64_t rowBytes : {1, 3, 34, 64, 128, 192, 257, 512}) {
      for (const int64_t length : {1, 2, 255, 257}) {
        for (const int step : {1, 2, 5}) {
          std::vector<uint8_t> rows(size_t(length * rowBytes));
          for (size_t i = 0; i < rows.size(); ++i) rows[i] = uint8_t(i * 31 + i / 251);
          std::vector<int32_t> kept;
          for (int64_t i = 0; i < length; ++i) {
            if (i % 7 < 3 || i % step == step - 1) kept.push_back(int32_t(i));
          }
          std::vector<uint8_t> want;
          for (const int32_t r : kept) want.insert(want.end(), rows.begin() + r * rowBytes, rows.begin() + (r + 1) * rowBytes);
          for (const Isa isa : isasHere()) {
            const UseIsa use(isa);
            for (const int64_t before : {0, 1, 3}) {  // in place, and to a place some rows before
              std::vector<uint8_t> room(size_t(before * rowBytes), 9);
              room.insert(room.end(), rows.begin(), rows.end());
              compactRows(room.data(), room.data() + before * rowBytes, rowBytes, kept.data(), int64_t(kept.size()));
              QVERIFY(std::equal(want.begin(), want.end(), room.begin()));
            }
          }
        }
      }
    }
  }
};

QTEST_APPLESS_MAIN(TestKernelSelect)
#include "tst_kernel_select.moc"
