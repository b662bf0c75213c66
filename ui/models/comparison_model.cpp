// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/comparison_model.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/api/press_info.h"

namespace presslab {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

QString text(const std::string& s) { return QString::fromStdString(s); }

QString provenanceLine(const Comparison& c) {
  const Stamp& s = c.stamp;
  QStringList parts{QStringLiteral("PressLab %1 %2").arg(text(s.version), text(s.commit).left(10)).trimmed(), text(s.modelName)};
  parts << QCoreApplication::translate("Provenance", "%1 context tokens").arg(c.contextTokens)
        << text(s.device == s.backend ? s.device : s.device + " " + s.backend).trimmed()
        << QCoreApplication::translate("Provenance", "%1 threads").arg(s.threads) << text(s.precision) << text(s.time) << text(c.id);
  parts.removeAll(QString());
  return parts.join(QStringLiteral(" · "));
}

void replaceLayer(std::vector<HeadMetrics>& all, const RunEvent& e) {
  std::erase_if(all, [&](const HeadMetrics& h) { return h.layer == e.layer; });
  all.insert(all.end(), e.heads.begin(), e.heads.end());
}

}  // namespace

double Lane::medianMs() const {
  std::vector<double> ms;
  for (double v : tokenMs)
    if (v > 0) ms.push_back(v);
  if (ms.empty()) return kNaN;
  const auto middle = ms.begin() + long(ms.size() / 2);
  std::nth_element(ms.begin(), middle, ms.end());
  return *middle;
}

int firstDifference(const Lane& baseline, const Lane& lane) {
  const size_t n = std::min(baseline.ids.size(), lane.ids.size());
  for (size_t i = 0; i < n; ++i)
    if (baseline.ids[i] != lane.ids[i]) return int(i);
  return -1;
}

double sameTokens(const Lane& baseline, const Lane& lane) {
  const size_t n = std::min(baseline.ids.size(), lane.ids.size());
  if (n == 0) return kNaN;
  size_t same = 0;
  for (size_t i = 0; i < n; ++i) same += baseline.ids[i] == lane.ids[i];
  return double(same) / double(n);
}

QString methodLabel(const QString& spec) {
  QStringList titles;
  for (const QString& part : spec.split(QLatin1Char('+'))) {
    const std::string id = part.section(QLatin1Char('('), 0, 0).trimmed().toStdString();
    const PressInfo* info = findPress(id);
    titles << (info ? QCoreApplication::translate("PressTable", std::string(info->title).c_str()) : part);
  }
  return titles.join(QStringLiteral(" + "));
}

void ComparisonModel::touchAll() { m_data.prefillRev = m_data.tokenRev = m_data.resultRev = ++m_rev; }

QString shortName(const QString& spec) {
  QStringList ids;
  for (const QString& part : spec.split(QLatin1Char('+'))) ids << part.section(QLatin1Char('('), 0, 0).trimmed();
  return ids.join(QLatin1Char('+'));
}

void ComparisonModel::begin(const std::vector<std::string>& methods, int newTokens) {
  std::vector<Lane> old = std::move(m_data.lanes);
  const int layers = m_data.layers;
  m_data = {};
  m_data.layers = layers;
  m_data.newTokens = newTokens;
  touchAll();
  bool same = old.size() == methods.size();
  for (size_t i = 0; i < methods.size(); ++i) {
    Lane lane;
    lane.method = text(methods[i]);
    lane.label = methodLabel(lane.method);
    if (i < old.size() && old[i].method == lane.method) {
      lane.ghost = old[i].ghost;
      lane.hasGhost = old[i].hasGhost;
    }
    same = same && old[i].label == lane.label;
    m_data.lanes.push_back(std::move(lane));
  }
  if (!same) Q_EMIT lanesChanged();
}

Lane* ComparisonModel::lane(int index) { return index >= 0 && size_t(index) < m_data.lanes.size() ? &m_data.lanes[size_t(index)] : nullptr; }

void ComparisonModel::apply(const RunEvent& e) {
  if (e.kind == EventKind::RunFinished && e.comparison) return setComparison(e.comparison);
  if (e.kind == EventKind::RunStarted && e.comparison) {
    m_data.contextTokens = e.comparison->contextTokens;
    m_data.layers = e.comparison->stamp.layers;
    m_data.race = e.comparison->mode == "race";
    return touchAll();
  }
  if (e.method < 0) return applyToRun(e);
  Lane* l = lane(e.method);
  if (!l) return;
  if (e.kind == EventKind::Note) {
    l->notes << text(e.text);
    return;
  }
  l->started = true;
  switch (e.kind) {
    case EventKind::PhaseStarted:
      if (e.phase == Phase::Prefill) {
        l->memory.clear();
        l->heads.clear();
        l->experts.clear();
      }
      if (e.phase == Phase::Prefill || e.phase == Phase::Decode) {  // also of every later repeat
        l->tokenMs.clear();
        l->ids.clear();
        l->pieces.clear();
      }
      if (e.phase == Phase::Prefill || e.phase == Phase::Decode) m_data.prefillRev = m_data.tokenRev = ++m_rev;
      if (e.phase == Phase::Prefill) l->decoding = false;
      if (e.phase == Phase::Decode) l->decoding = true;
      l->measuring = e.phase == Phase::Quality || e.phase == Phase::Attention;
      l->phase = e.phase;
      l->progress = 0;
      l->etaSeconds = -1;
      break;
    case EventKind::PhaseProgress:
      l->phase = e.phase;
      l->progress = e.progress;
      l->etaSeconds = e.etaSeconds;
      break;
    case EventKind::PhaseFinished:
      l->progress = 1;
      if (e.phase == Phase::Quality || e.phase == Phase::Attention) l->measuring = false;
      break;
    case EventKind::LayerAppended:
    case EventKind::LayerDone:
      m_data.prefillRev = m_data.tokenRev = ++m_rev;
      m_data.layers = std::max(m_data.layers, e.layer + 1);
      l->kvBytes = e.kvBytes;
      l->device = e.device;
      l->kvBytesPeak = std::max(l->kvBytesPeak, e.kvBytes);
      l->memory.push_back({e.layer, -1, e.kvBytes, 0});
      if (!e.heads.empty()) replaceLayer(l->heads, e);
      if (!e.experts.empty()) {
        std::erase_if(l->experts, [&](const ExpertMetrics& x) { return x.layer == e.layer; });
        l->experts.insert(l->experts.end(), e.experts.begin(), e.experts.end());
      }
      break;
    case EventKind::Token:
      m_data.tokenRev = ++m_rev;
      l->kvBytes = e.kvBytes;
      l->device = e.device;
      l->memory.push_back({-1, e.step, e.kvBytes, 0});
      l->ids.push_back(e.tokenId);
      l->pieces.push_back(e.text);
      l->tokenMs.push_back(e.ms);
      if (e.boundMs > 0) l->boundMs = e.boundMs;
      break;
    case EventKind::MethodFinished:
      touchAll();
      if (e.result) fill(*l, e.result);
      break;
    default:
      break;
  }
}

// Tokenising, calibration, attention and export belong to no lane.
void ComparisonModel::applyToRun(const RunEvent& e) {
  if (e.kind == EventKind::Note) m_data.notes << text(e.text);
  if (e.kind == EventKind::PhaseStarted || e.kind == EventKind::PhaseProgress) {
    m_data.runPhase = int(e.phase);
    m_data.runProgress = e.kind == EventKind::PhaseStarted ? 0 : e.progress;
  }
  if (e.kind == EventKind::PhaseFinished) m_data.runPhase = -1;
}

void ComparisonModel::fill(Lane& l, std::shared_ptr<const MethodMetrics> r) {
  l.started = l.finished = true;
  l.cancelled = r->cancelled;
  l.error = text(r->error);
  l.notes.clear();
  for (const std::string& note : r->notes) l.notes << text(note);
  l.progress = 1;
  l.kvBytes = r->kvBytesEnd > 0 ? r->kvBytesEnd : r->kvBytes;
  l.kvBytesPeak = r->kvBytesPeak;
  l.device = r->device;
  l.kvBytesFull = r->kvBytesFull;
  if (r->boundMs > 0) l.boundMs = r->boundMs;
  if (!r->memory.empty()) l.memory = r->memory;
  if (!r->decodeMs.empty()) {  // the first token comes out of the prompt pass and has no time of its own
    l.tokenMs.assign(1, 0.0);
    l.tokenMs.insert(l.tokenMs.end(), r->decodeMs.begin(), r->decodeMs.end());
  }
  if (!r->ids.empty()) {
    l.ids = r->ids;
    l.pieces = r->pieces;
  }
  l.eosAt = r->eosAt;
  if (!r->heads.empty()) l.heads = r->heads;
  if (!r->experts.empty()) l.experts = r->experts;
  l.balance = r->balance;
  l.measuring = false;
  l.result = std::move(r);
}

void ComparisonModel::setComparison(std::shared_ptr<const Comparison> comparison) {
  const size_t n = comparison->methods.size();
  m_data.race = comparison->mode == "race";
  const bool shapeChanged = n > m_data.lanes.size();
  m_data.lanes.resize(std::max(n, m_data.lanes.size()));
  for (size_t i = 0; i < n; ++i) {
    auto result = std::shared_ptr<const MethodMetrics>(comparison, &comparison->methods[i]);
    Lane& l = m_data.lanes[i];
    if (l.method.isEmpty()) {
      l.method = text(result->method);
      l.label = methodLabel(l.method);
    }
    fill(l, result);
  }
  m_data.provenance = provenanceLine(*comparison);
  m_data.contextTokens = comparison->contextTokens;
  m_data.layers = std::max(m_data.layers, comparison->stamp.layers);
  m_data.comparison = std::move(comparison);
  m_data.runPhase = -1;
  touchAll();
  if (shapeChanged) Q_EMIT lanesChanged();
}

void ComparisonModel::setPredictions(const std::vector<Prediction>& predictions) {
  for (size_t i = 0; i < predictions.size() && i < m_data.lanes.size(); ++i) {
    m_data.lanes[i].ghost = predictions[i];
    m_data.lanes[i].hasGhost = true;
  }
  touchAll();
}

void ComparisonModel::markCancelled() {
  for (Lane& l : m_data.lanes)
    if (l.started && !l.finished) l.cancelled = true;
}

void ComparisonModel::relabel() {
  for (Lane& l : m_data.lanes) l.label = methodLabel(l.method);
  if (m_data.comparison) m_data.provenance = provenanceLine(*m_data.comparison);
  touchAll();
  Q_EMIT lanesChanged();
}

}  // namespace presslab
