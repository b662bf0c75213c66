// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

namespace {

const QString kRoot = QStringLiteral(PRESSLAB_SOURCE_DIR);

QString content(const QString& relative) {
  QFile f(kRoot + QLatin1Char('/') + relative);
  return f.open(QIODevice::ReadOnly) ? QString::fromUtf8(f.readAll()) : QString();
}

/// Paths in backticks that begin with a folder of the tree and do not exist.
QStringList absentPaths(const QString& text) {
  static const QRegularExpression kPath(QStringLiteral("`((?:app|cmake|core|docs|kernels|resources|tests|ui|\\.ci)/[^`\\s]*)`"));
  QStringList absent;
  for (auto it = kPath.globalMatch(text); it.hasNext();) {
    const QString path = it.next().captured(1);
    if (!QFileInfo::exists(kRoot + QLatin1Char('/') + path)) absent << path;
  }
  return absent;
}

/// Targets of Markdown links that are no address and do not exist, relative to the folder of the file.
QStringList brokenLinks(const QString& text, const QString& folder) {
  static const QRegularExpression kLink(QStringLiteral("\\]\\(([^)\\s#]+)[^)]*\\)"));
  QStringList broken;
  for (auto it = kLink.globalMatch(text); it.hasNext();) {
    const QString target = it.next().captured(1);
    if (!target.contains(QLatin1String("://")) && !QFileInfo::exists(folder + QLatin1Char('/') + target)) broken << target;
  }
  return broken;
}

}  // namespace

class TestDocs : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theChecksCanFail() {
    QCOMPARE(absentPaths(QStringLiteral("`core/api/lab.h` and `core/none/such.h`")), QStringList("core/none/such.h"));
    QCOMPARE(brokenLinks(QStringLiteral("[a](README.md) [b](no.md#x) [c](https://x/y)"), kRoot), QStringList("no.md"));
  }

  void pathsInArchitectureExist() {
    const QString text = content(QStringLiteral("docs/ARCHITECTURE.md"));
    QVERIFY(text.contains(QLatin1String("`core/export/run_folder.cpp`")));
    QCOMPARE(absentPaths(text).join(QLatin1Char(' ')), QString());
  }

  void pathsInDecisionsExist() {
    const QDir dir(kRoot + QStringLiteral("/docs/adr"));
    const QStringList files = dir.entryList({QStringLiteral("*.md")});
    QVERIFY(files.size() >= 6);
    for (const QString& file : files) QCOMPARE(absentPaths(content(QStringLiteral("docs/adr/") + file)).join(QLatin1Char(' ')), QString());
  }

  /// Each folder of the code has its line in the tree.
  void everyFolderIsNamed() {
    const QString text = content(QStringLiteral("docs/ARCHITECTURE.md"));
    for (const char* top : {"app", "core", "kernels", "ui"}) {
      const QDir dir(kRoot + QLatin1Char('/') + QLatin1String(top));
      for (const QString& name : dir.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString folder = QStringLiteral("`%1/%2/`").arg(QLatin1String(top), name);
        QVERIFY2(text.contains(folder), qPrintable(folder));
      }
    }
  }

  void linksLead() {
    int files = 0;
    for (const char* folder : {".", "docs", "docs/adr"}) {
      const QDir dir(kRoot + QLatin1Char('/') + QLatin1String(folder));
      for (const QString& file : dir.entryList({QStringLiteral("*.md")}, QDir::Files)) {
        ++files;
        const QString relative = QLatin1String(folder) + QLatin1Char('/') + file;
        const QStringList broken = brokenLinks(content(relative), dir.path());
        QVERIFY2(broken.isEmpty(), qPrintable(relative + QLatin1String(": ") + broken.join(QLatin1Char(' '))));
      }
    }
    QVERIFY(files > 6);
  }

  /// The two READMEs give the same commands.
  void readmesAgree() {
    static const QRegularExpression kBlock(QStringLiteral("```sh\\n(.*?)```"), QRegularExpression::DotMatchesEverythingOption);
    const auto blocks = [](const QString& text) {
      QStringList out;
      for (auto it = kBlock.globalMatch(text); it.hasNext();) out << it.next().captured(1);
      return out;
    };
    const QStringList english = blocks(content(QStringLiteral("README.md")));
    QVERIFY(english.join(QString()).contains(QLatin1String("./dev run")) && english.join(QString()).contains(QLatin1String("./dev test")));
    QCOMPARE(blocks(content(QStringLiteral("README.zh-CN.md"))), english);
  }
};

QTEST_APPLESS_MAIN(TestDocs)
#include "tst_docs.moc"
