// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/scoring.h"

#include <cstdint>

namespace presslab {
namespace {

std::string plain(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
    if (uint8_t(c) < 32) c = '\n';
  }
  return out;
}

}  // namespace

double matchShare(std::string_view prediction, const std::vector<std::string>& answers) {
  if (answers.empty()) return 0;
  const std::string text = plain(prediction);
  int found = 0;
  for (const std::string& answer : answers) found += text.find(plain(answer)) != std::string::npos ? 1 : 0;
  return double(found) / double(answers.size());
}

}  // namespace presslab
