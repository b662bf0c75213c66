// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/search_path.h"

#include <strings.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "core/api/error.h"
#include "core/format/mapped_file.h"
#include "core/format/model_file.h"

namespace presslab {

namespace fs = std::filesystem;

namespace {

constexpr const char* kDefaultModel = "SmolLM2-135M-Instruct.Q4_1.gguf";
constexpr int kMaxDepth = 5, kMaxEntries = 20000;  // of one search folder: a cache with a huge tree must not stall the program

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

fs::path executableFolder() {
  std::error_code error;
  const fs::path exe = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : exe.parent_path();
}

bool isRegular(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

bool endsWithGguf(const std::string& name) { return name.size() > 5 && strcasecmp(name.c_str() + name.size() - 5, ".gguf") == 0; }

bool sameName(const std::string& a, const std::string& b) { return strcasecmp(a.c_str(), b.c_str()) == 0; }

void addFolder(std::vector<std::string>& out, const fs::path& folder) {
  if (folder.empty()) return;
  const std::string text = folder.lexically_normal().string();
  if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(text);
}

/// The one GGUF file of a folder that was given as a model.
std::string modelOfFolder(const std::string& folder) {
  const std::vector<std::string> files = ggufFilesBelow(folder, 1);
  if (files.size() == 1) return files[0];
  if (files.empty()) badInput(printable(folder) + ": the folder holds no .gguf file");
  badInput(printable(folder) + ": the folder holds " + std::to_string(files.size()) + " .gguf files; name one, for instance " + printable(files[0]));
}

}  // namespace

std::vector<std::string> ggufFilesBelow(const std::string& folder, int depth) {
  std::vector<std::string> found;
  std::error_code error;
  // Links to files are followed (the Hugging Face cache is made of them), links to folders are not, so there is no endless walk.
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end;
  for (int seen = 0; !error && it != end && seen < kMaxEntries; it.increment(error), ++seen) {
    if (it.depth() + 1 >= depth) it.disable_recursion_pending();
    if (endsWithGguf(it->path().filename().string()) && isRegular(it->path())) found.push_back(it->path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> modelSearchPath() {
  std::vector<std::string> out;
  std::string list = environment("PRESSLAB_MODELS");
  for (size_t from = 0; from < list.size();) {
    const size_t colon = std::min(list.find(':', from), list.size());
    addFolder(out, list.substr(from, colon - from));
    from = colon + 1;
  }
  if (const fs::path exe = executableFolder(); !exe.empty()) {
    addFolder(out, exe / ".." / "models");
    addFolder(out, exe / ".." / ".." / "models");
  }
  const fs::path home = environment("HOME");
  fs::path data = environment("XDG_DATA_HOME"), cache = environment("XDG_CACHE_HOME");
  if (data.empty() && !home.empty()) data = home / ".local" / "share";
  if (cache.empty() && !home.empty()) cache = home / ".cache";
  if (!data.empty()) addFolder(out, data / "presslab" / "models");
  addFolder(out, hubCacheFolder());
  if (!home.empty()) {
    addFolder(out, home / ".lmstudio" / "models");
    if (!cache.empty()) addFolder(out, cache / "lm-studio" / "models");
  }
  if (!data.empty()) addFolder(out, data / "nomic.ai" / "GPT4All");
  return out;
}

std::string hubCacheFolder() {
  if (const std::string hub = environment("HF_HUB_CACHE"); !hub.empty()) return hub;
  if (const std::string base = environment("HF_HOME"); !base.empty()) return (fs::path(base) / "hub").string();
  fs::path cache = environment("XDG_CACHE_HOME");
  if (const std::string home = environment("HOME"); cache.empty() && !home.empty()) cache = fs::path(home) / ".cache";
  return cache.empty() ? std::string() : (cache / "huggingface" / "hub").string();
}

std::vector<std::string> modelFilesInSearchPath() {
  std::vector<std::string> out;
  for (const std::string& folder : modelSearchPath()) {
    for (std::string& file : ggufFilesBelow(folder, kMaxDepth)) {
      std::error_code error;
      const bool known = std::any_of(out.begin(), out.end(), [&](const std::string& other) { return fs::equivalent(other, file, error); });
      if (!known) out.push_back(std::move(file));
    }
  }
  return out;
}

std::string resolveModel(const std::string& nameOrPath) {
  const std::string wanted = nameOrPath.empty() ? kDefaultModel : nameOrPath;
  if (wanted.find('\0') != std::string::npos) badInput(printable(wanted) + ": the path contains a NUL character");
  if (!nameOrPath.empty()) {
    struct stat facts {};
    if (::stat(wanted.c_str(), &facts) == 0) return S_ISDIR(facts.st_mode) ? modelOfFolder(wanted) : wanted;
    if (wanted.find('/') != std::string::npos || errno != ENOENT) {
      throw Failure(ErrorCode::Io, printable(wanted) + ": cannot open: " + std::strerror(errno));
    }
  }
  // The direct place first: most names stand at the top of a folder, and then no tree is walked.
  const std::string withEnding = endsWithGguf(wanted) ? wanted : wanted + ".gguf";
  const std::vector<std::string> folders = modelSearchPath();
  for (const std::string& folder : folders) {
    const fs::path direct = fs::path(folder) / withEnding;
    if (isRegular(direct)) return direct.string();
  }
  for (const std::string& folder : folders) {
    for (const std::string& file : ggufFilesBelow(folder, kMaxDepth)) {
      if (sameName(fs::path(file).filename().string(), withEnding)) return file;
    }
  }
  std::string looked;
  for (const std::string& folder : folders) looked += (looked.empty() ? "" : ", ") + folder;
  badInput((nameOrPath.empty() ? "the default model " : "model ") + printable(wanted) + " was not found; looked in: " + printable(looked));
}

std::string resourcePath(const std::string& relative) {
  std::vector<fs::path> roots;
  if (const fs::path exe = executableFolder(); !exe.empty()) {
    roots = {exe / ".." / ".." / "resources", exe / ".." / "resources", exe / ".." / "share" / "presslab" / "resources"};
  }
  roots.push_back(PRESSLAB_RESOURCE_DIR);
  std::error_code error;
  for (const fs::path& root : roots) {
    const fs::path path = (root / relative).lexically_normal();
    if (fs::exists(path, error)) return path.string();
  }
  return {};
}

}  // namespace presslab
