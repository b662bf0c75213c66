// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Files of a Hugging Face folder that are missing, in shards, or hold other tensors than the configuration says.
#include <cmath>

#include "core/format/hf_folder_test.h"

using namespace presslab;
using namespace presslab::test;

class TestHfFolderFiles : public HfFolderTest {
  Q_OBJECT

 private Q_SLOTS:
  void missingFiles_data();
  void missingFiles();
  void shards();
  void wrongTensors();
  void namesWithoutPrefix();
  void headsBesideTheEmbedding();
};

void TestHfFolderFiles::missingFiles_data() {
  QTest::addColumn<QString>("file");
  QTest::addColumn<int>("code");
  QTest::addColumn<QString>("reason");
  QTest::newRow("config") << QStringLiteral("config.json") << 3 << QStringLiteral("config.json");
  QTest::newRow("weights") << QStringLiteral("model.safetensors") << 2 << QStringLiteral("no weights (model.safetensors");
  QTest::newRow("tokenizer") << QStringLiteral("tokenizer.json") << 2 << QStringLiteral("tokenizer.json");
}

void TestHfFolderFiles::missingFiles() {
  QFETCH(QString, file);
  QFETCH(int, code);
  QFETCH(QString, reason);
  copy("llama");
  QVERIFY(QFile::remove(at(file)));
  const OpenResult r = open(m_folder->path());
  QCOMPARE(r.code, code);
  QVERIFY2(r.error.startsWith(m_folder->path()) && r.error.contains(reason), qPrintable(r.error));
}

void TestHfFolderFiles::shards() {
  const QString index = QStringLiteral("model.safetensors.index.json"), second = QStringLiteral("model-00002-of-00003.safetensors");
  copy("qwen2");
  const QByteArray good = bytesOf(at(index));
  const auto setMap = [&](const std::function<void(QJsonObject&)>& edit) {
    QJsonObject whole = QJsonDocument::fromJson(good).object(), map = whole["weight_map"].toObject();
    edit(map);
    whole["weight_map"] = map;
    put(index, QJsonDocument(whole).toJson());
  };
  QVERIFY(QFile::rename(at(second), at(QStringLiteral("away"))));
  refused(index, second, QStringLiteral("missing"));
  QVERIFY(QFile::rename(at(QStringLiteral("away")), at(second)));
  QVERIFY(open(m_folder->path()).model);

  const QString norm = QStringLiteral("model.norm.weight");
  const QString home = QJsonDocument::fromJson(good).object()["weight_map"].toObject()[norm].toString();
  const QString other = home == second ? QStringLiteral("model-00001-of-00003.safetensors") : second;
  setMap([&](QJsonObject& map) { map[norm] = other; });
  refused(index, norm, QStringLiteral("but %1 does").arg(home));
  setMap([&](QJsonObject& map) { map[QStringLiteral("model.other.weight")] = second; });
  refused(index, QStringLiteral("model.other.weight"), QStringLiteral("does not hold"));
  for (const QString& name :
       {QStringLiteral("../model.safetensors"), QStringLiteral("/etc/passwd"), QStringLiteral("x"), QStringLiteral("a/b.safetensors"), QString()}) {
    setMap([&](QJsonObject& map) { map[norm] = name; });
    refused(index, QStringLiteral("'weight_map'"), QStringLiteral("no name of a shard"));
  }
  setMap([&](QJsonObject& map) { map[norm] = 7; });
  refused(index, norm, QStringLiteral("no text"));
  setMap([&](QJsonObject& map) { map.remove(norm); });
  refused(index, norm, QStringLiteral("missing"));
  put(index, "{}");
  refused(index, QStringLiteral("'weight_map'"), QStringLiteral("missing"));
  put(index, good);
  put(second, bytesOf(at(second)).chopped(1));
  refused(second, QString(), QStringLiteral("the data has"));
}

void TestHfFolderFiles::wrongTensors() {
  const QString weights = QStringLiteral("model.safetensors"), q = QStringLiteral("model.layers.1.self_attn.q_proj.weight");
  const auto withEdit = [&](const std::function<void(QJsonObject&)>& edit) {
    put(weights, bytesOf(checkpoint("llama") + QLatin1Char('/') + weights));
    changeHeader(edit);
  };
  const auto renamed = [](QJsonObject& header, const QString& from, const QString& to) {
    const QJsonValue value = header.take(from);
    header[to] = value;
  };
  copy("llama");
  withEdit([&](QJsonObject& h) { renamed(h, q, QStringLiteral("spare")); });
  refused(weights, q, QStringLiteral("is missing"));
  withEdit([&](QJsonObject& h) {
    QJsonObject t = h[q].toObject();
    t["shape"] = QJsonArray{32, 128};
    h[q] = t;
  });
  refused(weights, q, QStringLiteral("shape is 32 x 128, config.json asks for 64 x 64"));
  withEdit([&](QJsonObject& h) {
    QJsonObject t = h[q].toObject();
    t["dtype"] = "I16";
    h[q] = t;
  });
  refused(weights, q, QStringLiteral("I16"));
  withEdit([&](QJsonObject& h) { renamed(h, QStringLiteral("model.embed_tokens.weight"), QStringLiteral("model.embed.weight")); });
  refused(weights, QStringLiteral("embed_tokens"), QStringLiteral("is missing"));
  withEdit([](QJsonObject&) {});
  change([](QJsonObject& o) { o["tie_word_embeddings"] = false; });
  refused(weights, QStringLiteral("lm_head.weight"), QStringLiteral("is missing"));
  change([](QJsonObject& o) {
    o["tie_word_embeddings"] = true;
    o["num_hidden_layers"] = 3;
  });
  refused(weights, QStringLiteral("model.layers.2."), QStringLiteral("is missing"));
  change([](QJsonObject& o) {
    o["num_hidden_layers"] = 2;
    o["attention_bias"] = true;
  });
  refused(weights, QStringLiteral("q_proj.bias"), QStringLiteral("is missing"));
  change([](QJsonObject& o) {
    o["attention_bias"] = false;
    o["num_hidden_layers"] = 1;
  });
  QVERIFY(open(m_folder->path()).model);  // layers beyond the last one are left alone, as transformers does
  // Parts that would change a layer's result are not passed over.
  m_folder = std::make_unique<QTemporaryDir>();
  copy("qwen3");
  change([](QJsonObject& o) { o["model_type"] = "llama"; });
  refused(weights, QStringLiteral("self_attn."), QStringLiteral("not supported in the llama architecture"));
}

/// Files of a bare model have no "model." before their names; embeddings' rows say which values were read.
void TestHfFolderFiles::namesWithoutPrefix() {
  const std::vector<float> want = dequantize(open(checkpoint("llama")).model->embedding());
  for (const QString& prefix : {QString(), QStringLiteral("language_model.model."), QStringLiteral("model.language_model.")}) {
    m_folder = std::make_unique<QTemporaryDir>();
    copy("llama");
    changeHeader([&](QJsonObject& header) {
      QJsonObject out;
      for (auto it = header.begin(); it != header.end(); ++it)
        out[it.key().startsWith(QStringLiteral("model.")) ? prefix + it.key().mid(6) : it.key()] = it.value();
      header = out;
    });
    const OpenResult r = open(m_folder->path());
    QVERIFY2(r.model, qPrintable(r.error));
    QCOMPARE(dequantize(r.model->embedding()), want);
  }
}

/// A copy of the embedding as lm_head is no second matrix; another one counts even when config.json ties them, as in transformers 5.
void TestHfFolderFiles::headsBesideTheEmbedding() {
  const QString file = QStringLiteral("model.safetensors");
  for (const bool same : {true, false}) {
    m_folder = std::make_unique<QTemporaryDir>();
    copy("llama");
    const QByteArray all = bytesOf(at(file));
    uint64_t length = 0;
    std::memcpy(&length, all.constData(), 8);
    QJsonObject header = QJsonDocument::fromJson(all.mid(8, qsizetype(length))).object();
    const QByteArray data = all.mid(8 + qsizetype(length));
    QJsonObject entry = header["model.embed_tokens.weight"].toObject();
    const auto offsets = entry["data_offsets"].toArray();
    QByteArray head = data.mid(offsets[0].toInt(), offsets[1].toInt() - offsets[0].toInt());
    if (!same) head[10] = char(head[10] ^ 1);
    entry["data_offsets"] = QJsonArray{data.size(), data.size() + head.size()};
    header["lm_head.weight"] = entry;
    const QByteArray text = QJsonDocument(header).toJson(QJsonDocument::Compact);
    length = uint64_t(text.size());
    put(file, QByteArray(reinterpret_cast<const char*>(&length), 8) + text + data + head);
    const OpenResult r = open(m_folder->path());
    QVERIFY2(r.model, qPrintable(r.error));
    QCOMPARE(r.model->config().tiedEmbedding, same);
    QCOMPARE(r.model->info().notices.empty(), same);
    QCOMPARE(r.model->output().data == r.model->embedding().data, same);
  }
}

QTEST_APPLESS_MAIN(TestHfFolderFiles)
#include "tst_hf_folder_files.moc"
