// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

namespace presslab {

/// Bytes taken straight from the system in whole pages. Shrinking gives the pages back at once (resident memory falls), growing keeps
/// the contents and may move them, so nobody keeps a pointer over resize().
class PageArena {
 public:
  PageArena() = default;
  ~PageArena();
  PageArena(PageArena&&) noexcept;
  PageArena& operator=(PageArena&&) noexcept;
  PageArena(const PageArena&) = delete;
  PageArena& operator=(const PageArena&) = delete;

  std::byte* data() const { return m_data; }
  int64_t size() const { return m_size; }  ///< a multiple of the page size
  /// Holds at least `bytes`, rounded up to pages. New pages read as zero and cost nothing until they are written. Throws
  /// Failure(NoMemory) with the bytes asked for; the old contents stay then.
  void resize(int64_t bytes);
  static int64_t pageSize();

 private:
  std::byte* m_data = nullptr;
  int64_t m_size = 0;
};

/// Floats in pages of their own. A heap keeps much of what is freed; these go back to the system, so the resident memory that a run
/// reports is that of its cache.
class PageFloats {
 public:
  /// New floats read as zero. Throws Failure(NoMemory).
  void resize(size_t n) {
    m_arena.resize(int64_t(n * sizeof(float)));
    m_size = n;
  }
  float* data() const { return reinterpret_cast<float*>(m_arena.data()); }
  size_t size() const { return m_size; }

 private:
  PageArena m_arena;
  size_t m_size = 0;
};

}  // namespace presslab
