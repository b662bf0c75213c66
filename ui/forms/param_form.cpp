// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/param_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSpinBox>
#include <algorithm>
#include <cmath>

#include "ui/charts/palette.h"

namespace presslab {
namespace {

QString qt(std::string_view s) { return QString::fromUtf8(s.data(), qsizetype(s.size())); }
QString translated(std::string_view s) { return QCoreApplication::translate("PressTable", std::string(s).c_str()); }

QString valueOf(const QWidget* editor) {
  if (const auto* box = qobject_cast<const QCheckBox*>(editor)) return box->isChecked() ? QStringLiteral("true") : QStringLiteral("false");
  if (const auto* spin = qobject_cast<const QSpinBox*>(editor)) return QString::number(spin->value());
  if (const auto* spin = qobject_cast<const QDoubleSpinBox*>(editor)) return QString::number(spin->value(), 'g', 6);
  if (const auto* combo = qobject_cast<const QComboBox*>(editor)) return combo->currentText();
  if (const auto* line = qobject_cast<const QLineEdit*>(editor)) return line->text().trimmed();
  return {};
}

bool isDefault(const ParamSpec& s, const QString& value) {
  if (s.type == ParamType::Float) return std::abs(value.toDouble() - qt(s.def).toDouble()) < 1e-9;
  return value == qt(s.def);
}

}  // namespace

ParamForm::ParamForm(const PressInfo& press, QWidget* parent) : QWidget(parent), m_press(press) {
  auto* form = new QFormLayout(this);
  form->setContentsMargins(0, 0, 4, 0);
  form->setVerticalSpacing(3);
  form->setHorizontalSpacing(6);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  for (const ParamSpec& s : press.params) {
    QWidget* editor = makeEditor(s);
    editor->setObjectName(qt(s.key));
    editor->setAccessibleName(translated(s.label));
    editor->setToolTip(s.source.empty() ? qt(s.help) : QStringLiteral("%1\n%2").arg(qt(s.help), qt(s.source)));
    editor->setMinimumWidth(72);
    editor->setMaximumWidth(112);
    auto* label = new QLabel(translated(s.label));
    label->setFont(chartFont(8.5));
    label->setWordWrap(true);
    label->setBuddy(editor);
    form->addRow(label, editor);
  }
}

QWidget* ParamForm::makeEditor(const ParamSpec& s) {
  switch (s.type) {
    case ParamType::Bool: {
      auto* box = new QCheckBox(this);
      box->setChecked(s.def == "true" || s.def == "1");
      connect(box, &QCheckBox::toggled, this, &ParamForm::changed);
      return box;
    }
    case ParamType::Int: {
      auto* spin = new QSpinBox(this);
      spin->setRange(int(std::max(s.min, -2147483648.0)), int(std::min(s.max, 2147483647.0)));
      spin->setValue(qt(s.def).toInt());
      connect(spin, &QSpinBox::valueChanged, this, &ParamForm::changed);
      return spin;
    }
    case ParamType::Float: {
      auto* spin = new QDoubleSpinBox(this);
      spin->setDecimals(3);
      spin->setSingleStep(0.05);
      spin->setRange(s.min, s.maxExclusive ? s.max - 0.001 : s.max);
      spin->setValue(qt(s.def).toDouble());
      connect(spin, &QDoubleSpinBox::valueChanged, this, &ParamForm::changed);
      return spin;
    }
    case ParamType::Choice: {
      auto* combo = new QComboBox(this);
      combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
      combo->setMinimumContentsLength(5);
      combo->addItems(qt(s.choices).split(QLatin1Char('|')));
      combo->setCurrentText(qt(s.def));
      connect(combo, &QComboBox::currentIndexChanged, this, &ParamForm::changed);
      return combo;
    }
    default: {
      auto* line = new QLineEdit(qt(s.def), this);
      connect(line, &QLineEdit::textChanged, this, &ParamForm::changed);
      return line;
    }
  }
}

void ParamForm::setSpec(const QString& spec) {
  const QSignalBlocker quiet(this);
  const QString inner = spec.section(QLatin1Char('('), 1).chopped(spec.endsWith(QLatin1Char(')')) ? 1 : 0);
  for (const QString& argument : inner.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
    const QString key = argument.section(QLatin1Char('='), 0, 0).trimmed(), value = argument.section(QLatin1Char('='), 1).trimmed();
    QWidget* editor = findChild<QWidget*>(key, Qt::FindDirectChildrenOnly);
    if (auto* box = qobject_cast<QCheckBox*>(editor))
      box->setChecked(value == QLatin1String("true") || value == QLatin1String("1"));
    else if (auto* spin = qobject_cast<QSpinBox*>(editor))
      spin->setValue(value.toInt());
    else if (auto* real = qobject_cast<QDoubleSpinBox*>(editor))
      real->setValue(value.toDouble());
    else if (auto* combo = qobject_cast<QComboBox*>(editor))
      combo->setCurrentText(value);
    else if (auto* line = qobject_cast<QLineEdit*>(editor))
      line->setText(value);
  }
}

QString ParamForm::spec() const {
  QStringList args;
  // A budget in tokens or megabytes stands in the ratio's place; of two, the first one counts.
  std::string_view budget = "ratio";
  for (const ParamSpec& s : m_press.params) {
    if ((s.key != "tokens" && s.key != "mb") || budget != "ratio") continue;
    if (!isDefault(s, valueOf(findChild<QWidget*>(qt(s.key), Qt::FindDirectChildrenOnly)))) budget = s.key;
  }
  for (const ParamSpec& s : m_press.params) {
    const QString value = valueOf(findChild<QWidget*>(qt(s.key), Qt::FindDirectChildrenOnly));
    if ((s.key == "ratio" || s.key == "tokens" || s.key == "mb") && s.key != budget) continue;
    // The ratio is always said: it is what a reader of the spec looks for.
    if (s.key == "ratio" || !isDefault(s, value)) args << qt(s.key) + QLatin1Char('=') + value;
  }
  return args.isEmpty() ? qt(m_press.id) : QStringLiteral("%1(%2)").arg(qt(m_press.id), args.join(QLatin1Char(',')));
}

}  // namespace presslab
