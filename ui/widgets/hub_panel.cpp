// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/hub_panel.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/charts/palette.h"
#include "ui/run/hub_fetch.h"
#include "ui/widgets/model_facts.h"

namespace presslab {
namespace {

// Names of the guide's tiers, as core lists them.
constexpr const char* kTierNames[]{QT_TRANSLATE_NOOP("HubTiers", "quick"), QT_TRANSLATE_NOOP("HubTiers", "standard"),
                                   QT_TRANSLATE_NOOP("HubTiers", "recommended")};

QString timeShown(double seconds) {
  const int s = int(seconds + .5);
  return s < 60 ? HubPanel::tr("%1 s left").arg(s) : HubPanel::tr("%1 min %2 s left").arg(s / 60).arg(s % 60);
}

}  // namespace

HubPanel::HubPanel(QWidget* parent)
    : QFrame(parent),
      m_fetch(new HubFetch(this)),
      m_title(new QLabel),
      m_note(new QLabel),
      m_status(new QLabel),
      m_name(new QLineEdit),
      m_file(new QComboBox),
      m_get(new QPushButton),
      m_cancel(new QPushButton),
      m_bar(new QProgressBar) {
  setProperty("card", true);
  m_title->setFont(chartFont(9, true));
  m_name->setObjectName(QStringLiteral("hubName"));
  m_file->setObjectName(QStringLiteral("hubFile"));
  m_get->setObjectName(QStringLiteral("hubGet"));
  m_cancel->setObjectName(QStringLiteral("hubCancel"));
  m_bar->setObjectName(QStringLiteral("hubProgress"));
  m_status->setObjectName(QStringLiteral("hubStatus"));
  m_bar->setRange(0, 1000);
  m_bar->setTextVisible(false);
  m_bar->setFixedHeight(8);
  m_file->hide();
  m_bar->hide();
  for (QLabel* label : {m_note, m_status}) {
    label->setWordWrap(true);
    label->setFont(chartFont(8.5));
  }
  m_note->setProperty("muted", true);
  m_status->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_status->hide();
  auto* row = new QHBoxLayout;
  row->addWidget(m_name, 1);
  row->addWidget(m_file, 1);
  row->addWidget(m_get);
  row->addWidget(m_cancel);
  auto* tiers = new QGridLayout;
  tiers->setVerticalSpacing(3);
  int at = 0;
  for (const HubTier& tier : hubTiers()) {
    auto* button = new QPushButton;
    auto* label = new QLabel;
    label->setFont(chartFont(8.5));
    const QString repo = QString::fromUtf8(tier.repo.data(), qsizetype(tier.repo.size()));
    connect(button, &QPushButton::clicked, this, [this, repo] {
      m_name->setText(repo);
      start();
    });
    tiers->addWidget(label, at, 0);
    tiers->addWidget(button, at++, 1);
    m_tiers.push_back(button);
    m_tierLabels.push_back(label);
  }
  tiers->setColumnStretch(0, 1);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(8, 6, 8, 8);
  box->setSpacing(5);
  box->addWidget(m_title);
  box->addLayout(row);
  box->addWidget(m_bar);
  box->addWidget(m_status);
  box->addLayout(tiers);
  box->addWidget(m_note);
  connect(m_get, &QPushButton::clicked, this, &HubPanel::start);
  connect(m_name, &QLineEdit::returnPressed, this, &HubPanel::start);
  connect(m_name, &QLineEdit::textEdited, m_file, &QWidget::hide);
  connect(m_cancel, &QPushButton::clicked, m_fetch, &HubFetch::cancel);
  connect(m_fetch, &HubFetch::progressed, this, &HubPanel::showProgress);
  connect(m_fetch, &HubFetch::choiceWanted, this, &HubPanel::showChoice);
  connect(m_fetch, &HubFetch::finished, this, &HubPanel::showResults);
  connect(m_fetch, &HubFetch::runningChanged, this, &HubPanel::updateState);
  connect(m_fetch, &HubFetch::failed, this, [this](const QString& reason, bool cancelled) {
    m_status->setText(cancelled ? tr("Cancelled. What came is kept; Get goes on from there.") : reason);
    m_status->show();
  });
  retranslateUi();
  updateState();
}

void HubPanel::retranslateUi() {
  m_title->setText(tr("Get a model from the Hugging Face hub"));
  m_name->setPlaceholderText(tr("owner/name or owner/name:file.gguf"));
  m_name->setAccessibleName(tr("Repository on the hub"));
  m_file->setAccessibleName(tr("File of the repository"));
  m_get->setText(tr("Get"));
  m_cancel->setText(tr("Cancel"));
  m_get->setAccessibleName(tr("Get this model"));
  m_cancel->setAccessibleName(tr("Cancel the download"));
  m_bar->setAccessibleName(tr("Progress of the download"));
  m_note->setText(
      tr("These three are the guide's. GGUF files and Hugging Face folders (safetensors, PyTorch) both run. HF_ENDPOINT, HF_TOKEN and "
         "HF_HUB_OFFLINE are read."));
  size_t i = 0;
  for (const HubTier& tier : hubTiers()) {
    const QString title = QString::fromUtf8(tier.title.data(), qsizetype(tier.title.size()));
    const QString repo = QString::fromUtf8(tier.repo.data(), qsizetype(tier.repo.size()));
    m_tierLabels[i]->setText(QStringLiteral("%1 · %2").arg(QCoreApplication::translate("HubTiers", kTierNames[i]), repo));
    m_tiers[i]->setText(tr("Get"));
    m_tiers[i++]->setAccessibleName(tr("Get %1").arg(title));
  }
}

void HubPanel::updateState() {
  const bool running = m_fetch->running();
  m_get->setVisible(!running);
  m_cancel->setVisible(running);
  m_name->setEnabled(!running);
  m_file->setEnabled(!running);
  for (QPushButton* b : m_tiers) b->setEnabled(!running);
  m_bar->setVisible(running);
}

void HubPanel::start() {
  m_status->setText(tr("Asking the hub…"));
  m_status->show();
  m_bar->setRange(0, 0);
  QString name = m_name->text().trimmed();
  if (!m_file->isHidden()) name = name.section(QLatin1Char(':'), 0, 0) + QLatin1Char(':') + m_file->currentData().toString();
  m_fetch->start(name);
}

void HubPanel::showProgress(const HubProgress& p) {
  const qint64 all = p.allTotal >= 0 ? p.allTotal : 0;
  m_bar->setRange(0, all > 0 ? 1000 : 0);
  if (all > 0) m_bar->setValue(int(1000 * double(p.allDone) / double(all)));
  QString text = QString::fromStdString(p.file);
  if (p.count > 1) text += QStringLiteral(" (%1/%2)").arg(p.index + 1).arg(p.count);
  text += QStringLiteral(" · ") + bytesShown(p.allDone);
  if (all > 0) text += QStringLiteral(" / ") + bytesShown(all);
  if (p.bytesPerSecond > 0) text += QStringLiteral(" · ") + tr("%1 a second").arg(bytesShown(qint64(p.bytesPerSecond)));
  if (p.secondsLeft >= 0) text += QStringLiteral(" · ") + timeShown(p.secondsLeft);
  if (!p.note.empty()) text += QStringLiteral(" · ") + tr("trying again: %1").arg(QString::fromStdString(p.note));
  m_status->setText(text);
}

void HubPanel::showChoice(const HubListing& listing) {
  m_file->clear();
  for (const HubFile& f : listing.files) {
    const QString name = QString::fromStdString(f.name);
    m_file->addItem(f.bytes >= 0 ? QStringLiteral("%1 · %2").arg(name, bytesShown(f.bytes)) : name, name);
  }
  m_file->show();
  m_file->setFocus();
  m_status->setText(tr("The repository holds %1 models: choose one, then Get.").arg(listing.files.size()));
}

void HubPanel::showResults(const std::vector<HubResult>& results) {
  QString model, folder;
  qint64 bytes = 0;
  for (const HubResult& r : results) {
    bytes += r.bytes;
    if (model.isEmpty() && r.name.ends_with(".gguf")) model = QString::fromStdString(r.path);
    if (r.name == "config.json") folder = QString::fromStdString(r.path).section(QLatin1Char('/'), 0, -2);
  }
  if (model.isEmpty()) model = folder;
  const QString where = results.empty() ? QString() : QString::fromStdString(results.front().path).section(QLatin1Char('/'), 0, -2);
  m_status->setText(model.isEmpty() ? tr("%1 files, %2, are in %3. They are no whole model.").arg(results.size()).arg(bytesShown(bytes), where)
                                    : tr("Here: %1 (%2)").arg(model, bytesShown(bytes)));
  Q_EMIT fetched(model);
}

void HubPanel::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QFrame::changeEvent(event);
}

}  // namespace presslab
