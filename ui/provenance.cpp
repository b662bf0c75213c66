// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/provenance.h"

#include "ui/models/comparison_model.h"

namespace presslab {

ProvenanceFields provenanceFields(const Comparison& c) {
  const Stamp& s = c.stamp;
  const auto text = [](const std::string& t) { return QString::fromStdString(t); };
  ProvenanceFields all{{QStringLiteral("Software"), QStringLiteral("PressLab %1").arg(text(s.version))},
                       {QStringLiteral("Commit"), text(s.commit)},
                       {QStringLiteral("Model"), text(s.modelName)},
                       {QStringLiteral("Model hash"), text(s.modelHash)},
                       {QStringLiteral("Prompt hash"), text(s.promptHash)},
                       {QStringLiteral("Device"), QStringLiteral("%1, %2, %3 threads").arg(text(s.device), text(s.cpu)).arg(s.threads)},
                       {QStringLiteral("Precision"), QStringLiteral("%1, KV %2").arg(text(s.precision), text(s.kvType))},
                       {QStringLiteral("Time"), text(s.time)},
                       {QStringLiteral("Run"), text(c.id)},
                       {QStringLiteral("Command"), text(s.commandLine)}};
  all.removeIf([](const auto& field) { return field.second.trimmed().isEmpty(); });
  return all;
}

ProvenanceFields provenanceFields(const ChartData& data) {
  if (data.comparison) return provenanceFields(*data.comparison);
  if (data.provenance.isEmpty()) return {};
  return {{QStringLiteral("Source"), data.provenance}};
}

QString provenanceText(const ProvenanceFields& fields) {
  QStringList parts;
  for (const auto& [key, value] : fields) parts << key + QStringLiteral(": ") + value;
  return parts.join(QStringLiteral(" | ")).simplified();
}

}  // namespace presslab
