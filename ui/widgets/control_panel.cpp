// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/control_panel.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QScrollArea>
#include <QSlider>
#include <QSpinBox>
#include <QToolButton>
#include <algorithm>

#include "core/api/error.h"
#include "core/api/press_info.h"
#include "ui/forms/param_form.h"

namespace presslab {
namespace {

QString qt(std::string_view s) { return QString::fromUtf8(s.data(), qsizetype(s.size())); }

// The choices of a parameter as the press table names them.
QStringList choices(std::string_view press, std::string_view key) {
  if (const PressInfo* info = findPress(press))
    for (const ParamSpec& p : info->params)
      if (p.key == key) return qt(p.choices).split(QLatin1Char('|'));
  return {};
}

}  // namespace

ControlPanel::ControlPanel(QWidget* parent)
    : QWidget(parent),
      m_heading(new QLabel),
      m_ratioLabel(new QLabel),
      m_splitLabel(new QLabel),
      m_expertsLabel(new QLabel),
      m_topKLabel(new QLabel),
      m_routerLabel(new QLabel),
      m_balanceLabel(new QLabel),
      m_methodsLabel(new QLabel),
      m_ratio(new QSlider(Qt::Horizontal)),
      m_split(new QSlider(Qt::Horizontal)),
      m_experts(new QSpinBox),
      m_topK(new QSpinBox),
      m_router(new QComboBox),
      m_balance(new QComboBox),
      m_press(new QComboBox),
      m_list(new QListWidget),
      m_add(new QToolButton),
      m_remove(new QToolButton),
      m_formArea(new QScrollArea) {
  m_ratio->setRange(0, 19);  // steps of .05
  m_split->setRange(0, 20);
  m_experts->setRange(1, 64);
  m_topK->setRange(1, 64);
  m_router->addItems(choices("eplb_duo", "router"));
  m_balance->addItems(choices("eplb_duo", "balance"));
  for (const PressInfo& p : pressTable())
    if (!p.wrapper) m_press->addItem(qt(p.id), qt(p.id));
  m_ratio->setObjectName(QStringLiteral("ratio"));
  m_split->setObjectName(QStringLiteral("split"));
  m_list->setObjectName(QStringLiteral("methods"));
  m_list->setMinimumHeight(72);
  m_list->setMaximumHeight(110);
  m_press->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_press->setMinimumContentsLength(8);
  m_list->setTextElideMode(Qt::ElideRight);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_formArea->setWidgetResizable(true);
  m_formArea->setFrameShape(QFrame::NoFrame);
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(6, 2, 4, 4);
  grid->setVerticalSpacing(4);
  int row = 0;
  grid->addWidget(m_heading, row++, 0, 1, 2);
  for (const auto& [label, editor] : {std::pair<QLabel*, QWidget*>{m_ratioLabel, m_ratio}, {m_splitLabel, m_split}}) {
    grid->addWidget(label, row++, 0, 1, 2);
    grid->addWidget(editor, row++, 0, 1, 2);
    label->setBuddy(editor);
  }
  for (const auto& [label, editor] :
       {std::pair<QLabel*, QWidget*>{m_expertsLabel, m_experts}, {m_topKLabel, m_topK}, {m_routerLabel, m_router}, {m_balanceLabel, m_balance}}) {
    grid->addWidget(label, row, 0);
    grid->addWidget(editor, row++, 1);
    label->setBuddy(editor);
  }
  grid->addWidget(m_methodsLabel, row++, 0, 1, 2);
  grid->addWidget(m_list, row++, 0, 1, 2);
  auto* tools = new QHBoxLayout;
  tools->addWidget(m_press, 1);
  tools->addWidget(m_add);
  tools->addWidget(m_remove);
  grid->addLayout(tools, row++, 0, 1, 2);
  grid->addWidget(m_formArea, row, 0, 1, 2);
  grid->setRowStretch(row, 1);
  const auto touched = [this] {
    if (!m_setting) rebuild();
  };
  connect(m_ratio, &QSlider::valueChanged, this, touched);
  connect(m_split, &QSlider::valueChanged, this, touched);
  connect(m_experts, &QSpinBox::valueChanged, this, [this, touched](int n) {
    m_topK->setMaximum(n);
    touched();
  });
  connect(m_topK, &QSpinBox::valueChanged, this, touched);
  connect(m_router, &QComboBox::currentIndexChanged, this, touched);
  connect(m_balance, &QComboBox::currentIndexChanged, this, touched);
  connect(m_list, &QListWidget::currentRowChanged, this, &ControlPanel::showForm);
  connect(m_add, &QToolButton::clicked, this, [this] {
    if (m_list->count() >= kMostMethods) return;
    const PressInfo* press = findPress(m_press->currentData().toString().toStdString());
    if (!press) return;
    m_list->addItem(ParamForm(*press).spec());
    m_list->setCurrentRow(m_list->count() - 1);
    Q_EMIT changed();
  });
  connect(m_remove, &QToolButton::clicked, this, [this] {
    if (m_list->currentRow() < 1) return;  // the baseline stays
    delete m_list->takeItem(m_list->currentRow());
    Q_EMIT changed();
  });
  retranslateUi();
  setKnobs(Knobs{});
}

void ControlPanel::retranslateUi() {
  m_heading->setText(tr("<b>Compression</b>"));
  m_ratioLabel->setText(tr("Ratio removed: %1 %").arg(m_ratio->value() * 5));
  m_ratio->setAccessibleName(tr("Ratio removed"));
  m_ratio->setToolTip(tr("Share of the KV cache that each method removes"));
  m_splitLabel->setText(tr("Split: router %1 %, Duo %2 %").arg(m_split->value() * 5).arg(100 - m_split->value() * 5));
  m_split->setAccessibleName(tr("Split between router and Duo"));
  m_split->setToolTip(tr("Who frees which part of the removed bytes"));
  m_expertsLabel->setText(tr("Experts"));
  m_experts->setAccessibleName(tr("Number of experts"));
  m_experts->setToolTip(tr("An expert here is an eviction policy"));
  m_topKLabel->setText(tr("Experts per token"));
  m_topK->setAccessibleName(tr("Experts per token"));
  m_routerLabel->setText(tr("Router"));
  m_router->setAccessibleName(tr("Router"));
  m_balanceLabel->setText(tr("Balance"));
  m_balance->setAccessibleName(tr("Load balance of the experts"));
  m_methodsLabel->setText(tr("Methods (pick one to edit it)"));
  m_list->setAccessibleName(tr("Methods of the comparison"));
  m_press->setAccessibleName(tr("Press to add"));
  for (int i = 0; i < m_press->count(); ++i)
    if (const PressInfo* p = findPress(m_press->itemData(i).toString().toStdString()))
      m_press->setItemText(i, QCoreApplication::translate("PressTable", std::string(p->title).c_str()));
  m_add->setText(tr("Add"));
  m_add->setAccessibleName(tr("Add the press to the comparison"));
  m_remove->setText(tr("Remove"));
  m_remove->setAccessibleName(tr("Remove the chosen method"));
}

void ControlPanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) {
    retranslateUi();
    showForm(m_list->currentRow());
  }
  QWidget::changeEvent(event);
}

void ControlPanel::setKnobs(const Knobs& k) {
  m_setting = true;
  m_ratio->setValue(int(k.ratio * 20 + 0.5));
  m_split->setValue(int(k.split * 20 + 0.5));
  m_experts->setValue(k.experts);
  m_topK->setMaximum(k.experts);
  m_topK->setValue(k.topK);
  m_router->setCurrentText(k.router);
  m_balance->setCurrentText(k.balance);
  m_setting = false;
  rebuild();
}

Knobs ControlPanel::knobs() const {
  Knobs k;
  k.ratio = m_ratio->value() / 20.0;
  k.split = m_split->value() / 20.0;
  k.experts = m_experts->value();
  k.topK = m_topK->value();
  if (m_router->count() > 0) k.router = m_router->currentText();
  if (m_balance->count() > 0) k.balance = m_balance->currentText();
  return k;
}

void ControlPanel::rebuild() {
  retranslateUi();
  const int chosen = std::max(m_list->currentRow(), 0);
  m_list->clear();
  for (const std::string& m : knobs().methods()) {
    m_list->addItem(QString::fromStdString(m));
    m_list->item(m_list->count() - 1)->setToolTip(QString::fromStdString(m));
  }
  m_list->setCurrentRow(chosen > 0 && chosen < m_list->count() ? chosen : m_list->count() - 1);
  Q_EMIT changed();
}

std::vector<std::string> ControlPanel::methods() const {
  std::vector<std::string> out;
  for (int i = 0; i < m_list->count(); ++i) out.push_back(m_list->item(i)->text().toStdString());
  return out;
}

void ControlPanel::showForm(int row) {
  m_form = nullptr;
  delete m_formArea->takeWidget();
  if (row < 0) return;
  const QString spec = m_list->item(row)->text();
  const PressInfo* press = findPress(spec.section(QLatin1Char('('), 0, 0).toStdString());
  if (!press || press->params.empty()) return;
  m_form = new ParamForm(*press);
  m_form->setSpec(spec);
  m_formArea->setWidget(m_form);
  connect(m_form, &ParamForm::changed, this, [this, row] {
    if (!m_form || row >= m_list->count()) return;
    m_list->item(row)->setText(m_form->spec());
    m_list->item(row)->setToolTip(m_form->spec());
    Q_EMIT changed();
  });
}

}  // namespace presslab
