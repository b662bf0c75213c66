// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// bench: llama-bench's order, its rule of zero, its fields, and a CSV that reads back.
#include "cli_run.h"

class TestCliBench : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void orderAndZeroRule_data();
  void orderAndZeroRule();
  void fields();
  void csvReadsBack();
  void markdown();
  void sql();
  void pressCompressesTheDepth();
};

void TestCliBench::orderAndZeroRule_data() {
  QTest::addColumn<QStringList>("lengths");
  QTest::addColumn<QStringList>("tests");  // n_prompt/n_gen/n_depth
  QTest::newRow("depth outermost") << QStringList{"-p", "8", "-n", "4", "-d", "0,16"} << QStringList{"8/0/0", "0/4/0", "8/0/16", "0/4/16"};
  QTest::newRow("no prompt") << QStringList{"-p", "0", "-n", "4"} << QStringList{"0/4/0"};
  QTest::newRow("no generation") << QStringList{"-p", "8", "-n", "0"} << QStringList{"8/0/0"};
  QTest::newRow("neither") << QStringList{"-p", "0", "-n", "0"} << QStringList{};
  QTest::newRow("lists") << QStringList{"-p", "4,8", "-n", "2,3"} << QStringList{"4/0/0", "8/0/0", "0/2/0", "0/3/0"};
  QTest::newRow("ranges") << QStringList{"-p", "4-16*2", "-n", "1-5+2"} << QStringList{"4/0/0", "8/0/0", "16/0/0", "0/1/0", "0/3/0", "0/5/0"};
  QTest::newRow("repeated option") << QStringList{"-p", "4", "-p", "8", "-n", "0"} << QStringList{"4/0/0", "8/0/0"};
  QTest::newRow("pairs last") << QStringList{"-p", "4", "-n", "2", "-pg", "4,2", "-d", "8"} << QStringList{"4/0/8", "0/2/8", "4/2/8"};
}

void TestCliBench::orderAndZeroRule() {
  QFETCH(QStringList, lengths);
  QFETCH(QStringList, tests);
  const CliResult r = cli(QStringList{"bench", "-m", kTinyModel, "-r", "2", "-o", "json"} + lengths);
  QVERIFY2(r.code == 0, r.err.constData());
  QVERIFY(r.json().isArray());
  QStringList got;
  for (const QJsonValue& row : r.json().array())
    got << QStringLiteral("%1/%2/%3").arg(row["n_prompt"].toInt()).arg(row["n_gen"].toInt()).arg(row["n_depth"].toInt());
  QCOMPARE(got, tests);
}

void TestCliBench::fields() {
  const CliResult r = cli({"bench", "-m", kTinyModel, "-p", "0", "-n", "6", "-d", "32", "-r", "3", "-o", "json", "-t", "1,2"});
  QCOMPARE(r.code, 0);
  const QJsonArray rows = r.json().array();
  QCOMPARE(rows.size(), 2);
  const QJsonObject o = rows[0].toObject();
  for (const char* key : {"build_commit", "build_number",  "cpu_info",       "gpu_info",   "backends",           "model_filename",
                          "model_type",   "model_size",    "model_n_params", "n_batch",    "n_ubatch",           "n_threads",
                          "type_k",       "type_v",        "n_gpu_layers",   "flash_attn", "use_mmap",           "n_prompt",
                          "n_gen",        "n_depth",       "test_time",      "avg_ns",     "stddev_ns",          "avg_ts",
                          "stddev_ts",    "samples_ns",    "samples_ts",     "kv_method",  "kv_ratio_requested", "kv_ratio_effective",
                          "kv_bytes",     "kv_bytes_full", "kv_bytes_peak",  "ttft_ns",    "itl_p50_ns",         "itl_p95_ns",
                          "compress_ns",  "bandwidth_gb_s"})
    QVERIFY2(o.contains(QLatin1String(key)), key);
  QCOMPARE(o["samples_ns"].toArray().size(), 3);
  double sum = 0;
  for (const QJsonValue& ns : o["samples_ns"].toArray()) {
    QVERIFY(ns.toDouble() > 0);
    sum += 6e9 / ns.toDouble();
  }
  QVERIFY(std::abs(o["avg_ts"].toDouble() - sum / 3) < 1e-6 * sum);
  QVERIFY(o["itl_p95_ns"].toDouble() >= o["itl_p50_ns"].toDouble());
  QCOMPARE(o["n_threads"].toInt(), 1);
  QCOMPARE(rows[1]["n_threads"].toInt(), 2);
}

void TestCliBench::csvReadsBack() {
  const CliResult r = cli({"bench", "-m", kTinyModel, "-p", "8", "-n", "4", "-r", "2", "--format", "csv"});
  QCOMPARE(r.code, 0);
  const QList<QStringList> rows = csvRows(r.out);
  QCOMPARE(rows.size(), 3);
  for (const QStringList& row : rows) QCOMPARE(row.size(), rows[0].size());
  QCOMPARE(rows[1][rows[0].indexOf("n_prompt")], QStringLiteral("8"));
  QCOMPARE(rows[2][rows[0].indexOf("n_gen")], QStringLiteral("4"));
  QVERIFY(rows[1][rows[0].indexOf("avg_ts")].toDouble() > 0);
  QVERIFY(!rows[0].contains("samples_ns"));
}

void TestCliBench::markdown() {
  const CliResult r = cli({"bench", "-m", kTinyModel, "-p", "8", "-n", "0", "-d", "16", "-r", "2", "-q"});
  QCOMPARE(r.code, 0);
  QVERIFY(r.err.isEmpty());
  const QList<QByteArray> lines = r.out.trimmed().split('\n');
  QCOMPARE(lines.size(), 3);
  QVERIFY(lines[0].contains("| model") && lines[0].contains("t/s"));
  QVERIFY(lines[2].contains("pp8 @ d16") && lines[2].contains("±"));
  QCOMPARE(lines[0].count('|'), lines[2].count('|'));
}

void TestCliBench::sql() {
  const CliResult r = cli({"bench", "-m", kTinyModel, "-p", "8", "-n", "0", "-r", "1", "-o", "sql"});
  QCOMPARE(r.code, 0);
  QVERIFY(r.out.startsWith("CREATE TABLE IF NOT EXISTS presslab_bench ("));
  QVERIFY(r.out.contains("CREATE VIEW IF NOT EXISTS llama_bench "));
  QCOMPARE(r.out.count("INSERT INTO presslab_bench "), 1);
}

void TestCliBench::pressCompressesTheDepth() {
  const CliResult r = cli({"bench", "-m", kTinyModel, "-p", "0", "-n", "2", "-d", "96", "-r", "1", "--press", "none;knorm(ratio=0.5)", "-o", "json"});
  QVERIFY2(r.code == 0, r.err.constData());
  const QJsonArray rows = r.json().array();
  QCOMPARE(rows.size(), 2);
  QCOMPARE(rows[0]["kv_method"].toString(), QStringLiteral("none"));
  QCOMPARE(rows[0]["kv_ratio_effective"].toDouble(), 0.0);
  QVERIFY(rows[1]["kv_method"].toString().startsWith("knorm("));
  QCOMPARE(rows[1]["kv_ratio_effective"].toDouble(), 0.5);
  QVERIFY(rows[1]["kv_bytes"].toDouble() < rows[0]["kv_bytes"].toDouble());
  QCOMPARE(rows[1]["kv_bytes_full"].toDouble(), rows[0]["kv_bytes_full"].toDouble());
}

QTEST_GUILESS_MAIN(TestCliBench)
#include "tst_cli_bench.moc"
