// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/stamp.h"

#include <chrono>
#include <cstdio>
#include <ctime>

#include "core/api/lab.h"
#include "core/routed/pattern.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

/// FNV-1a, 64 bits.
struct Digest {
  uint64_t state = 14695981039346656037ull;
  void add(const void* data, size_t n) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (size_t i = 0; i < n; ++i) state = (state ^ bytes[i]) * 1099511628211ull;
  }
  void add(const std::vector<int32_t>& ids) {
    const auto count = int64_t(ids.size());
    add(&count, sizeof count);
    add(ids.data(), ids.size() * sizeof(int32_t));
  }
  std::string hex() const {
    char text[20];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(state));
    return text;
  }
};

std::string utc(const char* format) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

double loadAverage() {
  double load = 0;
  if (std::FILE* file = std::fopen("/proc/loadavg", "r")) {
    if (std::fscanf(file, "%lf", &load) != 1) load = 0;
    std::fclose(file);
  }
  return load;
}

}  // namespace

Stamp makeStamp(LoadedModel& model, const CompareSpec& spec, const PromptIds& prompt) {
  Backend& backend = *model.backend;
  const ModelInfo& info = model.file->info();
  Stamp s;
  const Version version = programVersion();
  s.program = "PressLab";
  s.version = version.version;
  s.commit = version.commit;
  s.modelPath = info.path;
  s.modelName = info.name;
  s.modelHash = modelFingerprint(*model.file);
  Digest digest;
  digest.add(prompt.context);
  digest.add(prompt.question);
  digest.add(prompt.continuation);
  s.promptHash = digest.hex();
  s.device = model.spec.device;
  s.backend = backend.name();
  s.cpu = kernels::cpuName();
  s.cpuFlags = kernels::cpuFlags();
  s.torchVersion = backend.libraryVersion();
  s.commandLine = spec.commandLine;
  s.time = utc("%Y-%m-%dT%H:%M:%SZ");
  s.precision = model.spec.precision == Precision::Exact ? "exact" : "fast";
  s.kvType = kvTypeName(backend.kvType());
  s.attention = model.spec.attention;
  s.threads = backend.threads();
  s.seed = spec.sampling.seed;
  s.load1 = loadAverage();  // before the measurement loads the machine itself
  s.bandwidthGBs = backend.measureBandwidth();
  const HeadShape shape = backend.shape();
  s.layers = shape.layers;
  s.kvHeads = shape.kvHeads;
  s.headDim = shape.headDim;
  s.contextLength = backend.config().contextLength;
  s.weightBytes = backend.weightBytes();
  return s;
}

std::string makeRunId(const Stamp& s) {
  Digest digest;
  for (const std::string* text : {&s.modelHash, &s.promptHash, &s.commandLine}) digest.add(text->data(), text->size());
  const auto clock = std::chrono::system_clock::now().time_since_epoch().count();
  digest.add(&clock, sizeof clock);
  return utc("%Y%m%d-%H%M%S-") + digest.hex().substr(0, 8);
}

}  // namespace presslab
