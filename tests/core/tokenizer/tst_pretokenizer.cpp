// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "core/tokenizer/pretokenizer.h"
#include "tokenizer_data.h"

using namespace presslab;

namespace {

std::vector<size_t> cut(PreTokenizer scheme, std::string_view text) {
  std::vector<size_t> ends;
  for (size_t pos = 0; pos < text.size();) {
    const size_t end = pieceEnd(scheme, text, pos);
    if (end <= pos || end > text.size()) return {};
    ends.push_back(pos = end);
  }
  return ends;
}

}  // namespace

class TestPreTokenizer : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void classesMatchThePeers() {
    const QJsonDocument golden = goldenJson("classes.json");
    const QJsonArray letters = golden["letter"].toArray(), numbers = golden["number"].toArray(), spaces = golden["space"].toArray();
    QVERIFY(letters.size() > 500 && numbers.size() > 100 && spaces.size() == 10);
    std::vector<CharClass> theirs(0x110000, CharClass::Other);
    const auto fill = [&](const QJsonArray& ranges, CharClass cls) {
      for (const QJsonValue& r : ranges) std::fill(theirs.begin() + r[0].toInt(), theirs.begin() + r[1].toInt() + 1, cls);
    };
    fill(letters, CharClass::Letter);
    fill(numbers, CharClass::Number);
    fill(spaces, CharClass::Space);
    int differ = 0, newer = 0;
    for (uint32_t c = 0; c < 0x110000; ++c) {
      if ((c >= 0xD800 && c < 0xE000) || classOf(c) == theirs[c]) continue;
      // Characters that one side's Unicode version does not know yet are Other there.
      theirs[c] == CharClass::Other || classOf(c) == CharClass::Other ? ++newer : ++differ;
      if (c < 0x800 || (theirs[c] == CharClass::Space) || classOf(c) == CharClass::Space) ++differ;
    }
    QCOMPARE(differ, 0);
    QVERIFY2(newer < 10000, qPrintable(QString::number(newer)));
  }

  void piecesMatchThePeers_data() {
    QTest::addColumn<QString>("pre");
    QTest::newRow("smollm") << "smollm";
    QTest::newRow("gpt-2") << "gpt-2";
    QTest::newRow("llama-bpe") << "llama-bpe";
  }
  void piecesMatchThePeers() {
    QFETCH(QString, pre);
    bool known = false;
    const PreTokenizer scheme = preTokenizerNamed(pre.toStdString(), known);
    QVERIFY(known);
    const QJsonArray golden = goldenJson(qPrintable("pieces_" + pre + ".json")).array();
    QVERIFY(golden.size() >= 60);
    for (const QJsonValue& row : golden) {
      const std::string text = row["text"].toString().toStdString();
      std::vector<size_t> ends;
      for (const QJsonValue& e : row["ends"].toArray()) ends.push_back(size_t(e.toInt()));
      if (cut(scheme, text) != ends) qWarning() << row["text"].toString() << cut(scheme, text) << ends;
      QVERIFY(cut(scheme, text) == ends);
    }
  }

  void everyByteBelongsToOnePiece() {
    std::mt19937 rng(5);
    for (int i = 0; i < 2000; ++i) {
      std::string text = randomUtf8(rng, int(rng() % 40));
      if (i % 3 == 0)
        for (char& c : text) c = char(rng());  // mostly invalid
      for (const PreTokenizer s : {PreTokenizer::Gpt2, PreTokenizer::Smollm, PreTokenizer::Llama3}) {
        const std::vector<size_t> ends = cut(s, text);
        QVERIFY(text.empty() ? ends.empty() : !ends.empty() && ends.back() == text.size());
      }
    }
  }

  void unknownNameIsGpt2() {
    bool known = true;
    QVERIFY(preTokenizerNamed("martian", known) == PreTokenizer::Gpt2);
    QVERIFY(!known);
    QVERIFY(preTokenizerNamed("", known) == PreTokenizer::Gpt2);
    QVERIFY(known);
  }

  void invalidBytesStandAlone() {
    for (const std::string_view bad : {std::string_view("\xC0\x80"), std::string_view("\xED\xA0\x80"), std::string_view("\xF4\x90\x80\x80"),
                                       std::string_view("\xE2\x82"), std::string_view("\xFF"), std::string_view("\x80")}) {
      QCOMPARE(decodeUtf8(bad, 0).code, Utf8Char::kInvalid);
      QCOMPARE(decodeUtf8(bad, 0).bytes, 1u);
    }
    QCOMPARE(decodeUtf8("\xE2\x82\xAC", 0).code, 0x20ACu);
    QCOMPARE(decodeUtf8("\xF4\x8F\xBF\xBF", 0).code, 0x10FFFFu);
  }
};

QTEST_APPLESS_MAIN(TestPreTokenizer)
#include "tst_pretokenizer.moc"
