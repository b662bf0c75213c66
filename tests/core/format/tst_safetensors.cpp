// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Safetensors files, right and hostile. Every hostile header must end in a Failure(BadInput) that names file and reason.
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <cstring>
#include <random>

#include "core/format/format_test.h"
#include "core/format/safetensors.h"

using namespace presslab;
using namespace presslab::test;

namespace {

std::string u64(uint64_t n) {
  std::string out(8, '\0');
  std::memcpy(out.data(), &n, 8);
  return out;
}
/// A file of this header and so many bytes of data.
std::string file(const std::string& header, size_t data) { return u64(header.size()) + header + std::string(data, '\1'); }

std::string tensor(const char* name, const char* dtype, const char* shape, const char* offsets) {
  return std::string("\"") + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

const std::string kGood = "{" + tensor("a", "F32", "[2,3]", "[0,24]") + "," + tensor("b", "F16", "[4]", "[24,32]") + "}";

}  // namespace

class TestSafetensors : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void values();
  void emptyAndScalar();
  void hostile_data();
  void hostile();
  void damagedBytes();
  void truncated();
  void notAFile();

 private:
  std::string write(const std::string& bytes) {
    const QString path = m_folder.filePath(QStringLiteral("x.safetensors"));
    if (!writeFile(path, bytes)) qFatal("cannot write");
    return path.toStdString();
  }
  /// The failure's code and text; 0 when it opens.
  static std::pair<int, QString> error(const std::string& path) {
    try {
      SafetensorsFile f(path);
      for (const auto& [name, e] : f.tensors())
        if (e.bytes && (e.data < f.file().data() || e.data + e.bytes > f.file().data() + f.size())) qFatal("a tensor lies outside its file");
    } catch (const Failure& failure) {
      return {int(failure.code()), QString::fromUtf8(failure.what())};
    }
    return {0, {}};
  }
  QTemporaryDir m_folder;
};

void TestSafetensors::values() {
  const float a[6] = {1, -2, 3.5f, 0, 1e-20f, 65504};
  const uint16_t half[3] = {0x3c00, 0xc100, 0x0001}, bf16[2] = {0x3f80, 0xc2c8};
  std::string data(reinterpret_cast<const char*>(a), sizeof a);
  data.append(reinterpret_cast<const char*>(half), sizeof half).append(reinterpret_cast<const char*>(bf16), sizeof bf16);
  // The order of names is not that of places, and the header's length is odd, so that nothing is aligned.
  std::string header = "{" + tensor("z", "F32", "[2,3]", "[0,24]") + "," + tensor("a", "BF16", "[2]", "[30,34]") + "," +
                       tensor("m", "F16", "[3,1]", "[24,30]") + ",\"__metadata__\":{\"format\":\"pt\"}}";
  if (header.size() % 2 == 0) header += ' ';
  const SafetensorsFile f(write(u64(header.size()) + header + data));
  QCOMPARE(f.tensors().size(), size_t{3});
  QCOMPARE(f.metadata().at("format"), std::string("pt"));
  QCOMPARE(f.tensor("z").shape, (std::vector<int64_t>{2, 3}));
  QCOMPARE(f.floats("z"), std::vector<float>(a, a + 6));
  QCOMPARE(f.floats("m"), (std::vector<float>{1.f, -2.5f, std::ldexp(1.f, -24)}));
  QCOMPARE(f.floats("a"), (std::vector<float>{1.f, -100.f}));
  QVERIFY(f.has("m") && !f.has("n"));
  QVERIFY_THROWS_EXCEPTION(Failure, f.tensor("n"));
}

void TestSafetensors::emptyAndScalar() {
  const SafetensorsFile f(write(file("{" + tensor("none", "F32", "[0,7]", "[0,0]") + "," + tensor("one", "F32", "[]", "[0,4]") + "}", 4)));
  QCOMPARE(f.tensor("none").elements(), int64_t{0});
  QVERIFY(f.floats("none").empty());
  QCOMPARE(f.tensor("one").elements(), int64_t{1});
  QCOMPARE(SafetensorsFile(write(file("{}", 0))).tensors().size(), size_t{0});
  const SafetensorsFile whole(write(file("{" + tensor("i", "I64", "[1]", "[0,8]") + "}", 8)));
  QVERIFY_THROWS_EXCEPTION(Failure, whole.floats("i"));
}

void TestSafetensors::hostile_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<QString>("reason");
  const auto row = [](const char* name, const std::string& bytes, const char* reason) {
    QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString::fromUtf8(reason);
  };
  const auto one = [](const char* dtype, const char* shape, const char* offsets, size_t data) {
    return file("{" + tensor("w", dtype, shape, offsets) + "}", data);
  };
  row("empty file", "", "");
  row("seven bytes", "1234567", "header has at least 8");
  row("longer than the file", u64(1000) + "{}", "the file ends after");
  row("length of all ones", u64(~uint64_t{0}) + "{}", "at most 100000000");
  row("length that wraps around", u64(~uint64_t{0} - 7) + "{}", "at most 100000000");
  row("length zero", u64(0), "no JSON object");
  row("list", file("[]", 0), "no JSON object");
  row("cut JSON", file(R"({"w":{"dtype":"F32","shape":[1])", 4), "no valid JSON");
  row("invalid UTF-8", file("{\"\xff\":{}}", 0), "no valid JSON");
  row("nested", file(std::string(100000, '{'), 0), "");
  row("nested lists", file("{\"w\":" + std::string(50000, '[') + std::string(50000, ']') + "}", 0), "deeper");
  row("name twice", file("{" + tensor("w", "U8", "[1]", "[0,1]") + "," + tensor("w", "U8", "[1]", "[0,1]") + "}", 1), "twice");
  row("tensor that is a number", file(R"({"w":1})", 0), "no object");
  row("no dtype", file(R"({"w":{"shape":[1],"data_offsets":[0,4]}})", 4), "'dtype' is missing");
  row("unknown dtype", one("F31", "[1]", "[0,4]", 4), "'F31'");
  row("dtype that is a list", file(R"({"w":{"dtype":["F32"],"shape":[1],"data_offsets":[0,4]}})", 4), "'dtype' is no text");
  row("shape that overflows", one("F32", "[4294967296,4294967296]", "[0,4]", 4), "more bytes than the file has");
  row("shape that overflows to zero", one("F64", "[2305843009213693952]", "[0,0]", 8), "more bytes than the file has");
  row("negative size", one("F32", "[-1]", "[0,4]", 4), "no count");
  row("size that is no whole number", one("F32", "[1.5]", "[0,4]", 4), "no count");
  row("size beyond 64 bits", one("F32", "[99999999999999999999]", "[0,4]", 4), "no count");
  row("many dimensions", one("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]", 4), "at most 8");
  row("offsets turned round", one("F32", "[1]", "[4,0]", 4), "4 to 0");
  row("offsets beyond the file", one("F32", "[2]", "[0,8]", 4), "the data has 4 bytes");
  row("offsets that wrap around", one("F32", "[1]", "[18446744073709551612,18446744073709551615]", 4), "the data has 4 bytes");
  row("negative offset", one("F32", "[1]", "[-4,0]", 4), "no pair of counts");
  row("three offsets", one("F32", "[1]", "[0,4,8]", 8), "no pair of counts");
  row("too few bytes", one("F32", "[2]", "[0,4]", 4), "ask for 8");
  row("hole", file("{" + tensor("a", "U8", "[1]", "[0,1]") + "," + tensor("b", "U8", "[1]", "[2,3]") + "}", 3), "belong to no tensor");
  row("overlap", file("{" + tensor("a", "U8", "[2]", "[0,2]") + "," + tensor("b", "U8", "[2]", "[1,3]") + "}", 3), "overlaps");
  row("bytes at the end", one("F32", "[1]", "[0,4]", 9), "at the end belong to no tensor");
  row("metadata that is a list", file(R"({"__metadata__":["a"]})", 0), "__metadata__");
  row("metadata that is a number", file(R"({"__metadata__":{"a":1}})", 0), "no text");
}

void TestSafetensors::hostile() {
  QFETCH(QByteArray, bytes);
  QFETCH(QString, reason);
  const std::string path = write(bytes.toStdString());
  const auto [code, text] = error(path);
  QCOMPARE(code, 2);
  QVERIFY2(text.startsWith(QString::fromStdString(path) + QStringLiteral(": ")), qPrintable(text));
  QVERIFY2(text.contains(reason) && !text.contains(QLatin1Char('\n')) && text.size() < 600, qPrintable(text));
}

/// Any byte of the header changed: it opens or fails as bad input, and what opens lies inside the file.
void TestSafetensors::damagedBytes() {
  std::mt19937 random(6);
  const std::string good = file(kGood, 32);
  QCOMPARE(error(write(good)).first, 0);
  int refused = 0;
  for (size_t at = 0; at < 8 + kGood.size(); ++at) {
    for (int k = 0; k < 6; ++k) {
      std::string bytes = good;
      bytes[at] = char(bytes[at] ^ (1 << (random() % 8)));
      const int code = error(write(bytes)).first;
      QVERIFY2(code == 0 || code == 2, qPrintable(QString::number(at)));
      refused += code == 2;
    }
  }
  QVERIFY(refused > 400);
}

void TestSafetensors::truncated() {
  const std::string good = file(kGood, 32);
  for (size_t n = 0; n < good.size(); ++n) QCOMPARE(error(write(good.substr(0, n))).first, 2);
}

void TestSafetensors::notAFile() {
  QCOMPARE(error(m_folder.filePath(QStringLiteral("nothing.safetensors")).toStdString()).first, 3);
  QCOMPARE(error(m_folder.path().toStdString()).first, 2);
}

QTEST_APPLESS_MAIN(TestSafetensors)
#include "tst_safetensors.moc"
