// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/hub/hub_client.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>

#include "core/api/error.h"
#include "core/format/mapped_file.h"

namespace presslab::hub {
namespace {

constexpr int kMostRedirects = 10, kMostWaitMs = 30000;
constexpr size_t kListingLimit = size_t{64} << 20;

std::string withoutQuery(const std::string& url) { return printable(url.substr(0, url.find('?')), 400); }  // a query may hold a signature

const std::string& header(const HttpAnswer& a, const char* name) {
  static const std::string kNone;
  const auto it = a.headers.find(name);
  return it == a.headers.end() ? kNone : it->second;
}

int64_t wholeNumber(const std::string& text) {
  int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0 ? value : -1;
}

bool isHex(const std::string& text, size_t digits) {
  return text.size() == digits && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) || (c >= 'a' && c <= 'f'); });
}

bool isRedirect(int status) { return status == 301 || status == 302 || status == 303 || status == 307 || status == 308; }

std::string bareEtag(std::string etag) {
  if (etag.starts_with("W/")) etag.erase(0, 2);
  std::erase(etag, '"');
  return etag;
}

HubListing parseListing(const std::string& repo, const std::string& shown, const std::string& body) {
  HubListing out;
  out.repo = repo;
  try {
    const auto json = nlohmann::json::parse(body);
    out.commit = json.at("sha").get<std::string>();
    for (const auto& sibling : json.at("siblings")) {
      HubFile f;
      f.name = sibling.at("rfilename").get<std::string>();
      if (!safeRelativePath(f.name)) continue;  // a name that would leave the folder is no file for us
      if (const auto size = sibling.find("size"); size != sibling.end() && size->is_number_integer()) f.bytes = size->get<int64_t>();
      if (const auto id = sibling.find("blobId"); id != sibling.end() && id->is_string()) f.gitSha1 = id->get<std::string>();
      if (const auto lfs = sibling.find("lfs"); lfs != sibling.end() && lfs->is_object()) {
        f.gitSha1.clear();  // that of the pointer, not of the content
        if (const auto sum = lfs->find("sha256"); sum != lfs->end() && sum->is_string()) f.sha256 = sum->get<std::string>();
      }
      if (!isHex(f.sha256, 64)) f.sha256.clear();
      if (!isHex(f.gitSha1, 40)) f.gitSha1.clear();
      if (f.bytes < -1) f.bytes = -1;
      out.files.push_back(std::move(f));
    }
  } catch (const nlohmann::json::exception& e) {
    throw Failure(ErrorCode::Io, shown + ": the answer is no listing of a repository: " + printable(e.what(), 200));
  }
  if (!isHex(out.commit, 40)) throw Failure(ErrorCode::Io, shown + ": the answer names no commit");
  return out;
}

}  // namespace

bool safeRelativePath(const std::string& name) {
  if (name.empty() || name.size() > 1024 || name.front() == '/' || name.ends_with(".incomplete")) return false;
  if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == 127 || c == '\\'; })) return false;
  for (size_t from = 0; from <= name.size();) {
    const size_t slash = std::min(name.find('/', from), name.size());
    const std::string part = name.substr(from, slash - from);
    if (part.empty() || part == "." || part == ".." || part.size() > 255) return false;
    from = slash + 1;
  }
  return true;
}

bool Patience::wait(const std::string& reason, int seconds) {
  if (++m_failed >= m_settings.attempts) return false;
  const int ms = std::clamp(std::max(m_settings.firstRetryMs << std::min(m_failed - 1, 10), seconds * 1000), 1, kMostWaitMs);
  if (m_tell) m_tell(reason);
  std::mutex mutex;
  std::condition_variable_any sleep;
  std::unique_lock lock(mutex);
  sleep.wait_for(lock, m_stop, std::chrono::milliseconds(ms), [] { return false; });
  if (m_stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "download cancelled");
  return true;
}

HubClient::HubClient(const HubSettings& settings, std::stop_token stop, Patience::Tell tell)
    : m_settings(settings), m_stop(std::move(stop)), m_tell(std::move(tell)), m_origin(originOf(settings.endpoint)) {
  if (m_origin.empty()) badInput("HF_ENDPOINT: \"" + printable(settings.endpoint) + "\" is no http or https address");
}

bool HubClient::worthAnother(const HttpAnswer& a) {
  if (!a.fault.empty()) return a.passing;
  return a.status == 408 || a.status == 429 || a.status >= 500;
}

std::string HubClient::reasonOf(const HttpAnswer& a) {
  if (!a.fault.empty()) return printable(a.fault, 200);
  const std::string& told = header(a, "x-error-message");
  return "HTTP " + std::to_string(a.status) + (told.empty() ? "" : ": " + printable(told, 200));
}

int HubClient::secondsToWait(const HttpAnswer& a) { return int(std::clamp<int64_t>(wholeNumber(header(a, "retry-after")), 0, 30)); }

void HubClient::refuse(const std::string& what, const HttpAnswer& a) const {
  const std::string text = what + ": " + m_last + ": " + reasonOf(a);
  if (!a.fault.empty()) throw Failure(ErrorCode::Io, text);
  const std::string& code = header(a, "x-error-code");
  if (code == "RepoNotFound") throw Failure(ErrorCode::BadInput, text + " (there is no such repository, or it is private: HF_TOKEN)");
  if (a.status == 404 || a.status == 410) throw Failure(ErrorCode::BadInput, text);
  if (code == "GatedRepo") throw Failure(ErrorCode::Io, text + " (the model's terms must be accepted on the hub's page, then set HF_TOKEN)");
  if (a.status == 401 || a.status == 403)
    throw Failure(ErrorCode::Io, text + (m_settings.token.empty() ? " (a token may be needed: HF_TOKEN)" : " (the token in HF_TOKEN was refused)"));
  throw Failure(ErrorCode::Io, text);
}

// The token goes to the endpoint's own host. Once a redirect has led elsewhere it is not sent again.
HttpAnswer HubClient::follow(HttpRequest request, bool toTheEnd) {
  bool mayTell = !m_settings.token.empty();
  for (int hop = 0; hop <= kMostRedirects; ++hop) {
    mayTell = mayTell && originOf(request.url) == m_origin;
    request.token = mayTell ? m_settings.token : std::string();
    m_last = withoutQuery(request.url);
    HttpAnswer answer = m_http.send(request, m_stop);
    if (!answer.fault.empty() || !isRedirect(answer.status)) return answer;
    const bool told = !header(answer, "x-linked-etag").empty();
    if (told && !toTheEnd) return answer;
    const std::string next = resolveUrl(request.url, header(answer, "location"));
    if (next.empty()) {
      answer.fault = "the redirect leads nowhere";
      return answer;
    }
    if (request.url.starts_with("https:") && next.starts_with("http:")) {
      answer.fault = "the redirect leads from https to http";
      return answer;
    }
    request.url = next;
  }
  HttpAnswer answer;
  answer.fault = "more than " + std::to_string(kMostRedirects) + " redirects";
  return answer;
}

HttpAnswer HubClient::insist(const std::string& what, const std::function<HttpAnswer()>& attempt) {
  Patience patience = this->patience();
  for (;;) {
    HttpAnswer answer = attempt();
    if (answer.fault.empty() && (answer.status / 100 == 2 || isRedirect(answer.status))) return answer;
    if (!worthAnother(answer) || !patience.wait(reasonOf(answer), secondsToWait(answer))) refuse(what, answer);
  }
}

HubListing HubClient::list(const std::string& repo, const std::string& revision) {
  HttpRequest request;
  request.url = m_settings.endpoint + "/api/models/" + repo + "/revision/" + urlEncoded(revision, false) + "?blobs=true";
  std::string body;
  bool tooLong = false;
  request.begin = [&](int, const auto&) {
    body.clear();
    return true;
  };
  request.body = [&](std::string_view part) {
    tooLong = body.size() + part.size() > kListingLimit;
    if (!tooLong) body += part;
    return !tooLong;
  };
  insist(repo + ", revision " + printable(revision, 100), [&] { return follow(request, true); });
  if (tooLong) throw Failure(ErrorCode::Io, m_last + ": the listing is longer than " + std::to_string(kListingLimit) + " bytes");
  return parseListing(repo, m_last, body);
}

std::string HubClient::address(const HubListing& listing, const HubFile& file) const {
  return m_settings.endpoint + "/" + listing.repo + "/resolve/" + listing.commit + "/" + urlEncoded(file.name, true);
}

FileFacts HubClient::facts(const HubListing& listing, const HubFile& file) {
  HttpRequest request;
  request.url = address(listing, file);
  request.head = true;
  const HttpAnswer a = insist(listing.repo + ": " + printable(file.name), [&] { return follow(request, false); });
  FileFacts out;
  const bool linked = !header(a, "x-linked-etag").empty();
  out.etag = bareEtag(header(a, linked ? "x-linked-etag" : "etag"));
  out.bytes = wholeNumber(header(a, linked ? "x-linked-size" : "content-length"));
  if (out.bytes < 0) out.bytes = file.bytes;
  if (file.bytes >= 0 && out.bytes != file.bytes)
    throw Failure(ErrorCode::Io, m_last + ": the listing says " + std::to_string(file.bytes) + " bytes, the file has " + std::to_string(out.bytes));
  out.sha256 = isHex(out.etag, 64) ? out.etag : file.sha256;
  if (!file.sha256.empty() && out.sha256 != file.sha256) throw Failure(ErrorCode::Io, m_last + ": the listing and the file tell different hashes");
  if (out.sha256.empty()) out.gitSha1 = file.gitSha1;
  return out;
}

HttpAnswer HubClient::content(const HubListing& listing, const HubFile& file, int64_t from, const decltype(HttpRequest::begin)& begin,
                              const decltype(HttpRequest::body)& body) {
  HttpRequest request;
  request.url = address(listing, file);
  request.from = from;
  request.begin = begin;
  request.body = body;
  return follow(std::move(request), true);
}

}  // namespace presslab::hub
