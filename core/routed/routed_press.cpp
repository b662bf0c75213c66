// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/routed_press.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/api/error.h"
#include "core/press/random.h"
#include "core/routed/policies.h"
#include "core/routed/quotas.h"
#include "core/routers/router_file.h"
#include "kernels/kernels.h"

namespace presslab {
namespace {

/// Untrained gates: seeded normal weights whose logits have about unit variance on a normalised input.
ExpertSet seededGates(const HeadShape& shape, const std::vector<std::string>& experts, uint64_t seed) {
  ExpertSet set;
  set.experts = experts;
  SeededRandom random(seed ^ 0x6761746573ull);
  set.gateW.resize(size_t(shape.layers) * size_t(shape.hidden) * experts.size());
  const double scale = 1 / std::sqrt(double(shape.hidden));
  for (float& w : set.gateW) w = float(random.normal() * scale);
  set.gateC.assign(size_t(shape.layers) * experts.size(), 0.f);
  set.gateBias = set.gateC;
  return set;
}

Balance parseBalance(const std::string& text) {
  if (text == "off") return Balance::Off;
  if (text == "upstream") return Balance::Upstream;
  return Balance::Integral;
}

/// Marks the first and last share of a context, as a zone of the layer dispatch keeps them.
void markZone(int zone, int64_t tokens, std::vector<bool>& kept) {
  constexpr double kFirst[3] = {.2, .3, .5}, kLast[3] = {.1, .2, .3};  // aggressive, moderate, conservative
  const auto first = int64_t(double(tokens) * kFirst[zone]), last = int64_t(double(tokens) * kLast[zone]);
  for (int64_t i = 0; i < tokens; ++i) kept[size_t(i)] = i < first || i >= tokens - last;
}

}  // namespace

RoutedPress::RoutedPress(std::string_view id, const PressArgs& args) : FamilyPress(id, args) {
  const std::string name(id);
  const bool duo = id == "eplb_duo";
  const auto count = int(args.integer("num_experts"));
  m_expertText = args.text("experts");
  m_experts = m_expertText.empty() ? expertNames(count, false) : parseExperts(m_expertText);
  if (!m_expertText.empty() && args.given("num_experts") && size_t(count) != m_experts.size()) {
    badInput(name + ": num_experts=" + std::to_string(count) + " but experts= names " + std::to_string(m_experts.size()));
  }
  m_router.experts = int(m_experts.size());
  m_router.topK = args.given("top_k") ? int(args.integer("top_k")) : std::min(2, m_router.experts);
  if (m_router.topK > m_router.experts) {
    badInput(name + ": top_k=" + std::to_string(m_router.topK) + " is more than the " + std::to_string(m_router.experts) + " experts");
  }
  m_router.capacityFactor = args.number("capacity_factor");
  m_router.balance = parseBalance(args.text("balance"));
  m_router.temperature = args.number("temperature");
  m_shared = args.number("shared");
  m_curveQuotas = args.text("quotas") == "curve";
  m_layerDispatch = args.text("dispatch") == "layer";
  m_exact = !m_layerDispatch;
  readRouter(args);
  if (!duo) return;
  m_split = args.number("split");
  const bool a = args.given("eplb_ratio"), b = args.given("duo_ratio");
  if (a || b) {
    if (args.given("split")) badInput(name + ": split= and eplb_ratio=, duo_ratio= exclude each other");
    if (a && b && args.given("ratio")) badInput(name + ": of ratio=, eplb_ratio= and duo_ratio= only two can be given");
    const double routed = a ? args.number("eplb_ratio") : m_ratio - args.number("duo_ratio");
    const double streamed = b ? args.number("duo_ratio") : m_ratio - args.number("eplb_ratio");
    if (routed < 0 || streamed < 0) badInput(name + ": eplb_ratio and duo_ratio must not be more than ratio");
    m_ratio = routed + streamed;
    if (!(m_ratio < 1)) badInput(name + ": eplb_ratio + duo_ratio must be below 1");
    m_split = m_ratio > 0 ? routed / m_ratio : 1;
  }
  m_sink = args.integer("sink");
  m_recent = args.integer("recent");
  m_windowGiven = args.given("sink") || args.given("recent");
  m_windowAuto = args.text("window") == "auto";
  if (m_windowAuto && m_windowGiven) badInput(name + ": window=auto and sink= or recent= exclude each other");
  m_order = parseHeadOrder(args.text("order"), m_seed);
}

void RoutedPress::readRouter(const PressArgs& args) {
  RouterConfig& c = m_routerConfig;
  c.type = args.text("router");
  m_routerFile = args.text("router_file");
  if (c.type == "eplb") {
    if (!m_routerFile.empty()) badInput("router_file= belongs to the other routers; calibration= holds the gates of router=eplb");
    return;
  }
  c.experts = m_router.experts;
  c.topK = m_router.topK;
  c.capacityFactor = m_router.capacityFactor;
  c.temperature = m_router.temperature;
  if (args.given("balance_coefficient")) c.balanceCoefficient = args.number("balance_coefficient");
  c.balanceMode = args.text("balance_mode");
  c.importanceThreshold = args.number("importance_threshold");
  c.groups = int(args.integer("num_groups"));
  c.groupTopK = int(args.integer("group_top_k"));
  c.cacheAware = args.flag("cache_aware");
  c.hidden = 1;  // known when the run begins; the rest is checked now
  checkRouterConfig(c);
}

int64_t RoutedPress::predictKept(const RunContext& run) const { return makeBudget(request(run)).total; }

void RoutedPress::chooseExperts(std::vector<std::string>& notes) {
  const bool importance = m_pattern && !m_pattern->importance.empty();
  if (m_expertText.empty()) m_experts = expertNames(m_router.experts, importance);
  if (!importance && std::find(m_experts.begin(), m_experts.end(), "importance") != m_experts.end()) {
    badInput("experts: importance needs a calibration that holds it");
  }
  m_set = m_pattern ? m_pattern->findSet(m_experts) : nullptr;
  m_trainedGates = m_set && !m_set->gateW.empty();
  if (m_routerConfig.type != "eplb") {
    makeExpertRouter(notes);
    return;
  }
  const bool untrained = !m_trainedGates && (m_layerDispatch || (m_router.balance == Balance::Upstream && m_shared < 1));
  if (untrained) {
    m_seeded = seededGates(m_run.shape, m_experts, m_seed ? m_seed : m_run.seed);
    notes.push_back("router: untrained seeded weights");
  } else if (!m_trainedGates && m_shared < 1) {
    notes.push_back("no trained gates for these " + std::to_string(m_experts.size()) + " experts: equal gates");
  }
}

void RoutedPress::makeExpertRouter(std::vector<std::string>& notes) {
  RouterConfig config = m_routerConfig;
  config.hidden = m_run.shape.hidden;
  kernels::Pool pool(1);
  if (m_routerFile.empty()) {
    m_expertRouter = presslab::makeExpertRouter(config, seededRouterWeights(config, m_seed ? m_seed : m_run.seed), pool);
    notes.push_back("router " + config.type + ": untrained seeded weights");
    return;
  }
  const RouterFile file = readRouterFile(m_routerFile, false);
  if (file.config.type != config.type)
    badInput(m_routerFile + ": holds a router of type " + file.config.type + ", the press asks for " + config.type);
  try {
    m_expertRouter = presslab::makeExpertRouter(config, file.weights, pool);
  } catch (const Failure& e) {
    throw Failure(e.code(), m_routerFile + ": " + e.what());
  }
  notes.push_back("router " + config.type + ": weights of " + m_routerFile);
}

void RoutedPress::makeQuotas(std::vector<std::string>& notes) {
  const HeadShape& shape = m_run.shape;
  std::vector<int> active;
  for (int id = 0; id < shape.heads(); ++id) {
    if (m_streamIndex[size_t(id)] < 0) active.push_back(id);
  }
  const bool measured = m_set && m_set->curve.size() == size_t(shape.heads()) * Pattern::kGrid.size();
  std::vector<int64_t> quota;
  if (m_curveQuotas && measured) {
    std::vector<float> curve;
    for (const int id : active) {
      const float* row = m_set->curve.data() + size_t(id) * Pattern::kGrid.size();
      curve.insert(curve.end(), row, row + Pattern::kGrid.size());
    }
    quota = curveQuotas(curve, int(active.size()), m_run.tokens, m_budget.activeKept);
  } else {
    if (m_curveQuotas && !m_layerDispatch) notes.push_back("no error curves for these experts: equal quotas");
    quota = equalQuotas(int(active.size()), m_budget.activeKept);
  }
  m_quotas.assign(size_t(shape.heads()), 0);
  for (size_t i = 0; i < active.size(); ++i) m_quotas[size_t(active[i])] = quota[i];
  const int64_t sum = std::accumulate(quota.begin(), quota.end(), int64_t{0});
  if (sum + m_budget.streaming * (m_budget.sink + m_budget.recent) != m_budget.total) {
    throw Failure(ErrorCode::Failed, m_spec + ": quotas do not add up to the budget of " + std::to_string(m_budget.total) + " head-tokens");
  }
}

std::vector<std::string> RoutedPress::begin(const RunContext& run) {
  std::vector<std::string> notes;
  m_run = run;
  choosePattern(run, notes);
  m_budget = makeBudget(request(run));
  if (!m_budget.note.empty()) notes.push_back(m_budget.note);
  if (!m_pattern) notes.push_back(m_split < 1 ? "no calibration: heads stream from layer 0 up" : "no calibration");
  const std::vector<int> order = orderHeads(m_order, run.shape, m_pattern, m_budget.sink, m_budget.recent);
  m_streamIndex.assign(size_t(run.shape.heads()), -1);
  for (int i = 0; i < m_budget.streaming; ++i) m_streamIndex[size_t(order[size_t(i)])] = i;
  chooseExperts(notes);
  makeQuotas(notes);
  if (m_layerDispatch) notes.push_back("dispatch=layer: one expert's zone cuts the whole layer; the ratio is an outcome");
  return notes;
}

std::vector<double> RoutedPress::meanProbs(const std::vector<float>& probs, int experts, std::vector<float>& tokenMean) {
  std::vector<double> mean(size_t(experts), 0);
  for (size_t t = 0; t < tokenMean.size(); ++t) {
    float total = 0;
    for (int e = 0; e < experts; ++e) {
      const float p = probs[t * size_t(experts) + size_t(e)];
      mean[size_t(e)] += p;
      total += p;
    }
    tokenMean[t] = total / float(experts);
  }
  return mean;
}

void RoutedPress::keepByLayer(const LayerTrace& t, const Routing& routing, LayerKeep& layer) const {
  const HeadShape& shape = m_run.shape;
  const int experts = int(m_experts.size());
  std::vector<float> tokenMean(static_cast<size_t>(t.tokens)), probs = routing.probs;
  if (probs.empty()) {
    probs = layerLogits(t);
    softmaxRows(probs.data(), t.tokens, experts);
  }
  const std::vector<double> mean = meanProbs(probs, experts, tokenMean);
  const auto dominant = int(std::max_element(mean.begin(), mean.end()) - mean.begin());
  std::vector<bool> kept(size_t(t.tokens), false);
  if (dominant % 4 == 3) {
    const auto count = int64_t(double(t.tokens) * (1 - m_ratio * m_split));
    std::vector<int32_t> chosen(static_cast<size_t>(count));
    if (count > 0) kernels::selectTop(tokenMean.data(), t.tokens, count, chosen.data());
    for (const int32_t i : chosen) kept[size_t(i)] = true;
  } else {
    markZone(dominant % 4, t.tokens, kept);
  }
  HeadKeep routed;
  routed.kind = HeadKind::Routed;
  for (int64_t i = 0; i < t.tokens; ++i) {
    if (kept[size_t(i)]) routed.positions.push_back(int32_t(i));
  }
  if (routed.positions.empty()) routed.positions.push_back(int32_t(t.tokens - 1));  // a head without any key has no attention
  for (int h = 0; h < shape.kvHeads; ++h) {
    const bool streams = m_streamIndex[size_t(t.layer * shape.kvHeads + h)] >= 0;
    layer.heads.push_back(streams ? streamingHead(t.tokens, m_budget.sink, m_budget.recent) : routed);
  }
}

LayerKeep RoutedPress::keep(const LayerTrace& t) {
  LayerKeep layer;
  const Routing routing = route(t);
  if (m_layerDispatch) {
    keepByLayer(t, routing, layer);
  } else {
    keepByToken(t, routing, layer);
  }
  layer.hasExperts = true;
  layer.balance = balanceOf(t.layer, routing);
  for (int e = 0; e < routing.experts; ++e) {
    const auto s = size_t(e);
    ExpertMetrics m;
    m.layer = t.layer;
    m.expert = e;
    m.policy = m_experts[s];
    m.bias = routing.bias[s];
    m.weight = routing.weight[s];
    m.tokens = routing.tokens[s];
    m.dropped = routing.dropped[s];
    m.displaced = routing.displaced[s];
    m.load = routing.load[s];
    layer.experts.push_back(std::move(m));
  }
  if (m_expertRouter) tellKept(routing, layer);
  account(layer, t.layer);
  return layer;
}

/// A cache-aware router learns what the layer's dominant expert left of the cache, as a mean over heads.
void RoutedPress::tellKept(const Routing& routing, const LayerKeep& layer) {
  const auto dominant = std::max_element(routing.tokens.begin(), routing.tokens.end()) - routing.tokens.begin();
  int64_t kept = 0;
  for (const HeadKeep& head : layer.heads) kept += int64_t(head.positions.size());
  m_expertRouter->keptTokens(int(dominant), kept / int64_t(layer.heads.size()));
}

}  // namespace presslab
