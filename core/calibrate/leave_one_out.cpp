// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "core/api/error.h"
#include "core/calibrate/corpus.h"
#include "core/calibrate/head_orders.h"
#include "core/calibrate/layer_pass.h"

namespace presslab {
namespace {

constexpr int kDocuments = 4, kLightDocuments = 2, kContext = 1024, kContinuation = 64, kPositions = 24;
constexpr int64_t kSink = 16, kRecent = 112;

/// Natural logarithms of the probabilities, in double.
std::vector<double> logProbs(const std::vector<float>& logits) {
  const double top = double(*std::max_element(logits.begin(), logits.end()));
  double sum = 0;
  for (const float v : logits) sum += std::exp(double(v) - top);
  std::vector<double> out(logits.size());
  for (size_t i = 0; i < out.size(); ++i) out[i] = double(logits[i]) - top - std::log(sum);
  return out;
}

double divergence(const std::vector<double>& full, const std::vector<double>& cut) {
  double sum = 0;
  for (size_t i = 0; i < full.size(); ++i) sum += std::exp(full[i]) * (full[i] - cut[i]);
  return std::max(0., sum);
}

/// A document's full cache, and what follows its context.
class Document {
 public:
  Document(LoadedModel& model, const CalibrationText& text, int context, const std::stop_token& stop)
      : m_model(model), m_stop(stop), m_shape(model.backend->shape()), m_context(context) {
    m_first = std::min(text.firstQuery, kContinuation - 2);
    m_ids.assign(text.ids.begin() + context, text.ids.begin() + context + std::min(m_first + kPositions, kContinuation - 1));
    const std::span<const int32_t> before(text.ids.data(), size_t(context));
    m_full = layerPass(model, before, {}, {}, stop, [](const LayerTrace&) {});
    const std::unique_ptr<Sequence> whole = m_full->clone();
    follow(*whole, [&](size_t, const std::vector<float>& logits) { m_probs.push_back(logProbs(logits)); });
  }

  /// Mean divergence with one head streaming.
  double withStreaming(int layer, int head, int64_t sink, int64_t recent) const {
    const std::unique_ptr<Sequence> cut = m_full->clone();
    LayerKeep keep;
    for (int h = 0; h < m_shape.kvHeads; ++h) {
      HeadKeep k;
      for (int64_t i = 0; i < m_context; ++i) {
        if (h != head || i < sink || i >= m_context - recent) k.positions.push_back(int32_t(i));
      }
      if (h == head) {
        k.kind = HeadKind::Streaming;
        k.ring = true;
        k.sink = sink;
        k.recent = recent;
      }
      keep.heads.push_back(std::move(k));
    }
    cut->keep(layer, keep);
    double sum = 0;
    follow(*cut, [&](size_t i, const std::vector<float>& logits) { sum += divergence(m_probs[i], logProbs(logits)); });
    return sum / double(m_probs.size());
  }

 private:
  template <class F>
  void follow(Sequence& sequence, F&& position) const {
    sequence.reserve(int64_t(m_ids.size()));
    std::vector<float> logits(size_t(m_model.backend->config().vocab));
    for (size_t i = 0; i < m_ids.size(); ++i) {
      if (m_stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "calibration cancelled");
      const bool counts = int(i) >= m_first;
      sequence.decode(m_ids[i], counts ? logits.data() : nullptr, {});
      if (counts) position(i - size_t(m_first), logits);
    }
  }

  LoadedModel& m_model;
  const std::stop_token& m_stop;
  HeadShape m_shape;
  int64_t m_context;
  int m_first = 0;
  std::vector<int32_t> m_ids;
  std::unique_ptr<Sequence> m_full;
  std::vector<std::vector<double>> m_probs;
};

/// As many plain texts as passkey texts, taken in turn.
std::vector<CalibrationText> texts(LoadedModel& model, const CalibrateSpec& spec, int context, int count) {
  std::vector<CalibrationText> plain, passkeys, out;
  for (CalibrationText& t : calibrationTexts(*model.tokenizer, model.file->vocab(), 4 * count, context, kContinuation, spec.seed, spec.corpus)) {
    (t.name.rfind("retrieval", 0) == 0 ? passkeys : plain).push_back(std::move(t));
  }
  for (size_t i = 0; int(out.size()) < count; ++i) {
    if (i < plain.size()) out.push_back(std::move(plain[i]));
    if (i < passkeys.size() && int(out.size()) < count) out.push_back(std::move(passkeys[i]));
    if (i >= plain.size() && i >= passkeys.size()) break;
  }
  return out;
}

}  // namespace

HeadValuesReport leaveOneOut(LoadedModel& model, const CalibrateSpec& spec, const CalibrationProgress& progress, std::stop_token stop) {
  const HeadShape all = model.backend->shape();
  const int64_t positions = model.backend->config().contextLength;
  const int context = int(std::min<int64_t>(kContext, positions - kContinuation));
  if (context < 48)
    badInput("calibrate loo: the model has " + std::to_string(positions) + " positions, at least " + std::to_string(48 + kContinuation) +
             " are needed");
  const int64_t sink = std::min<int64_t>(kSink, context / 8), recent = std::min<int64_t>(kRecent, context / 3);
  HeadValuesReport report;
  std::vector<double> sum(size_t(all.pressed().heads()), 0);
  const std::vector<CalibrationText> documents = texts(model, spec, context, spec.light ? kLightDocuments : kDocuments);
  const double runs = double(documents.size() * sum.size());
  for (const CalibrationText& text : documents) {
    const Document document(model, text, context, stop);
    size_t id = 0;
    for (int l = 0; l < all.layers; ++l) {
      if (all.isBounded(l)) continue;
      for (int h = 0; h < all.kvHeads; ++h, ++id) {
        sum[id] += document.withStreaming(l, h, sink, recent);
        if (progress) progress((double(report.documents) * double(sum.size()) + double(id + 1)) / runs, "heads alone on " + text.name);
      }
    }
    ++report.documents;
    report.tokens += context;
  }
  for (const double s : sum) report.values.push_back(float(s / double(documents.size())));
  char about[128];
  std::snprintf(about, sizeof about, "texts %d, context %d, window %lld+%lld, seed %llu", report.documents, context, static_cast<long long>(sink),
                static_cast<long long>(recent), static_cast<unsigned long long>(spec.seed));
  report.about = about;
  return report;
}

}  // namespace presslab
