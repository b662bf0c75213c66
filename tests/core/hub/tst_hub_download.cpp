// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Downloads over real sockets on loopback: a hub on one port, its storage on another.
#include <sys/resource.h>

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>
#include <csignal>
#include <memory>

#include "core/api/error.h"
#include "core/api/hub.h"
#include "support/fake_hub.h"

using namespace presslab;
using namespace presslab::test;

class TestHubDownload : public QObject {
  Q_OBJECT
  std::unique_ptr<FakeHub> m_hub;
  std::unique_ptr<QTemporaryDir> m_dir;
  HubSettings m_settings;
  HubRequest m_request;
  std::string m_model;

  std::vector<HubResult> get(const HubProgressSink& sink = {}, std::stop_token stop = {}) {
    return downloadFromHub(m_settings, m_request, sink, stop);
  }
  std::pair<int, QString> failure(const HubProgressSink& sink = {}, std::stop_token stop = {}) {
    try {
      get(sink, stop);
    } catch (const Failure& e) {
      return {int(e.code()), QString::fromUtf8(e.what())};
    }
    return {0, {}};
  }
  QString at(const QString& relative) const { return m_dir->filePath(relative); }
  static std::string read(const QString& path) {
    QFile f(path);
    return f.open(QIODevice::ReadOnly) ? f.readAll().toStdString() : "(absent)";
  }
  static void write(const QString& path, const std::string& content) {
    QDir().mkpath(QFileInfo(path).path());
    QFile f(path);
    QVERIFY(f.open(QIODevice::WriteOnly));
    f.write(content.data(), qint64(content.size()));
  }
  QString blob(const char* ending = "") const {
    return at(QStringLiteral("cache/models--lab--tiny/blobs/") + QString::fromStdString(FakeHub::sha256(m_model)) + QLatin1String(ending));
  }

 private Q_SLOTS:
  void init() {
    m_hub = std::make_unique<FakeHub>();
    m_dir = std::make_unique<QTemporaryDir>();
    m_model.clear();
    for (int i = 0; i < 300000; ++i) m_model += char(i * 2654435761u >> 13);
    m_hub->files = {{"README.md", "read me"}, {"m.gguf", m_model}};
    m_settings = {};
    m_settings.endpoint = m_hub->hub.url();
    m_settings.cacheFolder = at(QStringLiteral("cache")).toStdString();
    m_settings.firstRetryMs = 1;
    m_request = {};
    m_request.repo = "lab/tiny";
  }

  void cacheIsLaidOutAsTheHubsOwn() {
    std::vector<HubProgress> seen;
    const auto results = get([&](const HubProgress& p) { seen.push_back(p); });
    QCOMPARE(results.size(), size_t(1));
    QVERIFY(results[0].fetched && results[0].checked);
    QCOMPARE(results[0].bytes, int64_t(m_model.size()));
    QCOMPARE(QString::fromStdString(results[0].path), at(QStringLiteral("cache/models--lab--tiny/snapshots/%1/m.gguf").arg(m_hub->commit.c_str())));
    QCOMPARE(read(QString::fromStdString(results[0].path)), m_model);
    QCOMPARE(QFileInfo(QString::fromStdString(results[0].path)).symLinkTarget(), blob());
    QVERIFY(QFile(QString::fromStdString(results[0].path)).symLinkTarget().startsWith(m_dir->path()));
    QCOMPARE(read(at(QStringLiteral("cache/models--lab--tiny/refs/main"))), m_hub->commit);
    QVERIFY(!QFile::exists(blob(".incomplete")));
    QVERIFY(!seen.empty());
    QCOMPARE(seen.back().done, int64_t(m_model.size()));
    QCOMPARE(seen.back().allTotal, int64_t(m_model.size()));
    for (size_t i = 1; i < seen.size(); ++i) QVERIFY(seen[i].allDone >= seen[i - 1].allDone);
  }

  void secondTimeNothingIsFetched() {
    get();
    m_hub->storage.forget();
    const auto again = get();
    QVERIFY(!again[0].fetched);
    QCOMPARE(m_hub->storage.requests().size(), size_t(0));
  }

  void intoAFolder() {
    m_request.folder = at(QStringLiteral("to")).toStdString();
    m_request.files = {"m.gguf", "README.md"};
    const auto results = get();
    QCOMPARE(QString::fromStdString(results[0].path), at(QStringLiteral("to/m.gguf")));
    QCOMPARE(read(at(QStringLiteral("to/m.gguf"))), m_model);
    QCOMPARE(read(at(QStringLiteral("to/README.md"))), std::string("read me"));
    QVERIFY(results[1].checked);  // by git's id
    QCOMPARE(QDir(at(QStringLiteral("to"))).entryList(QDir::Files | QDir::Hidden).size(), 2);
    QVERIFY(!get()[0].fetched);
  }

  void anotherFileOfThatNameStays() {
    write(at(QStringLiteral("to/m.gguf")), "mine");
    m_request.folder = at(QStringLiteral("to")).toStdString();
    const auto [code, text] = failure();
    QCOMPARE(code, 3);
    QVERIFY2(text.contains(QLatin1String("to/m.gguf")), qPrintable(text));
    QCOMPARE(read(at(QStringLiteral("to/m.gguf"))), std::string("mine"));
    m_model[5] ^= 1;
    write(at(QStringLiteral("to/m.gguf")), m_model);  // same size, other content
    QCOMPARE(failure().first, 3);
    QCOMPARE(read(at(QStringLiteral("to/m.gguf"))), m_model);
  }

  void goesOnWhereItEnded() {
    write(blob(".incomplete"), m_model.substr(0, 100000));
    get();
    QCOMPARE(read(blob()), m_model);
    const auto requests = m_hub->storage.requests();
    QCOMPARE(requests.size(), size_t(1));
    QCOMPARE(requests[0].headers.at("range"), std::string("bytes=100000-"));
  }

  void wholePartNeedsNoRequest() {
    write(blob(".incomplete"), m_model);
    QVERIFY(get()[0].checked);
    QCOMPARE(m_hub->storage.requests().size(), size_t(0));
  }

  void cutConnectionsAreTakenUpAgain() {
    m_hub->cutAfter = 50000;
    m_hub->cutTimes = 5;  // more than attempts, but each brings something
    m_settings.attempts = 2;
    QStringList notes;
    get([&](const HubProgress& p) {
      if (!p.note.empty()) notes << QString::fromStdString(p.note);
    });
    QCOMPARE(read(blob()), m_model);
    QCOMPARE(m_hub->storage.requests().size(), size_t(6));
    QCOMPARE(m_hub->storage.requests()[3].headers.at("range"), std::string("bytes=150000-"));
    QCOMPARE(notes.size(), 5);
  }

  void serverWithoutRanges() {
    write(blob(".incomplete"), std::string(1000, 'x'));
    m_hub->ignoreRange = true;
    get();
    QCOMPARE(read(blob()), m_model);
  }

  void serverWithAnotherRange() {
    write(blob(".incomplete"), m_model.substr(0, 1000));
    m_hub->wrongRange = true;
    get();  // the second attempt begins at the first byte
    QCOMPARE(read(blob()), m_model);
  }

  void partThatIsTooLongStartsAnew() {
    write(blob(".incomplete"), std::string(m_model.size() + 1, 'x'));
    get();
    QCOMPARE(read(blob()), m_model);
  }

  void rangeThatTheServerDoesNotHave() {
    m_hub->status = 416;
    m_hub->statusTimes = 1;
    write(blob(".incomplete"), m_model.substr(0, 10));
    get();
    QCOMPARE(read(blob()), m_model);
  }

  void passingRefusalsAreTriedAgain() {
    for (const int status : {500, 503, 429}) {
      init();
      m_hub->status = status;
      m_hub->statusTimes = 2;
      get();
      QCOMPARE(read(blob()), m_model);
    }
  }

  void refusalsThatStay_data() {
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("code");
    QTest::newRow("401") << 401 << 3;
    QTest::newRow("403") << 403 << 3;
    QTest::newRow("404") << 404 << 2;
    QTest::newRow("500") << 500 << 3;
    QTest::newRow("503") << 503 << 3;
  }
  void refusalsThatStay() {
    QFETCH(int, status);
    QFETCH(int, code);
    m_hub->status = status;
    m_hub->statusTimes = 1000;
    const auto [got, text] = failure();
    QCOMPARE(got, code);
    QVERIFY2(text.contains(QStringLiteral("HTTP %1").arg(status)), qPrintable(text));
    QVERIFY2(text.contains(QString::fromStdString(m_hub->storage.url() + "/blob/m.gguf")), qPrintable(text));
    QVERIFY2(!text.contains(QLatin1String("secret")), qPrintable(text));  // signed addresses are nobody's business
    QCOMPARE(int(m_hub->storage.requests().size()), status >= 500 ? m_settings.attempts : 1);
    QVERIFY(!QFile::exists(blob()));
  }

  void unknownNames() {
    m_request.files = {"other.gguf"};
    auto [code, text] = failure();
    QCOMPARE(code, 2);
    QVERIFY2(text.contains(QLatin1String("other.gguf")) && text.contains(QLatin1String("m.gguf")), qPrintable(text));
    m_request.files.clear();
    m_request.revision = "v9";
    QCOMPARE(failure().first, 2);
    m_request.revision = "../../x";
    QCOMPARE(failure().first, 2);
    m_request.revision = "main";
    m_request.repo = "no/such";
    QCOMPARE(failure().first, 2);
    m_hub->errorCode = "RepoNotFound";  // what the hub says, with 401, to somebody without a token
    m_hub->needToken = "t";
    std::tie(code, text) = failure();
    QCOMPARE(code, 2);
    QVERIFY2(text.contains(QLatin1String("HF_TOKEN")), qPrintable(text));
    QVERIFY(!QDir(at(QStringLiteral("cache"))).exists());
  }

  void tokenGoesToTheHubAlone() {
    m_hub->needToken = "s3cret";
    QCOMPARE(failure().first, 3);
    m_settings.token = "s3cret";
    get();
    QVERIFY(!m_hub->storage.requests().empty());
    for (const auto& r : m_hub->storage.requests()) QVERIFY(!r.headers.count("authorization"));
    m_settings.token = "wrong";
    const auto [code, text] = failure();
    QCOMPARE(code, 3);
    QVERIFY2(text.contains(QLatin1String("refused")) && !text.contains(QLatin1String("wrong")), qPrintable(text));
  }

  void renamedRepository() {
    const HubListing listing = listHubRepository(m_settings, "old/name", "main", {});
    QCOMPARE(listing.files.size(), size_t(2));
    QCOMPARE(listing.commit, m_hub->commit);
  }

  void wrongContentIsRemoved() {
    write(at(QStringLiteral("cache/models--lab--tiny/blobs/other")), "keep");
    m_hub->corrupt = true;
    const auto [code, text] = failure();
    QCOMPARE(code, 3);
    QVERIFY2(text.contains(QLatin1String("checksum")) && text.contains(QString::fromStdString(FakeHub::sha256(m_model))), qPrintable(text));
    QVERIFY(!QFile::exists(blob(".incomplete")));
    QVERIFY(!QFile::exists(blob()));
    QCOMPARE(read(at(QStringLiteral("cache/models--lab--tiny/blobs/other"))), std::string("keep"));
    m_hub->corrupt = false;
    get();
    QCOMPARE(read(blob()), m_model);
  }

  void moreThanAnnounced() {
    m_hub->grow = true;
    const auto [code, text] = failure();
    QCOMPARE(code, 3);
    QVERIFY2(text.contains(QLatin1String("announced")), qPrintable(text));
    QVERIFY(!QFile::exists(blob()));
  }

  void namesThatLeaveTheFolderAreNoFiles() {
    m_hub->files = {{"../../evil.gguf", "x"}, {"m.gguf", m_model}};
    m_request.folder = at(QStringLiteral("to/deep/er")).toStdString();
    get();
    QVERIFY(!QFile::exists(at(QStringLiteral("to/evil.gguf"))));
    m_request.files = {"../../evil.gguf"};
    QCOMPARE(failure().first, 2);
  }

  void nobodyAnswers() {
    m_settings.endpoint = "http://127.0.0.1:1";
    m_settings.attempts = 2;
    const auto [code, text] = failure();
    QCOMPARE(code, 3);
    QVERIFY2(text.contains(QLatin1String("http://127.0.0.1:1/api/models/lab/tiny")), qPrintable(text));
    m_settings.endpoint = "ftp://127.0.0.1";
    QCOMPARE(failure().first, 2);
  }

  void offline() {
    m_settings.offline = true;
    auto [code, text] = failure();
    QCOMPARE(code, 3);
    QVERIFY2(text.contains(QLatin1String("HF_HUB_OFFLINE")), qPrintable(text));
    QCOMPARE(m_hub->hub.requests().size(), size_t(0));
    m_settings.offline = false;
    get();
    m_hub->hub.forget();
    m_settings.offline = true;
    const auto results = get();  // what was fetched is still found
    QCOMPARE(read(QString::fromStdString(results.at(0).path)), m_model);
    QCOMPARE(m_hub->hub.requests().size(), size_t(0));
    m_request.folder = at(QStringLiteral("to")).toStdString();
    QCOMPARE(failure().first, 3);
  }

  void cancelledInTheMiddleAndTakenUpAgain() {
    m_hub->pauseMs = 20;
    std::stop_source stop;
    const auto [code, text] = failure(
        [&](const HubProgress& p) {
          if (p.done > 0) stop.request_stop();
        },
        stop.get_token());
    QCOMPARE(code, 130);
    const qint64 kept = QFileInfo(blob(".incomplete")).size();
    QVERIFY(kept > 0 && kept < qint64(m_model.size()));
    QVERIFY(!QFile::exists(blob()));
    m_hub->pauseMs = 0;
    get();
    QCOMPARE(read(blob()), m_model);
    QCOMPARE(m_hub->storage.requests().back().headers.at("range"), QStringLiteral("bytes=%1-").arg(kept).toStdString());
  }

  // A server that says nothing: the stop itself ends the wait. Were it a timeout of the connection, the test would run into its own.
  void cancelledWhileNothingComes() {
    m_hub->hang = true;
    std::stop_source stop;
    std::thread later([&] {
      while (m_hub->storage.requests().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      stop.request_stop();
    });
    QCOMPARE(failure({}, stop.get_token()).first, 130);
    later.join();
  }

  void cancelledBetweenAttempts() {
    m_hub->status = 503;
    m_hub->statusTimes = 1000;
    m_settings.firstRetryMs = 20000;
    std::stop_source stop;
    const auto sink = [&](const HubProgress& p) {
      if (!p.note.empty()) stop.request_stop();
    };
    QCOMPARE(failure(sink, stop.get_token()).first, 130);
  }

  void diskThatTakesNoMore() {
    rlimit old{};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &old), 0);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit little{100000, old.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &little), 0);
    const auto [code, text] = failure();
    setrlimit(RLIMIT_FSIZE, &old);
    QCOMPARE(code, 3);
    QVERIFY2(text.contains(QLatin1String(".incomplete")), qPrintable(text));
    get();
    QCOMPARE(read(blob()), m_model);
  }

  void folderThatCannotBeMade() {
    write(at(QStringLiteral("file")), "x");
    m_request.folder = at(QStringLiteral("file/to")).toStdString();
    QCOMPARE(failure().first, 3);
  }

  void modelOfSeveralFiles() {
    m_hub->files = {{"config.json", "{}"}, {"model.safetensors", m_model}, {"vocab.json", "{\"a\":0}"}, {"flax_model.msgpack", "x"}};
    std::vector<int> indices;
    const auto results = get([&](const HubProgress& p) { indices.push_back(p.index); });
    QCOMPARE(results.size(), size_t(3));
    for (const HubResult& r : results) QVERIFY(r.checked);
    QVERIFY(std::is_sorted(indices.begin(), indices.end()));
    QCOMPARE(indices.back(), 2);
  }
};

QTEST_APPLESS_MAIN(TestHubDownload)
#include "tst_hub_download.moc"
