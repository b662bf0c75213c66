// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/sentences.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/api/error.h"
#include "core/format/model_file.h"

namespace presslab {
namespace {

bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

std::string readBundle() {
  namespace fs = std::filesystem;
  const std::string folder = resourcePath("corpus");
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".txt") files.push_back(it->path());
  if (folder.empty() || files.empty()) throw Failure(ErrorCode::Io, "the bundled texts (resources/corpus) are not installed; give a text");
  std::sort(files.begin(), files.end());
  std::string all;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    all += (all.empty() ? "" : "\n") + text.str();
  }
  return all;
}

}  // namespace

std::vector<std::string> sentences(std::string_view text, int offset, int n) {
  std::vector<std::string> all;
  std::string one;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = isSpace(text[i]) ? ' ' : text[i];
    if (c == ' ' && (one.empty() || one.back() == ' ')) continue;
    one.push_back(c);
    const bool ends = (c == '.' || c == '!' || c == '?') && (i + 1 == text.size() || isSpace(text[i + 1]));
    if (!ends) continue;
    all.push_back(std::move(one));
    one.clear();
  }
  while (!one.empty() && one.back() == ' ') one.pop_back();
  if (!one.empty()) all.push_back(std::move(one));
  std::vector<std::string> out;
  if (all.empty()) return out;
  const size_t start = size_t(offset) * 37 % all.size();  // instances begin at different places
  for (int i = 0; i < n; ++i) out.push_back(all[(start + size_t(i)) % all.size()]);
  return out;
}

const std::string& bundledText() {
  static const std::string text = readBundle();
  return text;
}

}  // namespace presslab
