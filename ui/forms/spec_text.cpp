// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/spec_text.h"

#include <QStringList>

#include "core/api/press_info.h"

namespace presslab {

QString withArguments(const QString& spec, const QList<std::pair<QString, QString>>& arguments) {
  // Only a flat spec is rewritten: inside a wrapper an argument may belong to another press.
  if (spec.count(QLatin1Char('(')) > 1 || spec.contains(QLatin1Char('+'))) return spec;
  const QString id = spec.section(QLatin1Char('('), 0, 0).trimmed();
  const PressInfo* press = findPress(id.toStdString());
  if (!press) return spec;
  QStringList args = spec.section(QLatin1Char('('), 1).section(QLatin1Char(')'), 0, 0).split(QLatin1Char(','), Qt::SkipEmptyParts);
  for (const auto& [key, value] : arguments) {
    bool known = false;
    for (const ParamSpec& p : press->params) known = known || key == QString::fromUtf8(p.key.data(), qsizetype(p.key.size()));
    if (!known) continue;
    bool found = false;
    for (QString& arg : args)
      if (arg.section(QLatin1Char('='), 0, 0).trimmed() == key) {
        arg = key + QLatin1Char('=') + value;
        found = true;
      }
    if (!found) args << key + QLatin1Char('=') + value;
  }
  return args.isEmpty() ? id : QStringLiteral("%1(%2)").arg(id, args.join(QLatin1Char(',')));
}

}  // namespace presslab
