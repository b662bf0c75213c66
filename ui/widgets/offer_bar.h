// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>
#include <functional>

class QLabel;
class QPushButton;
class QToolButton;

namespace presslab {

/// A line that offers one thing to do, in the window, not before it: take it with one click, or go on without.
class OfferBar : public QFrame {
  Q_OBJECT
 public:
  explicit OfferBar(QWidget* parent = nullptr);
  /// Shows the offer; a new one takes the place of the old.
  void offer(const QString& text, const QString& action, std::function<void()> take);
  void dismiss();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslateUi();
  QLabel* m_text;
  QPushButton* m_take;
  QToolButton* m_close;
  std::function<void()> m_action;
};

}  // namespace presslab
