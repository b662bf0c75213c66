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
