// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/history_model.h"

#include <QDateTime>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "ui/appearance.h"
#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"

namespace presslab {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

double savedPct(const StoredMethod& m) { return 100 * (1 - m.kvBytes / m.kvBytesFull); }

QString divergenceText(double v) {
  if (std::isnan(v)) return QStringLiteral("–");
  return v == 0 ? QStringLiteral("0") : QLocale().toString(v, 'g', 2);
}

/// The baseline's figure says nothing here where there is another.
bool counts(const StoredRun& run, const StoredMethod& m) { return run.methods.size() == 1 || m.method != "none"; }

template <class Figure>
QString figures(const StoredRun& run, Figure&& figure) {
  QStringList out;
  for (const StoredMethod& m : run.methods)
    if (counts(run, m)) out << figure(m);
  return out.join(QStringLiteral(" · "));
}

template <class Value>
double best(const StoredRun& run, bool lowest, Value&& value) {
  double found = StoredMethod::kNone;
  for (const StoredMethod& m : run.methods) {
    const double v = value(m);
    if (!counts(run, m) || std::isnan(v)) continue;
    if (std::isnan(found) || (lowest ? v < found : v > found)) found = v;
  }
  return found;
}

}  // namespace

void HistoryModel::set(const std::vector<StoredRun>& runs) {
  beginResetModel();
  m_runs = runs;
  m_texts.clear();
  for (const StoredRun& run : m_runs) m_texts.push_back(RunFilter::searchText(run));
  endResetModel();
}

int HistoryModel::rowOf(const std::string& id) const {
  const auto at = std::find_if(m_runs.begin(), m_runs.end(), [&](const StoredRun& r) { return r.id == id; });
  return at == m_runs.end() ? -1 : int(at - m_runs.begin());
}

int HistoryModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_runs.size()); }
int HistoryModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QString HistoryModel::shown(const StoredRun& r, int column) const {
  switch (column) {
    case Time: {
      const QDateTime time = QDateTime::fromString(text(r.time), Qt::ISODate);
      return time.isValid() ? time.toLocalTime().toString(QStringLiteral("yyyy-MM-dd HH:mm")) : text(r.time.empty() ? r.id : r.time);
    }
    case Name:
      return text(r.name);
    case Model:
      return text(r.modelName);
    case Tokens:
      return QLocale().toString(qlonglong(r.contextTokens));
    case Methods: {
      QStringList names;
      for (const StoredMethod& m : r.methods) names << shortName(text(m.method));
      return names.join(QStringLiteral(" · "));
    }
    case Saved:
      return figures(r, [](const StoredMethod& m) { return number(savedPct(m), 0); });
    case Decode:
      return figures(r, [](const StoredMethod& m) { return number(m.decodeTokS, 1); });
    case Divergence:
      return figures(r, [](const StoredMethod& m) { return divergenceText(m.kldMean); });
    case Tags: {
      QStringList tags;
      for (const std::string& tag : r.tags) tags << text(tag);
      return tags.join(QStringLiteral(", "));
    }
    default:
      return r.state == "done" ? tr("done") : r.state == "partial" ? tr("partly failed") : r.state == "cancelled" ? tr("cancelled") : tr("failed");
  }
}

QVariant HistoryModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const StoredRun& r = m_runs[size_t(index.row())];
  const int column = index.column();
  switch (role) {
    case Qt::DisplayRole:
      return shown(r, column);
    case Qt::ToolTipRole: {
      if (column == Time) return QStringLiteral("%1\n%2").arg(text(r.id), text(r.time));
      if (column != Methods) return shown(r, column);
      QStringList specs;
      for (const StoredMethod& m : r.methods) specs << text(m.method);
      return specs.join(QLatin1Char('\n'));
    }
    case Qt::ForegroundRole:
      return column == State && r.state != "done" ? QVariant(look().bad) : QVariant();
    case Qt::TextAlignmentRole:
      return int((column == Tokens || column == Saved || column == Decode || column == Divergence ? Qt::AlignRight : Qt::AlignLeft) |
                 Qt::AlignVCenter);
    case kSortRole:
      switch (column) {
        case Time:
          return text(r.time + r.id);
        case Tokens:
          return double(r.contextTokens);
        case Saved:
          return best(r, false, savedPct);
        case Decode:
          return best(r, false, [](const StoredMethod& m) { return m.decodeTokS; });
        case Divergence:
          return best(r, true, [](const StoredMethod& m) { return m.kldMean; });
        default:
          return shown(r, column);
      }
    default:
      return {};
  }
}

QVariant HistoryModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= kColumns) return {};
  if (role == Qt::DisplayRole) {
    const QString names[] = {tr("Time"),    tr("Name"),         tr("Model"),   tr("Tokens"), tr("Methods"),
                             tr("Saved %"), tr("Decode tok/s"), tr("KL nats"), tr("Tags"),   tr("State")};
    return names[section];
  }
  if (role == Qt::ToolTipRole && section >= Saved && section <= Divergence)
    return tr("One figure a method, in the order of the methods, without the baseline. Sorted by the best of a run.");
  if (role == Qt::TextAlignmentRole)
    return int((section == Tokens || (section >= Saved && section <= Divergence) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  return {};
}

void HistoryModel::retranslate() {
  Q_EMIT headerDataChanged(Qt::Horizontal, 0, kColumns - 1);
  if (!m_runs.empty()) Q_EMIT dataChanged(index(0, 0), index(int(m_runs.size()) - 1, kColumns - 1));
}

void HistoryFilter::setQuery(const RunQuery& query) {
  m_filter = RunFilter(query);
  invalidateFilter();
}

bool HistoryFilter::filterAcceptsRow(int row, const QModelIndex&) const {
  const auto* model = static_cast<const HistoryModel*>(sourceModel());
  return m_filter(model->run(row), model->searchText(row));
}

bool HistoryFilter::lessThan(const QModelIndex& a, const QModelIndex& b) const {
  const QVariant x = a.data(HistoryModel::kSortRole), y = b.data(HistoryModel::kSortRole);
  if (x.typeId() != QMetaType::Double) return QString::localeAwareCompare(x.toString(), y.toString()) < 0;
  const double u = x.toDouble(), v = y.toDouble();
  if (std::isnan(u) || std::isnan(v)) return std::isnan(u) != std::isnan(v) && std::isnan(v) == (sortOrder() == Qt::AscendingOrder);
  return u < v;
}

}  // namespace presslab
