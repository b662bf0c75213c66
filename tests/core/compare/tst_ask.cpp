// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// A context compressed by several methods and asked through Lab, against runs of their own and against CompressedContext.
#include <map>

#include "core/api/lab.h"
#include "core/compare/compare_test.h"
#include "core/compare/compressed_context.h"
#include "core/compare/token_text.h"
#include "core/tokenizer/chat_turn.h"

using namespace presslab;
using namespace presslab::test;

namespace {

constexpr int kNew = 10;
const std::vector<std::string> kMethods{"none", "snapkv(ratio=0.5,window_size=8)", "duo(ratio=0.4,calibration=none)"};

AskSpec askSpec() {
  AskSpec s;
  s.model = tinySpec();
  s.prompt.contextTokens = 200;
  s.methods = kMethods;
  s.newTokens = kNew;
  s.noCalibrate = true;
  return s;
}

}  // namespace

class TestAsk : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;
  std::unique_ptr<LoadedModel> m_model;

  /// The text of a run of its own with this question.
  MethodMetrics alone(const std::string& method, const std::string& question) {
    PromptSpec prompt = askSpec().prompt;
    prompt.question = question;
    const PromptIds ids = buildPromptIds(*m_model, prompt, nullptr, kNew);
    MethodJob job;
    job.prompt = &ids;
    job.newTokens = kNew;
    job.stopAtEos = true;
    MethodRun run;
    runMethod(*m_model, *makePress(method), job, {}, {}, run);
    return run.metrics;
  }

 private Q_SLOTS:
  void initTestCase() {
    ownFolders(m_dir);
    m_model = tinyModel();
  }

  void answersAreThoseOfRunsOfTheirOwn() {
    Lab lab;
    std::vector<AskContext> told;
    double last = 0;
    const AskOutcome c = lab.compressContext(askSpec(),
                                             [&](const AskEvent& e) {
                                               QVERIFY(e.share >= last && e.share <= 1);
                                               last = e.share;
                                               if (e.kind == AskEvent::Kind::Compressed) told.push_back(*e.context);
                                             },
                                             {});
    QVERIFY2(c.exitCode == 0, c.error.c_str());
    QCOMPARE(c.contexts.size(), kMethods.size());
    QCOMPARE(told.size(), kMethods.size());
    for (const char* question : {"What does the keeper do?", "Where is the boat?"}) {
      std::map<int, std::string> streamed;
      const AskOutcome o = lab.ask(question, false,
                                   [&](const AskEvent& e) {
                                     if (e.kind == AskEvent::Kind::Token) streamed[e.method] += e.text;
                                   },
                                   {});
      QVERIFY2(o.exitCode == 0, o.error.c_str());
      QCOMPARE(o.answers.size(), kMethods.size());
      for (size_t i = 0; i < kMethods.size(); ++i) {
        const MethodMetrics m = alone(kMethods[i], question);
        const AskAnswer& a = o.answers[i];
        QVERIFY2(a.error.empty(), a.error.c_str());
        QCOMPARE(a.text, m.text);
        QCOMPARE(a.newTokens, int64_t(m.ids.size()));
        QCOMPARE(a.questionTokens, m.questionTokens);
        QCOMPARE(a.position, m.contextTokens);
        QCOMPARE(a.kvBytesBefore, m.kvBytes);
        QCOMPARE(a.kvBytesEnd, m.kvBytesEnd);
        QVERIFY(a.firstTokenMs > 0 && (a.newTokens == 1 || a.decodeTokS > 0));
        QCOMPARE(c.contexts[i].kvBytes, m.kvBytes);
        QCOMPARE(c.contexts[i].kvBytesFull, m.kvBytesFull);
        const std::string seen = validUtf8(streamed[int(i)]);  // a character that is cut at the end never came
        QVERIFY2(a.text.starts_with(seen) && a.text.size() <= seen.size() + 3, a.text.c_str());
      }
    }
    QVERIFY(c.contexts[1].kvBytes < c.contexts[0].kvBytes * .6);
  }

  void turnsGoOn() {
    Lab lab;
    QCOMPARE(lab.compressContext(askSpec(), {}, {}).exitCode, 0);
    const AskOutcome first = lab.ask("Where is the boat?", true, {}, {}), second = lab.ask("Why?", true, {}, {});
    QCOMPARE(second.exitCode, 0);
    // The same conversation by hand.
    PromptSpec prompt = askSpec().prompt;
    prompt.question = "Where is the boat?";
    const PromptIds ids = buildPromptIds(*m_model, prompt, nullptr, kNew);
    const ChatTurn turn = buildTurn(*m_model->tokenizer, m_model->file->vocab(), "Why?", false);
    for (size_t i = 0; i < kMethods.size(); ++i) {
      MethodJob job;
      job.prompt = &ids;
      job.newTokens = kNew;
      job.stopAtEos = true;
      MethodMetrics metrics;
      const PressPtr press = makePress(kMethods[i]);
      CompressedContext context(*m_model, *press, job, {}, {}, metrics);
      Answer a, b;
      context.say(ids.question, {}, {}, a);
      context.say(turn.ids, {}, {}, b);
      QCOMPARE(first.answers[i].text, a.text);
      QCOMPARE(second.answers[i].text, b.text);
      QCOMPARE(second.answers[i].position, b.startPosition);
      QCOMPARE(second.answers[i].kvBytesBefore, b.kvBytesBefore);
      QVERIFY(second.answers[i].position >= first.answers[i].position + first.answers[i].questionTokens);
    }
    const AskOutcome apart = lab.ask("Where is the boat?", false, {}, {});
    QCOMPARE(apart.exitCode, int(ErrorCode::BadInput));
    QVERIFY2(apart.error.find("conversation") != std::string::npos, apart.error.c_str());
  }

  void positionsRunOut() {
    Lab lab;
    AskSpec s = askSpec();
    s.prompt.contextTokens = 440;  // of 512
    s.newTokens = 20;
    s.methods = {"none", "knorm(ratio=0.5)"};
    QCOMPARE(lab.compressContext(s, {}, {}).exitCode, 0);
    std::string longQuestion;
    for (int i = 0; i < 40; ++i) longQuestion += "and where is the boat ";
    const AskOutcome refused = lab.ask(longQuestion, true, {}, {});
    for (const AskAnswer& a : refused.answers) QVERIFY2(a.error.find("512 positions") != std::string::npos, a.error.c_str());
    QVERIFY(lab.ask("Why?", true, {}, {}).answers[1].error.empty());  // nothing was read: the conversation can begin
    std::string error;
    for (int i = 0; i < 12 && error.empty(); ++i) error = lab.ask("Why?", true, {}, {}).answers[0].error;
    QVERIFY2(error.find("512 positions") != std::string::npos, error.c_str());
  }

  void aMethodThatIsRefusedLeavesTheOthers() {
    Lab lab;
    AskSpec s = askSpec();
    s.methods = {"none", "snapkv(ratio=2)", "knorm(ratio=0.5)"};
    const AskOutcome c = lab.compressContext(s, {}, {});
    QCOMPARE(c.exitCode, 0);
    QVERIFY(!c.contexts[1].error.empty() && c.contexts[2].error.empty());
    const AskOutcome o = lab.ask("Why?", false, {}, {});
    QCOMPARE(o.answers[1].error, c.contexts[1].error);
    QVERIFY(o.answers[0].error.empty() && o.answers[2].newTokens > 0);
    s.methods = {"nothing"};
    QCOMPARE(lab.compressContext(s, {}, {}).exitCode, int(ErrorCode::BadInput));
    s.methods = {"none"};
    s.prompt.contextTokens = 5000;
    QVERIFY(lab.compressContext(s, {}, {}).error.find("512 positions") != std::string::npos);
    QCOMPARE(lab.ask("Why?", false, {}, {}).exitCode, int(ErrorCode::BadInput));
  }

  void stopped() {
    Lab lab;
    std::stop_source early;
    AskSpec s = askSpec();
    const AskOutcome none = lab.compressContext(
        s,
        [&](const AskEvent& e) {
          if (e.kind == AskEvent::Kind::Compressed) early.request_stop();
        },
        early.get_token());
    QVERIFY(none.cancelled);
    QCOMPARE(lab.ask("Why?", false, {}, {}).exitCode, int(ErrorCode::BadInput));
    QCOMPARE(lab.compressContext(s, {}, {}).exitCode, 0);
    std::stop_source stop;
    int tokens = 0;
    const AskOutcome o = lab.ask(
        "Why?", true,
        [&](const AskEvent& e) {
          if (e.kind == AskEvent::Kind::Token && ++tokens == 3) stop.request_stop();
        },
        stop.get_token());
    QVERIFY(o.cancelled);
    QCOMPARE(o.answers[0].stop, std::string("cancelled"));
    QVERIFY(o.answers[0].newTokens >= 3 && o.answers[0].newTokens < kNew);
    QVERIFY(o.answers[1].error.find("not asked") != std::string::npos);
    QVERIFY(lab.ask("And then?", true, {}, {}).answers[1].error.empty());
  }

  void othersTakeItsPlace() {
    Lab lab;
    QCOMPARE(lab.compressContext(askSpec(), {}, {}).exitCode, 0);
    QVERIFY(lab.ask("Why?", false, {}, {}).exitCode == 0);
    QCOMPARE(lab.ask(" \n", false, {}, {}).exitCode, int(ErrorCode::BadInput));
    CompareSpec compare;
    compare.model = tinySpec();
    compare.prompt.contextTokens = 64;
    compare.methods = {"none"};
    compare.maxNewTokens = 2;
    QCOMPARE(lab.compare(compare, {}, {}).exitCode, 0);
    const AskOutcome gone = lab.ask("Why?", false, {}, {});
    QCOMPARE(gone.exitCode, int(ErrorCode::BadInput));
    QVERIFY2(gone.error.find("no compressed context") != std::string::npos, gone.error.c_str());
    QCOMPARE(lab.compressContext(askSpec(), {}, {}).exitCode, 0);
    lab.load(tinySpec(Precision::Fast), {}, {});
    QCOMPARE(lab.ask("Why?", false, {}, {}).exitCode, int(ErrorCode::BadInput));
  }
};

QTEST_GUILESS_MAIN(TestAsk)
#include "tst_ask.moc"
