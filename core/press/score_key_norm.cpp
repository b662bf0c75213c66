// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/device_layer.h"

namespace presslab {

void keyNormScores(const ScoreLayer& l, float* out) {
  if (scoredOnDevice(l, out, [](DeviceLayer& d) { d.keyNormScores(); })) return;
  // Rounded as PyTorch does it: equal tokens have equal norms but for the last bits, and those decide which of them stay.
  const int64_t rows = l.shape.kvHeads * l.t.tokens;
  kernels::rowNormsOrdered(l.t.k, rows, l.shape.headDim, out);
  for (int64_t row = 0; row < rows; ++row) out[row] = -out[row];
}

void putOnTop(const ScoreLayer& l, int64_t from, int64_t to, float* out) {
  if (scoredOnDevice(l, out, [&](DeviceLayer& d) { d.putOnTop(from, to); })) return;
  putOnTop(out, l.shape.kvHeads, l.t.tokens, from, to);
}

}  // namespace presslab
