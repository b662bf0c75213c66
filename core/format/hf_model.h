// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>

#include "core/format/model_file.h"

namespace presslab {

/// A Hugging Face folder: config.json, weights (hf_weights.h) and the tokenizer's files (hf_vocab.h). Weights stay mapped and keep their type
/// (float32, float16, bfloat16); only what is stored input by output (GPT-2) or at odd addresses is copied. `weights`: one weights file of the
/// folder, by its name; empty: the usual ones. With headerOnly the same is checked, but no weight is touched: what would be copied must then not be
/// used. Throws Failure: Io, BadInput with file, place and reason.
std::unique_ptr<ModelFile> openHfFolder(const std::string& folder, const std::string& weights, bool headerOnly);

/// "org/name" of a snapshot in the Hugging Face cache, else the folder's own name.
std::string hfFolderName(const std::string& folder);

}  // namespace presslab
