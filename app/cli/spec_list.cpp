// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/spec_list.h"

#include "core/api/error.h"
#include "core/api/press_info.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {

std::vector<std::string> parseSpecs(const std::string& option, const std::string& text) {
  std::vector<std::string> out;
  for (size_t from = 0; from <= text.size();) {
    const size_t end = std::min(text.find(';', from), text.size());
    const std::string spec = text.substr(from, end - from);
    from = end + 1;
    if (spec.find_first_not_of(" \t\r\n") == std::string::npos) continue;
    try {
      out.push_back(canonicalPressSpec(spec));
    } catch (const Failure& e) {
      throw Failure(e.code(), option + ": \"" + printable(spec) + "\": " + e.what());
    }
  }
  if (out.empty()) badInput(option + ": no press is named");
  return out;
}

}  // namespace presslab::cli
