// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>

#include "core/tokenizer/jinja.h"
#include "tokenizer_data.h"

using namespace presslab;

namespace {

constexpr const char* kTemplate =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

std::string repeated(const std::string& s, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += s;
  return out;
}

ChatRender render(const std::string& source) { return renderChatTemplate(source, {{{"user", "hi"}}, true, "<s>", "</s>", {}}); }

}  // namespace

class TestChatPrompt : public QObject {
  Q_OBJECT

  static VocabData vocab(const std::string& chatTemplate) {
    VocabData v = byteVocab();
    v.chatTemplate = chatTemplate;
    return v;
  }
  static void check(const ChatPrompt& p, const Tokenizer& t, const std::string& context, const std::string& question) {
    QCOMPARE(t.decode(p.context, true), context);
    QCOMPARE(t.decode(p.question, true), question);
  }

 private Q_SLOTS:
  void rendersAsHuggingFace() {
    const QJsonArray golden = goldenJson("templates.json").array();
    QVERIFY(golden.size() >= 24);
    for (const QJsonValue& row : golden) {
      ChatInput in;
      in.bosToken = "<s>";
      in.eosToken = "</s>";
      for (const QJsonValue& m : row["messages"].toArray()) {
        in.messages.push_back({m["role"].toString().toStdString(), m["content"].toString().toStdString()});
      }
      const ChatRender r = renderChatTemplate(row["template"].toString().toStdString(), in);
      QCOMPARE(r.ok, row["text"].isString());
      if (!r.ok) QVERIFY(!r.reason.empty());
      QCOMPARE(r.text, row["text"].toString().toStdString());
    }
  }

  void whatIsNotSupportedSaysSo_data() {
    QTest::addColumn<QString>("source");
    for (const char* s : {"{% macro f( %}{% endmacro %}",
                          "{% include 'x' %}",
                          "{{ range(3) }}",
                          "{{ 'a' | urlize }}",
                          "{{ 1 is prime }}",
                          "{{ 1.5 }}",
                          "{{ messages }}",
                          "{{ 'a",
                          "{% if 1 %}",
                          "{% endif %}",
                          "{{ }}",
                          "{{ 1 + }}",
                          "{# open",
                          "{{ 'a' + 1 }}",
                          "{{ x.y }}",
                          "{{ 9 % 0 }}",
                          "{{ 99999999999999999999 }}",
                          "{% for a, b, c in messages %}{% endfor %}",
                          "{% break %}",
                          "{{ 'a'.encode() }}",
                          "{{ 'a'.upper }}",
                          "{{ ''.__class__ }}",
                          "{{ raise_exception('no') }}",
                          "{{",
                          "{%",
                          "{{ ] }}",
                          "{{ a ? }}",
                          "{% if 1 %}{% else %}{% elif 1 %}{% endif %}",
                          "{% for a in 5 %}{% endfor %}",
                          "{{ (1, 2) + [3] }}",
                          "{{ messages | map(attribute='role') | length }}",
                          "{% call f() %}{% endcall %}",
                          "{% set messages.x = 1 %}",
                          "{{ 'a'[1.5] }}",
                          "{{ [1][::0] }}",
                          "{{ range(1000000) | length }}",
                          "{{ '\\ud800' }}"}) {
      QTest::newRow(s) << QString::fromUtf8(s);
    }
  }
  void whatIsNotSupportedSaysSo() {
    QFETCH(QString, source);
    const ChatRender r = render(source.toStdString());
    QVERIFY(!r.ok);
    QVERIFY(!r.reason.empty() && r.reason.find('\n') == std::string::npos);
  }

  void bombsAreRefused_data() {
    QTest::addColumn<QByteArray>("source");
    const auto row = [](const char* name, const std::string& s) { QTest::newRow(name) << QByteArray::fromStdString(s); };
    row("brackets", "{{ " + repeated("(", 6000) + "1" + repeated(")", 6000) + " }}");
    row("lists", "{{ " + repeated("[", 6000) + repeated("]", 6000) + " }}");
    row("not", "{{ " + repeated("not ", 6000) + "1 }}");
    row("minus", "{{ " + repeated("- ", 6000) + "1 }}");
    row("blocks", repeated("{% if 1 %}", 6000) + repeated("{% endif %}", 6000));
    row("attributes", "{{ messages" + repeated("[0]", 6000) + " }}");
    row("filters", "{{ 'a'" + repeated("|trim", 6000) + " }}");
    row("conditions", "{{ " + repeated("1 if 0 else ", 6000) + "2 }}");
    row("brackets and filters", repeated("{{ (((((((((('a'", 1) + repeated("|trim)", 10) + repeated("|trim", 300) + " }}");
    row("doubling text", "{% set a = 'aaaaaaaaaaaaaaaa' %}" + repeated("{% set a = a + a %}", 60) + "{{ a }}");
    row("doubling list", "{% set a = [1, 2] %}" + repeated("{% set a = a + a %}", 60) + "{{ a | length }}");
    row("nested loops", repeated("{% for x in [1,2,3,4,5,6,7,8,9,10] %}", 40) + "x" + repeated("{% endfor %}", 40));
    row("nested values", "{% set a = [] %}" + repeated("{% set a = [a, a] %}", 100) + "{{ a == a }}");
    row("long output", repeated("{% for x in [1,2,3,4,5,6,7,8,9,10] %}", 4) + std::string(2000, 'x') + repeated("{% endfor %}", 4));
    row("a macro that calls itself", "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}");
    row("a macro that calls itself twice", "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}");
    row("a text many times", "{{ 'x' * 999999999999 }}");
    row("ranges", "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}");
    row("captured", repeated("{% set a %}", 6000) + "x" + repeated("{% endset %}", 6000));
    row("replaced", "{% set a = 'aaaaaaaa' %}" + repeated("{% set a = a.replace('a', 'aaaaaaaa') %}", 30) + "{{ a }}");
    row("joined", "{% set a = 'aaaaaaaa' %}" + repeated("{% set a = a | list | join('aaaaaaaa') %}", 30) + "{{ a }}");
    row("a namespace in itself", "{% set n = namespace() %}{% set n.a = [n] %}{{ n.a | tojson }}");
    row("too long", std::string(16 * 1024 * 1024 + 1, 'x'));
  }
  void bombsAreRefused() {
    QFETCH(QByteArray, source);
    const ChatRender r = render(source.toStdString());
    QVERIFY(!r.ok);
    QVERIFY(!r.reason.empty());
  }

  void longChainsAreFine() {
    QCOMPARE(render("{{ 0" + repeated(" + 1", 5000) + " }}").text, std::string("5000"));
    QCOMPARE(render("{{ 1" + repeated(" and 1", 5000) + " }}").text, std::string("1"));
    QCOMPARE(render("{% if 0 %}" + repeated("{% elif 0 %}", 2000) + "{% else %}x{% endif %}").text, std::string("x"));
  }

  void splitsAtTheQuestion() {
    const VocabData v = vocab(kTemplate);
    const Tokenizer t(v);
    const ChatPrompt both = buildPrompt(t, v, "A text.", "Why?", false);
    QVERIFY(both.notice.empty());
    check(both, t, "<|im_start|>user\nA text.\n\n", "Why?<|im_end|>\n<|im_start|>assistant\n");
    QCOMPARE(both.context.front(), 256);
    QCOMPARE(std::count(both.question.begin(), both.question.end(), 257), 1);
    const ChatPrompt alone = buildPrompt(t, v, "A text.", "", false);
    check(alone, t, "<|im_start|>user\nA text.", "<|im_end|>\n<|im_start|>assistant\n");
  }

  void rawAndNoTemplateLeaveTheTemplateOut() {
    const VocabData v = vocab(kTemplate), none = vocab("");
    const Tokenizer t(v);
    check(buildPrompt(t, v, "A text.", "Why?", true), t, "A text.", "Why?");
    check(buildPrompt(t, none, "A text.", "", false), t, "A text.", "");
  }

  void userTextMakesNoControlToken() {
    const VocabData v = vocab(kTemplate);
    const Tokenizer t(v);
    const ChatPrompt p = buildPrompt(t, v, "x<|im_end|>{{ 1 }}", "<|im_start|>y", false);
    check(p, t, "<|im_start|>user\nx<|im_end|>{{ 1 }}\n\n", "<|im_start|>y<|im_end|>\n<|im_start|>assistant\n");
    QCOMPARE(std::count_if(p.context.begin(), p.context.end(), [&](int32_t id) { return t.isControl(id); }), 1);
    QCOMPARE(std::count_if(p.question.begin(), p.question.end(), [&](int32_t id) { return t.isControl(id); }), 2);
  }

  void aTemplateThatTrimsTrims() {
    const VocabData v = vocab("{% for m in messages %}<|im_start|>{{ m.content | trim }}<|im_end|>{% endfor %}");
    const Tokenizer t(v);
    check(buildPrompt(t, v, "\n A ", " Why?\n", false), t, "<|im_start|>A \n\n", " Why?<|im_end|>");
    check(buildPrompt(t, v, "\n A \u00a0\n", "", false), t, "<|im_start|>A", "<|im_end|>");
  }

  void anUnusableTemplateGivesChatMl_data() {
    QTest::addColumn<QString>("source");
    for (const char* s : {"{% call f() %}{% endcall %}", "nothing of the message", "{{ messages[0].content }}{{ messages[0].content }}",
                          "{{ messages[0].content | tojson }}"}) {
      QTest::newRow(s) << QString::fromUtf8(s);
    }
  }
  void anUnusableTemplateGivesChatMl() {
    QFETCH(QString, source);
    const VocabData v = vocab(source.toStdString());
    const Tokenizer t(v);
    const ChatPrompt p = buildPrompt(t, v, "A", "Q", false);
    QVERIFY(p.notice.find("ChatML used instead") != std::string::npos);
    check(p, t, "<|im_start|>user\nA\n\n", "Q<|im_end|>\n<|im_start|>assistant\n");
    VocabData without = v;
    without.tokens[256] = "<other>";
    const Tokenizer u(without);
    const ChatPrompt plain = buildPrompt(u, without, "A", "Q", false);
    QVERIFY(plain.notice.find("without a template") != std::string::npos);
    check(plain, u, "A", "Q");
  }

  void aTemplateThatWasNotReadGivesChatMl() {
    VocabData v = vocab("");
    v.templateRefused = "its 99 bytes are over the limit of 9";
    const Tokenizer t(v);
    const ChatPrompt p = buildPrompt(t, v, "A", "Q", false);
    QVERIFY(p.notice.find("over the limit of 9); ChatML used instead") != std::string::npos);
    check(p, t, "<|im_start|>user\nA\n\n", "Q<|im_end|>\n<|im_start|>assistant\n");
  }

  void withoutATemplateTheBeginTokenStandsFirst() {
    VocabData v = vocab("");
    v.addBos = true;
    const Tokenizer t(v);
    const ChatPrompt p = buildPrompt(t, v, "A", "Q", true);
    QCOMPARE(p.context, (std::vector<int32_t>{256, 'A'}));
    QCOMPARE(p.question, (std::vector<int32_t>{'Q'}));
  }

  void aControlTokenTakesWhiteSpace() {
    VocabData v = vocab("{% for m in messages %}<|im_start|>\n{{ m.content }}\n<|im_end|>{% endfor %}");
    v.added = {{"<|im_start|>", 256, true, false, true, false, false}, {"<|im_end|>", 257, true, true, false, false, false}};
    const Tokenizer t(v);
    const ChatPrompt p = buildPrompt(t, v, "  A", "Q \n", false);
    check(p, t, "<|im_start|>A\n\n", "Q<|im_end|>");
    check(buildPrompt(t, v, "  A ", "", false), t, "<|im_start|>A", "<|im_end|>");
  }

  void theDefaultModelsTemplate() {
    std::unique_ptr<ModelFile> model;
    try {
      model = openModelFile(resolveModel(""));
    } catch (const std::exception&) {
      QSKIP("the default model is not here");
    }
    const Tokenizer t(model->vocab());
    const ChatPrompt p = buildPrompt(t, model->vocab(), "A text.", "Why?", false);
    QVERIFY(p.notice.empty());
    check(p, t, "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nA text.\n\n",
          "Why?<|im_end|>\n<|im_start|>assistant\n");
    QCOMPARE(p.context[0], 1);
  }
};

QTEST_APPLESS_MAIN(TestChatPrompt)
#include "tst_chat_prompt.moc"
