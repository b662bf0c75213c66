// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/number_list.h"

#include <QCoreApplication>
#include <QStringList>
#include <stdexcept>

namespace presslab {
namespace {

template <class T, class Parse>
std::vector<T> parsed(const QString& text, const Parse& parse) {
  std::vector<T> out;
  for (const QString& part : QString(text).replace(QLatin1Char(','), QLatin1Char(' ')).split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
    bool ok = false;
    const T value = parse(part, &ok);
    if (!ok) throw std::runtime_error(QCoreApplication::translate("NumberList", "\"%1\" is no number").arg(part).toStdString());
    out.push_back(value);
  }
  return out;
}

}  // namespace

std::vector<int> integersOf(const QString& text) {
  return parsed<int>(text, [](const QString& t, bool* ok) { return t.toInt(ok); });
}

std::vector<double> numbersOf(const QString& text) {
  return parsed<double>(text, [](const QString& t, bool* ok) { return t.toDouble(ok); });
}

QString textOf(const std::vector<int>& numbers) {
  QStringList parts;
  for (const int n : numbers) parts << QString::number(n);
  return parts.join(QLatin1String(", "));
}

}  // namespace presslab
