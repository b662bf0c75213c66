// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/zip_entries.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "core/api/error.h"

namespace presslab {

namespace {

constexpr uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
constexpr uint64_t kMaxEntries = uint64_t{1} << 20, kAll16 = 0xffff, kAll32 = 0xffffffff;

class ZipReader {
 public:
  explicit ZipReader(const MappedFile& file) : m_file(file) {}

  std::map<std::string, ZipEntry, std::less<>> entries() {
    uint64_t count = 0, bytes = 0, at = 0;
    findDirectory(count, bytes, at);
    if (count > kMaxEntries) fail(at, std::to_string(count) + " entries (at most " + std::to_string(kMaxEntries) + ")");
    need(at, bytes, "the directory");
    const uint64_t end = at + bytes;
    std::map<std::string, ZipEntry, std::less<>> out;
    for (uint64_t i = 0; i < count; ++i) at = central(at, end, out);
    checkOverlaps(out);
    return out;
  }

 private:
  [[noreturn]] void fail(uint64_t at, const std::string& reason) const {
    char place[32];
    std::snprintf(place, sizeof place, "0x%llx", static_cast<unsigned long long>(at));
    badInput(printable(m_file.path()) + ": " + place + ": zip: " + reason);
  }
  void need(uint64_t at, uint64_t bytes, const char* what) const {
    if (at > m_file.size() || bytes > m_file.size() - at)
      fail(at, std::string(what) + " lies beyond the file's end (" + std::to_string(m_file.size()) + " bytes)");
  }
  uint64_t number(uint64_t at, int bytes) const {
    need(at, uint64_t(bytes), "a field");
    uint64_t n = 0;
    std::memcpy(&n, m_file.data() + at, size_t(bytes));
    return n;
  }

  void findDirectory(uint64_t& count, uint64_t& bytes, uint64_t& at) const {
    constexpr uint64_t kEndBytes = 22, kLongestComment = 65535;
    if (m_file.size() < kEndBytes) fail(0, "the file has " + std::to_string(m_file.size()) + " bytes (at least 22)");
    const uint64_t last = m_file.size() - kEndBytes, first = last > kLongestComment ? last - kLongestComment : 0;
    uint64_t end = last + 1;
    while (end > first && number(end - 1, 4) != kEnd) --end;
    if (end == first) fail(last, "no end of the directory; the file is cut off");
    --end;
    count = number(end + 10, 2);
    bytes = number(end + 12, 4);
    at = number(end + 16, 4);
    if (count != kAll16 && bytes != kAll32 && at != kAll32) return;
    if (end < 20 || number(end - 20, 4) != kLocator64) return;
    const uint64_t end64 = number(end - 12, 8);
    if (number(end64, 4) != kEnd64) fail(end64, "no zip64 directory where the locator points");
    count = number(end64 + 32, 8);
    bytes = number(end64 + 40, 8);
    at = number(end64 + 48, 8);
  }

  /// Sizes and places that do not fit 32 bits stand in extra field 1, in this order and only those.
  void readZip64(uint64_t extra, uint64_t extraBytes, uint64_t& bytes, uint64_t& packed, uint64_t& local) const {
    for (uint64_t at = extra; at + 4 <= extra + extraBytes;) {
      const uint64_t id = number(at, 2), size = number(at + 2, 2);
      if (id == 1) {
        uint64_t field = at + 4;
        for (uint64_t* n : {&bytes, &packed, &local}) {
          if (*n != kAll32) continue;
          if (field + 8 > at + 4 + size) fail(at, "a zip64 field is too short");
          *n = number(field, 8);
          field += 8;
        }
        return;
      }
      at += 4 + size;
    }
  }

  uint64_t central(uint64_t at, uint64_t end, std::map<std::string, ZipEntry, std::less<>>& out) {
    if (at + 46 > end || number(at, 4) != kCentral) fail(at, "no entry of the directory");
    const uint64_t flags = number(at + 8, 2), method = number(at + 10, 2), nameBytes = number(at + 28, 2), extraBytes = number(at + 30, 2);
    uint64_t packed = number(at + 20, 4), bytes = number(at + 24, 4), local = number(at + 42, 4);
    need(at + 46, nameBytes + extraBytes, "a name");
    const std::string name(reinterpret_cast<const char*>(m_file.data() + at + 46), nameBytes);
    readZip64(at + 46 + nameBytes, extraBytes, bytes, packed, local);
    const std::string shown = "'" + printable(name, 120) + "' ";
    if (flags & 1) fail(at, shown + "is encrypted");
    if (method != 0 || packed != bytes) fail(at, shown + "is compressed (stored)");
    need(local, 30, "a local header");
    if (number(local, 4) != kLocal) fail(local, shown + "has no local header");
    const uint64_t data = local + 30 + number(local + 26, 2) + number(local + 28, 2);
    need(data, bytes, (shown + "data").c_str());
    if (!out.emplace(name, ZipEntry{data, bytes}).second) fail(at, shown + "is there twice");
    return at + 46 + nameBytes + extraBytes + number(at + 32, 2);
  }

  void checkOverlaps(const std::map<std::string, ZipEntry, std::less<>>& entries) const {
    std::vector<std::pair<uint64_t, uint64_t>> places;
    for (const auto& [name, e] : entries)
      if (e.bytes) places.emplace_back(e.offset, e.bytes);
    std::sort(places.begin(), places.end());
    for (size_t i = 1; i < places.size(); ++i) {
      if (places[i - 1].first + places[i - 1].second > places[i].first) fail(places[i].first, "two entries lie over each other");
    }
  }

  const MappedFile& m_file;
};

}  // namespace

bool isZip(const MappedFile& file) {
  uint32_t magic = 0;
  if (file.size() < 4) return false;
  std::memcpy(&magic, file.data(), 4);
  return magic == kLocal;
}

std::map<std::string, ZipEntry, std::less<>> zipEntries(const MappedFile& file) { return ZipReader(file).entries(); }

}  // namespace presslab
