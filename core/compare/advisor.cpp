// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/advisor.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/api/error.h"
#include "core/compare/match.h"
#include "core/engine/backend.h"
#include "core/methods/bind_args.h"

namespace presslab {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMega = 1e6;

std::string shortest(double x) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, x).ptr;
  return std::string(text, end);
}

/// The press of a spec that is one step, with arguments replaced. Throws Failure(BadInput) where it has no such argument.
std::string withArguments(const std::string& spec, const std::vector<std::pair<std::string, std::string>>& arguments) {
  const std::vector<SpecNode> nodes = parseSpec(spec);
  if (nodes.size() != 1) badInput("\"" + spec + "\" is a sequence");
  BoundStep step = bindStep(nodes[0]);
  for (const auto& [key, value] : arguments) {
    const auto has = [&](const ParamSpec& p) { return p.key == key; };
    if (std::none_of(step.row->info.params.begin(), step.row->info.params.end(), has)) badInput(std::string(step.row->info.id) + " has no " + key);
    step.args.set(key, value, true);
  }
  if (!step.inner.empty()) badInput("\"" + spec + "\" is a wrapper");
  return canonicalPressSpec(specText(step.row->info, step.args));
}

std::string idOf(const std::string& spec) { return spec.substr(0, spec.find('(')); }

double argument(const std::string& spec, std::string_view key) {
  const std::vector<SpecNode> nodes = parseSpec(spec);
  if (nodes.size() != 1) return kNaN;
  const BoundStep step = bindStep(nodes[0]);
  for (const ParamSpec& p : step.row->info.params)
    if (p.key == key) return step.args.number(key);
  return kNaN;
}

bool timed(const MethodMetrics& m) { return !m.failed && !m.cancelled && m.decodeP50Ms > 0; }

class Advisor {
 public:
  Advisor(const AdviceRequest& request, const AdviceFacts& facts) : m_request(request), m_facts(facts) {}
  AdviceList list();

 private:
  Advice start(Complaint, AdviceKind, double value, const std::string& method) const;
  void fill(Advice&, int64_t tokens) const;
  void fillModel(Advice&, const ModelInfo&) const;
  void add(Complaint, AdviceKind, double value, const std::function<std::string()>& method, bool guide = false);
  void addContext(Complaint, int64_t tokens, bool guide);
  void addModels(Complaint, bool guide);
  void addDevice(bool guide);
  void addFlash();
  void memory();
  void speed();
  void quality();
  void tips();
  void judge(Advice&) const;
  const MethodMetrics* lane(const std::string& method) const;

  const AdviceRequest& m_request;
  const AdviceFacts& m_facts;
  std::string m_method;
  double m_ratio = 0;
  int64_t m_tokens = 0;
  MsLaw m_law;
  AdviceList m_list;
};

const MethodMetrics* Advisor::lane(const std::string& method) const {
  if (!m_request.run) return nullptr;
  for (const MethodMetrics& m : m_request.run->methods)
    if (m.method == method && !m.failed) return &m;
  return nullptr;
}

Advice Advisor::start(Complaint complaint, AdviceKind kind, double value, const std::string& method) const {
  Advice a;
  a.complaint = complaint;
  a.kind = kind;
  a.value = value;
  a.method = method;
  return a;
}

/// Bytes, milliseconds and quality as far as this run knows them, of a change on the loaded model.
void Advisor::fill(Advice& a, int64_t tokens) const {
  const Prediction p = m_facts.predict(a.method, tokens);
  a.weightBytes = m_facts.weightBytes;
  a.error = p.error;
  if (!p.error.empty()) return;
  a.kvBytes = p.kvBytes;
  a.kvBytesPeak = p.kvBytesPeak;
  a.law = m_law.kind;
  if (a.law != TimeLaw::None) a.ms = m_law.at(a.weightBytes + a.kvBytes);
  a.canMeasure = true;
  if (tokens != m_tokens) return;
  if (const MethodMetrics* m = lane(a.method); m && m->quality.measured) a.quality = m->quality;
}

/// The same spec on another model, from the facts of its header.
void Advisor::fillModel(Advice& a, const ModelInfo& info) const {
  a.model = info.path;
  a.modelName = info.name;
  a.weightBytes = info.weightBytes;
  RunContext run;
  run.shape = shapeOf(info);
  run.tokens = m_tokens;
  try {
    if (m_tokens > info.contextLength) badInput("the model has " + std::to_string(info.contextLength) + " positions");
    const int64_t row = 2 * kvRowBytes(m_facts.kv, info.headDim), full = row * run.shape.headTokens(m_tokens);
    a.kvBytes = row * makePress(a.method)->predictKept(run);
    a.kvBytesPeak = a.kvBytes * (info.layers - 1) / info.layers + full / info.layers;
  } catch (const Failure& e) {
    a.error = e.what();
    return;
  }
  // A line through lanes of one model says nothing of another's weights; the share of the bandwidth does.
  const MethodMetrics* m = lane(m_method);
  if (!m || !timed(*m) || m_request.run->mode == "race") return;
  a.law = TimeLaw::Bandwidth;
  a.ms = m->decodeP50Ms * double(a.weightBytes + a.kvBytes) / double(m_facts.weightBytes + m->kvBytes);
}

void Advisor::add(Complaint complaint, AdviceKind kind, double value, const std::function<std::string()>& method, bool guide) {
  Advice a = start(complaint, kind, value, m_method);
  a.guide = guide;
  try {
    a.method = method();
    if (a.method == m_method && !guide) return;
    fill(a, m_tokens);
  } catch (const Failure& e) {
    a.error = e.what();
    if (!guide) return;  // a knob that this press does not have is no advice
  }
  judge(a);
  m_list.advice.push_back(std::move(a));
}

void Advisor::addContext(Complaint complaint, int64_t tokens, bool guide) {
  if (tokens < 16 || (tokens >= m_tokens && !guide)) return;
  Advice a = start(complaint, AdviceKind::Context, double(tokens), m_method);
  a.guide = guide;
  fill(a, tokens);
  a.canMeasure = a.canMeasure && m_request.spec.prompt.contextTokens.has_value();
  judge(a);
  m_list.advice.push_back(std::move(a));
}

/// The next smaller models among those found, at most two; for the guide's tip one, which may be missing.
void Advisor::addModels(Complaint complaint, bool guide) {
  std::vector<const ModelInfo*> smaller;
  for (const ModelInfo& info : m_facts.models)
    if (info.weightBytes < m_facts.model.weightBytes && info.layers > 0) smaller.push_back(&info);
  std::sort(smaller.begin(), smaller.end(), [](const ModelInfo* a, const ModelInfo* b) { return a->weightBytes > b->weightBytes; });
  if (smaller.size() > (guide ? 1u : 2u)) smaller.resize(guide ? 1 : 2);
  if (smaller.empty() && guide) smaller.push_back(nullptr);
  for (const ModelInfo* info : smaller) {
    Advice a = start(complaint, AdviceKind::Model, 0, m_method);
    a.guide = guide;
    if (info)
      fillModel(a, *info);
    else
      a.error = "no smaller model is found on this machine";
    judge(a);
    m_list.advice.push_back(std::move(a));
  }
}

void Advisor::addDevice(bool guide) {
  const auto gpu = std::find_if(m_facts.devices.begin(), m_facts.devices.end(), [](const std::string& d) { return d.rfind("cuda", 0) == 0; });
  if (gpu == m_facts.devices.end() && !guide) return;
  Advice a = start(Complaint::Speed, AdviceKind::Device, 0, m_method);
  a.guide = guide;
  fill(a, m_tokens);
  a.canMeasure = false;
  a.law = TimeLaw::None;  // its bandwidth is not measured here
  a.ms = kNaN;
  a.quality = {};
  if (gpu == m_facts.devices.end())
    a.error = "no GPU is found on this machine";
  else
    a.device = *gpu;
  judge(a);
  m_list.advice.push_back(std::move(a));
}

void Advisor::addFlash() {
  Advice a = start(Complaint::Speed, AdviceKind::Attention, 0, m_method);
  a.guide = true;
  fill(a, m_tokens);
  a.canMeasure = false;
  judge(a);
  m_list.advice.push_back(std::move(a));
}

/// What the change does for its complaint, as far as arithmetic can say.
void Advisor::judge(Advice& a) const {
  const Advice& now = m_list.now;
  if (a.kind == AdviceKind::Attention) {
    a.verdict = m_request.spec.model.attention == "flash" ? AdviceVerdict::AlreadySo : AdviceVerdict::Measure;
  } else if (!a.error.empty()) {
    a.verdict = AdviceVerdict::NotHere;
  } else if (a.kind == AdviceKind::Device) {
    a.verdict = m_request.spec.model.device == a.device ? AdviceVerdict::AlreadySo : AdviceVerdict::Measure;
  } else if (a.kind == AdviceKind::Context ? int64_t(a.value) == m_tokens : a.kind != AdviceKind::Model && a.method == m_method) {
    a.verdict = AdviceVerdict::AlreadySo;
  } else if (a.complaint == Complaint::Memory) {
    const int64_t then = a.kvBytesPeak + a.weightBytes, was = now.kvBytesPeak + now.weightBytes;
    a.verdict = then < was ? AdviceVerdict::Helps : then > was ? AdviceVerdict::Hurts : AdviceVerdict::NoEffect;
  } else if (a.complaint == Complaint::Speed) {
    const int64_t then = a.kvBytes + a.weightBytes, was = now.kvBytes + now.weightBytes;
    a.verdict = then < was ? AdviceVerdict::Helps : then > was ? AdviceVerdict::Hurts : AdviceVerdict::NoEffect;
  } else if (a.quality.measured && now.quality.measured) {
    const double then = a.quality.kldMean, was = now.quality.kldMean;
    a.verdict = then < was ? AdviceVerdict::Helps : then > was ? AdviceVerdict::Hurts : AdviceVerdict::NoEffect;
  } else {
    a.verdict = AdviceVerdict::Measure;
  }
}

void Advisor::memory() {
  for (const double step : {.1, .2}) {
    const double ratio = std::round((m_ratio + step) * 20) / 20;
    if (ratio <= .95) add(Complaint::Memory, AdviceKind::Ratio, ratio, [&] { return canonicalPressSpec(withRatio(m_method, ratio)); });
  }
  if (idOf(m_method) == "none") add(Complaint::Memory, AdviceKind::Press, .5, [] { return canonicalPressSpec("eplb_duo(ratio=0.5)"); });
  if (m_tokens > m_list.contextLimit) addContext(Complaint::Memory, m_list.contextLimit, false);
  addContext(Complaint::Memory, std::min(m_tokens / 2, m_list.contextLimit), false);
  addModels(Complaint::Memory, false);
}

void Advisor::speed() {
  addDevice(false);
  const double ratio = std::round((m_ratio + .2) * 20) / 20;
  if (ratio <= .95) add(Complaint::Speed, AdviceKind::Ratio, ratio, [&] { return canonicalPressSpec(withRatio(m_method, ratio)); });
  if (idOf(m_method) == "none") add(Complaint::Speed, AdviceKind::Press, .5, [] { return canonicalPressSpec("eplb_duo(ratio=0.5)"); });
  addContext(Complaint::Speed, m_tokens / 2, false);
  addModels(Complaint::Speed, false);
}

void Advisor::quality() {
  for (const double step : {.1, .2}) {
    const double ratio = std::round((m_ratio - step) * 20) / 20;
    if (ratio >= .05) add(Complaint::Quality, AdviceKind::Ratio, ratio, [&] { return canonicalPressSpec(withRatio(m_method, ratio)); });
  }
  const std::string id = idOf(m_method), ratio = shortest(m_ratio);
  if (id == "none") return;
  if (id == "eplb_duo") add(Complaint::Quality, AdviceKind::Split, 1, [&] { return withArguments(m_method, {{"split", "1"}}); });
  for (const int experts : {5, 8}) {
    add(Complaint::Quality, AdviceKind::Experts, experts, [&] { return withArguments(m_method, {{"num_experts", std::to_string(experts)}}); });
  }
  for (const char* other : {"eplb_duo", "eplb", "expected_attention"}) {
    if (id != other)
      add(Complaint::Quality, AdviceKind::Press, m_ratio, [&] { return canonicalPressSpec(std::string(other) + "(ratio=" + ratio + ")"); });
  }
}

/// The guide's "Troubleshooting", word for word.
void Advisor::tips() {
  const auto ratio = [this](double r) { return [this, r] { return canonicalPressSpec(withRatio(m_method, r)); }; };
  add(Complaint::Memory, AdviceKind::Ratio, .2, ratio(.2), true);
  add(
      Complaint::Memory, AdviceKind::Experts, 2,
      [this] {
        return withArguments(m_method, {{"num_experts", "2"}, {"top_k", "2"}});
      },
      true);
  addModels(Complaint::Memory, true);
  addDevice(true);
  addFlash();
  addContext(Complaint::Speed, 500, true);
  add(Complaint::Quality, AdviceKind::Ratio, .3, ratio(.3), true);
  add(
      Complaint::Quality, AdviceKind::Split, .6,
      [this] {
        return withArguments(m_method, {{"split", "0.6"}});
      },
      true);
}

AdviceList Advisor::list() {
  m_method = canonicalPressSpec(m_request.method);
  m_ratio = makePress(m_method)->ratio();
  if (const double written = argument(m_method, "head_ratio"); written > 0) m_ratio = written;
  const Comparison* run = m_request.run.get();
  m_tokens = run ? run->contextTokens : int64_t(m_request.spec.prompt.contextTokens.value_or(0));
  const int64_t question = run && run->questionTokens > 0 ? run->questionTokens : 64;
  m_list.contextTokens = m_tokens;
  m_list.contextLimit = m_facts.model.contextLength - question - m_request.spec.maxNewTokens;
  if (m_tokens < 1) badInput("run a comparison first: the length of the prompt is not known");
  if (run) m_law = msLawOf(*run, m_method);
  m_list.law = m_law.kind;
  m_list.lanes = m_law.lanes;
  m_list.baseMs = m_law.baseMs;
  m_list.msPerMb = m_law.msPerByte * kMega;
  m_list.now = start(Complaint::Memory, AdviceKind::Press, m_ratio, m_method);
  fill(m_list.now, m_tokens);
  if (const MethodMetrics* m = lane(m_method); m && timed(*m) && run->mode != "race") m_list.now.ms = m->decodeP50Ms;  // measured, not a law
  const bool broke = !m_request.failure.empty() || !m_list.now.error.empty();
  const bool off = m_list.now.quality.measured && m_list.now.quality.top1Agree < .93;  // below the guide's own band
  m_list.suggested = broke ? Complaint::Memory : off ? Complaint::Quality : Complaint::Speed;
  memory();
  speed();
  quality();
  tips();
  return std::move(m_list);
}

}  // namespace

MsLaw msLawOf(const Comparison& run, const std::string& method) {
  MsLaw law;
  if (run.mode == "race") return law;
  std::vector<std::pair<double, double>> points;  // bytes, ms
  const MethodMetrics* own = nullptr;
  for (const MethodMetrics& m : run.methods) {
    if (!timed(m)) continue;
    points.emplace_back(double(run.stamp.weightBytes + m.kvBytes), m.decodeP50Ms);
    if (!own || m.method == method) own = &m;
  }
  if (!own) return law;
  const auto [low, high] = std::minmax_element(points.begin(), points.end());
  if (high->first > 1.01 * low->first) {
    double x = 0, y = 0, xx = 0, xy = 0;
    for (const auto& [bytes, ms] : points) {
      x += bytes / double(points.size());
      y += ms / double(points.size());
    }
    for (const auto& [bytes, ms] : points) {
      xx += (bytes - x) * (bytes - x);
      xy += (bytes - x) * (ms - y);
    }
    // A line that falls, or that would take less than no time for no bytes, is the machine's unrest and no law.
    const double slope = xy / xx, base = y - slope * x;
    if (slope > 0 && base >= 0) return {TimeLaw::Line, int(points.size()), base, slope};
  }
  return {TimeLaw::Bandwidth, 1, 0, own->decodeP50Ms / double(run.stamp.weightBytes + own->kvBytes)};
}

AdviceList advise(const AdviceRequest& request, const AdviceFacts& facts) {
  try {
    return Advisor(request, facts).list();
  } catch (const std::exception& e) {
    AdviceList none;
    none.error = e.what();
    return none;
  }
}

}  // namespace presslab
