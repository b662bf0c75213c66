// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QFrame>
#include <QStringList>
#include <QVector>
#include <limits>

#include "ui/charts/palette.h"

class QCPItemStraightLine;
class QCPItemText;
class QCPLayoutGrid;
class QCPPainter;
class QCustomPlot;
class QLabel;
class QMenu;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace presslab {

struct ChartData;
class ElidedLabel;

/// How large an exported chart is on paper, and how fine a picture of it is.
struct ChartSize {
  double widthMm = 254, heightMm = 142.875;  // 960 x 540 pixels of a screen of 96 dpi
  int dpi = 192;                             // of PNG
  QSize pixels() const { return {int(widthMm * 96 / 25.4 + .5), int(heightMm * 96 / 25.4 + .5)}; }
};

/// A chart with its table twin, its cursor, its export and its accessible name. Subclasses draw; this class does the rest.
class ChartView : public QFrame {
  Q_OBJECT
 public:
  struct Table {
    QStringList header;
    QVector<QStringList> rows;
  };
  static constexpr double kNowhere = std::numeric_limits<double>::quiet_NaN();

  explicit ChartView(const char* id, QWidget* parent = nullptr);
  /// Redraws from `data` where what this chart shows has changed; a hidden chart only remembers that it is stale. A zoom made by the user
  /// stays.
  void refresh(const ChartData& data);
  /// Texts and accessible names again: the title is another one, or a chart that is not shown yet should have its names.
  void titleChanged() { retranslate(); }
  void setDark(bool dark);
  QString id() const { return m_id; }             // file name of exports
  virtual QString title() const = 0;              // translated, with units
  virtual QString caption() const { return {}; }  // what dashes and shades mean
  virtual Table table() const = 0;                // the same numbers, for reading and for screen readers
  /// Writes `path` as png, svg or pdf by its ending, with title, legend and provenance. Throws std::runtime_error.
  void exportTo(const QString& path, const ChartSize& size = {});
  /// The same drawing on a page of the caller's, from (0, 0), with vectors. The painter's transformation places and scales it.
  void paintOn(QCPPainter& painter, QSize size);
  /// False where the data have nothing of the kind that the chart is about, as device memory of a run on the CPU: it is then neither shown nor
  /// exported.
  virtual bool applies(const ChartData&) const { return true; }
  bool isApplicable() const { return data() && applies(*data()); }
  /// There is something to draw; a chart that was never shown draws first.
  bool hasContent();
  void copyToClipboard();  // as an image and as a table
  void resetZoom();
  void showTable(bool on);
  bool showsTable() const;
  /// The cursor that all charts over decoded tokens share; kNowhere takes it away.
  void setCursor(double token);
  /// For a short while a frame shows which chart a figure led to.
  void flash();

 Q_SIGNALS:
  void cursorMoved(double token);
  void exportWanted(presslab::ChartView* chart);
  void cellActivated(int method, int layer, int head);

 protected:
  virtual void draw(const ChartData& data) = 0;
  /// Changes whenever the part of the data changes that this chart shows.
  virtual quint64 revision(const ChartData& data) const = 0;
  /// Axis ranges for the data, called unless the user has zoomed.
  virtual void fit();
  virtual bool empty() const;                                  // nothing to draw
  virtual bool overTokens() const { return false; }            // the x axis counts decoded tokens from 1
  virtual QString readout(int /*token*/) const { return {}; }  // values at the cursor, beside the title
  virtual QString hoverText(double, double) const { return {}; }
  virtual void clicked(double, double) {}
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void style();
  void axisLabels(const QString& x, const QString& y);
  QColor color(int method) const { return methodColor(method, m_theme.dark); }
  QCustomPlot* plot() const { return m_plot; }
  void captionChanged() { showCaption(); }
  const ChartData* data() const { return m_data; }
  /// The legend says more than the methods' colours, so it stays on small charts too.
  void keepLegend() { m_ownLegend = true; }
  const ChartTheme& theme() const { return m_theme; }

 private:
  void retranslate();
  void redraw();
  void makeMenu();
  void hover(const QPointF& at, const QPoint& global);
  void showCaption();
  void showLegend(bool on);
  void drawFresh();
  QString m_id;
  QCustomPlot* m_plot;
  QCPLayoutGrid* m_legendRow;
  QLabel* m_title;
  ElidedLabel* m_caption;
  QToolButton *m_menuButton, *m_zoomButton;
  QMenu* m_menu;
  QAction *m_tableAction, *m_copyAction, *m_exportAction, *m_resetAction;
  QTableView* m_table;
  QStackedWidget* m_stack;
  QCPItemStraightLine* m_cursor;
  QCPItemText* m_empty;
  ChartTheme m_theme = chartTheme(false);
  const ChartData* m_data = nullptr;
  QString m_provenance, m_readout;
  quint64 m_drawn = 0;
  bool m_stale = false, m_zoomed = false, m_ownLegend = false;
};

}  // namespace presslab
