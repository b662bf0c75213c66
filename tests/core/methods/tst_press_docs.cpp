// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QtTest/QtTest>
#include <set>

#include "core/api/press_info.h"
#include "core/methods/press_docs.h"

using namespace presslab;

class TestPressDocs : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theCommittedFileIsTheTable() {
    QFile file(QStringLiteral(PRESSLAB_SOURCE_DIR "/docs/presses.md"));
    if (qEnvironmentVariableIsSet("PRESSLAB_UPDATE_DOCS")) {
      QVERIFY(file.open(QIODevice::WriteOnly));
      file.write(QByteArray::fromStdString(renderPressDocs()));
      file.close();
    }
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY2(file.readAll().toStdString() == renderPressDocs(), "docs/presses.md is old; run this test with PRESSLAB_UPDATE_DOCS=1");
  }

  void everyRowIsWhole() {
    std::set<std::string> ids;
    for (const PressInfo& p : pressTable()) {
      const std::string id(p.id);
      QVERIFY2(ids.insert(id).second, id.c_str());
      QVERIFY2(!p.title.empty() && !p.summary.empty() && p.summary.back() != '.', id.c_str());
      QCOMPARE(findPress(p.id)->title, p.title);
      std::set<std::string> keys;
      for (const ParamSpec& s : p.params) {
        const std::string name = id + "." + std::string(s.key);
        QVERIFY2(keys.insert(std::string(s.key)).second, name.c_str());
        QVERIFY2(!s.label.empty() && !s.help.empty(), name.c_str());
        QVERIFY2((s.type != ParamType::Int && s.type != ParamType::Float) || s.min < s.max, name.c_str());
        QVERIFY2(s.type != ParamType::Choice || s.choices.find(s.def) != s.choices.npos, name.c_str());
        QVERIFY2(renderPressDocs().find("`" + std::string(s.key) + "`") != std::string::npos, name.c_str());
      }
    }
    QVERIFY(!findPress("nothing"));
    QCOMPARE(pressTable()[0].id, std::string_view("none"));
  }
};

QTEST_GUILESS_MAIN(TestPressDocs)
#include "tst_press_docs.moc"
