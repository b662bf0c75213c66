// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "core/api/hub.h"
#include "core/hub/http.h"

namespace presslab::hub {

/// What the hub says about a file before its content is asked for.
struct FileFacts {
  std::string etag;    // without quotes; names the blob
  int64_t bytes = -1;  // -1: not told
  std::string sha256, gitSha1;
};

/// Counts attempts in a row that brought nothing, and waits longer after each.
class Patience {
 public:
  using Tell = std::function<void(const std::string& note)>;
  Patience(const HubSettings& settings, std::stop_token stop, Tell tell) : m_settings(settings), m_stop(std::move(stop)), m_tell(std::move(tell)) {}
  void progress() { m_failed = 0; }
  /// Waits before the next attempt, at least `seconds`; false when there were enough. Throws Failure(Cancelled) at once when asked to stop.
  bool wait(const std::string& reason, int seconds = 0);

 private:
  const HubSettings& m_settings;
  std::stop_token m_stop;
  Tell m_tell;
  int m_failed = 0;
};

/// The hub's addresses, redirects, retries and refusals. One thread.
class HubClient {
 public:
  HubClient(const HubSettings& settings, std::stop_token stop, Patience::Tell tell);

  HubListing list(const std::string& repo, const std::string& revision);
  FileFacts facts(const HubListing& listing, const HubFile& file);
  /// One attempt at the content of a file from byte `from` on; redirects are followed. The caller decides about faults.
  HttpAnswer content(const HubListing& listing, const HubFile& file, int64_t from, const decltype(HttpRequest::begin)& begin,
                     const decltype(HttpRequest::body)& body);
  /// Throws the Failure that stands for an answer that is neither 2xx nor worth another attempt.
  [[noreturn]] void refuse(const std::string& what, const HttpAnswer& answer) const;
  static bool worthAnother(const HttpAnswer& answer);
  static std::string reasonOf(const HttpAnswer& answer);
  static int secondsToWait(const HttpAnswer& answer);  // Retry-After, 0 without one
  Patience patience() const { return {m_settings, m_stop, m_tell}; }

 private:
  HttpAnswer follow(HttpRequest request, bool toTheEnd);
  HttpAnswer insist(const std::string& what, const std::function<HttpAnswer()>& attempt);
  std::string address(const HubListing& listing, const HubFile& file) const;

  const HubSettings& m_settings;
  std::stop_token m_stop;
  Patience::Tell m_tell;
  std::string m_origin, m_last;  // of the endpoint; the address asked last, without its query
  Http m_http;
};

/// A path below a folder, nothing else: not absolute, no "..", no control characters.
bool safeRelativePath(const std::string& name);

}  // namespace presslab::hub
