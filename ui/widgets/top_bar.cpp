// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/top_bar.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>

#include "ui/models/presets.h"

namespace presslab {
namespace {

constexpr int kQuestionRoom = 64;  // positions left for the question and its template

}  // namespace

TopBar::TopBar(QWidget* parent)
    : QWidget(parent),
      m_model(new QLabel),
      m_promptLabel(new QLabel),
      m_questionLabel(new QLabel),
      m_presetLabel(new QLabel),
      m_newLabel(new QLabel),
      m_openModel(new QToolButton),
      m_openDocument(new QToolButton),
      m_source(new QComboBox),
      m_preset(new QComboBox),
      m_mode(new QComboBox),
      m_length(new QSpinBox),
      m_newTokens(new QSpinBox),
      m_question(new QLineEdit),
      m_run(new QPushButton),
      m_cancel(new QPushButton) {
  m_run->setObjectName(QStringLiteral("run"));
  m_cancel->setObjectName(QStringLiteral("cancel"));
  m_mode->setObjectName(QStringLiteral("mode"));
  m_preset->setObjectName(QStringLiteral("preset"));
  m_length->setObjectName(QStringLiteral("contextTokens"));
  m_newTokens->setObjectName(QStringLiteral("newTokens"));
  m_question->setObjectName(QStringLiteral("question"));
  m_length->setRange(64, 8000);
  m_length->setSingleStep(250);
  m_length->setValue(2000);
  m_length->setGroupSeparatorShown(true);
  m_newTokens->setRange(2, 2048);
  m_newTokens->setValue(64);
  m_source->addItems({QString(), QString()});
  m_mode->addItems({QString(), QString()});
  for (size_t i = 0; i < presets().size(); ++i) m_preset->addItem(QString());
  for (QToolButton* b : {m_openModel, m_openDocument}) b->setProperty("framed", true);
  for (QPushButton* b : {m_run, m_cancel}) {
    b->setMinimumSize(96, 48);
    b->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    QFont font = b->font();
    font.setPointSizeF(font.pointSizeF() * 1.25);
    font.setBold(true);
    b->setFont(font);
  }
  m_run->setDefault(true);
  m_model->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_model->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  auto* fields = new QGridLayout;
  fields->setVerticalSpacing(3);
  fields->addWidget(m_openModel, 0, 0);
  fields->addWidget(m_model, 0, 1, 1, 4);
  fields->addWidget(m_presetLabel, 0, 5);
  fields->addWidget(m_preset, 0, 6, 1, 2);
  auto* source = new QHBoxLayout;
  source->addWidget(m_source);
  source->addWidget(m_length);
  source->addWidget(m_openDocument);
  fields->addWidget(m_promptLabel, 1, 0);
  fields->addLayout(source, 1, 1);
  fields->addWidget(m_questionLabel, 1, 2);
  fields->addWidget(m_question, 1, 3, 1, 2);
  fields->addWidget(m_newLabel, 1, 5);
  fields->addWidget(m_newTokens, 1, 6);
  fields->addWidget(m_mode, 1, 7);
  fields->setColumnStretch(3, 1);
  auto* all = new QHBoxLayout(this);
  all->setContentsMargins(8, 4, 8, 2);
  all->setSpacing(8);
  all->addLayout(fields, 1);
  all->addWidget(m_run);
  all->addWidget(m_cancel);
  connect(m_run, &QPushButton::clicked, this, &TopBar::run);
  connect(m_cancel, &QPushButton::clicked, this, &TopBar::cancel);
  connect(m_openModel, &QToolButton::clicked, this, &TopBar::openModel);
  connect(m_openDocument, &QToolButton::clicked, this, &TopBar::chooseDocument);
  connect(m_preset, &QComboBox::activated, this, &TopBar::presetChosen);
  connect(m_length, &QSpinBox::valueChanged, this, &TopBar::jobChanged);
  connect(m_newTokens, &QSpinBox::valueChanged, this, [this] {
    limitLength();
    Q_EMIT jobChanged();
  });
  connect(m_source, &QComboBox::currentIndexChanged, this, [this](int index) {
    if (index == 1 && m_text.empty()) chooseDocument();
    m_length->setEnabled(m_source->currentIndex() == 0);
    Q_EMIT jobChanged();
  });
  const QList<QWidget*> order{m_openModel, m_preset, m_source, m_length, m_openDocument, m_question, m_newTokens, m_mode, m_run, m_cancel};
  for (qsizetype i = 1; i < order.size(); ++i) setTabOrder(order[i - 1], order[i]);
  retranslateUi();
  setState(false, false, false);
}

void TopBar::retranslateUi() {
  m_openModel->setText(tr("Model…"));
  m_openModel->setAccessibleName(tr("Open a model file"));
  m_openModel->setToolTip(tr("Open a model file"));
  m_promptLabel->setText(tr("Prompt"));
  m_source->setItemText(0, tr("Synthetic"));
  m_source->setItemText(1, m_textName.isEmpty() ? tr("Own document") : m_textName);
  m_source->setAccessibleName(tr("Source of the prompt"));
  m_length->setSuffix(tr(" tokens"));
  m_length->setAccessibleName(tr("Length of the context"));
  m_openDocument->setText(tr("Open…"));
  m_openDocument->setAccessibleName(tr("Open a document as the prompt"));
  m_openDocument->setToolTip(tr("Open a document as the prompt"));
  m_questionLabel->setText(tr("Question"));
  m_question->setAccessibleName(tr("Question"));
  m_question->setToolTip(tr("Follows the context and is never compressed"));
  m_question->setPlaceholderText(tr("default: What are the main types of machine learning?"));
  m_newLabel->setText(tr("New tokens"));
  m_newTokens->setAccessibleName(tr("New tokens"));
  m_mode->setItemText(0, tr("Timed"));
  m_mode->setItemText(1, tr("Race"));
  m_mode->setAccessibleName(tr("How the methods run"));
  m_mode->setToolTip(
      tr("Timed: each method alone, one after the other; its times and peak memory are its own.\n"
         "Race: one prefill, then all methods write a token in turn, side by side; times are not comparable."));
  m_presetLabel->setText(tr("Preset"));
  m_preset->setAccessibleName(tr("Preset"));
  for (size_t i = 0; i < presets().size(); ++i) {
    m_preset->setItemText(int(i), QCoreApplication::translate("Presets", presets()[i].name));
    m_preset->setItemData(int(i), QCoreApplication::translate("Presets", presets()[i].help), Qt::ToolTipRole);
  }
  m_run->setText(tr("Run"));
  m_run->setAccessibleName(tr("Run the comparison"));
  m_run->setToolTip(tr("Run the comparison (F5)"));
  m_cancel->setText(tr("Cancel"));
  m_cancel->setAccessibleName(tr("Cancel the run"));
  m_cancel->setToolTip(tr("Stop and keep what was measured (Esc)"));
  if (m_info) setModel(*m_info);
}

void TopBar::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

void TopBar::setModel(const ModelInfo& info) {
  m_info = info;
  m_model->setText(tr("%1 · %2 · %3 layers × %4 KV heads · %5 positions · %6 MiB of weights")
                       .arg(QString::fromStdString(info.name), QString::fromStdString(info.quantization), QString::number(info.layers),
                            QString::number(info.kvHeads), QLocale().toString(qlonglong(info.contextLength)),
                            QLocale().toString(double(info.weightBytes) / 1048576, 'f', 0)));
  m_model->setToolTip(QString::fromStdString(info.path));
  limitLength();
}

void TopBar::setModelText(const QString& text) { m_model->setText(text); }

void TopBar::setState(bool ready, bool running, bool cancelling) {
  m_run->setEnabled(ready);
  m_cancel->setEnabled(running && !cancelling);
  for (QWidget* w : {static_cast<QWidget*>(m_openModel), static_cast<QWidget*>(m_preset), static_cast<QWidget*>(m_source)}) w->setEnabled(!running);
}

// Context, question and answer share the model's positions.
void TopBar::limitLength() {
  if (m_info) m_length->setMaximum(std::max(64, int(m_info->contextLength) - m_newTokens->value() - kQuestionRoom));
}

int TopBar::setJob(int contextTokens, int newTokens) {
  m_newTokens->setValue(newTokens);
  limitLength();
  m_length->setValue(contextTokens);
  return m_length->value();
}

void TopBar::setContextTokens(int tokens) {
  m_source->setCurrentIndex(0);
  m_length->setValue(tokens);
}

void TopBar::chooseDocument() {
  const QString path = QFileDialog::getOpenFileName(this, tr("Open a document as the prompt"), {}, tr("Text (*.txt *.md);;All files (*)"));
  if (!path.isEmpty())
    setDocument(path);
  else if (m_text.empty())
    m_source->setCurrentIndex(0);
}

void TopBar::setDocument(const QString& path) {
  constexpr qint64 kMost = 64 << 20;
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return Q_EMIT failed(tr("%1 cannot be read: %2").arg(path, file.errorString()));
  if (file.size() > kMost) return Q_EMIT failed(tr("%1 is larger than 64 MiB").arg(path));
  const QByteArray bytes = file.readAll();
  if (bytes.isEmpty()) return Q_EMIT failed(tr("%1 is empty").arg(path));
  m_text = bytes.toStdString();
  m_path = path;
  m_textName = QFileInfo(path).fileName();
  m_source->setItemText(1, m_textName);
  m_source->setCurrentIndex(1);
  Q_EMIT jobChanged();
}

PromptSpec TopBar::prompt() const {
  PromptSpec prompt;
  if (m_source->currentIndex() == 1 && !m_text.empty())
    prompt.text = m_text;
  else
    prompt.contextTokens = m_length->value();
  if (!m_question->text().trimmed().isEmpty()) prompt.question = m_question->text().trimmed().toStdString();
  return prompt;
}

int TopBar::contextTokens() const {
  return m_source->currentIndex() == 1 && !m_text.empty() ? int(std::max<size_t>(1, m_text.size() / 4)) : m_length->value();
}

RunMode TopBar::mode() const { return RunMode(m_mode->currentIndex()); }
void TopBar::setMode(RunMode mode) { m_mode->setCurrentIndex(int(mode)); }
int TopBar::newTokens() const { return m_newTokens->value(); }
void TopBar::focusRun() { m_run->setFocus(); }

}  // namespace presslab
