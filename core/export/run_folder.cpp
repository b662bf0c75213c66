// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/api/error.h"
#include "core/export/export.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;
constexpr uintmax_t kMaxRunBytes = uintmax_t{512} << 20;

std::string readRunFile(const fs::path& file) {
  std::error_code error;
  const uintmax_t size = fs::file_size(file, error);  // refuses what is not a regular file
  if (error) throw Failure(ErrorCode::Io, printable(file.string()) + ": cannot be read: " + error.message());
  if (size > kMaxRunBytes)
    badInput(printable(file.string()) + ": has " + std::to_string(size) + " bytes (at most " + std::to_string(kMaxRunBytes) + ")");
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Failure(ErrorCode::Io, printable(file.string()) + ": cannot be opened: " + std::strerror(errno));
  std::string text(size_t(size), '\0');
  in.read(text.data(), std::streamsize(size));
  if (uintmax_t(in.gcount()) != size) throw Failure(ErrorCode::Io, printable(file.string()) + ": could not be read whole");
  return text;
}

fs::path runFileOf(const std::string& dirOrId) {
  std::error_code error;
  const fs::path given = dirOrId;
  if (fs::is_directory(given, error)) return given / "run.json";
  if (fs::exists(given, error)) return given;
  const bool bareName = !dirOrId.empty() && dirOrId.find('/') == std::string::npos;
  if (bareName && fs::is_directory(fs::path(runsFolder()) / given, error)) return fs::path(runsFolder()) / given / "run.json";
  throw Failure(ErrorCode::Io,
                printable(dirOrId) + ": no such run folder" + (bareName ? ", and no run of that id in " + printable(runsFolder()) : ""));
}

}  // namespace

std::string runsFolder() {
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data && data[0] == '/') return std::string(data) + "/presslab/runs";  // the specification ignores relative paths
  const char* home = std::getenv("HOME");
  return std::string(home && *home ? home : ".") + "/.local/share/presslab/runs";
}

void writeRunFolder(const Comparison& c, const std::string& dir) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (error || !fs::is_directory(dir)) {
    throw Failure(ErrorCode::Io, printable(dir) + ": the folder cannot be made: " + (error ? error.message() : "something else has that name"));
  }
  const fs::path folder = dir;
  writeFileAtomic(folder / "summary.csv", summaryCsv(c));
  writeFileAtomic(folder / "tokens.csv", tokensCsv(c));
  writeFileAtomic(folder / "heads.csv", headsCsv(c));
  writeFileAtomic(folder / "experts.csv", expertsCsv(c));
  writeFileAtomic(folder / "summary.md", summaryMarkdown(c));
  writeFileAtomic(folder / "run.json", comparisonJson(c, true) + "\n");
}

Comparison readRunFolder(const std::string& dirOrId) {
  const fs::path file = runFileOf(dirOrId);
  const std::string text = readRunFile(file);
  try {
    return comparisonFromJson(text);
  } catch (const Failure& e) {
    throw Failure(e.code(), printable(file.string()) + ": " + e.what());
  }
}

}  // namespace presslab
