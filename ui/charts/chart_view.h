// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QStringList>
#include <QVector>
#include <QWidget>

#include "ui/charts/palette.h"

class QCustomPlot;
class QLabel;
class QStackedWidget;
class QTableWidget;
class QToolButton;

namespace presslab {

struct ChartData;

/// A chart with its table twin, its export and its accessible name. Subclasses draw; this class does the rest.
class ChartView : public QWidget {
  Q_OBJECT
 public:
  struct Table {
    QStringList header;
    QVector<QStringList> rows;
  };

  explicit ChartView(const char* id, QWidget* parent = nullptr);
  /// Redraws from `data`; a hidden chart only remembers that it is stale. A zoom made by the user stays.
  void refresh(const ChartData& data);
  void setDark(bool dark);
  QString id() const { return m_id; }  // file name of exports
  virtual QString title() const = 0;   // translated, with units
  virtual Table table() const = 0;     // the same numbers, for reading and for screen readers
  /// Writes `path` as png, svg or pdf by its ending, with title, legend and provenance. Throws std::runtime_error.
  void exportTo(const QString& path, QSize size = {960, 540});
  void resetZoom();

 protected:
  virtual void draw(const ChartData& data) = 0;
  /// Axis ranges for the data, called unless the user has zoomed.
  virtual void fit();
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void style();
  void axisLabels(const QString& x, const QString& y);
  QColor color(int method) const { return methodColor(method, m_theme.dark); }
  QCustomPlot* plot() const { return m_plot; }
  /// The legend says more than the methods' colours, so it stays on small charts too.
  void keepLegend() { m_ownLegend = true; }
  const ChartTheme& theme() const { return m_theme; }

 private:
  void retranslate();
  void showTable(bool on);
  void fillTable();
  QString m_id;
  QCustomPlot* m_plot;
  QLabel* m_title;
  QToolButton *m_tableButton, *m_zoomButton;
  QTableWidget* m_table;
  QStackedWidget* m_stack;
  ChartTheme m_theme = chartTheme(false);
  const ChartData* m_data = nullptr;
  QString m_provenance;
  bool m_stale = false, m_zoomed = false, m_ownLegend = false;
};

}  // namespace presslab
