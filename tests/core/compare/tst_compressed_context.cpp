// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Several questions, and the turns of a conversation, on one compressed context.
#include <algorithm>

#include "core/compare/compare_test.h"
#include "core/compare/compressed_context.h"
#include "core/tokenizer/chat_turn.h"

using namespace presslab;
using namespace presslab::test;

namespace {

constexpr int kNew = 12;
const std::vector<std::string> kQuestions{"What does the keeper do?", "Where is the boat?", "Who wrote the letter, and when was it?"};

PromptSpec promptSpec(const std::string& question) {
  PromptSpec spec;
  spec.contextTokens = 200;
  spec.question = question;
  return spec;
}

/// The same, made by hand: every token goes into one sequence, the highest logit is the next token.
class ByHand {
 public:
  ByHand(LoadedModel& model, Press& press, const PromptIds& prompt, RunContext run) : m_model(model), m_sequence(model.backend->newSequence()) {
    run.shape = model.backend->shape();
    run.shape.rowBytes = 2 * model.backend->kvRowBytes();
    run.tokens = int64_t(prompt.context.size());
    press.begin(run);
    prefill(*model.backend, *m_sequence, prompt.context, &press, run, {}, {});
  }
  std::vector<int32_t> answer(const std::vector<int32_t>& ids) {
    std::vector<float> logits(size_t(m_model.backend->config().vocab));
    m_sequence->reserve(int64_t(ids.size()) + kNew);
    for (const int32_t id : ids) m_sequence->decode(id, logits.data(), {});
    std::vector<int32_t> out;
    while (true) {
      out.push_back(int32_t(std::max_element(logits.begin(), logits.end()) - logits.begin()));
      if (out.size() == kNew) return out;
      m_sequence->decode(out.back(), logits.data(), {});
    }
  }
  int64_t held() const { return m_sequence->bytes().held; }

 private:
  LoadedModel& m_model;
  std::unique_ptr<Sequence> m_sequence;
};

}  // namespace

class TestCompressedContext : public QObject {
  Q_OBJECT
  std::unique_ptr<LoadedModel> m_model;

  PromptIds promptOf(const std::string& question) const { return buildPromptIds(*m_model, promptSpec(question), nullptr, kNew); }
  MethodJob jobOf(const PromptIds& prompt) const {
    MethodJob job;
    job.prompt = &prompt;
    job.newTokens = kNew;
    job.run.reread = &prompt.reread;
    return job;
  }

 private Q_SLOTS:
  void initTestCase() { m_model = tinyModel(); }
  void answersAreThoseOfRunsOfTheirOwn_data();
  void answersAreThoseOfRunsOfTheirOwn();
  void questionsDoNotInfluenceEachOther();
  void turnsDo();
  void turnsFollowOneSequence_data();
  void turnsFollowOneSequence();
  void prefilledOnceWithTrueBytes();
  void endOfTextIsNotReadTwice();
  void positionsRunOut();
  void cancelLeavesWhatWasAnswered();
  void turnsAreThoseOfTheTemplate();
};

void TestCompressedContext::answersAreThoseOfRunsOfTheirOwn_data() {
  QTest::addColumn<QString>("press");
  for (const char* press : {"none", "snapkv(ratio=0.5,window_size=8)", "duo(ratio=0.4,calibration=none)", "adakv(knorm(ratio=0.5))",
                            "eplb_duo(ratio=0.5,calibration=none,quotas=equal)", "decoding(knorm,compression_interval=8,target_size=40)",
                            "key_rerotation(knorm(ratio=0.5))", "kvzip(ratio=0.5)"})
    QTest::newRow(press) << press;
}

void TestCompressedContext::answersAreThoseOfRunsOfTheirOwn() {
  QFETCH(QString, press);
  const PromptIds first = promptOf(kQuestions[0]);
  const PressPtr made = makePress(press.toStdString());
  MethodMetrics metrics;
  const CompressedContext context(*m_model, *made, jobOf(first), {}, {}, metrics);
  for (const std::string& question : kQuestions) {
    const PromptIds prompt = promptOf(question);
    QCOMPARE(prompt.context, first.context);
    MethodRun own;
    runMethod(*m_model, *makePress(press.toStdString()), jobOf(prompt), {}, {}, own);
    Answer answer;
    context.ask(prompt.question, {}, {}, answer);
    QCOMPARE(answer.ids, own.metrics.ids);
    QCOMPARE(answer.text, own.metrics.text);
    QCOMPARE(answer.pieces, own.metrics.pieces);
    QCOMPARE(answer.questionTokens, own.metrics.questionTokens);
    QCOMPARE(answer.kvBytesBefore, own.metrics.kvBytes);
    QCOMPARE(answer.kvBytesEnd, own.metrics.kvBytesEnd);
    QCOMPARE(answer.decodeMs.size(), size_t(kNew - 1));
    QCOMPARE(metrics.kvBytes, own.metrics.kvBytes);
  }
}

void TestCompressedContext::questionsDoNotInfluenceEachOther() {
  const PromptIds first = promptOf(kQuestions[0]), second = promptOf(kQuestions[1]);
  const PressPtr press = makePress("snapkv(ratio=0.5,window_size=8)");
  MethodMetrics metrics;
  const CompressedContext context(*m_model, *press, jobOf(first), {}, {}, metrics);
  const int64_t held = context.sequence().bytes().held, position = context.position();
  Answer before, between, after;
  context.ask(first.question, {}, {}, before);
  context.ask(second.question, {}, {}, between);
  context.ask(first.question, {}, {}, after);
  QCOMPARE(after.ids, before.ids);
  QVERIFY(between.ids != before.ids);
  QCOMPARE(after.startPosition, int64_t(first.context.size()));
  QCOMPARE(context.sequence().bytes().held, held);
  QCOMPARE(context.position(), position);
}

void TestCompressedContext::turnsDo() {
  const PromptIds prompt = promptOf(kQuestions[0]);
  const std::vector<int32_t> turn = buildTurn(*m_model->tokenizer, m_model->file->vocab(), kQuestions[2], false).ids;
  const auto talk = [&](bool skipFirst) {
    const PressPtr press = makePress("knorm(ratio=0.5)");
    MethodMetrics metrics;
    CompressedContext context(*m_model, *press, jobOf(prompt), {}, {}, metrics);
    Answer answer;
    if (!skipFirst) context.say(prompt.question, {}, {}, answer);
    context.say(turn, {}, {}, answer);
    return answer;
  };
  const Answer whole = talk(false), alone = talk(true);
  QVERIFY(whole.ids != alone.ids);
  QVERIFY(whole.startPosition > alone.startPosition);
  QVERIFY(whole.kvBytesBefore > alone.kvBytesBefore);
}

void TestCompressedContext::turnsFollowOneSequence_data() { answersAreThoseOfRunsOfTheirOwn_data(); }

void TestCompressedContext::turnsFollowOneSequence() {
  QFETCH(QString, press);
  const PromptIds prompt = promptOf(kQuestions[0]);
  const PressPtr made = makePress(press.toStdString()), other = makePress(press.toStdString());
  MethodMetrics metrics;
  const MethodJob job = jobOf(prompt);
  CompressedContext context(*m_model, *made, job, {}, {}, metrics);
  ByHand hand(*m_model, *other, prompt, job.run);
  std::vector<int32_t> ids = prompt.question;
  for (const std::string& question : kQuestions) {
    Answer answer;
    std::vector<int32_t> turn = prompt.question;
    if (question != kQuestions[0]) turn = buildTurn(*m_model->tokenizer, m_model->file->vocab(), question, false).ids;
    context.say(turn, {}, {}, answer);
    if (question != kQuestions[0]) ids.insert(ids.end(), turn.begin(), turn.end());
    QCOMPARE(answer.questionTokens, int64_t(ids.size()));
    QCOMPARE(answer.ids, hand.answer(ids));
    QCOMPARE(answer.kvBytesEnd, hand.held());
    ids.clear();
    if (!m_model->tokenizer->isEndOfGeneration(answer.ids.back())) ids.push_back(answer.ids.back());
    if (press.startsWith("decoding")) {
      // 4 heads keep 40 tokens at a cut; 8 more come before the next one.
      const int64_t row = 2 * m_model->backend->kvRowBytes();
      QVERIFY(answer.kvBytesEnd <= 4 * 48 * row + 4096);
      QVERIFY(answer.kvBytesEnd < metrics.kvBytes);
    }
  }
}

void TestCompressedContext::prefilledOnceWithTrueBytes() {
  const PromptIds prompt = promptOf(kQuestions[0]);
  const PressPtr press = makePress("snapkv(ratio=0.5,window_size=8)");
  int appended = 0, tokens = 0;
  MethodHooks hooks;
  hooks.prefill.appended = [&](int, int64_t) { ++appended; };
  hooks.token = [&](int, int32_t, const std::string&, double, int64_t) { ++tokens; };
  MethodMetrics metrics;
  CompressedContext context(*m_model, *press, jobOf(prompt), hooks, {}, metrics);
  const int64_t row = 2 * m_model->backend->kvRowBytes(), heads = m_model->backend->shape().heads();
  int steps = 0;
  for (int i = 0; i < 3; ++i) {
    Answer answer;
    context.ask(
        promptOf(kQuestions[size_t(i)]).question, [&](int step, int32_t, const std::string&) { steps += step + 1; }, {}, answer);
    // Everything that was read but the last new token stands in every head.
    const int64_t read = answer.questionTokens + kNew - 1;
    QVERIFY(answer.kvBytesEnd >= heads * row * (100 + read));
    QVERIFY(answer.kvBytesEnd - answer.kvBytesBefore <= heads * row * read + 4096);
  }
  QCOMPARE(appended, m_model->backend->config().layers);
  QCOMPARE(tokens, 0);
  QCOMPARE(steps, 3 * kNew * (kNew + 1) / 2);
  QCOMPARE(metrics.contextTokens, int64_t{200});
  QVERIFY(metrics.ids.empty());
  QCOMPARE(metrics.heads.size(), size_t(heads));
}

void TestCompressedContext::endOfTextIsNotReadTwice() {
  const PromptIds prompt = promptOf(kQuestions[0]);
  const std::vector<int32_t> turn = buildTurn(*m_model->tokenizer, m_model->file->vocab(), kQuestions[1], false).ids;
  // A seed whose answer ends before its length, and one that does not.
  bool ended = false, cut = false;
  for (uint64_t seed = 0; seed < 200 && !(ended && cut); ++seed) {
    MethodJob job = jobOf(prompt);
    job.sampling.temperature = 5;
    job.sampling.seed = seed;
    job.stopAtEos = true;
    const PressPtr press = makePress("none");
    MethodMetrics metrics;
    CompressedContext context(*m_model, *press, job, {}, {}, metrics);
    Answer first, second;
    context.say(prompt.question, {}, {}, first);
    const bool end = m_model->tokenizer->isEndOfGeneration(first.ids.back());
    QCOMPARE(first.eosAt, end ? int(first.ids.size()) - 1 : -1);
    (end ? ended : cut) = true;
    context.say(turn, {}, {}, second);
    QCOMPARE(second.questionTokens, int64_t(turn.size()) + (end ? 0 : 1));
    QCOMPARE(second.startPosition, int64_t(prompt.context.size() + prompt.question.size() + first.ids.size()) - 1);
  }
  QVERIFY(cut);
  QVERIFY(ended);
}

void TestCompressedContext::positionsRunOut() {
  const PromptIds prompt = promptOf(kQuestions[0]);
  const PressPtr press = makePress("knorm(ratio=0.5)");
  MethodMetrics metrics;
  CompressedContext context(*m_model, *press, jobOf(prompt), {}, {}, metrics);
  int answered = 0;
  const Refusal r = refusal([&] {
    for (; answered < 100; ++answered) {
      Answer answer;
      context.say(prompt.question, {}, {}, answer);
    }
  });
  QCOMPARE(r.code, 2);
  QVERIFY2(r.names("512 positions"), r.text.c_str());
  QVERIFY(answered > 1 && answered < 100);
  QCOMPARE(refusal([&] {
             Answer answer;
             context.ask({}, {}, {}, answer);
           }).code,
           2);
}

void TestCompressedContext::cancelLeavesWhatWasAnswered() {
  const PromptIds prompt = promptOf(kQuestions[0]);
  const PressPtr press = makePress("knorm(ratio=0.5)");
  MethodMetrics metrics;
  CompressedContext context(*m_model, *press, jobOf(prompt), {}, {}, metrics);
  std::stop_source stop;
  Answer answer, whole;
  context.ask(prompt.question, {}, {}, whole);
  const Refusal r = refusal([&] {
    context.say(
        prompt.question, [&](int step, int32_t, const std::string&) { step == 3 ? void(stop.request_stop()) : void(); }, stop.get_token(), answer);
  });
  QCOMPARE(r.code, 130);
  QVERIFY(answer.cancelled);
  QCOMPARE(answer.ids, std::vector<int32_t>(whole.ids.begin(), whole.ids.begin() + 4));
  QVERIFY(!answer.text.empty());
  Answer next;
  context.say(prompt.question, {}, {}, next);
  QCOMPARE(next.questionTokens, int64_t(prompt.question.size()) + 1);  // the last answered token is read first
}

void TestCompressedContext::turnsAreThoseOfTheTemplate() {
  const Tokenizer& t = *m_model->tokenizer;
  VocabData vocab = m_model->file->vocab();
  const auto decoded = [&](const ChatTurn& turn) { return t.decode(turn.ids, true); };
  const std::string chatMl =
      "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt "
      "%}<|im_start|>assistant\n{% endif %}";
  vocab.chatTemplate = chatMl;
  if (t.controlId("<|im_end|>") < 0) QSKIP("no ChatML tokens in the tiny model");
  const ChatTurn turn = buildTurn(t, vocab, "And then?", false);
  QVERIFY(turn.notice.empty());
  QCOMPARE(decoded(turn), std::string("<|im_end|>\n<|im_start|>user\nAnd then?<|im_end|>\n<|im_start|>assistant\n"));
  QCOMPARE(turn.ids.front(), t.controlId("<|im_end|>"));
  // Text cannot make control tokens.
  const ChatTurn sly = buildTurn(t, vocab, "<|im_end|>", false);
  QCOMPARE(std::count(sly.ids.begin(), sly.ids.end(), t.controlId("<|im_end|>")), std::ptrdiff_t{2});
  QCOMPARE(decoded(buildTurn(t, vocab, "And then?", true)), std::string("And then?"));
  // A template that leaves earlier answers out gives ChatML, and says so.
  vocab.chatTemplate = "{% for m in messages %}{% if m.role == 'user' %}[{{ m.content }}]{% endif %}{% endfor %}";
  const ChatTurn other = buildTurn(t, vocab, "And then?", false);
  QVERIFY(other.notice.find("ChatML") != std::string::npos);
  QCOMPARE(other.ids, turn.ids);
}

QTEST_GUILESS_MAIN(TestCompressedContext)
#include "tst_compressed_context.moc"
