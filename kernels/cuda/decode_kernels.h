// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// One decoded token on a device: beginToken, then for each layer five launches (normProduct: q, k, v | decodeAttention | mergedProduct: output
// projection | normProduct: gate, up | product: down), then normProduct for the logits. Every launch may be captured in a graph: grids and
// pointers are fixed, lengths and positions live on the device. Launches do not wait; errors are read by checkLaunch() of device_runtime.h.
#include "kernels/cuda/device_types.h"
#include "kernels/kv_quant.h"

namespace presslab::cuda {

/// Residual stream of the token: x is `hidden` floats, read by one launch and written by the next into the other buffer.
struct BeginTokenArgs {
  Token* token;
  HeadState* heads;  // (layers, kvHeads): advanced; positions[slot] = token->position where there are positions
  LayerPlan* plans;  // (layers): chunk set, arrived zeroed
  int layers, kvHeads;
  int items;               // grid of decodeAttention: work items a layer
  DeviceMatrix embedding;  // (vocab, hidden)
  float embeddingScale;
  const float* learnedPositions;  // (positions, hidden) or null
  float* x;                       // (hidden)
};
void beginToken(const BeginTokenArgs&, Stream);

/// What comes before a product: x' = x + post(delta), stored at xOut by one block (xOut is not x); then norm(x').
struct NormInput {
  const float* x;
  const float* delta = nullptr;  // null: x' = x
  DeviceNorm post;               // of delta; weight null: none
  float* xOut = nullptr;         // null: not stored
  DeviceNorm norm;
  Token* token = nullptr;  // bad = min(bad, layer) when a value of x' is not finite
  int layer = 0;
};

constexpr int kMostProducts = 3;

/// Several matrices times one vector, all with the same columns. exact: float32 arithmetic on dequantised weights. Else quantised types are
/// multiplied as integers with the vector quantised in groups of 32 (int8, scale = largest / 127), float types in float32.
struct ProductArgs {
  DeviceMatrix matrix[kMostProducts];
  const float* bias[kMostProducts] = {};  // (rows) or null
  float* out[kMostProducts] = {};         // (rows)
  int count = 1;
  bool exact = false;
  bool gated = false;      // two matrices: out[0] = act(m0 x + b0) * (m1 x + b1)
  bool activated = false;  // one matrix: out[0] = act(m0 x + b0)
  Act act = Act::Silu;
  Token* token = nullptr;  // bad = min(bad, layer) when a result is not finite (the logits)
  int layer = 0;
  bool early = false;  // may begin while the launch in front of it still runs; weights are then fetched ahead of its end
};
void normProduct(const NormInput&, const ProductArgs&, Stream);
/// x (cols) itself.
void product(const float* x, const ProductArgs&, Stream);

/// Attention of the token over all heads of a layer. Reads q, k, v as the projections left them: norms q and k by head, turns them, appends k and v
/// at each head's slot, then reads the cache. K and V are read once for the `group` query heads of a KV head. Work items are itemAt() of the
/// layer's plan; block i does item i. Of a head in several items the block that ends last joins the parts, so that the head's first item holds the
/// whole.
struct DecodeAttentionArgs {
  const Token* token;
  HeadState* heads;         // (kvHeads) of the layer
  LayerPlan* plan;          // arrived is counted up
  const float *q, *k, *v;   // (kvHeads * group, headDim), (kvHeads, headDim) twice
  DeviceNorm qNorm, kNorm;  // by head; weight null: none
  const float *cos, *sin;   // (positions, ropeDim / 2); null: no rotary positions
  int ropeDim;
  int kvHeads, group, headDim;
  Type elem;                                     // F32, F16 or BF16, of the cache
  kernels::KvForm form = kernels::KvForm::None;  // of the heads' blocks; None: no head has any
  float scale;
  int window;               // slots whose position is <= token->position - window have no weight; 0: all have
  int items;                // grid, >= kvHeads
  float* partial;           // (items, group, headDim + 2): sum of exp(s - m) v, then m, then the sum of exp(s - m)
  float* scores = nullptr;  // optional (kvHeads * group, scoresStride): scaled q.k of each slot, -inf where it has no weight
  int64_t scoresStride = 0;
  float* record = nullptr;  // optional (recorded, kvHeads * group, headDim): queries before the rotation, at row token->position mod recorded
  int recorded = 0;
  bool early = false;  // as in ProductArgs
};
void decodeAttention(const DecodeAttentionArgs&, Stream);

/// What decodeAttention left in the first item of each head, divided by its sum, times the output projection.
struct MergeInput {
  const HeadState* heads;
  const LayerPlan* plan;
  const float* partial;
  int kvHeads, group, headDim;
};
void mergedProduct(const MergeInput&, const ProductArgs&, Stream);

/// scores as decodeAttention left them become probabilities, in place. For the quality pass.
void normaliseScores(const MergeInput&, float* scores, int64_t scoresStride, Stream);

}  // namespace presslab::cuda
