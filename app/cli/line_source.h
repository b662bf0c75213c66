// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace presslab::cli {

/// Lines of text that are not empty: of a file, or of standard input ("-") as they come.
class LineSource {
 public:
  /// Throws Failure as readInput.
  LineSource(const std::string& path, const std::stop_token&);
  /// The next line without its end, nothing behind the last. Throws Failure: Cancelled when stopped while waiting, BadInput for a line above
  /// `kLineLimit` bytes, Io.
  std::optional<std::string> next(const std::stop_token&);
  static constexpr uint64_t kLineLimit = uint64_t{1} << 24;

 private:
  bool fill(const std::stop_token&);

  bool m_open;         // standard input may still give more
  std::string m_text;  // what has come and was not taken
};

}  // namespace presslab::cli
