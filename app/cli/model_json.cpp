// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/model_json.h"

namespace presslab::cli {

Json modelJson(const ModelInfo& m) {
  Json j;
  j["name"] = m.name;
  j["path"] = m.path;
  j["format"] = m.format;
  j["architecture"] = m.architecture;
  j["quantization"] = m.quantization;
  j["layers"] = m.layers;
  j["heads"] = m.heads;
  j["kv_heads"] = m.kvHeads;
  j["head_dim"] = m.headDim;
  j["hidden"] = m.hidden;
  j["feed_forward"] = m.feedForward;
  j["vocab"] = m.vocab;
  j["context_length"] = m.contextLength;
  j["parameters"] = m.parameters;
  j["weight_bytes"] = m.weightBytes;
  j["file_bytes"] = m.fileBytes;
  j["kv_bytes_per_token"] = m.kvBytesPerToken(2);
  j["kv_bytes_per_token_exact"] = m.kvBytesPerToken(4);
  j["rope_theta"] = m.ropeTheta;
  j["sliding_window"] = m.slidingWindow;
  j["sliding_layers"] = m.slidingLayers;
  j["norm_eps"] = m.normEps;
  j["tokenizer"] = m.tokenizerModel;
  j["pre_tokenizer"] = m.preTokenizer;
  j["chat_template"] = m.hasChatTemplate;
  j["notices"] = m.notices;
  return j;
}

}  // namespace presslab::cli
