// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "core/api/error.h"
#include "core/bench/int_ranges.h"

using namespace presslab;

class TestIntRanges : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void values_data();
  void values();
  void refused_data();
  void refused();
};

void TestIntRanges::values_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QList<int>>("values");
  QTest::newRow("one") << "512" << QList<int>{512};
  QTest::newRow("zero") << "0" << QList<int>{0};
  QTest::newRow("list") << "512,768" << QList<int>{512, 768};
  QTest::newRow("range") << "2-5" << QList<int>{2, 3, 4, 5};
  QTest::newRow("step") << "10-30+10" << QList<int>{10, 20, 30};
  QTest::newRow("step beyond") << "10-35+10" << QList<int>{10, 20, 30};
  QTest::newRow("factor") << "1-8*2" << QList<int>{1, 2, 4, 8};
  QTest::newRow("mixed") << "0,1-2,8-32*4" << QList<int>{0, 1, 2, 8, 32};
  QTest::newRow("one in a range") << "7-7*1" << QList<int>{7};
  QTest::newRow("up to the limit") << "999-1000*2" << QList<int>{999};
}

void TestIntRanges::values() {
  QFETCH(QString, text);
  QFETCH(QList<int>, values);
  const std::vector<int> got = parseIntRanges("-p", text.toStdString(), 1000);
  QCOMPARE(QList<int>(got.begin(), got.end()), values);
}

void TestIntRanges::refused_data() {
  QTest::addColumn<QString>("text");
  for (const char* text : {"", ",", "1,", "a", "1-", "1-2+", "1-2/2", "2-1", "0-4*2", "1-4+0", "1-4*1", "-1", "1.5", "0,5x", "1001", "99999999999",
                           "0-1000,0-1000,0-1000,0-1000,0-1000,0-1000,0-1000,0-1000,0-1000,0-1000"})
    QTest::newRow(text) << QString::fromLatin1(text);
}

void TestIntRanges::refused() {
  QFETCH(QString, text);
  try {
    parseIntRanges("-p", text.toStdString(), 1000);
    QFAIL("accepted");
  } catch (const Failure& e) {
    QCOMPARE(int(e.code()), int(ErrorCode::BadInput));
    QVERIFY(QByteArray(e.what()).startsWith("-p: \""));
  }
}

QTEST_APPLESS_MAIN(TestIntRanges)
#include "tst_int_ranges.moc"
