// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "kernels/kernels.h"
#include "kernels/ops.h"

namespace presslab::kernels {

namespace {

constexpr int64_t kVectorBytes = 64;  // of the widest instruction set

/// Unsigned key in the order of selection: NaN is 0, then -inf upward; -0 equals +0.
uint32_t keyOf(float score) {
  if (score != score) return 0;
  const float value = score + 0.f;  // -0 becomes +0
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

}  // namespace

void selectTop(const float* score, int64_t n, int64_t keep, int32_t* kept) {
  if (keep <= 0) return;
  if (keep >= n) {
    for (int64_t i = 0; i < n; ++i) kept[i] = int32_t(i);
    return;
  }
  // Three digits, highest first: the digit at which the running count from above reaches `wanted` is the threshold's.
  constexpr int kBits[3] = {11, 11, 10}, kShift[3] = {21, 10, 0};
  uint32_t threshold = 0, known = 0;  // digits found so far and their mask
  int64_t wanted = keep, equal = n;   // wanted: entries still to be taken among those that share the known digits
  for (int pass = 0; pass < 3; ++pass) {
    int64_t count[2048] = {};
    const uint32_t digits = (1u << kBits[pass]) - 1;
    for (int64_t i = 0; i < n; ++i) {
      const uint32_t key = keyOf(score[i]);
      if ((key & known) == threshold) ++count[key >> kShift[pass] & digits];
    }
    uint32_t digit = digits;
    while (count[digit] < wanted) wanted -= count[digit--];
    equal = count[digit];
    threshold |= digit << kShift[pass];
    known |= digits << kShift[pass];
    if (equal == wanted) break;  // the whole bucket is taken
  }
  // Of the entries equal to the threshold the later ones are taken.
  int64_t skip = equal - wanted;
  for (int64_t i = 0; i < n; ++i) {
    const uint32_t prefix = keyOf(score[i]) & known;
    if (prefix > threshold || (prefix == threshold && skip-- <= 0)) *kept++ = int32_t(i);
  }
}

void compactRows(void* to, const void* from, int64_t rowBytes, const int32_t* kept, int64_t count) {
  auto* out = static_cast<unsigned char*>(to);
  const auto* in = static_cast<const unsigned char*>(from);
  if (rowBytes % kVectorBytes == 0) return ops().compact(out, in, rowBytes, kept, count);
  for (int64_t i = 0; i < count;) {
    int64_t run = 1;
    while (i + run < count && kept[i + run] == kept[i] + run) ++run;
    const unsigned char* source = in + kept[i] * rowBytes;
    // Both places only fall, so a run never overwrites a row that is still to be read.
    if (source != out) std::memmove(out, source, size_t(run * rowBytes));
    out += run * rowBytes;
    i += run;
  }
}

}  // namespace presslab::kernels
