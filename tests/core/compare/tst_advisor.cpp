// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "core/compare/advisor.h"
#include "core/compare/compare_test.h"

using namespace presslab;
using namespace presslab::test;

namespace {

constexpr const char* kOwn = "eplb_duo(ratio=0.5,split=0.7,num_experts=4)";

MethodMetrics lane(const std::string& method, int64_t kvBytes, double ms, double kld) {
  MethodMetrics m;
  m.method = method;
  m.kvBytes = kvBytes;
  m.decodeP50Ms = ms;
  m.quality.measured = true;
  m.quality.kldMean = kld;
  m.quality.top1Agree = .97;
  return m;
}

/// none, duo and eplb_duo of 2,000 tokens: ms = 1 + 2 for each MB.
std::shared_ptr<Comparison> run() {
  auto c = std::make_shared<Comparison>();
  c->contextTokens = 2000;
  c->questionTokens = 20;
  c->stamp.weightBytes = 10'000'000;
  c->methods = {lane("none", 40'000'000, 101, 0), lane("duo(ratio=0.5)", 20'000'000, 61, .02), lane(kOwn, 20'000'000, 61, .005)};
  return c;
}

AdviceFacts facts() {
  AdviceFacts f;
  f.model.layers = 30;
  f.model.contextLength = 8192;
  f.model.weightBytes = 10'000'000;
  f.weightBytes = 10'000'000;
  f.devices = {"cpu"};
  f.predict = [](const std::string& method, int64_t tokens) {
    Prediction p;
    RunContext run;
    run.shape.layers = 30;
    run.shape.kvHeads = 3;
    run.shape.headDim = 64;
    run.tokens = tokens;
    try {
      if (tokens > 8192) badInput("the context has too many tokens");
      p.kvBytes = makePress(method)->predictKept(run) * 256;
      p.kvBytesFull = 90 * tokens * 256;
      p.kvBytesPeak = p.kvBytes * 29 / 30 + p.kvBytesFull / 30;
    } catch (const Failure& e) {
      p.error = e.what();
    }
    return p;
  };
  return f;
}

AdviceRequest request(std::shared_ptr<const Comparison> comparison, const std::string& method = kOwn) {
  AdviceRequest q;
  q.run = std::move(comparison);
  q.method = method;
  q.spec.prompt.contextTokens = 2000;
  return q;
}

const Advice* find(const AdviceList& list, Complaint complaint, AdviceKind kind, double value, bool guide = false) {
  for (const Advice& a : list.advice)
    if (a.complaint == complaint && a.kind == kind && a.guide == guide && std::abs(a.value - value) < 1e-9) return &a;
  return nullptr;
}

}  // namespace

class TestAdvisor : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theLawIsTheLineThroughTheLanes();
  void withoutSpreadTheShareOfTheBandwidth();
  void bytesAreExact();
  void twoTipsOfTheGuideAreWrong();
  void qualityIsMeasuredOrNotSaid();
  void modelsAndDevices();
  void aFailedRun();
  void aRaceHasNoTimes();
  void refusals();
};

void TestAdvisor::theLawIsTheLineThroughTheLanes() {
  const MsLaw law = msLawOf(*run(), kOwn);
  QCOMPARE(law.kind, TimeLaw::Line);
  QCOMPARE(law.lanes, 3);
  QVERIFY(std::abs(law.baseMs - 1) < 1e-6 && std::abs(law.msPerByte - 2e-6) < 1e-12);
  const AdviceList list = advise(request(run()), facts());
  QVERIFY2(list.error.empty(), list.error.c_str());
  QCOMPARE(list.now.ms, 61.0);  // measured
  const Advice* a = find(list, Complaint::Speed, AdviceKind::Ratio, .7);
  QVERIFY(a && a->law == TimeLaw::Line);
  QVERIFY(std::abs(a->ms - (1 + 2e-6 * double(a->kvBytes + 10'000'000))) < 1e-6);
  QCOMPARE(a->verdict, AdviceVerdict::Helps);
}

void TestAdvisor::withoutSpreadTheShareOfTheBandwidth() {
  auto c = run();
  for (MethodMetrics& m : c->methods) m.decodeP50Ms = 60;  // flat: no line
  const MsLaw law = msLawOf(*c, kOwn);
  QCOMPARE(law.kind, TimeLaw::Bandwidth);
  c->methods[0].decodeP50Ms = 500;  // so steep that no bytes would take less than no time: unrest
  QCOMPARE(msLawOf(*c, kOwn).kind, TimeLaw::Bandwidth);
  QVERIFY(std::abs(law.at(30'000'000) - 60) < 1e-6 && std::abs(law.at(15'000'000) - 30) < 1e-6);
}

void TestAdvisor::bytesAreExact() {
  const AdviceList list = advise(request(run()), facts());
  QCOMPARE(list.now.kvBytes, int64_t(90) * 1000 * 256);
  const Advice* more = find(list, Complaint::Memory, AdviceKind::Ratio, .6);
  QVERIFY(more);
  QCOMPARE(more->kvBytes, int64_t(90) * 800 * 256);
  QCOMPARE(more->method, std::string("eplb_duo(ratio=0.6,split=0.7,num_experts=4)"));
  QCOMPARE(more->verdict, AdviceVerdict::Helps);
  const Advice* half = find(list, Complaint::Memory, AdviceKind::Context, 1000);
  QVERIFY(half && half->kvBytes == int64_t(90) * 500 * 256 && half->canMeasure);
}

void TestAdvisor::twoTipsOfTheGuideAreWrong() {
  const AdviceList list = advise(request(run()), facts());
  const Advice* less = find(list, Complaint::Memory, AdviceKind::Ratio, .2, true);
  QVERIFY(less);
  QCOMPARE(less->verdict, AdviceVerdict::Hurts);
  QCOMPARE(less->kvBytes, int64_t(90) * 1600 * 256);
  const Advice* experts = find(list, Complaint::Memory, AdviceKind::Experts, 2, true);
  QVERIFY(experts);
  QCOMPARE(experts->verdict, AdviceVerdict::NoEffect);
  QCOMPARE(experts->kvBytes, list.now.kvBytes);
  const Advice* flash = find(list, Complaint::Speed, AdviceKind::Attention, 0, true);
  QVERIFY(flash && flash->verdict == AdviceVerdict::AlreadySo);
  const Advice* context = find(list, Complaint::Speed, AdviceKind::Context, 500, true);
  QVERIFY(context && context->verdict == AdviceVerdict::Helps && context->ms < list.now.ms);
  QCOMPARE(std::count_if(list.advice.begin(), list.advice.end(), [](const Advice& a) { return a.guide; }), 8);
}

void TestAdvisor::qualityIsMeasuredOrNotSaid() {
  AdviceList list = advise(request(run()), facts());
  const Advice* less = find(list, Complaint::Quality, AdviceKind::Ratio, .3);
  QVERIFY(less && !less->quality.measured && less->canMeasure);
  QCOMPARE(less->verdict, AdviceVerdict::Measure);
  list = advise(request(run(), "duo(ratio=0.5)"), facts());
  for (const Advice& a : list.advice)
    if (a.kind == AdviceKind::Split && !a.guide) QFAIL("duo has no split");
  const Advice* split = find(list, Complaint::Quality, AdviceKind::Split, .6, true);
  QVERIFY(split && split->verdict == AdviceVerdict::NotHere && split->error.find("split") != std::string::npos);
  auto c = run();
  c->methods.push_back(lane("duo(ratio=0.3)", 28'000'000, 77, .001));
  list = advise(request(c, "duo(ratio=0.5)"), facts());
  less = find(list, Complaint::Quality, AdviceKind::Ratio, .3);
  QVERIFY(less && less->quality.measured);
  QCOMPARE(less->verdict, AdviceVerdict::Helps);
}

void TestAdvisor::modelsAndDevices() {
  AdviceFacts f = facts();
  ModelInfo small;
  small.path = "/models/small.gguf";
  small.name = "small";
  small.layers = 10;
  small.heads = small.kvHeads = 2;
  small.headDim = 32;
  small.contextLength = 4096;
  small.weightBytes = 2'000'000;
  f.models = {f.model, small};
  f.devices = {"cpu", "cuda:0"};
  const AdviceList list = advise(request(run()), f);
  const Advice* model = find(list, Complaint::Memory, AdviceKind::Model, 0);
  QVERIFY(model && model->error.empty());
  QCOMPARE(model->kvBytes, int64_t(20) * 1000 * 2 * 64);
  QCOMPARE(model->law, TimeLaw::Bandwidth);
  QVERIFY(model->ms < list.now.ms && !model->canMeasure && model->verdict == AdviceVerdict::Helps);
  const Advice* gpu = find(list, Complaint::Speed, AdviceKind::Device, 0);
  QVERIFY(gpu && gpu->device == "cuda:0" && std::isnan(gpu->ms));
  const AdviceList none = advise(request(run()), facts());
  QCOMPARE(find(none, Complaint::Speed, AdviceKind::Device, 0), nullptr);
  QCOMPARE(find(none, Complaint::Speed, AdviceKind::Device, 0, true)->verdict, AdviceVerdict::NotHere);
}

void TestAdvisor::aFailedRun() {
  AdviceRequest q = request(nullptr);
  q.spec.prompt.contextTokens = 9000;
  q.spec.maxNewTokens = 64;
  q.failure = "the context has 9000 of 8192 positions";
  const AdviceList list = advise(q, facts());
  QVERIFY2(list.error.empty(), list.error.c_str());
  QCOMPARE(list.suggested, Complaint::Memory);
  QCOMPARE(list.contextLimit, 8192 - 64 - 64);
  const Advice* fits = find(list, Complaint::Memory, AdviceKind::Context, double(list.contextLimit));
  QVERIFY(fits && fits->error.empty() && std::isnan(fits->ms));
}

void TestAdvisor::aRaceHasNoTimes() {
  auto c = run();
  c->mode = "race";
  const AdviceList list = advise(request(c), facts());
  QCOMPARE(list.law, TimeLaw::None);
  for (const Advice& a : list.advice) QVERIFY(std::isnan(a.ms));
}

void TestAdvisor::refusals() {
  QVERIFY(advise(request(run(), "snapvk"), facts()).error.find("snapvk") != std::string::npos);
  AdviceRequest q = request(nullptr);
  q.spec.prompt.contextTokens.reset();
  q.spec.prompt.text = "a text";
  QVERIFY(advise(q, facts()).error.find("run a comparison first") != std::string::npos);
  QVERIFY(advise(request(run(), "none"), facts()).error.empty());
  QVERIFY(advise(request(run(), "eplb(ratio=0.35)+duo(ratio=0.15)"), facts()).error.empty());
}

QTEST_GUILESS_MAIN(TestAdvisor)
#include "tst_advisor.moc"
