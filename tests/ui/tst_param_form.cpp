// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

#include "core/api/press_info.h"
#include "ui/forms/param_form.h"

using namespace presslab;

namespace {
QString qt(std::string_view s) { return QString::fromUtf8(s.data(), qsizetype(s.size())); }
}  // namespace

class TestParamForm : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyParameterHasAnEditor() {
    QVERIFY(!pressTable().empty());
    for (const PressInfo& press : pressTable()) {
      ParamForm form(press);
      for (const ParamSpec& p : press.params) {
        const auto* editor = form.findChild<QWidget*>(qt(p.key), Qt::FindDirectChildrenOnly);
        QVERIFY2(editor, qPrintable(qt(press.id) + QLatin1Char('.') + qt(p.key)));
        QVERIFY2(!editor->accessibleName().isEmpty(), qPrintable(qt(p.key)));
        QVERIFY2(!editor->toolTip().isEmpty(), qPrintable(qt(p.key)));
      }
    }
  }

  void defaultsGiveASpecThatParses() {
    for (const PressInfo& press : pressTable()) {
      if (press.wrapper) continue;  // needs an inner press
      const std::string spec = ParamForm(press).spec().toStdString();
      QVERIFY2(!canonicalPressSpec(spec).empty(), spec.c_str());
    }
  }

  void aChangeIsSaidAndReadBack() {
    const PressInfo* press = findPress("eplb_duo");
    QVERIFY(press);
    ParamForm form(*press);
    QSignalSpy changed(&form, &ParamForm::changed);
    form.findChild<QDoubleSpinBox*>(QStringLiteral("ratio"))->setValue(0.25);
    form.findChild<QSpinBox*>(QStringLiteral("num_experts"))->setValue(6);
    form.findChild<QComboBox*>(QStringLiteral("balance"))->setCurrentText(QStringLiteral("off"));
    QCOMPARE(changed.size(), 3);
    const QString spec = form.spec();
    QVERIFY2(
        spec.contains(QLatin1String("ratio=0.25")) && spec.contains(QLatin1String("num_experts=6")) && spec.contains(QLatin1String("balance=off")),
        qPrintable(spec));
    ParamForm other(*press);
    other.setSpec(spec);
    QCOMPARE(other.spec(), spec);
  }
};

QTEST_MAIN(TestParamForm)
#include "tst_param_form.moc"
