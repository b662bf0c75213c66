// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QStyledItemDelegate>
#include <functional>

#include "core/api/claims_report.h"

namespace presslab {

/// A claim drawn on one line, in its row's own scale from 0: the guide's band grey, the measured value a dot with its interval, the bound a stroke.
class ClaimBand : public QStyledItemDelegate {
  Q_OBJECT
 public:
  explicit ClaimBand(std::function<const ClaimRow&(const QModelIndex&)> rowOf, QObject* parent = nullptr)
      : QStyledItemDelegate(parent), m_rowOf(std::move(rowOf)) {}
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {130, 20}; }

 private:
  std::function<const ClaimRow&(const QModelIndex&)> m_rowOf;
};

}  // namespace presslab
