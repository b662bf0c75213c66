// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// compare: the main job, its fields and files, and what SIGINT leaves.
#include <QDir>
#include <csignal>

#include "cli_run.h"

class TestCliCompare : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void fields();
  void runFolder();
  void formats();
  void interruptKeepsPartialResults();
  void interruptBeforeAnything();
  void halfTheBytesOnTheDefaultModel();

 private:
  static QStringList arguments(const QStringList& more) {
    return QStringList{"compare",  "-m",        kTinyModel,
                       "--tokens", "-",         "-n",
                       "8",        "--methods", "none;duo(ratio=0.3,calibration=none);eplb_duo(ratio=0.3,calibration=none,quotas=equal)"} +
           more;
  }
};

void TestCliCompare::fields() {
  const CliResult r = cli(arguments({"--format", "json"}), idsJson(160));
  QVERIFY2(r.code == 0, r.err.constData());
  const QJsonObject o = r.json().object();
  for (const char* key : {"stamp", "methods", "improvements", "claims"}) QVERIFY2(o.contains(QLatin1String(key)), key);
  const QJsonArray methods = o["methods"].toArray();
  QCOMPARE(methods.size(), 3);
  for (const QJsonValue& m : methods) {
    for (const char* key :
         {"method", "calibration", "kv_bytes", "kv_bytes_full", "kv_bytes_peak", "mem_peak_bytes", "prefill_tok_s", "compress_ms", "ttft_ms",
          "decode_tok_s", "decode_ms", "time_s", "kld_mean", "kld_median", "kld_p99", "top1_agree", "attention_kept", "ids", "text"})
      QVERIFY2(m.toObject().contains(QLatin1String(key)), key);
    QCOMPARE(m["ids"].toArray().size(), 8);
    QCOMPARE(m["decode_ms"].toArray().size(), 7);
  }
  QCOMPARE(methods[0]["method"].toString(), QStringLiteral("none"));
  QCOMPARE(methods[0]["kld_mean"].toDouble(), 0.0);
  QCOMPARE(methods[0]["top1_agree"].toDouble(), 1.0);
  QVERIFY(methods[1]["kv_bytes"].toDouble() < methods[0]["kv_bytes"].toDouble());
  QCOMPARE(o["improvements"].toArray().size(), 3);
  QVERIFY(r.out.count('\n') >= 1 && !r.out.contains('\r'));
}

void TestCliCompare::runFolder() {
  CliRun run;
  const QString out = run.path("run");
  const CliResult r = run.run(arguments({"--out", out, "--format", "csv"}), idsJson(160));
  QVERIFY2(r.code == 0, r.err.constData());
  for (const char* name : {"run.json", "tokens.csv", "heads.csv", "experts.csv", "summary.csv"})
    QVERIFY2(QFile::exists(out + "/" + QLatin1String(name)), name);
  QFile summary(out + "/summary.csv");
  QVERIFY(summary.open(QIODevice::ReadOnly));
  const QList<QStringList> rows = csvRows(summary.readAll());
  QCOMPARE(rows.size(), 4);
  const int bytes = int(rows[0].indexOf("kv_bytes"));
  QVERIFY(bytes >= 0);
  QFile json(out + "/run.json");
  QVERIFY(json.open(QIODevice::ReadOnly));
  const QJsonArray methods = QJsonDocument::fromJson(json.readAll())["methods"].toArray();
  for (int i = 0; i < 3; ++i) {
    QCOMPARE(rows[i + 1].size(), rows[0].size());
    QCOMPARE(rows[i + 1][bytes].toDouble(), methods[i]["kv_bytes"].toDouble());
  }
  // An output folder that cannot be made: the results are printed all the same.
  const CliResult full = cli(arguments({"--out", "/proc/no/such", "--format", "json"}), idsJson(160));
  QCOMPARE(full.code, 3);
  QVERIFY(full.err.contains("/proc/no"));
  QCOMPARE(full.json()["methods"].toArray().size(), 3);
}

void TestCliCompare::formats() {
  const CliResult table = cli(arguments({"--no-quality"}), idsJson(160));
  QCOMPARE(table.code, 0);
  QVERIFY(table.out.contains("eplb_duo"));
  QVERIFY(!table.out.contains('\x1b'));
  const CliResult lines = cli(arguments({"--no-quality", "--format", "jsonl", "-q"}), idsJson(160));
  QCOMPARE(lines.out.count('\n'), 3);
  QVERIFY(lines.err.isEmpty());
  QVERIFY(cli(arguments({"--no-quality", "--format", "md"}), idsJson(160)).out.contains("|---"));
  QVERIFY(cli(arguments({"--no-quality", "--format", "sql"}), idsJson(160)).out.startsWith("CREATE TABLE IF NOT EXISTS comparison ("));
}

void TestCliCompare::interruptKeepsPartialResults() {
  if (!defaultModelIsThere()) QSKIP("no default model");
  CliRun run;
  run.start({"compare", "--context", "600", "-n", "4000", "--methods", "none;knorm(ratio=0.5)", "--format", "json"});
  QVERIFY(run.process().waitForStarted());
  run.process().setReadChannel(QProcess::StandardError);
  QByteArray err;
  // Off a terminal a finished phase is one line; behind the prefill there are tokens to keep.
  while (!err.contains("none prefill:") && run.process().waitForReadyRead(60000)) {
    err += run.process().readAllStandardError();
  }
  QVERIFY2(err.contains("none prefill:"), err.constData());
  QTest::qWait(1500);
  ::kill(pid_t(run.process().processId()), SIGINT);
  const CliResult r = run.finish();
  QCOMPARE(r.code, 130);
  const QJsonArray methods = r.json()["methods"].toArray();
  QCOMPARE(methods.size(), 1);
  QVERIFY(methods[0]["ids"].toArray().size() > 0);
}

void TestCliCompare::interruptBeforeAnything() {
  CliRun run;
  run.start({"tokenize", "-m", kTinyModel, "--file", "-"});  // waits for standard input
  QVERIFY(run.process().waitForStarted());
  QTest::qWait(500);
  ::kill(pid_t(run.process().processId()), SIGINT);
  const CliResult r = run.finish(10000);
  QCOMPARE(r.code, 130);
  QVERIFY(r.out.isEmpty());
}

void TestCliCompare::halfTheBytesOnTheDefaultModel() {
  if (!defaultModelIsThere()) QSKIP("no default model");
  const CliResult r = cli({"compare", "--context", "1000", "-n", "16", "--format", "json"});
  QVERIFY2(r.code == 0, r.err.constData());
  const QJsonArray methods = r.json()["methods"].toArray();
  QCOMPARE(methods.size(), 3);
  const double full = methods[0]["kv_bytes_full"].toDouble();
  for (int i = 1; i < 3; ++i) {
    QVERIFY(methods[i]["kv_bytes"].toDouble() >= 0.5 * full);
    QVERIFY(methods[i]["kv_bytes"].toDouble() <= 0.5 * 1.05 * full);
  }
  QCOMPARE(methods[0]["kld_mean"].toDouble(), 0.0);
  QVERIFY(methods[2]["kld_mean"].toDouble() > 0);
}

QTEST_GUILESS_MAIN(TestCliCompare)
#include "tst_cli_compare.moc"
