// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/hub/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <mutex>

#include "core/api/error.h"

namespace presslab::hub {
namespace {

constexpr long kConnectSeconds = 20, kStallSeconds = 30;
constexpr int kPollMs = 50;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

struct Transfer {
  const HttpRequest& request;
  HttpAnswer answer;
  CURL* easy = nullptr;
  bool begun = false, refused = false;

  bool begin() {
    if (begun) return !refused;
    begun = true;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    answer.status = int(status);
    refused = request.begin && !request.begin(answer.status, answer.headers);
    return !refused;
  }
};

size_t onHeader(char* data, size_t size, size_t count, void* user) {
  auto& t = *static_cast<Transfer*>(user);
  std::string_view line(data, size * count);
  while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) t.answer.headers.clear();  // a new answer begins, for instance after 100 Continue
  if (const size_t colon = line.find(':'); colon != std::string_view::npos && !line.starts_with("HTTP/")) {
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    t.answer.headers[lower(std::string(line.substr(0, colon)))] = value;
  }
  return size * count;
}

size_t onBody(char* data, size_t size, size_t count, void* user) {
  auto& t = *static_cast<Transfer*>(user);
  if (!t.begin()) return 0;
  if (t.answer.status / 100 != 2 || !t.request.body) return size * count;
  if (t.request.body({data, size * count})) return size * count;
  t.refused = true;
  return 0;
}

bool passes(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

struct EasyDelete {
  void operator()(CURL* e) const { curl_easy_cleanup(e); }
};
struct ListDelete {
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
};

}  // namespace

Http::Http() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  m_multi = curl_multi_init();
  if (!m_multi) throw Failure(ErrorCode::NoMemory, "memory: no connection could be made ready");
}

Http::~Http() { curl_multi_cleanup(static_cast<CURLM*>(m_multi)); }

HttpAnswer Http::send(const HttpRequest& request, const std::stop_token& stop) {
  auto* multi = static_cast<CURLM*>(m_multi);
  const std::unique_ptr<CURL, EasyDelete> easy(curl_easy_init());
  if (!easy) throw Failure(ErrorCode::NoMemory, "memory: no connection could be made ready");
  Transfer t{request, {}, easy.get()};
  char text[CURL_ERROR_SIZE] = {};
  std::unique_ptr<curl_slist, ListDelete> headers;
  const auto header = [&](const std::string& line) {
    if (curl_slist* grown = curl_slist_append(headers.get(), line.c_str())) {
      (void)headers.release();
      headers.reset(grown);
    }
  };
  CURL* e = easy.get();
  curl_easy_setopt(e, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);  // a name that is still being looked up does not hold a cancel back
  curl_easy_setopt(e, CURLOPT_USERAGENT, "presslab");
  curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, kStallSeconds);
  curl_easy_setopt(e, CURLOPT_ERRORBUFFER, text);
  curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, onHeader);
  curl_easy_setopt(e, CURLOPT_HEADERDATA, &t);
  curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, onBody);
  curl_easy_setopt(e, CURLOPT_WRITEDATA, &t);
  if (request.head) curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
  if (request.from > 0) header("Range: bytes=" + std::to_string(request.from) + "-");
  if (!request.token.empty()) header("Authorization: Bearer " + request.token);
  header("Accept-Encoding: identity");  // sizes and ranges are those of the file itself
  curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers.get());

  curl_multi_add_handle(multi, e);
  struct Remove {
    CURLM* multi;
    CURL* easy;
    ~Remove() { curl_multi_remove_handle(multi, easy); }
  } remove{multi, e};
  const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
  CURLcode result = CURLE_OK;
  for (int running = 1; running > 0;) {
    if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "download cancelled");
    if (curl_multi_perform(multi, &running) != CURLM_OK) throw Failure(ErrorCode::Io, request.url + ": the transfer failed");
    if (running > 0) curl_multi_poll(multi, nullptr, 0, kPollMs, nullptr);
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left))
    if (message->msg == CURLMSG_DONE && message->easy_handle == e) result = message->data.result;
  if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "download cancelled");
  if (result == CURLE_OK) t.begin();  // an answer without a body
  if (t.refused || result == CURLE_OK) return t.answer;
  t.answer.fault = text[0] ? text : curl_easy_strerror(result);
  t.answer.passing = passes(result);
  return t.answer;
}

std::string originOf(const std::string& url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> u(curl_url(), curl_url_cleanup);
  if (!u || curl_url_set(u.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return {};
  const auto part = [&](CURLUPart which, unsigned flags) {
    char* text = nullptr;
    std::string out;
    if (curl_url_get(u.get(), which, &text, flags) == CURLUE_OK) out = text;
    curl_free(text);
    return lower(out);
  };
  const std::string scheme = part(CURLUPART_SCHEME, 0), host = part(CURLUPART_HOST, 0);
  if ((scheme != "http" && scheme != "https") || host.empty()) return {};
  return scheme + "://" + host + ":" + part(CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

std::string resolveUrl(const std::string& base, const std::string& location) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> u(curl_url(), curl_url_cleanup);
  if (!u || curl_url_set(u.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) return {};
  if (location.empty() || curl_url_set(u.get(), CURLUPART_URL, location.c_str(), CURLU_URLENCODE) != CURLUE_OK) return {};
  char* text = nullptr;
  std::string out;
  if (curl_url_get(u.get(), CURLUPART_URL, &text, 0) == CURLUE_OK) out = text;
  curl_free(text);
  return originOf(out).empty() ? std::string() : out;
}

std::string urlEncoded(std::string_view text, bool path) {
  static const char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || (path && c == '/')) {
      out += char(c);
    } else {
      out += '%';
      out += kDigits[c >> 4];
      out += kDigits[c & 15];
    }
  }
  return out;
}

}  // namespace presslab::hub
