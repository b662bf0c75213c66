// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QCoreApplication>
#include <QFile>
#include <QRegularExpression>
#include <QTest>
#include <QXmlStreamReader>

#include "core/api/press_info.h"
#include "ui/appearance.h"
#include "ui/charts/charts.h"

using namespace presslab;

class TestTranslations : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void chineseIsComplete() {
    QFile file(QStringLiteral(PRESSLAB_SOURCE_DIR "/ui/i18n/presslab_zh_CN.ts"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QXmlStreamReader xml(&file);
    QString source;
    int count = 0;
    const QRegularExpression place(QStringLiteral("%\\d"));
    const auto places = [&](const QString& s) {
      QStringList found;
      for (auto it = place.globalMatch(s); it.hasNext();) found << it.next().captured();
      found.sort();
      return found;
    };
    while (!xml.atEnd()) {
      if (xml.readNext() != QXmlStreamReader::StartElement) continue;
      if (xml.name() == QLatin1String("source"))
        source = xml.readElementText();
      else if (xml.name() == QLatin1String("translation")) {
        QVERIFY2(!xml.attributes().hasAttribute(QStringLiteral("type")), qPrintable(QStringLiteral("unfinished: ") + source));
        const QString text = xml.readElementText();
        QVERIFY2(!text.isEmpty(), qPrintable(source));
        QCOMPARE(places(text), places(source));
        ++count;
      }
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QVERIFY(count > 200);
  }

  void titlesAndLabelsOfThePressTableAreInTheList() {
    applyLanguage(QStringLiteral("zh_CN"));
    QFile file(QStringLiteral(PRESSLAB_SOURCE_DIR "/ui/i18n/table_strings.cpp"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QString list = QString::fromUtf8(file.readAll());
    const auto listed = [&](std::string_view s) {
      return list.contains(QStringLiteral("\"%1\"").arg(QString::fromUtf8(s.data(), qsizetype(s.size()))));
    };
    for (const PressInfo& press : pressTable()) {
      QVERIFY2(listed(press.title), std::string(press.title).c_str());
      for (const ParamSpec& p : press.params) QVERIFY2(listed(p.label), std::string(p.label).c_str());
    }
    applyLanguage(QStringLiteral("en"));
  }

  void theLanguageChangesAtOnce() {
    MemoryChart chart;
    applyLanguage(QStringLiteral("en"));
    const QString english = chart.title();
    applyLanguage(QStringLiteral("zh_CN"));
    QVERIFY(chart.title() != english);
    QVERIFY(chart.title().contains(QStringLiteral("缓存")));
    applyLanguage(QStringLiteral("en"));
    QCOMPARE(chart.title(), english);
  }
};

QTEST_MAIN(TestTranslations)
#include "tst_translations.moc"
