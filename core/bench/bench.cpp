// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/bench/bench.h"

#include <chrono>
#include <ctime>

#include "core/api/error.h"
#include "core/calibrate/calibrate.h"

namespace presslab {
namespace {

std::string utcNow() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string titleOf(const BenchTest& t) {
  std::string title = t.prompt && t.gen ? "pp" + std::to_string(t.prompt) + "+tg" + std::to_string(t.gen)
                      : t.prompt        ? "pp" + std::to_string(t.prompt)
                                        : "tg" + std::to_string(t.gen);
  return t.depth ? title + " @ d" + std::to_string(t.depth) : title;
}

/// Refuses lengths that the model has no positions for before the first test runs.
void checkLengths(const std::vector<BenchTest>& tests, const ModelInfo& model) {
  for (const BenchTest& t : tests) {
    const int64_t needed = int64_t(t.depth) + t.prompt + t.gen;
    if (needed > model.contextLength)
      badInput("bench: " + titleOf(t) + " needs " + std::to_string(needed) + " positions, the model has " + std::to_string(model.contextLength));
  }
}

}  // namespace

std::vector<BenchTest> benchTests(const BenchSpec& spec) {
  std::vector<BenchTest> tests;
  for (const int depth : spec.depths) {
    for (const int prompt : spec.prompts) {
      if (prompt > 0) tests.push_back({prompt, 0, depth});
    }
    for (const int gen : spec.gens) {
      if (gen > 0) tests.push_back({0, gen, depth});
    }
    for (const auto& [prompt, gen] : spec.promptGens) {
      if (prompt > 0 || gen > 0) tests.push_back({prompt, gen, depth});
    }
  }
  return tests;
}

void runBench(const BenchSpec& spec, const std::function<void(const BenchRow&)>& tell, const EventSink& sink,
              const std::function<void(double, const std::string&)>& progress, std::stop_token stop) {
  if (spec.repetitions < 1) badInput("bench: at least one repetition is needed");
  const std::vector<BenchTest> tests = benchTests(spec);
  std::vector<std::string> presses;
  bool calibrated = false;
  for (const std::string& text : spec.presses) {
    const PressPtr press = makePress(text);
    presses.push_back(press->spec());
    calibrated = calibrated || press->wantsCalibration();
  }
  const size_t all = spec.models.size() * spec.threads.size() * presses.size() * tests.size();
  size_t done = 0;
  for (const std::string& path : spec.models) {
    for (const int threads : spec.threads) {
      if (tests.empty()) return;
      ModelSpec wanted = spec.model;
      wanted.path = path;
      wanted.threads = threads;
      const std::unique_ptr<LoadedModel> model = loadModel(wanted, sink, stop);
      checkLengths(tests, model->file->info());
      PatternChoice pattern;
      if (calibrated) pattern = obtainPattern(*model, spec.noCalibrate, progress, stop);
      const double bandwidth = model->backend->measureBandwidth();
      for (const std::string& press : presses) {
        RunContext run;
        run.shape = model->backend->shape();
        run.pattern = pattern.pattern.get();
        run.calibration = pattern.kind;
        run.seed = spec.seed;
        for (const BenchTest& test : tests) {
          if (progress) progress(double(done++) / double(all), titleOf(test) + " " + press);
          BenchRow row;
          row.test = test;
          row.model = model->file->info();
          row.modelPath = model->file->info().path;
          row.backend = model->backend->name();
          row.device = wanted.device;
          row.testTime = utcNow();
          row.threads = model->backend->threads();
          row.kvType = model->backend->kvType();
          row.flashAttention = wanted.attention == "flash";
          row.weightBytes = model->backend->weightBytes();
          row.bandwidthGBs = bandwidth;
          row.seed = spec.seed;
          runBenchTest(*model, spec, test, press, run, stop, row);
          tell(row);
        }
      }
    }
  }
}

}  // namespace presslab
