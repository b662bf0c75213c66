// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractScrollArea>
#include <QRect>
#include <QStringList>
#include <vector>

namespace presslab {

/// A text token by token, each on a ground that says how much of it was kept. Lays out once per width and paints only what is in view, so
/// thousands of tokens scroll smoothly.
class TokenText : public QAbstractScrollArea {
  Q_OBJECT
 public:
  explicit TokenText(QWidget* parent = nullptr);
  /// Pieces by place.
  void setTokens(const QStringList& pieces);
  /// Share kept of every token, 0 to 1; in a difference -1 to 1 (less than zero: only the second method keeps it).
  void setShares(std::vector<float> shares, bool difference);
  void scrollToToken(int index);
  int tokenAt(const QPoint& position) const;  // -1: none

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  bool viewportEvent(QEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void arrange();
  QStringList m_pieces;
  std::vector<QRect> m_boxes;
  std::vector<float> m_shares;
  bool m_difference = false;
};

}  // namespace presslab
