// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>
#include <cstring>

#include "format_test.h"
#include "kernels/kernels.h"
#include "support/gguf_builder.h"

using namespace presslab;
using namespace presslab::test;

namespace {

/// Half to double by the definition, element by element.
double halfValue(const uint8_t* p) {
  const int bits = p[0] | p[1] << 8, exponent = bits >> 10 & 31, fraction = bits & 1023;
  const double sign = bits & 0x8000 ? -1 : 1;
  if (exponent == 31) return fraction ? std::nan("") : sign * INFINITY;
  return sign * (exponent ? std::ldexp(1 + fraction / 1024.0, exponent - 15) : std::ldexp(fraction / 1024.0, -14));
}

int sixBit(const uint8_t* s, int j, bool minimum) {
  if (j < 4) return s[j + (minimum ? 4 : 0)] & 63;
  const int low = minimum ? s[j + 4] >> 4 : s[j + 4] & 15, high = s[minimum ? j : j - 4] >> 6;
  return low | high << 4;
}

/// Element i of a block, in double, straight from the layout of each type. Slow, one element at a time, and shares nothing with the kernel.
double element(TensorType type, const uint8_t* b, int i) {
  const auto nibble = [i](const uint8_t* q) { return i < 16 ? q[i] & 15 : q[i - 16] >> 4; };
  const auto fifth = [i](const uint8_t* q) { return (q[i / 8] >> i % 8 & 1) << 4; };
  switch (type) {
    case TensorType::F32: {
      float f;
      std::memcpy(&f, b, 4);
      return double(f);
    }
    case TensorType::F16:
      return halfValue(b);
    case TensorType::BF16: {
      const uint8_t wide[4] = {0, 0, b[0], b[1]};
      float f;
      std::memcpy(&f, wide, 4);
      return double(f);
    }
    case TensorType::Q4_0:
      return halfValue(b) * (nibble(b + 2) - 8);
    case TensorType::Q4_1:
      return halfValue(b) * nibble(b + 4) + halfValue(b + 2);
    case TensorType::Q5_0:
      return halfValue(b) * ((nibble(b + 6) | fifth(b + 2)) - 16);
    case TensorType::Q5_1:
      return halfValue(b) * (nibble(b + 8) | fifth(b + 4)) + halfValue(b + 2);
    case TensorType::Q8_0:
      return halfValue(b) * int8_t(b[2 + i]);
    case TensorType::Q4_K:
    case TensorType::Q5_K: {
      const bool five = type == TensorType::Q5_K;
      const int sub = i / 32, byte = b[(five ? 48 : 16) + i / 64 * 32 + i % 32];
      int q = sub % 2 ? byte >> 4 : byte & 15;
      if (five && b[16 + i % 32] & 1 << sub) q += 16;
      return halfValue(b) * sixBit(b + 4, sub, false) * q - halfValue(b + 2) * sixBit(b + 4, sub, true);
    }
    case TensorType::Q6_K: {
      const int part = i / 128, in = i % 128, lane = in % 32, quarter = in / 32;
      const int byte = b[part * 64 + (quarter % 2) * 32 + lane];
      const int q = (quarter < 2 ? byte & 15 : byte >> 4) | (b[128 + part * 32 + lane] >> quarter * 2 & 3) << 4;
      return halfValue(b + 208) * int8_t(b[192 + i / 16]) * (q - 32);
    }
  }
  return 0;
}

const std::vector<TensorType> kTypes{TensorType::F32,  TensorType::F16,  TensorType::BF16, TensorType::Q4_0, TensorType::Q4_1, TensorType::Q5_0,
                                     TensorType::Q5_1, TensorType::Q8_0, TensorType::Q4_K, TensorType::Q5_K, TensorType::Q6_K};

void typeRows() {
  QTest::addColumn<int>("type");
  for (const TensorType t : kTypes) QTest::newRow(traits(t).name) << int(t);
}

}  // namespace

class TestDequant : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void golden_data() { typeRows(); }
  /// Bit for bit what PyPI gguf decodes (tests/oracle/make_gguf_dequant.py).
  void golden() {
    QFETCH(int, type);
    QFile file(QString(PRESSLAB_TEST_DATA "/format/%1.bin").arg(traits(TensorType(type)).name));
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.fileName()));
    const QByteArray all = file.readAll();
    uint32_t elements = 0, bytes = 0;
    QVERIFY(all.size() > 8);
    std::memcpy(&elements, all.data(), 4);
    std::memcpy(&bytes, all.data() + 4, 4);
    QCOMPARE(all.size(), qsizetype(8 + bytes + elements * 4));
    QVERIFY(elements >= 512);
    std::vector<float> out(elements, 1e30f);
    kernels::dequantRow(kernels::QuantType(type), all.data() + 8, out.data(), elements);
    for (uint32_t i = 0; i < elements; ++i) {
      float expected;
      std::memcpy(&expected, all.data() + 8 + bytes + i * 4, 4);
      if (out[i] != expected)
        QFAIL(qPrintable(QString("element %1: %2, expected %3").arg(i).arg(double(out[i]), 0, 'g', 9).arg(double(expected), 0, 'g', 9)));
    }
  }

  void definition_data() { typeRows(); }
  /// A rows x cols tensor at an odd address, against the layout read one element at a time.
  void definition() {
    QFETCH(int, type);
    const TensorTypeTraits& tr = traits(TensorType(type));
    const BuilderType& layout = builderType(tr.name);
    QCOMPARE(tr.blockSize, layout.block);
    QCOMPARE(tr.blockBytes, layout.bytes);
    std::mt19937 random(7);
    const int64_t rows = 5, cols = 512;
    const std::string bytes = "?" + randomData(layout, uint64_t(rows * cols), random);
    TensorView view{"t", TensorType(type), rows, cols, reinterpret_cast<const std::byte*>(bytes.data() + 1)};
    QCOMPARE(view.bytes(), int64_t(bytes.size() - 1));
    const std::vector<float> all = dequantize(view);
    QCOMPARE(int64_t(all.size()), rows * cols);
    std::vector<float> row(cols);
    for (int64_t r = 0; r < rows; ++r) {
      dequantizeRow(view, r, row.data());
      for (int64_t c = 0; c < cols; ++c) {
        const auto* block = reinterpret_cast<const uint8_t*>(view.data) + r * view.rowBytes() + c / tr.blockSize * tr.blockBytes;
        const double expected = element(TensorType(type), block, int(c % tr.blockSize));
        QCOMPARE(all[size_t(r * cols + c)], row[size_t(c)]);
        const double error = std::abs(double(row[size_t(c)]) - expected);
        if (error > 2e-7 * (std::abs(expected) + 0.1))
          QFAIL(qPrintable(QString("%1,%2: %3, expected %4").arg(r).arg(c).arg(double(row[size_t(c)])).arg(expected)));
      }
    }
  }

  /// All 65,536 halves, through the wide path and through the one for the rest of a row.
  void halves() {
    std::vector<uint16_t> in(65536);
    for (size_t i = 0; i < in.size(); ++i) in[i] = uint16_t(i);
    std::vector<float> out(in.size());
    kernels::convertToF32(kernels::Elem::F16, in.data(), out.data(), int64_t(in.size()));
    for (size_t i = 0; i < in.size(); ++i) {
      const double expected = halfValue(reinterpret_cast<const uint8_t*>(&in[i]));
      float one = 0;
      kernels::convertToF32(kernels::Elem::F16, &in[i], &one, 1);
      QVERIFY2(std::isnan(expected) ? std::isnan(out[i]) : double(out[i]) == expected, qPrintable(QString::number(i)));
      QVERIFY2(std::memcmp(&one, &out[i], 4) == 0, qPrintable(QString::number(i)));
      uint16_t back[9], single = 0;
      const float nine[9] = {out[i], out[i], out[i], out[i], out[i], out[i], out[i], out[i], out[i]};
      kernels::convertFromF32(kernels::Elem::F16, nine, back, 9);
      kernels::convertFromF32(kernels::Elem::F16, &out[i], &single, 1);
      QCOMPARE(back[0], single);
      QCOMPARE(back[8], single);
      if (!std::isnan(expected)) QCOMPARE(single, in[i]);
    }
  }

  /// Values between two halves go to the nearer one, ties to the even one; bfloat16 the same.
  void rounding() {
    const auto toHalf = [](float f) {
      uint16_t h = 0;
      kernels::convertFromF32(kernels::Elem::F16, &f, &h, 1);
      return h;
    };
    const auto toBfloat = [](float f) {
      uint16_t h = 0;
      kernels::convertFromF32(kernels::Elem::BF16, &f, &h, 1);
      return h;
    };
    QCOMPARE(toHalf(1.f + 0x1p-11f), uint16_t(0x3C00));
    QCOMPARE(toHalf(1.f + 0x1.8p-10f), uint16_t(0x3C02));
    QCOMPARE(toHalf(1.f + 0x1.002p-11f), uint16_t(0x3C01));
    QCOMPARE(toHalf(65519.f), uint16_t(0x7BFF));
    QCOMPARE(toHalf(65520.f), uint16_t(0x7C00));
    QCOMPARE(toHalf(-1e30f), uint16_t(0xFC00));
    QCOMPARE(toHalf(0x1p-25f), uint16_t(0));
    QCOMPARE(toHalf(0x1.8p-25f), uint16_t(1));
    QCOMPARE(toHalf(0x1.ffep-15f), uint16_t(0x400));
    QCOMPARE(toBfloat(1.f), uint16_t(0x3F80));
    QCOMPARE(toBfloat(1.f + 0x1p-8f), uint16_t(0x3F80));
    QCOMPARE(toBfloat(1.f + 0x1.8p-7f), uint16_t(0x3F82));
    QCOMPARE(toBfloat(-0.f), uint16_t(0x8000));
    QVERIFY((toBfloat(std::nanf("")) & 0x7FFF) > 0x7F80);
    QVERIFY((toHalf(std::nanf("")) & 0x7FFF) > 0x7C00);
    QCOMPARE(kernels::rowBytes(kernels::Elem::F32, 3), int64_t{12});
    QCOMPARE(kernels::rowBytes(kernels::Elem::BF16, 3), int64_t{6});
    for (int i = 0; i < 2000; ++i) {  // random floats: the wide path equals the single one
      std::mt19937 random(uint32_t(i + 1));
      float in[8];
      uint16_t out[8];
      for (float& f : in) {
        const uint32_t bits = uint32_t(random());
        std::memcpy(&f, &bits, 4);
      }
      kernels::convertFromF32(kernels::Elem::F16, in, out, 8);
      for (int k = 0; k < 8; ++k) QCOMPARE(out[k], toHalf(in[k]));
    }
  }
};

QTEST_APPLESS_MAIN(TestDequant)
#include "tst_dequant.moc"
