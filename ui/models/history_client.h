// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QStringList>
#include <QThread>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/api/run_overlay.h"
#include "core/api/run_store.h"

namespace presslab {

/// The history for the window: what touches the file happens on a thread of its own, one job after the other, so that a slow disk or another
/// program's lock never holds the window. Answers come as signals in the thread of this object. Jobs that were given are done before it
/// goes: closing the window loses no run.
class HistoryClient : public QObject {
  Q_OBJECT
 public:
  explicit HistoryClient(QObject* parent = nullptr);
  ~HistoryClient() override;

  void keep(std::shared_ptr<const Comparison> run);
  void list();
  /// `listed` follows only where another program has changed the file since the last list.
  void listIfChanged();
  void load(const std::vector<std::string>& ids);
  void setLabels(const std::string& id, const std::string& name, const std::vector<std::string>& tags, const std::string& note);
  void remove(const std::vector<std::string>& ids);
  void restore(const std::vector<std::string>& ids);
  void importFrom(const QString& path);
  void exportTo(const QString& file, const std::vector<std::string>& ids);

 Q_SIGNALS:
  void listed(const std::vector<presslab::StoredRun>& runs);
  void loaded(const presslab::RunList& runs);
  void imported(const presslab::ImportReport& report);
  void exported(const QString& file, int runs);
  void notKept(const QString& reason);  // a finished run that the history could not take
  void failed(const QString& reason);

 private:
  /// `work` runs on the thread and returns what is then done in the thread of this object.
  void submit(std::function<std::function<void()>(RunStore&)> work, bool thenList);
  QThread m_thread;
  QObject* m_context;                 // lives in the thread
  std::unique_ptr<RunStore> m_store;  // used by the thread only, and so is the next
  int64_t m_revision = 0;
};

}  // namespace presslab
