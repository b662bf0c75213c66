// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <QWidget>
#include <span>

#include "core/api/press_info.h"

namespace presslab {

/// Editors for the parameters of one press, made from the press table; the objectName of an editor is the parameter's key.
class ParamForm : public QWidget {
  Q_OBJECT
 public:
  explicit ParamForm(const PressInfo& press, QWidget* parent = nullptr);
  /// The press spec; parameters that stand at their default are left out.
  QString spec() const;
  /// Sets the editors from a flat spec of this press; parameters that it does not name keep their value.
  void setSpec(const QString& spec);

 Q_SIGNALS:
  void changed();

 private:
  QWidget* makeEditor(const ParamSpec& spec);
  const PressInfo& m_press;  // static lifetime
};

}  // namespace presslab
