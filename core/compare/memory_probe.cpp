// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/memory_probe.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace presslab {
namespace {

/// VmHWM in bytes, 0 when it is not told.
int64_t residentPeak() {
  std::FILE* file = std::fopen("/proc/self/status", "r");
  if (!file) return 0;
  char line[256];
  long long kib = 0;
  while (std::fgets(line, sizeof line, file)) {
    if (std::sscanf(line, "VmHWM: %lld kB", &kib) == 1) break;
  }
  std::fclose(file);
  return int64_t(kib) * 1024;
}

/// True when the kernel's peak counter starts again from the present value.
bool resetResidentPeak() {
  std::FILE* file = std::fopen("/proc/self/clear_refs", "w");
  if (!file) return false;
  const bool written = std::fputs("5", file) >= 0;
  return std::fclose(file) == 0 && written && residentPeak() > 0;
}

}  // namespace

int64_t residentBytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (!file) return 0;
  long long size = 0, resident = 0;
  const int read = std::fscanf(file, "%lld %lld", &size, &resident);
  std::fclose(file);
  return read == 2 ? int64_t(resident) * sysconf(_SC_PAGESIZE) : 0;
}

void trimHeap() { malloc_trim(0); }

MemoryProbe::MemoryProbe(Backend& backend) : m_backend(backend) {
  trimHeap();
  const DeviceMemory device = backend.deviceMemory();
  m_device = device.reserved > 0;
  m_deviceBefore = device.allocated;
  if (m_device) backend.resetDevicePeak();
  m_counter = resetResidentPeak();
  m_before = m_highest = residentBytes();
}

void MemoryProbe::sample() {
  if (!m_counter) m_highest = std::max(m_highest, residentBytes());
}

int64_t MemoryProbe::peakAbove() {
  if (m_device) return std::max<int64_t>(0, m_backend.deviceMemory().peak - m_deviceBefore);
  if (m_counter) m_highest = std::max(m_highest, residentPeak());
  m_highest = std::max(m_highest, residentBytes());
  return m_highest - m_before;
}

}  // namespace presslab
