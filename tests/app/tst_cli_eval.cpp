// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// eval: rows, formats, refusals, and a grid that is killed in the middle.
#include <QDir>
#include <csignal>
#include <set>

#include "cli_run.h"

class TestCliEval : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void rows();
  void tasksAreListed();
  void killedInTheMiddle();
  void claimsAreJudged();
  void refusals_data();
  void refusals();

 private:
  static QStringList arguments(const QStringList& more) {
    return QStringList{"eval",      "-m",    kTinyModel, "--precision", "exact",   "--task", "ppl,kld",  "--press", "knorm;snapkv(window_size=4)",
                       "--lengths", "64,96", "--ratios", "0.5,0.8",     "--seeds", "3",      "--chunks", "3",       "-n",
                       "12"} +
           more;
  }
};

void TestCliEval::rows() {
  const CliResult r = cli(arguments({"--format", "json"}));
  QVERIFY2(r.code == 0, r.err.constData());
  const QJsonArray rows = r.json().array();
  QCOMPARE(rows.size(), 2 * 2 * 11);
  for (const QJsonValue& row : rows) {
    for (const char* key : {"task", "method", "length", "ratio", "ppl", "kld_mean", "top1_agree", "score", "lo", "hi", "kv_bytes", "counted", "note"})
      QVERIFY2(row.toObject().contains(QLatin1String(key)), key);
    QVERIFY(row["lo"].toDouble() <= row["hi"].toDouble());
  }
  QVERIFY(r.err.contains("left"));
  QVERIFY(cli(arguments({"--format", "csv", "-q"})).out.startsWith("task,method,length,ratio,"));
  QVERIFY(cli(arguments({"--format", "md", "-q"})).out.startsWith("| task |"));
  const CliResult table = cli(arguments({"-q"}));
  QVERIFY(table.out.contains("oracle") && table.err.isEmpty());
}

void TestCliEval::tasksAreListed() {
  const CliResult r = cli({"eval", "--list", "--format", "json"});
  QCOMPARE(r.code, 0);
  QVERIFY(r.json().array().size() >= 15);
  QVERIFY(r.out.contains("niah_multikey_3"));
}

void TestCliEval::killedInTheMiddle() {
  CliRun run;
  const QString whole = run.path("whole"), killed = run.path("killed");
  QVERIFY(run.run(arguments({"--out", whole, "-q"})).code == 0);
  const auto linesOf = [](const QString& dir) {
    QFile f(dir + "/rows.jsonl");
    std::multiset<QByteArray> out;
    if (!f.open(QIODevice::ReadOnly)) return out;
    for (const QByteArray& line : f.readAll().split('\n'))
      if (!line.isEmpty()) out.insert(line);
    return out;
  };
  const auto all = linesOf(whole);
  QCOMPARE(int(all.size()), 2 * (3 + 3) * 11);
  // Killed again and again, wherever it is, until it comes to its end.
  int kills = 0, code = -1;
  for (int attempt = 0; attempt < 60 && code != 0; ++attempt) {
    CliRun one;
    one.start(arguments({"--out", killed, "-q"}));
    QVERIFY(one.process().waitForStarted());
    const size_t before = linesOf(killed).size();
    QElapsedTimer clock;
    clock.start();
    // A few rows more each time, then SIGKILL; the last attempts may finish.
    while (kills < 4 && one.process().state() == QProcess::Running && linesOf(killed).size() < before + 9 && clock.elapsed() < 60000)
      one.process().waitForFinished(2);
    if (kills < 4 && one.process().state() == QProcess::Running) {
      ::kill(pid_t(one.process().processId()), SIGKILL);
      ++kills;
    }
    code = one.finish().code;
  }
  QCOMPARE(code, 0);
  QVERIFY(kills >= 1);
  QVERIFY(linesOf(killed) == all);  // the same rows, none twice, none lost
  const auto results = [](const QString& dir) {
    QFile f(dir + "/results.csv");
    return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray();
  };
  QVERIFY(!results(whole).isEmpty());
  QCOMPARE(results(killed), results(whole));
  // With its own settings: nothing is left to do.
  const CliResult again = run.run({"eval", "-m", kTinyModel, "--out", killed, "--resume", "--format", "json"});
  QVERIFY2(again.code == 0, again.err.constData());
  QCOMPARE(again.json().array().size(), 44);
}

void TestCliEval::claimsAreJudged() {
  CliRun run;
  const QString out = run.path("claims");
  const QStringList arguments{"claims", "-m", kTinyModel, "--lengths", "200,300,9000", "--tips", "300", "-n", "8", "--repeat", "2", "--out", out};
  const CliResult r = run.run(arguments + QStringList{"--format", "json"});
  QVERIFY2(r.code == 0, r.err.constData());
  const QJsonObject whole = r.json().object();
  QVERIFY(whole["notes"].toArray().size() == 1 && whole["notes"][0].toString().contains("9,000"));
  std::set<QString> matches, sections;
  for (const QJsonValue& row : whole["rows"].toArray()) {
    for (const char* key : {"id", "section", "text", "length", "match", "band", "measured", "interval", "bound", "verdict", "reason"})
      QVERIFY2(row.toObject().contains(QLatin1String(key)), key);
    const QString verdict = row["verdict"].toString();
    QVERIFY2(verdict == "holds" || verdict == "does not hold" || verdict == "cannot hold here", qPrintable(verdict));
    QVERIFY(verdict == "holds" || !row["reason"].toString().isEmpty());
    if (verdict == "holds") QVERIFY(row["measured"].toDouble() >= row["band"][0].toDouble());
    if (!row["interval"][0].isNull()) QVERIFY(row["interval"][0].toDouble() <= row["measured"].toDouble() + 1e-6);
    matches.insert(row["match"].toString());
    sections.insert(row["section"].toString());
  }
  QCOMPARE(matches, (std::set<QString>{"ratio", "bytes", "quality"}));
  QCOMPARE(sections, (std::set<QString>{"table", "conclusion", "sample output", "text", "tips"}));
  QFile md(out + "/claims.md");
  QVERIFY(md.open(QIODevice::ReadOnly));
  QVERIFY(md.readAll().contains("presslab-cli claims"));
  QVERIFY(QFile::exists(out + "/claims.json"));
  // What a folder has is not measured again, whatever is asked beside it.
  const CliResult again = run.run({"claims", "-m", kTinyModel, "--out", out, "--resume", "--lengths", "100", "--format", "json"});
  QVERIFY2(again.code == 0, again.err.constData());
  QCOMPARE(again.json().object()["rows"].toArray(), whole["rows"].toArray());
  const CliResult one = run.run({"claims", "-m", kTinyModel, "--lengths", "200", "--match", "ratio", "--tips", "0", "-n", "4", "--format", "json"});
  QVERIFY2(one.code == 0, one.err.constData());
  for (const QJsonValue& row : one.json().object()["rows"].toArray()) QCOMPARE(row["match"].toString(), "ratio");
  QCOMPARE(cli({"claims", "-m", kTinyModel, "--match", "ratio,speed", "-q"}).code, 2);
  QCOMPARE(cli({"claims", "-m", kTinyModel, "--resume", "-q"}).code, 2);
  QCOMPARE(cli({"claims", "-m", kTinyModel, "--lengths", "9000", "-q"}).code, 2);
}

void TestCliEval::refusals_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QByteArray>("said");
  QTest::newRow("no task") << QStringList{} << QByteArray("no task");
  QTest::newRow("unknown task") << QStringList{"--task", "ppl,nope"} << QByteArray("\"nope\"");
  QTest::newRow("length") << QStringList{"--task", "ppl", "--lengths", "100000"} << QByteArray("100,000");
  QTest::newRow("length text") << QStringList{"--task", "ppl", "--lengths", "1e3"} << QByteArray("--lengths");
  QTest::newRow("ratio") << QStringList{"--task", "kld", "--ratios", "1.5"} << QByteArray("--ratios");
  QTest::newRow("press") << QStringList{"--task", "kld", "--press", "nope"} << QByteArray("nope");
  QTest::newRow("no file") << QStringList{"--task", "ppl", "--file", "/no/such.txt"} << QByteArray("/no/such.txt");
  QTest::newRow("empty file") << QStringList{"--task", "ppl", "--file", "/dev/null"} << QByteArray("no text");
  QTest::newRow("resume without folder") << QStringList{"--resume"} << QByteArray("--out");
  QTest::newRow("resume and settings") << QStringList{"--resume", "--out", "/tmp", "--task", "ppl"} << QByteArray("--resume");
}

void TestCliEval::refusals() {
  QFETCH(QStringList, arguments);
  QFETCH(QByteArray, said);
  const CliResult r = cli(QStringList{"eval", "-m", kTinyModel, "-q"} + arguments);
  QVERIFY2(r.code == 2 || r.code == 3, r.err.constData());
  QVERIFY2(r.err.contains(said), r.err.constData());
  QVERIFY(r.out.isEmpty());
}

QTEST_GUILESS_MAIN(TestCliEval)
#include "tst_cli_eval.moc"
