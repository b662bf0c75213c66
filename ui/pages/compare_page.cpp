// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/compare_page.h"

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"
#include "ui/widgets/lane_view.h"

namespace presslab {

ComparePage::ComparePage(ComparisonModel* model, QWidget* parent)
    : QWidget(parent), m_model(model), m_verdict(new QLabel), m_lanesLayout(new QHBoxLayout), m_charts(makeCharts(this)) {
  m_verdict->setObjectName(QStringLiteral("verdict"));
  m_verdict->setWordWrap(true);
  m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_verdict->setContentsMargins(6, 2, 6, 2);
  auto* lanes = new QWidget;
  m_lanesLayout->setContentsMargins(0, 0, 0, 0);
  m_lanesLayout->setSpacing(4);
  lanes->setLayout(m_lanesLayout);
  auto* scroll = new QScrollArea;  // eight lanes may be wider than the window
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setMinimumHeight(170);
  scroll->setWidget(lanes);
  auto* charts = new QWidget;
  auto* grid = new QGridLayout(charts);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(4);
  for (size_t i = 0; i < m_charts.size(); ++i) grid->addWidget(m_charts[i], int(i / 3), int(i % 3));
  for (int i = 0; i < 3; ++i) grid->setColumnStretch(i, 1);
  auto* split = new QSplitter(Qt::Vertical);
  split->addWidget(scroll);
  split->addWidget(charts);
  split->setStretchFactor(0, 2);
  split->setStretchFactor(1, 5);
  split->setChildrenCollapsible(false);
  split->setSizes({205, 440});
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(2, 2, 4, 2);
  box->setSpacing(3);
  box->addWidget(m_verdict);
  box->addWidget(split, 1);
  connect(model, &ComparisonModel::lanesChanged, this, &ComparePage::rebuildLanes);
  rebuildLanes();
}

void ComparePage::rebuildLanes() {
  const size_t wanted = m_model->data().lanes.size();
  while (m_lanes.size() > wanted) {
    delete m_lanes.back();
    m_lanes.pop_back();
  }
  while (m_lanes.size() < wanted) {
    m_lanes.push_back(new LaneView(int(m_lanes.size())));
    m_lanesLayout->addWidget(m_lanes.back(), 1);
  }
  refresh();
}

void ComparePage::verdict() {
  const ChartData& d = m_model->data();
  QString text = tr("Not measured yet. The dotted lines are what arithmetic expects; press Run to measure.");
  bool known = false;
  if (d.comparison && d.lanes.size() > 1 && d.lanes[0].result && !d.comparison->cancelled) {
    QStringList parts;
    const MethodMetrics& base = *d.lanes[0].result;
    for (size_t i = 1; i < d.lanes.size(); ++i) {
      const auto& r = d.lanes[i].result;
      if (!r || r->failed || base.kvBytes <= 0 || base.decodeTokS <= 0) continue;
      parts << tr("%1: %2 % less memory, %3× the speed, KL %4, %5 % same token")
                   .arg(d.lanes[i].label, number(100 - 100.0 * double(r->kvBytes) / double(base.kvBytes), 0),
                        number(r->decodeTokS / base.decodeTokS, 2), r->quality.measured ? number(r->quality.kldMean, 3) : QStringLiteral("–"),
                        r->quality.measured ? number(100 * r->quality.top1Agree, 1) : QStringLiteral("–"));
    }
    for (const Improvement& gain : d.comparison->improvements)
      if (gain.kldRatioValid && gain.vs != "none" && gain.vs.rfind("duo", 0) == 0 && gain.kldRatio > 0)
        parts << tr("%1 loses %2× less quality than %3")
                     .arg(methodLabel(QString::fromStdString(gain.method)), number(1 / gain.kldRatio, 1),
                          methodLabel(QString::fromStdString(gain.vs)));
    if (!parts.isEmpty()) {
      text = parts.join(QStringLiteral("   |   "));
      known = true;
    }
  } else if (std::any_of(d.lanes.begin(), d.lanes.end(), [](const Lane& l) { return l.cancelled; })) {
    text = tr("Cancelled: what was measured until then is kept.");
  }
  m_verdict->setText(text);
  m_verdict->setAccessibleName(tr("Verdict"));
  m_verdict->setStyleSheet(known ? QStringLiteral("font-weight:600") : QStringLiteral("color:gray"));
}

void ComparePage::refresh() {
  const ChartData& d = m_model->data();
  for (size_t i = 0; i < m_lanes.size() && i < d.lanes.size(); ++i) m_lanes[i]->refresh(d.lanes[i], d.lanes[0], m_dark);
  for (ChartView* chart : m_charts) chart->refresh(d);
  verdict();
}

void ComparePage::setDark(bool dark) {
  m_dark = dark;
  for (ChartView* chart : m_charts) chart->setDark(dark);
  refresh();
}

void ComparePage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) refresh();
  QWidget::changeEvent(event);
}

}  // namespace presslab
