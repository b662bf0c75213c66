// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <algorithm>
#include <cmath>

#include "core/api/lab.h"
#include "core/compare/comparison_spec.h"

using namespace presslab;
using namespace presslab::test;

class TestComparison : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;
  std::unique_ptr<LoadedModel> m_model;
  std::vector<RunEvent> m_events;

  Comparison run(const CompareSpec& spec, std::stop_token stop = {}, const EventSink& also = {}) {
    m_events.clear();
    return runComparison(
        *m_model, spec,
        [&](const RunEvent& e) {
          m_events.push_back(e);
          if (also) also(e);
        },
        stop);
  }
  int find(EventKind kind, int method = -2) const {
    for (size_t i = 0; i < m_events.size(); ++i)
      if (m_events[i].kind == kind && (method == -2 || m_events[i].method == method)) return int(i);
    return -1;
  }

 private Q_SLOTS:
  void initTestCase() {
    ownFolders(m_dir);
    m_model = tinyModel();
  }
  void baselineIsExactlyItself();
  void stampSaysWhoAndWhat();
  void eventsComeInOrder();
  void baselineIsAddedInFront();
  void unknownMethodsAreRefusedAtOnce();
  void oneFailedMethodLeavesTheOthers();
  void onlyFailuresFail();
  void repeatsHaveTheirSpread();
  void sampledBaselineIsHeldToGreedy();
  void textContinuation();
  void equalBytesAndEqualQuality();
  void withoutQuality();
  void raceEqualsTimedRun();
  void raceHasNoRepeats();
  void cancelKeepsWhatIsFinished_data();
  void cancelKeepsWhatIsFinished();
};

void TestComparison::raceEqualsTimedRun() {
  CompareSpec spec = smallSpec();
  spec.methods = {"none", "duo(ratio=0.5)", "eplb_duo(ratio=0.5)", "snapkv(ratio=0.25)"};
  const Comparison timed = run(spec);
  spec.mode = RunMode::Race;
  const Comparison race = run(spec);
  QCOMPARE(race.mode, std::string("race"));
  QCOMPARE(timed.mode, std::string("timed"));
  QCOMPARE(race.methods.size(), timed.methods.size());
  for (size_t i = 0; i < race.methods.size(); ++i) {
    const MethodMetrics &a = race.methods[i], &b = timed.methods[i];
    QCOMPARE(a.ids, b.ids);
    QCOMPARE(a.kvBytes, b.kvBytes);
    QCOMPARE(a.kvBytesEnd, b.kvBytesEnd);
    QCOMPARE(a.quality.kldMean, b.quality.kldMean);
    for (size_t h = 0; h < a.heads.size(); ++h) QCOMPARE(a.heads[h].positions, b.heads[h].positions);
    QVERIFY(a.decodeTokS == 0 && a.timeS == 0 && a.prefillMs == 0 && std::isnan(a.compressMs) && a.kvBytesPeak == 0);  // not measured
  }
  for (const Improvement& i : race.improvements) QVERIFY(std::isnan(i.speedPct) && std::isnan(i.timePct));
  // Side by side: the second token of the last lane comes before the third of the first.
  std::vector<std::pair<int, int>> order;
  for (const RunEvent& e : m_events)
    if (e.kind == EventKind::Token) order.emplace_back(e.step, e.method);
  QCOMPARE(order.size(), size_t{24});
  QVERIFY(std::is_sorted(order.begin(), order.end()));
}

void TestComparison::raceHasNoRepeats() {
  CompareSpec spec = smallSpec();
  spec.mode = RunMode::Race;
  spec.repeat = 2;
  QVERIFY(refusal([&] { run(spec); }).names("race"));
}

void TestComparison::baselineIsExactlyItself() {
  const Comparison c = run(smallSpec());
  QCOMPARE(c.methods.size(), size_t{3});
  const QualityMetrics& none = c.methods[0].quality;
  QVERIFY(none.measured && none.kldMean == 0 && none.kldMedian == 0 && none.kldP99 == 0 && none.top1Agree == 1 && none.nllDelta == 0);
  QVERIFY(none.attentionKept == 1);
  for (size_t i = 1; i < 3; ++i) {
    const MethodMetrics& m = c.methods[i];
    QVERIFY(m.quality.measured && m.quality.kldMean > 0 && m.quality.attentionKept > 0 && m.quality.attentionKept < 1);
    QCOMPARE(m.quality.kldByPosition.size(), size_t{5});
    QCOMPARE(m.decodeMs.size(), size_t{5});
    QCOMPARE(m.kvBytes, c.methods[1].kvBytes);  // duo and eplb_duo hold equal bytes
    QVERIFY(m.kvBytes <= c.methods[0].kvBytesFull / 2 + 4096);
    for (const HeadMetrics& h : m.heads) QVERIFY(h.attentionKept > 0 && h.attentionKept <= 1);
    QVERIFY(m.boundMs > 0 && m.boundMs < c.methods[0].boundMs);
    QVERIFY(!m.calibration.empty());
  }
  QVERIFY(c.methods[0].calibration.empty());
  QCOMPARE(c.methods[2].experts.size(), size_t{8});  // 2 layers of 4
  QCOMPARE(c.methods[2].balance.size(), size_t{2});
  QCOMPARE(c.improvements.size(), size_t{3});
  QCOMPARE(c.claims.size(), size_t{8});
  QVERIFY(!c.verdict.empty() && !c.cancelled);
}

void TestComparison::stampSaysWhoAndWhat() {
  CompareSpec spec = smallSpec();
  spec.commandLine = "presslab-cli compare";
  spec.methods = {"none"};
  const Comparison c = run(spec);
  const Stamp& s = c.stamp;
  QCOMPARE(s.program, std::string("PressLab"));
  QVERIFY(!s.version.empty() && !s.commit.empty() && !s.modelHash.empty() && !s.promptHash.empty() && !s.cpu.empty());
  QCOMPARE(s.commandLine, spec.commandLine);
  QCOMPARE(s.precision, std::string("exact"));
  QCOMPARE(s.kvType, std::string("f32"));
  QCOMPARE(s.attention, std::string("flash"));
  QCOMPARE(s.threads, 2);
  QVERIFY(s.layers == 2 && s.kvHeads == 2 && s.headDim == 16 && s.contextLength == 512 && s.weightBytes > 0);
  QVERIFY(s.bandwidthGBs > 0);
  QCOMPARE(c.contextTokens, int64_t{200});
  QCOMPARE(c.contextIds.size(), size_t{200});
  QVERIFY(!c.contextHead.empty());
  QCOMPARE(c.question, std::string(kDefaultQuestion));
  const Comparison again = run(spec);
  QVERIFY(again.id != c.id);
  QCOMPARE(again.stamp.promptHash, s.promptHash);
  QCOMPARE(again.methods[0].ids, c.methods[0].ids);
}

void TestComparison::eventsComeInOrder() {
  const Comparison c = run(smallSpec());
  QCOMPARE(int(m_events.front().kind), int(EventKind::RunStarted));
  QCOMPARE(m_events.front().text, c.id);
  QVERIFY(m_events.front().comparison && m_events.front().comparison->contextTokens == 200);
  QCOMPARE(int(m_events.back().kind), int(EventKind::RunFinished));
  QVERIFY(m_events.back().comparison && m_events.back().comparison->methods.size() == 3);
  int last = -1;
  for (int m = 0; m < 3; ++m) {
    const int done = find(EventKind::MethodFinished, m);
    QVERIFY(done > last);
    QVERIFY(m_events[size_t(done)].result != nullptr);
    int appended = 0, layers = 0, tokens = 0;
    double progress = 0;
    Phase phase = Phase::Load;
    for (int i = last + 1; i < done; ++i) {
      const RunEvent& e = m_events[size_t(i)];
      if (e.method != m) continue;
      if (e.kind == EventKind::PhaseStarted) {
        phase = e.phase;
        progress = 0;
      }
      if (e.kind == EventKind::PhaseProgress) {
        QVERIFY(e.phase == phase && e.progress >= progress && e.progress <= 1);
        progress = e.progress;
      }
      if (e.kind == EventKind::LayerAppended) QCOMPARE(e.layer, appended++);
      if (e.kind == EventKind::LayerDone) {
        QCOMPARE(e.layer, layers++);
        QCOMPARE(appended, layers);
        QCOMPARE(e.heads.size(), size_t{2});
        QCOMPARE(e.experts.size(), size_t(m == 2 ? 4 : 0));
      }
      if (e.kind == EventKind::Token) {
        QCOMPARE(e.step, tokens);
        QCOMPARE(e.tokenId, c.methods[size_t(m)].ids[size_t(tokens++)]);
        QVERIFY(e.kvBytes > 0 && e.boundMs > 0);
      }
    }
    QCOMPARE(layers, 2);
    QCOMPARE(tokens, 6);
    last = done;
  }
  // Untimed passes come after the last timed method.
  int quality = 0;
  for (int i = 0; i < int(m_events.size()); ++i)
    if (isPhase(m_events[size_t(i)], EventKind::PhaseStarted, Phase::Quality) ||
        isPhase(m_events[size_t(i)], EventKind::PhaseStarted, Phase::Attention)) {
      QVERIFY(i > last);
      ++quality;
    }
  QCOMPARE(quality, 5);  // the full cache, three methods, attention
}

void TestComparison::baselineIsAddedInFront() {
  CompareSpec spec = smallSpec();
  spec.methods = {"knorm(ratio=0.5)"};
  const Comparison c = run(spec);
  QCOMPARE(c.methods.size(), size_t{2});
  QCOMPARE(c.methods[0].method, std::string("none"));
  QCOMPARE(c.methods[1].method, std::string("knorm(ratio=0.5)"));
}

void TestComparison::unknownMethodsAreRefusedAtOnce() {
  CompareSpec spec = smallSpec();
  spec.methods = {"none", "nosuchpress(ratio=0.5)"};
  QCOMPARE(refusal([&] { run(spec); }).code, 2);
  QVERIFY(m_events.empty());
  spec = smallSpec();
  spec.maxNewTokens = 0;
  QCOMPARE(refusal([&] { run(spec); }).code, 2);
  spec = smallSpec();
  spec.repeat = 0;
  QCOMPARE(refusal([&] { run(spec); }).code, 2);
}

void TestComparison::oneFailedMethodLeavesTheOthers() {
  CompareSpec spec = smallSpec();
  spec.methods = {"none", "duo(ratio=0.95)", "knorm(ratio=0.5)"};
  const Comparison c = run(spec);
  QCOMPARE(c.methods.size(), size_t{3});
  QVERIFY(c.methods[1].failed && !c.methods[1].error.empty() && !c.methods[1].quality.measured);
  QVERIFY(!c.methods[2].failed && c.methods[2].quality.measured);
  QCOMPARE(c.improvements.size(), size_t{1});
  QVERIFY(m_events[size_t(find(EventKind::MethodFinished, 1))].result->failed);
  Lab lab;
  const RunOutcome outcome = lab.compare(spec, {}, {});
  QCOMPARE(int(outcome.status), int(RunOutcome::Status::Done));
  QCOMPARE(outcome.exitCode, 2);  // told to scripts, although the others are there
  QVERIFY(outcome.comparison && outcome.comparison->methods.size() == 3);
}

void TestComparison::onlyFailuresFail() {
  CompareSpec spec = smallSpec();
  spec.methods = {"duo(ratio=0.95)"};
  Lab lab;
  const RunOutcome outcome = lab.compare(spec, {}, {});
  QCOMPARE(int(outcome.status), int(RunOutcome::Status::Failed));
  QCOMPARE(outcome.exitCode, 2);
  QVERIFY(outcome.error.find("duo(ratio=0.95)") != std::string::npos);
  QVERIFY(outcome.comparison && !outcome.comparison->methods[0].failed);
}

void TestComparison::repeatsHaveTheirSpread() {
  CompareSpec spec = smallSpec();
  spec.methods = {"none", "knorm(ratio=0.5)"};
  spec.repeat = 3;
  const Comparison c = run(spec);
  for (const MethodMetrics& m : c.methods) {
    QCOMPARE(m.decodeTokSSpread.median, m.decodeTokS);
    QVERIFY(m.decodeTokSSpread.min <= m.decodeTokS && m.decodeTokS <= m.decodeTokSSpread.max);
    QVERIFY(m.prefillTokSSpread.min > 0 && m.ttftSpread.min > 0);
    QCOMPARE(m.decodeMs.size(), size_t{5});
  }
  int finished = 0, highest = 0;
  for (const RunEvent& e : m_events) {
    finished += e.kind == EventKind::MethodFinished;
    highest = std::max(highest, e.repeat);
  }
  QCOMPARE(finished, 2);
  QCOMPARE(highest, 2);
}

void TestComparison::sampledBaselineIsHeldToGreedy() {
  CompareSpec spec = smallSpec();
  const Comparison greedy = run(spec);
  spec.sampling.temperature = 2;
  const Comparison sampled = run(spec);
  QVERIFY(sampled.methods[0].ids != greedy.methods[0].ids);
  QCOMPARE(sampled.methods[1].quality.kldByPosition, greedy.methods[1].quality.kldByPosition);
}

void TestComparison::textContinuation() {
  CompareSpec spec = smallSpec();
  spec.continuationFromText = true;
  const Comparison c = run(spec);
  QCOMPARE(c.contextTokens, int64_t{200});
  QCOMPARE(c.questionTokens, int64_t{0});
  QVERIFY(c.methods[0].quality.kldMean == 0 && c.methods[1].quality.kldMean > 0);
}

void TestComparison::equalBytesAndEqualQuality() {
  CompareSpec spec = smallSpec();
  spec.methods = {"none", "streaming_llm(ratio=0.6)", "knorm(ratio=0.1)"};
  spec.match = Match::Bytes;
  Comparison c = run(spec);
  QCOMPARE(c.match, std::string("bytes"));
  QCOMPARE(c.methods[2].kvBytes, c.methods[1].kvBytes);
  spec.match = Match::Quality;
  spec.methods[2] = "snapkv(ratio=0.1)";
  c = run(spec);
  QCOMPARE(c.match, std::string("quality"));
  QVERIFY(find(EventKind::Note) >= 0);
  const bool met = c.methods[2].quality.kldMean <= c.methods[1].quality.kldMean;
  QVERIFY(met || std::fabs(c.methods[2].ratioRequested - .05) < 1e-9);
}

void TestComparison::withoutQuality() {
  CompareSpec spec = smallSpec();
  spec.quality = false;
  const Comparison c = run(spec);
  for (const MethodMetrics& m : c.methods) QVERIFY(!m.quality.measured && m.quality.attentionKept < 0 && m.kvBytes > 0);
}

void TestComparison::cancelKeepsWhatIsFinished_data() {
  QTest::addColumn<int>("kind");
  QTest::addColumn<int>("phase");
  QTest::addColumn<int>("method");
  QTest::addColumn<int>("rows");
  const auto row = [](const char* name, EventKind kind, Phase phase, int method, int rows) {
    QTest::newRow(name) << int(kind) << int(phase) << method << rows;
  };
  row("at the start", EventKind::RunStarted, Phase::Load, -1, 0);
  row("prefill of the baseline", EventKind::LayerAppended, Phase::Prefill, 0, 1);
  row("decode of the baseline", EventKind::Token, Phase::Decode, 0, 1);
  row("prefill of the last", EventKind::LayerAppended, Phase::Prefill, 2, 3);
  row("decode of the last", EventKind::Token, Phase::Decode, 2, 3);
  row("quality", EventKind::PhaseProgress, Phase::Quality, 1, 3);
  row("attention", EventKind::PhaseStarted, Phase::Attention, -1, 3);
}

void TestComparison::cancelKeepsWhatIsFinished() {
  QFETCH(int, kind);
  QFETCH(int, phase);
  QFETCH(int, method);
  QFETCH(int, rows);
  std::stop_source stop;
  const Comparison c = run(smallSpec(), stop.get_token(), [&](const RunEvent& e) {
    if (int(e.kind) == kind && int(e.phase) == phase && e.method == method) stop.request_stop();
  });
  QVERIFY(c.cancelled);
  QCOMPARE(int(c.methods.size()), rows);
  QCOMPARE(int(m_events.back().kind), int(EventKind::RunFinished));
  QVERIFY(m_events.back().comparison->cancelled);
  const bool timed = phase == int(Phase::Prefill) || phase == int(Phase::Decode);
  for (int i = 0; i < rows; ++i) {
    const MethodMetrics& m = c.methods[size_t(i)];
    QCOMPARE(m.cancelled, timed && i == rows - 1);
    if (!m.cancelled) QCOMPARE(m.ids.size(), size_t{6});
    if (m.cancelled && phase == int(Phase::Decode)) QCOMPARE(m.ids.size(), size_t{1});
  }
  if (phase == int(Phase::Attention)) QVERIFY(c.methods[2].quality.measured);
  if (phase == int(Phase::Quality)) QVERIFY(c.methods[0].quality.measured && !c.methods[2].quality.measured);
}

QTEST_APPLESS_MAIN(TestComparison)
#include "tst_comparison.moc"
