// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/what_if.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <new>
#include <numeric>
#include <set>

#include "core/compare/lane_metrics.h"
#include "core/methods/bind_args.h"
#include "core/routed/budget.h"
#include "core/routed/routed_press.h"

namespace presslab {
namespace {

struct Window {
  int64_t sink = 16, recent = 112;
};

/// The bound arguments of a spec that is one step of the family, nothing for other specs.
std::optional<BoundStep> familyStep(const std::string& spec) {
  const std::vector<SpecNode> nodes = parseSpec(spec);
  if (nodes.size() != 1) return std::nullopt;
  BoundStep step = bindStep(nodes[0]);
  if (step.row != &kDuoRow && step.row != &kEplbRow && step.row != &kEplbDuoRow) return std::nullopt;
  return step;
}

/// The shortest window among the heads that stream; where none does, the one the spec names, shrunk like the family's where it covers the prompt.
Window windowOf(const std::vector<LayerKeep>& layers, const std::optional<BoundStep>& step, int64_t tokens) {
  std::optional<Window> found;
  for (const LayerKeep& layer : layers)
    for (const HeadKeep& h : layer.heads)
      if (h.ring && (!found || h.recent < found->recent)) found = Window{h.sink, h.recent};
  if (found) return *found;
  Window w;
  if (step) w = {step->args.integer("sink"), step->args.integer("recent")};
  if (w.sink + w.recent < tokens) return w;
  const int64_t sink = std::min<int64_t>(4, tokens / 8);
  return {sink, std::max<int64_t>(1, tokens / 3 - sink)};
}

/// The same spec under every way of load balance; only itself where it has none.
std::vector<std::string> balanceVariants(const std::string& spec) {
  std::vector<std::string> all{spec};
  const std::optional<BoundStep> step = familyStep(spec);
  if (!step || step->row == &kDuoRow) return all;
  for (const char* balance : {"off", "upstream", "integral"}) {
    PressArgs args = step->args;
    args.set("balance", balance, true);
    const std::string text = specText(step->row->info, args);
    if (text != spec) all.push_back(text);
  }
  return all;
}

/// Scores that order the heads, and where they come from.
void fillScores(WhatIfAnswer& a, const std::optional<BoundStep>& step, const RunContext& run) {
  const HeadShape pressed = run.shape.pressed();
  const auto heads = size_t(pressed.heads());
  std::string order = "stream_err", file;
  if (step && step->row != &kEplbRow) order = step->args.text("order");
  if (step) file = step->args.text("calibration");
  if (order.rfind("tsv:", 0) == 0) {
    a.scores = readHeadPattern(order.substr(4), run.shape.layers, run.shape.kvHeads).values;
    a.scoreSource = "pattern file";
    return;
  }
  if (order != "stream_err" || file == "none") return;
  std::optional<Pattern> own;
  if (!file.empty()) own = readPattern(file, pressed, run.pattern ? run.pattern->fingerprint : std::string());
  const Pattern* pattern = own ? &*own : run.pattern;
  if (!pattern || pattern->streamErr.size() != heads * 4) return;
  const auto from = pattern->streamErr.begin() + std::ptrdiff_t(size_t(nearestWindow(a.sink, a.recent)) * heads);
  auto next = from;
  a.scores.assign(size_t(run.shape.heads()), 0);  // layers that presses leave alone have none
  for (int id = 0; id < run.shape.heads(); ++id)
    if (!run.shape.isBounded(id / run.shape.kvHeads)) a.scores[size_t(id)] = *next++;
  a.scoreSource = "calibration";
}

/// duo with the streaming heads of `layers` by share, in the order of a file; nothing where a head has a window of its own or is routed.
std::string freshSpecOf(const std::vector<LayerKeep>& layers, const std::optional<BoundStep>& step, const WhatIfAnswer& a) {
  if (!step || step->row != &kDuoRow) return {};
  int64_t streams = 0, heads = 0;
  for (const LayerKeep& layer : layers)
    for (const HeadKeep& h : layer.heads) {
      if (h.ring && (h.sink != a.sink || h.recent != a.recent)) return {};
      streams += h.ring ? 1 : 0;
      ++heads;
    }
  char share[32];
  const auto end = std::to_chars(share, share + sizeof share, double(streams) / double(heads)).ptr;
  return "duo(head_ratio=" + std::string(share, end) + ",sink=" + std::to_string(a.sink) + ",recent=" + std::to_string(a.recent) +
         ",order=\"tsv:%FILE%\")";
}

}  // namespace

std::vector<LayerKeep> withFlips(std::vector<LayerKeep> layers, const std::vector<HeadPlace>& flips, int64_t tokens, int64_t sink, int64_t recent,
                                 bool wholeHeads) {
  const auto stream = [&](HeadKeep& head) {
    head = {};
    head.kind = HeadKind::Streaming;
    head.ring = true;
    head.sink = sink;
    head.recent = recent;
    for (int64_t i = 0; i < tokens; ++i)
      if (i < sink || i >= tokens - recent) head.positions.push_back(int32_t(i));
  };
  if (wholeHeads)
    for (LayerKeep& layer : layers)
      for (HeadKeep& head : layer.heads)
        if (head.ring && head.recent > recent) stream(head);
  for (const HeadPlace& place : flips) {
    if (place.layer < 0 || size_t(place.layer) >= layers.size() || place.head < 0 || size_t(place.head) >= layers[size_t(place.layer)].heads.size())
      badInput("no head at layer " + std::to_string(place.layer) + ", KV head " + std::to_string(place.head));
    HeadKeep& head = layers[size_t(place.layer)].heads[size_t(place.head)];
    if (head.ring) {
      head = {};
      head.kind = HeadKind::Retrieval;
      head.positions.resize(size_t(tokens));
      std::iota(head.positions.begin(), head.positions.end(), 0);
    } else {
      stream(head);
    }
  }
  return layers;
}

RunContext WhatIf::context(const CompareSpec& spec) const {
  RunContext run;
  run.shape = m_model.backend->shape();
  run.tokens = m_session ? int64_t(m_session->prompt.context.size()) : 0;
  run.seed = spec.sampling.seed;
  if (m_session) {
    run.question = m_session->prompt.questionInContext;
    run.reread = &m_session->prompt.reread;
  }
  if (m_memory.pattern) {
    run.pattern = m_memory.pattern->pattern.get();
    run.calibration = m_memory.pattern->kind;
  }
  return run;
}

/// As a comparison does it: a calibration that cannot be had is done without.
void WhatIf::calibrate(const CompareSpec& spec, const std::vector<std::string>& specs, const std::stop_token& stop) {
  if (m_memory.pattern) return;
  const auto wants = [](const std::string& s) { return makePress(s)->wantsCalibration(); };
  if (std::none_of(specs.begin(), specs.end(), wants)) return;
  try {
    m_memory.pattern = obtainPattern(m_model, spec.noCalibrate, {}, stop);
  } catch (const Failure& e) {
    if (e.code() == ErrorCode::Cancelled) throw;
    m_memory.pattern = PatternChoice{};
  }
  m_memory.mayCalibrate = !spec.noCalibrate;
}

/// The prompt's full cache, its continuation and the plans of the comparison's methods, unless they are there already.
void WhatIf::prepare(const CompareSpec& spec, const Share& share, const std::stop_token& stop) {
  auto session = std::make_unique<Session>();
  session->newTokens = std::max(2, spec.maxNewTokens);
  session->prompt = buildPromptIds(m_model, spec.prompt, kDefaultQuestion, session->newTokens, spec.continuationFromText);
  const auto same = [](const PromptIds& a, const PromptIds& b) {
    return a.context == b.context && a.question == b.question && a.continuation == b.continuation;
  };
  if (m_session && m_session->newTokens == session->newTokens && same(m_session->prompt, session->prompt)) return;
  m_session.reset();  // two full caches would not fit where one just does
  std::vector<std::string> specs;
  for (const std::string& method : spec.methods)
    for (const std::string& variant : balanceVariants(canonicalPressSpec(method)))
      if (std::find(specs.begin(), specs.end(), variant) == specs.end()) specs.push_back(variant);
  calibrate(spec, specs, stop);
  std::vector<PressPtr> made;
  std::vector<Press*> presses;
  for (const std::string& s : specs) presses.push_back(made.emplace_back(makePress(s)).get());
  session->replay = std::make_unique<Replay>(m_model, session->prompt);
  std::vector<KeepPlan> plans = session->replay->prefill(
      presses, context(spec), [&](double x) { share(.8 * x); }, stop);
  for (size_t i = 0; i < specs.size(); ++i) session->known.push_back({specs[i], std::move(plans[i])});
  session->replay->teach(
      session->prompt.continuation, session->newTokens, [&](double x) { share(.8 + .2 * x); }, stop);
  m_session = std::move(session);
}

WhatIf::Known& WhatIf::known(const std::string& spec, const RunContext& run, const Share& share, const std::stop_token& stop) {
  const auto find = [&](const std::string& text) {
    return std::find_if(m_session->known.begin(), m_session->known.end(), [&](const Known& k) { return k.spec == text; });
  };
  if (const auto there = find(spec); there != m_session->known.end()) return *there;
  std::vector<std::string> specs;
  std::vector<PressPtr> made;
  std::vector<Press*> presses;
  for (const std::string& s : balanceVariants(spec)) {
    if (find(s) != m_session->known.end()) continue;
    specs.push_back(s);
    presses.push_back(made.emplace_back(makePress(s)).get());
  }
  std::vector<KeepPlan> plans = m_session->replay->prefill(presses, run, share, stop);
  for (size_t i = 0; i < specs.size(); ++i) m_session->known.push_back({specs[i], std::move(plans[i])});
  return *find(spec);
}

WhatIfSide WhatIf::sideOf(const std::string& spec, const std::vector<LayerKeep>& layers) const {
  const std::unique_ptr<Sequence> cut = m_session->replay->cut(layers);
  const HeadShape shape = m_model.backend->shape();
  MethodMetrics m;
  m.contextTokens = int64_t(m_session->prompt.context.size());
  m.kvBytes = cut->bytes().held;
  m.kvBytesFull = 2 * m_model.backend->kvRowBytes() * shape.headTokens(m.contextTokens);
  fillHeads(m, *cut, shape, layers);
  WhatIfSide side;
  side.method = spec;
  side.kvBytes = m.kvBytes;
  side.kvBytesFull = m.kvBytesFull;
  for (const HeadMetrics& h : m.heads) side.keptTokens += h.kept;
  side.heads = std::move(m.heads);
  side.experts = std::move(m.experts);
  side.balance = std::move(m.balance);
  return side;
}

/// One pass for the plan and for all of its heads turned around: heads do not depend on each other, so every edit is put together from the two.
void WhatIf::attend(Known& k, int64_t sink, int64_t recent, const Share& share, const std::stop_token& stop) const {
  if (!k.own.heads.empty() && k.sink == sink && k.recent == recent) return;
  std::vector<HeadPlace> every;
  for (size_t l = 0; l < k.plan.layers.size(); ++l)
    for (size_t h = 0; h < k.plan.layers[l].heads.size(); ++h) every.push_back({int(l), int(h)});
  const std::vector<LayerKeep> turned = withFlips(k.plan.layers, every, int64_t(m_session->prompt.context.size()), sink, recent, false);
  const std::span<const LayerKeep> plans[]{k.plan.layers, turned};
  std::vector<Replay::Share> shares = m_session->replay->attention(plans, share, stop);
  k.own = std::move(shares[0]);
  k.turned = std::move(shares[1]);
  k.sink = sink;
  k.recent = recent;
}

void WhatIf::fillAttention(WhatIfSide& side, const Replay::Share& own, const Replay::Share* turned, const std::vector<HeadPlace>& flips) const {
  double kept = 0, all = 0;
  const int kvHeads = m_model.backend->shape().kvHeads;
  for (HeadMetrics& h : side.heads) {
    const bool flipped = turned && std::find(flips.begin(), flips.end(), HeadPlace{h.layer, h.head}) != flips.end();
    const Replay::Share& from = flipped ? *turned : own;
    const auto i = size_t(h.layer * kvHeads + h.head);
    h.attentionKept = from.heads[i];
    kept += from.kept[i];
    all += from.all[i];
  }
  side.quality.attentionKept = all > 0 ? kept / all : -1;
}

void WhatIf::answerInto(WhatIfAnswer& a, const CompareSpec& spec, const WhatIfRequest& q, const WhatIfProgress& progress,
                        const std::stop_token& stop) {
  std::shared_ptr<const WhatIfAnswer> told;
  const auto part = [&](double from, double to) {
    return [&progress, &told, from, to](double x) {
      if (progress) progress(from + x * (to - from), told);
    };
  };
  const std::string base = canonicalPressSpec(q.base), method = q.method.empty() ? base : canonicalPressSpec(q.method);
  if (!q.modelPath.empty() && q.modelPath != m_model.file->info().path)
    badInput("this run was made with " + q.modelPath + "; load that model to replay changes on it");
  prepare(spec, part(0, .5), stop);
  a.contextTokens = int64_t(m_session->prompt.context.size());
  a.positions = m_session->newTokens - 1;
  if (!q.contextIds.empty() && q.contextIds != m_session->prompt.context)
    badInput("the prompt that is set now is not the one of this run: run it again to replay changes on it");
  calibrate(spec, {base, method}, stop);
  const RunContext run = context(spec);
  Known &own = known(base, run, part(.5, .6), stop), &other = known(method, run, part(.6, .7), stop);
  for (const Known* k : {&own, &other})
    if (!k->plan.error.empty()) badInput(k->spec + ": " + k->plan.error);
  const std::optional<BoundStep> step = familyStep(method);
  const Window window = windowOf(other.plan.layers, step, a.contextTokens);
  a.sink = window.sink;
  a.recent = window.recent;
  fillScores(a, step, run);
  const bool edited = !q.flips.empty() || q.wholeHeads;
  std::vector<LayerKeep> layers;
  if (edited) layers = withFlips(other.plan.layers, q.flips, a.contextTokens, window.sink, window.recent, q.wholeHeads);
  const std::vector<LayerKeep>& after = edited ? layers : other.plan.layers;
  a.freshSpec = freshSpecOf(after, step, a);
  a.before = own.side ? *own.side : sideOf(base, own.plan.layers);
  a.after = !edited && other.side ? *other.side : sideOf(method, after);
  if (!q.quality) {
    a.complete = true;
    return;
  }
  const auto tell = [&](double at) {
    told = std::make_shared<const WhatIfAnswer>(a);
    part(at, at)(0);
  };
  tell(.7);  // bytes first: they cost nothing; then divergence, then attention
  const bool fresh = !own.side;
  if (fresh) a.before.quality = m_session->replay->quality(own.plan.layers, part(.7, .78), stop);
  if (edited || (!other.side && &other != &own))
    a.after.quality = m_session->replay->quality(after, part(.78, .88), stop);
  else if (!other.side)
    a.after.quality = a.before.quality;
  tell(.88);
  if (fresh) {
    attend(own, window.sink, window.recent, part(.88, .93), stop);
    fillAttention(a.before, own.own, nullptr, {});
    own.side = a.before;
  }
  attend(other, window.sink, window.recent, part(.93, .97), stop);
  if (q.wholeHeads) {  // a third state of one head: not among the two that are kept
    const std::span<const LayerKeep> plan[]{after};
    fillAttention(a.after, m_session->replay->attention(plan, part(.97, 1), stop)[0], nullptr, {});
  } else {
    fillAttention(a.after, other.own, &other.turned, q.flips);
  }
  if (!edited) other.side = a.after;
  a.complete = true;
}

WhatIfAnswer WhatIf::answer(const CompareSpec& spec, const WhatIfRequest& request, const WhatIfProgress& progress, std::stop_token stop) noexcept {
  WhatIfAnswer a;
  const auto begun = std::chrono::steady_clock::now();
  try {
    answerInto(a, spec, request, progress, stop);
  } catch (const Failure& e) {
    a.cancelled = e.code() == ErrorCode::Cancelled;
    a.error = e.what();
  } catch (const std::bad_alloc&) {
    m_session.reset();
    a.error = "out of memory";
  } catch (const std::exception& e) {
    a.error = e.what();
  }
  a.ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
  return a;
}

}  // namespace presslab
