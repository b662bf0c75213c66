// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>

#include "core/api/lab.h"
#include "format_test.h"
#include "support/gguf_builder.h"

using namespace presslab;
using namespace presslab::test;

class TestSearchPath : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir m_folder;
  std::string at(const char* relative) const { return m_folder.filePath(relative).toStdString(); }
  static std::pair<int, QString> resolveError(const std::string& name) {
    try {
      resolveModel(name);
    } catch (const Failure& failure) {
      return {int(failure.code()), QString::fromUtf8(failure.what())};
    }
    return {0, {}};
  }

 private Q_SLOTS:
  void initTestCase() {
    // All places that the search looks at lie below one temporary folder.
    const QDir root(m_folder.path());
    for (const char* folder :
         {"a/deep/er", "b", "data/presslab/models", "hub/models--x--y/snapshots/1", "home/.lmstudio/models/p/q", "two", "empty"}) {
      QVERIFY(root.mkpath(folder));
    }
    qputenv("HOME", m_folder.filePath("home").toLocal8Bit());
    qputenv("XDG_DATA_HOME", m_folder.filePath("data").toLocal8Bit());
    qputenv("XDG_CACHE_HOME", m_folder.filePath("cache").toLocal8Bit());
    qputenv("HF_HUB_CACHE", m_folder.filePath("hub").toLocal8Bit());
    qputenv("PRESSLAB_MODELS", (m_folder.filePath("a") + ":" + m_folder.filePath("b")).toLocal8Bit());
    GgufBuilder builder = tinyLlama();
    const std::string bytes = builder.build();
    for (const char* file : {"a/One.gguf", "a/deep/er/Deep.Q4_1.gguf", "b/One.gguf", "data/presslab/models/Data.gguf",
                             "hub/models--x--y/snapshots/1/Hub.gguf", "home/.lmstudio/models/p/q/Studio.gguf", "two/x.gguf", "two/y.gguf"}) {
      QVERIFY(writeFile(m_folder.filePath(file), bytes));
    }
    QVERIFY(writeFile(m_folder.filePath("b/broken.gguf"), "GGUF"));
  }

  void order() {
    const std::vector<std::string> path = modelSearchPath();
    QVERIFY(path.size() >= 6);
    QCOMPARE(path[0], at("a"));
    QCOMPARE(path[1], at("b"));
    for (const char* folder : {"data/presslab/models", "hub", "home/.lmstudio/models"}) {
      QVERIFY2(std::find(path.begin(), path.end(), at(folder)) != path.end(), folder);
    }
  }

  void names() {
    QCOMPARE(resolveModel("One.gguf"), at("a/One.gguf"));  // the earlier folder wins
    QCOMPARE(resolveModel("One"), at("a/One.gguf"));
    QCOMPARE(resolveModel("Deep.Q4_1"), at("a/deep/er/Deep.Q4_1.gguf"));
    QCOMPARE(resolveModel("deep.q4_1.gguf"), at("a/deep/er/Deep.Q4_1.gguf"));
    QCOMPARE(resolveModel("Data"), at("data/presslab/models/Data.gguf"));
    QCOMPARE(resolveModel("Hub"), at("hub/models--x--y/snapshots/1/Hub.gguf"));
    QCOMPARE(resolveModel("Studio"), at("home/.lmstudio/models/p/q/Studio.gguf"));
  }

  void pathsAndFolders() {
    QCOMPARE(resolveModel(at("two/x.gguf")), at("two/x.gguf"));
    QCOMPARE(resolveModel(at("data/presslab/models")), at("data/presslab/models/Data.gguf"));
    auto [code, text] = resolveError(at("two"));
    QCOMPARE(code, 2);
    QVERIFY2(text.contains("2 .gguf files"), qPrintable(text));
    std::tie(code, text) = resolveError(at("empty"));
    QCOMPARE(code, 2);
    QVERIFY2(text.contains("no .gguf"), qPrintable(text));
    std::tie(code, text) = resolveError(at("two/z.gguf"));
    QCOMPARE(code, 3);
    QVERIFY2(text.contains("No such file"), qPrintable(text));
    std::tie(code, text) = resolveError("nowhere-to-be-found");
    QCOMPARE(code, 2);
    QVERIFY2(text.contains("nowhere-to-be-found.gguf") || text.contains("nowhere-to-be-found was not found"), qPrintable(text));
    QVERIFY2(text.contains(m_folder.filePath("hub")), qPrintable(text));
    QCOMPARE(resolveError(std::string("a\0b", 3)).first, 2);
    QCOMPARE(resolveError(std::string(5000, 'x')).first, 3);
  }

  void huggingFaceFolders() {
    const QDir root(m_folder.path());
    const QString checkpoints = QStringLiteral(PRESSLAB_TEST_DATA "/checkpoints/");
    const auto put = [&](const char* name, const QString& to) {
      QVERIFY(root.mkpath(to));
      for (const QString& file : QDir(checkpoints + QLatin1String(name)).entryList(QDir::Files))
        QVERIFY(QFile::copy(checkpoints + QLatin1String(name) + QLatin1Char('/') + file, root.filePath(to + QLatin1Char('/') + file)));
    };
    const QString repository = QStringLiteral("hub/models--owner--Small-LM");
    put("llama", repository + QStringLiteral("/snapshots/aaa"));
    put("llama", repository + QStringLiteral("/snapshots/bbb"));
    QVERIFY(root.mkpath(repository + QStringLiteral("/refs")));
    QVERIFY(writeFile(root.filePath(repository + QStringLiteral("/refs/main")), "bbb"));
    put("gpt2-zip", QStringLiteral("home/.lmstudio/models/studio/chat"));
    put("qwen2", QStringLiteral("b/Folder"));
    const std::string snapshot = at("hub/models--owner--Small-LM/snapshots/bbb");
    QCOMPARE(resolveModel("owner/Small-LM"), snapshot);
    QCOMPARE(resolveModel("small-lm"), snapshot);
    QCOMPARE(resolveModel(at("hub/models--owner--Small-LM")), snapshot);
    QCOMPARE(resolveModel(at("hub/models--owner--Small-LM/snapshots/aaa")), at("hub/models--owner--Small-LM/snapshots/aaa"));
    QCOMPARE(resolveModel("studio/chat"), at("home/.lmstudio/models/studio/chat"));
    QCOMPARE(resolveModel("Folder"), at("b/Folder"));
    QCOMPARE(resolveModel("chat"), at("home/.lmstudio/models/studio/chat"));
    QCOMPARE(resolveError("owner/Other").first, 3);
    QCOMPARE(inspectModel("owner/Small-LM").name, std::string("owner/Small-LM"));
    QCOMPARE(inspectModel(at("b/Folder/model-00002-of-00003.safetensors")).format, std::string("safetensors, 3 files"));
    const std::vector<ModelInfo> models = findModels();
    const auto count = [&](const std::string& path) {
      return std::count_if(models.begin(), models.end(), [&](const ModelInfo& m) { return m.path == path && m.layers == 2 && m.fileBytes > 0; });
    };
    QCOMPARE(count(snapshot), 1);
    QCOMPARE(count(at("hub/models--owner--Small-LM/snapshots/aaa")), 0);  // refs/main names the other one
    QCOMPARE(count(at("b/Folder")), 1);
    QCOMPARE(count(at("home/.lmstudio/models/studio/chat")), 1);
    // A name in refs/main that leads elsewhere is not followed.
    QVERIFY(writeFile(root.filePath(repository + QStringLiteral("/refs/main")), "../../../b"));
    const std::string last = resolveModel("owner/Small-LM");
    QVERIFY(last == snapshot || last == at("hub/models--owner--Small-LM/snapshots/aaa"));
    // What is missing is named.
    QVERIFY(QFile::remove(root.filePath(QStringLiteral("b/Folder/config.json"))));
    QVERIFY(resolveError(at("b/Folder")).second.contains(QLatin1String("config.json is missing")));
    QVERIFY(QFile::remove(root.filePath(QStringLiteral("home/.lmstudio/models/studio/chat/pytorch_model.bin"))));
    QVERIFY(resolveError("studio/chat").second.contains(QLatin1String("no weights beside config.json")));
  }

  void listing() {
    const std::vector<ModelInfo> models = findModels();
    const auto find = [&](const std::string& path) {
      return std::find_if(models.begin(), models.end(), [&](const ModelInfo& m) { return m.path == path; });
    };
    QVERIFY(find(at("a/deep/er/Deep.Q4_1.gguf")) != models.end());
    QCOMPARE(find(at("a/One.gguf"))->layers, 1);
    const auto broken = find(at("b/broken.gguf"));
    QVERIFY(broken != models.end());
    QVERIFY(broken->architecture.empty() && broken->notices.size() == 1);
  }

  void resources() {
    QVERIFY(QFileInfo::exists(QString::fromStdString(resourcePath("."))));
    QVERIFY(resourcePath("no/such/file").empty());
  }
};

QTEST_APPLESS_MAIN(TestSearchPath)
#include "tst_search_path.moc"
