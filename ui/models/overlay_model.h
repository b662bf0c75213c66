// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QAbstractTableModel>
#include <QStringList>

#include "core/api/run_overlay.h"

namespace presslab {

/// A, B, C ... for the runs of an overlay.
QString runLetter(size_t run);
/// A setting's name for people.
QString settingLabel(const std::string& key);

/// Runs x methods, with gains over the pinned run, over the baseline and over Duo. Better and worse are told by sign, glyph and colour.
class OverlayModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column {
    Run,
    Method,
    KvCache,
    Decode,
    FirstToken,
    Divergence,
    SameToken,
    PinMemory,
    PinSpeed,
    PinDivergence,
    BaseMemory,
    BaseSpeed,
    DuoMemory,
    DuoSpeed,
    DuoDivergence,
    kColumns
  };
  static constexpr int kSortRole = Qt::UserRole + 1;
  explicit OverlayModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
  void set(const RunList& runs, const Overlay& overlay, Pin pin);
  void setDark(bool dark);
  const OverlayRow& row(int index) const { return m_overlay.rows[size_t(index)]; }
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  void retranslate();

 private:
  const MethodMetrics& method(const OverlayRow& row) const { return m_runs[row.run]->methods[row.method]; }
  double value(const OverlayRow& row, int column) const;
  QString shown(const OverlayRow& row, int column) const;
  RunList m_runs;
  Overlay m_overlay;
  Pin m_pin;
  bool m_dark = false;
};

/// Settings x runs; only those that differ, or all.
class RunSettingsModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  explicit RunSettingsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
  void set(const std::vector<RunSetting>& settings, int runs, bool onlyDifferent);
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::vector<RunSetting> m_settings;
  int m_runs = 0;
};

}  // namespace presslab
