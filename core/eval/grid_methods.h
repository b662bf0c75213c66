// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace presslab {

struct GridMethod {
  std::string spec;  // canonical; "oracle(ratio=0.5)"
  double ratio = 0;  // requested share removed
  bool oracle = false;
};

/// `none` first, then every method at every ratio (a spec whose ratio cannot be set in one place, or that has none, once as it is), then random,
/// streaming_llm and the oracle at every ratio that occurs. Nothing is there twice. Throws Failure(BadInput) for a spec that does not parse and a
/// ratio outside (0, 1).
std::vector<GridMethod> gridMethods(const std::vector<std::string>& methods, const std::vector<double>& ratios);

/// The outermost press of a spec; of a sequence all of them joined by +.
std::string pressOf(const std::string& spec);

}  // namespace presslab
