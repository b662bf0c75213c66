// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <chrono>
#include <deque>
#include <filesystem>
#include <memory>

#include "core/api/error.h"
#include "core/api/hub.h"
#include "core/format/mapped_file.h"
#include "core/hub/hub_client.h"
#include "core/hub/part_file.h"
#include "core/hub/store.h"

namespace presslab {
namespace {

using namespace hub;
using Clock = std::chrono::steady_clock;

constexpr auto kTellEvery = std::chrono::milliseconds(100);
constexpr auto kSpeedWindow = std::chrono::seconds(5);

/// Turns bytes that come in into what people are told.
class Meter {
 public:
  Meter(const HubProgressSink& sink, int count, int64_t total) : m_sink(sink) {
    m_now.count = count;
    m_now.allTotal = total;
  }
  void file(const std::string& name, int index, int64_t total) {
    m_now.file = name;
    m_now.index = index;
    m_now.total = total;
    m_now.done = 0;
    m_before = m_now.allDone;
  }
  /// `fresh`: bytes that came over the net just now.
  void at(int64_t done, int64_t fresh, bool always = false) {
    m_fresh += fresh;
    m_now.done = done;
    m_now.allDone = m_before + done;
    m_now.note.clear();
    const auto now = Clock::now();
    if (!always && now - m_told < kTellEvery) return;
    m_told = now;
    m_window.emplace_back(now, m_fresh);
    while (m_window.size() > 2 && now - m_window.front().first > kSpeedWindow) m_window.pop_front();
    const double seconds = std::chrono::duration<double>(now - m_window.front().first).count();
    m_now.bytesPerSecond = seconds > 0 ? double(m_fresh - m_window.front().second) / seconds : 0;
    const bool known = m_now.bytesPerSecond > 0 && m_now.allTotal >= 0;
    m_now.secondsLeft = known ? double(m_now.allTotal - m_now.allDone) / m_now.bytesPerSecond : -1;
    if (m_sink) m_sink(m_now);
  }
  void note(const std::string& text) {
    m_now.note = text;
    m_now.bytesPerSecond = 0;
    m_now.secondsLeft = -1;
    m_window.clear();
    if (m_sink) m_sink(m_now);
  }

 private:
  const HubProgressSink& m_sink;
  HubProgress m_now;
  int64_t m_before = 0, m_fresh = 0;
  Clock::time_point m_told{};
  std::deque<std::pair<Clock::time_point, int64_t>> m_window;
};

/// First byte of "bytes 5-9/10", -1 when it says something else.
int64_t rangeStart(const std::map<std::string, std::string>& headers) {
  const auto it = headers.find("content-range");
  if (it == headers.end() || !it->second.starts_with("bytes ")) return -1;
  int64_t first = -1;
  std::from_chars(it->second.data() + 6, it->second.data() + it->second.size(), first);
  return first;
}

/// Brings a part to its full length. Goes on where it ends; starts anew where the server knows no ranges.
void fill(HubClient& client, const HubListing& listing, const HubFile& file, const FileFacts& facts, PartFile& part, Meter& meter) {
  const std::string shown = listing.repo + ": " + printable(file.name);
  Patience patience = client.patience();
  for (bool whole = facts.bytes >= 0 && part.bytes() == facts.bytes; !whole;) {
    const int64_t before = part.bytes();
    bool wrongRange = false, tooLong = false;
    const auto begin = [&](int status, const std::map<std::string, std::string>& headers) {
      if (status == 200 && part.bytes() > 0) part.clear();
      wrongRange = status == 206 && rangeStart(headers) != part.bytes();
      return !wrongRange;
    };
    const auto body = [&](std::string_view data) {
      tooLong = facts.bytes >= 0 && part.bytes() + int64_t(data.size()) > facts.bytes;
      if (tooLong || !part.append(data)) return false;
      meter.at(part.bytes(), int64_t(data.size()));
      return true;
    };
    HttpAnswer answer = client.content(listing, file, before, begin, body);
    part.checkWritten();
    if (tooLong) {
      part.remove();
      throw Failure(ErrorCode::Io,
                    shown + ": more than the " + std::to_string(facts.bytes) + " bytes came that the hub announced; the downloaded part was removed");
    }
    if (wrongRange || answer.status == 416) {  // the part is not what the server has
      part.clear();
      answer.fault = wrongRange ? "the server sent another range than the one asked for" : "HTTP 416: the server has no such range";
      answer.passing = true;
    }
    const bool good = answer.fault.empty() && answer.status / 100 == 2;
    whole = good && (facts.bytes < 0 || part.bytes() == facts.bytes);
    if (whole) break;
    if (good) {
      answer.fault = "the connection ended after " + std::to_string(part.bytes()) + " of " + std::to_string(facts.bytes) + " bytes";
      answer.passing = true;
    }
    if (part.bytes() > before) patience.progress();
    if (!HubClient::worthAnother(answer) || !patience.wait(HubClient::reasonOf(answer), HubClient::secondsToWait(answer)))
      client.refuse(shown, answer);
  }
}

void checkRoom(const Store& store, int64_t needed) {
  const int64_t free = store.freeBytes();
  if (free >= 0 && needed > free)
    throw Failure(ErrorCode::Io, printable(store.root()) + ": " + std::to_string(needed) + " bytes needed, " + std::to_string(free) + " free");
}

/// Without the net: what the cache holds.
std::vector<HubResult> fromCache(const HubSettings& settings, const HubRequest& request) {
  const std::string why = "HF_HUB_OFFLINE is set: ";
  if (!request.folder.empty()) throw Failure(ErrorCode::Io, why + "nothing is fetched into a folder");
  const Store store(settings, request);
  HubListing known;
  known.repo = request.repo;
  known.commit = store.knownCommit();
  if (known.commit.empty())
    throw Failure(ErrorCode::Io, why + request.repo + ", revision " + printable(request.revision) + ", is not in " + printable(settings.cacheFolder));
  for (const std::string& name : store.cachedNames(known.commit)) known.files.push_back({name, -1, {}, {}});
  std::vector<HubResult> out;
  for (const HubFile& file : chooseHubFiles(known, request.files)) {
    HubResult r;
    r.name = file.name;
    r.path = *store.cached(known.commit, file.name);
    out.push_back(std::move(r));
  }
  return out;
}

}  // namespace

HubListing listHubRepository(const HubSettings& settings, const std::string& repo, const std::string& revision, std::stop_token stop) {
  if (settings.offline) throw Failure(ErrorCode::Io, "HF_HUB_OFFLINE is set: " + printable(settings.endpoint) + " is not asked");
  return HubClient(settings, std::move(stop), {}).list(parseHubName(repo).repo, revision);
}

std::vector<HubResult> downloadFromHub(const HubSettings& settings, const HubRequest& request, const HubProgressSink& sink, std::stop_token stop) {
  parseHubName(request.repo);
  if (settings.offline) return fromCache(settings, request);
  const Store store(settings, request);
  std::unique_ptr<Meter> meter;
  HubClient client(settings, stop, [&](const std::string& note) {
    if (meter) meter->note(note);
  });
  const HubListing listing = client.list(request.repo, request.revision);
  const std::vector<HubFile> files = chooseHubFiles(listing, request.files);
  std::vector<FileFacts> facts;
  int64_t total = 0;
  for (const HubFile& file : files) {
    facts.push_back(client.facts(listing, file));
    total = total < 0 || facts.back().bytes < 0 ? -1 : total + facts.back().bytes;
  }
  meter = std::make_unique<Meter>(sink, int(files.size()), total);
  std::vector<HubResult> out;
  for (size_t i = 0; i < files.size(); ++i) {
    HubResult r;
    r.name = files[i].name;
    meter->file(r.name, int(i), facts[i].bytes);
    if (const auto there = store.finished(listing.commit, files[i], facts[i], stop)) {
      r.path = *there;
    } else {
      PartFile part(store.partPath(files[i], facts[i]), facts[i], stop);
      if (facts[i].bytes >= 0) checkRoom(store, facts[i].bytes - part.bytes());
      meter->at(part.bytes(), 0, true);
      fill(client, listing, files[i], facts[i], part, *meter);
      r.checked = part.verify(listing.repo + ": " + printable(r.name));
      part.sync();
      r.path = store.finish(part.path(), listing.commit, files[i], facts[i]);
      r.fetched = true;
    }
    std::error_code error;
    r.bytes = std::max<int64_t>(facts[i].bytes, 0);
    if (facts[i].bytes < 0) r.bytes = int64_t(std::filesystem::file_size(r.path, error));
    meter->at(r.bytes, 0, true);
    out.push_back(std::move(r));
  }
  store.remember(listing.commit);
  return out;
}

}  // namespace presslab
