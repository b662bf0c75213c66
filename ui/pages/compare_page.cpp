// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/compare_page.h"

#include <QDataStream>
#include <QGridLayout>
#include <QIODevice>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"
#include "ui/widgets/lane_view.h"
#include "ui/widgets/verdict_strip.h"

namespace presslab {
namespace {

constexpr size_t kLanesInARow = 4;

}  // namespace

ComparePage::ComparePage(ComparisonModel* model, const std::vector<ChartView*>& charts, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_verdict(new VerdictStrip),
      m_lanesBox(new QWidget),
      m_lanesLayout(new QGridLayout(m_lanesBox)),
      m_rows(new QSplitter(Qt::Vertical)),
      m_upper(new QSplitter),
      m_lower(new QSplitter),
      m_charts(charts.begin(), charts.begin() + 5) {
  m_lanesLayout->setContentsMargins(0, 0, 0, 0);
  m_lanesLayout->setSpacing(6);
  m_upper->addWidget(m_charts[0]);
  m_upper->addWidget(m_charts[1]);
  for (size_t i = 2; i < 5; ++i) m_lower->addWidget(m_charts[i]);
  for (QWidget* row : {m_lanesBox, static_cast<QWidget*>(m_upper), static_cast<QWidget*>(m_lower)}) m_rows->addWidget(row);
  for (QSplitter* s : {m_rows, m_upper, m_lower}) {
    s->setHandleWidth(6);
    s->setChildrenCollapsible(false);
  }
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(0, 6, 8, 4);
  box->setSpacing(6);
  box->addWidget(m_verdict);
  box->addWidget(m_rows, 1);
  resetLayout();
  connect(m_verdict, &VerdictStrip::figureChosen, this, &ComparePage::figureChosen);
  connect(m_verdict, &VerdictStrip::qualityMatchWanted, this, &ComparePage::qualityMatchWanted);
  connect(this, &ComparePage::figureChosen, this, [this](const QString& id) {
    for (ChartView* chart : m_charts)
      if (chart->id() == id) chart->flash();
  });
  for (ChartView* chart : m_charts)
    connect(chart, &ChartView::cursorMoved, this, [this](double token) {
      for (ChartView* other : m_charts) other->setCursor(token);
    });
  connect(model, &ComparisonModel::lanesChanged, this, &ComparePage::rebuildLanes);
  rebuildLanes();
}

void ComparePage::resetLayout() {
  m_rows->setSizes({180, 200, 220});
  m_upper->setSizes({500, 500});
  m_lower->setSizes({340, 380, 300});
  for (int i = 0; i < 3; ++i) m_rows->setStretchFactor(i, i == 0 ? 1 : 3);
}

QByteArray ComparePage::saveLayout() const {
  QByteArray state;
  QDataStream out(&state, QIODevice::WriteOnly);
  out << m_rows->saveState() << m_upper->saveState() << m_lower->saveState();
  return state;
}

void ComparePage::restoreLayout(const QByteArray& state) {
  QDataStream in(state);
  for (QSplitter* s : {m_rows, m_upper, m_lower}) {
    QByteArray one;
    in >> one;
    if (!one.isEmpty()) s->restoreState(one);
  }
}

void ComparePage::rebuildLanes() {
  const size_t wanted = m_model->data().lanes.size();
  while (m_lanes.size() > wanted) {
    delete m_lanes.back();
    m_lanes.pop_back();
  }
  while (m_lanes.size() < wanted) {
    m_lanes.push_back(new LaneView(int(m_lanes.size())));
    connect(m_lanes.back(), &LaneView::figureChosen, this, &ComparePage::figureChosen);
  }
  // More than four share two rows: eight stand side by side without scrolling.
  const size_t columns = wanted <= kLanesInARow ? std::max<size_t>(wanted, 1) : (wanted + 1) / 2;
  for (size_t i = 0; i < wanted; ++i) {
    m_lanesLayout->addWidget(m_lanes[i], int(i / columns), int(i % columns));
    m_lanes[i]->setCompact(wanted > kLanesInARow);
  }
  for (int c = 0; c < m_lanesLayout->columnCount(); ++c) m_lanesLayout->setColumnStretch(c, size_t(c) < columns ? 1 : 0);
  refresh();
}

void ComparePage::refresh() {
  const ChartData& d = m_model->data();
  for (size_t i = 0; i < m_lanes.size() && i < d.lanes.size(); ++i) m_lanes[i]->refresh(d, m_dark);
  for (ChartView* chart : m_charts) chart->refresh(d);
  m_verdict->refresh(d);
}

void ComparePage::setDark(bool dark) {
  m_dark = dark;
  refresh();
}

}  // namespace presslab
