// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Commands that need no engine: models, inspect, presses, tokenize, place; help and version.
#include "cli_run.h"

class TestCliData : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void helpAndVersion();
  void everyCommandHasHelp_data();
  void everyCommandHasHelp();
  void models();
  void inspect();
  void memoryBeforeLoading();
  void presses();
  void tokenize();
  void tokenizeKeepsBytes();
  void formats_data();
  void formats();
  void place();
};

void TestCliData::helpAndVersion() {
  const CliResult help = cli({"--help"});
  QCOMPARE(help.code, 0);
  for (const char* name : {"compare", "generate", "bench", "keep", "logits", "tokenize", "models", "inspect", "presses", "calibrate", "place"})
    QVERIFY2(help.out.contains(name), name);
  QVERIFY(help.err.isEmpty());
  const CliResult version = cli({"--version"});
  QCOMPARE(version.code, 0);
  QVERIFY(version.out.startsWith("presslab-cli 0."));
  QCOMPARE(version.out.count('\n'), 2);  // program and commit, CPU and its flags
}

void TestCliData::everyCommandHasHelp_data() {
  QTest::addColumn<QString>("command");
  for (const char* name : {"compare", "generate", "bench", "keep", "logits", "tokenize", "models", "inspect", "presses", "calibrate", "place"})
    QTest::newRow(name) << QString::fromLatin1(name);
}

void TestCliData::everyCommandHasHelp() {
  QFETCH(QString, command);
  const CliResult r = cli({command, "--help"});
  QCOMPARE(r.code, 0);
  QVERIFY(r.out.contains("table, json, jsonl, csv, md or sql"));
  QVERIFY(r.err.isEmpty());
}

void TestCliData::models() {
  CliRun run;
  QProcessEnvironment env = run.process().processEnvironment();
  env.insert("PRESSLAB_MODELS", PRESSLAB_TEST_DATA "/model");
  run.process().setProcessEnvironment(env);
  const CliResult r = run.run({"models", "--format", "json"});
  QCOMPARE(r.code, 0);
  bool found = false;
  for (const QJsonValue& m : r.json().array()) found = found || m["path"].toString().endsWith("tiny_llama.gguf");
  QVERIFY(found);
}

void TestCliData::memoryBeforeLoading() {
  const CliResult r =
      cli({"inspect", "-m", kTinyModel, "--context", "400", "--press", "none;knorm(ratio=0.5)", "--kv-type", "f16", "--format", "json"});
  QCOMPARE(r.code, 0);
  const QJsonObject memory = r.json().object()["memory"].toObject();
  const QJsonArray methods = memory["methods"].toArray();
  QCOMPARE(methods.size(), 2);
  QCOMPARE(methods[0].toObject()["kv_bytes"].toInteger(), qint64(2 * 2 * 2 * 16 * 2 * 400));
  QCOMPARE(methods[1].toObject()["kv_bytes"].toInteger() * 2, methods[0].toObject()["kv_bytes"].toInteger());
  QVERIFY(memory["peak_bytes"].toInteger() > memory["loaded_bytes"].toInteger());
  QVERIFY(memory["available_bytes"].toInteger() > 0);
  QVERIFY(memory["fits"].toBool());
  QVERIFY(!cli({"inspect", "-m", kTinyModel, "--format", "json"}).json().object().contains("memory"));
  QCOMPARE(cli({"inspect", "-m", kTinyModel, "--press", "none"}).code, 2);
  QCOMPARE(cli({"inspect", "-m", kTinyModel, "--context", "400", "--press", "knarm"}).code, 2);
  const QJsonObject tooLong = cli({"inspect", "-m", kTinyModel, "--context", "4000", "--format", "json"}).json().object()["memory"].toObject();
  QVERIFY(tooLong["methods"].toArray()[0].toObject()["error"].toString().contains("positions"));
}

void TestCliData::inspect() {
  const CliResult r = cli({"inspect", "-m", kTinyModel, "--format", "json"});
  QCOMPARE(r.code, 0);
  const QJsonObject o = r.json().object();
  QCOMPARE(o["architecture"].toString(), QStringLiteral("llama"));
  QCOMPARE(o["vocab"].toInt(), 300);
  QCOMPARE(o["kv_bytes_per_token"].toInt(), 2 * o["layers"].toInt() * o["kv_heads"].toInt() * o["head_dim"].toInt() * 2);
  for (const char* key : {"name", "path", "format", "quantization", "heads", "hidden", "feed_forward", "context_length", "parameters", "weight_bytes",
                          "file_bytes", "rope_theta", "norm_eps", "tokenizer", "pre_tokenizer", "chat_template", "notices"})
    QVERIFY2(o.contains(QLatin1String(key)), key);
}

void TestCliData::presses() {
  const QJsonArray table = cli({"presses", "--format", "json"}).json().array();
  QStringList names;
  for (const QJsonValue& p : table) {
    names << p["name"].toString();
    for (const QJsonValue& param : p["parameters"].toArray())
      for (const char* key : {"name", "type", "unit", "min", "max", "default", "help", "source"})
        QVERIFY2(param.toObject().contains(QLatin1String(key)), qPrintable(names.last() + " " + QLatin1String(key)));
  }
  for (const char* name : {"none", "random", "streaming_llm", "knorm", "keydiff", "snapkv", "expected_attention", "duo", "eplb", "eplb_duo"})
    QVERIFY2(names.contains(QLatin1String(name)), name);
  const CliResult one = cli({"presses", "snapkv", "--format", "json"});
  QCOMPARE(one.json()["name"].toString(), QStringLiteral("snapkv"));
  QCOMPARE(cli({"presses", "snapvk"}).code, 2);
}

void TestCliData::tokenize() {
  const CliResult r = cli({"tokenize", "-m", kTinyModel, "--text", "The tide came in", "--format", "json"});
  QCOMPARE(r.code, 0);
  const QJsonArray ids = r.json()["ids"].toArray(), pieces = r.json()["pieces"].toArray();
  QCOMPARE(ids.size(), pieces.size());
  QString text;
  for (const QJsonValue& p : pieces) text += p.toString();
  QCOMPARE(text, QStringLiteral("The tide came in"));
  // Text in brackets and text that looks like an option stay text.
  for (const QString& odd : {QStringLiteral("[a, b]"), QStringLiteral("--help"), QStringLiteral("-"), QStringLiteral("a=b")}) {
    QString back;
    for (const QJsonValue& p : cli({"tokenize", "-m", kTinyModel, "--text", odd}).json()["pieces"].toArray()) back += p.toString();
    QCOMPARE(back, odd);
  }
}

void TestCliData::tokenizeKeepsBytes() {
  CliRun run;
  for (const QByteArray& bytes : {QByteArray("a\r\nb\r\n"), QByteArray("x\0y\n", 4), QByteArray("tail without line end"), QByteArray()}) {
    const CliResult file = CliRun().run({"tokenize", "-m", kTinyModel, "--file", run.file("text", bytes)});
    const CliResult input = cli({"tokenize", "-m", kTinyModel, "--file", "-"}, bytes);
    QCOMPARE(file.code, 0);
    QCOMPARE(input.code, 0);
    QCOMPARE(file.out, input.out);
    QString back;
    for (const QJsonValue& p : file.json()["pieces"].toArray()) back += p.toString();
    QCOMPARE(back.toUtf8(), bytes);
    QVERIFY(file.json()["ids"].isArray());
  }
}

void TestCliData::formats_data() {
  QTest::addColumn<QString>("format");
  QTest::addColumn<QByteArray>("begin");
  QTest::newRow("table") << "table" << QByteArray("index");
  QTest::newRow("json") << "json" << QByteArray("{");
  QTest::newRow("jsonl") << "jsonl" << QByteArray("{");
  QTest::newRow("csv") << "csv" << QByteArray("index,id,piece\r\n");
  QTest::newRow("md") << "md" << QByteArray("| index");
  QTest::newRow("sql") << "sql" << QByteArray("CREATE TABLE IF NOT EXISTS tokens (");
}

void TestCliData::formats() {
  QFETCH(QString, format);
  QFETCH(QByteArray, begin);
  const CliResult r = cli({"tokenize", "-m", kTinyModel, "--text", "=1+1, \"it's\" | a", "--format", format});
  QCOMPARE(r.code, 0);
  QVERIFY2(r.out.startsWith(begin), r.out.constData());
  QVERIFY(r.out.endsWith('\n'));
  if (format == "csv") {
    const QList<QStringList> rows = csvRows(r.out);
    QString text;
    for (int i = 1; i < rows.size(); ++i) {
      QCOMPARE(rows[i].size(), 3);
      text += rows[i][2].startsWith('\'') ? rows[i][2].mid(1) : rows[i][2];
    }
    QCOMPARE(text, QStringLiteral("=1+1, \"it's\" | a"));
    QVERIFY2(rows[1][2].startsWith("'="), "a formula is let through");
  }
  if (format == "jsonl") QCOMPARE(r.out.count('\n'), 1);
}

void TestCliData::place() {
  QFile golden(PRESSLAB_TEST_DATA "/routed/eplb_placement.json");
  QVERIFY(golden.open(QIODevice::ReadOnly));
  const CliResult r = cli({"place", "--loads", "-", "--replicas", "16", "--groups", "4", "--nodes", "2", "--gpus", "8"},
                          "[[90,132,40,61,104,165,39,4,73,56,183,86],[20,107,104,64,19,197,187,157,172,86,16,27]]");
  QCOMPARE(r.code, 0);
  const QJsonObject o = r.json().object();
  for (const char* key : {"physical_to_logical", "logical_to_physical", "replica_count", "gpu_load_before", "gpu_load_after"})
    QCOMPARE(o[QLatin1String(key)].toArray().size(), 2);
  QCOMPARE(o["physical_to_logical"].toArray()[0].toArray().size(), 16);
  double before = 0, after = 0;
  for (const QJsonValue& v : o["gpu_load_before"].toArray()[0].toArray()) before += v.toDouble();
  for (const QJsonValue& v : o["gpu_load_after"].toArray()[0].toArray()) after += v.toDouble();
  QCOMPARE(after, before);
  QCOMPARE(cli({"place", "--loads", "-", "--replicas", "15", "--groups", "4", "--nodes", "2", "--gpus", "8"}, "[[1,2,3,4,5,6,7,8,9,10,11,12]]").code,
           2);
}

QTEST_GUILESS_MAIN(TestCliData)
#include "tst_cli_data.moc"
