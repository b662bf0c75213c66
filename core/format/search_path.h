// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace presslab {

/// Regular files ending in .gguf at most `depth` levels below `folder` (1: in the folder itself), sorted. Never throws for a folder
/// that is absent or unreadable.
std::vector<std::string> ggufFilesBelow(const std::string& folder, int depth);
/// All models of the search path, each once: GGUF files, and folders with config.json and weights (of a repository in the Hugging Face cache the
/// snapshot that refs/main names).
std::vector<std::string> modelsInSearchPath();
/// Where the Hugging Face hub keeps what it downloads: HF_HUB_CACHE, HF_HOME/hub, or the user's cache folder. Empty without a home.
std::string hubCacheFolder();

}  // namespace presslab
