// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/cache/page_arena.h"
#include "core/compare/compare_test.h"
#include "core/compare/memory_probe.h"

using namespace presslab;
using namespace presslab::test;

namespace {

constexpr int kContext = 300, kNew = 8;
constexpr int64_t kRow = int64_t{2} * 16 * 4;  // K and V of a head-token in float32

PromptIds promptOf(const LoadedModel& model, int tokens = kContext) {
  PromptSpec spec;
  spec.contextTokens = tokens;
  return buildPromptIds(model, spec, kDefaultQuestion, kNew);
}

/// Fails in the given layer.
class Broken : public Press {
 public:
  std::string spec() const override { return "broken"; }
  int64_t predictKept(const RunContext& run) const override { return run.shape.heads() * run.tokens; }
  std::vector<std::string> begin(const RunContext&) override { return {"a note"}; }
  LayerKeep keep(const LayerTrace&) override { throw Failure(ErrorCode::Failed, "broken on purpose"); }
};

}  // namespace

class TestMethodRun : public QObject {
  Q_OBJECT
  std::unique_ptr<LoadedModel> m_model;

  MethodRun run(const std::string& spec, MethodJob job = {}, const MethodHooks& hooks = {}) {
    const PromptIds prompt = promptOf(*m_model);
    if (!job.prompt) job.prompt = &prompt;
    if (job.newTokens == 64) job.newTokens = kNew;
    MethodRun run;
    runMethod(*m_model, *makePress(spec), job, hooks, {}, run);
    return run;
  }

 private Q_SLOTS:
  void initTestCase() { m_model = tinyModel(); }
  void baselineHoldsEverything();
  void bytesAreThoseOfKeptTokens();
  void threeRatios();
  void everyTokenHasItsTime();
  void hooksComeInOrder();
  void decodingDoesNotGrowTheStorage();
  void compressedCopyIsAsItWas();
  void endOfTextStopsOnlyWhenAsked();
  void withoutNewTokens();
  void cancelLeavesWhatWasMeasured();
  void failureIsTold();
  void sampledRunsRepeat();
  void residentMemoryIsRead();
};

void TestMethodRun::baselineHoldsEverything() {
  const MethodMetrics m = run("none").metrics;
  QCOMPARE(m.method, std::string("none"));
  QVERIFY(!m.label.empty());
  QCOMPARE(m.contextTokens, int64_t{kContext});
  QVERIFY(m.questionTokens > 0);
  QCOMPARE(m.kvBytesFull, kRow * 4 * kContext);
  QCOMPARE(m.kvBytesPredicted, m.kvBytesFull);
  QVERIFY(m.kvBytes >= m.kvBytesFull && m.kvBytes < m.kvBytesFull + 4096);
  QCOMPARE(m.heads.size(), size_t{4});
  for (const HeadMetrics& h : m.heads) {
    QVERIFY(h.kind == HeadKind::Full && h.kept == kContext && h.total == kContext && h.bytes == kRow * kContext);
    QCOMPARE(h.positions.size(), size_t(kContext));
    QCOMPARE(h.positions.back(), kContext - 1);
  }
  QCOMPARE(m.compressMs, 0.0);
  QCOMPARE(m.kvBytesEnd, m.kvBytesByToken.back());
  QVERIFY(m.kvBytesEnd > m.kvBytes);
}

void TestMethodRun::bytesAreThoseOfKeptTokens() {
  for (const char* spec : {"knorm(ratio=0.5)", "snapkv(ratio=0.3)", "streaming_llm(ratio=0.7)", "duo(ratio=0.5)", "eplb_duo(ratio=0.5)"}) {
    const MethodMetrics m = run(spec).metrics;
    const int64_t kept = std::accumulate(m.heads.begin(), m.heads.end(), int64_t{0}, [](int64_t n, const HeadMetrics& h) { return n + h.kept; });
    QCOMPARE(m.kvBytesPredicted, kRow * kept);
    QVERIFY2(m.kvBytes >= kRow * kept && m.kvBytes < kRow * kept + 4096, spec);  // a page at most
    QVERIFY(m.kvBytesPeak <= m.kvBytes + m.kvBytesFull / 2 + 4096);              // the result and one whole layer of two
    for (const HeadMetrics& h : m.heads) {
      QCOMPARE(int64_t(h.positions.size()), h.kept);
      QCOMPARE(h.bytes, kRow * h.kept);
      QVERIFY(std::is_sorted(h.positions.begin(), h.positions.end()));
    }
  }
}

void TestMethodRun::threeRatios() {
  const MethodMetrics m = run("knorm(ratio=0.33)").metrics;
  QCOMPARE(m.ratioRequested, .33);
  QCOMPARE(m.ratioEffective, 1 - 200.0 / kContext);  // int(300 * (1 - .33)) in IEEE double
  QCOMPARE(m.ratioMeasured, 1 - double(m.kvBytes) / double(m.kvBytesFull));
  QVERIFY(std::fabs(m.ratioMeasured - m.ratioEffective) < 4096.0 / double(m.kvBytesFull));
}

void TestMethodRun::everyTokenHasItsTime() {
  const MethodMetrics m = run("duo(ratio=0.5)").metrics;
  QCOMPARE(m.newTokens, int64_t{kNew});
  QCOMPARE(m.ids.size(), size_t{kNew});
  QCOMPARE(m.pieces.size(), size_t{kNew});
  QCOMPARE(m.kvBytesByToken.size(), size_t{kNew});
  QCOMPARE(m.decodeMs.size(), size_t{kNew - 1});
  const double total = std::accumulate(m.decodeMs.begin(), m.decodeMs.end(), 0.0);
  QVERIFY(std::fabs(m.decodeTokS - 7000 / total) < 1e-9);
  QVERIFY(std::fabs(m.ttftMs - (m.tokenizeMs + m.prefillMs + m.compressMs + m.firstTokenMs)) < 1e-9);
  QVERIFY(std::fabs(m.timeS - (m.ttftMs + total) / 1000) < 1e-9);
  QVERIFY(std::fabs(m.prefillTokS - kContext * 1000 / m.prefillMs) < 1e-6);
  QVERIFY(m.decodeP50Ms > 0 && m.decodeP95Ms >= m.decodeP50Ms);
  // Layers twice (whole, then cut), then the tokens.
  QCOMPARE(m.memory.size(), size_t{4 + kNew});
  QVERIFY(m.memory[0].layer == 0 && m.memory[3].layer == 1 && m.memory[4].token == 0 && m.memory.back().token == kNew - 1);
  for (size_t i = 1; i < m.memory.size(); ++i) QVERIFY(m.memory[i].seconds >= m.memory[i - 1].seconds);
}

void TestMethodRun::hooksComeInOrder() {
  std::string seen;
  MethodHooks hooks;
  hooks.phaseStarted = [&](Phase p) { seen += p == Phase::Prefill ? "(P" : p == Phase::Compress ? "(C" : "(D"; };
  hooks.phaseFinished = [&](Phase p, double ms) {
    QVERIFY(ms >= 0);
    seen += p == Phase::Prefill ? "P)" : p == Phase::Compress ? "C)" : "D)";
  };
  hooks.prefill.appended = [&](int layer, int64_t) { seen += "a" + std::to_string(layer); };
  hooks.prefill.compressed = [&](int layer, int64_t, const LayerKeep&) { seen += "c" + std::to_string(layer); };
  hooks.token = [&](int step, int32_t, const std::string&, double ms, int64_t bytes) {
    QVERIFY((step == 0) == (ms == 0));  // the first token's time is the first-token time, no decode
    QVERIFY(bytes > 0);
    seen += "t";
  };
  run("knorm(ratio=0.5)", {}, hooks);
  QCOMPARE(seen, std::string("(Pa0c0a1c1P)(CC)(D" + std::string(kNew, 't') + "D)"));
}

void TestMethodRun::decodingDoesNotGrowTheStorage() {
  const MethodMetrics m = run("none").metrics;
  const int64_t perToken = kRow * 4;
  QVERIFY(m.kvBytesReserved >= perToken * (kNew - 1));
  for (size_t i = 1; i < m.kvBytesByToken.size(); ++i) QCOMPARE(m.kvBytesByToken[i] - m.kvBytesByToken[i - 1], perToken);
}

void TestMethodRun::compressedCopyIsAsItWas() {
  MethodJob job;
  job.keepCompressed = true;
  const MethodRun r = run("knorm(ratio=0.5)", job);
  QVERIFY(r.compressed != nullptr);
  QCOMPARE(r.compressed->position(), int64_t{kContext});
  QCOMPARE(r.compressed->positions(1, 1), r.metrics.heads[3].positions);
  QCOMPARE(r.layers.size(), size_t{2});
  QCOMPARE(r.layers[1].heads[1].positions, r.metrics.heads[3].positions);
  QVERIFY(run("none").compressed == nullptr);
}

void TestMethodRun::endOfTextStopsOnlyWhenAsked() {
  // The tiny model speaks at random: a seed whose sample has the end of text early is searched for.
  MethodJob job;
  job.newTokens = 120;
  job.sampling.temperature = 3;
  MethodMetrics whole;
  for (job.sampling.seed = 0; job.sampling.seed < 200; ++job.sampling.seed) {
    whole = run("none", job).metrics;
    if (whole.eosAt >= 0 && whole.eosAt < 100) break;
  }
  QVERIFY(whole.eosAt >= 0);
  QCOMPARE(whole.ids.size(), size_t{120});
  QVERIFY(m_model->tokenizer->isEndOfGeneration(whole.ids[size_t(whole.eosAt)]));
  job.stopAtEos = true;
  const MethodMetrics cut = run("none", job).metrics;
  QCOMPARE(cut.eosAt, whole.eosAt);
  QCOMPARE(int(cut.ids.size()), whole.eosAt + 1);
}

void TestMethodRun::withoutNewTokens() {
  MethodJob job;
  job.newTokens = 0;
  const MethodMetrics m = run("knorm(ratio=0.5)", job).metrics;
  QVERIFY(m.ids.empty() && m.decodeMs.empty() && m.text.empty());
  QVERIFY(m.kvBytes > 0 && m.kvBytesEnd == m.kvBytes && m.heads.size() == 4);
}

void TestMethodRun::cancelLeavesWhatWasMeasured() {
  const PromptIds prompt = promptOf(*m_model);
  MethodJob job;
  job.prompt = &prompt;
  job.newTokens = kNew;
  const auto cancelled = [&](const std::function<void(MethodHooks&, std::stop_source&)>& arrange) {
    std::stop_source stop;
    MethodHooks hooks;
    arrange(hooks, stop);
    MethodRun r;
    const Refusal e = refusal([&] { runMethod(*m_model, *makePress("knorm(ratio=0.5)"), job, hooks, stop.get_token(), r); });
    [&] { QCOMPARE(e.code, int(ErrorCode::Cancelled)); }();
    return r.metrics;
  };
  MethodMetrics m = cancelled([](MethodHooks& h, std::stop_source& s) { h.prefill.appended = [&](int, int64_t) { s.request_stop(); }; });
  QVERIFY(m.cancelled && !m.failed && m.kvBytes == 0 && m.contextTokens == kContext);
  m = cancelled([](MethodHooks& h, std::stop_source& s) {
    h.phaseStarted = [&](Phase p) {
      if (p == Phase::Decode) s.request_stop();
    };
  });
  QVERIFY(m.cancelled && m.kvBytes > 0 && m.heads.size() == 4 && m.ids.empty() && m.prefillMs > 0);
  m = cancelled([](MethodHooks& h, std::stop_source& s) {
    h.token = [&](int step, int32_t, const std::string&, double, int64_t) {
      if (step == 3) s.request_stop();
    };
  });
  QVERIFY(m.cancelled);
  QCOMPARE(m.ids.size(), size_t{4});
  QCOMPARE(m.decodeMs.size(), size_t{3});
  QVERIFY(m.decodeTokS > 0);
}

void TestMethodRun::failureIsTold() {
  const PromptIds prompt = promptOf(*m_model);
  MethodJob job;
  job.prompt = &prompt;
  MethodRun r;
  Broken press;
  const Refusal e = refusal([&] { runMethod(*m_model, press, job, {}, {}, r); });
  QCOMPARE(e.code, 1);
  QVERIFY(r.metrics.failed && !r.metrics.cancelled);
  QCOMPARE(r.metrics.error, std::string("broken on purpose"));
  QCOMPARE(r.metrics.notes.front(), std::string("a note"));
  const Refusal refused = refusal([&] { runMethod(*m_model, *makePress("duo(ratio=0.95)"), job, {}, {}, r); });
  QVERIFY2(refused.code == 2 && r.metrics.failed, refused.text.c_str());
}

void TestMethodRun::sampledRunsRepeat() {
  MethodJob job;
  job.sampling.temperature = 1;
  job.sampling.seed = 7;
  const auto first = run("none", job).metrics.ids;
  QCOMPARE(run("none", job).metrics.ids, first);
  job.sampling.seed = 8;
  QVERIFY(run("none", job).metrics.ids != first);
}

void TestMethodRun::residentMemoryIsRead() {
  const int64_t before = residentBytes();
  QVERIFY(before > 0);
  MemoryProbe probe(*m_model->backend);
  PageFloats pages;
  constexpr size_t kFloats = size_t{16} << 20;
  pages.resize(kFloats);
  for (size_t i = 0; i < kFloats; i += 1024) pages.data()[i] = 1;
  probe.sample();
  pages.resize(0);
  QVERIFY(probe.peakAbove() > int64_t{60} << 20);  // of 64 MiB, gone again
  QVERIFY(residentBytes() - probe.before() < int64_t{16} << 20);
}

QTEST_APPLESS_MAIN(TestMethodRun)
#include "tst_method_run.moc"
