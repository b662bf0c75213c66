// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "core/api/error.h"
#include "core/calibrate/calibrate.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;

fs::path homeFolder(const char* variable, const char* fallback) {
  if (const char* set = std::getenv(variable); set && *set == '/') return fs::path(set) / "presslab";
  const char* home = std::getenv("HOME");
  return fs::path(home && *home ? home : "/tmp") / fallback / "presslab";
}

/// The first pattern of a folder that was made for this model; files of other models and broken ones are passed over.
std::shared_ptr<const Pattern> findIn(const fs::path& folder, const HeadShape& shape, const std::string& fingerprint, std::string& path) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".safetensors") files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    try {
      auto pattern = std::make_shared<const Pattern>(readPattern(file.string(), shape, fingerprint));
      path = file.string();
      return pattern;
    } catch (const Failure&) {
      continue;
    }
  }
  return nullptr;
}

/// Seconds that a light calibration will take, from a short prefill.
double predictSeconds(LoadedModel& model, std::stop_token stop) {
  const int64_t positions = model.backend->config().contextLength;
  const std::vector<int32_t> ids(size_t(std::min<int64_t>(128, positions)), 1);
  const auto start = std::chrono::steady_clock::now();
  forward(*model.backend, ids, stop);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double documents = 2, scoring = 2;  // scores and curves take about as long again as the prefill
  return seconds * double(std::min<int64_t>(1088, positions)) / double(ids.size()) * documents * scoring;
}

}  // namespace

PatternChoice obtainPattern(LoadedModel& model, bool noCalibrate, const std::function<void(double, const std::string&)>& progress,
                            std::stop_token stop) {
  const HeadShape shape = model.backend->shape().pressed();  // layers that presses leave alone have no part in it
  const std::string fingerprint = modelFingerprint(*model.file);
  PatternChoice choice;
  const fs::path own = homeFolder("XDG_DATA_HOME", ".local/share") / "patterns";
  for (const fs::path& folder : {own, fs::path(resourcePath("patterns"))}) {
    if (folder.empty()) continue;
    choice.pattern = findIn(folder, shape, fingerprint, choice.path);
    if (choice.pattern) {
      choice.kind = "file";
      return choice;
    }
  }
  if (noCalibrate) return choice;
  const fs::path cache = homeFolder("XDG_CACHE_HOME", ".cache") / "patterns";
  choice.pattern = findIn(cache, shape, fingerprint, choice.path);
  choice.kind = "light";
  if (choice.pattern) return choice;
  if (progress) {
    char line[96];
    std::snprintf(line, sizeof line, "light calibration of this model, about %.0f s, once", predictSeconds(model, stop));
    progress(0, line);
  }
  CalibrateSpec spec;
  spec.light = true;
  CalibrateReport report = calibrate(model, spec, progress, stop);
  choice.path.clear();
  std::error_code error;
  fs::create_directories(cache, error);
  const fs::path file = cache / (fingerprint + ".safetensors");
  try {
    writePattern(report.pattern, file.string());
    choice.path = file.string();
  } catch (const Failure& e) {
    if (progress) progress(1, std::string("calibration not cached: ") + e.what());
  }
  choice.pattern = std::make_shared<const Pattern>(std::move(report.pattern));
  return choice;
}

}  // namespace presslab
