// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QFile>

#include "core/api/lab.h"
#include "core/compare/compare_test.h"
#include "core/compare/what_if.h"

using namespace presslab;
using namespace presslab::test;

namespace {

CompareSpec jobOf(std::vector<std::string> methods, int tokens = 300) {
  CompareSpec spec;
  spec.model = tinySpec();
  spec.prompt.contextTokens = tokens;
  spec.methods = std::move(methods);
  spec.maxNewTokens = 12;
  return spec;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const size_t at = text.find(what);
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

}  // namespace

class TestWhatIf : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;
  Lab m_lab;

  WhatIfAnswer ask(const CompareSpec& job, const WhatIfRequest& q) { return m_lab.whatIf(job, q, {}, {}); }

 private Q_SLOTS:
  void initTestCase() { ownFolders(m_dir); }
  void theUneditedMethodEqualsItsOwnRun();
  void flippedHeadsChangeAlone();
  void aSavedPatternRunsTheSame();
  void theLongerWindowBecomesWhole();
  void balanceNeedsNoSecondPrefill();
  void everyHeadBackIsTheFullCache();
  void bytesComeBeforeQuality();
  void refusals();
  void cancelled();
  void patternsKeepTheOrder();
  void badPatternFiles();
};

void TestWhatIf::theUneditedMethodEqualsItsOwnRun() {
  CompareSpec job = jobOf({"none", "duo(ratio=0.3)", "eplb_duo(ratio=0.5)"});
  job.outDir = m_dir.filePath("run").toStdString();
  const RunOutcome run = m_lab.compare(job, {}, {});
  QVERIFY2(run.status == RunOutcome::Status::Done, run.error.c_str());
  for (const MethodMetrics& m : run.comparison->methods) {
    const WhatIfAnswer a = ask(job, {.base = m.method, .contextIds = run.comparison->contextIds});
    QVERIFY2(a.error.empty() && a.complete, a.error.c_str());
    QCOMPARE(a.before.kvBytes, m.kvBytes);
    QCOMPARE(a.before.kvBytesFull, m.kvBytesFull);
    QCOMPARE(a.before.quality.kldByPosition, m.quality.kldByPosition);
    QCOMPARE(a.before.quality.top1Agree, m.quality.top1Agree);
    QCOMPARE(a.before.quality.attentionKept, m.quality.attentionKept);
    QCOMPARE(a.after.quality.kldByPosition, a.before.quality.kldByPosition);
    for (size_t i = 0; i < m.heads.size(); ++i) {
      QCOMPARE(a.before.heads[i].positions, m.heads[i].positions);
      QCOMPARE(a.before.heads[i].attentionKept, m.heads[i].attentionKept);
    }
    QCOMPARE(a.before.experts.size(), m.experts.size());
  }
}

void TestWhatIf::flippedHeadsChangeAlone() {
  const CompareSpec job = jobOf({"duo(head_ratio=0.5)"});
  const WhatIfAnswer plain = ask(job, {.base = job.methods[0]});
  QVERIFY2(plain.complete, plain.error.c_str());
  const WhatIfAnswer a = ask(job, {.base = job.methods[0], .flips = {{1, 0}}});
  QVERIFY2(a.complete, a.error.c_str());
  QCOMPARE(a.before.kvBytes, plain.before.kvBytes);
  int changed = 0;
  for (size_t i = 0; i < a.after.heads.size(); ++i) {
    const HeadMetrics &was = a.before.heads[i], &is = a.after.heads[i];
    if (was.layer == 1 && was.head == 0) {
      const bool streamed = was.kind == HeadKind::Streaming;
      QCOMPARE(is.kind, streamed ? HeadKind::Retrieval : HeadKind::Streaming);
      QCOMPARE(is.kept, streamed ? 300 : 128);
      ++changed;
    } else {
      QCOMPARE(is.positions, was.positions);
    }
  }
  QCOMPARE(changed, 1);
  QVERIFY(a.after.kvBytes != a.before.kvBytes);
  QVERIFY(a.after.quality.kldByPosition != a.before.quality.kldByPosition);
  QVERIFY(a.after.quality.attentionKept != a.before.quality.attentionKept);
}

void TestWhatIf::aSavedPatternRunsTheSame() {
  const CompareSpec job = jobOf({"duo(head_ratio=0.5,sink=8,recent=40)"});
  const WhatIfAnswer a = ask(job, {.base = job.methods[0], .flips = {{0, 0}, {1, 0}, {1, 1}}});
  QVERIFY2(a.complete && !a.freshSpec.empty(), a.error.c_str());
  QCOMPARE(a.sink, 8);
  QCOMPARE(a.recent, 40);
  std::vector<uint8_t> streams;
  for (const HeadMetrics& h : a.after.heads) streams.push_back(h.kind == HeadKind::Streaming);
  const std::string file = m_dir.filePath("heads, mine.tsv").toStdString();
  writeHeadPattern(makeHeadPattern(2, 2, streams, a.scores), file);
  CompareSpec fresh = jobOf({replaced(a.freshSpec, "%FILE%", file)});
  fresh.outDir = m_dir.filePath("fresh").toStdString();
  const RunOutcome run = m_lab.compare(fresh, {}, {});
  QVERIFY2(run.status == RunOutcome::Status::Done, run.error.c_str());
  const MethodMetrics& m = run.comparison->methods[1];
  QCOMPARE(m.kvBytes, a.after.kvBytes);
  for (size_t i = 0; i < m.heads.size(); ++i) QCOMPARE(m.heads[i].attentionKept, a.after.heads[i].attentionKept);
  for (size_t i = 0; i < m.heads.size(); ++i) QCOMPARE(m.heads[i].positions, a.after.heads[i].positions);
  QCOMPARE(m.quality.kldByPosition, a.after.quality.kldByPosition);
  QCOMPARE(m.quality.attentionKept, a.after.quality.attentionKept);
}

void TestWhatIf::theLongerWindowBecomesWhole() {
  const CompareSpec job = jobOf({"duo(ratio=0.3)"});
  const WhatIfAnswer own = ask(job, {.base = job.methods[0], .quality = false});
  QVERIFY2(own.complete, own.error.c_str());
  QVERIFY2(own.freshSpec.empty(), "a head with a longer window has no place in a pattern file");
  const WhatIfAnswer whole = ask(job, {.base = job.methods[0], .wholeHeads = true, .quality = false});
  QVERIFY(!whole.freshSpec.empty());
  QVERIFY(whole.after.kvBytes < whole.before.kvBytes);
}

void TestWhatIf::balanceNeedsNoSecondPrefill() {
  const CompareSpec job = jobOf({"eplb(ratio=0.5,balance=integral)"});
  QVERIFY(ask(job, {.base = job.methods[0], .quality = false}).complete);
  for (const char* balance : {"off", "upstream"}) {
    const std::string other = std::string("eplb(ratio=0.5,balance=") + balance + ")";
    bool prefilled = false;
    const WhatIfAnswer a = m_lab.whatIf(job, {.base = job.methods[0], .method = other, .quality = false},
                                        [&](double share, const auto&) { prefilled = prefilled || (share > 0 && share < .7); }, {});
    QVERIFY2(a.complete, a.error.c_str());
    QVERIFY(!prefilled);
    QCOMPARE(a.after.method, other);
    QCOMPARE(a.after.kvBytes, a.before.kvBytes);
    QCOMPARE(a.after.experts.size(), size_t(2 * 4));
    QCOMPARE(a.after.balance.size(), size_t(2));
  }
}

void TestWhatIf::everyHeadBackIsTheFullCache() {
  const CompareSpec job = jobOf({"duo(head_ratio=1)"});
  const WhatIfAnswer a = ask(job, {.base = job.methods[0], .flips = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}});
  QVERIFY2(a.complete, a.error.c_str());
  QCOMPARE(a.after.kvBytes, ask(job, {.base = "none", .quality = false}).before.kvBytes);
  QCOMPARE(a.after.quality.kldMean, 0.0);
  QCOMPARE(a.after.quality.attentionKept, 1.0);
  QVERIFY(a.before.quality.kldMean > 0);
}

void TestWhatIf::bytesComeBeforeQuality() {
  const CompareSpec job = jobOf({"duo(head_ratio=0.5)"});
  std::shared_ptr<const WhatIfAnswer> early;
  double last = 0;
  const WhatIfAnswer a = m_lab.whatIf(job, {.base = job.methods[0], .flips = {{0, 1}}},
                                      [&](double share, const std::shared_ptr<const WhatIfAnswer>& known) {
                                        QVERIFY(share >= last && share <= 1);
                                        last = share;
                                        if (known && !early) early = known;
                                      },
                                      {});
  QVERIFY(a.complete && early && !early->complete);
  QCOMPARE(early->after.kvBytes, a.after.kvBytes);
  QVERIFY(!early->after.quality.measured);
}

void TestWhatIf::refusals() {
  const CompareSpec job = jobOf({"duo(head_ratio=0.5)"});
  QVERIFY(ask(job, {.base = job.methods[0], .flips = {{7, 0}}}).error.find("layer 7") != std::string::npos);
  QVERIFY(ask(job, {.base = "duo(head_ratio=2)"}).error.find("head_ratio") != std::string::npos);
  QVERIFY(ask(job, {.base = "eplb(ratio=0.999)"}).error.find("keeps no token") != std::string::npos);
  QVERIFY(ask(job, {.base = "none", .contextIds = {1, 2, 3}}).error.find("not the one of this run") != std::string::npos);
  QVERIFY(ask(job, {.base = "none", .modelPath = "/other.gguf"}).error.find("/other.gguf") != std::string::npos);
  QVERIFY(ask(jobOf({"none"}, 600), {.base = "none"}).error.find("512") != std::string::npos);
  QVERIFY2(ask(job, {.base = "none", .quality = false}).complete, "a refusal leaves the session usable");
}

void TestWhatIf::cancelled() {
  const CompareSpec job = jobOf({"duo(head_ratio=0.5)"}, 280);  // another prompt: everything is made again
  for (const double at : {.1, .45, .75, .9}) {
    std::stop_source stop;
    const WhatIfAnswer a = m_lab.whatIf(
        job, {.base = job.methods[0], .flips = {{0, 0}}},
        [&](double share, const auto&) {
          if (share >= at) stop.request_stop();
        },
        stop.get_token());
    QVERIFY(a.cancelled && !a.complete);
  }
  const WhatIfAnswer a = ask(job, {.base = job.methods[0], .flips = {{0, 0}}});
  QVERIFY2(a.complete, a.error.c_str());
}

void TestWhatIf::patternsKeepTheOrder() {
  const HeadPattern p = makeHeadPattern(2, 2, {1, 0, 1, 0}, {.9F, .1F, .3F, .2F});
  QVERIFY(p.values[2] < p.values[0] && p.values[0] < .5F);  // both stream, by score
  QVERIFY(p.values[1] >= .5F && p.values[3] > p.values[1]);
  const std::string file = m_dir.filePath("p.tsv").toStdString();
  writeHeadPattern(p, file);
  QCOMPARE(readHeadPattern(file, 2, 2).values, p.values);
  QCOMPARE(refusal([] { makeHeadPattern(2, 2, {1, 0}, {}); }).code, 2);
}

void TestWhatIf::badPatternFiles() {
  const auto tell = [&](const QByteArray& content) {
    QFile file(m_dir.filePath("bad.tsv"));
    if (!file.open(QIODevice::WriteOnly)) return Refusal{};
    file.write(content);
    file.close();
    return refusal([&] { readHeadPattern(file.fileName().toStdString(), 2, 2); });
  };
  for (const auto& [content, place] : {std::pair<const char*, const char*>{"0.5\t0.5\n0.5\tx\n", "bad.tsv:2:5: not a number"},
                                       {"0.5\t0.5\n0.5\n", "bad.tsv:2:1: 1 columns"},
                                       {"0.5\t0.5\t1\n", "bad.tsv:1:9: more than 2 columns"},
                                       {"0.5\t0.5\n", "1 rows, the model has 2"},
                                       {"0.5\t0.5\n1\t1\n0\t0\n", "bad.tsv:3:1: more rows"},
                                       {"nan\t0.5\n", "bad.tsv:1:1: value is not finite"}}) {
    const Refusal r = tell(content);
    QVERIFY2(r.code == 2 && r.names(place), r.text.c_str());
  }
  QCOMPARE(refusal([&] { readHeadPattern("/nowhere/heads.tsv", 2, 2); }).code, 3);
}

QTEST_GUILESS_MAIN(TestWhatIf)
#include "tst_what_if.moc"
