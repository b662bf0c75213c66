// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// Last include of every ops_<isa>.cpp: collects the functions that were compiled for its instruction set.
#include "kernels/ops_amx.h"
#include "kernels/ops_attention_q8.h"
#include "kernels/ops_gemm.h"
#include "kernels/ops_kv_quant.h"
#include "kernels/ops_mul.h"
#include "kernels/ops_quant.h"
#include "kernels/ops_small.h"

namespace presslab::kernels {
namespace {

constexpr Ops kOps = {
    .gemv = gemvOp,
    .gemvStrips = kStreams > 1 ? gemvStripsOp : nullptr,
    .streams = kStreams,
    .quantize = quantizeOp,
#if defined(__AVX2__) && !defined(__AMX_BF16__)
    .gemm = gemmOp,
#else
    .gemm = nullptr,
#endif
    .panelF32 = panelF32Op,
#if defined(__AMX_BF16__)
    .panelBf16 = panelBf16Op,
#else
    .panelBf16 = nullptr,
#endif
    .toBf16 = toBf16Op,
    .mulF32 = mulF32Op,
#if defined(__AMX_BF16__)
    .mulBf16 = mulBf16Op,
#else
    .mulBf16 = nullptr,
#endif
    .scores = scoresAnyOp,
    .weigh = weighAnyOp,
    .kvBlockRows = kvBlockRowsOp,
    .maxOf = maxOfOp,
    .expSum = expSumOp,
    .scale = scaleOp,
    .softmaxTile = softmaxTileOp,
    .rmsNorm = rmsNormOp,
    .layerNorm = layerNormOp,
    .siluMul = siluMulOp,
    .geluTanhMul = geluTanhMulOp,
    .addInto = addIntoOp,
    .rope = ropeOp,
    .compact = compactOp,
};

}  // namespace
}  // namespace presslab::kernels
