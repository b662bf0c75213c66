// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>

#include "core/format/gguf_header.h"
#include "core/format/model_file.h"

namespace presslab {

/// Fills a vocabulary from the `tokenizer.*` keys, all of them checked. Throws Failure(BadInput).
VocabData readVocab(const GgufHeader&);
/// Fills and checks the architecture's sizes. `vocab` is the number of tokens. Throws Failure(BadInput).
ModelConfig readConfig(const GgufHeader&, int vocab);

/// A GGUF model whose file stays mapped. With headerOnly the same is checked, but no weight is touched: q and k then keep the file's row
/// order and must not be used.
std::unique_ptr<ModelFile> openGguf(const std::string& path, bool headerOnly);

}  // namespace presslab
