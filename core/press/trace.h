// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace presslab {

namespace kernels {
class Pool;
}

class DeviceLayer;

/// What a device records for a press that reads its layers through LayerTrace::device alone; the host's arrays are then left out.
struct DeviceNeeds {
  bool able = false;       // false: the press reads the host's arrays
  int64_t window = 0;      // latest queries whose attention is scored
  bool queries = false;    // all queries before rotation
  bool input = false;      // x
  bool hostInput = false;  // x in LayerTrace::x too
};

/// What presses may ask prefill to record of a layer. Everything is float32 on the host, valid only inside the callback.
struct TraceNeeds {
  bool keys = false, values = false;  // dense K (rotated), V
  bool queries = false;               // all queries before rotation
  bool input = false;                 // the layer's normalised attention input x
  bool residual = false;              // the layer's input before the norm (calibration)
  bool output = false;                // W_o of the layer
  /// What a device may record instead, giving LayerTrace::device. Not kept by |=: whoever joins needs reads the arrays.
  DeviceNeeds device{};
  TraceNeeds& operator|=(const TraceNeeds& o) {
    keys |= o.keys;
    values |= o.values;
    queries |= o.queries;
    input |= o.input;
    residual |= o.residual;
    output |= o.output;
    device = {};
    return *this;
  }
  bool any() const { return keys || values || queries || input || residual || output; }
};

/// Model facts that scores need.
struct HeadShape {
  int layers = 0, kvHeads = 0, group = 0, headDim = 0, hidden = 0;
  int64_t rowBytes = 0;                               // K and V of one head-token in the cache; 0: not known
  int heads() const { return layers * kvHeads; }      // head id = layer * kvHeads + h
  int queryHeads() const { return kvHeads * group; }  // query head = h * group + g

  /// Layers, 1: left alone by presses, because its window bounds what it holds already (sliding layers between full ones). Empty: none.
  std::vector<uint8_t> bounded;
  int64_t boundedWindow = 0;  // tokens that such a layer holds at most
  bool isBounded(int layer) const { return !bounded.empty() && bounded[size_t(layer)] != 0; }
  int boundedLayers() const { return int(std::count(bounded.begin(), bounded.end(), uint8_t{1})); }
  /// Head-tokens that an uncompressed cache holds after a context of `tokens`.
  int64_t headTokens(int64_t tokens) const {
    return kvHeads * ((layers - boundedLayers()) * tokens + boundedLayers() * std::min(tokens, boundedWindow));
  }
  /// The layers that presses see, numbered without gaps.
  HeadShape pressed() const {
    HeadShape s = *this;
    s.layers -= boundedLayers();
    s.bounded.clear();
    return s;
  }
};

/// One layer after its prefill, before compression: T context tokens.
struct LayerTrace {
  int layer = 0;
  int64_t tokens = 0;               // T
  const float* k = nullptr;         // (kvHeads, T, headDim) rotated
  const float* v = nullptr;         // (kvHeads, T, headDim)
  const float* q = nullptr;         // (T, queryHeads, headDim) before rotation
  const float* x = nullptr;         // (T, hidden)
  const float* residual = nullptr;  // (T, hidden)
  const float* wo = nullptr;        // (hidden, queryHeads of the model's layer, headDim)
  const float* ropeCos = nullptr;   // (positions, ropeDim/2); null: no rotary positions (R = I)
  const float* ropeSin = nullptr;
  int ropeDim = 0;
  float ropeScale = 1;        // magnitude of (cos, sin)
  float scale = 0;            // of q.k; 0: 1 / sqrt(headDim)
  int64_t window = 0;         // keys that a token of the layer sees, itself included; 0: all
  int64_t ropePositions = 0;  // rows of the tables; at least T + 512, larger than the model's positions where needed

  DeviceLayer* device = nullptr;  // instead of k, v and q, where TraceNeeds::device allowed it
  kernels::Pool* pool = nullptr;  // shares the work of scoring; null: the calling thread alone

  // A trace restricted to kept rows, as the later step of a sequence of presses sees it; not so in a trace of the engine.
  const int32_t* positions = nullptr;  // (kvHeads, T) position of each row, ascending; null: row i stands at position i
  int64_t context = 0;                 // tokens of the whole context; 0: T
  int firstHead = 0;                   // KV head of the layer that head 0 of the trace is

  int64_t positionOf(int kvHead, int64_t row) const { return positions ? positions[kvHead * tokens + row] : row; }
  int64_t nextPosition() const { return context ? context : tokens; }  ///< of the first token after the context
};

/// A layer while tokens are read behind a context that stands whole: `t` holds keys and values of the context and of the tokens read, t.tokens
/// together; queries, input and residual of the tokens read alone: row i is the token at position first + i. Valid inside the callback.
struct ReadLayer {
  LayerTrace t;
  int64_t first = 0;  // tokens of the context
  int64_t count() const { return t.tokens - first; }
};

/// Cosine and sine of rotary pair d at a position, beyond the tables too. Needs ropeCos.
struct Rotation {
  float cos, sin;
};
Rotation rotationAt(const LayerTrace&, int64_t position, int pair);
/// Rotates one head row (headDim values, the first ropeDim of them) in place by a position; a negative one turns back. No rotary
/// positions: nothing happens.
void rotate(float* row, const LayerTrace&, int64_t position);
/// Keys of a KV head before their rotation: (T, headDim).
std::vector<float> keysBeforeRotation(const LayerTrace&, const HeadShape&, int kvHead);

}  // namespace presslab
