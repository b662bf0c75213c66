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
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QToolButton>
#include <algorithm>

#include "core/api/error.h"
#include "core/api/press_info.h"
#include "ui/charts/palette.h"
#include "ui/forms/param_form.h"
#include "ui/forms/spec_text.h"

namespace presslab {
namespace {

constexpr int kGood = Qt::UserRole;  // the last spec of a row that parsed

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
    : QFrame(parent),
      m_heading(new QLabel),
      m_ratioLabel(new QLabel),
      m_splitLabel(new QLabel),
      m_expertsLabel(new QLabel),
      m_topKLabel(new QLabel),
      m_routerLabel(new QLabel),
      m_balanceLabel(new QLabel),
      m_matchLabel(new QLabel),
      m_methodsLabel(new QLabel),
      m_formLabel(new QLabel),
      m_ratio(new QSlider(Qt::Horizontal)),
      m_split(new QSlider(Qt::Horizontal)),
      m_experts(new QSpinBox),
      m_topK(new QSpinBox),
      m_router(new QComboBox),
      m_balance(new QComboBox),
      m_match(new QComboBox),
      m_press(new QComboBox),
      m_list(new QListWidget),
      m_add(new QToolButton),
      m_remove(new QToolButton),
      m_formArea(new QScrollArea) {
  setProperty("card", true);
  m_ratio->setRange(0, 19);  // steps of .05
  m_split->setRange(0, 20);
  m_experts->setRange(1, 64);
  m_topK->setRange(1, 64);
  m_router->addItems(choices("eplb_duo", "router"));
  m_balance->addItems(choices("eplb_duo", "balance"));
  m_match->addItems({QString(), QString(), QString()});
  for (const PressInfo& p : pressTable())
    if (!p.wrapper) m_press->addItem(qt(p.id), qt(p.id));
  m_ratio->setObjectName(QStringLiteral("ratio"));
  m_split->setObjectName(QStringLiteral("split"));
  m_experts->setObjectName(QStringLiteral("experts"));
  m_match->setObjectName(QStringLiteral("match"));
  m_list->setObjectName(QStringLiteral("methods"));
  m_press->setObjectName(QStringLiteral("press"));
  m_add->setObjectName(QStringLiteral("addMethod"));
  m_remove->setObjectName(QStringLiteral("removeMethod"));
  m_list->setFont(chartFont(8.5));
  m_list->setTextElideMode(Qt::ElideRight);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_press->setMaxVisibleItems(20);
  for (QComboBox* box : {m_press, m_router, m_balance, m_match}) {
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(6);
  }
  for (QLabel* label : {m_heading, m_methodsLabel, m_formLabel}) label->setFont(chartFont(9, true));
  for (QToolButton* b : {m_add, m_remove}) b->setProperty("framed", true);
  m_formArea->setWidgetResizable(true);
  m_formArea->setFrameShape(QFrame::NoFrame);
  m_formArea->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  arrange();
  connectKnobs();
  retranslateUi();
  setKnobs(Knobs{});
}

void ControlPanel::arrange() {
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(10, 6, 8, 6);
  grid->setVerticalSpacing(4);
  grid->setColumnStretch(1, 1);
  int row = 0;
  grid->addWidget(m_heading, row++, 0, 1, 2);
  for (const auto& [label, editor] : {std::pair<QLabel*, QWidget*>{m_ratioLabel, m_ratio}, {m_splitLabel, m_split}}) {
    grid->addWidget(label, row++, 0, 1, 2);
    grid->addWidget(editor, row++, 0, 1, 2);
    label->setBuddy(editor);
  }
  for (const auto& [label, editor] : {std::pair<QLabel*, QWidget*>{m_expertsLabel, m_experts},
                                      {m_topKLabel, m_topK},
                                      {m_routerLabel, m_router},
                                      {m_balanceLabel, m_balance},
                                      {m_matchLabel, m_match}}) {
    grid->addWidget(label, row, 0);
    grid->addWidget(editor, row++, 1);
    label->setBuddy(editor);
  }
  grid->setRowMinimumHeight(row++, 4);
  grid->addWidget(m_methodsLabel, row++, 0, 1, 2);
  grid->addWidget(m_list, row++, 0, 1, 2);
  grid->addWidget(m_press, row++, 0, 1, 2);
  auto* tools = new QHBoxLayout;
  tools->addWidget(m_add, 1);
  tools->addWidget(m_remove, 1);
  for (QToolButton* b : {m_add, m_remove}) b->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  grid->addLayout(tools, row++, 0, 1, 2);
  grid->addWidget(m_formLabel, row++, 0, 1, 2);
  grid->addWidget(m_formArea, row, 0, 1, 2);
  grid->setRowStretch(row, 1);
}

void ControlPanel::connectKnobs() {
  const auto touched = [this] {
    if (!m_setting) applyKnobs();
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
  connect(m_match, &QComboBox::currentIndexChanged, this, &ControlPanel::changed);
  connect(m_list, &QListWidget::currentRowChanged, this, &ControlPanel::showForm);
  connect(m_list, &QListWidget::itemChanged, this, [this](QListWidgetItem* item) { specEdited(m_list->row(item)); });
  connect(m_add, &QToolButton::clicked, this, [this] {
    const PressInfo* press = findPress(m_press->currentData().toString().toStdString());
    if (press) addMethod(withArguments(ParamForm(*press).spec(), {{QStringLiteral("ratio"), QString::number(knobs().ratio, 'g', 4)}}));
  });
  connect(m_remove, &QToolButton::clicked, this, [this] {
    if (m_list->currentRow() < 1) return;  // the baseline stays
    std::vector<std::string> specs = methods();
    specs.erase(specs.begin() + m_list->currentRow());
    fillList(specs, m_list->currentRow());
  });
}

void ControlPanel::retranslateUi() {
  const QSignalBlocker quiet(m_match);
  m_heading->setText(tr("Compression"));
  m_ratioLabel->setText(tr("Ratio removed: %1 %").arg(m_ratio->value() * 5));
  m_ratio->setAccessibleName(tr("Ratio removed"));
  m_ratio->setToolTip(tr("Share of the KV cache that each method removes"));
  m_splitLabel->setText(tr("Split: router %1 %, Duo %2 %").arg(m_split->value() * 5).arg(100 - m_split->value() * 5));
  m_split->setAccessibleName(tr("Split between router and Duo"));
  m_split->setToolTip(tr("Who frees which part of the removed bytes"));
  m_expertsLabel->setText(tr("Experts"));
  m_experts->setAccessibleName(tr("Number of experts"));
  m_experts->setToolTip(tr("An expert here is an eviction policy"));
  m_topKLabel->setText(tr("Per token"));
  m_topK->setAccessibleName(tr("Experts per token"));
  m_topK->setToolTip(tr("Experts that judge each token (top_k)"));
  m_routerLabel->setText(tr("Router"));
  m_router->setAccessibleName(tr("Router"));
  m_balanceLabel->setText(tr("Balance"));
  m_balance->setAccessibleName(tr("Load balance of the experts"));
  m_balance->setToolTip(tr("Load balance of the experts"));
  m_matchLabel->setText(tr("Match"));
  m_match->setAccessibleName(tr("What the methods have in common"));
  m_match->setToolTip(
      tr("Equal ratio: as the methods say. Equal bytes: every method holds the same bytes. Equal quality: every method removes as "
         "much as keeps its KL divergence within that of the first compressed method."));
  m_match->setItemText(0, tr("equal ratio"));
  m_match->setItemText(1, tr("equal bytes"));
  m_match->setItemText(2, tr("equal quality"));
  m_methodsLabel->setText(tr("Methods"));
  m_list->setAccessibleName(tr("Methods of the comparison"));
  m_list->setToolTip(tr("Pick one to change its arguments; double click to write its spec"));
  m_press->setAccessibleName(tr("Press to add"));
  for (int i = 0; i < m_press->count(); ++i)
    if (const PressInfo* p = findPress(m_press->itemData(i).toString().toStdString()))
      m_press->setItemText(i, QCoreApplication::translate("PressTable", std::string(p->title).c_str()));
  m_add->setText(tr("Add"));
  m_add->setAccessibleName(tr("Add the press to the comparison"));
  m_remove->setText(tr("Remove"));
  m_remove->setAccessibleName(tr("Remove the chosen method"));
  m_formLabel->setText(m_form ? tr("Arguments") : QString());
}

void ControlPanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) {
    retranslateUi();
    showForm(m_list->currentRow());
  }
  QFrame::changeEvent(event);
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
  retranslateUi();
  fillList(knobs().methods(), -1);
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

void ControlPanel::applyKnobs() {
  retranslateUi();
  const Knobs k = knobs();
  const QList<std::pair<QString, QString>> arguments{{QStringLiteral("ratio"), QString::number(k.ratio, 'g', 4)},
                                                     {QStringLiteral("split"), QString::number(k.split, 'g', 4)},
                                                     {QStringLiteral("num_experts"), QString::number(k.experts)},
                                                     {QStringLiteral("top_k"), QString::number(std::min(k.topK, k.experts))},
                                                     {QStringLiteral("router"), k.router},
                                                     {QStringLiteral("balance"), k.balance}};
  std::vector<std::string> specs;
  for (const std::string& m : methods()) specs.push_back(withArguments(QString::fromStdString(m), arguments).toStdString());
  fillList(specs, m_list->currentRow());
}

void ControlPanel::fillList(const std::vector<std::string>& specs, int chosen) {
  {
    const QSignalBlocker quiet(m_list);
    m_list->clear();
    for (const std::string& spec : specs) {
      auto* item = new QListWidgetItem(QString::fromStdString(spec), m_list);
      item->setToolTip(item->text());
      item->setData(kGood, item->text());
      if (m_list->count() > 1) item->setFlags(item->flags() | Qt::ItemIsEditable);
    }
    m_list->setCurrentRow(chosen >= 0 && chosen < m_list->count() ? chosen : m_list->count() - 1);
  }
  m_list->setFixedHeight(std::max(3, m_list->count()) * m_list->sizeHintForRow(0) + 6);
  showForm(m_list->currentRow());
  Q_EMIT changed();
}

void ControlPanel::setMethods(const std::vector<std::string>& specs) { fillList(specs, -1); }

bool ControlPanel::addMethod(const QString& spec) {
  if (m_list->count() >= kMostMethods) {
    Q_EMIT failed(tr("A comparison has at most %1 methods").arg(kMostMethods));
    return false;
  }
  std::vector<std::string> specs = methods();
  specs.push_back(spec.toStdString());
  fillList(specs, -1);
  return true;
}

// A spec that was written by hand: the engine's own parser has the last word.
void ControlPanel::specEdited(int row) {
  QListWidgetItem* item = m_list->item(row);
  if (!item || item->text() == item->data(kGood).toString()) return;
  const QSignalBlocker quiet(m_list);
  try {
    item->setText(QString::fromStdString(canonicalPressSpec(item->text().trimmed().toStdString())));
    item->setData(kGood, item->text());
    item->setToolTip(item->text());
  } catch (const Failure& e) {
    item->setText(item->data(kGood).toString());
    Q_EMIT failed(QString::fromUtf8(e.what()));
    return;
  }
  showForm(row);
  Q_EMIT changed();
}

std::vector<std::string> ControlPanel::methods() const {
  std::vector<std::string> out;
  for (int i = 0; i < m_list->count(); ++i) out.push_back(m_list->item(i)->text().toStdString());
  return out;
}

Match ControlPanel::match() const { return Match(m_match->currentIndex()); }
void ControlPanel::setMatch(Match match) { m_match->setCurrentIndex(int(match)); }

void ControlPanel::showForm(int row) {
  m_form = nullptr;
  delete m_formArea->takeWidget();
  m_formLabel->clear();
  if (row < 0) return;
  const QString spec = m_list->item(row)->text();
  const PressInfo* press = findPress(spec.section(QLatin1Char('('), 0, 0).toStdString());
  // A form writes flat specs only; nested ones are edited as text.
  if (!press || press->params.empty() || press->wrapper || spec.contains(QLatin1Char('+')) || spec.count(QLatin1Char('(')) > 1) return;
  m_form = new ParamForm(*press);
  m_form->setSpec(spec);
  m_formArea->setWidget(m_form);
  m_formLabel->setText(tr("Arguments"));
  connect(m_form, &ParamForm::changed, this, [this, row] {
    if (!m_form || row >= m_list->count()) return;
    const QSignalBlocker quiet(m_list);
    QListWidgetItem* item = m_list->item(row);
    item->setText(m_form->spec());
    item->setData(kGood, item->text());
    item->setToolTip(item->text());
    Q_EMIT changed();
  });
}

}  // namespace presslab
