// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/press/press.h"

namespace presslab {

/// Rows of the press table that this folder defines, each in the file of its press.
extern const PressRow kNoneRow, kRandomRow, kStreamingLlmRow, kKnormRow, kKeyDiffRow, kSnapKvRow, kExpectedAttentionRow, kTovaRow,
    kObservedAttentionRow, kLagKvRow, kPyramidKvRow, kAdaKvRow, kChunkKvRow, kEntropyGatedChunkKvRow, kCurRow, kLeverageRow, kNonCausalAttentionRow,
    kCompactorRow, kCapRow, kQFilterRow, kExpectedAttentionStatsRow, kCriticalKvRow, kCriticalAdaKvRow, kChunkRow, kBlockRow, kPerLayerRow, kDmsRow,
    kSimLayerKvRow, kKeyRerotationRow, kMergingRow, kThinkRow, kFinchRow, kKvzipRow, kKvcomposeRow, kKvqRow, kDecodingRow, kRatioDecodingRow, kCamRow;

}  // namespace presslab
