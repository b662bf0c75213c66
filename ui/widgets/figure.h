// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QPushButton>

namespace presslab {

/// A measured number with its name and its change: a link to the chart that shows it. The tooltip answers "why?".
class Figure : public QPushButton {
  Q_OBJECT
 public:
  enum class Tone { Plain, Good, Bad };
  explicit Figure(QWidget* parent = nullptr);
  /// `note` stands behind the value (a change, a bound) in the colour of its tone; `known` false greys the value.
  void set(const QString& caption, const QString& value, const QString& note = {}, Tone tone = Tone::Plain, bool known = true);
  void setWhy(const QString& text);
  void setValueSize(double points) { m_points = points; }
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;
  QString value() const { return m_value; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString m_caption, m_value, m_note, m_why;
  Tone m_tone = Tone::Plain;
  bool m_known = true;
  double m_points = 11.5;
};

}  // namespace presslab
