// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// SentencePiece-style merging by scores against PyPI's sentencepiece (tests/oracle/make_sentencepiece.py), and normal form C.
#include <QTest>
#include <cmath>
#include <limits>

#include "core/api/error.h"
#include "core/tokenizer/normalizer.h"
#include "tokenizer_data.h"

using namespace presslab;

namespace {

/// What readVocab() makes of a GGUF file with these arrays.
VocabData vocabOf(const QJsonObject& o) {
  VocabData v;
  v.model = "llama";
  for (const QJsonValue& t : o["tokens"].toArray()) v.tokens.push_back(t.toString().toStdString());
  for (const QJsonValue& t : o["types"].toArray()) v.types.push_back(t.toInt());
  for (const QJsonValue& s : o["scores"].toArray()) v.scores.push_back(float(s.toDouble()));
  v.unk = 0;
  v.bos = 1;
  v.eos = 2;
  v.spaceMarks = v.byteFallback = v.fuseUnknown = v.addBos = true;
  if (o["add_space_prefix"].toBool()) {
    v.prefix = VocabData::Prefix::EachPart;
    v.strip = VocabData::Strip::OneSpace;
  }
  return v;
}

/// Tokens a and b, their joins, and bytes or none.
VocabData small(bool bytes) {
  VocabData v;
  v.model = "llama";
  v.tokens = {"<unk>", "a", "b", "ab", "ba", "aa", "\u2581", "\u2581a"};
  v.types = {2, 1, 1, 1, 1, 1, 1, 1};
  v.scores = {0, -10, -10, -2, -1, -2, -9, -8};
  v.unk = 0;
  v.spaceMarks = v.byteFallback = v.fuseUnknown = true;
  for (int b = 0; b < 256 && bytes; ++b) {
    v.tokens.push_back(QStringLiteral("<0x%1>").arg(b, 2, 16, QLatin1Char('0')).toUpper().replace(QLatin1Char('X'), QLatin1Char('x')).toStdString());
    v.types.push_back(6);
    v.scores.push_back(0);
  }
  return v;
}

}  // namespace

class TestSentencePiece : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void asSentencePiece_data() {
    QTest::addColumn<int>("row");
    QTest::newRow("space before the text") << 0;
    QTest::newRow("no space") << 1;
  }
  void asSentencePiece() {
    QFETCH(int, row);
    QJsonArray texts;
    for (const QJsonValue& t : goldenJson("families/texts.json").array()) {
      if (!t.toString().contains(QChar(0x2581))) texts.push_back(t);
    }
    while (texts.size() % 50) texts.removeLast();
    QVERIFY(texts.size() > 1500);
    const QJsonObject golden = goldenJson("sentencepiece.json")[row].toObject();
    const Tokenizer t(vocabOf(golden));
    QCOMPARE(differsFrom(golden, t, texts), QString());
  }

  void theHighestScoreThenTheLeftmost() {
    const Tokenizer t(small(true));
    QCOMPARE(t.encode("aba"), (std::vector<int32_t>{1, 4}));  // "ba" before "ab"
    QCOMPARE(t.encode("aaa"), (std::vector<int32_t>{5, 1}));
    QCOMPARE(t.encode("aab"), (std::vector<int32_t>{5, 2}));  // "aa" and "ab" score the same
    QCOMPARE(t.encode("a a"), (std::vector<int32_t>{1, 7}));
  }

  void whatHasNoTokenBecomesBytesOrUnknown() {
    const Tokenizer bytes(small(true)), unknown(small(false));
    QCOMPARE(bytes.encode("a\u00e9"), (std::vector<int32_t>{1, 8 + 0xC3, 8 + 0xA9}));
    QCOMPARE(bytes.decode(bytes.encode("a\u00e9\xFF")), std::string("a\u00e9\xFF"));
    QCOMPARE(unknown.encode("x\u00e9ay"), (std::vector<int32_t>{0, 1, 0}));
    VocabData none = small(false);
    none.unk = -1;
    none.types[0] = 1;
    const Tokenizer refuses(none);
    QCOMPARE(refuses.notices().size(), size_t(1));
    QVERIFY_THROWS_EXCEPTION(Failure, refuses.encode("x"));
    none.scores.pop_back();
    QVERIFY_THROWS_EXCEPTION(Failure, Tokenizer{none});
  }

  void whereASpaceStandsBefore() {
    VocabData v = small(true);
    v.prefix = VocabData::Prefix::EachPart;
    v.strip = VocabData::Strip::OneSpace;
    v.tokens.push_back("<tag>");
    v.types.push_back(4);
    v.scores.push_back(0);
    const int32_t tag = int32_t(v.tokens.size()) - 1;
    const Tokenizer each(v);
    QCOMPARE(each.encode("a<tag>a"), (std::vector<int32_t>{7, tag, 7}));
    QCOMPARE(each.encode("a", TextPlace::AfterToken), (std::vector<int32_t>{7}));
    QCOMPARE(each.encode("a", TextPlace::GoesOn), (std::vector<int32_t>{1}));
    QCOMPARE(each.decode({7, 7}), std::string("a a"));
    v.prefix = VocabData::Prefix::First;
    const Tokenizer first(v);
    QCOMPARE(first.encode("a<tag>a"), (std::vector<int32_t>{7, tag, 1}));
    QCOMPARE(first.encode("<tag>a"), (std::vector<int32_t>{tag, 1}));
    QCOMPARE(first.encode("a", TextPlace::AfterToken), (std::vector<int32_t>{1}));
    QVERIFY(first.encode("").empty());
  }

  /// Three million characters in one piece; quadratic merging would run into the test's time limit.
  void longTextsAreLinear() {
    const Tokenizer t(small(true));
    QCOMPARE(t.encode(std::string(3000000, 'a')).size(), size_t(1500000));
    std::string text;
    for (int i = 0; i < 1000000; ++i) text += i % 3 ? "a b" : "\u00e9 ";
    QVERIFY(t.decode(t.encode(text)) == text);
  }

  void normalForm() {
    QCOMPARE(toNfc("e\u0301 \u1112\u1161\u11ab \u212b"), std::string("\u00e9 \ud55c \u00c5"));
    QCOMPARE(toNfc("a\u0323\u0302 a\u0302\u0323"), std::string("\u1ead \u1ead"));
    QCOMPARE(toNfc("<\u0338 e\xFF\u0301"), std::string("\u226e e\xFF\u0301"));
    QCOMPARE(toNfc("plain ASCII\n"), std::string("plain ASCII\n"));
    QCOMPARE(toNfc("a\u0898\u0301"), std::string("a\u0898\u0301"));  // the reference knows no such mark
    std::string marks = "a";
    for (int i = 0; i < 1000000; ++i) marks += i % 2 ? "\u0301" : "\u0323";  // alternating classes: a million exchanges each for a simple sort
    const std::string ordered = toNfc(marks);
    QCOMPARE(toNfc(ordered), ordered);
    QVERIFY(ordered.compare(0, 3, "\u1ea1") == 0);
  }
};

QTEST_APPLESS_MAIN(TestSentencePiece)
#include "tst_sentencepiece.moc"
