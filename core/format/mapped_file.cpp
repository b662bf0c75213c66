// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/api/error.h"

namespace presslab {

namespace {

[[noreturn]] void failIo(const std::string& path, int error) {
  throw Failure(ErrorCode::Io, printable(path) + ": cannot open: " + std::strerror(error));
}

const char* kindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISSOCK(mode)) return "a socket";
  return "no regular file";
}

struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

MappedFile::MappedFile(const std::string& path) : m_path(path) {
  if (path.find('\0') != std::string::npos) badInput(printable(path) + ": the path contains a NUL character");
  // Without O_NONBLOCK, opening a FIFO waits for a writer.
  Descriptor file{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
  if (file.fd < 0) failIo(path, errno);
  struct stat facts {};
  if (::fstat(file.fd, &facts) != 0) failIo(path, errno);
  if (!S_ISREG(facts.st_mode)) badInput(printable(path) + ": is " + kindOf(facts.st_mode) + ", a model must be a regular file");
  m_size = uint64_t(facts.st_size);
  if (m_size == 0) return;
  void* mapped = ::mmap(nullptr, size_t(m_size), PROT_READ, MAP_PRIVATE, file.fd, 0);
  if (mapped == MAP_FAILED) failIo(path, errno);
  m_data = static_cast<std::byte*>(mapped);
}

MappedFile::~MappedFile() {
  if (m_data) ::munmap(m_data, size_t(m_size));
}

void MappedFile::release(const std::byte* begin, uint64_t bytes) const {
  const uint64_t page = uint64_t(::sysconf(_SC_PAGESIZE));
  const uint64_t from = (uint64_t(begin - m_data) + page - 1) / page * page;
  const uint64_t to = (uint64_t(begin - m_data) + bytes) / page * page;
  if (from < to) ::madvise(m_data + from, size_t(to - from), MADV_DONTNEED);
}

size_t utf8CharBytes(const unsigned char* s, size_t n) {
  if (n == 0) return 0;
  const unsigned char c = s[0];
  if (c < 0x80) return 1;
  const auto cont = [&](size_t i) { return i < n && (s[i] & 0xC0) == 0x80; };
  if (c >= 0xC2 && c <= 0xDF) return cont(1) ? 2 : 0;
  if ((c & 0xF0) == 0xE0) {
    if (!cont(1) || !cont(2)) return 0;
    if (c == 0xE0 && s[1] < 0xA0) return 0;
    if (c == 0xED && s[1] > 0x9F) return 0;
    return 3;
  }
  if (c >= 0xF0 && c <= 0xF4) {
    if (!cont(1) || !cont(2) || !cont(3)) return 0;
    if (c == 0xF0 && s[1] < 0x90) return 0;
    if (c == 0xF4 && s[1] > 0x8F) return 0;
    return 4;
  }
  return 0;
}

std::string printable(const char* text, size_t bytes, size_t limit) {
  static const char* kHex = "0123456789ABCDEF";
  std::string out;
  const auto* s = reinterpret_cast<const unsigned char*>(text);
  for (size_t i = 0; i < bytes;) {
    if (out.size() >= limit) return out + "...";
    const size_t n = utf8CharBytes(s + i, bytes - i);
    // C1 controls (C2 80..C2 9F) would also break a terminal line.
    const bool control = n == 1 ? s[i] < 0x20 || s[i] == 0x7F : n == 2 && s[i] == 0xC2 && s[i + 1] < 0xA0;
    if (n == 0 || control) {
      for (size_t k = 0; k < (n ? n : 1); ++k) {
        out += "\\x";
        out += kHex[s[i + k] >> 4];
        out += kHex[s[i + k] & 15];
      }
      i += n ? n : 1;
    } else {
      out.append(text + i, n);
      i += n;
    }
  }
  return out;
}

}  // namespace presslab
