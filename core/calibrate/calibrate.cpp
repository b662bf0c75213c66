// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/calibrate/calibrate.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <span>

#include "core/api/error.h"
#include "core/calibrate/corpus.h"
#include "core/calibrate/importance.h"
#include "core/calibrate/layer_pass.h"
#include "core/calibrate/targets.h"
#include "core/calibrate/train_gates.h"
#include "core/press/random.h"
#include "core/routed/policies.h"
#include "core/routed/quotas.h"
#include "core/routed/ranks.h"
#include "core/routed/router.h"

namespace presslab {
namespace {

constexpr int kContinuation = 64, kContext = 1024;
constexpr int kDocuments = 20, kCurveDocuments = 12, kLightDocuments = 2, kSampledTokens = 384;
constexpr double kShared = .5;       // the default of the press: curves belong to the score it ranks by
constexpr int kLearnedTokens = 320;  // of a document, for the learned importance
constexpr const char* kRepeat = "\n\nRepeat the previous context exactly.\n\n";
using Progress = CalibrationProgress;

/// `count` different tokens of [first, end), ascending.
std::vector<int> randomTokens(int first, int end, size_t count, SeededRandom& random) {
  std::vector<int> tokens(size_t(std::max(0, end - first)));
  std::iota(tokens.begin(), tokens.end(), first);
  count = std::min(count, tokens.size());
  for (size_t i = 0; i < count; ++i) std::swap(tokens[i], tokens[i + size_t(random.below(tokens.size() - i))]);
  tokens.resize(count);
  std::sort(tokens.begin(), tokens.end());
  return tokens;
}

/// Adds y over the chosen tokens, normalised to a sum of `share`, to out.
void addNormalised(const float* y, const std::vector<int>& tokens, float share, float* out) {
  double mass = 0;
  for (const int t : tokens) mass += double(y[t]);
  for (size_t i = 0; i < tokens.size() && mass > 0; ++i) out[i] += float(double(y[tokens[i]]) / mass) * share;
}

class Calibration {
 public:
  Calibration(LoadedModel& model, const CalibrateSpec& spec, const Progress& progress, std::stop_token stop)
      : m_model(model),
        m_spec(spec),
        m_progress(progress),
        m_stop(std::move(stop)),
        m_all(model.backend->shape()),
        m_shape(m_all.pressed()),
        m_threads(std::clamp(model.backend->threads(), 1, 8)) {}

  CalibrateReport run();

 private:
  template <class F>
  void pass(std::span<const int32_t> ids, double from, double to, const std::string& what, F&& perLayer);
  void repeat(const CalibrationText&, size_t index, ImportanceFit&);
  void learnImportance(const std::vector<CalibrationText>&);
  void collect(const CalibrationText&, size_t index);
  void trainSets();
  void addCurves(const CalibrationText&);
  void layerCurves(const LayerTrace&, const CalibrationText&);
  std::vector<float> mixedScores(const ExpertSet&, const std::vector<int32_t>& ranks, const LayerTrace&) const;
  void tell(double at, const std::string& what) const {
    if (m_progress) m_progress(at, what);
  }
  void testStop() const {
    if (m_stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "calibration cancelled");
  }

  LoadedModel& m_model;
  CalibrateSpec m_spec;
  const Progress& m_progress;
  std::stop_token m_stop;
  HeadShape m_all, m_shape;                                        // all layers; those that presses see, numbered without gaps
  int m_threads, m_context = 0, m_repeated = 0, m_curveCount = 0;  // m_repeated: tokens that y2 is made of; 0: too few positions for it
  Pattern m_pattern;
  std::vector<std::string> m_names;                        // policies of the longest list
  std::vector<std::vector<GateSample>> m_samples;          // (layers, documents)
  std::vector<std::vector<std::vector<float>>> m_repeats;  // (documents, layers): y2, (kvHeads, m_repeated)
  std::vector<std::vector<double>> m_curve;                // per set: (heads * 12) sums
  std::vector<double> m_stream;                            // (4, heads) sums
  std::vector<std::vector<float>> m_gram;                  // per head
  std::vector<std::string> m_lines;
};

/// One prefill of ids; perLayer gets every layer's trace.
template <class F>
void Calibration::pass(std::span<const int32_t> ids, double from, double to, const std::string& what, F&& perLayer) {
  TraceNeeds needs;
  needs.keys = needs.values = needs.queries = needs.input = needs.residual = true;
  layerPass(
      m_model, ids, needs, [&](double share) { tell(from + (to - from) * share, what); }, m_stop, perLayer);
}

/// y2 of a document: the model is made to repeat its context.
void Calibration::repeat(const CalibrationText& text, size_t index, ImportanceFit& fit) {
  std::vector<int32_t> ids(text.ids.begin(), text.ids.begin() + m_repeated);
  const std::vector<int32_t> request = m_model.tokenizer->encode(kRepeat);
  ids.insert(ids.end(), request.begin(), request.end());
  ids.insert(ids.end(), text.ids.begin(), text.ids.begin() + m_repeated);
  SeededRandom random(m_spec.seed * 1000033 + index);
  const std::vector<int> tokens = randomTokens(0, m_repeated, kLearnedTokens, random);
  const size_t context = size_t(m_repeated), group = size_t(m_shape.group);
  std::vector<float> byQuery(size_t(m_shape.queryHeads()) * context);
  const double share = .4 / kDocuments;
  pass(ids, double(index) * share, double(index + 1) * share, "repetition of " + text.name, [&](const LayerTrace& trace) {
    parallelFor(m_shape.queryHeads(), m_threads,
                [&](int q) { repeatAttention(trace, m_shape, m_repeated, q, byQuery.data() + size_t(q) * context); });
    std::vector<float> y(size_t(m_shape.kvHeads) * context, 0.f);
    for (size_t q = 0; q < size_t(m_shape.queryHeads()); ++q) {
      for (size_t i = 0; i < context; ++i) y[q / group * context + i] = std::max(y[q / group * context + i], byQuery[q * context + i]);
    }
    for (size_t h = 0; h < size_t(m_shape.kvHeads); ++h)
      std::fill_n(y.begin() + std::ptrdiff_t(h * context), std::min<size_t>(kPinnedSinks, context), 1.f);
    fit.add(trace.layer, trace.x, y.data(), m_repeated, tokens);
    m_repeats[index].push_back(std::move(y));
  });
}

void Calibration::learnImportance(const std::vector<CalibrationText>& texts) {
  ImportanceFit fit(m_shape);
  m_repeats.resize(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) repeat(texts[i], i, fit);
  tell(.4, "learned importance");
  m_pattern.importance = fit.solve([&](int layers, const std::function<void(int)>& job) { parallelFor(layers, m_threads, job); });
  testStop();
  m_lines.push_back("learned importance of " + std::to_string(texts.size()) + " repetitions of " + std::to_string(m_repeated) + " tokens");
}

void Calibration::collect(const CalibrationText& text, size_t index) {
  // The same tokens in every layer, outside the pins.
  SeededRandom random(m_spec.seed * 1000003 + index);
  const std::vector<int> tokens = randomTokens(int(kPinnedSinks), m_context - int(kPinnedRecent), kSampledTokens, random);
  const double share = .25 / double(kDocuments);
  const bool both = m_repeated == m_context;  // y2 of a shorter context says nothing about the later tokens
  pass(text.ids, .4 + double(index) * share, .4 + double(index + 1) * share, "scores of " + text.name, [&](const LayerTrace& trace) {
    const LayerProbe probe(trace, m_shape, m_context, text.firstQuery);
    const std::vector<int32_t> ranks = policyRanks(m_names, probe.context(), m_shape, &m_pattern);
    GateSample sample;
    sample.tokens = int(tokens.size());
    for (const int t : tokens) {
      const float* x = trace.x + int64_t(t) * m_shape.hidden;
      sample.x.insert(sample.x.end(), x, x + m_shape.hidden);
    }
    for (size_t plane = 0; plane < m_names.size() * size_t(m_shape.kvHeads); ++plane) {
      for (const int t : tokens) sample.rho.push_back((float(ranks[plane * size_t(m_context) + size_t(t)]) + .5f) / float(m_context));
    }
    std::vector<float> y(static_cast<size_t>(m_context));
    sample.y.assign(size_t(m_shape.kvHeads) * tokens.size(), 0.f);
    for (int h = 0; h < m_shape.kvHeads; ++h) {
      float* out = sample.y.data() + size_t(h) * tokens.size();
      probe.futureAttention(h, y.data());
      addNormalised(y.data(), tokens, both ? .5f : 1.f, out);
      if (both) addNormalised(m_repeats[index][size_t(trace.layer)].data() + int64_t(h) * m_context, tokens, .5f, out);
    }
    m_samples[size_t(trace.layer)].push_back(std::move(sample));
  });
}

void Calibration::trainSets() {
  int done = 0;
  for (ExpertSet& set : m_pattern.sets) {
    const size_t experts = set.experts.size(), layers = size_t(m_shape.layers), hidden = size_t(m_shape.hidden);
    set.gateW.resize(layers * hidden * experts);
    set.gateC.resize(layers * experts);
    set.gateBias.resize(layers * experts);
    std::vector<double> first(layers), last(layers);
    tell(.65 + .15 * done++ / double(m_pattern.sets.size()), "router of " + std::to_string(experts) + " experts");
    parallelFor(m_shape.layers, m_threads, [&](int l) {
      if (m_stop.stop_requested()) return;
      GateTrainingSpec spec;
      spec.hidden = m_shape.hidden;
      spec.kvHeads = m_shape.kvHeads;
      spec.experts = int(experts);
      spec.topK = std::min(2, int(experts));
      spec.seed = m_spec.seed * 7919 + uint64_t(l) * 31 + experts;
      const Gates g = trainGates(m_samples[size_t(l)], spec);
      std::copy(g.w.begin(), g.w.end(), set.gateW.begin() + std::ptrdiff_t(size_t(l) * hidden * experts));
      std::copy(g.c.begin(), g.c.end(), set.gateC.begin() + std::ptrdiff_t(size_t(l) * experts));
      std::copy(g.bias.begin(), g.bias.end(), set.gateBias.begin() + std::ptrdiff_t(size_t(l) * experts));
      first[size_t(l)] = g.firstLoss;
      last[size_t(l)] = g.lastLoss;
    });
    testStop();
    char line[128];
    std::snprintf(line, sizeof line, "%zu experts: target mass lost %.4f before, %.4f after training", experts,
                  std::accumulate(first.begin(), first.end(), 0.) / double(layers), std::accumulate(last.begin(), last.end(), 0.) / double(layers));
    m_lines.emplace_back(line);
  }
}

std::vector<float> Calibration::mixedScores(const ExpertSet& set, const std::vector<int32_t>& ranks, const LayerTrace& context) const {
  const size_t experts = set.experts.size(), hidden = size_t(m_shape.hidden), layer = size_t(context.layer);
  std::vector<float> score(size_t(m_shape.kvHeads) * size_t(context.tokens));
  Routing routing = equalGates(int(experts), context.tokens);
  if (!set.gateW.empty()) {
    RouterSpec router;
    router.experts = int(experts);
    router.topK = std::min(2, int(experts));
    std::vector<float> logits(size_t(context.tokens) * experts);
    routerLogits(context.x, context.tokens, m_shape.hidden, set.gateW.data() + layer * hidden * experts, set.gateC.data() + layer * experts,
                 int(experts), logits.data());
    routing = routeTokens(router, logits, context.tokens, std::span<const float>(set.gateBias).subspan(layer * experts, experts));
  }
  mixRanks(ranks.data(), int(experts), m_shape.kvHeads, context.tokens, routing.gates.data(), kShared, score.data());
  for (int h = 0; h < m_shape.kvHeads; ++h) applyPins(score.data() + int64_t(h) * context.tokens, context.tokens);
  return score;
}

void Calibration::layerCurves(const LayerTrace& trace, const CalibrationText& text) {
  const LayerProbe probe(trace, m_shape, m_context, text.firstQuery);
  const std::vector<int32_t> ranks = policyRanks(m_names, probe.context(), m_shape, &m_pattern);
  std::vector<std::vector<float>> scores;
  for (const ExpertSet& set : m_pattern.sets) scores.push_back(mixedScores(set, ranks, probe.context()));
  std::vector<int64_t> sizes;
  for (const float f : Pattern::kGrid) sizes.push_back(int64_t(double(f) * m_context + .5));
  const size_t heads = size_t(m_shape.heads()), grid = sizes.size();
  parallelFor(m_shape.kvHeads, m_threads, [&](int h) {
    const size_t id = size_t(trace.layer * m_shape.kvHeads + h);
    std::vector<int32_t> rank(static_cast<size_t>(m_context)), order(rank.size());
    RankScratch scratch;
    for (size_t s = 0; s < scores.size(); ++s) {
      rankAscending(scores[s].data() + int64_t(h) * m_context, m_context, rank.data(), scratch);
      for (int i = 0; i < m_context; ++i) order[size_t(m_context - 1 - rank[size_t(i)])] = i;
      const std::vector<double> error = probe.errorCurve(h, order, sizes, m_gram[id]);
      for (size_t f = 0; f < grid; ++f) m_curve[s][id * grid + f] += error[f];
    }
    for (size_t w = 0; w < Pattern::kWindows.size(); ++w) {
      const int sink = std::min(Pattern::kWindows[w][0], m_context), recent = std::min(Pattern::kWindows[w][1], m_context - sink);
      order.clear();
      for (int i = 0; i < sink; ++i) order.push_back(i);
      for (int i = m_context - recent; i < m_context; ++i) order.push_back(i);
      for (int i = sink; i < m_context - recent; ++i) order.push_back(i);
      const std::vector<int64_t> size{sink + recent};
      m_stream[w * heads + id] += probe.errorCurve(h, order, size, m_gram[id])[0];
      order.resize(rank.size());
    }
  });
}

void Calibration::addCurves(const CalibrationText& text) {
  const int done = m_curveCount++;
  const int all = m_spec.light ? kLightDocuments : kCurveDocuments;
  const double from = m_spec.light ? 0 : .8, share = (1 - from) / all;
  pass(text.ids, from + done * share, from + (done + 1) * share, "error curves on " + text.name,
       [&](const LayerTrace& trace) { layerCurves(trace, text); });
}

CalibrateReport Calibration::run() {
  const auto start = std::chrono::steady_clock::now();
  const int64_t positions = m_model.backend->config().contextLength;
  m_context = int(std::min<int64_t>(kContext, positions - kContinuation));
  if (m_context < 48)
    badInput("calibrate: the model has " + std::to_string(positions) + " positions, at least " + std::to_string(48 + kContinuation) + " are needed");
  if (m_spec.expertCounts.empty()) badInput("calibrate: no expert count given");
  const auto prompt = int64_t(m_model.tokenizer->encode(kRepeat).size());
  m_repeated = m_spec.light ? 0 : int(std::min<int64_t>(m_context, (positions - prompt) / 2));
  if (m_repeated < 48) m_repeated = 0;
  for (const int e : m_spec.expertCounts) {
    if (e < 1 || e > 64) badInput("calibrate: " + std::to_string(e) + " experts (1..64)");
    ExpertSet set;
    set.experts = expertNames(e, m_repeated > 0);
    m_pattern.sets.push_back(std::move(set));
  }
  m_names = expertNames(*std::max_element(m_spec.expertCounts.begin(), m_spec.expertCounts.end()), m_repeated > 0);
  m_pattern.shape = m_shape;
  const int documents = m_spec.light ? kLightDocuments : kDocuments;
  const auto texts = calibrationTexts(*m_model.tokenizer, m_model.file->vocab(), documents, m_context, kContinuation, m_spec.seed, m_spec.corpus);
  const size_t heads = size_t(m_shape.heads());
  tell(0, "output projections");
  for (int l = 0; l < m_all.layers; ++l) {
    testStop();
    if (m_all.isBounded(l)) continue;
    const std::vector<float> projection = m_model.backend->outputProjection(l);
    for (int h = 0; h < m_shape.kvHeads; ++h) m_gram.push_back(headGram(projection, m_shape, h));
  }
  m_curve.assign(m_pattern.sets.size(), std::vector<double>(heads * Pattern::kGrid.size(), 0));
  m_stream.assign(Pattern::kWindows.size() * heads, 0);
  if (!m_spec.light) {
    m_samples.resize(size_t(m_shape.layers));
    if (m_repeated > 0) learnImportance(texts);
    for (size_t i = 0; i < texts.size(); ++i) collect(texts[i], i);
    trainSets();
    m_samples.clear();
    m_repeats.clear();
  }
  const int curveDocuments = std::min<int>(int(texts.size()), m_spec.light ? kLightDocuments : kCurveDocuments);
  for (int i = 0; i < curveDocuments; ++i) addCurves(texts[size_t(i)]);
  CalibrateReport report;
  for (size_t s = 0; s < m_pattern.sets.size(); ++s) {
    for (const double v : m_curve[s]) m_pattern.sets[s].curve.push_back(float(v / m_curveCount));
  }
  for (const double v : m_stream) m_pattern.streamErr.push_back(float(v / m_curveCount));
  uint64_t digest = 14695981039346656037ull;
  for (const CalibrationText& t : texts) {
    for (const int32_t id : t.ids) digest = (digest ^ uint64_t(uint32_t(id))) * 1099511628211ull;
    report.tokens += int64_t(t.ids.size());
  }
  char hex[20];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(digest));
  m_pattern.fingerprint = modelFingerprint(*m_model.file);
  m_pattern.source = m_spec.light ? "light" : "file";
  m_pattern.metadata = {{"program", "PressLab"},
                        {"kind", m_spec.light ? "light" : "full"},
                        {"seed", std::to_string(m_spec.seed)},
                        {"texts", std::to_string(texts.size())},
                        {"tokens", std::to_string(report.tokens)},
                        {"digest", hex},
                        {"context", std::to_string(m_context)},
                        {"windows", "128+512,64+256,16+112,4+64"},
                        {"grid", ".03,.06,.125,.2,.3,.4,.5,.6,.7,.8,.9,1"},
                        {"pins", "4+32"},
                        {"pooling", "5"},
                        {"shared", "0.5"},
                        {"targets", m_repeated == m_context ? "half y1, half y2" : "y1"},
                        {"repeated", std::to_string(m_repeated)},
                        {"model", m_model.file->info().name}};
  report.documents = int(texts.size());
  report.lines = m_lines;
  report.pattern = std::move(m_pattern);
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  tell(1, "done");
  return report;
}

}  // namespace

CalibrateReport calibrate(LoadedModel& model, const CalibrateSpec& spec, const Progress& progress, std::stop_token stop) {
  return Calibration(model, spec, progress, std::move(stop)).run();
}

}  // namespace presslab
