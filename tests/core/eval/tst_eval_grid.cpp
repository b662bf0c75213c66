// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// A grid on the tiny model: what its rows say, and that a folder continues without losing or repeating one.
#include <QDir>
#include <QFile>
#include <cmath>
#include <set>

#include "core/api/eval.h"
#include "core/api/lab.h"
#include "core/compare/compare_test.h"
#include "core/engine/session.h"
#include "core/eval/grid_folder.h"
#include "core/routed/pattern.h"

using namespace presslab;
using namespace presslab::test;

namespace {

QByteArray bytesOf(const QString& path) {
  QFile f(path);
  return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray();
}

void writeBytes(const QString& path, const QByteArray& content) {
  QFile f(path);
  if (!f.open(QIODevice::WriteOnly) || f.write(content) != content.size()) qFatal("no temporary file");
}

std::set<QByteArray> lineSet(const QByteArray& text) {
  std::set<QByteArray> out;
  for (const QByteArray& line : text.split('\n'))
    if (!line.isEmpty()) out.insert(line);
  return out;
}

}  // namespace

class TestEvalGrid : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;
  Lab m_lab;

  EvalSpec spec() {
    EvalSpec s;
    s.model = tinySpec();
    s.tasks = {"ppl", "kld"};
    s.methods = {"knorm", "snapkv(window_size=4)"};
    s.ratios = {.5, .8};
    s.lengths = {96};
    s.seeds = 2;
    s.chunks = 2;
    s.newTokens = 12;
    return s;
  }
  EvalResult run(const EvalSpec& s, std::stop_token stop = {}, const EvalSink& sink = {}) { return evaluate(m_lab, s, sink, stop); }

 private Q_SLOTS:
  void initTestCase() { ownFolders(m_dir); }
  void rowsOfAGrid();
  void perplexityOfOnePassAndTokenByToken();
  void continuesWithoutLosingOrRepeating();
  void anotherGridIsRefused();
  void anotherCalibrationIsRefused();
  void cancelKeepsRows();
  void headsAndKvpressFolders();
  void refusals();
};

void TestEvalGrid::rowsOfAGrid() {
  int told = 0;
  double share = 0;
  const EvalResult r = run(spec(), {}, [&](const EvalProgress& p) {
    if (p.sample) ++told;
    QVERIFY(p.share >= share - 1e-9 && p.share <= 1 + 1e-9);
    share = p.share;
  });
  QVERIFY2(r.exitCode == 0, r.error.c_str());
  QCOMPARE(r.samples.size(), size_t(4 * 11));  // (2 windows + 2 instances) x (none + 2 presses x 2 ratios + 3 references x 2 ratios)
  QCOMPARE(told, 4 * 11);
  for (const EvalRow& row : r.rows) {
    QVERIFY2(row.samples == 2 && row.failed == 0, row.note.c_str());
    if (row.method == "none") {
      QVERIFY(row.kldMean == 0 && row.top1Agree == 1 && row.attentionKept == 1 && row.kvBytes == row.kvBytesFull);
      continue;
    }
    QVERIFY(row.kldMean > 0 && row.kvBytes < row.kvBytesFull && row.attentionKept > 0 && row.attentionKept < 1);
    QVERIFY(row.ppl > 1);
    // At equal bytes nothing keeps more attention than the oracle.
    for (const EvalRow& o : r.rows)
      if (o.task == row.task && o.press == "oracle" && o.ratio == row.ratio) QVERIFY(row.attentionKept <= o.attentionKept + 1e-12);
  }
  const EvalResult again = run(spec());
  QCOMPARE(evalCsv(again.rows), evalCsv(r.rows));
}

void TestEvalGrid::perplexityOfOnePassAndTokenByToken() {
  EvalSpec s = spec();
  s.tasks = {"ppl"};
  const EvalResult compared = run(s);
  s.methods = {"none"};
  s.ratios.clear();
  const EvalResult alone = run(s);
  QCOMPARE(alone.samples.size(), size_t(2));
  QCOMPARE(alone.samples[0].nllCount, 47);  // 96 tokens: positions 48..94 are scored
  QVERIFY(std::fabs(alone.rows[0].ppl / compared.rows[0].ppl - 1) < 1e-4);
}

void TestEvalGrid::continuesWithoutLosingOrRepeating() {
  EvalSpec s = spec();
  s.outDir = m_dir.filePath("whole").toStdString();
  const EvalResult whole = run(s);
  QVERIFY2(whole.exitCode == 0, whole.error.c_str());
  const QString rows = m_dir.filePath("whole/rows.jsonl");
  const QByteArray all = bytesOf(rows);
  QCOMPARE(all.count('\n'), 44);
  // What a kill leaves: some lines, the last one torn. Cuts inside an instance and between two.
  for (const int lines : {0, 1, 7, 11, 30, 43}) {
    qsizetype at = 0;
    for (int i = 0; i < lines; ++i) at = all.indexOf('\n', at) + 1;
    writeBytes(rows, all.left(at + 25));
    const EvalResult resumed = run(s);
    QVERIFY2(resumed.exitCode == 0, resumed.error.c_str());
    QCOMPARE(resumed.resumed, lines);
    QCOMPARE(bytesOf(rows).count('\n'), 44);
    QCOMPARE(lineSet(bytesOf(rows)), lineSet(all));
    QCOMPARE(evalCsv(resumed.rows), evalCsv(whole.rows));
  }
  // Nothing is missing: nothing is run. Its own settings do, too.
  EvalSpec bare;
  bare.outDir = s.outDir;
  bare.model.path = s.model.path;
  bare.model.threads = 2;
  bare.resume = true;
  const EvalResult nothing = run(bare);
  QVERIFY2(nothing.exitCode == 0, nothing.error.c_str());
  QCOMPARE(nothing.resumed, 44);
  QCOMPARE(bytesOf(rows).count('\n'), 44);
  QCOMPARE(evalCsv(readEvalFolder(s.outDir).rows), evalCsv(whole.rows));
}

void TestEvalGrid::anotherGridIsRefused() {
  EvalSpec s = spec();
  s.outDir = m_dir.filePath("whole").toStdString();
  s.newTokens = 13;
  const EvalResult r = run(s);
  QVERIFY(r.exitCode == 2 && r.error.find("new_tokens") != std::string::npos);
  QCOMPARE(bytesOf(m_dir.filePath("whole/rows.jsonl")).count('\n'), 44);
  s.outDir = m_dir.filePath("nothing").toStdString();
  s.resume = true;
  QCOMPARE(run(s).exitCode, 3);
}

void TestEvalGrid::anotherCalibrationIsRefused() {
  EvalSpec s = spec();
  s.tasks = {"kld"};
  s.methods = {"duo"};
  s.ratios = {.5};
  s.outDir = m_dir.filePath("calibrated").toStdString();
  std::stop_source stop;
  const EvalResult begun = run(s, stop.get_token(), [&](const EvalProgress& p) {
    if (p.sample) stop.request_stop();
  });
  QVERIFY(begun.cancelled && begun.samples.size() == 1);

  // The light calibration that this run made, with one value changed, where a user keeps his own.
  const QStringList light = QDir(m_dir.filePath("cache/presslab/patterns")).entryList({"*.safetensors"});
  QCOMPARE(light.size(), 1);
  const std::unique_ptr<LoadedModel> model = loadModel(s.model, {}, {});
  Pattern pattern = readPattern(m_dir.filePath("cache/presslab/patterns/" + light[0]).toStdString(), model->backend->shape().pressed(),
                                modelFingerprint(*model->file));
  const std::string same = patternDigest(pattern);
  pattern.streamErr[0] += .25f;
  QVERIFY(patternDigest(pattern) != same);
  QVERIFY(QDir().mkpath(m_dir.filePath("data/presslab/patterns")));
  const QString own = m_dir.filePath("data/presslab/patterns/" + light[0]);
  writePattern(pattern, own.toStdString());

  const QByteArray rows = bytesOf(m_dir.filePath("calibrated/rows.jsonl"));
  Lab other;  // m_lab keeps the calibration that it has read
  const EvalResult refused = evaluate(other, s, {}, {});
  QVERIFY2(refused.exitCode == 2 && refused.error.find(same) != std::string::npos, refused.error.c_str());
  QCOMPARE(bytesOf(m_dir.filePath("calibrated/rows.jsonl")), rows);

  QVERIFY(QFile::remove(own));
  Lab again;
  const EvalResult whole = evaluate(again, s, {}, {});
  QVERIFY2(whole.exitCode == 0, whole.error.c_str());
  QVERIFY(whole.resumed == 1 && whole.samples.size() > 1);
}

void TestEvalGrid::cancelKeepsRows() {
  EvalSpec s = spec();
  s.outDir = m_dir.filePath("cancelled").toStdString();
  std::stop_source stop;
  int kept = 0;
  const EvalResult r = run(s, stop.get_token(), [&](const EvalProgress& p) {
    if (p.sample && ++kept == 5) stop.request_stop();
  });
  QVERIFY(r.cancelled && r.exitCode == 130);
  QCOMPARE(int(r.samples.size()), kept);
  QCOMPARE(bytesOf(m_dir.filePath("cancelled/rows.jsonl")).count('\n'), kept);
  QVERIFY(!r.rows.empty());
  QCOMPARE(run(s).samples.size(), size_t(44));
}

void TestEvalGrid::headsAndKvpressFolders() {
  EvalSpec s = spec();
  s.tasks = {"kld", "kv"};
  s.lengths = {260};
  s.seeds = 1;
  s.methods = {"knorm"};
  s.ratios = {.5};
  s.heads = true;
  s.outDir = m_dir.filePath("heads").toStdString();
  const EvalResult r = run(s);
  QVERIFY2(r.exitCode == 0, r.error.c_str());
  QCOMPARE(r.heads.size(), size_t(2 * 4 * 4));  // tasks, methods that compress, heads
  for (const EvalHeadRow& h : r.heads) {
    QVERIFY(h.outputError >= 0 && h.attentionKept >= 0 && h.attentionKept <= 1 + 1e-9);
    if (h.method == "knorm(ratio=0.5)") QCOMPARE(h.keptShare, .5);
  }
  // The mean over heads of equal weight is the sample's own share.
  double sum = 0;
  for (const EvalHeadRow& h : r.heads)
    if (h.task == "kld" && h.method == "knorm(ratio=0.5)") sum += h.attentionKept / 4;
  for (const EvalRow& row : r.rows)
    if (row.task == "kld" && row.method == "knorm(ratio=0.5)") QVERIFY(std::fabs(row.attentionKept - sum) < 1e-5);
  QVERIFY(bytesOf(m_dir.filePath("heads/heads.csv")).startsWith("task,method,length"));
  const QDir kvpress(m_dir.filePath("heads/kvpress"));
  const QStringList folders = kvpress.entryList(QDir::Dirs | QDir::NoDotAndDotDot);
  QCOMPARE(folders.size(), 5);
  QVERIFY(folders.contains(QLatin1String("ruler__260__Tiny-Llama-for-tests__knorm__0.50")));
  for (const QString& f : folders) {
    QVERIFY(bytesOf(kvpress.filePath(f + "/config.yaml")).contains("press_name: "));
    QVERIFY(bytesOf(kvpress.filePath(f + "/metrics.json")).contains("\"string_match\""));
    QVERIFY(bytesOf(kvpress.filePath(f + "/predictions.csv")).contains("predicted_answer"));
  }
  QCOMPARE(readEvalFolder(s.outDir).heads.size(), r.heads.size());
}

void TestEvalGrid::refusals() {
  const auto why = [&](auto&& change) {
    EvalSpec s = spec();
    change(s);
    const EvalResult r = run(s);
    return std::to_string(r.exitCode) + " " + r.error;
  };
  const auto has = [](const std::string& text, const char* part) { return text.find(part) != std::string::npos; };
  QVERIFY(has(why([](EvalSpec& s) { s.tasks = {"nope"}; }), "2 task \"nope\""));
  QVERIFY(has(why([](EvalSpec& s) { s.lengths = {513}; }), "2 length 513"));
  QVERIFY(has(why([](EvalSpec& s) {
                s.tasks = {"kv"};
                s.lengths = {500};
              }),
              "positions"));
  QVERIFY(has(why([](EvalSpec& s) { s.methods = {"knorm(ratio=2)"}; }), "2 "));
  QVERIFY(has(why([](EvalSpec& s) { s.text = "short"; }), "2 task ppl: the text has"));
  QVERIFY(has(why([](EvalSpec& s) { s.tasks = {}; }), "no task"));
  QVERIFY(has(why([](EvalSpec& s) { s.outDir = "/proc/no/such"; }), "3 "));
  QVERIFY(has(why([](EvalSpec& s) { s.model.path = "/no/such.gguf"; }), "no/such.gguf"));
}

QTEST_APPLESS_MAIN(TestEvalGrid)
#include "tst_eval_grid.moc"
