// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cmath>
#include <thread>

#include "store_test.h"

using namespace presslab;
using namespace presslab::test;

using Ids = std::vector<std::string>;

class TestRunStore : public QObject {
  Q_OBJECT
  std::unique_ptr<QTemporaryDir> m_dir;

  QString path(const QString& name) const { return m_dir->filePath(name); }
  std::string file() const { return path("data/history.db").toStdString(); }

 private Q_SLOTS:
  void init() { m_dir = std::make_unique<QTemporaryDir>(); }

  void aRunComesBackWhole() {
    RunStore store(file());
    Comparison c = RandomRun(3).comparison(3, 4, 2);
    QVERIFY(store.add(c));
    QVERIFY(!store.add(c));  // it is there already
    const Comparison back = RunStore(file()).load(c.id);
    QCOMPARE(firstDifference(back, c), -1);
    QCOMPARE(QByteArray::fromStdString(store.document(c.id)), QByteArray::fromStdString(comparisonJson(c, true) + "\n"));
    c.id.clear();
    QCOMPARE(refusal([&] { store.add(c); }).code, 2);
  }

  void theIndexHoldsWhatWasMeasured() {
    RunStore store(file());
    Comparison c = smallRun("20260101-000000-aaaa", "2026-01-01T00:00:00Z");
    c.methods[1].decodeTokS = 0;  // not measured
    c.cancelled = true;
    store.add(c);
    const StoredRun r = store.find(c.id);
    QCOMPARE(r.methods.size(), size_t(2));
    QCOMPARE(r.methods[0].method, std::string("none"));
    QCOMPARE(r.methods[0].kvBytes, 4000.0);
    QCOMPARE(r.methods[0].kldMean, 0.0);
    QCOMPARE(r.methods[1].kldMean, 0.25);
    QVERIFY(std::isnan(r.methods[1].decodeTokS));
    QCOMPARE(r.state, std::string("cancelled"));
    QCOMPARE(r.contextTokens, int64_t{64});
    QCOMPARE(r.newTokens, int64_t{4});
    QCOMPARE(r.documentBytes, int64_t(store.document(c.id).size()));
    c = smallRun("b", "2026-01-02T00:00:00Z");
    c.methods[0].failed = true;
    store.add(c);
    QCOMPARE(store.find("b").state, std::string("partial"));
    c.id = "c";
    c.methods[1].failed = true;
    store.add(c);
    QCOMPARE(store.find("c").state, std::string("failed"));
  }

  void listsAreNewestFirstAndNarrowed() {
    RunStore store(file());
    store.add(smallRun("20260101-000000-aaaa", "2026-01-01T00:00:00Z"));
    Comparison other = smallRun("20260301-000000-cccc", "2026-03-01T00:00:00Z");
    other.stamp.modelName = "Gemma";
    other.methods[1].method = "snapkv(ratio=0.5)";
    store.add(other);
    store.add(smallRun("20260201-000000-bbbb", "2026-02-01T00:00:00Z"));
    const auto found = [&](const char* words, const Ids& tags = {}, int limit = 0) { return idsOf(store.list({words, tags, limit})); };
    const std::string a = "20260101-000000-aaaa", b = "20260201-000000-bbbb", c = "20260301-000000-cccc";
    QCOMPARE(found(""), (Ids{c, b, a}));
    QCOMPARE(found("", {}, 2), (Ids{c, b}));
    QCOMPARE(found("GEMMA"), (Ids{c}));
    QCOMPARE(found("snapkv"), (Ids{c}));
    QCOMPARE(found("smollm2 2026-01"), (Ids{a}));
    QCOMPARE(found("smollm2 snapkv"), Ids{});
    store.setName(b, "Größe ÉTÉ");
    store.setNote(a, "长上下文\nsecond line");
    store.addTags(a, {"keep", "paper"});
    store.addTags(b, {"paper"});
    QCOMPARE(found("grösse"), Ids{b});  // ß folds to ss
    QCOMPARE(found("été"), Ids{b});
    QCOMPARE(found("上下文"), Ids{a});
    QCOMPARE(found("--context 64"), (Ids{c, b, a}));
    QCOMPARE(found("", {"paper"}), (Ids{b, a}));
    QCOMPARE(found("", {"paper", "keep"}), (Ids{a}));
    QCOMPARE(found("", {"pap"}), Ids{});
    QCOMPARE(found("keep"), Ids{a});
    QCOMPARE(store.tags(), (Ids{"keep", "paper"}));
    store.removeTags(a, {"keep"});
    QCOMPARE(store.tags(), (Ids{"paper"}));
    store.setTags(a, {"x", "y", "x"});
    QCOMPARE(store.find(a).tags, (Ids{"x", "y"}));
  }

  void theLastOfOneSecondIsTheOneAddedLast() {
    RunStore store(file());
    for (const char* id : {"b", "c", "a"}) store.add(smallRun(id, "2026-01-01T00:00:00Z"));
    QCOMPARE(store.resolve("last"), std::string("a"));
    QCOMPARE(idsOf(store.list()), (Ids{"a", "c", "b"}));
  }

  void labelsAreChecked() {
    RunStore store(file());
    store.add(smallRun("one", "2026-01-01T00:00:00Z"));
    QCOMPARE(refusal([&] { store.addTags("one", {"a,b"}); }).code, 2);
    QCOMPARE(refusal([&] { store.addTags("one", {"good", "  "}); }).code, 2);
    QVERIFY(store.find("one").tags.empty());  // all or none
    QCOMPARE(refusal([&] { store.addTags("one", {"a\nb"}); }).code, 2);
    QCOMPARE(refusal([&] { store.setName("one", std::string(300, 'x')); }).code, 2);
    QCOMPARE(refusal([&] { store.setName("one", "\xff"); }).code, 2);
    QCOMPARE(refusal([&] { store.removeTags("one", {"never"}); }).code, 2);
    for (const auto& call : std::vector<std::function<void()>>{[&] { store.setName("two", "x"); }, [&] { store.setNote("two", "x"); },
                                                               [&] { store.addTags("two", {"x"}); }, [&] { store.load("two"); },
                                                               [&] {
                                                                 store.remove({"one", "two"});
                                                               }}) {
      const Refusal r = refusal(call);
      QCOMPARE(r.code, 2);
      QVERIFY2(r.text.find("\"two\": no such run in ") == 0, r.text.c_str());
    }
    QCOMPARE(store.list().size(), size_t(1));  // the removal of both was undone
  }

  void referencesAreResolved() {
    RunStore store(file());
    QCOMPARE(refusal([&] { store.resolve("last"); }).code, 2);
    for (const char* id : {"20260101-000000-aa11", "20260101-000001-ab22", "20260202-000000-cd33"})
      store.add(smallRun(id, std::string(id).substr(0, 15)));
    store.setName("20260101-000000-aa11", "baseline");
    QCOMPARE(store.resolve("last"), std::string("20260202-000000-cd33"));
    QCOMPARE(store.resolve("20260202"), std::string("20260202-000000-cd33"));
    QCOMPARE(store.resolve("cd"), std::string("20260202-000000-cd33"));
    QCOMPARE(store.resolve("baseline"), std::string("20260101-000000-aa11"));
    Refusal r = refusal([&] { store.resolve("a"); });
    QCOMPARE(r.code, 2);
    QVERIFY2(r.text.find("2 runs: 20260101-000001-ab22, 20260101-000000-aa11 (baseline)") != std::string::npos, r.text.c_str());
    r = refusal([&] { store.resolve("20260202-000000-cd34"); });
    QCOMPARE(r.code, 2);
    QVERIFY2(r.text.find("near: 20260202-000000-cd33") != std::string::npos, r.text.c_str());
    QVERIFY(refusal([&] { store.resolve("baselin"); }).text.find("near: 20260101-000000-aa11 (baseline)") != std::string::npos);
    QCOMPARE(refusal([&] { store.resolve(""); }).code, 2);
  }

  void whatIsRemovedComesBackUntilItIsErased() {
    RunStore store(file());
    for (const char* id : {"one", "two", "three"}) store.add(smallRun(id, "2026-01-01T00:00:00Z"));
    store.addTags("one", {"t"});
    store.remove({"one", "two"});
    QCOMPARE(idsOf(store.list()), Ids{"three"});
    QCOMPARE(refusal([&] { store.load("one"); }).code, 2);
    QCOMPARE(refusal([&] { store.resolve("one"); }).code, 2);
    QVERIFY(store.tags().empty());
    store.restore({"one"});
    QCOMPARE(store.find("one").tags, Ids{"t"});
    QVERIFY(store.add(smallRun("two", "")));  // comes out of the bin as it was
    QCOMPARE(store.find("two").time, std::string("2026-01-01T00:00:00Z"));
    store.remove({"two"});
    QCOMPARE(store.emptyBin(3600), 0);
    QCOMPARE(store.emptyBin(0), 1);
    QCOMPARE(refusal([&] { store.restore({"two"}); }).code, 2);
    store.erase({"one"});
    QCOMPARE(idsOf(store.list()), Ids{"three"});
    QCOMPARE(refusal([&] { store.erase({"three", "one"}); }).code, 2);
    QCOMPARE(idsOf(store.list()), Ids{"three"});
  }

  void twoConnectionsLoseNoRun() {
    constexpr int kEach = 40;
    std::array<std::string, 2> failures;
    const auto writer = [&](int who) {
      const Refusal r = refusal([&] {
        RunStore store(file());  // both may make the file
        for (int i = 0; i < kEach; ++i) {
          const std::string id = std::to_string(who) + "-" + std::to_string(i);
          store.add(smallRun(id, "2026"));
          store.add(smallRun("both-" + std::to_string(i), "2026"));
          store.addTags(id, {"t"});
        }
      });
      failures[size_t(who)] = r.text;
    };
    std::thread first(writer, 0), second(writer, 1);
    first.join();
    second.join();
    for (const std::string& failure : failures) QCOMPARE(QString::fromStdString(failure), QString());
    QCOMPARE(RunStore(file()).list({"", {"t"}, 0}).size(), size_t(2 * kEach));
    QCOMPARE(RunStore(file()).list().size(), size_t(3 * kEach));
  }

  void aFileIsMadeByManyAtOnce() {
    constexpr int kWriters = 4, kFiles = 20;
    for (int f = 0; f < kFiles; ++f) {
      const std::string path = file() + std::to_string(f);
      std::array<std::string, kWriters> failures;
      std::atomic<int> ready{0};
      std::vector<std::thread> writers;
      for (int who = 0; who < kWriters; ++who) {
        writers.emplace_back([&, who] {
          for (++ready; ready < kWriters;) std::this_thread::yield();
          failures[size_t(who)] = refusal([&] { RunStore(path).add(smallRun(std::to_string(who), "2026")); }).text;
        });
      }
      for (std::thread& writer : writers) writer.join();
      for (const std::string& failure : failures) QCOMPARE(QString::fromStdString(failure), QString());
      QCOMPARE(RunStore(path).list().size(), size_t(kWriters));
    }
  }

  void changesOfOthersAreSeen() {
    RunStore mine(file()), other(file());
    const int64_t before = mine.revision();
    other.add(smallRun("one", "2026"));
    QVERIFY(mine.revision() != before);
    QCOMPARE(mine.list().size(), size_t(1));
  }

  void anOlderSchemaOpens() {
    QFile sql(QStringLiteral(PRESSLAB_TEST_DATA "/store/history_v1.sql"));
    QVERIFY(sql.open(QIODevice::ReadOnly));
    const QByteArray statements = sql.readAll();
    runSql(path("v1.db"), statements);
    RunStore store(path("v1.db").toStdString());
    const StoredRun r = store.find("20260101-101112-aaaa1111");
    QCOMPARE(r.name, std::string("first"));
    QCOMPARE(r.tags, Ids{"old"});
    QCOMPARE(r.methods.size(), size_t(1));
    QCOMPARE(store.load(r.id).id, r.id);
    store.remove({r.id});  // what only the newer schema has
    store.restore({r.id});
    // A portable file of that version is read without being changed.
    runSql(path("old.presslab"), statements);
    const QByteArray before = bytesOf(path("old.presslab"));
    RunStore fresh(file());
    QCOMPARE(fresh.importFrom(path("old.presslab").toStdString()).added, 1);
    QCOMPARE(fresh.find(r.id).tags, Ids{"old"});
    QCOMPARE(bytesOf(path("old.presslab")), before);
  }

  void whatCannotBeUsedIsRefusedAndLeft_data() {
    QTest::addColumn<QByteArray>("sql");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("newer") << QByteArray("CREATE TABLE t(x); PRAGMA application_id = 1347182946; PRAGMA user_version = 99") << 2
                           << QByteArray("has schema version 99, written by a newer program; this one reads versions up to 2");
    QTest::newRow("foreign") << QByteArray("CREATE TABLE t(x)") << 2 << QByteArray("is a database of another program");
    QTest::newRow("foreign with a version") << QByteArray("CREATE TABLE t(x); PRAGMA user_version = 1") << 2
                                            << QByteArray("is a database of another program");
  }
  void whatCannotBeUsedIsRefusedAndLeft() {
    QFETCH(QByteArray, sql);
    QFETCH(int, code);
    QFETCH(QByteArray, says);
    const QString name = path("given.db");
    runSql(name, sql);
    const QByteArray before = bytesOf(name);
    RunStore good(file());
    for (const auto& call :
         std::vector<std::function<void()>>{[&] { RunStore store(name.toStdString()); }, [&] { good.importFrom(name.toStdString()); }}) {
      const Refusal r = refusal(call);
      QCOMPARE(r.code, code);
      QVERIFY2(QByteArray::fromStdString(r.text).startsWith(name.toUtf8() + ": "), r.text.c_str());
      QVERIFY2(QByteArray::fromStdString(r.text).contains(says), r.text.c_str());
    }
    QCOMPARE(bytesOf(name), before);
    QVERIFY(!QFile::exists(name + "-wal"));
  }

  void aDamagedFileIsRefusedAndLeft() {
    writeBytes(path("text.db"), QByteArray("this is a diary and no database at all\n").repeated(100));
    const QByteArray text = bytesOf(path("text.db"));
    const Refusal r = refusal([&] { RunStore store(path("text.db").toStdString()); });
    QCOMPARE(r.code, 3);
    QVERIFY2(r.text.find("text.db: is not a database") != std::string::npos, r.text.c_str());
    QCOMPARE(bytesOf(path("text.db")), text);
    {
      RunStore store(file());
      for (int i = 0; i < 30; ++i) store.add(smallRun(std::to_string(i), "2026"));
    }
    // The second half overwritten: what can be read is no lie, the rest is an error of input and output.
    QByteArray broken = bytesOf(QString::fromStdString(file()));
    const auto half = broken.size() / 2;
    broken.replace(half, broken.size() - half, QByteArray(broken.size() - half, '\x5a'));
    writeBytes(path("broken.db"), broken);
    const Refusal damaged = refusal([&] {
      RunStore store(path("broken.db").toStdString());
      for (const StoredRun& run : store.list()) store.load(run.id);
    });
    QCOMPARE(damaged.code, 3);
    QVERIFY2(damaged.text.find("broken.db: the database is damaged") != std::string::npos, damaged.text.c_str());
    QCOMPARE(bytesOf(path("broken.db")).size(), broken.size());
    QCOMPARE(refusal([&] { RunStore store(m_dir->path().toStdString()); }).code, 3);
    QCOMPARE(refusal([&] { RunStore store("/dev/zero"); }).code, 3);
    QCOMPARE(refusal([&] { RunStore store(""); }).code, 2);
    writeBytes(path("file"), "x");
    QCOMPARE(refusal([&] { RunStore store(path("file/below/history.db").toStdString()); }).code, 3);
  }

  void otherToolsReadTheRowsOfABenchmark() {
    RunStore store(file());
    Comparison c = smallRun("one", "2026-01-01T00:00:00Z");
    c.methods[0].prefillTokS = 500;
    store.add(c);
    // One row a method and phase that was measured: prefill of one, decoding of two.
    runSql(QString::fromStdString(file()),
           "CREATE TEMP TABLE t(ok CHECK(ok)); INSERT INTO t SELECT count(*) = 3 FROM llama_bench;"
           "INSERT INTO t SELECT avg_ts = 150 FROM llama_bench WHERE n_gen = 4 AND n_depth = 64 AND kv_method LIKE 'duo%';"
           "INSERT INTO t SELECT n_prompt = 64 AND avg_ts = 500 FROM llama_bench WHERE n_gen = 0");
  }

  void manyRunsAreListedAndFiltered() {
    RunStore store(file());
    store.add(smallRun("seed", "2026-01-01T00:00:00Z"));
    runSql(QString::fromStdString(file()),
           "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO runs SELECT 'run' || i, time, 'name' || i, "
           "note, "
           "state, model_name, model_path, model_hash, prompt_hash, build_commit, cpu, device, backend, precision, kv_type, threads, context_tokens, "
           "new_tokens, match, mode, command_line, verdict, document_bytes, NULL FROM runs, n WHERE id = 'seed';"
           "INSERT INTO methods SELECT r.id, place, method, failed, cancelled, kv_bytes, kv_bytes_full, kv_bytes_peak, prefill_tok_s, ttft_ms, "
           "decode_tok_s, kld_mean, top1_agree FROM methods m, runs r WHERE m.run_id = 'seed' AND r.id <> 'seed'");
    QCOMPARE(store.list().size(), size_t(10001));
    QCOMPARE(store.list({"NAME777 duo", {}, 0}).size(), size_t(11));  // 777 and 7770 to 7779
    QBENCHMARK_ONCE { store.list({"name7777", {}, 0}); }
  }
};

QTEST_MAIN(TestRunStore)
#include "tst_run_store.moc"
