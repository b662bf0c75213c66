// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace presslab {

/// Facts of a model file, read from its header without loading weights.
struct ModelInfo {
  std::string path, name, architecture, quantization;  // e.g. "SmolLM2 135M Instruct", "llama", "Q4_1"
  std::string format;                                  // "GGUF v3"
  int layers = 0, heads = 0, kvHeads = 0, headDim = 0, hidden = 0, feedForward = 0, vocab = 0;
  int64_t contextLength = 0;  // positions the model was made for
  int64_t parameters = 0, weightBytes = 0, fileBytes = 0;
  double ropeTheta = 0, normEps = 0;  // ropeTheta 0: no rotary positions
  int64_t slidingWindow = 0;          // keys that a token of a sliding layer sees; 0: no such layers
  int slidingLayers = 0;
  bool hasChatTemplate = false;
  std::string tokenizerModel, preTokenizer;
  std::vector<std::string> notices;  // things read with a remark, e.g. merges skipped

  /// KV-cache bytes for one token at `bytesPerElement` (2 for f16).
  int64_t kvBytesPerToken(int bytesPerElement) const { return int64_t{2} * layers * kvHeads * headDim * bytesPerElement; }
};

}  // namespace presslab
