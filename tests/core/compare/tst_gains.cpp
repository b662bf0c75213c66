// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>

#include "core/compare/claims.h"
#include "core/compare/improvements.h"
#include "core/compare/verdict.h"

using namespace presslab;

namespace {

MethodMetrics method(const std::string& spec, int64_t bytes, double tokS, double seconds, double kld, double agree) {
  MethodMetrics m;
  m.method = m.label = spec;
  m.kvBytes = bytes;
  m.decodeTokS = tokS;
  m.timeS = seconds;
  m.ratioRequested = 1 - double(bytes) / 80e6;
  m.quality.measured = true;
  m.quality.kldMean = kld;
  m.quality.top1Agree = agree;
  m.quality.kldByPosition.assign(63, kld);
  return m;
}

/// 3,500 tokens, 80 MB of keys and values, 100 MB of weights.
Comparison example() {
  Comparison c;
  c.contextTokens = 3500;
  c.stamp.weightBytes = 100'000'000;
  c.stamp.contextLength = 8192;
  c.methods = {method("none", 80'000'000, 100, 10, 0, 1), method("duo(ratio=0.5)", 40'000'000, 125, 8, .02, .94),
               method("eplb_duo(ratio=0.5)", 40'000'000, 124, 9, .005, .97)};
  return c;
}

const Claim& claim(const std::vector<Claim>& claims, const std::string& id) {
  for (const Claim& c : claims)
    if (c.id == id) return c;
  static const Claim none;
  return none;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

class TestGains : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void idsOfSpecs();
  void threePairs();
  void failedMethodsHaveNoPairs();
  void bandsAndVerdicts();
  void boundNamesTheLengthThatIsNeeded();
  void speedBeyondTheBoundIsNotCalledImpossible();
  void equalQualityAnswersWhatEqualBytesCannot();
  void claimsNeedTheirMethods();
  void verdictLine();
  void verdictWithoutThePair();
};

void TestGains::idsOfSpecs() {
  QCOMPARE(pressIds("snapkv(ratio=0.5)"), std::string("snapkv"));
  QCOMPARE(pressIds("adakv(snapkv(ratio=0.5))"), std::string("adakv"));
  QCOMPARE(pressIds("eplb(ratio=.35)+duo(ratio=.15)"), std::string("eplb+duo"));
  QVERIFY(isRouted(method("eplb(ratio=.35)+duo(ratio=.15)", 1, 1, 1, 0, 1)) && !isDuo(method("duo+knorm", 1, 1, 1, 0, 1)));
}

void TestGains::threePairs() {
  const auto pairs = improvementsOf(example().methods);
  QCOMPARE(pairs.size(), size_t{3});
  QCOMPARE(pairs[0].method + pairs[0].vs, std::string("duo(ratio=0.5)none"));
  QCOMPARE(pairs[0].memoryPct, 50.0);
  QCOMPARE(pairs[0].timePct, 20.0);
  QCOMPARE(pairs[0].speedPct, 25.0);
  QVERIFY(!pairs[0].kldRatioValid);  // the baseline has no divergence to divide by
  QCOMPARE(pairs[1].vs, std::string("none"));
  QVERIFY(std::fabs(pairs[1].timePct - 10) < 1e-9);
  QCOMPARE(pairs[2].method + pairs[2].vs, std::string("eplb_duo(ratio=0.5)duo(ratio=0.5)"));
  QCOMPARE(pairs[2].memoryPct, 0.0);
  QVERIFY(std::fabs(pairs[2].timePct - -12.5) < 1e-9 && std::fabs(pairs[2].speedPct - -.8) < 1e-9);
  QVERIFY(pairs[2].kldRatioValid && std::fabs(pairs[2].kldRatio - .25) < 1e-12);
}

void TestGains::failedMethodsHaveNoPairs() {
  Comparison c = example();
  c.methods[1].failed = true;
  const auto pairs = improvementsOf(c.methods);
  QCOMPARE(pairs.size(), size_t{1});
  QCOMPARE(pairs[0].method, std::string("eplb_duo(ratio=0.5)"));
}

void TestGains::bandsAndVerdicts() {
  const auto claims = claimsOf(example());
  QCOMPARE(claims.size(), size_t{8});
  const Claim& memory = claim(claims, "duo_memory");
  QCOMPARE(memory.verdict, std::string("holds"));
  QCOMPARE(memory.lo, 30.0);
  QCOMPARE(memory.hi, 50.0);
  QCOMPARE(memory.measured, 50.0);
  QCOMPARE(memory.match, std::string("ratio"));
  const Claim& speed = claim(claims, "duo_speed");
  QCOMPARE(speed.verdict, std::string("holds"));
  QCOMPARE(speed.measured, 1.25);
  QCOMPARE(claim(claims, "duo_quality").verdict, std::string("does not hold"));  // 94 of 95
  QVERIFY(has(claim(claims, "duo_quality").reason, "0.0200"));
  QCOMPARE(claim(claims, "eplb_duo_quality").verdict, std::string("holds"));  // 97 of 93
  QCOMPARE(claim(claims, "over_duo_memory").verdict, std::string("cannot hold here"));
  QCOMPARE(claim(claims, "over_duo_speed").verdict, std::string("cannot hold here"));
  Comparison better = example();
  better.methods[2].quality.top1Agree = .99;
  QCOMPARE(claim(claimsOf(better), "eplb_duo_quality").reason, std::string("better than the band"));
}

void TestGains::boundNamesTheLengthThatIsNeeded() {
  const Claim speed = claim(claimsOf(example()), "eplb_duo_speed");
  QCOMPARE(speed.verdict, std::string("cannot hold here"));
  // (100 + 80) / (100 + 40) = 1.286; 1.5 needs (W + kT) / (W + kT/2): kT = 200 MB, so 8,750 tokens.
  QVERIFY2(has(speed.reason, "1.29x"), speed.reason.c_str());
  QVERIFY2(has(speed.reason, "8,750 tokens"), speed.reason.c_str());
  QVERIFY2(has(speed.reason, "8,192 positions"), speed.reason.c_str());
  Comparison conservative = example();  // r = .3: at most 1 / .7 = 1.43 at any length
  conservative.methods[2].kvBytes = 56'000'000;
  conservative.methods[2].decodeTokS = 110;
  QVERIFY(has(claim(claimsOf(conservative), "eplb_duo_speed").reason, "no length"));
}

void TestGains::speedBeyondTheBoundIsNotCalledImpossible() {
  Comparison c = example();
  c.methods[2].decodeTokS = 145;  // above the bound of 1.29, below the band
  c.methods[0].shareOfLimit = .57;
  const Claim speed = claim(claimsOf(c), "eplb_duo_speed");
  QCOMPARE(speed.verdict, std::string("does not hold"));
  QVERIFY2(has(speed.reason, "57 %"), speed.reason.c_str());
}

void TestGains::equalQualityAnswersWhatEqualBytesCannot() {
  Comparison c = example();
  c.match = "quality";
  c.methods[2].kvBytes = 32'000'000;  // 20 % below Duo
  const Claim gain = claim(claimsOf(c), "over_duo_memory");
  QCOMPARE(gain.verdict, std::string("holds"));
  QVERIFY(std::fabs(gain.measured - 20) < 1e-9);
  c.methods[2].kvBytes = 39'500'000;  // equal within 2 %, but here that is an answer
  QCOMPARE(claim(claimsOf(c), "over_duo_memory").verdict, std::string("does not hold"));
}

void TestGains::claimsNeedTheirMethods() {
  Comparison c = example();
  c.methods.pop_back();
  QCOMPARE(claimsOf(c).size(), size_t{3});
  c.methods[1].quality.measured = false;
  QCOMPARE(claimsOf(c).size(), size_t{2});
  c.methods.erase(c.methods.begin());  // no baseline, nothing to compare with
  QVERIFY(claimsOf(c).empty());
}

void TestGains::verdictLine() {
  Comparison c = example();
  std::string line = verdictOf(c);
  QVERIFY2(has(line, "Same memory: eplb_duo(ratio=0.5) loses 4.0 times less than duo(ratio=0.5) (KL 0.005 against 0.02)."), line.c_str());
  QVERIFY2(has(line, "Decode 1.24x (bound 1.29x)."), line.c_str());
  c.methods[2].decodeTokSSpread = {122, 124, 126};
  c.methods[0].decodeTokSSpread = {100, 100, 100};
  QVERIFY(has(verdictOf(c), "Decode 1.24 +- 0.02x"));
  c.match = "quality";
  c.methods[2].kvBytes = 30'000'000;
  line = verdictOf(c);
  QVERIFY2(has(line, "Same quality: eplb_duo(ratio=0.5) needs 25 % less memory than duo(ratio=0.5)"), line.c_str());
  std::swap(c.methods[1].quality, c.methods[2].quality);
  c.match = "ratio";
  QVERIFY(has(verdictOf(c), "4.0 times more"));
}

void TestGains::verdictWithoutThePair() {
  Comparison c = example();
  c.methods[1].method = c.methods[1].label = "snapkv(ratio=0.5)";
  c.methods.pop_back();
  QCOMPARE(verdictOf(c), std::string("snapkv(ratio=0.5): 50 % less KV memory, decode 1.25x (bound 1.29x), KL 0.02, 94.0 % same token."));
  c.methods.erase(c.methods.begin());
  QVERIFY(verdictOf(c).empty());
}

QTEST_APPLESS_MAIN(TestGains)
#include "tst_gains.moc"
