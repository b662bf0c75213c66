// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Tokenizers of Hugging Face folders against PyPI's tokenizers (tests/oracle/make_tokenizers.py), and files that ask for what is not there.
#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include "core/api/error.h"
#include "core/format/hf_vocab.h"
#include "tokenizer_data.h"

using namespace presslab;

namespace {

const QString kFamilies = QStringLiteral(PRESSLAB_TEST_DATA "/tokenizer/families/");

/// A folder whose files a test changes.
class Folder {
 public:
  explicit Folder(const char* family = nullptr) {
    if (family) QFile::copy(kFamilies + QLatin1String(family) + QStringLiteral("/tokenizer.json"), path("tokenizer.json"));
  }
  QString path(const char* name) const { return m_dir.filePath(QLatin1String(name)); }
  void write(const char* name, const QByteArray& text) const {
    QFile file(path(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
  }
  QJsonObject json(const char* name) const {
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
  }
  void write(const char* name, const QJsonObject& o) const { write(name, QJsonDocument(o).toJson()); }
  VocabData read(int rows = 0) const { return readHfVocab(m_dir.path().toStdString(), rows); }
  std::string reason(int rows = 0) const {
    try {
      const VocabData v = read(rows);
      const Tokenizer t(v);
    } catch (const Failure& f) {
      return f.code() == ErrorCode::BadInput ? f.what() : "another code";
    }
    return {};
  }

 private:
  QTemporaryDir m_dir;
};

QJsonObject with(QJsonObject o, const char* key, const QJsonValue& value) {
  o[QLatin1String(key)] = value;
  return o;
}

}  // namespace

class TestHfVocab : public QObject {
  Q_OBJECT

  static void refused(const Folder& f, const char* file, const char* part, int rows = 0) {
    const std::string reason = f.reason(rows);
    QVERIFY2(reason.find(file) != std::string::npos && reason.find(part) != std::string::npos && reason.find('\n') == std::string::npos,
             reason.c_str());
  }

 private Q_SLOTS:
  void familiesAsTheReference_data() {
    QTest::addColumn<QString>("family");
    const QStringList names = goldenJson("families/hashes.json").object().keys();
    QVERIFY(names.size() >= 10);
    for (const QString& n : names) QTest::newRow(qPrintable(n)) << n;
  }
  void familiesAsTheReference() {
    QFETCH(QString, family);
    const QJsonArray texts = goldenJson("families/texts.json").array();
    QCOMPARE(texts.size(), 2000);
    const Tokenizer t(readHfVocab((kFamilies + family).toStdString()));
    QCOMPARE(differsFrom(goldenJson("families/hashes.json")[family], t, texts), QString());
  }

  void beginTokenAndEnds() {
    const Folder f("llama3");
    VocabData v = f.read();
    QVERIFY(v.addBos && v.bos >= 0 && v.tokens[size_t(v.bos)] == "<|begin_of_text|>" && v.ignoreMerges);
    f.write("tokenizer_config.json", QByteArray(R"({"bos_token":{"content":"<|begin_of_text|>"},"eos_token":"<|end_of_text|>","add_bos_token":false,
        "chat_template":[{"name":"tool_use","template":"no"},{"name":"default","template":"{{ messages[0].content }}"}]})"));
    const int eot = Tokenizer(v).controlId("<|eot_id|>");
    f.write("generation_config.json", QJsonObject{{"eos_token_id", QJsonArray{Tokenizer(v).controlId("<|end_of_text|>"), eot}}});
    v = f.read(int(v.tokens.size()) + 3);
    QVERIFY(!v.addBos && v.chatTemplate == "{{ messages[0].content }}");
    const Tokenizer t(v);
    QVERIFY(t.isEndOfGeneration(eot) && t.isEndOfGeneration(v.eos) && !t.isEndOfGeneration(v.bos));
    QCOMPARE(t.piece(t.vocabSize() - 1), "[PAD" + std::to_string(t.vocabSize() - 1) + "]");
    f.write("chat_template.jinja", QByteArray("own"));
    QCOMPARE(f.read().chatTemplate, std::string("own"));
  }

  void vocabAndMergesAsTokenizerJson() {
    for (const char* family : {"gpt2", "qwen2"}) {
      const Folder whole(family), parts;
      const QJsonObject json = whole.json("tokenizer.json"), model = json["model"].toObject();
      parts.write("vocab.json", model["vocab"].toObject());
      QByteArray merges = "#version: 0.2\n";
      for (const QJsonValue& m : model["merges"].toArray()) merges += (m[0].toString() + ' ' + m[1].toString() + '\n').toUtf8();
      parts.write("merges.txt", merges);
      QJsonObject added;
      for (const QJsonValue& a : json["added_tokens"].toArray()) added[a["content"].toString()] = a["id"];
      parts.write("added_tokens.json", added);
      parts.write("tokenizer_config.json",
                  QJsonObject{{"tokenizer_class", family[0] == 'g' ? "GPT2Tokenizer" : "Qwen2Tokenizer"},
                              {"eos_token", "<|endoftext|>"},
                              {"additional_special_tokens", family[0] == 'g' ? QJsonArray() : QJsonArray{"<|im_start|>", "<|im_end|>"}}});
      const Tokenizer a(whole.read()), b(parts.read());
      for (const QJsonValue& text : goldenJson("families/texts.json").array()) {
        QCOMPARE(b.encode(text.toString().toStdString()), a.encode(text.toString().toStdString()));
      }
      QVERIFY(b.controlId("<|endoftext|>") >= 0);
    }
  }

  void whatIsNotKnownIsNamed() {
    const Folder f("llama2");
    const QJsonObject good = f.json("tokenizer.json");
    const auto check = [&](const QJsonObject& changed, const char* part) {
      f.write("tokenizer.json", changed);
      refused(f, "tokenizer.json: ", part);
    };
    const auto model = [&](const char* key, const QJsonValue& value) { return with(good, "model", with(good["model"].toObject(), key, value)); };
    const auto step = [](const char* type) { return QJsonObject{{"type", QLatin1String(type)}}; };
    check(with(good, "normalizer", step("Lowercase")), "'normalizer.type': 'Lowercase'");
    check(with(good, "normalizer", QJsonObject{{"type", "Sequence"}, {"normalizers", QJsonArray{step("NFC"), step("NFKC")}}}),
          "normalizer.normalizers[1].type': 'NFKC'");
    check(with(good, "normalizer", QJsonObject{{"type", "Replace"}, {"pattern", QJsonObject{{"Regex", " +"}}}, {"content", "x"}}),
          "'normalizer': replacing ' +'");
    check(with(good, "pre_tokenizer", step("Whitespace")), "'pre_tokenizer.type': 'Whitespace'");
    check(with(good, "pre_tokenizer", QJsonObject{{"type", "Sequence"}, {"pretokenizers", 5}}), "pre_tokenizer.pretokenizers");
    check(with(good, "decoder", step("WordPiece")), "'decoder'");
    check(with(good, "decoder", QJsonValue()), "'decoder': is missing");
    check(with(good, "post_processor", step("BertProcessing")), "'post_processor.type': 'BertProcessing'");
    check(model("type", "WordPiece"), "'model.type': 'WordPiece'");
    check(model("dropout", 0.1), "'model.dropout'");
    check(model("end_of_word_suffix", "</w>"), "'model.end_of_word_suffix'");
    check(model("unk_token", "<none>"), "'model.unk_token': '<none>' is no token");
    check(model("byte_fallback", false), "ByteFallback and model.byte_fallback disagree");
    check(model("vocab", QJsonObject()), "without vocabulary");
    check(model("vocab", QJsonArray{QJsonArray{"a", -1.5}}), "'Unigram'");
    check(model("vocab", QJsonObject{{"a", 0}, {"b", 0}}), "both have the id 0");
    check(model("vocab", QJsonObject{{"a", 1000000}}), "ids up to 1000000 for 1 tokens");
    check(model("vocab", QJsonObject{{"a", -1}}), "the id of 'a' is outside");
    check(model("vocab", QJsonObject{{"a", QJsonObject()}}), "no number: 'a'");
    check(model("merges", QJsonArray{"alone"}), "'alone' is no pair");
    check(model("merges", QJsonArray{QJsonArray{"a", "b", "c"}}), "more than two parts");
    check(model("merges", QJsonArray{QJsonArray{"a"}}), "less than two parts");
    check(model("merges", QJsonArray{"qq zz"}), "'model.merges[0]': 'qq' is no token");
    check(with(good, "added_tokens", QJsonArray{QJsonObject{{"id", 5}, {"content", "<s>"}}}), "added_tokens[0].id': 5, but '<s>' has the id 1");
    check(with(good, "added_tokens", QJsonArray{QJsonObject{{"id", 1}, {"content", "other"}}}), "'other' and '<s>' both have the id 1");
    check(with(good, "added_tokens", QJsonArray{QJsonObject{{"id", 99999999}, {"content", "far"}}}), "added_tokens[0].id");
    check(with(good, "added_tokens", QJsonArray{QJsonObject{{"id", 1000}, {"content", QString(5000, 'x')}}}), "over the limit of 4096");
    check(with(good, "added_tokens", QJsonArray{QJsonObject{{"id", 1000}, {"content", "x"}, {"special", "yes"}}}),
          "added_tokens[0].special': is neither true nor false");
    const Folder bytes("llama3");
    const QByteArray text = QJsonDocument(bytes.json("tokenizer.json")).toJson();
    bytes.write("tokenizer.json", QByteArray(text).replace("{1,3}", "{1,4}"));
    refused(bytes, "tokenizer.json: 'pre_tokenizer.pretokenizers[0].pattern'", "is no pre-tokeniser that is known");
    bytes.write("tokenizer.json", text);
    QVERIFY(bytes.reason().empty());
    refused(bytes, "has the id", "the model has 600 rows", 600);
  }

  void hostileFiles() {
    const auto check = [](const QByteArray& text, const char* part) {
      const Folder f;
      f.write("tokenizer.json", text);
      refused(f, "tokenizer.json: ", part);
    };
    check("", "byte");
    check("[]", "no JSON object");
    check("5", "no JSON object");
    check("{\"model\": ", "byte");
    check("{\"model\": {\"vocab\": {\"\xff\": 1}}}", "byte");
    check("{\"a\": \"\\ud800\"}", "byte");
    check(QByteArray("{\"a\": ") + QByteArray(1000000, '['), "nested deeper than 64");
    check("{\"model\": {\"vocab\": " + QByteArray(1000000, '{'), "byte");
    check("{\"a\": [" + QByteArray("0,").repeated(1100000) + "0]}", "more than 1048576 values");
    check("{\"model\": {\"vocab\": {\"a\": 1.5}}}", "the id of 'a' is no whole number");
    check("{\"model\": {\"vocab\": {\"a\": 99999999999999999999}}}", "the id of 'a'");
    check("{\"model\": {\"vocab\": {\"a\": 0, \"a\": 1}}}", "'a' comes twice");
    check("{\"model\": {\"vocab\": 7, \"merges\": {}}}", "without vocabulary");
    check("{\"model\": 7}", "'model'");
    check("{}", "'model'");
  }

  void foldersWithoutVocabulary() {
    const Folder none, sentencePiece, half;
    refused(none, "no vocabulary", "neither tokenizer.json nor vocab.json");
    sentencePiece.write("tokenizer.model", QByteArray("x"));
    refused(sentencePiece, "no vocabulary", "tokenizer.model is not read here");
    half.write("vocab.json", QByteArray("{\"a\": 0, \"b\": 1, \"ab\": 2}"));
    refused(half, "no vocabulary", "merges.txt");
    half.write("merges.txt", QByteArray("#version: 0.2\na b\n\na b c\n"));
    refused(half, "merges.txt: 'line 4'", "no pair of two tokens");
    half.write("merges.txt", QByteArray("a b\r\n"));
    half.write("tokenizer_config.json", QByteArray("{\"tokenizer_class\": \"LlamaTokenizer\"}"));
    refused(half, "tokenizer_config.json: 'tokenizer_class'", "LlamaTokenizer");
    half.write("tokenizer_config.json", QByteArray("{\"eos_token\": \"</s>\"}"));
    refused(half, "tokenizer_config.json: 'eos_token'", "'</s>' is no token");
    half.write("tokenizer_config.json", QByteArray("{\"eos_token\": \"b\"}"));
    half.write("generation_config.json", QByteArray("{\"eos_token_id\": [1, 3]}"));
    refused(half, "generation_config.json: 'eos_token_id'", "3 is no token");
    half.write("generation_config.json", QByteArray("{\"eos_token_id\": 1}"));
    QCOMPARE(half.reason(), std::string());
  }
};

QTEST_APPLESS_MAIN(TestHfVocab)
#include "tst_hf_vocab.moc"
