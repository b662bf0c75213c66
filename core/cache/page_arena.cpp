// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/cache/page_arena.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <utility>

#include "core/api/error.h"

namespace presslab {
namespace {

[[noreturn]] void refused(int64_t bytes) { throw Failure(ErrorCode::NoMemory, "memory: the system refused " + std::to_string(bytes) + " bytes"); }

}  // namespace

PageArena::~PageArena() {
  if (m_data) munmap(m_data, size_t(m_size));
}

PageArena::PageArena(PageArena&& o) noexcept : m_data(std::exchange(o.m_data, nullptr)), m_size(std::exchange(o.m_size, 0)) {}

PageArena& PageArena::operator=(PageArena&& o) noexcept {
  std::swap(m_data, o.m_data);
  std::swap(m_size, o.m_size);
  return *this;
}

int64_t PageArena::pageSize() {
  static const int64_t size = sysconf(_SC_PAGESIZE);
  return size;
}

void PageArena::resize(int64_t bytes) {
  const int64_t page = pageSize(), wanted = (bytes + page - 1) / page * page;
  if (wanted == m_size) return;
  if (wanted == 0) {
    munmap(m_data, size_t(m_size));
    m_data = nullptr;
    m_size = 0;
    return;
  }
#ifdef __linux__
  void* p = m_data ? mremap(m_data, size_t(m_size), size_t(wanted), MREMAP_MAYMOVE)
                   : mmap(nullptr, size_t(wanted), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) refused(wanted);
#else
  void* p = m_data;
  if (m_data && wanted < m_size) {
    munmap(m_data + wanted, size_t(m_size - wanted));
  } else {
    p = mmap(nullptr, size_t(wanted), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (p == MAP_FAILED) refused(wanted);
    if (m_data) {
      std::memcpy(p, m_data, size_t(m_size));
      munmap(m_data, size_t(m_size));
    }
  }
#endif
  m_data = static_cast<std::byte*>(p);
  m_size = wanted;
}

}  // namespace presslab
