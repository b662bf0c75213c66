// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/compare_test.h"
#include "core/compare/token_text.h"

using namespace presslab;
using namespace presslab::test;

class TestPromptIds : public QObject {
  Q_OBJECT
  std::unique_ptr<LoadedModel> m_model;

 private Q_SLOTS:
  void initTestCase() { m_model = tinyModel(); }
  void textIsSplitAtTheQuestion();
  void syntheticContextHasThatManyTokens();
  void syntheticContextRefusesWhatCannotBe();
  void idsAreUsedAsTheyAre();
  void idsOutsideTheVocabularyAreRefused();
  void questionCanBeCompressedToo();
  void continuationIsTheTextsOwn();
  void lengthNamesBothNumbers();
  void exactlyOneSource();
  void piecesAreWholeCharacters();
  void headsAreCutBetweenCharacters();
};

void TestPromptIds::textIsSplitAtTheQuestion() {
  PromptSpec spec;
  spec.text = "The tide came in at seven.";
  const PromptIds asked = buildPromptIds(*m_model, spec, "Why?", 4);
  const ChatPrompt reference = buildPrompt(*m_model->tokenizer, m_model->file->vocab(), *spec.text, "Why?", false);
  QVERIFY(asked.context == reference.context && asked.question == reference.question);
  QCOMPARE(asked.questionText, std::string("Why?"));
  QCOMPARE(asked.contextHead, *spec.text);
  const PromptIds silent = buildPromptIds(*m_model, spec, nullptr, 4);
  QVERIFY(!silent.question.empty() && silent.questionText.empty());  // the template's tail
  spec.raw = true;
  QVERIFY(buildPromptIds(*m_model, spec, nullptr, 4).question.empty());
  QVERIFY(buildPromptIds(*m_model, spec, nullptr, 4).context == m_model->tokenizer->encode(*spec.text));
  spec.question = "";  // asked for: no question, although there is a default
  QVERIFY(buildPromptIds(*m_model, spec, "Why?", 4).question.empty());
}

void TestPromptIds::syntheticContextHasThatManyTokens() {
  for (const bool raw : {false, true})
    for (const int tokens : {20, 33, 64, 100, 127, 200, 317, 400}) {
      PromptSpec spec;
      spec.contextTokens = tokens;
      spec.raw = raw;
      const PromptIds p = buildPromptIds(*m_model, spec, "What?", 4);
      QCOMPARE(int(p.context.size()), tokens);
      QVERIFY(buildPromptIds(*m_model, spec, "What?", 4).context == p.context);
    }
}

void TestPromptIds::syntheticContextRefusesWhatCannotBe() {
  PromptSpec spec;
  spec.contextTokens = 2;
  const Refusal small = refusal([&] { buildPromptIds(*m_model, spec, "What?", 4); });
  QCOMPARE(small.code, 2);
  QVERIFY2(small.names("2 tokens"), small.text.c_str());
  spec.contextTokens = 513;
  const Refusal large = refusal([&] { buildPromptIds(*m_model, spec, "What?", 4); });
  QVERIFY2(large.code == 2 && large.names("513 of 512"), large.text.c_str());
  spec.contextTokens = 0;
  QCOMPARE(refusal([&] { buildPromptIds(*m_model, spec, "What?", 4); }).code, 2);
}

void TestPromptIds::idsAreUsedAsTheyAre() {
  PromptSpec spec;
  spec.tokens = std::vector<int32_t>{5, 299, 0, 17};
  const PromptIds p = buildPromptIds(*m_model, spec, "Why?", 4);
  QVERIFY(p.context == *spec.tokens && p.question.empty() && p.questionText.empty());
  spec.question = "Why?";
  QVERIFY(buildPromptIds(*m_model, spec, nullptr, 4).question == m_model->tokenizer->encode("Why?"));
}

void TestPromptIds::idsOutsideTheVocabularyAreRefused() {
  for (const int32_t bad : {-1, 300}) {
    PromptSpec spec;
    spec.tokens = std::vector<int32_t>{1, bad};
    const Refusal r = refusal([&] { buildPromptIds(*m_model, spec, nullptr, 4); });
    QVERIFY2(r.code == 2 && r.names("token 1 is") && r.names("300"), r.text.c_str());
  }
}

void TestPromptIds::questionCanBeCompressedToo() {
  PromptSpec spec;
  spec.text = "The tide came in.";
  const PromptIds apart = buildPromptIds(*m_model, spec, "Why?", 4);
  spec.queryAware = true;
  const PromptIds aware = buildPromptIds(*m_model, spec, "Why?", 4);
  QVERIFY(aware.question.empty());
  QCOMPARE(aware.context.size(), apart.context.size() + apart.question.size());
}

void TestPromptIds::continuationIsTheTextsOwn() {
  PromptSpec spec;
  spec.text = "The tide came in at seven, and the boats lay still; nobody spoke.";
  spec.raw = true;
  const std::vector<int32_t> ids = m_model->tokenizer->encode(*spec.text);
  const PromptIds p = buildPromptIds(*m_model, spec, "Why?", 6, true);
  QCOMPARE(p.context.size() + 6, ids.size());
  QVERIFY(std::equal(p.context.begin(), p.context.end(), ids.begin()));
  QVERIFY(std::equal(p.continuation.begin(), p.continuation.end(), ids.end() - 6));
  QVERIFY(p.question.empty());
  const Refusal r = refusal([&] { buildPromptIds(*m_model, spec, "Why?", int(ids.size()), true); });
  QVERIFY2(r.code == 2, r.text.c_str());
  spec.text.reset();
  spec.contextTokens = 100;
  QCOMPARE(buildPromptIds(*m_model, spec, "Why?", 6, true).context.size(), size_t{100});
}

void TestPromptIds::lengthNamesBothNumbers() {
  PromptSpec spec;
  spec.tokens = std::vector<int32_t>(500, 7);
  QCOMPARE(buildPromptIds(*m_model, spec, nullptr, 12).context.size(), size_t{500});
  const Refusal r = refusal([&] { buildPromptIds(*m_model, spec, nullptr, 13); });
  QCOMPARE(r.code, 2);
  QVERIFY2(r.names("513 of 512 positions"), r.text.c_str());
  QVERIFY2(r.names("500 context") && r.names("13 new"), r.text.c_str());
  QCOMPARE(grouped(8193), std::string("8,193"));
  QCOMPARE(grouped(-1234567), std::string("-1,234,567"));
  QCOMPARE(grouped(999), std::string("999"));
  QCOMPARE(refusal([&] { buildPromptIds(*m_model, spec, nullptr, -1); }).code, 2);
}

void TestPromptIds::exactlyOneSource() {
  PromptSpec spec;
  QCOMPARE(refusal([&] { buildPromptIds(*m_model, spec, nullptr, 4); }).code, 2);
  spec.text = "a";
  spec.contextTokens = 100;
  QCOMPARE(refusal([&] { buildPromptIds(*m_model, spec, nullptr, 4); }).code, 2);
  PromptSpec empty;
  empty.text = "";
  empty.raw = true;
  QCOMPARE(refusal([&] { buildPromptIds(*m_model, empty, nullptr, 4); }).code, 2);
}

void TestPromptIds::piecesAreWholeCharacters() {
  const std::string text = "caf\u00e9 \u6f6e \U0001F30A end";
  const std::vector<int32_t> ids = m_model->tokenizer->encode(text);
  PieceStream stream(*m_model->tokenizer);
  std::string joined;
  for (const int32_t id : ids) {
    const std::string piece = stream.next(id);
    QCOMPARE(validUtf8(piece), piece);
    joined += piece;
  }
  QCOMPARE(joined, text);
  QCOMPARE(validUtf8("a\xff\x62"), std::string("a\xEF\xBF\xBD"
                                               "b"));
}

void TestPromptIds::headsAreCutBetweenCharacters() {
  QCOMPARE(headOf("a\nb", 10), std::string("a b"));
  QCOMPARE(headOf("\u00e9\u00e9\u00e9", 5), std::string("\u00e9\u00e9..."));
}

QTEST_APPLESS_MAIN(TestPromptIds)
#include "tst_prompt_ids.moc"
