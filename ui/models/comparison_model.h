// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QObject>
#include <QString>
#include <QStringList>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/api/lab.h"
#include "core/api/metrics.h"
#include "core/api/run_event.h"

namespace presslab {

/// One method of the comparison as far as it is known: assembled from events while it runs, replaced by its result at the end.
struct Lane {
  QString method, label;
  bool started = false, finished = false, cancelled = false;
  Phase phase = Phase::Load;
  bool decoding = false, measuring = false;  // has come as far as
  double progress = 0, etaSeconds = -1;
  QString error;
  QStringList notes;
  int64_t kvBytes = 0, kvBytesPeak = 0, kvBytesFull = 0;
  DeviceMemory device;  // zeros where the memory is the process's own
  double boundMs = 0;
  std::vector<MemorySample> memory;  // in order of time: layers first, then tokens
  std::vector<double> tokenMs;       // by decoded token, repeats start again
  std::vector<int32_t> ids;
  std::vector<std::string> pieces;
  int eosAt = -1;
  std::vector<HeadMetrics> heads;
  std::vector<ExpertMetrics> experts;
  std::vector<BalanceMetrics> balance;
  std::shared_ptr<const MethodMetrics> result;
  Prediction ghost;  // what arithmetic expects, before and while it runs
  bool hasGhost = false;

  double medianMs() const;  // NaN without tokens
};

/// All that the charts draw.
struct ChartData {
  std::vector<Lane> lanes;
  std::shared_ptr<const Comparison> comparison;  // null until the run has ended
  QString provenance;                            // one line for the foot of exports
  int newTokens = 64;                            // wanted of every method
  bool race = false;                             // lanes take turns: their times are not compared
  int64_t contextTokens = 0;                     // 0: not known yet
  int layers = 0;
  int runPhase = -1;  // phase of the run as a whole, -1: none
  double runProgress = 0;
  QStringList notes;  // of the run as a whole
  // Numbers that change with the part they name; charts redraw only what has changed.
  quint64 prefillRev = 0, tokenRev = 0, resultRev = 0;
};

/// Index of the first token in which `lane` leaves the baseline, or -1.
int firstDifference(const Lane& baseline, const Lane& lane);
/// Share of equal tokens at equal places among those that both have; NaN when there are none.
double sameTokens(const Lane& baseline, const Lane& lane);
/// The ids of a press spec alone, where a title has no room.
QString shortName(const QString& spec);
/// Short title of a press spec: its press's title, or the text itself.
QString methodLabel(const QString& spec);

/// Live state of the comparison. GUI thread only; the charts read `data()` when they repaint.
class ComparisonModel : public QObject {
  Q_OBJECT
 public:
  explicit ComparisonModel(QObject* parent = nullptr) : QObject(parent) {}
  /// Empty lanes for `methods`, before a run or for predictions alone.
  void begin(const std::vector<std::string>& methods, int newTokens = 64);
  void apply(const RunEvent& event);
  void setComparison(std::shared_ptr<const Comparison> comparison);
  void setPredictions(const std::vector<Prediction>& predictions);
  void markCancelled();
  void relabel();  // after a change of language
  const ChartData& data() const { return m_data; }

 Q_SIGNALS:
  void lanesChanged();  // number or names of lanes

 private:
  Lane* lane(int index);
  void fill(Lane& lane, std::shared_ptr<const MethodMetrics> result);
  void applyToRun(const RunEvent& event);
  void touchAll();
  ChartData m_data;
  quint64 m_rev = 0;
};

}  // namespace presslab
