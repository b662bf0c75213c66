// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QWidget>
#include <memory>
#include <string>
#include <vector>

#include "core/api/metrics.h"

class QComboBox;
class QLabel;

namespace presslab {

class TokenText;

/// What a method, layer or head kept, on the text itself; or where two methods differ.
class TokensPage : public QWidget {
  Q_OBJECT
 public:
  explicit TokensPage(QWidget* parent = nullptr);
  void setComparison(std::shared_ptr<const Comparison> comparison);
  /// Texts of the context's tokens; places stand for them until they come.
  void setPieces(const std::vector<std::string>& pieces);
  void show(int method, int layer, int head);
  TokenText* text() const { return m_text; }
  /// Share of the chosen heads that keep each token.
  std::vector<float> shares(int method) const;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslateUi();
  void fillChoices();
  void shade();
  std::shared_ptr<const Comparison> m_comparison;
  QLabel *m_methodLabel, *m_layerLabel, *m_headLabel, *m_againstLabel, *m_summary;
  QComboBox *m_method, *m_layer, *m_head, *m_against;
  TokenText* m_text;
};

}  // namespace presslab
