// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "core/engine/backend.h"

namespace presslab {

/// Resident bytes of this process now (/proc/self/statm), 0 where the system does not tell.
int64_t residentBytes();
/// Gives what the heap holds of freed memory back to the system, so that resident memory is that of living data.
void trimHeap();

/// Peak memory of one method's run, above what stood before it. On a device with an allocator of its own: that allocator's peak; else the
/// process's resident peak, which the kernel keeps (VmHWM, reset first); where the reset is refused, the highest of the samples.
class MemoryProbe {
 public:
  explicit MemoryProbe(Backend&);  ///< starts here
  int64_t before() const { return m_before; }
  /// A look at the memory, for systems without a peak counter: call it where much stands at once.
  void sample();
  /// Highest so far above before(), in bytes.
  int64_t peakAbove();

 private:
  Backend& m_backend;
  bool m_device = false, m_counter = false;
  int64_t m_before = 0, m_deviceBefore = 0, m_highest = 0;
};

}  // namespace presslab
