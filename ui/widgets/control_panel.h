// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <string>
#include <vector>

#include "ui/models/presets.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QListWidget;
class QScrollArea;
class QSlider;
class QSpinBox;
class QToolButton;

namespace presslab {

class ParamForm;

/// The knobs on the left, and under "Advanced" the list of methods that any press of the table can join.
class ControlPanel : public QWidget {
  Q_OBJECT
 public:
  static constexpr int kMostMethods = 8;
  explicit ControlPanel(QWidget* parent = nullptr);
  void setKnobs(const Knobs& knobs);
  Knobs knobs() const;
  /// Press specs, the baseline first.
  std::vector<std::string> methods() const;

 Q_SIGNALS:
  void changed();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslateUi();
  void rebuild();  // the list from the knobs
  void showForm(int row);
  QLabel *m_heading, *m_ratioLabel, *m_splitLabel, *m_expertsLabel, *m_topKLabel, *m_routerLabel, *m_balanceLabel, *m_methodsLabel;
  QSlider *m_ratio, *m_split;
  QSpinBox *m_experts, *m_topK;
  QComboBox *m_router, *m_balance, *m_press;
  QListWidget* m_list;
  QToolButton *m_add, *m_remove;
  QScrollArea* m_formArea;
  ParamForm* m_form = nullptr;
  bool m_setting = false;
};

}  // namespace presslab
