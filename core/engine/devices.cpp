// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/lab.h"
#include "core/engine/torch_module.h"

namespace presslab {

std::vector<std::string> devices() {
  std::vector<std::string> names{"cpu"};
  for (int i = 0, n = torchCudaDevices(); i < n; ++i) names.push_back("cuda:" + std::to_string(i));
  return names;
}

}  // namespace presslab
