// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "core/api/error.h"
#include "core/api/hub.h"
#include "core/hub/checksum.h"
#include "core/hub/http.h"
#include "core/hub/hub_client.h"

using namespace presslab;
using namespace presslab::hub;

class TestHubNames : public QObject {
  Q_OBJECT
  static int codeOf(const std::function<void()>& f) {
    try {
      f();
    } catch (const Failure& e) {
      return int(e.code());
    }
    return 0;
  }

 private Q_SLOTS:
  void names() {
    const HubRequest whole = parseHubName("lab/tiny");
    QCOMPARE(whole.repo, std::string("lab/tiny"));
    QVERIFY(whole.files.empty());
    QCOMPARE(parseHubName("lab/tiny:q4/a b.gguf").files.front(), std::string("q4/a b.gguf"));
    for (const char* bad : {"tiny", "", "/", "a/", "/b", "a/b/c", "../b", "a/..", "a/b?x=1", "a b/c", "a/b:"})
      QCOMPARE(codeOf([&] { parseHubName(bad); }), 2);
  }

  void pathsThatLeaveTheFolderAreRefused() {
    for (const char* good : {"a", "a/b.gguf", "a b", "..a/b..", "模型.gguf"}) QVERIFY2(safeRelativePath(good), good);
    for (const char* bad : {"", "/etc/passwd", "..", "a/../b", "a//b", "a/", "./a", "a\\b", "a\nb", "a/..", "x.incomplete"})
      QVERIFY2(!safeRelativePath(bad), bad);
  }

  void addresses() {
    QCOMPARE(originOf("https://Hub.Example/x"), std::string("https://hub.example:443"));
    QCOMPARE(originOf("http://h:80"), originOf("http://h/y"));
    QVERIFY(originOf("http://h") != originOf("https://h"));
    QVERIFY(originOf("http://h@evil/") != originOf("http://h/"));
    QCOMPARE(originOf("file:///etc/passwd"), std::string());
    QCOMPARE(resolveUrl("http://h/a/b?c", "/d"), std::string("http://h/d"));
    QCOMPARE(resolveUrl("http://h/a", "https://other/b"), std::string("https://other/b"));
    QCOMPARE(resolveUrl("http://h/a", "file:///etc/passwd"), std::string());
    QCOMPARE(urlEncoded("a b/ü", true), std::string("a%20b/%C3%BC"));
    QCOMPARE(urlEncoded("refs/pr/1", false), std::string("refs%2Fpr%2F1"));
  }

  // The digests of "abc" in FIPS 180-4, and git's id of an empty blob and of "hello\n".
  void checksums() {
    Checksum a(Checksum::Kind::Sha256);
    a.add("ab", 2);
    a.add("c", 1);
    QCOMPARE(a.finish(), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    QCOMPARE(Checksum(Checksum::Kind::GitSha1, 0).finish(), std::string("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"));
    Checksum hello(Checksum::Kind::GitSha1, 6);
    hello.add("hello\n", 6);
    QCOMPARE(hello.finish(), std::string("ce013625030ba8dba906f756967f9e9ca394464a"));
  }

  void environment() {
    qputenv("HF_ENDPOINT", "http://mirror:8080/");
    qputenv("HF_TOKEN", "t0ken\n");
    qputenv("HF_HUB_OFFLINE", "yes");
    qputenv("HF_HUB_CACHE", "");
    qputenv("HF_HOME", "/h");
    HubSettings s = hubSettings();
    QCOMPARE(s.endpoint, std::string("http://mirror:8080"));
    QCOMPARE(s.token, std::string("t0ken"));
    QVERIFY(s.offline);
    QCOMPARE(s.cacheFolder, std::string("/h/hub"));
    qputenv("HF_HUB_CACHE", "/c");
    QCOMPARE(hubSettings().cacheFolder, std::string("/c"));
    qputenv("HF_TOKEN", "a\r\nX-Evil: 1");
    QCOMPARE(codeOf([] { hubSettings(); }), 2);
    for (const char* name : {"HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "HF_HUB_CACHE", "HF_HOME"}) qunsetenv(name);
    QVERIFY(hubSettings().endpoint.starts_with("https://"));
    QVERIFY(!hubSettings().offline);
  }

  void whatAModelNeeds() {
    const auto chosen = [](const std::vector<std::string>& names, const std::vector<std::string>& wanted) {
      HubListing l;
      l.repo = "a/b";
      for (const std::string& n : names) l.files.push_back({n, 1, {}, {}});
      std::string out;
      for (const HubFile& f : chooseHubFiles(l, wanted)) out += f.name + " ";
      return out;
    };
    QCOMPARE(chosen({"README.md", "m.gguf"}, {}), std::string("m.gguf "));
    QCOMPARE(codeOf([&] { chosen({"a.gguf", "b.gguf"}, {}); }), 2);
    QCOMPARE(chosen({"a.gguf", "b.gguf"}, {"b.gguf"}), std::string("b.gguf "));
    QCOMPARE(codeOf([&] { chosen({"a.gguf"}, {"c.gguf"}); }), 2);
    QCOMPARE(chosen({"config.json", "64.tflite", "flax_model.msgpack", "merges.txt", "model.safetensors", "onnx/config.json", "pytorch_model.bin",
                     "tokenizer.json", "vocab.json"},
                    {}),
             std::string("config.json merges.txt tokenizer.json vocab.json model.safetensors "));
    QCOMPARE(chosen({"config.json", "pytorch_model.bin", "vocab.json"}, {}), std::string("config.json vocab.json pytorch_model.bin "));
    QCOMPARE(codeOf([&] { chosen({"README.md"}, {}); }), 2);
  }

  void tiersOfTheGuide() {
    QCOMPARE(hubTiers().size(), size_t(3));
    for (const HubTier& t : hubTiers()) QCOMPARE(parseHubName(std::string(t.repo)).repo, std::string(t.repo));
  }
};

QTEST_APPLESS_MAIN(TestHubNames)
#include "tst_hub_names.moc"
