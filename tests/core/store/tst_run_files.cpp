// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Portable files, run folders, and references that people type.
#include <QDir>

#include "store_test.h"

using namespace presslab;
using namespace presslab::test;

using Ids = std::vector<std::string>;

class TestRunFiles : public QObject {
  Q_OBJECT
  std::unique_ptr<QTemporaryDir> m_dir;

  std::string path(const char* name) const { return m_dir->filePath(QLatin1String(name)).toStdString(); }

 private Q_SLOTS:
  void init() {
    m_dir = std::make_unique<QTemporaryDir>();
    qputenv("XDG_DATA_HOME", m_dir->filePath("data").toUtf8());
    qputenv("HOME", m_dir->path().toUtf8());
    qunsetenv("PRESSLAB_HISTORY");
  }

  void chosenRunsTravelWithTheirLabels() {
    RunStore from(path("from.db"));
    const Comparison big = RandomRun(5).comparison(2, 3, 2);
    from.add(big);
    for (const char* id : {"one", "two"}) from.add(smallRun(id, "2026-01-01T00:00:00Z"));
    from.setName("one", "named");
    from.setNote("one", "a note");
    from.addTags("one", {"a", "b"});
    QCOMPARE(from.exportTo(path("some.presslab"), {"one", big.id, "one"}), 2);
    QCOMPARE(QDir(m_dir->path()).entryList({"*presslab*"}, QDir::Files | QDir::Hidden), QStringList{"some.presslab"});
    RunStore to(path("to.db"));
    to.add(smallRun("two", "2026"));
    ImportReport report = to.importFrom(path("some.presslab"));
    QCOMPARE(report.added, 2);
    QCOMPARE(report.skipped, 0);
    QVERIFY(report.refused.empty());
    QCOMPARE(to.document(big.id), from.document(big.id));
    QCOMPARE(firstDifference(to.load(big.id), big), -1);
    const StoredRun one = to.find("one");
    QCOMPARE(one.name, std::string("named"));
    QCOMPARE(one.note, std::string("a note"));
    QCOMPARE(one.tags, (Ids{"a", "b"}));
    QCOMPARE(one.methods.size(), size_t(2));
    to.setName("one", "mine");
    report = to.importFrom(path("some.presslab"));
    QCOMPARE(report.added, 0);
    QCOMPARE(report.skipped, 2);
    QCOMPARE(to.find("one").name, std::string("mine"));  // what is there already stays as it is
    QCOMPARE(from.exportTo(path("some.presslab")), 3);   // all, over the older export
    QCOMPARE(to.importFrom(path("some.presslab")).skipped, 3);
    QCOMPARE(to.importFrom(path("from.db")).skipped, 3);  // a history is a file of runs too
  }

  void anExportReplacesNothingElse() {
    RunStore store(path("history.db"));
    store.add(smallRun("one", "2026"));
    writeBytes(m_dir->filePath("letter.txt"), "dear");
    const Refusal r = refusal([&] { store.exportTo(path("letter.txt")); });
    QCOMPARE(r.code, 2);
    QVERIFY2(r.text.find("letter.txt: is there already and is no file of runs") != std::string::npos, r.text.c_str());
    QCOMPARE(bytesOf(m_dir->filePath("letter.txt")), QByteArray("dear"));
    runSql(m_dir->filePath("other.db"), "CREATE TABLE t(x)");
    QCOMPARE(refusal([&] { store.exportTo(path("other.db")); }).code, 2);
    QCOMPARE(refusal([&] { store.exportTo(path("history.db")); }).code, 2);
    QCOMPARE(refusal([&] { store.exportTo(path("no/such/folder.presslab")); }).code, 3);
    QCOMPARE(refusal([&] { store.exportTo(path("x.presslab"), {"two"}); }).code, 2);
    QVERIFY(!QFile::exists(m_dir->filePath("x.presslab")));
    QCOMPARE(store.list().size(), size_t(1));
  }

  void whatCannotBeReadIsCountedAndTheRestComes() {
    RunStore from(path("from.db"));
    for (const char* id : {"one", "two", "three"}) from.add(smallRun(id, id));
    from.exportTo(path("some.presslab"));
    runSql(m_dir->filePath("some.presslab"),
           "UPDATE documents SET json = '{\"schema_version\":1}' WHERE run_id = 'one';"
           "UPDATE documents SET json = 'not JSON' WHERE run_id = 'two'");
    RunStore to(path("to.db"));
    const ImportReport report = to.importFrom(path("some.presslab"));
    QCOMPARE(report.added, 1);
    QCOMPARE(report.refused.size(), size_t(2));
    for (const std::string& why : report.refused) QVERIFY2(why.find("some.presslab: run ") != std::string::npos, why.c_str());
    QCOMPARE(idsOf(to.list()), Ids{"three"});
  }

  void aViewInPlaceOfATableIsNotTrusted() {
    RunStore from(path("from.db"));
    from.add(smallRun("one", "2026"));
    from.exportTo(path("trap.presslab"));
    runSql(m_dir->filePath("trap.presslab"), "DROP TABLE tags; CREATE VIEW tags AS SELECT 'one' AS run_id, load_extension('evil') AS tag");
    RunStore to(path("to.db"));
    QCOMPARE(refusal([&] { to.importFrom(path("trap.presslab")); }).code, 3);
  }

  void foldersOfRunsAreTakenIn() {
    writeRunFolder(smallRun("one", "2026"), path("runs/one"));
    writeRunFolder(smallRun("two", "2026"), path("runs/two"));
    QDir(m_dir->path()).mkpath("runs/empty");
    QDir(m_dir->path()).mkpath("runs/broken");
    writeBytes(m_dir->filePath("runs/broken/run.json"), "{");
    RunStore store(path("history.db"));
    QCOMPARE(store.importFrom(path("runs/one")).added, 1);
    const ImportReport report = store.importFrom(path("runs"));
    QCOMPARE(report.added, 1);
    QCOMPARE(report.skipped, 1);
    QCOMPARE(report.refused.size(), size_t(1));
    QCOMPARE(store.importFrom(path("runs/two/run.json")).skipped, 1);
    QCOMPARE(refusal([&] { store.importFrom(path("runs/empty")); }).code, 2);
    QCOMPARE(refusal([&] { store.importFrom(path("nowhere")); }).code, 3);
    // The document is kept as it stood, with fields that this program does not know.
    std::string text = store.document("one");
    text.insert(text.find('{') + 1, "\"of_the_future\":[1,2],\"id\":\"three\",");
    text.erase(text.find("\"id\":\"one\","), 11);
    writeBytes(m_dir->filePath("three.json"), QByteArray::fromStdString(text));
    QCOMPARE(store.importFrom(path("three.json")).added, 1);
    QCOMPARE(store.document("three"), text);
  }

  void runsOfEarlierVersionsAreTakenInOnce() {
    writeRunFolder(smallRun("20260101-000000-old1", "2026-01-01T00:00:00Z"), runsFolder() + "/20260101-000000-old1");
    QCOMPARE(historyPath(), path("data/presslab/history.db"));
    QCOMPARE(idsOf(openHistory().list()), Ids{"20260101-000000-old1"});
    openHistory().erase({"20260101-000000-old1"});
    QVERIFY(openHistory().list().empty());  // not again
    QVERIFY(QFile::exists(QString::fromStdString(runsFolder() + "/20260101-000000-old1/run.json")));
    qputenv("PRESSLAB_HISTORY", m_dir->filePath("own.db").toUtf8());
    QCOMPARE(historyPath(), path("own.db"));
    QVERIFY(openHistory().list().empty());
  }

  void runsAreReadByReference() {
    QCOMPARE(keepInHistory(smallRun("20260101-000000-aa11", "2026-01-01T00:00:00Z")), std::string());
    QCOMPARE(keepInHistory(smallRun("20260202-000000-bb22", "2026-02-02T00:00:00Z")), std::string());
    writeRunFolder(smallRun("in-folder", "2026"), path("folder"));
    openHistory().exportTo(path("one.presslab"), {"20260101-000000-aa11"});
    openHistory().exportTo(path("two.presslab"));
    QCOMPARE(readRun("last").id, std::string("20260202-000000-bb22"));
    QCOMPARE(readRun("aa").id, std::string("20260101-000000-aa11"));
    QCOMPARE(readRun(path("folder")).id, std::string("in-folder"));
    QCOMPARE(readRun(path("folder/run.json")).id, std::string("in-folder"));
    QCOMPARE(readRun(path("one.presslab")).id, std::string("20260101-000000-aa11"));
    Refusal r = refusal([&] { readRun(path("two.presslab")); });
    QCOMPARE(r.code, 2);
    QVERIFY(r.text.find("holds 2 runs") != std::string::npos);
    r = refusal([] { readRun("20260202-000000-bb23"); });
    QCOMPARE(r.code, 2);
    QVERIFY2(r.text.find("near: 20260202-000000-bb22") != std::string::npos, r.text.c_str());
    QCOMPARE(refusal([&] { readRun(path("no/where")); }).code, 3);
    // A history that cannot be written is a remark.
    qputenv("PRESSLAB_HISTORY", "/proc/no/history.db");
    QVERIFY(keepInHistory(smallRun("x", "2026")).find("the run was not kept in the history: /proc/no/history.db: ") == 0);
  }
};

QTEST_MAIN(TestRunFiles)
#include "tst_run_files.moc"
