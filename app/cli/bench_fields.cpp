// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/bench_fields.h"

#include <cmath>
#include <cstdio>

#include "core/api/lab.h"
#include "core/bench/machine.h"

namespace presslab::cli {
namespace {

/// "llama 135M Q4_1", as llama-bench names models.
std::string modelType(const ModelInfo& m) {
  char size[32];
  if (m.parameters >= 1'000'000'000) {
    std::snprintf(size, sizeof size, "%.1fB", double(m.parameters) / 1e9);
  } else {
    std::snprintf(size, sizeof size, "%.0fM", double(m.parameters) / 1e6);
  }
  return m.architecture + " " + size + " " + m.quantization;
}

/// One whole number that grows with releases.
int64_t buildNumber(const std::string& version) {
  int major = 0, minor = 0, patch = 0;
  std::sscanf(version.c_str(), "%d.%d.%d", &major, &minor, &patch);
  return int64_t(major) * 10000 + minor * 100 + patch;
}

std::string testName(const BenchTest& t) {
  std::string name = t.prompt && t.gen ? "pp" + std::to_string(t.prompt) + "+tg" + std::to_string(t.gen)
                     : t.prompt        ? "pp" + std::to_string(t.prompt)
                                       : "tg" + std::to_string(t.gen);
  return t.depth ? name + " @ d" + std::to_string(t.depth) : name;
}

Json orNull(int64_t ns) { return ns < 0 ? Json() : Json(ns); }

void addOurs(const BenchRow& r, Json& j) {
  const bool generates = r.test.gen > 0 && r.test.prompt == 0;
  j["kv_method"] = r.press;
  j["kv_calibration"] = r.calibration;
  j["kv_ratio_requested"] = r.ratioRequested;
  j["kv_ratio_effective"] = r.ratioEffective();
  j["kv_ratio_measured"] = r.kvBytesFull ? 1 - double(r.kvBytes) / double(r.kvBytesFull) : 0.0;
  j["kv_bytes"] = r.kvBytes;
  j["kv_bytes_full"] = r.kvBytesFull;
  j["kv_bytes_peak"] = r.kvBytesPeak;
  j["ttft_ns"] = orNull(r.ttftNs);
  j["itl_p50_ns"] = orNull(r.tokenNsQuantile(.5));
  j["itl_p95_ns"] = orNull(r.tokenNsQuantile(.95));
  j["compress_ns"] = r.compressNs;
  j["weight_bytes"] = r.weightBytes;
  j["bandwidth_gb_s"] = r.bandwidthGBs;
  j["bound_ns"] = generates ? Json(r.boundNs()) : Json();
  j["share_of_limit"] = generates && r.tokenNsQuantile(.5) > 0 ? Json(r.boundNs() / double(r.tokenNsQuantile(.5))) : Json();
  j["seed"] = r.seed;
}

}  // namespace

Json benchJson(const BenchRow& r, bool samples) {
  const Version version = programVersion();
  const bool gpu = r.device != "cpu";
  Json j;
  j["build_commit"] = version.commit;
  j["build_number"] = buildNumber(version.version);
  j["cpu_info"] = cpuDescription();
  j["gpu_info"] = gpu ? r.device : "";
  j["backends"] = r.backend;
  j["model_filename"] = r.modelPath;
  j["model_type"] = modelType(r.model);
  j["model_size"] = r.model.weightBytes;
  j["model_n_params"] = r.model.parameters;
  j["n_batch"] = kPrefillChunk;
  j["n_ubatch"] = kPrefillChunk;
  j["n_threads"] = r.threads;
  j["type_k"] = kvTypeName(r.kvType);
  j["type_v"] = kvTypeName(r.kvType);
  j["n_gpu_layers"] = gpu ? r.model.layers : 0;
  j["flash_attn"] = r.flashAttention;
  j["devices"] = r.device;
  j["use_mmap"] = true;
  j["n_prompt"] = r.test.prompt;
  j["n_gen"] = r.test.gen;
  j["n_depth"] = r.test.depth;
  j["test_time"] = r.testTime;
  j["avg_ns"] = int64_t(std::llround(r.avgNs()));
  j["stddev_ns"] = int64_t(std::llround(r.stddevNs()));
  j["avg_ts"] = r.avgTs();
  j["stddev_ts"] = r.stddevTs();
  if (samples) {
    j["samples_ns"] = r.samplesNs;
    j["samples_ts"] = r.samplesTs();
  }
  addOurs(r, j);
  return j;
}

std::string benchMarkdownHead(bool press) {
  const char* own = press ? " press                                    |   kv MiB |" : "";
  const char* rule = press ? " ---------------------------------------- | -------: |" : "";
  return std::string("| model                          |       size |     params | backend    | threads |") + own +
         "            test |                  t/s |\n| ------------------------------ | ---------: | ---------: | ---------- | ------: |" + rule +
         " --------------: | -------------------: |\n";
}

std::string benchMarkdownRow(const BenchRow& r, bool press) {
  char params[32], rate[64], line[512], own[160] = "";
  std::snprintf(params, sizeof params, "%.2f M", double(r.model.parameters) / 1e6);
  std::snprintf(rate, sizeof rate, "%.2f ± %.2f", r.avgTs(), r.stddevTs());
  if (press) std::snprintf(own, sizeof own, " %-40s | %8.2f |", r.press.c_str(), double(r.kvBytes) / 1048576);
  // The sign takes two bytes, so its column is one wider for printf.
  std::snprintf(line, sizeof line, "| %-30s | %10s | %10s | %-10s | %7d |%s %15s | %21s |\n", modelType(r.model).c_str(),
                bytesText(double(r.model.weightBytes)).c_str(), params, r.backend.c_str(), r.threads, own, testName(r.test).c_str(), rate);
  return line;
}

}  // namespace presslab::cli
