// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/hub/checksum.h"
#include "core/hub/hub_client.h"

namespace presslab::hub {

/// The part of a file that is there, and its running hash. Locked, so that two programs do not write the same part.
class PartFile {
 public:
  /// Opens or makes `path` and hashes what it holds. Throws Failure: Io, Cancelled.
  PartFile(std::string path, const FileFacts& facts, const std::stop_token& stop);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  int64_t bytes() const { return m_bytes; }
  const std::string& path() const { return m_path; }
  void clear();
  /// False when the disk refuses; then writeFault() says why.
  bool append(std::string_view data);
  /// Throws Failure(Io) when a write failed.
  void checkWritten() const;
  void sync();
  void remove();
  /// True when there was a hash to compare. Another hash than the hub's: the part is removed, Failure(Io).
  bool verify(const std::string& shown);

 private:
  void startHash();

  std::string m_path;
  const FileFacts& m_facts;
  int m_fd = -1, m_error = 0;
  int64_t m_bytes = 0;
  std::unique_ptr<Checksum> m_sum;
};

}  // namespace presslab::hub
