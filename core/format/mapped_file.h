// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace presslab {

/// A regular file mapped for reading. Opening never blocks: a FIFO, a device or a folder is refused, not read.
class MappedFile {
 public:
  /// Throws Failure: Io with the system's reason when it cannot be opened, BadInput when it is not a regular file.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::byte* data() const { return m_data; }
  uint64_t size() const { return m_size; }
  const std::string& path() const { return m_path; }
  /// Gives the pages that lie wholly inside [begin, begin + bytes) back to the system; they are read again when touched.
  void release(const std::byte* begin, uint64_t bytes) const;

 private:
  std::string m_path;
  std::byte* m_data = nullptr;
  uint64_t m_size = 0;
};

/// `text` on one line: control characters and invalid UTF-8 as \xNN, cut after `limit` bytes with "...". For messages and names.
std::string printable(const char* text, size_t bytes, size_t limit = 120);
inline std::string printable(const std::string& text, size_t limit = 4096) { return printable(text.data(), text.size(), limit); }
/// Bytes of the valid UTF-8 character at text[0..n), 0 when it is none (overlong forms and surrogates are none).
size_t utf8CharBytes(const unsigned char* text, size_t n);

}  // namespace presslab
