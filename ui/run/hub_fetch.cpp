// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/hub_fetch.h"

#include <QMetaObject>

#include "core/api/error.h"

namespace presslab {

HubFetch::~HubFetch() {
  m_thread.request_stop();
  if (m_thread.joinable()) m_thread.join();
}

// What is queued for an object that has gone is dropped by Qt.
template <class F>
void HubFetch::toGui(F&& f) {
  QMetaObject::invokeMethod(this, std::forward<F>(f), Qt::QueuedConnection);
}

void HubFetch::end() {
  m_running = false;
  Q_EMIT runningChanged();
}

void HubFetch::fetch(const HubRequest& asked, const std::stop_token& stop) {
  try {
    const HubSettings settings = hubSettings();
    HubRequest request = asked;
    if (request.files.empty() && !settings.offline) {
      HubListing listing = listHubRepository(settings, request.repo, request.revision, stop);
      std::erase_if(listing.files, [](const HubFile& f) { return !f.name.ends_with(".gguf"); });
      if (listing.files.size() > 1)
        return toGui([this, listing] {
          end();
          Q_EMIT choiceWanted(listing);
        });
    }
    const auto results = downloadFromHub(
        settings, request, [this](const HubProgress& p) { toGui([this, p] { Q_EMIT progressed(p); }); }, stop);
    toGui([this, results] {
      end();
      Q_EMIT finished(results);
    });
  } catch (const std::exception& e) {
    const auto* failure = dynamic_cast<const Failure*>(&e);
    toGui([this, text = QString::fromUtf8(e.what()), cancelled = failure && failure->code() == ErrorCode::Cancelled] {
      end();
      Q_EMIT failed(text, cancelled);
    });
  }
}

void HubFetch::start(const QString& name) {
  if (m_running) return;
  HubRequest request;
  try {
    request = parseHubName(name.trimmed().toStdString());
  } catch (const Failure& e) {
    Q_EMIT failed(QString::fromUtf8(e.what()), false);
    return;
  }
  m_running = true;
  Q_EMIT runningChanged();
  m_thread = std::jthread([this, request](const std::stop_token& stop) { fetch(request, stop); });
}

void HubFetch::cancel() { m_thread.request_stop(); }

}  // namespace presslab
