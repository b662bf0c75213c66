// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include "core/format/gguf_model.h"
#include "core/format/hf_model.h"
#include "core/format/hf_weights.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;

/// A GGUF file under another name is still one.
bool beginsAsGguf(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return false;
  char mark[4] = {};
  std::ifstream(path, std::ios::binary).read(mark, 4);
  return std::string_view(mark, 4) == "GGUF";
}

}  // namespace

std::unique_ptr<ModelFile> openModelFile(const std::string& path, bool headerOnly) {
  std::error_code error;
  const fs::path file(path);
  if (fs::is_directory(file, error)) return openHfFolder(path, "", headerOnly);
  const std::string name = file.filename().string();
  if ((name == "config.json" || isHfWeightsName(name)) && !beginsAsGguf(file)) {
    const MappedFile there(path);  // Failure when it is absent or no file
    return openHfFolder(file.has_parent_path() ? file.parent_path().string() : ".", name == "config.json" ? "" : name, headerOnly);
  }
  return openGguf(path, headerOnly);
}

}  // namespace presslab
