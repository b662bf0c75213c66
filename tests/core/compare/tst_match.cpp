// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/compare_test.h"
#include "core/compare/match.h"

using namespace presslab;
using namespace presslab::test;

namespace {

PromptIds promptOf(const LoadedModel& model) {
  PromptSpec spec;
  spec.contextTokens = 300;
  return buildPromptIds(model, spec, kDefaultQuestion, 12);
}

RunContext contextOf(const LoadedModel& model, int64_t tokens) {
  RunContext run;
  run.shape = model.backend->shape();
  run.tokens = tokens;
  return run;
}

}  // namespace

class TestMatch : public QObject {
  Q_OBJECT
  std::unique_ptr<LoadedModel> m_model;

 private Q_SLOTS:
  void initTestCase() { m_model = tinyModel(); }
  void ratioIsReplacedOrAdded();
  void ratioThatCannotBeSet();
  void equalBytes();
  void replayIsTheMethodsOwnCache();
  void replayQualityOfEverythingIsZero();
  void continuationCanBeGiven();
  void planOfARefusedPress();
  void equalQuality();
  void cancelled();
};

void TestMatch::ratioIsReplacedOrAdded() {
  QCOMPARE(withRatio("duo", .25), std::string("duo(ratio=0.25)"));
  QCOMPARE(withRatio("snapkv(window_size=64)", .25), std::string("snapkv(ratio=0.25,window_size=64)"));
  QCOMPARE(withRatio("snapkv(ratio=0.5,window_size=64)", .25), std::string("snapkv(ratio=0.25,window_size=64)"));
  QCOMPARE(withRatio("duo(sink=4,head_ratio=0.5)", .25), std::string("duo(sink=4,ratio=0.25)"));
  QCOMPARE(withRatio("adakv(snapkv(ratio=0.5),alpha_safeguard=0.2)", .25), std::string("adakv(snapkv(ratio=0.25),alpha_safeguard=0.2)"));
  QCOMPARE(withRatio("adakv(snapkv())", .25), std::string("adakv(snapkv(ratio=0.25))"));
  QCOMPARE(withRatio("adakv(snapkv)", .25), std::string("adakv(snapkv(ratio=0.25))"));
  QCOMPARE(withRatio("adakv(press=snapkv)", .25), std::string("adakv(press=snapkv(ratio=0.25))"));
  QCOMPARE(withRatio("adakv(snapkv,alpha_safeguard=0.1)", .25), std::string("adakv(snapkv(ratio=0.25),alpha_safeguard=0.1)"));
  QCOMPARE(withRatio("adakv(alpha_safeguard=0.1, snapkv (window_size=16))", .25),
           std::string("adakv(alpha_safeguard=0.1, snapkv (ratio=0.25,window_size=16))"));
  QCOMPARE(withRatio("chunk(criticalkv(snapkv))+kvq(bits=4)", .25), std::string("chunk(criticalkv(snapkv(ratio=0.25)))+kvq(bits=4)"));
  for (const char* spec : {"adakv(snapkv)", "adakv(press=snapkv)", "adakv(alpha_safeguard=0.1,snapkv(window_size=16))", "chunk(criticalkv(knorm))",
                           "key_rerotation( knorm )"})
    QCOMPARE(makePress(withRatio(spec, .25))->ratio(), .25);
}

void TestMatch::ratioThatCannotBeSet() {
  for (const char* spec : {"none", "eplb(ratio=0.35)+duo(ratio=0.15)", "eplb_duo(eplb_ratio=0.35,duo_ratio=0.15)"}) {
    const Refusal r = refusal([&] { withRatio(spec, .5); });
    QVERIFY2(r.code == 2 && r.names(spec), r.text.c_str());
  }
}

void TestMatch::equalBytes() {
  const RunContext run = contextOf(*m_model, 300);
  for (const char* reference : {"knorm(ratio=0.43)", "duo(ratio=0.37)"}) {
    const auto specs = matchBytes({"none", reference, "snapkv(ratio=0.8)", "eplb_duo(ratio=0.1)"}, run);
    QCOMPARE(specs[0], std::string("none"));
    QCOMPARE(specs[1], std::string(reference));
    const int64_t wanted = makePress(reference)->predictKept(run);
    for (size_t i = 2; i < 4; ++i) QCOMPARE(makePress(specs[i])->predictKept(run), wanted);
  }
  QCOMPARE(matchBytes({"none"}, run).size(), size_t{1});
  // Quantised rows, and layers that keep their window whatever a press does: bytes are met to a token a head.
  RunContext other = run;
  other.shape = {6, 2, 2, 64, 64, 256};
  const auto bytes = [&](const std::string& spec) { return makePress(spec)->predictBytes(other, other.shape.rowBytes); };
  for (const bool bounded : {false, true}) {
    if (bounded) {
      other.shape.bounded = {1, 1, 0, 1, 1, 0};
      other.shape.boundedWindow = 64;
    }
    const auto specs =
        matchBytes({"none", "knorm(ratio=0.8)", "snapkv(ratio=0.1,window_size=8)", "keydiff(ratio=0.5)+kvq(bits=4,residual=32)"}, other);
    QCOMPARE(bytes(specs[2]), bytes(specs[1]));
    QVERIFY(std::abs(bytes(specs[3]) - bytes(specs[1])) <= other.shape.heads() * 32 * other.shape.rowBytes / 2);
    QVERIFY(specs[3].find("+kvq(bits=4,residual=32)") != std::string::npos);
  }
  QVERIFY(refusal([&] { matchBytes({"none", "knorm(ratio=0.5)", "kvq"}, run); }).names("cannot be solved"));
}

void TestMatch::replayIsTheMethodsOwnCache() {
  const PromptIds prompt = promptOf(*m_model);
  for (const char* spec : {"snapkv(ratio=0.5)", "duo(ratio=0.5)", "eplb_duo(ratio=0.4)"}) {
    MethodJob job;
    job.prompt = &prompt;
    job.newTokens = 12;
    MethodRun own;
    runMethod(*m_model, *makePress(spec), job, {}, {}, own);
    Replay replay(*m_model, prompt);
    const PressPtr press = makePress(spec);
    Press* const one = press.get();
    const std::vector<KeepPlan> plans = replay.prefill(std::span(&one, 1), contextOf(*m_model, 300), {}, {});
    QVERIFY2(plans[0].error.empty(), plans[0].error.c_str());
    for (int l = 0; l < 2; ++l)
      for (int h = 0; h < 2; ++h) QCOMPARE(plans[0].layers[size_t(l)].heads[size_t(h)].positions, own.metrics.heads[size_t(2 * l + h)].positions);
    QCOMPARE(replay.bytes(plans[0].layers), own.metrics.kvBytes);
    // Fed with its own free continuation, the copy must find each of these tokens the most likely one, as the run itself did.
    replay.teach(own.metrics.ids, 12, {}, {});
    const QualityMetrics q = replay.quality(plans[0].layers, {}, {});
    QVERIFY(q.measured && q.kldMean > 0);
    QCOMPARE(q.kldByPosition.size(), size_t{11});
  }
}

void TestMatch::replayQualityOfEverythingIsZero() {
  const PromptIds prompt = promptOf(*m_model);
  Replay replay(*m_model, prompt);
  replay.prefill({}, contextOf(*m_model, 300), {}, {});
  replay.teach({}, 12, {}, {});
  MethodJob job;
  job.prompt = &prompt;
  job.newTokens = 12;
  MethodRun own;
  runMethod(*m_model, *makePress("none"), job, {}, {}, own);
  QCOMPARE(replay.continuation(), own.metrics.ids);  // greedy, so the run's own
  const QualityMetrics q = replay.quality(own.layers, {}, {});
  QVERIFY(q.kldMean == 0 && q.kldP99 == 0 && q.top1Agree == 1 && q.nllDelta == 0);
  const std::span<const LayerKeep> plan(own.layers);
  const auto shares = replay.attention(std::span(&plan, 1), {}, {});
  QVERIFY(shares[0].total == 1);
  for (const double h : shares[0].heads) QVERIFY(h == 1);
}

void TestMatch::continuationCanBeGiven() {
  const PromptIds prompt = promptOf(*m_model);
  Replay replay(*m_model, prompt);
  replay.prefill({}, contextOf(*m_model, 300), {}, {});
  const std::vector<int32_t> ids{1, 2, 3, 4, 5};
  replay.teach(ids, 5, {}, {});
  QCOMPARE(replay.continuation(), ids);
  QCOMPARE(replay.quality({}, {}, {}).kldByPosition.size(), size_t{4});
  replay.teach({}, 1, {}, {});
  QVERIFY(!replay.quality({}, {}, {}).measured);  // no position after the first
}

void TestMatch::planOfARefusedPress() {
  const PromptIds prompt = promptOf(*m_model);
  Replay replay(*m_model, prompt);
  const PressPtr bad = makePress("duo(ratio=0.95)"), good = makePress("knorm(ratio=0.5)");
  Press* const presses[] = {bad.get(), good.get()};
  const auto plans = replay.prefill(presses, contextOf(*m_model, 300), {}, {});
  QVERIFY(!plans[0].error.empty() && plans[0].layers.empty());
  QVERIFY(plans[1].error.empty() && plans[1].layers.size() == 2);
  QCOMPARE(plans[1].kept, int64_t{4 * 150});
}

void TestMatch::equalQuality() {
  const PromptIds prompt = promptOf(*m_model);
  const RunContext run = contextOf(*m_model, 300);
  const QualityMatch match = matchQuality(*m_model, prompt, {"none", "streaming_llm(ratio=0.6)", "snapkv(ratio=0.1)"}, run, 12, {}, {});
  QCOMPARE(match.specs[1], std::string("streaming_llm(ratio=0.6)"));
  QCOMPARE(match.notes.size(), size_t{1});
  // The definition again, step by step.
  Replay replay(*m_model, prompt);
  std::vector<PressPtr> presses;
  presses.push_back(makePress("streaming_llm(ratio=0.6)"));
  for (int step = 1; step <= 19; ++step) presses.push_back(makePress(withRatio("snapkv(ratio=0.1)", step / 20.0)));
  std::vector<Press*> asked;
  for (const PressPtr& p : presses) asked.push_back(p.get());
  const auto plans = replay.prefill(asked, run, {}, {});
  replay.teach({}, 12, {}, {});
  const double wanted = replay.quality(plans[0].layers, {}, {}).kldMean;
  int best = 1;
  for (int step = 1; step <= 19; ++step)
    if (plans[size_t(step)].error.empty() && replay.quality(plans[size_t(step)].layers, {}, {}).kldMean <= wanted) best = step;
  QCOMPARE(match.specs[2], canonicalPressSpec(withRatio("snapkv(ratio=0.1)", best / 20.0)));
  QCOMPARE(refusal([&] { matchQuality(*m_model, prompt, {"none", "duo(ratio=0.95)", "knorm"}, run, 12, {}, {}); }).code, 2);
}

void TestMatch::cancelled() {
  const PromptIds prompt = promptOf(*m_model);
  std::stop_source stop;
  const Replay::Progress progress = [&](double share) {
    if (share > .6) stop.request_stop();
  };
  const Refusal r = refusal([&] {
    matchQuality(*m_model, prompt, {"none", "streaming_llm(ratio=0.6)", "snapkv"}, contextOf(*m_model, 300), 12, progress, stop.get_token());
  });
  QCOMPARE(r.code, int(ErrorCode::Cancelled));
}

QTEST_APPLESS_MAIN(TestMatch)
#include "tst_match.moc"
