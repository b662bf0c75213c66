// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/error.h"
#include "core/api/lab.h"
#include "core/format/model_file.h"
#include "core/format/search_path.h"

namespace presslab {

ModelInfo inspectModel(const std::string& nameOrPath) { return openModelFile(resolveModel(nameOrPath), true)->info(); }

std::vector<ModelInfo> findModels() {
  std::vector<ModelInfo> out;
  for (const std::string& path : modelsInSearchPath()) {
    try {
      out.push_back(openModelFile(path, true)->info());
    } catch (const Failure& failure) {
      // A model that cannot be run is listed with the reason, not hidden.
      ModelInfo info;
      info.path = path;
      info.notices.push_back(failure.what());
      out.push_back(std::move(info));
    }
  }
  return out;
}

}  // namespace presslab
