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

class BenchRun {
 public:
  BenchRun(const BenchSpec& spec, const std::function<void(const BenchRow&)>& tell, const EventSink& sink,
           const std::function<void(double, const std::string&)>& progress, std::stop_token stop)
      : m_spec(spec), m_tell(tell), m_sink(sink), m_progress(progress), m_stop(std::move(stop)), m_tests(benchTests(spec)) {
    for (const std::string& text : spec.presses) {
      const PressPtr press = makePress(text);
      m_presses.push_back(press->spec());
      m_calibrated = m_calibrated || press->wantsCalibration();
    }
  }
  void run();

 private:
  void runModel(const ModelSpec&);

  const BenchSpec& m_spec;
  const std::function<void(const BenchRow&)>& m_tell;
  const EventSink& m_sink;
  const std::function<void(double, const std::string&)>& m_progress;
  std::stop_token m_stop;
  std::vector<BenchTest> m_tests;
  std::vector<std::string> m_presses;  // canonical
  bool m_calibrated = false;
  size_t m_done = 0;
};

void BenchRun::run() {
  if (m_tests.empty()) return;
  for (const std::string& path : m_spec.models) {
    for (const std::optional<KvType>& type : m_spec.kvTypes) {
      for (const int threads : m_spec.threads) {
        ModelSpec wanted = m_spec.model;
        wanted.path = path;
        wanted.kvType = type;
        wanted.threads = threads;
        runModel(wanted);
      }
    }
  }
}

void BenchRun::runModel(const ModelSpec& wanted) {
  const std::unique_ptr<LoadedModel> model = loadModel(wanted, m_sink, m_stop);
  checkLengths(m_tests, model->file->info());
  PatternChoice pattern;
  if (m_calibrated) pattern = obtainPattern(*model, m_spec.noCalibrate, m_progress, m_stop);
  BenchRow row;
  row.model = model->file->info();
  row.modelPath = model->file->info().path;
  row.backend = model->backend->name();
  row.device = wanted.device;
  row.threads = model->backend->threads();
  row.kvType = model->backend->kvType();
  row.flashAttention = wanted.attention == "flash";
  row.weightBytes = model->backend->weightBytes();
  row.bandwidthGBs = model->backend->measureBandwidth();
  row.seed = m_spec.seed;
  RunContext run;
  run.shape = model->backend->shape();
  run.pattern = pattern.pattern.get();
  run.calibration = pattern.kind;
  run.seed = m_spec.seed;
  const size_t all = m_spec.models.size() * m_spec.kvTypes.size() * m_spec.threads.size() * m_presses.size() * m_tests.size();
  for (const std::string& press : m_presses) {
    for (const BenchTest& test : m_tests) {
      if (m_progress) m_progress(double(m_done++) / double(all), titleOf(test) + " " + press);
      BenchRow one = row;
      one.test = test;
      one.testTime = utcNow();
      runBenchTest(*model, m_spec, test, press, run, m_stop, one);
      m_tell(one);
    }
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

void runBench(const BenchSpec& spec, const std::function<void(const BenchRow&)>& row, const EventSink& sink,
              const std::function<void(double, const std::string&)>& progress, std::stop_token stop) {
  if (spec.repetitions < 1) badInput("bench: at least one repetition is needed");
  BenchRun(spec, row, sink, progress, std::move(stop)).run();
}

}  // namespace presslab
