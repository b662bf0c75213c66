// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/search_path.h"

#include <strings.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "core/api/error.h"
#include "core/format/hf_model.h"
#include "core/format/hf_weights.h"
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

bool isFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// config.json with weights, or with an index of weights, beside it.
bool isHfFolder(const fs::path& folder) {
  if (!isRegular(folder / "config.json")) return false;
  return std::any_of(hfWeightsNames().begin(), hfWeightsNames().end(), [&](const std::string& name) { return isRegular(folder / name); });
}

/// What stands in refs/main of a repository of the Hugging Face cache; empty when it is no plain name.
std::string mainRevision(const fs::path& repository) {
  std::ifstream file(repository / "refs" / "main");
  std::string revision;
  if (!std::getline(file, revision) || revision.size() > 128) return {};
  const bool plain = std::all_of(revision.begin(), revision.end(), [](unsigned char c) { return std::isalnum(c); });
  return plain ? revision : std::string();
}

/// The snapshot that `main` names, else the one written last; empty without any.
fs::path snapshotOf(const fs::path& repository) {
  const fs::path snapshots = repository / "snapshots";
  const std::string main = mainRevision(repository);
  if (!main.empty() && isFolder(snapshots / main)) return snapshots / main;
  fs::path last;
  fs::file_time_type when{};
  std::error_code error;
  for (fs::directory_iterator it(snapshots, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    const fs::file_time_type time = fs::last_write_time(it->path(), ignored);
    if (isFolder(it->path()) && (last.empty() || time > when)) {
      last = it->path();
      when = time;
    }
  }
  return last;
}

/// An older snapshot beside the one that `main` names.
bool isOutdated(const fs::path& folder) {
  if (folder.parent_path().filename() != "snapshots") return false;
  const std::string main = mainRevision(folder.parent_path().parent_path());
  return !main.empty() && folder.filename() != main && isHfFolder(folder.parent_path() / main);
}

/// What a folder that was given as a model stands for: itself, a snapshot of the Hugging Face cache, or its one GGUF file.
std::string modelOfFolder(const std::string& folder) {
  if (isHfFolder(folder)) return folder;
  if (const fs::path snapshot = snapshotOf(folder); !snapshot.empty()) return modelOfFolder(snapshot.string());
  const std::vector<std::string> files = ggufFilesBelow(folder, 1);
  if (files.size() == 1) return files[0];
  if (files.size() > 1)
    badInput(printable(folder) + ": the folder holds " + std::to_string(files.size()) + " .gguf files; name one, for instance " +
             printable(files[0]));
  std::string weights;
  for (const std::string& name : hfWeightsNames()) {
    weights += (weights.empty() ? "" : ", ") + name;
    if (isRegular(fs::path(folder) / name)) badInput(printable(folder) + ": config.json is missing beside " + name);
  }
  if (isRegular(fs::path(folder) / "config.json")) badInput(printable(folder) + ": no weights beside config.json (" + weights + ")");
  badInput(printable(folder) + ": the folder holds no .gguf file and no config.json with weights (" + weights + ")");
}

/// "owner/name" in the Hugging Face cache, or as folders below each other, as LM Studio keeps them. Empty when it is neither, or not there.
std::string repositoryInSearchPath(const std::string& wanted) {
  const size_t slash = wanted.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == wanted.size() || wanted[0] == '.' || wanted.find('/', slash + 1) != std::string::npos)
    return {};
  const std::string cached = "models--" + wanted.substr(0, slash) + "--" + wanted.substr(slash + 1);
  for (const std::string& folder : modelSearchPath()) {
    for (const fs::path& place : {fs::path(folder) / cached, fs::path(folder) / wanted})
      if (isFolder(place)) return modelOfFolder(place.string());
  }
  return {};
}

struct Found {
  std::vector<std::string> files, folders;
};

/// GGUF files and Hugging Face folders at most `depth` levels below `folder`, each list sorted.
Found modelsBelow(const std::string& folder, int depth) {
  Found found;
  std::error_code error;
  // Links to files are followed (the Hugging Face cache is made of them), links to folders are not, so there is no endless walk.
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end;
  for (int seen = 0; !error && it != end && seen < kMaxEntries; it.increment(error), ++seen) {
    if (it.depth() + 1 >= depth) it.disable_recursion_pending();
    const std::string name = it->path().filename().string();
    if (endsWithGguf(name) && isRegular(it->path())) found.files.push_back(it->path().string());
    if (name == "config.json" && isHfFolder(it->path().parent_path())) found.folders.push_back(it->path().parent_path().string());
  }
  std::sort(found.files.begin(), found.files.end());
  std::sort(found.folders.begin(), found.folders.end());
  return found;
}

}  // namespace

std::vector<std::string> ggufFilesBelow(const std::string& folder, int depth) { return modelsBelow(folder, depth).files; }

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

std::vector<std::string> modelsInSearchPath() {
  std::vector<std::string> out;
  for (const std::string& folder : modelSearchPath()) {
    Found found = modelsBelow(folder, kMaxDepth);
    std::erase_if(found.folders, [](const std::string& f) { return isOutdated(f); });
    found.files.insert(found.files.end(), found.folders.begin(), found.folders.end());
    for (std::string& model : found.files) {
      std::error_code error;
      const bool known = std::any_of(out.begin(), out.end(), [&](const std::string& other) { return fs::equivalent(other, model, error); });
      if (!known) out.push_back(std::move(model));
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
    const int reason = errno;
    if (const std::string found = reason == ENOENT ? repositoryInSearchPath(wanted) : std::string(); !found.empty()) return found;
    if (wanted.find('/') != std::string::npos || reason != ENOENT) {
      throw Failure(ErrorCode::Io, printable(wanted) + ": cannot open: " + std::strerror(reason));
    }
  }
  // The direct place first: most names stand at the top of a folder, and then no tree is walked.
  const std::string withEnding = endsWithGguf(wanted) ? wanted : wanted + ".gguf";
  const std::vector<std::string> folders = modelSearchPath();
  for (const std::string& folder : folders) {
    const fs::path direct = fs::path(folder) / withEnding;
    if (isRegular(direct)) return direct.string();
    if (const fs::path named = fs::path(folder) / wanted; isHfFolder(named)) return named.string();
  }
  for (const std::string& folder : folders) {
    const Found found = modelsBelow(folder, kMaxDepth);
    for (const std::string& file : found.files) {
      if (sameName(fs::path(file).filename().string(), withEnding)) return file;
    }
    for (const std::string& other : found.folders) {
      const std::string name = hfFolderName(other);
      if (sameName(name.substr(name.find('/') + 1), wanted) && !isOutdated(other)) return other;
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
