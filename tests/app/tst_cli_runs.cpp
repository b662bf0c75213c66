// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The history on the command line: compare keeps, runs lists and labels, files travel, export reads.
#include <QDir>
#include <csignal>

#include "cli_run.h"

class TestCliRuns : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void compareKeepsUnlessTold();
  void labelsAndFilters();
  void unknownRunsNameTheNearOnes();
  void deletionAsksForYes();
  void runsTravelInOneFile();
  void exportWritesEveryFormat();
  void runsAreLaidOverEachOther();
  void aHistoryThatCannotBeWrittenCostsARemark();
  void anInterruptedRunIsKeptAndMarked();
  void damageIsAnErrorOfInput();

 private:
  static QStringList arguments(const QStringList& more = {}, const QString& methods = QStringLiteral("none;knorm(ratio=0.5)")) {
    return QStringList{"compare", "-m", kTinyModel, "--tokens", "-", "-n", "4", "--methods", methods} + more;
  }
  static QStringList runs(const QStringList& more) { return QStringList{"runs"} + more; }
  static const QJsonArray listed(CliRun& run, const QStringList& more = {}) {
    const CliResult r = run.run(runs(QStringList{"--format", "json"} + more));
    if (r.code != 0) qFatal("%s", r.err.constData());
    return r.json().array();
  }
};

void TestCliRuns::compareKeepsUnlessTold() {
  CliRun run;
  QCOMPARE(listed(run).size(), 0);
  const CliResult first = run.run(arguments({"--format", "json"}), idsJson(160));
  QVERIFY2(first.code == 0, first.err.constData());
  QCOMPARE(run.run(arguments({"--no-history"}), idsJson(160)).code, 0);
  QCOMPARE(run.run(arguments({"--mode", "race"}), idsJson(100)).code, 0);
  const QJsonArray all = listed(run);
  QCOMPARE(all.size(), 2);
  QCOMPARE(all[0]["mode"].toString(), QStringLiteral("race"));
  QCOMPARE(all[0]["context_tokens"].toInt(), 100);
  QCOMPARE(all[1]["id"].toString(), first.json()["id"].toString());
  const QJsonArray methods = all[1]["methods"].toArray();
  QCOMPARE(methods.size(), 2);
  for (const char* key : {"method", "kv_bytes", "kv_bytes_full", "decode_tok_s", "kld_mean", "top1_agree"})
    QCOMPARE(methods[1].toObject()[QLatin1String(key)], first.json()["methods"][1].toObject()[QLatin1String(key)]);
  QVERIFY(QFile::exists(run.path("XDG_DATA_HOME/presslab/history.db")));
  QVERIFY(!QFile::exists(run.path("XDG_DATA_HOME/presslab/runs")));  // folders are written where --out asks
}

void TestCliRuns::labelsAndFilters() {
  CliRun run;
  QCOMPARE(run.run(arguments(), idsJson(160)).code, 0);
  QCOMPARE(run.run(arguments({}, "none;snapkv(ratio=0.3,window_size=8)"), idsJson(160)).code, 0);
  QCOMPARE(run.run(runs({"tag", "last", "paper", "long context"})).code, 0);
  QCOMPARE(run.run(runs({"name", "last", "best so far"})).code, 0);
  QCOMPARE(run.run(runs({"note", "last", "-"}), "two\nlines\n").code, 0);
  QCOMPARE(listed(run, {"--search", "SNAPKV"}).size(), 1);
  QCOMPARE(listed(run, {"--search", "lines best"}).size(), 1);
  QCOMPARE(listed(run, {"--search", "compare"}).size(), 2);
  QCOMPARE(listed(run, {"--tag", "paper", "--tag", "long context"}).size(), 1);
  QCOMPARE(listed(run, {"--tag", "paper", "--search", "knorm"}).size(), 0);
  QCOMPARE(listed(run, {"--limit", "1"}).size(), 1);
  const QJsonArray one = listed(run, {"--tag", "paper"});
  QCOMPARE(one[0]["note"].toString(), QStringLiteral("two\nlines"));
  QCOMPARE(one[0]["tags"].toArray().size(), 2);
  const CliResult shown = run.run(runs({"show", "best so far"}));
  QVERIFY2(shown.code == 0 && shown.out.contains("tags: long context, paper") && shown.out.contains("snapkv"), shown.out.constData());
  const CliResult json = run.run(runs({"show", "last", "--format", "json"}));
  QCOMPARE(json.json()["run"]["methods"].toArray().size(), 2);
  QCOMPARE(json.json()["name"].toString(), QStringLiteral("best so far"));
  QCOMPARE(run.run(runs({"untag", "last", "paper"})).code, 0);
  QCOMPARE(listed(run, {"--tag", "paper"}).size(), 0);
  QCOMPARE(run.run(runs({"tag", "last", "a,b"})).code, 2);
  const QList<QStringList> csv = csvRows(run.run(runs({"--format", "csv"})).out);
  QCOMPARE(csv.size(), 5);  // a row a run and method
  for (const QStringList& row : csv) QCOMPARE(row.size(), csv[0].size());
  QCOMPARE(run.run(runs({"--format", "jsonl"})).out.count('\n'), 2);
  QVERIFY(run.run(runs({"--format", "md"})).out.startsWith("| id "));
  QVERIFY(run.run(runs({})).out.contains("best so far"));
}

void TestCliRuns::unknownRunsNameTheNearOnes() {
  CliRun run;
  CliResult r = run.run(runs({"show", "last"}));
  QCOMPARE(r.code, 2);
  QVERIFY2(r.err.contains("is empty"), r.err.constData());
  QCOMPARE(run.run(arguments(), idsJson(160)).code, 0);
  const QByteArray id = listed(run)[0]["id"].toString().toUtf8();
  for (const QStringList& words : {QStringList{"show", "nonsense"}, {"tag", "nonsense", "x"}, {"note", "nonsense", "x"}, {"delete", "nonsense"}}) {
    r = run.run(runs(words));
    QCOMPARE(r.code, 2);
    QVERIFY(r.out.isEmpty());
    QVERIFY2(r.err.contains("\"nonsense\": no such run") && r.err.contains("near: " + id), r.err.constData());
  }
  r = run.run({"export", "nonsense"});
  QCOMPARE(r.code, 2);
  QVERIFY2(r.err.contains("near: " + id), r.err.constData());
  QCOMPARE(run.run(runs({"show", QString::fromUtf8(id.left(13))})).code, 0);
}

void TestCliRuns::deletionAsksForYes() {
  CliRun run;
  QCOMPARE(run.run(arguments(), idsJson(160)).code, 0);
  const CliResult asked = run.run(runs({"delete", "last"}));
  QCOMPARE(asked.code, 2);
  QVERIFY2(asked.err.contains("--yes"), asked.err.constData());
  QCOMPARE(listed(run).size(), 1);
  QCOMPARE(run.run(runs({"delete", "last", "--yes"})).code, 0);
  QCOMPARE(listed(run).size(), 0);
}

void TestCliRuns::runsTravelInOneFile() {
  CliRun from, to;
  QCOMPARE(from.run(arguments(), idsJson(160)).code, 0);
  QCOMPARE(from.run(arguments({"--out", from.path("folder"), "--no-history"}), idsJson(160)).code, 0);
  QCOMPARE(from.run(runs({"tag", "last", "t"})).code, 0);
  const QString file = from.path("some.presslab");
  QCOMPARE(from.run(runs({"export", file, "last"})).code, 0);
  CliResult r = to.run(runs({"import", file, "--format", "json"}));
  QCOMPARE(r.code, 0);
  QCOMPARE(r.json()["added"].toInt(), 1);
  r = to.run(runs({"import", file, "--format", "json"}));
  QCOMPARE(r.json()["added"].toInt(), 0);
  QCOMPARE(r.json()["skipped"].toInt(), 1);
  QCOMPARE(listed(to, {"--tag", "t"})[0]["id"], listed(from)[0]["id"]);
  QCOMPARE(to.run(runs({"import", from.path("folder")})).code, 0);
  QCOMPARE(listed(to).size(), 2);
  QCOMPARE(to.run(runs({"import", from.path("nowhere")})).code, 3);
  r = to.run(runs({"import", from.file("bad.json", "{}")}));
  QCOMPARE(r.code, 2);
  QVERIFY2(r.err.contains("bad.json"), r.err.constData());
  QCOMPARE(to.run(runs({"export", from.file("letter", "dear"), "last"})).code, 2);
}

void TestCliRuns::exportWritesEveryFormat() {
  CliRun run;
  QCOMPARE(run.run(arguments(), idsJson(160)).code, 0);
  const CliResult json = run.run({"export", "last"});
  QCOMPARE(json.code, 0);
  QCOMPARE(json.json()["methods"][1]["heads"].toArray().size(), 4);
  QCOMPARE(csvRows(run.run({"export", "last", "--format", "csv"}).out).size(), 3);
  QVERIFY(run.run({"export", "last", "--format", "md"}).out.startsWith("| method |"));
  QCOMPARE(run.run({"export", "last", "--format", "folder"}).code, 2);
  QCOMPARE(run.run({"export", "last", "--format", "folder", "--out", run.path("f")}).code, 0);
  QVERIFY(QFile::exists(run.path("f/experts.csv")));
  QCOMPARE(run.run({"export", run.path("f"), "--out", run.path("again.json")}).code, 0);
  QFile again(run.path("again.json"));
  QVERIFY(again.open(QIODevice::ReadOnly));
  QCOMPARE(again.readAll(), json.out);
  QCOMPARE(run.run({"export", "last", "--format", "yaml"}).code, 2);
  QCOMPARE(run.run({"export", "last", "--out", "/proc/no/file"}).code, 3);
  QCOMPARE(run.run({"export", run.path("no/where")}).code, 3);
}

void TestCliRuns::runsAreLaidOverEachOther() {
  CliRun run;
  QCOMPARE(run.run(arguments({"-t", "1"}), idsJson(160)).code, 0);
  QCOMPARE(run.run(arguments({"-t", "2"}, "none;knorm(ratio=0.5);duo(ratio=0.3,calibration=none)"), idsJson(160)).code, 0);
  const QJsonArray all = listed(run);
  const QString newer = all[0]["id"].toString(), older = all[1]["id"].toString();
  const CliResult r = run.run(runs({"compare", older, newer, "--format", "json"}));
  QVERIFY2(r.code == 0, r.err.constData());
  const QJsonObject o = r.json().object();
  QCOMPARE(o["pinned"].toString(), older);
  const QJsonArray rows = o["rows"].toArray();
  QCOMPARE(rows.size(), 5);
  QCOMPARE(rows[3]["method"].toString(), QStringLiteral("knorm(ratio=0.5)"));
  QCOMPARE(rows[3]["memory_pct_vs_pinned"].toDouble(-1), 0.0);
  QVERIFY(rows[3]["speed_pct_vs_pinned"].isNull());  // other threads: no comparison of times
  QCOMPARE(rows[3]["kld_ratio_vs_pinned"].toDouble(), 1.0);
  QVERIFY(rows[3]["speed_pct_vs_none"].isDouble() && rows[3]["memory_pct_vs_duo"].isDouble());
  QCOMPARE(o["obstacles"][1]["time"].toArray(), QJsonArray{"threads"});
  QVERIFY2(r.err.contains("times not comparable (different threads)"), r.err.constData());
  QStringList differing;
  for (const QJsonValue& s : o["settings"].toArray()) differing << s["setting"].toString();
  QCOMPARE(differing, (QStringList{"methods", "threads", "command_line"}));
  QVERIFY(run.run(runs({"compare", older, newer})).out.contains("over pinned"));
  QCOMPARE(run.run(runs({"compare", older})).code, 2);
}

void TestCliRuns::aHistoryThatCannotBeWrittenCostsARemark() {
  CliRun run;
  QVERIFY(QDir(run.path(".")).mkpath("XDG_DATA_HOME"));
  run.file("XDG_DATA_HOME/presslab", "a file where the folder should be");
  const CliResult r = run.run(arguments({"--format", "json"}), idsJson(160));
  QCOMPARE(r.code, 0);
  QCOMPARE(r.json()["methods"].toArray().size(), 2);
  QVERIFY2(r.err.contains("the run was not kept in the history: "), r.err.constData());
  QCOMPARE(run.run(runs({})).code, 3);
}

void TestCliRuns::anInterruptedRunIsKeptAndMarked() {
  if (!defaultModelIsThere()) QSKIP("no default model");
  CliRun run;
  run.start({"compare", "--context", "300", "-n", "4000", "--methods", "none;knorm(ratio=0.5)", "--format", "json"});
  QVERIFY(run.process().waitForStarted());
  run.process().setReadChannel(QProcess::StandardError);
  QByteArray err;
  while (!err.contains("none prefill:") && run.process().waitForReadyRead(60000)) err += run.process().readAllStandardError();
  QVERIFY2(err.contains("none prefill:"), err.constData());
  QVERIFY(::kill(pid_t(run.process().processId()), SIGINT) == 0);
  const CliResult r = run.finish();
  QCOMPARE(r.code, 130);
  const QJsonArray all = listed(run);
  QCOMPARE(all.size(), 1);
  QCOMPARE(all[0]["state"].toString(), QStringLiteral("cancelled"));
  QCOMPARE(all[0]["id"].toString(), r.json()["id"].toString());
}

void TestCliRuns::damageIsAnErrorOfInput() {
  CliRun run;
  QVERIFY(QDir(run.path(".")).mkpath("XDG_DATA_HOME/presslab"));
  const QByteArray diary = QByteArray("dear diary\n").repeated(500);
  const QString file = run.file("XDG_DATA_HOME/presslab/history.db", diary);
  const CliResult r = run.run(runs({}));
  QCOMPARE(r.code, 3);
  QVERIFY2(r.err.contains("history.db: is not a database"), r.err.constData());
  QCOMPARE(run.run(arguments({"-q"}), idsJson(160)).code, 0);
  QFile still(file);
  QVERIFY(still.open(QIODevice::ReadOnly));
  QCOMPARE(still.readAll(), diary);
}

QTEST_GUILESS_MAIN(TestCliRuns)
#include "tst_cli_runs.moc"
