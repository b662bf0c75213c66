// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>

#include "core/api/error.h"
#include "tokenizer_data.h"

using namespace presslab;

namespace {

std::string reasonOf(const VocabData& v, std::string_view text = {}) {
  try {
    const Tokenizer t(v);
    t.encode(text);
  } catch (const Failure& f) {
    return f.code() == ErrorCode::BadInput ? f.what() : "another code";
  }
  return {};
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

class TestTokenizer : public QObject {
  Q_OBJECT

  std::unique_ptr<ModelFile> m_model;

 private Q_SLOTS:
  void initTestCase() {
    try {
      m_model = openModelFile(resolveModel(""));
    } catch (const Failure& f) {
      qWarning("%s", f.what());
    }
  }

  void idsMatchTheReference() {
    if (!m_model) QSKIP("the default model is not here");
    const Tokenizer t(m_model->vocab());
    const QJsonArray golden = goldenJson("smollm2_ids.json").array();
    QVERIFY(golden.size() >= 60);
    for (const QJsonValue& row : golden) {
      const std::string text = row["text"].toString().toStdString();
      std::vector<int32_t> ids;
      for (const QJsonValue& id : row["ids"].toArray()) ids.push_back(id.toInt());
      if (t.encode(text) != ids) qWarning() << row["text"].toString() << t.encode(text) << ids;
      QVERIFY(t.encode(text) == ids);
      QCOMPARE(t.decode(ids), row["decoded"].isString() ? row["decoded"].toString().toStdString() : text);
    }
  }

  void randomTextsSurviveARoundTrip() {
    const Tokenizer t(byteVocab({"t h", "th e", "\u0120 t", "\u0120t he", "i n", "a n", "e r"}));
    std::mt19937 rng(3);
    for (int i = 0; i < 3000; ++i) {
      std::string text = randomUtf8(rng, int(rng() % 60));
      if (i % 4 == 0)
        for (char& c : text) c = char(rng());
      QVERIFY(t.decode(t.encode(text)) == text);
    }
  }

  void bytesStayAsTheyAre() {
    const Tokenizer t(byteVocab());
    const std::string text("\r\nnul\0end\r\n\xFF\xC0\n", 15);
    const std::vector<int32_t> ids = t.encode(text);
    QCOMPARE(ids.size(), text.size());
    QCOMPARE(t.decode(ids), text);
    QVERIFY(t.encode("").empty());
  }

  void controlNamesInTextStayText() {
    const Tokenizer t(byteVocab());
    const std::vector<int32_t> ids = t.encode("a<|im_end|>b");
    QVERIFY(std::none_of(ids.begin(), ids.end(), [&](int32_t id) { return t.isControl(id); }));
    QCOMPARE(t.decode(ids), std::string("a<|im_end|>b"));
    QCOMPARE(t.controlId("<|im_end|>"), 257);
    QCOMPARE(t.controlId("a"), -1);
    QCOMPARE(t.decode({'h', 257, 'i'}), std::string("hi"));
    QCOMPARE(t.decode({'h', 257, 'i'}, true), std::string("h<|im_end|>i"));
    QVERIFY(t.isEndOfGeneration(257) && t.isEndOfGeneration(258) && !t.isEndOfGeneration(256) && !t.isEndOfGeneration(-1));
  }

  void aMergeNeverMakesAControlToken() {
    VocabData v = byteVocab({"< x"});
    v.types.back() = 3;
    const Tokenizer t(v);
    QCOMPARE(t.encode("<x"), (std::vector<int32_t>{'<', 'x'}));
    QCOMPARE(t.notices().size(), size_t(1));
  }

  void userDefinedTokensAreFoundInText() {
    VocabData v = byteVocab();
    v.tokens.insert(v.tokens.end(), {"<think>", "<think>!"});
    v.types.insert(v.types.end(), 2, 4);
    const Tokenizer t(v);
    QCOMPARE(t.encode("a<think>b<think>!"), (std::vector<int32_t>{'a', 259, 'b', 260}));
    QCOMPARE(t.decode({259}), std::string("<think>"));
  }

  void aMissingByteIsTheUnknownTokenOrAFailure() {
    VocabData v = byteVocab();
    v.tokens[0x41] = "\u4e2d";  // no token for 'A' any more
    QVERIFY(contains(reasonOf(v, "xA"), "0x41"));
    QVERIFY(reasonOf(v, "x").empty());
    v.unk = 'u';
    QCOMPARE(Tokenizer(v).encode("xA"), (std::vector<int32_t>{'x', 'u'}));
    v.unk = 258;  // a control token: as the reference, the byte is left out, and its neighbours may merge
    v.tokens.push_back("th");
    v.types.push_back(1);
    v.merges = {"t h"};
    QCOMPARE(Tokenizer(v).encode("tAh"), (std::vector<int32_t>{259}));
    QVERIFY(contains(Tokenizer(v).notices().at(0), "1 bytes have no token (first: 0x41); they are left out"));
    v.tokens[0x41] = "<0x41>";
    v.types[0x41] = 6;
    QCOMPARE(Tokenizer(v).encode("xA"), (std::vector<int32_t>{'x', 'A'}));
  }

  void mergesWithoutATokenAreSkippedWithANotice() {
    VocabData v = byteVocab({"t h"});
    v.merges.insert(v.merges.end(), {"q q", "th zz"});
    const Tokenizer t(v);
    QCOMPARE(t.notices().size(), size_t(1));
    QVERIFY(contains(t.notices()[0], "2 of 3 merges skipped"));
    QVERIFY(contains(t.notices()[0], "merges[1] 'q q'"));
    QCOMPARE(t.encode("qqth"), (std::vector<int32_t>{'q', 'q', 259}));
  }

  void faultsNameTheirKey() {
    VocabData v = byteVocab();
    v.model = "bert";
    QVERIFY(contains(reasonOf(v), "tokenizer.ggml.model"));
    v = byteVocab();
    v.types.pop_back();
    QVERIFY(contains(reasonOf(v), "tokenizer.ggml.token_type"));
    v = byteVocab();
    v.eos = 259;
    QVERIFY(contains(reasonOf(v), "tokenizer.ggml.eos_token_id"));
    v = byteVocab();
    v.merges = {"alone"};
    QVERIFY(contains(reasonOf(v), "tokenizer.ggml.merges[0]"));
    v = byteVocab();
    v.tokens[5] = "<0x-1>";
    v.types[5] = 6;
    QVERIFY(contains(reasonOf(v), "tokenizer.ggml.tokens[5]"));
    v = byteVocab();
    v.tokens.clear();
    v.types.clear();
    QVERIFY(contains(reasonOf(v), "tokenizer.ggml.tokens"));
    QVERIFY(contains(reasonOf(byteVocab()), "") && reasonOf(byteVocab()).empty());
    const Tokenizer t(byteVocab());
    QVERIFY_THROWS_EXCEPTION(Failure, t.piece(259));
    QVERIFY_THROWS_EXCEPTION(Failure, t.decode({-1}));
  }

  /// Whole texts that are one piece, or a million pieces: quadratic work would run into the test's time limit.
  void longRunsAreLinear() {
    const Tokenizer t(byteVocab({"a a", "aa aa", "^ ^", "\u0120 \u0120"}));
    QCOMPARE(t.encode(std::string(10000000, 'a')).size(), size_t(2500000));
    QCOMPARE(t.encode(std::string(1000000, '^')).size(), size_t(500000));
    QCOMPARE(t.encode(std::string(1000000, ' ')).size(), size_t(500000));
    std::string family;
    for (int i = 0; i < 1000000; ++i) family += "\U0001F468\u200D";
    QCOMPARE(t.encode(family).size(), family.size());
    VocabData llama = byteVocab();
    llama.pre = "llama-bpe";
    const Tokenizer l(llama);
    std::string lines;
    for (int i = 0; i < 1000000; ++i) lines += i % 2 ? " \n" : "\t ";
    QCOMPARE(l.encode(lines).size(), lines.size());
  }
};

QTEST_APPLESS_MAIN(TestTokenizer)
#include "tst_tokenizer.moc"
