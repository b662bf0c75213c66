// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/api/error.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

constexpr int kPollMs = 50;  // how soon a stop is seen while nothing comes in
constexpr auto kWriterGrace = std::chrono::seconds(1);

bool isPipe(int fd) {
  struct stat facts {};
  return ::fstat(fd, &facts) == 0 && S_ISFIFO(facts.st_mode);
}

[[noreturn]] void failIo(const std::string& path, const char* what) {
  throw Failure(ErrorCode::Io, shownPath(path) + ": " + what + ": " + std::strerror(errno));
}

struct Descriptor {
  int fd = -1;
  bool owned = false;
  ~Descriptor() {
    if (owned && fd >= 0) ::close(fd);
  }
};

}  // namespace

std::string shownPath(const std::string& path) { return path == "-" ? "standard input" : printable(path); }

std::string readInput(const std::string& path, uint64_t limit, const std::stop_token& stop) {
  if (path.find('\0') != std::string::npos) badInput(printable(path) + ": the path contains a NUL character");
  Descriptor file;
  if (path == "-") {
    file.fd = STDIN_FILENO;
  } else {
    // Without O_NONBLOCK, opening a pipe would wait for its writer, deaf to a stop.
    file.fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    file.owned = true;
    if (file.fd < 0) failIo(path, "cannot open");
  }
  std::string text;
  char buffer[1 << 16];
  bool wait = !file.owned;
  const auto begun = std::chrono::steady_clock::now();
  for (;;) {
    if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "reading " + shownPath(path) + " cancelled");
    pollfd ready{file.fd, POLLIN, 0};
    if (wait && ::poll(&ready, 1, kPollMs) <= 0) {
      wait = !file.owned;
      continue;
    }
    const ssize_t got = ::read(file.fd, buffer, sizeof buffer);
    wait = !file.owned || got < 0;
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) failIo(path, "cannot read");
    if (got == 0) {
      // A named pipe whose writer is about to open it also reads as empty.
      if (text.empty() && file.owned && isPipe(file.fd) && std::chrono::steady_clock::now() - begun < kWriterGrace) {
        std::this_thread::sleep_for(std::chrono::milliseconds(kPollMs));
        continue;
      }
      return text;
    }
    text.append(buffer, size_t(got));
    if (text.size() > limit) badInput(shownPath(path) + ": more than " + std::to_string(limit) + " bytes");
  }
}

TokenFile::TokenFile(const std::string& path, const std::stop_token& stop) : m_path(path) {
  const std::string text = readInput(path, kJsonLimit, stop);
  const std::string name = shownPath(path);
  nlohmann::json list;
  try {
    list = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& e) {
    badInput(name + ": no JSON, at byte " + std::to_string(e.byte));
  }
  if (!list.is_array()) badInput(name + ": a JSON array of token ids is needed");
  if (list.empty()) badInput(name + ": the array holds no ids");
  m_values.reserve(list.size());
  for (size_t i = 0; i < list.size(); ++i) {
    const nlohmann::json& v = list[i];
    const bool tooLarge = v.is_number_unsigned() && v.get<uint64_t>() > uint64_t(INT64_MAX);
    if (!v.is_number_integer() || tooLarge) {
      const std::string shown = v.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
      badInput(name + ": index " + std::to_string(i) + ": value " + printable(shown, 60) + " is no token id (a whole number)");
    }
    m_values.push_back(v.get<int64_t>());
  }
}

std::vector<int32_t> TokenFile::ids(int64_t vocab) const {
  std::vector<int32_t> out;
  out.reserve(m_values.size());
  for (size_t i = 0; i < m_values.size(); ++i) {
    const int64_t v = m_values[i];
    if (v < 0 || v >= vocab)
      badInput(shownPath(m_path) + ": index " + std::to_string(i) + ": value " + std::to_string(v) + " is outside the vocabulary (0.." +
               std::to_string(vocab - 1) + ")");
    out.push_back(int32_t(v));
  }
  return out;
}

}  // namespace presslab::cli
