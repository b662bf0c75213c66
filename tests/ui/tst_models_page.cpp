// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The models page, Get and the window's offers, with the real engine and a hub on loopback.
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>

#include "support/fake_hub.h"
#include "ui/main_window.h"
#include "ui/pages/models_page.h"
#include "ui/run/hub_fetch.h"
#include "ui/run/run_controller.h"
#include "ui/widgets/hub_panel.h"
#include "ui/widgets/model_facts.h"
#include "ui/widgets/offer_bar.h"

using namespace presslab;
using namespace presslab::test;

class TestModelsPage : public QObject {
  Q_OBJECT
  QTemporaryDir m_home;
  FakeHub m_hub;

  static QString tinyModel() { return QStringLiteral(PRESSLAB_TEST_DATA "/model/tiny_llama.gguf"); }
  template <class T>
  static T* child(QWidget& w, const char* name) {
    return w.findChild<T*>(QLatin1String(name));
  }
  static std::unique_ptr<MainWindow> open() {
    auto window = std::make_unique<MainWindow>(tinyModel());
    window->setLanguage(QStringLiteral("en"));
    window->show();
    if (!QTest::qWaitFor([&] { return child<QPushButton>(*window, "run")->isEnabled(); }, 120000)) return nullptr;
    return window;
  }

 private Q_SLOTS:
  void initTestCase() {
    QCoreApplication::setOrganizationName(QStringLiteral("presslab-test"));
    QStandardPaths::setTestModeEnabled(true);
    qputenv("XDG_DATA_HOME", m_home.path().toUtf8());
    qputenv("XDG_CONFIG_HOME", m_home.path().toUtf8());
    qputenv("HOME", m_home.path().toUtf8());
    qputenv("PRESSLAB_HISTORY", m_home.filePath(QStringLiteral("history.db")).toUtf8());
    qputenv("HF_HUB_CACHE", m_home.filePath(QStringLiteral("hub")).toUtf8());
    qputenv("HF_ENDPOINT", QByteArray::fromStdString(m_hub.hub.url()));
    qunsetenv("HF_HUB_OFFLINE");
    qunsetenv("HF_TOKEN");
    QDir().mkpath(m_home.filePath(QStringLiteral("models")));
    QVERIFY(QFile::copy(tinyModel(), m_home.filePath(QStringLiteral("models/one.gguf"))));
    QFile broken(m_home.filePath(QStringLiteral("models/broken.gguf")));
    QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("GGUF and nothing else") > 0);
    qputenv("PRESSLAB_MODELS", m_home.filePath(QStringLiteral("models")).toUtf8());
    QSettings().clear();
    QFile f(tinyModel());
    QVERIFY(f.open(QIODevice::ReadOnly));
    const std::string model = f.readAll().toStdString();
    m_hub.files = {{"README.md", "r"}, {"a.gguf", model}, {"b.gguf", std::string(2000000, 'b')}};
  }

  void modelsOfTheSearchPathAndWhyOneCannotRun() {
    ModelsPage page;
    QSignalSpy scanned(&page, &ModelsPage::scanned);
    page.show();
    QTRY_VERIFY_WITH_TIMEOUT(!scanned.isEmpty(), 60000);
    auto* table = child<QTableWidget>(page, "models");
    int good = -1, broken = -1;
    for (int r = 0; r < table->rowCount(); ++r) {
      if (table->item(r, 0)->toolTip().endsWith(QLatin1String("one.gguf"))) good = r;
      if (table->item(r, 0)->text() == QLatin1String("broken.gguf")) broken = r;
    }
    QVERIFY(good >= 0 && broken >= 0);
    QCOMPARE(table->item(good, 3)->text(), QStringLiteral("2 x 2"));
    QVERIFY(table->item(broken, 0)->toolTip().contains(QLatin1String("broken.gguf: 0x")));
    page.setJob({"none", "knorm(ratio=0.5)"}, 300, 8);
    table->selectRow(good);
    QTRY_VERIFY_WITH_TIMEOUT(page.facts()->estimate(), 60000);
    QCOMPARE(page.facts()->estimate()->methods[0].kvBytes, int64_t(2 * 2 * 2 * 16 * 2 * 300));
    QCOMPARE(page.facts()->estimate()->methods[1].kvBytes * 2, page.facts()->estimate()->methods[0].kvBytes);
    QCOMPARE(child<QPushButton>(page, "loadModel")->text(), QStringLiteral("Load this model"));
    page.facts()->setAvailable(1000);
    QCOMPARE(child<QPushButton>(page, "loadModel")->text(), QStringLiteral("Start anyway"));
    QVERIFY(child<QPushButton>(page, "loadModel")->isEnabled());
    QVERIFY(child<QLabel>(page, "memoryVerdict")->text().contains(QLatin1String("only")));
    QSignalSpy load(&page, &ModelsPage::loadWanted);
    child<QPushButton>(page, "loadModel")->click();
    QVERIFY(load.takeFirst().at(0).toString().endsWith(QLatin1String("one.gguf")));
    table->selectRow(broken);
    QTRY_VERIFY(!page.facts()->estimate());
    child<QLineEdit>(page, "modelFilter")->setText(QStringLiteral("brok"));
    QVERIFY(table->isRowHidden(good) && !table->isRowHidden(broken));
  }

  void aDroppedFileShowsItsFacts() {
    ModelsPage page;
    page.setJob({"none"}, 100, 4);
    page.show();
    QMimeData mime;
    mime.setUrls({QUrl::fromLocalFile(tinyModel())});
    QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&page, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop(QPointF(5, 5), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&page, &drop);
    QTRY_VERIFY_WITH_TIMEOUT(page.facts()->estimate(), 60000);
  }

  void chineseReachesThePage() {
    const auto window = open();
    QVERIFY(window);
    const auto texts = [&] {
      QStringList out;
      for (const char* name : {"loadModel", "hubGet", "hubCancel"}) out << child<QPushButton>(*window, name)->text();
      auto* tabs = window->findChild<QTabWidget*>();
      out << tabs->tabText(tabs->indexOf(window->findChild<ModelsPage*>())) << child<QTableWidget>(*window, "models")->horizontalHeaderItem(0)->text()
          << child<QTableWidget>(*window, "memoryTable")->horizontalHeaderItem(1)->text();
      return out;
    };
    QTRY_VERIFY_WITH_TIMEOUT(window->findChild<ModelsPage*>()->facts()->estimate(), 60000);
    const QStringList english = texts();
    window->setLanguage(QStringLiteral("zh_CN"));
    QTRY_VERIFY(texts() != english);
    for (qsizetype i = 0; i < english.size(); ++i) QTRY_VERIFY2(texts()[i] != english[i], qPrintable(english[i]));
    window->setLanguage(QStringLiteral("en"));
    QTRY_COMPARE(texts(), english);
  }

  void loadedModelsAreRemembered() {
    const auto window = open();
    QVERIFY(window);
    QCOMPARE(ModelsPage::recentPaths().value(0), tinyModel());
    auto* page = window->findChild<ModelsPage*>();
    QTRY_VERIFY_WITH_TIMEOUT(page->facts()->estimate(), 60000);
    QCOMPARE(child<QPushButton>(*page, "loadModel")->text(), QStringLiteral("Loaded"));
    QVERIFY(!child<QPushButton>(*page, "loadModel")->isEnabled());
    // Another one, by the button.
    page->inspect(m_home.filePath(QStringLiteral("models/one.gguf")));
    QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*page, "loadModel")->text() == QLatin1String("Load this model"), 60000);
    child<QPushButton>(*page, "loadModel")->click();
    QTRY_VERIFY_WITH_TIMEOUT(ModelsPage::recentPaths().value(0).endsWith(QLatin1String("one.gguf")), 60000);
    QCOMPARE(ModelsPage::recentPaths().value(1), tinyModel());
  }

  void aPresetBeyondThePositionsOffersTheNearestLength() {
    const auto window = open();
    QVERIFY(window);
    auto* length = child<QSpinBox>(*window, "contextTokens");
    length->setValue(200);
    QVERIFY(window->choosePreset(QStringLiteral("long_document")));  // 4,000 tokens; the model has 512 positions
    auto* offer = window->findChild<OfferBar*>();
    QTRY_VERIFY(offer->isVisible());
    QCOMPARE(length->value(), 200);  // nothing changes by itself
    auto* take = child<QPushButton>(*window, "offerTake");
    QVERIFY(QApplication::activeModalWidget() == nullptr);
    take->click();
    QVERIFY(length->value() > 200 && length->value() < 512);
    QVERIFY(take->text().contains(QString::number(length->value())));
    QVERIFY(!offer->isVisible());
    length->setValue(200);
    QVERIFY(window->choosePreset(QStringLiteral("long_document")));
    window->choosePreset(QStringLiteral("chat"));  // 1,000: beyond them as well
    QVERIFY(offer->isVisible());
  }

  void tooLittleMemoryIsSaidAndCanBeOverruled() {
    const auto window = open();
    QVERIFY(window);
    auto* page = window->findChild<ModelsPage*>();
    QTRY_VERIFY_WITH_TIMEOUT(page->estimateOfLoaded({"none"}, 100, 4), 60000);
    child<QSpinBox>(*window, "contextTokens")->setValue(160);
    child<QSpinBox>(*window, "newTokens")->setValue(4);
    page->facts()->setAvailable(1000);
    QSignalSpy finished(window->controller(), &RunController::finished);
    child<QPushButton>(*window, "run")->click();
    auto* offer = window->findChild<OfferBar*>();
    QTRY_VERIFY(offer->isVisible());
    QCOMPARE(window->controller()->state(), RunController::State::Ready);
    child<QPushButton>(*window, "offerTake")->click();
    QTRY_VERIFY_WITH_TIMEOUT(!finished.isEmpty(), 120000);
  }

  void getChoosesAmongSeveralAndFetches() {
    HubPanel panel;
    panel.show();
    auto* name = child<QLineEdit>(panel, "hubName");
    auto* status = child<QLabel>(panel, "hubStatus");
    QSignalSpy fetched(&panel, &HubPanel::fetched);
    name->setText(QStringLiteral("lab/tiny"));
    child<QPushButton>(panel, "hubGet")->click();
    auto* file = child<QComboBox>(panel, "hubFile");
    QTRY_VERIFY_WITH_TIMEOUT(!file->isHidden() && !panel.fetch()->running(), 20000);
    QCOMPARE(file->count(), 2);
    file->setCurrentIndex(0);
    child<QPushButton>(panel, "hubGet")->click();
    QTRY_VERIFY_WITH_TIMEOUT(!fetched.isEmpty(), 20000);
    const QString path = fetched.takeFirst().at(0).toString();
    QVERIFY(path.endsWith(QLatin1String("a.gguf")));
    QVERIFY(QFile::exists(path));
    QVERIFY(status->text().contains(path));
    name->setText(QStringLiteral("no/such"));
    Q_EMIT name->textEdited(name->text());
    child<QPushButton>(panel, "hubGet")->click();
    QTRY_VERIFY_WITH_TIMEOUT(!panel.fetch()->running(), 20000);
    QVERIFY2(status->text().contains(QLatin1String("404")), qPrintable(status->text()));
    name->setText(QStringLiteral("nonsense"));
    child<QPushButton>(panel, "hubGet")->click();
    QTRY_VERIFY(status->text().contains(QLatin1String("owner/name")));
  }

  void aDownloadIsCancelledAndGoesOn() {
    m_hub.pauseMs = 20;
    HubPanel panel;
    panel.show();
    QSignalSpy progressed(panel.fetch(), &HubFetch::progressed);
    QSignalSpy failed(panel.fetch(), &HubFetch::failed);
    QSignalSpy fetched(&panel, &HubPanel::fetched);
    child<QLineEdit>(panel, "hubName")->setText(QStringLiteral("lab/tiny:b.gguf"));
    child<QPushButton>(panel, "hubGet")->click();
    QTRY_VERIFY_WITH_TIMEOUT(progressed.size() >= 2, 20000);
    child<QPushButton>(panel, "hubCancel")->click();
    QTRY_VERIFY_WITH_TIMEOUT(!failed.isEmpty(), 20000);
    QVERIFY(failed.first().at(1).toBool());
    QVERIFY(fetched.isEmpty());
    m_hub.pauseMs = 0;
    child<QPushButton>(panel, "hubGet")->click();
    QTRY_VERIFY_WITH_TIMEOUT(!fetched.isEmpty(), 20000);
    QVERIFY(m_hub.storage.requests().back().headers.count("range"));  // from where it was cut
  }
};

QTEST_MAIN(TestModelsPage)
#include "tst_models_page.moc"
