// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/decoding_press.h"

#include <algorithm>
#include <numeric>

#include "core/api/error.h"
#include "core/press/inner_scorer.h"
#include "core/press/press_rows.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

constexpr std::string_view kSource = "kvpress DecodingPress", kRatioSource = "kvpress CompressionRatioDecodingPress";
constexpr ParamSpec kInner{
    "press", "Press inside", ParamType::Press, "", 0, 0, "", "The scorer whose scores are used; its ratio has no effect", kSource, "", "", false};
constexpr ParamSpec kInterval{
    "compression_interval", "Interval", ParamType::Int, "tok", 1, 1048576, "512", "Decoded tokens between two cuts", kSource, "", "", false};
constexpr ParamSpec kBuffer{"hidden_states_buffer_size",
                            "Query buffer",
                            ParamType::Int,
                            "tok",
                            0,
                            1048576,
                            "256",
                            "Latest decoded tokens whose queries the scores may read; more than they read is without effect on what is kept",
                            kSource,
                            "",
                            "",
                            false};
constexpr ParamSpec kDecodingParams[]{
    kInner,
    kInterval,
    {"target_size", "Target size", ParamType::Int, "tok", 1, 1048576, "2048", "Tokens that a head keeps at a cut", kSource, "", "", true},
    kBuffer};
constexpr ParamSpec kRatioParams[]{
    kInner,
    {"target_compression_ratio", "Ratio removed", ParamType::Float, "share", 0, 1, "0.5",
     "Share of all tokens so far, context and answer, that a head drops; max(1, int(n * (1 - ratio))) stay", kRatioSource, "", "", true},
    kInterval,
    kBuffer};

/// The highest scores of a head stay.
class ScoredKeeper final : public DecodeKeeper {
 public:
  ScoredKeeper(const std::string& name, const PressArgs& args, int64_t target, double ratio, PressPtr inner)
      : m_scorer(decodeScorer(name, args, target, std::move(inner), *this)), m_target(target), m_ratio(ratio) {}

  std::vector<int32_t> keep(const LayerTrace& head, const HeadShape& one) const override {
    const int64_t wanted = m_target > 0 ? m_target : std::max<int64_t>(1, int64_t(double(head.nextPosition()) * (1 - m_ratio)));
    std::vector<int32_t> slots(size_t(std::min(wanted, head.tokens)));
    if (wanted >= head.tokens) {
      std::iota(slots.begin(), slots.end(), 0);
      return slots;
    }
    RunContext run;
    run.shape = one;
    run.tokens = head.tokens;
    m_scorer->setRatio(1 - (double(wanted) + .5) / double(head.tokens));  // some scores follow the budget
    std::vector<float> scores(static_cast<size_t>(head.tokens));
    m_scorer->score(head, run, scores.data());
    kernels::selectTop(scores.data(), head.tokens, wanted, slots.data());
    return slots;
  }

 private:
  InnerScorer m_scorer;
  int64_t m_target;  // 0: by ratio
  double m_ratio;
};

PressPtr makeDecoding(const PressArgs& args, std::vector<PressPtr> inner) {
  return std::make_unique<DecodingPress>(kDecodingRow.info, args, std::move(inner));
}
PressPtr makeRatioDecoding(const PressArgs& args, std::vector<PressPtr> inner) {
  return std::make_unique<DecodingPress>(kRatioDecodingRow.info, args, std::move(inner));
}

}  // namespace

InnerScorer decodeScorer(const std::string& name, const PressArgs& args, int64_t target, PressPtr inner, DecodeKeeper& keeper) {
  InnerScorer scorer(name, std::move(inner));
  const TraceNeeds needs = scorer->needs();
  const int64_t queries = scorer->queriesRead(), interval = args.integer("compression_interval"), buffer = args.integer("hidden_states_buffer_size");
  if (queries < 0 || needs.input || needs.residual || needs.output || scorer->wantsCalibration())
    badInput(name + ": " + scorer->spec() + " reads more than keys, values and the latest queries, which are not there while decoding");
  if (queries > std::min(interval, buffer)) {
    badInput(name + ": " + scorer->spec() + " reads " + std::to_string(queries) + " queries; compression_interval=" + std::to_string(interval) +
             " and hidden_states_buffer_size=" + std::to_string(buffer) + " hold fewer");
  }
  if (queries > 1 && target > 0 && target <= queries)
    badInput(name + ": target_size=" + std::to_string(target) + " holds no more than the window of " + std::to_string(queries) + " tokens of " +
             scorer->spec());
  keeper.every = interval;
  keeper.queries = queries;
  keeper.values = needs.values;
  return scorer;
}

DecodingPress::DecodingPress(const PressInfo& info, const PressArgs& args, std::vector<PressPtr> inner) : m_spec(specText(info, args)) {
  const bool sized = &info == &kDecodingRow.info;
  const int64_t target = sized ? args.integer("target_size") : 0;
  m_keeper =
      std::make_shared<ScoredKeeper>(std::string(info.id), args, target, sized ? 0 : args.number("target_compression_ratio"), std::move(inner[0]));
}

void DecodingPress::setInner(PressPtr inner) {
  if (m_alike && inner && inner->ragged()) badInput(m_spec + " cuts the heads of a layer alike; " + inner->spec() + " leaves them different lengths");
  m_prefill = std::move(inner);
}

std::string DecodingPress::spec() const { return m_prefill ? m_prefill->spec() + "+" + m_spec : m_spec; }

int64_t DecodingPress::predictKept(const RunContext& run) const { return m_prefill ? m_prefill->predictKept(run) : run.shape.headTokens(run.tokens); }

std::vector<std::string> DecodingPress::begin(const RunContext& run) {
  m_kvHeads = run.shape.kvHeads;
  std::vector<std::string> notes = m_prefill ? m_prefill->begin(run) : std::vector<std::string>();
  notes.push_back("the cache is cut every " + std::to_string(m_keeper->every) +
                  " decoded tokens: bytes after prefill are those before the first cut");
  return notes;
}

LayerKeep DecodingPress::keep(const LayerTrace& trace) {
  LayerKeep layer;
  if (m_prefill) {
    layer = m_prefill->keep(trace);
  } else {
    layer.heads.resize(size_t(m_kvHeads));
    for (HeadKeep& head : layer.heads) {
      head.positions.resize(size_t(trace.tokens));
      std::iota(head.positions.begin(), head.positions.end(), 0);
    }
  }
  layer.decode = m_keeper;
  return layer;
}

std::vector<LayerKeep> DecodingPress::plan(const Reread& reread) {
  std::vector<LayerKeep> layers = m_prefill->plan(reread);
  for (LayerKeep& layer : layers) layer.decode = m_keeper;
  return layers;
}

const PressRow kDecodingRow{
    {"decoding", "Decoding", "Nothing at prefill; while decoding, heads are cut to a size by a scorer. Behind another press with +", kSource,
     kDecodingParams, false, true},
    makeDecoding};
const PressRow kRatioDecodingRow{
    {"compression_ratio_decoding", "Ratio Decoding", "As decoding, cut to a share of all tokens so far", kRatioSource, kRatioParams, false, true},
    makeRatioDecoding};

}  // namespace presslab
