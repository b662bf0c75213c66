// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// One test of the bench: what stands before the clock, what runs under it.
#include "core/bench/bench.h"

#include <algorithm>
#include <chrono>

#include "core/api/error.h"

namespace presslab {
namespace {

using Clock = std::chrono::steady_clock;

int64_t nsSince(Clock::time_point start) { return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count(); }

int64_t medianOf(std::vector<int64_t> v) {
  if (v.empty()) return 0;
  std::nth_element(v.begin(), v.begin() + std::ptrdiff_t(v.size() / 2), v.end());
  return v[v.size() / 2];
}

/// Token ids that depend on the seed alone (splitmix64).
std::vector<int32_t> randomIds(uint64_t seed, int64_t count, int64_t vocab) {
  std::vector<int32_t> ids(static_cast<size_t>(count));
  for (int32_t& id : ids) {
    seed += 0x9E3779B97F4A7C15u;
    uint64_t z = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    id = int32_t((z ^ (z >> 31)) % uint64_t(vocab));
  }
  return ids;
}

class TestRun {
 public:
  TestRun(LoadedModel& model, const BenchSpec& spec, const BenchTest& test, const std::string& press, const RunContext& run, std::stop_token stop,
          BenchRow& row)
      : m_backend(*model.backend),
        m_spec(spec),
        m_test(test),
        m_press(press),
        m_run(run),
        m_stop(std::move(stop)),
        m_row(row),
        m_ids(randomIds(spec.seed, int64_t(test.depth) + test.prompt + test.gen, m_backend.config().vocab)),
        m_logits(size_t(m_backend.config().vocab)) {}

  void run();

 private:
  struct Times {
    int64_t sample = 0, compress = 0, ttft = 0;
    std::vector<int64_t> tokens;
  };
  std::span<const int32_t> ids(int from, int count) const { return std::span<const int32_t>(m_ids).subspan(size_t(from), size_t(count)); }
  std::unique_ptr<Sequence> prefillDepth();
  Times measure(const Sequence* depth);
  std::unique_ptr<Sequence> processPrompt(const Sequence* depth, Times&);
  PrefillResult compressing(Sequence&, std::span<const int32_t>);
  int64_t behindDepth(Sequence&);
  void testStop() const {
    if (m_stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "bench cancelled");
  }
  void countCache(const Sequence&, int64_t tokens);

  Backend& m_backend;
  const BenchSpec& m_spec;
  const BenchTest m_test;
  const std::string& m_press;
  RunContext m_run;
  std::stop_token m_stop;
  BenchRow& m_row;
  std::vector<int32_t> m_ids;
  std::vector<float> m_logits;
  int64_t m_depthCompress = 0;
};

void TestRun::countCache(const Sequence& sequence, int64_t tokens) {
  const HeadShape shape = m_backend.shape();
  m_row.kvBytes = sequence.bytes().held;
  m_row.kvBytesPeak = sequence.bytes().peak;
  m_row.kvBytesFull = 2 * m_backend.kvRowBytes() * shape.headTokens(tokens);
  m_row.allTokens = shape.headTokens(tokens);
  m_row.keptTokens = 0;
  for (int l = 0; l < shape.layers; ++l) {
    for (int h = 0; h < shape.kvHeads; ++h) m_row.keptTokens += sequence.headLength(l, h);
  }
}

/// Prefill by the press of the test; fills the row's facts about it.
PrefillResult TestRun::compressing(Sequence& sequence, std::span<const int32_t> tokens) {
  const PressPtr press = makePress(m_press);
  m_run.tokens = int64_t(tokens.size());
  press->begin(m_run);
  m_row.press = press->spec();
  m_row.calibration = press->wantsCalibration() ? m_run.calibration : "";
  m_row.ratioRequested = press->ratio();
  PrefillResult result = prefill(m_backend, sequence, tokens, press.get(), m_run, {}, m_stop);
  countCache(sequence, m_run.tokens);
  m_row.kvBytesPeak = result.kvBytesPeak;
  return result;
}

std::unique_ptr<Sequence> TestRun::prefillDepth() {
  std::unique_ptr<Sequence> sequence = m_backend.newSequence();
  const PrefillResult result = compressing(*sequence, ids(0, m_test.depth));
  m_row.depthNs = int64_t(result.prefillMs * 1e6);
  m_depthCompress = int64_t(result.compressMs * 1e6);
  return sequence;
}

/// Time of the prompt's chunks in a prefill of depth and prompt together: the work that the prompt adds behind an uncompressed depth.
int64_t TestRun::behindDepth(Sequence& sequence) {
  const int64_t depth = m_test.depth, all = depth + m_test.prompt;
  sequence.beginPrefill(ids(0, int(all)), {});
  int64_t ns = 0;
  for (int l = 0; l < m_backend.config().layers; ++l) {
    for (int64_t at = 0; at < all;) {
      testStop();
      const int64_t end = at < depth ? depth : all, count = std::min(kPrefillChunk, end - at);
      const Clock::time_point start = Clock::now();
      sequence.prefillChunk(l, at, count);
      if (at >= depth) ns += nsSince(start);
      at += count;
    }
  }
  const Clock::time_point start = Clock::now();
  sequence.endPrefill(m_logits.data());
  return ns + nsSince(start);
}

/// The prompt under the clock; returns the sequence that it ended in.
std::unique_ptr<Sequence> TestRun::processPrompt(const Sequence* depth, Times& t) {
  std::unique_ptr<Sequence> sequence = depth ? depth->clone() : m_backend.newSequence();
  if (m_test.prompt > 0 && !depth && m_test.depth == 0) {
    const PrefillResult result = compressing(*sequence, ids(0, m_test.prompt));
    t.sample = int64_t(result.prefillMs * 1e6);
    t.compress = int64_t(result.compressMs * 1e6);
  } else if (m_test.prompt > 0 && !depth) {
    t.sample = behindDepth(*sequence);
    countCache(*sequence, int64_t(m_test.depth) + m_test.prompt);
  } else if (m_test.prompt > 0) {
    sequence->reserve(int64_t(m_test.prompt) + m_test.gen);
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < m_test.prompt; ++i) {
      testStop();
      sequence->decode(m_ids[size_t(m_test.depth + i)], i + 1 == m_test.prompt ? m_logits.data() : nullptr, {});
    }
    t.sample = nsSince(start);
  }
  return sequence;
}

TestRun::Times TestRun::measure(const Sequence* depth) {
  Times t;
  const std::unique_ptr<Sequence> sequence = processPrompt(depth, t);
  t.ttft = t.sample + t.compress;
  if (m_test.gen == 0) return t;
  sequence->reserve(m_test.gen);
  t.tokens.reserve(size_t(m_test.gen));
  for (int i = 0; i < m_test.gen; ++i) {
    testStop();
    const Clock::time_point start = Clock::now();
    sequence->decode(m_ids[size_t(m_test.depth + m_test.prompt + i)], m_logits.data(), {});
    t.tokens.push_back(nsSince(start));
    t.sample += t.tokens.back();
  }
  t.ttft += t.tokens.front();
  return t;
}

void TestRun::run() {
  m_row.press = m_press;
  // Chunks behind an uncompressed depth are timed inside one prefill; everything else starts from a copy of the prefilled depth.
  const bool plain = m_press == "none";
  std::unique_ptr<Sequence> depth;
  if (m_test.depth > 0 && !(plain && m_test.prompt > 0)) depth = prefillDepth();
  std::vector<int64_t> compress, ttft;
  for (int i = m_spec.warmup ? -1 : 0; i < m_spec.repetitions; ++i) {
    const Times t = measure(depth.get());
    if (i < 0) continue;
    m_row.samplesNs.push_back(t.sample);
    m_row.tokenNs.insert(m_row.tokenNs.end(), t.tokens.begin(), t.tokens.end());
    compress.push_back(t.compress);
    ttft.push_back(t.ttft + m_row.depthNs + m_depthCompress);
  }
  m_row.compressNs = depth ? m_depthCompress : medianOf(compress);
  m_row.ttftNs = m_test.gen > 0 ? medianOf(ttft) : -1;
}

}  // namespace

void runBenchTest(LoadedModel& model, const BenchSpec& spec, const BenchTest& test, const std::string& press, const RunContext& run,
                  std::stop_token stop, BenchRow& row) {
  TestRun(model, spec, test, press, run, std::move(stop), row).run();
}

}  // namespace presslab
