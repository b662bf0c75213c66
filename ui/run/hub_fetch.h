// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <thread>
#include <vector>

#include "core/api/hub.h"

namespace presslab {

/// One download at a time on a thread of its own. GUI thread only; signals arrive there.
class HubFetch : public QObject {
  Q_OBJECT
 public:
  explicit HubFetch(QObject* parent = nullptr) : QObject(parent) {}
  ~HubFetch() override;  // asks the thread to stop and waits for it: at most 100 ms
  bool running() const { return m_running; }
  /// "owner/name" or "owner/name:file". Of a repository with several GGUF files `choiceWanted` follows, and nothing is fetched.
  void start(const QString& name);
  /// `failed` follows with `cancelled` set; the part stays for the next time.
  void cancel();

 Q_SIGNALS:
  void progressed(const presslab::HubProgress& progress);
  void choiceWanted(const presslab::HubListing& listing);  // GGUF files only
  void finished(const std::vector<presslab::HubResult>& results);
  void failed(const QString& reason, bool cancelled);
  void runningChanged();

 private:
  template <class F>
  void toGui(F&& f);
  void fetch(const HubRequest& request, const std::stop_token& stop);
  void end();
  std::jthread m_thread;
  bool m_running = false;
};

}  // namespace presslab
