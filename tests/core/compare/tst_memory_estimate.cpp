// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What is told before a run against what the run then takes.
#include <cmath>

#include "compare_test.h"
#include "core/api/lab.h"
#include "core/api/memory_estimate.h"
#include "core/compare/memory_probe.h"
#include "core/methods/press_table.h"

using namespace presslab;
using namespace presslab::test;

class TestMemoryEstimate : public QObject {
  Q_OBJECT
  static constexpr int kNew = 16;
  static double off(int64_t estimate, int64_t measured) { return std::abs(double(estimate) - double(measured)) / double(measured); }
  static MethodRun runOf(LoadedModel& model, const std::string& method, int tokens) {
    PromptIds prompt;
    for (int i = 0; i < tokens; ++i) prompt.context.push_back((i * 37 + 11) % (model.backend->config().vocab - 10));
    prompt.question = {1};
    const PressPtr press = makePress(method);
    MethodJob job;
    job.prompt = &prompt;
    job.newTokens = kNew;
    job.run.shape = model.backend->shape();
    job.run.tokens = tokens;
    press->begin(job.run);
    MethodRun run;
    runMethod(model, *press, job, {}, {}, run);
    return run;
  }
  static QString modelPath() {
    const QString path = QStringLiteral(PRESSLAB_BIN_DIR "/../models/SmolLM2-135M-Instruct.Q4_1.gguf");
    return QFile::exists(path) ? path : QString();
  }
  static int64_t processPeak() {
    QFile f(QStringLiteral("/proc/self/status"));
    if (!f.open(QIODevice::ReadOnly)) return 0;
    for (const QByteArray& line : f.readAll().split('\n'))
      if (line.startsWith("VmHWM:")) return line.mid(6).trimmed().split(' ').value(0).toLongLong() * 1024;
    return 0;
  }

 private Q_SLOTS:
  // First: later tests leave room in the heap that this one would not have to ask for.
  void defaultModelWithinFivePerCent() {
    ModelSpec spec;
    spec.path = modelPath().toStdString();
    spec.threads = 2;
    if (spec.path.empty()) QSKIP("no default model");
    const ModelFootprint footprint = modelFootprint(spec);
    trimHeap();
    const int64_t before = residentBytes();
    if (before == 0) QSKIP("no /proc");
    const auto model = loadModel(spec, {}, {});
    trimHeap();
    QCOMPARE(footprint.weightBytes, model->backend->weightBytes());
    const int64_t loaded = residentBytes() - before;
    const std::vector<std::string> methods{"none", "knorm(ratio=0.5)", "snapkv(ratio=0.5)", "expected_attention(ratio=0.3)",
                                           "streaming_llm(ratio=0.7)"};
    const MemoryEstimate e = estimateMemory(footprint, methods, 2000, kNew);
    qInfo("loaded: told %.1f MiB, measured %.1f MiB", double(e.loadedBytes) / 1048576, double(loaded) / 1048576);
    QVERIFY(off(e.loadedBytes, loaded) < .05);
    for (const MethodMemory& m : e.methods) {
      const MethodRun run = runOf(*model, m.method, 2000);
      const int64_t told = e.loadedBytes + m.peakBytes(), measured = run.metrics.rssBefore - before + run.metrics.memPeakBytes;
      qInfo("%s: told %.1f MiB, measured %.1f MiB", m.method.c_str(), double(told) / 1048576, double(measured) / 1048576);
      QVERIFY2(off(told, measured) < .05, m.method.c_str());
      QVERIFY2(off(m.kvBytes, run.metrics.kvBytes) < .002, m.method.c_str());
      QVERIFY2(off(m.kvBytesPeak, run.metrics.kvBytesPeak) < .002, m.method.c_str());
    }
  }

  void wholeComparisonWithinFivePerCent() {
    if (modelPath().isEmpty()) QSKIP("no default model");
    QTemporaryDir dir;
    ownFolders(dir);
    CompareSpec spec;
    spec.model.path = modelPath().toStdString();
    spec.model.threads = 2;
    spec.prompt.contextTokens = 3000;
    spec.prompt.question = "What is this about?";
    spec.methods = {"none", "duo(ratio=0.5)", "eplb_duo(ratio=0.5)"};
    spec.maxNewTokens = kNew;
    spec.outDir = dir.filePath("run").toStdString();
    const MemoryEstimate e = estimateMemory(modelFootprint(spec.model), spec.methods, 3000, kNew);
    for (const MethodMemory& m : e.methods) QVERIFY2(m.error.empty(), m.error.c_str());
    trimHeap();
    const int64_t before = residentBytes();
    QFile reset(QStringLiteral("/proc/self/clear_refs"));
    if (!reset.open(QIODevice::WriteOnly) || reset.write("5") != 1 || !reset.flush()) QSKIP("no counter of the resident peak");
    Lab lab;
    const RunOutcome outcome = lab.compare(spec, {}, {});
    QCOMPARE(outcome.exitCode, 0);
    const int64_t measured = processPeak() - before;
    qInfo("comparison: told %.1f MiB, measured %.1f MiB", double(e.peakBytes()) / 1048576, double(measured) / 1048576);
    QVERIFY(off(e.peakBytes(), measured) < .05);
  }

  // Of a model this small most of a process is not the model: what the engine counts itself is compared.
  void tinyModelAsTheEngineCounts() {
    for (const Precision precision : {Precision::Exact, Precision::Fast}) {
      const auto model = tinyModel(precision);
      const ModelFootprint footprint = modelFootprint(tinySpec(precision));
      QCOMPARE(footprint.weightBytes, model->backend->weightBytes());
      const std::vector<std::string> methods{"none", "snapkv(ratio=0.5)", "expected_attention(ratio=0.25)"};
      for (const MethodMemory& m : estimateMemory(footprint, methods, 400, kNew).methods) {
        const MethodRun run = runOf(*model, m.method, 400);
        const int64_t page = 4096;
        QVERIFY(std::llabs(m.kvBytes - run.metrics.kvBytes) <= page);
        QVERIFY(std::llabs(m.kvBytesPeak - run.metrics.kvBytesPeak) <= page);
        QVERIFY(m.scratchBytes >= run.metrics.scratchBytes);  // and the room of the kernels
        QVERIFY(m.scratchBytes < run.metrics.scratchBytes + 400 * 2 * 2 * 16 * 4 + 256 * 256 * 2);
      }
    }
  }

  void methodsThatCannotRunSayWhy() {
    const ModelFootprint footprint = modelFootprint(tinySpec());
    const MemoryEstimate tooLong = estimateMemory(footprint, {"none"}, footprint.info.contextLength + 1, 1);
    QVERIFY(tooLong.methods[0].error.find("positions") != std::string::npos);
    QCOMPARE(tooLong.methods[0].peakBytes(), int64_t(0));
    QVERIFY(!estimateMemory(footprint, {"snapki"}, 100, 1).methods[0].error.empty());
  }

  void whatDoesNotFitIsTold() {
    MemoryEstimate e = estimateMemory(modelFootprint(tinySpec()), {"none"}, 100, 1);
    QVERIFY(e.availableBytes > 0);
    e.availableBytes = e.peakBytes() - 1;
    QVERIFY(!e.fits());
    e.availableBytes = e.peakBytes();
    QVERIFY(e.fits());
    e.availableBytes = 0;  // not known: nothing is claimed
    QVERIFY(e.fits());
  }
};

QTEST_APPLESS_MAIN(TestMemoryEstimate)
#include "tst_memory_estimate.moc"
