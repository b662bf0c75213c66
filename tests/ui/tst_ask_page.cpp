// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTextEdit>
#include <QToolButton>

#include "tests/ui/tiny_window.h"
#include "ui/charts/charts.h"
#include "ui/main_window.h"
#include "ui/pages/ask_page.h"
#include "ui/pages/lab_pages.h"
#include "ui/run/ask_client.h"
#include "ui/run/run_controller.h"
#include "ui/widgets/ask_lane.h"

using namespace presslab;

// The ask page in the real window, with the real engine on the tiny model (512 positions).
class TestAskPage : public QObject {
  Q_OBJECT
  QTemporaryDir m_home;
  std::unique_ptr<MainWindow> m_window;
  std::vector<AskContext> m_contexts;

  template <class T>
  T* find(const char* name) {
    return m_window->findChild<T*>(QLatin1String(name));
  }
  AskPage& page() { return *m_window->lab()->ask(); }
  AskClient& client() { return *page().findChild<AskClient*>(); }
  QString talk(int lane) { return page().findChild<QTextEdit*>(QStringLiteral("askTalk%1").arg(lane))->toPlainText(); }
  QString said() {
    QString all;
    for (const QLabel* l : page().findChildren<QLabel*>()) all += l->text() + QLatin1Char('\n');
    return all;
  }
  AskOutcome compress() {
    QSignalSpy done(&client(), &AskClient::compressed);
    find<QPushButton>("askCompress")->click();
    if (!QTest::qWaitFor([&] { return !done.isEmpty(); }, 60000)) return {};
    return done.takeFirst().at(0).value<AskOutcome>();
  }
  AskOutcome ask(const QString& question) {
    QSignalSpy done(&client(), &AskClient::answered);
    find<QLineEdit>("askQuestion")->setText(question);
    find<QPushButton>("askSend")->click();
    if (!QTest::qWaitFor([&] { return !done.isEmpty(); }, 60000)) return {};
    QTest::qWait(100);  // painted
    return done.takeFirst().at(0).value<AskOutcome>();
  }
  static QString mib(int64_t bytes) { return number(mebi(double(bytes)), 2); }

 private Q_SLOTS:
  void initTestCase();
  void cleanupTestCase() { m_window.reset(); }
  void theMethodsOfTheControlsAreOffered();
  void compressedOnceWithTrueBytes();
  void questionsApart();
  void tokensComeLive();
  void aConversation();
  void tooLongIsSaid();
  void stopped();
  void aComparisonTakesTheContext();
  void chinese();
};

void TestAskPage::initTestCase() {
  m_window = test::tinyWindow(m_home.path());
  QVERIFY(m_window);
  m_window->setContextTokens(200);
  m_window->findChild<QTabWidget*>()->setCurrentWidget(&page());
  find<QSpinBox>("askNewTokens")->setValue(8);
  QVERIFY(!find<QPushButton>("askSend")->isEnabled() && !find<QLineEdit>("askQuestion")->isEnabled());
}

void TestAskPage::theMethodsOfTheControlsAreOffered() {
  auto* list = find<QListWidget>("askMethods");
  QCOMPARE(list->count(), 3);
  QCOMPARE(page().spec().methods.size(), size_t(3));
  QCOMPARE(page().lanes().size(), size_t(3));  // before anything runs
  list->item(1)->setCheckState(Qt::Unchecked);
  QCOMPARE(page().spec().methods.size(), size_t(2));
  QCOMPARE(page().lanes().size(), size_t(2));
  page().controlsChanged();
  QCOMPARE(list->item(1)->checkState(), Qt::Unchecked);  // stays as the user wants it
  for (int i : {0, 2}) list->item(i)->setCheckState(Qt::Unchecked);
  QVERIFY(!find<QPushButton>("askCompress")->isEnabled());
  for (int i : {0, 1, 2}) list->item(i)->setCheckState(Qt::Checked);
  QVERIFY(find<QPushButton>("askCompress")->isEnabled());
  QVERIFY(said().contains(QLatin1String("200 tokens")));
}

void TestAskPage::compressedOnceWithTrueBytes() {
  const AskOutcome o = compress();
  QVERIFY2(o.exitCode == 0, o.error.c_str());
  m_contexts = o.contexts;
  QCOMPARE(o.contexts.size(), size_t(3));
  QVERIFY(o.contexts[1].kvBytes < o.contexts[0].kvBytes * .7 && o.contexts[0].kvBytes >= o.contexts[0].kvBytesFull);
  QVERIFY(page().isCompressed() && find<QLineEdit>("askQuestion")->isEnabled());
  for (size_t i = 0; i < 3; ++i) {
    QString facts;
    for (const QLabel* l : page().lanes()[i]->findChildren<QLabel*>()) facts += l->text();
    const QString held = mib(o.contexts[i].kvBytes) + QStringLiteral(" of ") + mib(o.contexts[i].kvBytesFull);
    QVERIFY2(facts.contains(held), qPrintable(facts));
  }
}

void TestAskPage::questionsApart() {
  const AskOutcome first = ask(QStringLiteral("Where is the boat?")), again = ask(QStringLiteral("Where is the boat?"));
  QCOMPARE(first.exitCode, 0);
  for (size_t i = 0; i < 3; ++i) {
    QCOMPARE(again.answers[i].text, first.answers[i].text);  // no question sees another
    QCOMPARE(again.answers[i].position, first.answers[i].position);
    QCOMPARE(first.answers[i].kvBytesBefore, m_contexts[i].kvBytes);
    const QString shown = talk(int(i));
    QVERIFY2(shown.count(QLatin1String("Where is the boat?")) == 2, qPrintable(shown));
    QVERIFY2(shown.contains(QStringLiteral("KV %1 → %2 MiB").arg(mib(first.answers[i].kvBytesBefore), mib(first.answers[i].kvBytesEnd))),
             qPrintable(shown));
    QVERIFY(shown.contains(QLatin1String("tok/s")) && shown.contains(QLatin1String("first token after")));
  }
  find<QToolButton>("askCopy")->click();
  const QString copied = QGuiApplication::clipboard()->text();
  QVERIFY2(copied.count(QLatin1String("**Where is the boat?**")) == 6 && copied.count(QLatin1String("## ")) == 3, qPrintable(copied));
}

void TestAskPage::tokensComeLive() {
  QStringList kinds;
  QSignalSpy done(&client(), &AskClient::answered);
  const auto listens = connect(&client(), &AskClient::told, this, [&](const AskEvent& e) {
    if (e.kind == AskEvent::Kind::Token) kinds << QStringLiteral("token%1").arg(e.method);
    if (e.kind == AskEvent::Kind::Answered) kinds << QStringLiteral("answered%1").arg(e.method);
  });
  find<QLineEdit>("askQuestion")->setText(QStringLiteral("Why?"));
  QTest::keyClick(find<QLineEdit>("askQuestion"), Qt::Key_Return);
  QVERIFY(page().busy() && find<QPushButton>("askCancel")->isEnabled() && !find<QPushButton>("askSend")->isEnabled());
  QVERIFY(find<QLineEdit>("askQuestion")->text().isEmpty());
  QTRY_VERIFY_WITH_TIMEOUT(!page().busy(), 60000);
  disconnect(listens);
  const AskOutcome o = done.takeFirst().at(0).value<AskOutcome>();
  int spoke = 0;
  for (int i = 0; i < 3; ++i) {
    if (o.answers[size_t(i)].text.empty()) continue;  // the end of the text alone
    ++spoke;
    const auto token = kinds.indexOf(QStringLiteral("token%1").arg(i)), end = kinds.indexOf(QStringLiteral("answered%1").arg(i));
    QVERIFY2(token >= 0 && end > token, qPrintable(kinds.join(QLatin1Char(' '))));
  }
  QVERIFY(spoke > 0);
}

void TestAskPage::aConversation() {
  find<QRadioButton>("askConversation")->click();
  const AskOutcome first = ask(QStringLiteral("Where is the boat?")), second = ask(QStringLiteral("Why?"));
  QVERIFY2(second.exitCode == 0, second.error.c_str());
  for (size_t i = 0; i < 3; ++i) {
    QVERIFY(second.answers[i].position > first.answers[i].position);
    QCOMPARE(talk(int(i)).count(QLatin1String("Why?")), 2);  // one of them from before
  }
  QVERIFY(second.answers[0].kvBytesBefore > first.answers[0].kvBytesBefore);  // the uncompressed cache has grown
  QVERIFY(!find<QRadioButton>("askApart")->isEnabled());                      // the context has turns behind it
  QCOMPARE(compress().exitCode, 0);
  QVERIFY(find<QRadioButton>("askApart")->isEnabled());
  QVERIFY(talk(0).isEmpty());
}

void TestAskPage::tooLongIsSaid() {
  const AskOutcome o = ask(QString(2000, QLatin1Char('x')).replace(QLatin1String("xxxx"), QLatin1String("boat ")));
  for (size_t i = 0; i < 3; ++i) {
    QVERIFY2(o.answers[i].error.find("512 positions") != std::string::npos, o.answers[i].error.c_str());
    QVERIFY2(talk(int(i)).contains(QLatin1String("512 positions")), qPrintable(talk(int(i))));
  }
  QVERIFY(ask(QStringLiteral("Why?")).answers[0].error.empty());  // the context is as it was
  m_window->setContextTokens(440);
  find<QSpinBox>("askNewTokens")->setValue(400);
  const AskOutcome refused = compress();
  QVERIFY(refused.exitCode != 0);
  QVERIFY2(said().contains(QLatin1String("512 positions")), qPrintable(said()));
  QVERIFY(!page().isCompressed() && !find<QLineEdit>("askQuestion")->isEnabled());
  m_window->setContextTokens(200);
}

void TestAskPage::stopped() {
  find<QSpinBox>("askNewTokens")->setValue(250);
  find<QRadioButton>("askApart")->click();
  QCOMPARE(compress().exitCode, 0);
  QSignalSpy done(&client(), &AskClient::answered);
  // The tiny model answers within milliseconds, sometimes before the button is pressed: then it is asked again.
  AskOutcome o;
  for (int i = 0; i < 40 && !o.cancelled; ++i) {
    QTRY_VERIFY(find<QLineEdit>("askQuestion")->isEnabled());
    find<QLineEdit>("askQuestion")->setText(QStringLiteral("Why?"));
    find<QPushButton>("askSend")->click();
    find<QPushButton>("askCancel")->click();
    QTRY_VERIFY_WITH_TIMEOUT(!done.isEmpty(), 60000);
    o = done.takeFirst().at(0).value<AskOutcome>();
  }
  QVERIFY(o.cancelled);
  QVERIFY(o.answers.back().error.find("not asked") != std::string::npos || o.answers.back().stop == "cancelled");
  QTRY_VERIFY(find<QPushButton>("askCompress")->isEnabled());
  QVERIFY(said().contains(QLatin1String("Stopped")));
  QVERIFY(page().isCompressed());  // what was compressed is still there
}

void TestAskPage::aComparisonTakesTheContext() {
  QTest::qWait(100);  // painted
  const QString before = talk(0);
  QSignalSpy finished(m_window->controller(), &RunController::finished);
  m_window->findChild<QSpinBox*>(QStringLiteral("newTokens"))->setValue(4);
  m_window->startRun();
  QVERIFY(!page().isCompressed() && !find<QLineEdit>("askQuestion")->isEnabled());
  QVERIFY2(said().contains(QLatin1String("let go")), qPrintable(said()));
  QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), 120000);
  QCOMPARE(talk(0), before);  // what was asked stays in sight
  QTRY_VERIFY(find<QPushButton>("askCompress")->isEnabled());
}

void TestAskPage::chinese() {
  find<QSpinBox>("askNewTokens")->setValue(8);
  QCOMPARE(compress().exitCode, 0);
  ask(QStringLiteral("Why?"));
  m_window->setLanguage(QStringLiteral("zh_CN"));
  const QRegularExpression han(QStringLiteral("[\\x{4e00}-\\x{9fff}]"));
  QTRY_VERIFY(find<QPushButton>("askCompress")->text().contains(han));
  QCOMPARE(m_window->size(), QSize(1280, 800));
  for (const QAbstractButton* b : page().findChildren<QAbstractButton*>())
    if (!b->text().isEmpty() && b->isVisible()) QVERIFY2(b->text().contains(han), qPrintable(b->text()));
  QVERIFY2(talk(0).contains(han), qPrintable(talk(0)));
  m_window->setLanguage(QStringLiteral("en"));
}

QTEST_MAIN(TestAskPage)
#include "tst_ask_page.moc"
