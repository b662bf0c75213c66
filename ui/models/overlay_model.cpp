// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/overlay_model.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "core/export/export.h"
#include "ui/appearance.h"
#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

double figure(const MethodMetrics& m, std::string_view key) {
  for (const MetricColumn& c : metricColumns())
    if (c.key == key) return c.get(m);
  return Gain::kNone;
}

QString dash() { return QStringLiteral("–"); }

/// -1 worse, 0 the same or not known, 1 better. `neutral`: the value of no change; `up`: more is better.
int direction(double v, double neutral, bool up) {
  if (std::isnan(v) || std::abs(v - neutral) < (neutral == 0 ? 0.05 : 0.0005)) return 0;
  return (v > neutral) == up ? 1 : -1;
}

QString glyph(int direction) { return direction > 0 ? QStringLiteral("▲ ") : direction < 0 ? QStringLiteral("▼ ") : QString(); }

QString percent(double v) {
  if (std::isnan(v)) return dash();
  const bool none = direction(v, 0, true) == 0;
  return glyph(direction(v, 0, true)) + (v > 0 && !none ? QStringLiteral("+") : QString()) + number(none ? 0 : v, 1) + QStringLiteral(" %");
}

QString ratio(double v) { return std::isnan(v) ? dash() : glyph(direction(v, 1, false)) + QStringLiteral("×") + QLocale().toString(v, 'g', 3); }

}  // namespace

QString runLetter(size_t run) { return run < 26 ? QString(QChar(u'A' + char16_t(run))) : QString::number(run + 1); }

QString settingLabel(const std::string& key) {
  static const std::pair<const char*, const char*> kLabels[] = {{"model_name", QT_TRANSLATE_NOOP("RunSettings", "Model")},
                                                                {"model_hash", QT_TRANSLATE_NOOP("RunSettings", "Model fingerprint")},
                                                                {"prompt_hash", QT_TRANSLATE_NOOP("RunSettings", "Prompt")},
                                                                {"context_tokens", QT_TRANSLATE_NOOP("RunSettings", "Context tokens")},
                                                                {"question_tokens", QT_TRANSLATE_NOOP("RunSettings", "Question tokens")},
                                                                {"question", QT_TRANSLATE_NOOP("RunSettings", "Question")},
                                                                {"new_tokens", QT_TRANSLATE_NOOP("RunSettings", "New tokens")},
                                                                {"methods", QT_TRANSLATE_NOOP("RunSettings", "Methods")},
                                                                {"match", QT_TRANSLATE_NOOP("RunSettings", "Match")},
                                                                {"mode", QT_TRANSLATE_NOOP("RunSettings", "Timed or race")},
                                                                {"device", QT_TRANSLATE_NOOP("RunSettings", "Device")},
                                                                {"backend", QT_TRANSLATE_NOOP("RunSettings", "Backend")},
                                                                {"cpu", QT_TRANSLATE_NOOP("RunSettings", "Processor")},
                                                                {"cpu_flags", QT_TRANSLATE_NOOP("RunSettings", "Instruction sets")},
                                                                {"threads", QT_TRANSLATE_NOOP("RunSettings", "Threads")},
                                                                {"precision", QT_TRANSLATE_NOOP("RunSettings", "Precision")},
                                                                {"kv_type", QT_TRANSLATE_NOOP("RunSettings", "KV cache type")},
                                                                {"attention", QT_TRANSLATE_NOOP("RunSettings", "Attention")},
                                                                {"seed", QT_TRANSLATE_NOOP("RunSettings", "Seed")},
                                                                {"torch_version", QT_TRANSLATE_NOOP("RunSettings", "LibTorch")},
                                                                {"version", QT_TRANSLATE_NOOP("RunSettings", "PressLab version")},
                                                                {"commit", QT_TRANSLATE_NOOP("RunSettings", "Commit")},
                                                                {"command_line", QT_TRANSLATE_NOOP("RunSettings", "Command")}};
  for (const auto& [name, label] : kLabels)
    if (key == name) return QCoreApplication::translate("RunSettings", label);
  return text(key);
}

void OverlayModel::set(const RunList& runs, const Overlay& overlay, Pin pin) {
  beginResetModel();
  m_runs = runs;
  m_overlay = overlay;
  m_pin = pin;
  endResetModel();
}

void OverlayModel::setDark(bool dark) {
  m_dark = dark;
  retranslate();
}

int OverlayModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_overlay.rows.size()); }
int OverlayModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

double OverlayModel::value(const OverlayRow& r, int column) const {
  const MethodMetrics& m = method(r);
  switch (column) {
    case KvCache:
      return figure(m, "kv_bytes");
    case Decode:
      return figure(m, "decode_tok_s");
    case FirstToken:
      return figure(m, "ttft_ms");
    case Divergence:
      return figure(m, "kld_mean");
    case SameToken:
      return figure(m, "top1_agree");
    case PinMemory:
      return r.overPin.memoryPct;
    case PinSpeed:
      return r.overPin.speedPct;
    case PinDivergence:
      return r.overPin.kldRatio;
    case BaseMemory:
      return r.overBaseline.memoryPct;
    case BaseSpeed:
      return r.overBaseline.speedPct;
    case DuoMemory:
      return r.overDuo.memoryPct;
    case DuoSpeed:
      return r.overDuo.speedPct;
    case DuoDivergence:
      return r.overDuo.kldRatio;
    default:
      return Gain::kNone;
  }
}

QString OverlayModel::shown(const OverlayRow& r, int column) const {
  const double v = value(r, column);
  const MethodMetrics& m = method(r);
  switch (column) {
    case Run:
      return runLetter(r.run);
    case Method:
      return text(m.method);
    case KvCache:
      return number(mebi(v), 2);
    case Decode: {
      const Spread& s = m.decodeTokSSpread;
      const bool spread = s.max > s.min && s.min > 0;
      return number(v, 1) + (spread ? QStringLiteral(" (%1 – %2)").arg(number(s.min, 1), number(s.max, 1)) : QString());
    }
    case FirstToken:
      return number(v, 0);
    case Divergence:
      return std::isnan(v) ? dash() : v == 0 ? QStringLiteral("0") : QLocale().toString(v, 'g', 4);
    case SameToken:
      return std::isnan(v) ? dash() : number(100 * v, 1) + QStringLiteral(" %");
    case PinDivergence:
    case DuoDivergence:
      return ratio(v);
    default:
      return percent(v);
  }
}

QVariant OverlayModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const OverlayRow& r = m_overlay.rows[size_t(index.row())];
  const int column = index.column();
  switch (role) {
    case Qt::DisplayRole:
      return shown(r, column);
    case Qt::ToolTipRole:
      if (column == Run) return text(m_runs[r.run]->id);
      if (column >= PinMemory && column <= PinDivergence && shown(r, column) == dash())
        return tr("Not compared: the pinned run itself, a method that is not in it, a figure that was not measured, or settings that differ");
      return column == Method && method(r).failed ? text(method(r).error) : shown(r, column);
    case Qt::DecorationRole:
      return column == Run ? QVariant(methodColor(index.row(), m_dark)) : QVariant();
    case Qt::TextAlignmentRole:
      return int((column > Method ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::ForegroundRole: {
      if (column < PinMemory) return {};
      const bool asRatio = column == PinDivergence || column == DuoDivergence;
      const int d = direction(value(r, column), asRatio ? 1 : 0, !asRatio);
      return d == 0 ? QVariant() : QVariant(d > 0 ? look(m_dark).good : look(m_dark).bad);
    }
    case kSortRole:
      return column == Run ? QVariant(int(r.run * 1000 + r.method)) : column == Method ? QVariant(shown(r, column)) : QVariant(value(r, column));
    default:
      return {};
  }
}

QVariant OverlayModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= kColumns) return {};
  if (role == Qt::TextAlignmentRole) return int((section > Method ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  if (role != Qt::DisplayRole) return {};
  const QString pin = m_pin.run < m_runs.size() ? tr("over %1").arg(runLetter(m_pin.run)) : QString(), base = tr("over baseline"),
                duo = tr("over Duo");
  const QString memory = tr("Memory"), speed = tr("Speed"), kl = tr("KL");
  const auto two = [](const QString& a, const QString& b) { return a + QLatin1Char('\n') + b; };
  const QString names[] = {tr("Run"),
                           tr("Method"),
                           two(tr("KV cache"), tr("MiB")),
                           two(tr("Decode"), tr("tok/s")),
                           two(tr("First token"), tr("ms")),
                           two(kl, tr("nats")),
                           tr("Same token"),
                           two(memory, pin),
                           two(speed, pin),
                           two(kl, pin),
                           two(memory, base),
                           two(speed, base),
                           two(memory, duo),
                           two(speed, duo),
                           two(kl, duo)};
  return names[section];
}

void OverlayModel::retranslate() {
  Q_EMIT headerDataChanged(Qt::Horizontal, 0, kColumns - 1);
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
}

void RunSettingsModel::set(const std::vector<RunSetting>& settings, int runs, bool onlyDifferent) {
  beginResetModel();
  m_settings = settings;
  if (onlyDifferent) std::erase_if(m_settings, [](const RunSetting& s) { return !s.differs; });
  m_runs = runs;
  endResetModel();
}

int RunSettingsModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_settings.size()); }
int RunSettingsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : m_runs + 1; }

QVariant RunSettingsModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const RunSetting& s = m_settings[size_t(index.row())];
  if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
  return index.column() == 0 ? settingLabel(s.key) : text(s.values[size_t(index.column() - 1)]);
}

QVariant RunSettingsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  return section == 0 ? tr("Setting") : runLetter(size_t(section - 1));
}

}  // namespace presslab
