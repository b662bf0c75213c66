// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What the generators promise: exactly as long as asked, the same for a seed, the answer there and once.
#include <set>

#include "core/compare/compare_test.h"
#include "core/eval/sentences.h"
#include "core/eval/task.h"
#include "core/eval/word_lists.h"

using namespace presslab;
using namespace presslab::test;

namespace {

int countOf(const std::string& text, const std::string& part) {
  int n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// Times that a word stands in a text on its own.
int wordsOf(const std::string& text, const std::string& word) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  int n = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || !letter(text[at - 1])) && (end == text.size() || !letter(text[end]))) ++n;
  }
  return n;
}

}  // namespace

class TestEvalTasks : public QObject {
  Q_OBJECT
  std::unique_ptr<LoadedModel> m_model = tinyModel();
  std::vector<int32_t> m_ids;

  TaskRequest request(int length, int instance = 0, uint64_t seed = 42) {
    TaskRequest r;
    r.tokenizer = m_model->tokenizer.get();
    r.vocab = &m_model->file->vocab();
    r.essay = bundledText();
    r.textIds = &m_ids;
    r.length = length;
    r.instance = instance;
    r.seed = seed;
    r.newTokens = 32;
    return r;
  }
  std::string contextText(const TaskInstance& t) { return m_model->tokenizer->decode(t.prompt.context, true); }

 private Q_SLOTS:
  void initTestCase() { m_ids = m_model->tokenizer->encode(bundledText()); }
  void table();
  void exactlyAsLongAsAsked_data();
  void exactlyAsLongAsAsked();
  void needlesStandOnce_data();
  void needlesStandOnce();
  void chainsAreTracked();
  void commonWordsAreTheMostFrequent();
  void frequentWordsFollowTheirRanks();
  void passkeysAndPairs();
  void windowsOfATextFollowEachOther();
  void tooShortIsRefused();
  void wordsAreDistinct();
};

void TestEvalTasks::table() {
  std::set<std::string> ids;
  for (const EvalTaskInfo& t : evalTaskTable()) QVERIFY2(ids.insert(std::string(t.id)).second, t.id.data());
  QCOMPARE(expandEvalTasks({"niah"}).size(), size_t(8));
  QCOMPARE(expandEvalTasks({"kv", "ppl", "kv"}), (std::vector<std::string>{"ppl", "kv"}));
  QCOMPARE(expandEvalTasks({"all"}).size(), ids.size());
  const Refusal r = refusal([] { expandEvalTasks({"ppl", "nihilism"}); });
  QVERIFY(r.code == 2 && r.names("nihilism") && r.names("niah_single_1"));
}

void TestEvalTasks::exactlyAsLongAsAsked_data() {
  QTest::addColumn<QString>("task");
  QTest::addColumn<int>("length");
  for (const EvalTaskInfo& t : evalTaskTable())
    for (const int length : {3000, 3001, 9000})
      if (t.scored)
        QTest::newRow(qPrintable(QString::fromUtf8(t.id.data()) + " " + QString::number(length))) << QString::fromUtf8(t.id.data()) << length;
}

void TestEvalTasks::exactlyAsLongAsAsked() {
  QFETCH(QString, task);
  QFETCH(int, length);
  const TaskRow& row = findTask(task.toStdString());
  std::set<std::vector<int32_t>> seen;
  for (int i = 0; i < 3; ++i) {
    const TaskInstance one = row.make(request(length, i));
    QCOMPARE(int(one.prompt.context.size()), length);
    QVERIFY(!one.prompt.question.empty() && !one.answers.empty() && one.newTokens > 0);
    QVERIFY(seen.insert(one.prompt.context).second);
    const TaskInstance again = row.make(request(length, i));
    QVERIFY(again.prompt.context == one.prompt.context && again.prompt.question == one.prompt.question && again.answers == one.answers);
    const std::string text = contextText(one);
    for (const std::string& answer : one.answers) QVERIFY2(text.find(answer) != std::string::npos, answer.c_str());
    // Asked beforehand: the question joins what is compressed, nothing else changes.
    TaskRequest aware = request(length, i);
    aware.queryAware = true;
    const TaskInstance asked = row.make(aware);
    std::vector<int32_t> both = one.prompt.context;
    both.insert(both.end(), one.prompt.question.begin(), one.prompt.question.end());
    QVERIFY(asked.prompt.context == both && asked.prompt.question.empty());
    QCOMPARE(asked.askedTokens, int(one.prompt.question.size()));
  }
  QVERIFY(row.make(request(length, 0, 43)).answers != row.make(request(length, 0, 42)).answers);
}

void TestEvalTasks::needlesStandOnce_data() {
  QTest::addColumn<QString>("task");
  for (const TaskRow& row : kNiahRows) QTest::newRow(row.info.id.data()) << QString::fromUtf8(row.info.id.data());
}

void TestEvalTasks::needlesStandOnce() {
  QFETCH(QString, task);
  for (int i = 0; i < 5; ++i) {
    const TaskInstance one = findTask(task.toStdString()).make(request(4000, i));
    const std::string text = contextText(one);
    for (const std::string& answer : one.answers) {
      QCOMPARE(countOf(text, answer), 1);
      // The needle around it is whole.
      const size_t at = text.find(answer), begin = text.rfind("One of the special magic ", at);
      QVERIFY(begin != std::string::npos && text.find(" is: " + answer + ".", begin) == at - 5);
    }
    const int needles = countOf(text, "One of the special magic ");
    if (task.startsWith(QLatin1String("niah_single"))) QCOMPARE(needles, 1);
    if (task == QLatin1String("niah_multikey_1") || task == QLatin1String("niah_multivalue") || task == QLatin1String("niah_multiquery"))
      QCOMPARE(needles, 4);
    QCOMPARE(one.answers.size(), task == QLatin1String("niah_multivalue") || task == QLatin1String("niah_multiquery") ? size_t(4) : size_t(1));
  }
}

void TestEvalTasks::chainsAreTracked() {
  for (int i = 0; i < 5; ++i) {
    const TaskInstance one = kVtRow.make(request(3000, i));
    const std::string text = contextText(one);
    QCOMPARE(one.answers.size(), size_t(5));
    size_t from = text.find("VAR " + one.answers[0] + " = ");
    QVERIFY(from != std::string::npos && isdigit(text[from + 4 + one.answers[0].size() + 3]));
    for (size_t k = 1; k < 5; ++k) {
      const size_t at = text.find("VAR " + one.answers[k] + " = VAR " + one.answers[k - 1]);
      QVERIFY(at != std::string::npos && at > from);  // in order
      from = at;
    }
  }
}

void TestEvalTasks::commonWordsAreTheMostFrequent() {
  const TaskInstance one = kCweRow.make(request(3000));
  const std::string text = contextText(one);
  QCOMPARE(one.answers.size(), size_t(10));
  // The list itself begins behind the worked example.
  const std::string own = text.substr(text.rfind("\n\n"));
  for (const std::string& word : one.answers) QCOMPARE(wordsOf(own, word), 6);
}

void TestEvalTasks::frequentWordsFollowTheirRanks() {
  const TaskInstance one = kFweRow.make(request(3000));
  const std::string text = contextText(one);
  const std::string own = text.substr(text.find("Coded text:"));
  std::vector<int> counts;
  for (const std::string& word : one.answers) counts.push_back(wordsOf(own, word));
  QVERIFY(counts.size() == 3 && counts[0] > counts[1] && counts[1] > counts[2] && counts[2] > 0);
  QVERIFY(countOf(own, " ...") > counts[0]);
}

void TestEvalTasks::passkeysAndPairs() {
  const TaskInstance key = kPasskeyRow.make(request(3000));
  QCOMPARE(countOf(contextText(key), "passkey is: " + key.answers[0]), 1);
  const TaskInstance pair = kKvRow.make(request(3000));
  const std::string text = contextText(pair);
  QCOMPARE(countOf(text, pair.answers[0]), 1);
  const std::string asked = pair.question.substr(pair.question.find('"') + 1, 36);
  QVERIFY(text.find("\"" + asked + "\": \"" + pair.answers[0] + "\"") != std::string::npos);
}

void TestEvalTasks::windowsOfATextFollowEachOther() {
  const int windows = kPplRow.instances(request(500), 3, 0);
  QCOMPARE(windows, int(m_ids.size()) / 500);
  QCOMPARE(kPplRow.instances(request(500), 3, 2), 2);
  std::vector<int32_t> all;
  for (int i = 0; i < windows; ++i) {
    const TaskInstance w = kPplRow.make(request(500, i));
    QCOMPARE(w.prompt.context.size(), size_t(250));
    QCOMPARE(w.prompt.continuation.size(), size_t(250));
    all.insert(all.end(), w.prompt.context.begin(), w.prompt.context.end());
    all.insert(all.end(), w.prompt.continuation.begin(), w.prompt.continuation.end());
  }
  QVERIFY(std::equal(all.begin(), all.end(), m_ids.begin()));
  const TaskInstance k = kKldRow.make(request(1000, 1));
  QCOMPARE(k.prompt.context.size(), size_t(1000));
  QCOMPARE(k.prompt.continuation.size(), size_t(33));
}

void TestEvalTasks::tooShortIsRefused() {
  for (const char* id : {"niah_single_1", "cwe", "fwe", "vt", "kv", "passkey"}) {
    const Refusal r = refusal([&] { findTask(id).make(request(60)); });
    QVERIFY2(r.code == 2 && r.names(id) && r.names("at least"), r.text.c_str());
  }
  QVERIFY(refusal([&] { kPplRow.instances(request(1 << 20), 1, 0); }).names("tokens"));
  QVERIFY(refusal([&] { kKldRow.make(request(1 << 20)); }).names("tokens"));
}

void TestEvalTasks::wordsAreDistinct() {
  SeededRandom random(1);
  for (const size_t n : {10u, 300u, 3000u}) {
    const std::vector<std::string> words = distinctWords(random, n);
    QCOMPARE(words.size(), n);
    QCOMPARE(std::set<std::string>(words.begin(), words.end()).size(), n);
  }
  QCOMPARE(refusal([&] { distinctWords(random, 1 << 20); }).code, 2);
  const std::string id = uuid4(random);
  QVERIFY(id.size() == 36 && id[14] == '4' && std::string("89ab").find(id[19]) != std::string::npos);
}

QTEST_APPLESS_MAIN(TestEvalTasks)
#include "tst_eval_tasks.moc"
