// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/hub/part_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "core/api/error.h"
#include "core/format/mapped_file.h"

namespace presslab::hub {
namespace {

constexpr size_t kReadBytes = size_t{1} << 20;

[[noreturn]] void failed(const std::string& path, const std::string& what, int error) {
  throw Failure(ErrorCode::Io, printable(path) + ": " + what + ": " + std::strerror(error));
}

}  // namespace

PartFile::PartFile(std::string path, const FileFacts& facts, const std::stop_token& stop) : m_path(std::move(path)), m_facts(facts) {
  m_fd = ::open(m_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (m_fd < 0) failed(m_path, "cannot be written", errno);
  struct stat there {};
  if (::fstat(m_fd, &there) != 0 || !S_ISREG(there.st_mode)) {
    ::close(m_fd);
    throw Failure(ErrorCode::Io, printable(m_path) + ": is no regular file");
  }
  if (::flock(m_fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(m_fd);
    throw Failure(ErrorCode::Io, printable(m_path) + ": another program is fetching this file");
  }
  try {
    startHash();
    if (facts.bytes >= 0 && int64_t(there.st_size) > facts.bytes) clear();  // not a part of this file
    std::vector<char> buffer(kReadBytes);
    for (;;) {
      if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "download cancelled");
      const ssize_t n = ::pread(m_fd, buffer.data(), buffer.size(), m_bytes);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) failed(m_path, "cannot be read", errno);
      if (n == 0) break;
      if (m_sum) m_sum->add(buffer.data(), size_t(n));
      m_bytes += n;
    }
  } catch (...) {
    ::close(m_fd);
    throw;
  }
}

PartFile::~PartFile() { ::close(m_fd); }

void PartFile::startHash() {
  if (!m_facts.sha256.empty())
    m_sum = std::make_unique<Checksum>(Checksum::Kind::Sha256);
  else if (!m_facts.gitSha1.empty() && m_facts.bytes >= 0)
    m_sum = std::make_unique<Checksum>(Checksum::Kind::GitSha1, m_facts.bytes);
}

void PartFile::clear() {
  if (::ftruncate(m_fd, 0) != 0) failed(m_path, "cannot be written", errno);
  m_bytes = 0;
  startHash();
}

bool PartFile::append(std::string_view data) {
  if (m_sum) m_sum->add(data.data(), data.size());
  while (!data.empty()) {
    const ssize_t n = ::pwrite(m_fd, data.data(), data.size(), m_bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      m_error = errno;
      return false;
    }
    m_bytes += n;
    data.remove_prefix(size_t(n));
  }
  return true;
}

void PartFile::checkWritten() const {
  if (m_error == 0) return;
  std::string what = "cannot be written";
  struct statvfs disk {};
  if (m_error == ENOSPC && m_facts.bytes >= 0 && ::fstatvfs(m_fd, &disk) == 0)
    what += " (" + std::to_string(m_facts.bytes - m_bytes) + " bytes more needed, " + std::to_string(uint64_t(disk.f_bavail) * disk.f_frsize) +
            " free; what came is kept)";
  failed(m_path, what, m_error);
}

void PartFile::sync() {
  if (::fsync(m_fd) != 0) failed(m_path, "cannot be written", errno);
}

void PartFile::remove() { ::unlink(m_path.c_str()); }

bool PartFile::verify(const std::string& shown) {
  if (!m_sum) return false;
  const std::string got = m_sum->finish(), &wanted = m_facts.sha256.empty() ? m_facts.gitSha1 : m_facts.sha256;
  m_sum.reset();
  if (got == wanted) return true;
  remove();
  throw Failure(ErrorCode::Io, shown + ": the checksum is " + got + ", the hub says " + wanted + "; the downloaded part was removed");
}

}  // namespace presslab::hub
