// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>
#include <string>
#include <vector>

#include "core/api/run_spec.h"
#include "ui/models/presets.h"

class QComboBox;
class QGridLayout;
class QLabel;
class QListWidget;
class QScrollArea;
class QSlider;
class QSpinBox;
class QToolButton;

namespace presslab {

class ParamForm;

/// The knobs on the left, the list of methods that any press of the table can join, and the arguments of the chosen one.
class ControlPanel : public QFrame {
  Q_OBJECT
 public:
  static constexpr int kMostMethods = 8;
  explicit ControlPanel(QWidget* parent = nullptr);
  /// The three methods of the guide with these knobs; methods that were added go away.
  void setKnobs(const Knobs& knobs);
  Knobs knobs() const;
  /// Press specs, the baseline first.
  std::vector<std::string> methods() const;
  void setMethods(const std::vector<std::string>& specs);
  bool addMethod(const QString& spec);  // false: the list is full
  Match match() const;
  void setMatch(Match match);

 Q_SIGNALS:
  void changed();
  void failed(const QString& reason);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void arrange();
  void connectKnobs();
  void retranslateUi();
  void applyKnobs();  // to every method that has the argument
  void fillList(const std::vector<std::string>& specs, int chosen);
  void showForm(int row);
  void specEdited(int row);
  QLabel *m_heading, *m_ratioLabel, *m_splitLabel, *m_expertsLabel, *m_topKLabel, *m_routerLabel, *m_balanceLabel, *m_matchLabel, *m_methodsLabel,
      *m_formLabel;
  QSlider *m_ratio, *m_split;
  QSpinBox *m_experts, *m_topK;
  QComboBox *m_router, *m_balance, *m_match, *m_press;
  QListWidget* m_list;
  QToolButton *m_add, *m_remove;
  QScrollArea* m_formArea;
  ParamForm* m_form = nullptr;
  bool m_setting = false;
};

}  // namespace presslab
