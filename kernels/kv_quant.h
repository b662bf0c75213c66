// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Quantised storage of old KV cache rows: blocks of 32 tokens of one head. Part of the interface of kernels.h.
#include <cstdint>

namespace presslab::kernels {

/// How rows that left the residual window are stored. Q8_0 and Q4_0 are ggml's formats, token by token, 32 channels sharing a scale. Kivi4 and
/// Kivi2 are KIVI's (2402.02750): keys share scale and minimum per channel over the 32 tokens of a block, values per token over 32 channels.
enum class KvForm : int { None, Q8_0, Q4_0, Kivi4, Kivi2 };

inline constexpr int kKvBlock = 32;  // tokens of a block, and channels of a group

/// Bytes of a block of keys or values. headDim is a multiple of 32.
int64_t kvBlockBytes(KvForm, int headDim);
/// rows: (32, headDim) float32 to one block.
void quantiseKvBlock(KvForm, bool values, const float* rows, int headDim, void* block);
/// One block to rows (32, headDim) float32.
void dequantiseKvBlock(KvForm, bool values, const void* block, int headDim, float* rows);

}  // namespace presslab::kernels
