// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLocale>
#include <algorithm>
#include <cmath>

#include "ui/charts/cell_grid.h"
#include "ui/charts/charts.h"
#include "ui/charts/maps.h"
#include "ui/charts/qcp.h"
#include "ui/models/comparison_model.h"

namespace presslab {

HeadMap::HeadMap(QWidget* parent) : ChartView("heads", parent), m_grid(new CellGrid(plot()->xAxis, plot()->yAxis)) {
  keepLegend();
  m_grid->removeFromLegend();
  plot()->yAxis->setRangeReversed(true);
}

quint64 HeadMap::revision(const ChartData& data) const { return data.prefillRev; }
bool HeadMap::empty() const { return m_grid->cells.empty(); }

void HeadMap::draw(const ChartData& data) {
  plot()->clearGraphs();
  axisLabels(tr("layer"), QString());
  m_grid->cells.clear();
  m_grid->textColor = theme().text;
  m_rows.clear();
  std::map<double, QString> ticks;
  bool kinds[4] = {};
  for (size_t m = 0; m < data.lanes.size(); ++m) {
    const Lane& l = data.lanes[m];
    const size_t start = m_rows.size();
    int heads = 0;
    for (const HeadMetrics& h : l.heads) {
      heads = std::max(heads, h.head + 1);
      kinds[int(h.kind)] = true;
      const QColor c = kindColor(h.kind, theme().dark);
      m_grid->cells.push_back({double(h.layer), double(start) + h.head, c, c, h.total > 0 ? double(h.kept) / double(h.total) : 1.0, 0, {}});
    }
    if (heads == 0) continue;
    for (int h = 0; h < heads; ++h) m_rows.push_back({int(m), h});
    m_rows.push_back({-1, 0});  // a gap between the methods
    ticks[double(start) + (heads - 1) / 2.0] = shortName(l.method);
  }
  setTicks(plot()->yAxis, ticks);
  layerAxis(plot()->xAxis, std::max(1, data.layers));
  for (HeadKind kind : {HeadKind::Full, HeadKind::Retrieval, HeadKind::Routed, HeadKind::Streaming})
    if (kinds[int(kind)]) legendSquare(plot(), kindName(kind), kindColor(kind, theme().dark));
}

const HeadMetrics* HeadMap::at(double x, double y, int* method) const {
  const auto row = size_t(std::lround(y));
  if (!data() || y < -0.5 || row >= m_rows.size() || m_rows[row].method < 0) return nullptr;
  *method = m_rows[row].method;
  if (size_t(*method) >= data()->lanes.size()) return nullptr;
  for (const HeadMetrics& h : data()->lanes[size_t(*method)].heads)
    if (h.layer == std::lround(x) && h.head == m_rows[row].head) return &h;
  return nullptr;
}

QString HeadMap::hoverText(double x, double y) const {
  int method = 0;
  const HeadMetrics* h = at(x, y, &method);
  if (!h) return {};
  QString text = tr("<b>%1</b><br>layer %2, KV head %3: %4<br>keeps %5 of %6 tokens (%7 %)<br>%8 KiB")
                     .arg(data()->lanes[size_t(method)].label.toHtmlEscaped(), QString::number(h->layer), QString::number(h->head), kindName(h->kind),
                          QLocale().toString(qlonglong(h->kept)), QLocale().toString(qlonglong(h->total)),
                          number(h->total > 0 ? 100.0 * double(h->kept) / double(h->total) : 100, 1), number(double(h->bytes) / 1024, 1));
  if (h->attentionKept >= 0) text += tr("<br>attention kept: %1 %").arg(number(100 * h->attentionKept, 1));
  return text;
}

void HeadMap::clicked(double x, double y) {
  int method = 0;
  if (const HeadMetrics* h = at(x, y, &method)) Q_EMIT cellActivated(method, h->layer, h->head);
}

ChartView::Table HeadMap::table() const {
  Table t{{tr("Method"), tr("Layer"), tr("KV head"), tr("Kind"), tr("Kept"), tr("Of"), tr("Bytes"), tr("Attention kept (%)")}, {}};
  if (!data()) return t;
  for (const Lane& l : data()->lanes)
    for (const HeadMetrics& h : l.heads)
      t.rows << QStringList{l.label,
                            QString::number(h.layer),
                            QString::number(h.head),
                            kindName(h.kind),
                            QString::number(h.kept),
                            QString::number(h.total),
                            QString::number(h.bytes),
                            h.attentionKept < 0 ? QString() : number(100 * h.attentionKept, 1)};
  return t;
}

}  // namespace presslab
