// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/line_source.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "app/cli/input.h"
#include "core/api/error.h"

namespace presslab::cli {
namespace {

constexpr int kPollMs = 50;  // how soon a stop is seen while nothing comes in

}  // namespace

LineSource::LineSource(const std::string& path, const std::stop_token& stop) : m_open(path == "-") {
  if (!m_open) m_text = readInput(path, kTextLimit, stop);
}

/// Waits for more; false at the end.
bool LineSource::fill(const std::stop_token& stop) {
  char buffer[1 << 12];
  while (m_open) {
    if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "cancelled while reading standard input");
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const int ready = ::poll(&input, 1, kPollMs);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t n = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) throw Failure(ErrorCode::Io, std::string("standard input: cannot read: ") + std::strerror(errno));
    if (n == 0) m_open = false;
    m_text.append(buffer, size_t(n));
    if (n > 0) return true;
  }
  return false;
}

std::optional<std::string> LineSource::next(const std::stop_token& stop) {
  while (true) {
    size_t end = m_text.find('\n');
    while (end == std::string::npos && fill(stop)) {
      if (m_text.size() > kLineLimit) badInput("standard input: a line has more than " + std::to_string(kLineLimit) + " bytes");
      end = m_text.find('\n');
    }
    if (m_text.empty()) return {};
    std::string line = m_text.substr(0, end);
    m_text.erase(0, end == std::string::npos ? end : end + 1);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.find_first_not_of(" \t") != std::string::npos) return line;
  }
}

}  // namespace presslab::cli
