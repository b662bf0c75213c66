// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// logits, generate and keep.
#include "cli_run.h"

class TestCliEngine : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void logitsEqualTheReference();
  void generateEqualsTheReference();
  void samplingFollowsTheSeed();
  void textFormatPrintsText();
  void questionsOnOneContext();
  void turnsOnOneContext();
  void questionsThatCannotBe();
  void keepTellsPositions_data();
  void keepTellsPositions();
  void contextTooLong();
  void defaultModelNeedsNoOption();

 private:
  QJsonObject m_golden = [] {
    QFile f(PRESSLAB_TEST_DATA "/model/tiny_llama.json");
    if (!f.open(QIODevice::ReadOnly)) qFatal("no golden data");
    return QJsonDocument::fromJson(f.readAll()).object();
  }();
  QByteArray goldenIds() const { return QJsonDocument(m_golden["ids"].toArray()).toJson(QJsonDocument::Compact); }
};

void TestCliEngine::logitsEqualTheReference() {
  const CliResult r = cli({"logits", "-m", kTinyModel, "--tokens", "-", "--precision", "exact", "--top", "300", "--format", "json"}, goldenIds());
  QCOMPARE(r.code, 0);
  QCOMPARE(r.json()["n_tokens"].toInt(), m_golden["ids"].toArray().size());
  QVERIFY(std::abs(r.json()["nll_mean"].toDouble() - m_golden["nll_mean"].toDouble()) < 1e-3);
  const QJsonArray top = r.json()["top"].toArray(), logits = m_golden["logits"].toArray();
  QCOMPARE(top.size(), logits.size());
  double last = HUGE_VAL;
  for (const QJsonValue& t : top) {
    QVERIFY(std::abs(t["logit"].toDouble() - logits[t["id"].toInt()].toDouble()) < 1e-3);
    QVERIFY(t["logit"].toDouble() <= last);
    last = t["logit"].toDouble();
  }
  QCOMPARE(cli({"logits", "-m", kTinyModel, "--tokens", "-"}, goldenIds()).json()["top"].toArray().size(), 10);
  // One token has no position that could be predicted.
  QVERIFY(cli({"logits", "-m", kTinyModel, "--tokens", "-"}, "[7]").json()["nll_mean"].isNull());
}

void TestCliEngine::generateEqualsTheReference() {
  const QStringList arguments{"generate", "-m", kTinyModel, "--tokens", "-", "-n", "16", "--precision", "exact", "--ignore-eos", "--format", "json"};
  const CliResult r = cli(arguments, goldenIds());
  QCOMPARE(r.code, 0);
  const QJsonArray ids = r.json()["ids"].toArray(), greedy = m_golden["greedy"].toArray();
  QCOMPARE(ids.size(), 16);
  for (int i = 0; i < 16; ++i) {
    if (m_golden["greedy_margin"].toArray()[i].toDouble() < 0.05) break;  // a smaller lead may flip in other arithmetic
    QCOMPARE(ids[i].toInt(), greedy[i].toInt());
  }
  QVERIFY(r.json()["kv_bytes"].toDouble() >= r.json()["kv_bytes_full"].toDouble());
  for (const char* key : {"text", "kv_bytes_peak", "kv_bytes_end", "prefill_tok_s", "ttft_ms", "decode_tok_s", "stop", "method"})
    QVERIFY2(r.json().object().contains(QLatin1String(key)), key);
  QCOMPARE(cli(arguments, goldenIds()).json()["ids"].toArray(), ids);
}

void TestCliEngine::samplingFollowsTheSeed() {
  const auto ids = [&](const char* seed) {
    return cli({"generate", "-m", kTinyModel, "--tokens", "-", "-n", "24", "--temperature", "1.0", "--top-k", "50", "--top-p", "0.95", "--seed", seed,
                "--ignore-eos", "--format", "json"},
               goldenIds())
        .json()["ids"]
        .toArray();
  };
  const QJsonArray one = ids("1");
  QCOMPARE(one.size(), 24);
  QCOMPARE(ids("1"), one);
  QVERIFY(ids("2") != one);
}

void TestCliEngine::textFormatPrintsText() {
  const QStringList common{"generate", "-m", kTinyModel, "--prompt", "The tide", "-n", "8", "--ignore-eos"};
  const CliResult text = cli(common + QStringList{"--quiet"});
  QCOMPARE(text.code, 0);
  QVERIFY(text.err.isEmpty());
  QVERIFY(!text.out.startsWith('{') || !text.json().isObject());
  const CliResult loud = cli(common);
  QVERIFY(loud.err.contains("tok/s"));
  QVERIFY(!loud.err.contains('\r'));
}

void TestCliEngine::questionsOnOneContext() {
  const QStringList common{"generate", "-m",           kTinyModel, "--context",        "150",      "-n",
                           "6",        "--ignore-eos", "--press",  "knorm(ratio=0.5)", "--format", "json"};
  const QStringList questions{"What does the keeper do?", "Where is the boat?", "What does the keeper do?"};
  QStringList all = common;
  for (const QString& q : questions) all += {"--question", q};
  const CliResult r = cli(all);
  QVERIFY2(r.code == 0, r.err.constData());
  const QJsonObject whole = r.json().object();
  const QJsonArray answers = whole["answers"].toArray();
  QCOMPARE(answers.size(), 3);
  for (int i = 0; i < 3; ++i) {
    const QJsonObject alone = cli(common + QStringList{"--question", questions[i]}).json().object(), answer = answers[i].toObject();
    QCOMPARE(answer["question"].toString(), questions[i]);
    QCOMPARE(answer["ids"].toArray(), alone["ids"].toArray());
    QCOMPARE(answer["text"], alone["text"]);
    QCOMPARE(answer["stop"], alone["stop"]);
    QCOMPARE(answer["kv_bytes_before"], alone["kv_bytes"]);
    QCOMPARE(answer["kv_bytes_end"], alone["kv_bytes_end"]);
    QCOMPARE(answer["position"].toInt(), whole["n_context"].toInt());
    QCOMPARE(whole["kv_bytes"], alone["kv_bytes"]);
    QCOMPARE(answer["decode_ms"].toArray().size(), 5);
  }
  QVERIFY(!whole["turns"].toBool());
  QStringList text = all;
  text.replace(text.indexOf("json"), "table");
  const CliResult shown = cli(text + QStringList{"--quiet"});
  QVERIFY(shown.out.startsWith("> What does the keeper do?\n"));
  QCOMPARE(shown.out.count("\n> ") + 1, 3);
  text.replace(text.indexOf("table"), "csv");
  QCOMPARE(cli(text).out.count("What does the keeper do?"), 2);
}

void TestCliEngine::turnsOnOneContext() {
  const QStringList common{"generate", "-m",  kTinyModel,     "--context", "150",
                           "-n",       "6",   "--ignore-eos", "--press",   "decoding(knorm,compression_interval=8,target_size=60)",
                           "--format", "json"};
  const CliResult given = cli(common + QStringList{"--chat", "--question", "Who?", "--question", "And then?", "--question", "Why?"});
  QVERIFY2(given.code == 0, given.err.constData());
  const QJsonArray turns = given.json().object()["answers"].toArray();
  QCOMPARE(turns.size(), 3);
  QVERIFY(given.json().object()["turns"].toBool());
  for (int i = 1; i < 3; ++i) {
    QCOMPARE(turns[i].toObject()["kv_bytes_before"], turns[i - 1].toObject()["kv_bytes_end"]);
    const QJsonObject before = turns[i - 1].toObject();
    QCOMPARE(turns[i].toObject()["position"].toInt(), before["position"].toInt() + before["n_question"].toInt() + before["n_new"].toInt() - 1);
  }
  // Cuts go on over the turns: less is held than after the prefill, although tokens came.
  QVERIFY(turns[2].toObject()["kv_bytes_end"].toDouble() < given.json().object()["kv_bytes"].toDouble());
  const auto ids = [](const CliResult& r) {
    QList<QJsonArray> out;
    for (const QJsonValue& a : r.json().object()["answers"].toArray()) out.push_back(a.toObject()["ids"].toArray());
    return out;
  };
  const CliResult piped = cli(common + QStringList{"--turns", "-"}, "Who?\n\nAnd then?\r\nWhy?");
  QVERIFY2(piped.code == 0, piped.err.constData());
  QCOMPARE(ids(piped), ids(given));
  const CliResult mixed = cli(common + QStringList{"--question", "Who?", "--turns", "-"}, "And then?\nWhy?\n");
  QCOMPARE(ids(mixed), ids(given));
  const CliResult apart = cli(common + QStringList{"--question", "Who?", "--question", "And then?", "--question", "Why?"});
  QCOMPARE(ids(apart)[0], ids(given)[0]);
  QVERIFY(ids(apart)[1] != ids(given)[1] || ids(apart)[2] != ids(given)[2]);
}

void TestCliEngine::questionsThatCannotBe() {
  const QStringList common{"generate", "-m", kTinyModel, "--context", "150", "-n", "4"};
  const auto refused = [&](const QStringList& more, const char* reason, const QByteArray& in = {}) {
    const CliResult r = cli(common + more, in);
    QVERIFY2(r.code == 2 && r.err.contains(reason), r.err.constData());
  };
  refused({"--query-aware", "--question", "a", "--question", "b"}, "--query-aware");
  refused({"--query-aware", "--turns", "-"}, "--query-aware", "a\n");
  refused({"--chat"}, "--chat");
  refused({"--turns", "-"}, "has no line", "\n \n");
  refused({"--question", "a", "--question", ""}, "empty");
  refused({"--question", "a", "--question", " \t"}, "empty");
  refused({"--question", "a", "--turns", "/nowhere/turns.txt", "--question", ""}, "empty");
  const CliResult none = cli({"generate", "-m", kTinyModel, "--question", "a", "--question", "b"});
  QVERIFY2(none.code == 2 && none.err.contains("no prompt"), none.err.constData());
  // What was answered before the positions ran out is there.
  const CliResult r =
      cli({"generate", "-m", kTinyModel, "--context", "300", "-n", "80", "--ignore-eos", "--format", "json", "--turns", "-"}, "a\nb\nc\n");
  QCOMPARE(r.code, 2);
  QVERIFY2(r.err.contains("positions"), r.err.constData());
  QCOMPARE(r.json().object()["answers"].toArray().size(), 2);
}

void TestCliEngine::keepTellsPositions_data() {
  QTest::addColumn<QString>("press");
  QTest::addColumn<double>("ratio");
  QTest::newRow("none") << "none" << 0.0;
  QTest::newRow("knorm") << "knorm(ratio=0.5)" << 0.5;
  QTest::newRow("streaming") << "streaming_llm(ratio=0.25)" << 0.25;
  QTest::newRow("snapkv") << "snapkv(ratio=0.5,window_size=8)" << 0.5;
  QTest::newRow("duo") << "duo(ratio=0.3,calibration=none)" << 0.3;
  QTest::newRow("eplb_duo") << "eplb_duo(ratio=0.5,calibration=none,quotas=equal)" << 0.5;
}

void TestCliEngine::keepTellsPositions() {
  QFETCH(QString, press);
  QFETCH(double, ratio);
  constexpr int tokens = 96;
  const CliResult r = cli({"keep", "-m", kTinyModel, "--tokens", "-", "--press", press, "--format", "json"}, idsJson(tokens));
  QVERIFY2(r.code == 0, r.err.constData());
  const QJsonObject o = r.json().object();
  int heads = 0, kept = 0;
  for (const QJsonValue& layer : o["layers"].toArray()) {
    for (const QJsonValue& head : layer.toArray()) {
      ++heads;
      int last = -1;
      for (const QJsonValue& p : head.toArray()) {
        QVERIFY(p.toInt() > last && p.toInt() < tokens);
        last = p.toInt();
        ++kept;
      }
    }
  }
  QCOMPARE(kept, heads * int(tokens * (1 - ratio)));
  const double full = o["kv_bytes_full"].toDouble(), held = o["kv_bytes"].toDouble();
  QVERIFY(held >= full * kept / (heads * tokens));
  QVERIFY(held <= full * kept / (heads * tokens) + 4096);  // one page of rounding in so small a cache
  QVERIFY(std::abs(o["ratio_measured"].toDouble() - (1 - held / full)) < 1e-9);
}

void TestCliEngine::contextTooLong() {
  const QJsonObject facts = cli({"inspect", "-m", kTinyModel, "--format", "json"}).json().object();
  const int positions = facts["context_length"].toInt();
  QVERIFY(positions > 0);
  const CliResult r = cli({"logits", "-m", kTinyModel, "--tokens", "-"}, idsJson(positions + 1));
  QCOMPARE(r.code, 2);
  QVERIFY2(r.err.contains(QByteArray::number(positions)) && r.err.contains(QByteArray::number(positions + 1)), r.err.constData());
}

void TestCliEngine::defaultModelNeedsNoOption() {
  if (!defaultModelIsThere()) QSKIP("no default model");
  const CliResult r = cli({"generate", "--prompt", "What is the capital of France?", "-n", "8", "--precision", "exact", "--format", "json"});
  QCOMPARE(r.code, 0);
  QVERIFY2(r.json()["text"].toString().contains("Paris"), r.out.constData());
}

QTEST_GUILESS_MAIN(TestCliEngine)
#include "tst_cli_engine.moc"
