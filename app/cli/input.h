// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace presslab::cli {

/// Bytes of a file, unchanged; "-" is standard input. Throws Failure: Io with the system's reason and the path, BadInput when the file is
/// larger than `limit` bytes, Cancelled when stopped while waiting for more.
std::string readInput(const std::string& path, uint64_t limit, const std::stop_token&);
inline constexpr uint64_t kTextLimit = uint64_t{1} << 30, kJsonLimit = uint64_t{128} << 20;

/// What a file is called in messages.
std::string shownPath(const std::string& path);

/// A JSON array of ids. Throws Failure(BadInput) naming file, index, value and limit.
class TokenFile {
 public:
  TokenFile(const std::string& path, const std::stop_token&);
  /// The ids, now that the vocabulary is known.
  std::vector<int32_t> ids(int64_t vocab) const;

 private:
  std::string m_path;
  std::vector<int64_t> m_values;
};

}  // namespace presslab::cli
