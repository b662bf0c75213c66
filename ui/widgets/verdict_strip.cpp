// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/verdict_strip.h"

#include <QHBoxLayout>
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/figure.h"

namespace presslab {
namespace {

bool usable(const Lane& l) { return l.result && !l.result->failed && !l.result->cancelled && l.result->kvBytes > 0; }

// The lane that the verdict is about: eplb_duo where there is one, else the compressed lane of the least loss.
size_t subjectOf(const ChartData& data) {
  size_t best = 0;
  for (size_t i = 1; i < data.lanes.size(); ++i) {
    if (!usable(data.lanes[i])) continue;
    if (shortName(data.lanes[i].method) == QLatin1String("eplb_duo")) return i;
    if (best == 0 || data.lanes[i].result->quality.kldMean < data.lanes[best].result->quality.kldMean) best = i;
  }
  return best;
}

// What it is held against: duo, else the first other compressed lane, else the baseline.
size_t referenceOf(const ChartData& data, size_t subject) {
  size_t reference = 0;
  for (size_t i = 1; i < data.lanes.size(); ++i) {
    if (i == subject || !usable(data.lanes[i])) continue;
    if (shortName(data.lanes[i].method) == QLatin1String("duo")) return i;
    if (reference == 0) reference = i;
  }
  return reference;
}

const QString kDash = QStringLiteral("–");

}  // namespace

VerdictStrip::VerdictStrip(QWidget* parent)
    : QFrame(parent), m_loss(new Figure), m_memory(new Figure), m_speed(new Figure), m_sentence(new ElidedLabel) {
  setObjectName(QStringLiteral("verdict"));
  setProperty("card", true);
  m_sentence->setProperty("muted", true);
  m_sentence->setFont(chartFont(8.5));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(6, 2, 8, 2);
  row->setSpacing(14);
  for (Figure* f : {m_loss, m_memory, m_speed}) {
    f->setValueSize(14);
    row->addWidget(f);
  }
  row->addWidget(m_sentence, 1);
  connect(m_loss, &Figure::clicked, this, [this] { Q_EMIT figureChosen(QStringLiteral("quality")); });
  connect(m_memory, &Figure::clicked, this, [this] {
    if (m_matchWanted)
      Q_EMIT qualityMatchWanted();
    else
      Q_EMIT figureChosen(QStringLiteral("memory"));
  });
  connect(m_speed, &Figure::clicked, this, [this] { Q_EMIT figureChosen(QStringLiteral("latency")); });
}

void VerdictStrip::refresh(const ChartData& data) {
  setAccessibleName(tr("Verdict"));
  const size_t subject = data.comparison && !data.lanes.empty() && usable(data.lanes[0]) ? subjectOf(data) : 0;
  if (subject == 0)
    unknown(data);
  else
    known(data, subject, referenceOf(data, subject));
}

void VerdictStrip::unknown(const ChartData& data) {
  double bound = 0;
  for (const Lane& l : data.lanes)
    if (l.hasGhost && l.ghost.error.empty()) bound = std::max(bound, l.ghost.boundSpeedup);
  m_matchWanted = false;
  m_loss->set(tr("Same memory: quality loss"), kDash, {}, Figure::Tone::Plain, false);
  m_memory->set(tr("Same quality: memory"), kDash, {}, Figure::Tone::Plain, false);
  m_speed->set(tr("Decode speed"), kDash, bound > 1 ? tr("bound %1×").arg(number(bound, 2)) : QString(), Figure::Tone::Plain, false);
  for (Figure* f : {m_loss, m_memory, m_speed}) f->setWhy(tr("Measured by the run."));
  const bool stopped = std::any_of(data.lanes.begin(), data.lanes.end(), [](const Lane& l) { return l.cancelled; });
  const bool running = std::any_of(data.lanes.begin(), data.lanes.end(), [](const Lane& l) { return l.started && !l.finished; });
  m_sentence->setText(stopped   ? tr("Cancelled: what was measured until then is kept.")
                      : running ? tr("Measuring: the methods run one after the other, each alone.")
                                : tr("Not measured yet. Dashed lines are what arithmetic expects; press Run to measure."));
}

void VerdictStrip::known(const ChartData& data, size_t subject, size_t reference) {
  const Lane &s = data.lanes[subject], &r = data.lanes[reference], &base = data.lanes[0];
  const QString name = shortName(s.method), other = shortName(r.method);
  const QualityMetrics &sq = s.result->quality, &rq = r.result->quality;
  if (reference > 0 && sq.measured && rq.measured && sq.kldMean > 0) {
    const double times = rq.kldMean / sq.kldMean;
    m_loss->set(tr("Quality loss against %1").arg(other),
                times >= 1 ? tr("%1× less").arg(number(times, 2)) : tr("%1× more").arg(number(1 / times, 2)),
                tr("KL %1 / %2").arg(number(sq.kldMean, 3), number(rq.kldMean, 3)), times >= 1 ? Figure::Tone::Good : Figure::Tone::Bad);
    m_loss->setWhy(tr("Mean KL divergence from the uncompressed run: %1 %2 nats, %3 %4 nats, while they hold %5 and %6 MiB.")
                       .arg(name, number(sq.kldMean, 4), other, number(rq.kldMean, 4), number(mebi(double(s.result->kvBytes)), 1),
                            number(mebi(double(r.result->kvBytes)), 1)));
  } else {
    m_loss->set(tr("Quality loss"), sq.measured ? tr("KL %1").arg(number(sq.kldMean, 3)) : kDash, {}, Figure::Tone::Plain, sq.measured);
    m_loss->setWhy(tr("Mean KL divergence from the uncompressed run, in nats."));
  }
  m_matchWanted = reference > 0 && data.comparison->match != "quality";
  if (m_matchWanted) {
    m_memory->set(tr("Same quality: memory"), tr("measure…"), {}, Figure::Tone::Plain, false);
    m_memory->setWhy(tr("At equal ratio both hold equal bytes. Click to match the methods by quality and see who needs less memory."));
  } else {
    const double against = double((reference > 0 ? r : base).result->kvBytes);
    const double saved = 100 - 100 * double(s.result->kvBytes) / against;
    m_memory->set(reference > 0 ? tr("Same quality: memory") : tr("Memory"),
                  saved >= 0 ? tr("%1 % less").arg(number(saved, 0)) : tr("%1 % more").arg(number(-saved, 0)),
                  tr("than %1").arg(reference > 0 ? other : shortName(base.method)), saved >= 0 ? Figure::Tone::Good : Figure::Tone::Bad);
    m_memory->setWhy(tr("KV bytes after the prompt: %1 against %2 MiB.").arg(number(mebi(double(s.result->kvBytes)), 2), number(mebi(against), 2)));
  }
  const double speed = base.result->decodeTokS > 0 ? s.result->decodeTokS / base.result->decodeTokS : NAN;
  const Spread& spread = s.result->decodeTokSSpread;
  const double half = spread.max > spread.min && base.result->decodeTokS > 0 ? (spread.max - spread.min) / 2 / base.result->decodeTokS : 0;
  const double bound = s.boundMs > 0 && base.boundMs > 0 ? base.boundMs / s.boundMs : s.hasGhost ? s.ghost.boundSpeedup : 0;
  m_speed->set(tr("Decode speed of %1").arg(name),
               std::isnan(speed) ? kDash
               : half > 0        ? QStringLiteral("%1× ± %2").arg(number(speed, 2), number(half, 2))
                                 : QStringLiteral("%1×").arg(number(speed, 2)),
               bound > 0 ? tr("bound %1×").arg(number(bound, 2)) : QString(), speed >= 1 ? Figure::Tone::Good : Figure::Tone::Bad);
  if (std::isnan(speed))
    m_speed->setWhy(tr("Not measured: in a race the lanes take turns and their times are not comparable. Run timed to measure."));
  else
    m_speed->setWhy(tr("%1 against %2 tokens per second. The bound is the ratio of bytes that each token has to read: weights and kept cache.")
                        .arg(number(s.result->decodeTokS, 1), number(base.result->decodeTokS, 1)));
  const double less = 100 - 100 * double(s.result->kvBytes) / double(base.result->kvBytes);
  m_sentence->setText(tr("%1 context tokens · %2 holds %3 % less than uncompressed")
                          .arg(QLocale().toString(qlonglong(data.comparison->contextTokens)), name, number(less, 0)));
}

}  // namespace presslab
