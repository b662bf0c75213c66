// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>

namespace presslab::hub {

/// One request. `body` gets what a 2xx answer carries; false from it ends the transfer (the reader knows why).
struct HttpRequest {
  std::string url, token;  // token: only for this very address, never carried to another
  bool head = false;
  int64_t from = 0;                                                                          // > 0: only the bytes from here on
  std::function<bool(int status, const std::map<std::string, std::string>& headers)> begin;  // headers are there; false ends the transfer
  std::function<bool(std::string_view)> body;
};

/// What came back. `fault` is empty when the exchange was complete, whatever its status.
struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in small letters; of the last answer
  std::string fault;
  bool passing = false;  // the fault may be gone at the next attempt
};

/// Connections that are used again. One thread.
class Http {
 public:
  Http();
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;
  /// Does not follow redirects. Throws Failure(Cancelled) as soon as it is asked to stop.
  HttpAnswer send(const HttpRequest&, const std::stop_token&);

 private:
  void* m_multi;
};

/// Scheme, host and port of an address, in small letters: "https://host:443". Empty when it is no http(s) address.
std::string originOf(const std::string& url);
/// `location` as seen from `base`: an address of its own, or a path on the same host. Empty when it leads to anything but http(s).
std::string resolveUrl(const std::string& base, const std::string& location);
/// Everything but letters, digits and "-._~" as %XX; '/' stays when `path`.
std::string urlEncoded(std::string_view text, bool path);

}  // namespace presslab::hub
