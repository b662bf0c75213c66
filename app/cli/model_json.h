// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "app/cli/output.h"
#include "core/api/model_info.h"

namespace presslab::cli {

/// All facts of a model file, with the cache's bytes per token for a float32 and a float16 cache.
Json modelJson(const ModelInfo&);

}  // namespace presslab::cli
