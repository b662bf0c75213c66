// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Every wrong call ends with the code that design section 6 names, one line of reason, and nothing on stdout.
#include <unistd.h>

#include "cli_run.h"

class TestCliErrors : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void refused_data();
  void refused();
  void tokenFiles_data();
  void tokenFiles();
  void fullDisk();
};

void TestCliErrors::refused_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<int>("code");
  QTest::addColumn<QByteArray>("names");  // what the reason must contain
  const QStringList logits{"logits", "-m", kTinyModel, "--tokens", "-"}, generate{"generate", "-m", kTinyModel, "--tokens", "-"};
  const QStringList keep{"keep", "-m", kTinyModel, "--tokens", "-", "--press"}, compare{"compare", "-m", kTinyModel, "--tokens", "-"};
  const auto row = [](const char* name, const QStringList& arguments, int code, const char* names) {
    QTest::newRow(name) << arguments << code << QByteArray(names);
  };
  row("no command", {}, 2, "--help");
  row("unknown command", {"squeeze"}, 2, "squeeze");
  row("unknown option", {"models", "--fast"}, 2, "--fast");
  row("unknown format", {"models", "--format", "xml"}, 2, "xml");
  row("no model file", {"inspect", "-m", "/no/such/model.gguf"}, 3, "/no/such/model.gguf: cannot open: No such file or directory");
  row("no model name", {"inspect", "-m", "no-such-model"}, 2, "no-such-model");
  row("a device as model", {"inspect", "-m", "/dev/zero"}, 2, "/dev/zero");
  row("no text file", {"tokenize", "-m", kTinyModel, "--file", "/no/such/text"}, 3, "/no/such/text: cannot open: No such file or directory");
  row("a folder as text", {"tokenize", "-m", kTinyModel, "--file", "/"}, 3, "Is a directory");
  row("text and file", {"tokenize", "-m", kTinyModel, "--file", "/dev/null", "--text", "a"}, 2, "--text");
  row("neither text nor file", {"tokenize", "-m", kTinyModel}, 2, "--text");
  row("decimal comma in a count", logits + QStringList{"--top", "0,5"}, 2, "--top: \"0,5\"");
  row("count with exponent", logits + QStringList{"--top", "1e1"}, 2, "--top");
  row("precision", logits + QStringList{"--precision", "half"}, 2, "half");
  row("negative threads", logits + QStringList{"-t", "-1"}, 2, "--threads");
  row("unknown device", logits + QStringList{"--device", "tpu"}, 2, "tpu");
  row("unknown backend", logits + QStringList{"--backend", "onnx"}, 2, "onnx");
  row("unknown attention", logits + QStringList{"--attention", "sparse"}, 2, "sparse");
  row("tokens missing", {"logits", "-m", kTinyModel}, 2, "--tokens");
  row("decimal comma in a number", generate + QStringList{"--temperature", "0,5"}, 2, "--temperature: \"0,5\"");
  row("number that is none", generate + QStringList{"--temperature", "nan"}, 2, "--temperature");
  row("top-p beyond 1", generate + QStringList{"--top-p", "1.5"}, 2, "--top-p");
  row("seed beyond 64 bits", generate + QStringList{"--seed", "18446744073709551616"}, 2, "--seed");
  row("no new tokens", generate + QStringList{"-n", "0"}, 2, "--n-new");
  row("prompt twice", generate + QStringList{"--prompt", "a"}, 2, "--prompt");
  row("empty prompt", {"generate", "-m", kTinyModel, "--prompt", ""}, 2, "empty");
  row("no prompt", {"generate", "-m", kTinyModel}, 2, "--prompt");
  row("unknown press", keep + QStringList{"snapvk"}, 2, "snapvk");
  row("ratio 1", keep + QStringList{"knorm(ratio=1)"}, 2, "ratio");
  row("ratio with comma", keep + QStringList{"knorm(ratio=0,5)"}, 2, "column");
  row("unknown argument", keep + QStringList{"knorm(ration=0.5)"}, 2, "ration");
  row("unknown match", compare + QStringList{"--match", "price"}, 2, "price");
  row("unknown suite", compare + QStringList{"--suite", "half"}, 2, "half");
  row("no methods", compare + QStringList{"--methods", ";"}, 2, "--methods");
  row("suite with a prompt", compare + QStringList{"--suite", "full"}, 2, "--suite");
  row("bench range", {"bench", "-m", kTinyModel, "-p", "8-4"}, 2, "-p: \"8-4\"");
  row("bench cache type", {"bench", "-m", kTinyModel, "-ctk", "q3"}, 2, "-ctk: \"q3\"");
  row("bench two cache types", {"bench", "-m", kTinyModel, "-ctk", "f16", "-ctv", "f32"}, 2, "one type");
  row("bench too long", {"bench", "-m", kTinyModel, "-p", "100000", "-n", "0"}, 2, "100000");
  row("calibrate what", {"calibrate", "everything", "-m", kTinyModel}, 2, "everything");
  row("loads of text", {"place", "--loads", "-", "--replicas", "4"}, 2, "no list of loads");
}

void TestCliErrors::refused() {
  QFETCH(QStringList, arguments);
  QFETCH(int, code);
  QFETCH(QByteArray, names);
  const CliResult r = cli(arguments, arguments.value(0) == "place" ? QByteArray("[\"a\"]") : QByteArray("[1,2,3,4,5,6,7,8]"));
  QCOMPARE(r.code, code);
  QVERIFY2(r.err.contains(names), r.err.constData());
  QVERIFY2(r.out.isEmpty(), r.out.constData());
  QVERIFY(!r.err.contains('\r') && !r.err.contains('\x1b'));
}

void TestCliErrors::tokenFiles_data() {
  QTest::addColumn<QByteArray>("content");
  QTest::addColumn<QByteArray>("names");
  QTest::newRow("nothing") << QByteArray() << QByteArray("no JSON");
  QTest::newRow("cut") << QByteArray("[1,2") << QByteArray("no JSON");
  QTest::newRow("object") << QByteArray("{\"ids\":[1]}") << QByteArray("JSON array");
  QTest::newRow("empty") << QByteArray("[]") << QByteArray("holds no ids");
  QTest::newRow("text") << QByteArray("[1,\"2\"]") << QByteArray("index 1: value \"2\"");
  QTest::newRow("fraction") << QByteArray("[1,2,2.5]") << QByteArray("index 2: value 2.5");
  QTest::newRow("nested") << QByteArray("[[1,2]]") << QByteArray("index 0");
  QTest::newRow("bool") << QByteArray("[true]") << QByteArray("index 0: value true");
  QTest::newRow("negative") << QByteArray("[5,-1]") << QByteArray("index 1: value -1 is outside the vocabulary (0..299)");
  QTest::newRow("one too large") << QByteArray("[300]") << QByteArray("index 0: value 300 is outside the vocabulary (0..299)");
  QTest::newRow("beyond 64 bits") << QByteArray("[99999999999999999999]") << QByteArray("index 0");
  QTest::newRow("deep") << QByteArray(100000, '[') << QByteArray("no JSON");
}

void TestCliErrors::tokenFiles() {
  QFETCH(QByteArray, content);
  QFETCH(QByteArray, names);
  CliRun run;
  const QString path = run.file("ids.json", content);
  const CliResult r = run.run({"logits", "-m", kTinyModel, "--tokens", path});
  QCOMPARE(r.code, 2);
  QVERIFY2(r.err.contains(path.toUtf8() + ": ") && r.err.contains(names), r.err.constData());
  QVERIFY(r.out.isEmpty());
}

void TestCliErrors::fullDisk() {
  if (::access("/dev/full", W_OK) != 0) QSKIP("no /dev/full");
  CliRun run;
  run.process().setStandardOutputFile("/dev/full");
  const CliResult r = run.run({"presses", "--format", "json"});
  QCOMPARE(r.code, 3);
  QVERIFY2(r.err.contains("No space left on device"), r.err.constData());
}

QTEST_GUILESS_MAIN(TestCliErrors)
#include "tst_cli_errors.moc"
