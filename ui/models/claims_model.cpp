// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/claims_model.h"

#include <QFont>
#include <QLocale>
#include <cmath>

#include "ui/appearance.h"
#include "ui/models/claim_texts.h"

namespace presslab {
namespace {

QString text(const std::string& s) { return QString::fromStdString(s); }

// Colour is never alone: the mark and the word say the same.
QString verdictShown(const ClaimRow& r) {
  const QString mark = r.verdict == "holds" ? QStringLiteral("✓ ") : r.verdict == "does not hold" ? QStringLiteral("✗ ") : QStringLiteral("– ");
  return mark + claimPhrase(r.verdict);
}

QVariant sortKey(const ClaimRow& r, int column) {
  switch (column) {
    case ClaimsModel::Length:
      return r.length;
    case ClaimsModel::Said:
      return r.lo;
    case ClaimsModel::Measured:
    case ClaimsModel::Band:
      return r.measured;
    case ClaimsModel::Interval:
      return r.to - r.from;
    case ClaimsModel::Bound:
      return r.bound;
    default:
      return {};
  }
}

QString shown(const ClaimRow& r, int column) {
  const ClaimFigures f = claimFigures(r);
  const auto withUnit = [&](const std::string& figure) { return figure.empty() ? QString() : text(figure) + QLatin1Char(' ') + claimPhrase(r.unit); };
  switch (column) {
    case ClaimsModel::Text:
      return claimPhrase(r.text);
    case ClaimsModel::Length:
      return QLocale().toString(r.length);
    case ClaimsModel::MatchColumn:
      return claimPhrase(r.section == "tips" ? r.section : r.match);
    case ClaimsModel::Section:
      return claimPhrase(r.section);
    case ClaimsModel::Said:
      return text(f.said);
    case ClaimsModel::Measured:
      return withUnit(f.measured);
    case ClaimsModel::Interval:
      return text(f.interval);
    case ClaimsModel::Bound:
      return text(f.bound);
    case ClaimsModel::Verdict:
      return verdictShown(r);
    case ClaimsModel::Reason:
      return claimPhrase(r.reason);
    default:
      return {};
  }
}

}  // namespace

void ClaimsModel::setReport(std::shared_ptr<const ClaimsReport> report) {
  beginResetModel();
  m_report = std::move(report);
  endResetModel();
}

void ClaimsModel::retranslate() {
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
  Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
}

QVariant ClaimsModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const ClaimRow& r = row(index.row());
  const int column = index.column();
  switch (role) {
    case Qt::DisplayRole:
      return shown(r, column);
    case kSortRole: {
      const QVariant key = sortKey(r, column);
      return key.isValid() ? key : QVariant(shown(r, column));
    }
    case Qt::ToolTipRole:
      return column == Reason || column == Text ? QVariant(shown(r, column)) : QVariant();
    case Qt::TextAlignmentRole:
      return column == Length || column == Said || column == Measured || column == Interval || column == Bound
                 ? int(Qt::AlignRight | Qt::AlignVCenter)
                 : int(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ForegroundRole:
      if (column == Verdict) return r.verdict == "holds" ? look().good : r.verdict == "does not hold" ? look().bad : look().muted;
      return {};
    case Qt::FontRole: {
      if (column != Verdict) return {};
      QFont font;
      font.setBold(true);
      return font;
    }
    default:
      return {};
  }
}

QVariant ClaimsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return QAbstractTableModel::headerData(section, orientation, role);
  if (role == Qt::ToolTipRole) {
    switch (section) {
      case Interval:
        return tr("Speeds: lowest and highest of the repeats. Agreement: 95 % bootstrap. Bytes are counted and have none.");
      case Bound:
        return tr("Speeds: what reading weights and kept cache allows. Memory: what the ratio asks for.");
      case Band:
        return tr("Grey: the guide's band. Dot and line: measured, with its interval. Upright stroke: bound.");
      default:
        return {};
    }
  }
  if (role != Qt::DisplayRole) return {};
  switch (section) {
    case Text:
      return tr("Claim of the guide");
    case Length:
      return tr("Tokens");
    case MatchColumn:
      return tr("Equal");
    case Section:
      return tr("Where");
    case Said:
      return tr("Said");
    case Measured:
      return tr("Measured");
    case Interval:
      return tr("Interval");
    case Bound:
      return tr("Bound");
    case Band:
      return tr("Band and figure");
    case Verdict:
      return tr("Verdict");
    default:
      return tr("Reason");
  }
}

ClaimsFilter::ClaimsFilter(ClaimsModel* model, QObject* parent) : QSortFilterProxyModel(parent), m_model(model) {
  setSourceModel(model);
  setSortRole(ClaimsModel::kSortRole);
}

void ClaimsFilter::setVerdict(const std::string& verdict) {
  m_verdict = verdict;
  invalidateFilter();
}

void ClaimsFilter::setMatch(const std::string& match) {
  m_match = match;
  invalidateFilter();
}

void ClaimsFilter::setLength(int length) {
  m_length = length;
  invalidateFilter();
}

bool ClaimsFilter::inPlace(const ClaimRow& r) const {
  const bool tips = r.section == "tips";
  if (!m_match.empty() && (m_match == "tips") != tips) return false;
  if (!m_match.empty() && !tips && r.match != m_match) return false;
  return m_length == 0 || r.length == m_length;
}

int ClaimsFilter::count(const std::string& verdict) const {
  int n = 0;
  for (int i = 0; i < m_model->rowCount(); ++i) {
    const ClaimRow& r = m_model->row(i);
    n += inPlace(r) && (verdict.empty() || r.verdict == verdict) ? 1 : 0;
  }
  return n;
}

bool ClaimsFilter::filterAcceptsRow(int row, const QModelIndex&) const {
  const ClaimRow& r = m_model->row(row);
  return inPlace(r) && (m_verdict.empty() || r.verdict == m_verdict);
}

}  // namespace presslab
