// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QLabel>
#include <QPainter>
#include <QStyle>

namespace presslab {

/// One line of plain text that ends in an ellipsis where there is no room; the tooltip then has all of it.
class ElidedLabel : public QLabel {
  Q_OBJECT
 public:
  explicit ElidedLabel(QWidget* parent = nullptr) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  }
  /// Where the ellipsis stands.
  void setMode(Qt::TextElideMode mode) { m_mode = mode; }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    const QString shown = fontMetrics().elidedText(text(), m_mode, width());
    style()->drawItemText(&painter, rect(), int(Qt::AlignVCenter) | int(alignment() & Qt::AlignHorizontal_Mask), palette(), isEnabled(), shown,
                          foregroundRole());
    if (shown != text() && toolTip().isEmpty()) setToolTip(text());
  }

 private:
  Qt::TextElideMode m_mode = Qt::ElideRight;
};

}  // namespace presslab
