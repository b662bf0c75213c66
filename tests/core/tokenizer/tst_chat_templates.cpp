// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Chat templates against what jinja2 renders of them (tests/oracle/make_template_golden.py).
#include <QTest>

#include "core/tokenizer/jinja.h"
#include "tokenizer_data.h"

using namespace presslab;

namespace {

ChatInput inputOf(const QJsonArray& messages) {
  ChatInput in;
  in.bosToken = "<s>";
  in.eosToken = "</s>";
  in.moreTokens = {{"unk_token", "<unk>"}};
  for (const QJsonValue& m : messages) in.messages.push_back({m[0].toString().toStdString(), m[1].toString().toStdString()});
  return in;
}

}  // namespace

class TestChatTemplates : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void familiesAsJinja2_data() {
    QTest::addColumn<QString>("source");
    QTest::addColumn<QJsonArray>("texts");
    const QJsonObject templates = goldenJson("chat_templates.json")["templates"].toObject();
    QVERIFY(templates.size() >= 9);
    for (const QString& name : templates.keys()) {
      const QJsonObject one = templates[name].toObject();
      QTest::newRow(qPrintable(name)) << one["source"].toString() << one["texts"].toArray();
    }
  }
  void familiesAsJinja2() {
    QFETCH(QString, source);
    QFETCH(QJsonArray, texts);
    const QJsonArray conversations = goldenJson("chat_templates.json")["conversations"].toArray();
    QCOMPARE(texts.size(), conversations.size());
    for (int i = 0; i < texts.size(); ++i) {
      const ChatRender r = renderChatTemplate(source.toStdString(), inputOf(conversations[i].toArray()));
      QVERIFY2(r.ok == texts[i].isString(), r.reason.c_str());
      QCOMPARE(QString::fromStdString(r.text), texts[i].toString());
    }
  }

  /// Whatever is rendered is what jinja2 renders, what jinja2 refuses is refused, and few of the rest are.
  void generatedSnippetsAsJinja2() {
    QJsonDocument golden = goldenJson("template_snippets.json");
    if (const QByteArray other = qgetenv("PRESSLAB_TEST_SNIPPETS"); !other.isEmpty()) {  // a larger set than the committed one
      QFile file(QString::fromLocal8Bit(other));
      QVERIFY(file.open(QIODevice::ReadOnly));
      golden = QJsonDocument::fromJson(file.readAll());
    }
    const std::string start = golden["start"].toString().toStdString();
    const ChatInput in = inputOf(golden["messages"].toArray());
    int rendered = 0, refused = 0, wrong = 0;
    for (const QJsonValue& row : golden["snippets"].toArray()) {
      const ChatRender r = renderChatTemplate(start + row[0].toString().toStdString(), in);
      if (!r.ok) {
        if (row[1].isString()) {
          ++refused;
          qInfo("%s\n  in %s", r.reason.c_str(), qPrintable(row[0].toString()));
        }
        continue;
      }
      ++rendered;
      if (row[1].isString() && QString::fromStdString(r.text) == row[1].toString()) continue;
      ++wrong;
      qWarning() << row[0].toString() << "\n  ours  " << QString::fromStdString(r.text) << "\n  theirs" << row[1];
    }
    QCOMPARE(wrong, 0);
    QVERIFY2(rendered > 1000 && refused * 20 < rendered, qPrintable(QStringLiteral("%1 rendered, %2 refused").arg(rendered).arg(refused)));
  }
};

QTEST_APPLESS_MAIN(TestChatTemplates)
#include "tst_chat_templates.moc"
