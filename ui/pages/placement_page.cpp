// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/placement_page.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/export/export.h"
#include "ui/charts/charts.h"
#include "ui/charts/placement_chart.h"
#include "ui/charts/table_model.h"
#include "ui/forms/shell_text.h"
#include "ui/models/comparison_model.h"
#include "ui/pages/placement_loads.h"
#include "ui/widgets/table_card.h"

namespace presslab {
namespace {

constexpr int kMost = 1 << 16;
constexpr qint64 kMostBytes = 64 << 20;
constexpr int kMatrix = -1;  // the source that was pasted or opened

}  // namespace

PlacementPage::PlacementPage(ComparisonModel* model, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_chart(new PlacementChart),
      m_source(new QComboBox),
      m_layer(new QComboBox),
      m_sourceLabel(new QLabel),
      m_layerLabel(new QLabel),
      m_status(new QLabel),
      m_tableTitle(new QLabel),
      m_replicasLabel(new QLabel),
      m_groupsLabel(new QLabel),
      m_nodesLabel(new QLabel),
      m_gpusLabel(new QLabel),
      m_replicas(new QSpinBox),
      m_groups(new QSpinBox),
      m_nodes(new QSpinBox),
      m_gpus(new QSpinBox),
      m_paste(new QToolButton),
      m_open(new QToolButton),
      m_copy(new QToolButton),
      m_export(new QToolButton),
      m_table(new QTableView),
      m_rows(new TableModel(this)) {
  m_source->setObjectName(QStringLiteral("placementSource"));
  m_layer->setObjectName(QStringLiteral("placementLayer"));
  m_status->setObjectName(QStringLiteral("placementStatus"));
  m_table->setObjectName(QStringLiteral("placementTable"));
  m_replicas->setObjectName(QStringLiteral("placementReplicas"));
  m_groups->setObjectName(QStringLiteral("placementGroups"));
  m_nodes->setObjectName(QStringLiteral("placementNodes"));
  m_gpus->setObjectName(QStringLiteral("placementGpus"));
  for (QSpinBox* s : {m_replicas, m_groups, m_nodes, m_gpus}) {
    s->setRange(1, kMost);
    s->setKeyboardTracking(false);
    connect(s, &QSpinBox::valueChanged, this, &PlacementPage::compute);
  }
  arrange();
  connect(m_source, &QComboBox::currentIndexChanged, this, &PlacementPage::sourceChosen);
  connect(m_layer, &QComboBox::currentIndexChanged, this, &PlacementPage::show);
  connect(m_paste, &QToolButton::clicked, this, [this] { setMatrix(QApplication::clipboard()->text().toUtf8(), tr("pasted matrix")); });
  connect(m_open, &QToolButton::clicked, this, [this] {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open a matrix of loads"), {}, QStringLiteral("JSON (*.json);;* (*)"));
    if (!path.isEmpty()) openMatrix(path);
  });
  connect(m_copy, &QToolButton::clicked, this, [this] {
    QApplication::clipboard()->setText(command());
    Q_EMIT told(tr("The command is in the clipboard"));
  });
  connect(m_export, &QToolButton::clicked, this, &PlacementPage::exportCsv);
  retranslateUi();
}

void PlacementPage::arrange() {
  auto* top = new QHBoxLayout;
  top->setSpacing(6);
  m_sourceLabel->setBuddy(m_source);
  m_source->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_source->setMinimumContentsLength(16);
  m_source->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  m_source->setMaximumWidth(460);
  m_layer->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  top->addWidget(m_sourceLabel);
  top->addWidget(m_source);
  for (QToolButton* b : {m_paste, m_open, m_copy, m_export}) b->setProperty("framed", true);
  top->addWidget(m_paste);
  top->addWidget(m_open);
  top->addStretch(1);
  top->addWidget(m_copy);
  top->addWidget(m_export);
  auto* knobs = new QHBoxLayout;
  knobs->setSpacing(8);
  for (const auto& [label, spin] :
       {std::pair{m_replicasLabel, m_replicas}, {m_groupsLabel, m_groups}, {m_nodesLabel, m_nodes}, {m_gpusLabel, m_gpus}}) {
    label->setBuddy(spin);
    knobs->addWidget(label);
    knobs->addWidget(spin);
  }
  knobs->addStretch(1);
  m_layerLabel->setBuddy(m_layer);
  knobs->addWidget(m_layerLabel);
  knobs->addWidget(m_layer);
  m_status->setWordWrap(true);
  m_table->setModel(m_rows);
  QFrame* frame = tableCard(m_tableTitle, m_table);
  auto* rows = new QSplitter(Qt::Vertical);
  rows->addWidget(m_chart);
  rows->addWidget(frame);
  rows->setSizes({300, 270});
  rows->setHandleWidth(6);
  rows->setChildrenCollapsible(false);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(0, 6, 8, 4);
  box->setSpacing(6);
  box->addLayout(top);
  box->addLayout(knobs);
  box->addWidget(m_status);
  box->addWidget(rows, 1);
}

void PlacementPage::setDark(bool dark) { m_chart->setDark(dark); }

void PlacementPage::setComparison(std::shared_ptr<const Comparison> run) {
  const bool matrix = m_source->currentIndex() >= 0 && m_source->currentData().toInt() == kMatrix;
  m_run = std::move(run);
  {
    const QSignalBlocker quiet(m_source);
    m_source->clear();
    for (size_t i = 0; m_run && i < m_run->methods.size(); ++i)
      if (!m_run->methods[i].experts.empty()) m_source->addItem(QString::fromStdString(m_run->methods[i].method), int(i));
    if (!m_matrix.empty()) m_source->addItem(m_matrixName, kMatrix);
    m_source->setCurrentIndex(m_source->count() == 0 ? -1 : matrix ? m_source->count() - 1 : 0);
  }
  sourceChosen();
}

bool PlacementPage::openMatrix(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly) || file.size() > kMostBytes) {
    m_error = file.isOpen() ? tr("%1: larger than %2 MB").arg(path).arg(kMostBytes >> 20) : path + QStringLiteral(": ") + file.errorString();
    show();
    return false;
  }
  if (!setMatrix(file.readAll(), QFileInfo(path).fileName())) return false;
  m_matrixPath = QFileInfo(path).absoluteFilePath();
  return true;
}

bool PlacementPage::setMatrix(const QByteArray& json, const QString& name) {
  try {
    m_matrix = parseLoads(std::string_view(json.constData(), size_t(json.size())), name.toStdString());
  } catch (const std::exception& e) {
    m_error = QString::fromUtf8(e.what());
    show();
    return false;
  }
  m_matrixName = name;
  m_matrixPath.clear();
  {
    const QSignalBlocker quiet(m_source);
    if (const int old = m_source->findData(kMatrix); old >= 0) m_source->removeItem(old);
    m_source->addItem(name, kMatrix);
    m_source->setCurrentIndex(m_source->count() - 1);
  }
  sourceChosen();
  return m_error.isEmpty();
}

void PlacementPage::sourceChosen() {
  m_loads.clear();
  m_policies.clear();
  if (m_source->currentIndex() >= 0) {
    const int source = m_source->currentData().toInt();
    if (source == kMatrix) {
      m_loads = m_matrix;
    } else if (m_run && size_t(source) < m_run->methods.size()) {
      m_loads = loadsOf(m_run->methods[size_t(source)]);
      for (const ExpertMetrics& e : m_run->methods[size_t(source)].experts)
        if (e.layer == 0) m_policies.push_back(e.policy);
    }
  }
  const int layer = m_layer->currentIndex();
  {
    const QSignalBlocker quiet(m_layer);
    m_layer->clear();
    m_layer->addItem(tr("all layers together"));
    for (size_t l = 0; l < m_loads.size(); ++l) m_layer->addItem(tr("layer %1").arg(l));
    m_layer->setCurrentIndex(std::clamp(layer, 0, m_layer->count() - 1));
  }
  suggest();
  compute();
}

/// Values that come out for this number of experts, when the ones that are set do not.
void PlacementPage::suggest() {
  if (m_loads.empty() || m_loads[0].empty()) return;
  const int experts = int(m_loads[0].size());
  const bool fits = m_replicas->value() >= experts && experts % m_groups->value() == 0 && m_gpus->value() % m_nodes->value() == 0 &&
                    m_replicas->value() % m_gpus->value() == 0;
  if (fits && m_replicas->value() > 1) return;
  const QSignalBlocker a(m_replicas), b(m_groups), c(m_nodes), d(m_gpus);
  const int gpus = std::clamp(experts / 2, 1, 8);
  m_groups->setValue(1);
  m_nodes->setValue(1);
  m_gpus->setValue(gpus);
  m_replicas->setValue((experts + experts / 2 + gpus - 1) / gpus * gpus);  // half as many again
}

void PlacementPage::compute() {
  m_placement = {};
  m_error.clear();
  if (!m_loads.empty()) try {
      m_placement = placeExperts(m_loads, m_replicas->value(), m_groups->value(), m_nodes->value(), m_gpus->value());
    } catch (const std::exception& e) {
      m_error = QString::fromUtf8(e.what());
    }
  show();
}

QString PlacementPage::expertName(int expert) const {
  const QString n = QString::number(expert);
  return size_t(expert) < m_policies.size() ? n + QLatin1Char(' ') + QString::fromStdString(m_policies[size_t(expert)]) : n;
}

void PlacementPage::show() {
  const int layer = m_layer->currentIndex() - 1;
  const auto pick = [&](const std::vector<std::vector<double>>& rows) {
    return layer < 0 ? sumOf(rows) : size_t(layer) < rows.size() ? rows[size_t(layer)] : std::vector<double>();
  };
  m_chart->show(pick(m_placement.gpuLoadBefore), pick(m_placement.gpuLoadAfter), m_model->data());
  ChartView::Table t{{tr("Layer"), tr("Node"), tr("GPU"), tr("Slot (physical)"), tr("Expert (logical)"), tr("Copies"), tr("Load of the slot")}, {}};
  const size_t layers = m_placement.physicalToLogical.size();
  const int perGpu = std::max(1, m_replicas->value() / std::max(1, m_gpus->value())), gpusPerNode = std::max(1, m_gpus->value() / m_nodes->value());
  for (size_t l = 0; l < layers; ++l) {
    if (layer >= 0 && size_t(layer) != l) continue;
    for (size_t s = 0; s < m_placement.physicalToLogical[l].size(); ++s) {
      const int expert = m_placement.physicalToLogical[l][s], copies = m_placement.replicaCount[l][size_t(expert)], gpu = int(s) / perGpu;
      t.rows << QStringList{QString::number(l),
                            QString::number(gpu / gpusPerNode),
                            QString::number(gpu),
                            QString::number(s),
                            expertName(expert),
                            QString::number(copies),
                            number(m_loads[l][size_t(expert)] / copies, 1)};
    }
  }
  m_rows->set(std::move(t));
  m_table->resizeColumnsToContents();
  m_tableTitle->setText(tr("Replicas: which expert each slot holds"));
  double before = 0, after = 0, worst = 0;
  for (size_t l = 0; l < layers; ++l) {
    const double b = PlacementChart::maxOverMean(m_placement.gpuLoadBefore[l]), a = PlacementChart::maxOverMean(m_placement.gpuLoadAfter[l]);
    if (std::isnan(a)) continue;
    before += b / double(layers);
    after += a / double(layers);
    worst = std::max(worst, a);
  }
  m_status->setProperty("muted", m_error.isEmpty());
  if (!m_error.isEmpty())
    m_status->setText(m_error);
  else if (layers == 0)
    m_status->setText(tr("Run a comparison with eplb or eplb_duo, or paste or open a JSON matrix of loads, layers x experts."));
  else
    m_status->setText(tr("%1 layers, %2 experts, policy %3. max/mean of the GPUs, mean of the layers: %4 before, %5 after; worst layer after: %6.")
                          .arg(QString::number(layers), QString::number(m_loads[0].size()),
                               m_placement.hierarchical ? tr("hierarchical") : tr("global"), number(before, 3), number(after, 3), number(worst, 3)));
  for (QToolButton* b : {m_copy, m_export}) b->setEnabled(layers > 0);
}

QString PlacementPage::command() const {
  const QString knobs = QStringLiteral("--replicas %1 --groups %2 --nodes %3 --gpus %4")
                            .arg(m_replicas->value())
                            .arg(m_groups->value())
                            .arg(m_nodes->value())
                            .arg(m_gpus->value());
  const bool file = m_source->currentIndex() >= 0 && m_source->currentData().toInt() == kMatrix && !m_matrixPath.isEmpty();
  if (file) return QStringLiteral("presslab-cli place --loads %1 %2").arg(shellQuoted(m_matrixPath), knobs);
  return QStringLiteral("echo %1 | presslab-cli place --loads - %2").arg(shellQuoted(jsonOf(m_loads)), knobs);
}

QString PlacementPage::csv() const {
  QString out = QStringLiteral("layer,gpu,slot,expert,copies,slot_load,gpu_load_before,gpu_load_after\r\n");
  const int perGpu = std::max(1, m_replicas->value() / std::max(1, m_gpus->value()));
  for (size_t l = 0; l < m_placement.physicalToLogical.size(); ++l)
    for (size_t s = 0; s < m_placement.physicalToLogical[l].size(); ++s) {
      const int expert = m_placement.physicalToLogical[l][s], copies = m_placement.replicaCount[l][size_t(expert)];
      const auto gpu = s / size_t(perGpu);
      const QStringList cells{QString::number(l),
                              QString::number(gpu),
                              QString::number(s),
                              QString::number(expert),
                              QString::number(copies),
                              QString::number(m_loads[l][size_t(expert)] / copies, 'g', 10),
                              QString::number(m_placement.gpuLoadBefore[l][gpu], 'g', 10),
                              QString::number(m_placement.gpuLoadAfter[l][gpu], 'g', 10)};
      out += cells.join(QLatin1Char(',')) + QStringLiteral("\r\n");
    }
  return out;
}

void PlacementPage::exportCsv() {
  const QString path = QFileDialog::getSaveFileName(this, tr("Export the placement"), QStringLiteral("placement.csv"), QStringLiteral("CSV (*.csv)"));
  if (path.isEmpty()) return;
  try {
    writeFileAtomic(path.toStdString(), csv().toStdString());
    Q_EMIT told(tr("Written: %1").arg(path));
  } catch (const std::exception& e) {
    Q_EMIT failed(QString::fromUtf8(e.what()));
  }
}

void PlacementPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  show();
}

void PlacementPage::retranslateUi() {
  m_sourceLabel->setText(tr("Loads of"));
  m_source->setAccessibleName(tr("Where the loads come from"));
  m_paste->setText(tr("Paste"));
  m_paste->setToolTip(tr("A JSON matrix layers x experts from the clipboard"));
  m_open->setText(tr("Open…"));
  m_open->setToolTip(tr("A JSON matrix layers x experts from a file"));
  m_copy->setText(tr("Copy as command"));
  m_copy->setToolTip(tr("The presslab-cli command that prints this placement"));
  m_export->setText(tr("Export CSV…"));
  m_export->setToolTip(tr("Slots, experts and loads as a table"));
  for (QToolButton* b : {m_paste, m_open, m_copy, m_export}) b->setAccessibleName(b->text());
  m_replicasLabel->setText(tr("Replicas"));
  m_replicas->setToolTip(tr("Physical experts in all; at least one for each expert, divisible by the GPUs"));
  m_groupsLabel->setText(tr("Groups"));
  m_groups->setToolTip(tr("Groups of experts that stay on one node; not divisible by the nodes: the global policy"));
  m_nodesLabel->setText(tr("Nodes"));
  m_nodes->setToolTip(tr("Server nodes"));
  m_gpusLabel->setText(tr("GPUs"));
  m_gpus->setToolTip(tr("GPUs in all, divisible by the nodes"));
  for (const auto& [label, spin] :
       {std::pair{m_replicasLabel, m_replicas}, {m_groupsLabel, m_groups}, {m_nodesLabel, m_nodes}, {m_gpusLabel, m_gpus}})
    spin->setAccessibleName(label->text());
  m_layerLabel->setText(tr("Show"));
  m_layer->setAccessibleName(tr("Layer to show"));
  m_table->setAccessibleName(tr("Replicas: which expert each slot holds"));
  {
    const QSignalBlocker quiet(m_layer);
    for (int i = 0; i < m_layer->count(); ++i) m_layer->setItemText(i, i == 0 ? tr("all layers together") : tr("layer %1").arg(i - 1));
  }
  show();
}

void PlacementPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

}  // namespace presslab
