// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/tokens_page.h"

#include <QComboBox>
#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"
#include "ui/widgets/token_text.h"

namespace presslab {

TokensPage::TokensPage(QWidget* parent)
    : QWidget(parent),
      m_methodLabel(new QLabel),
      m_layerLabel(new QLabel),
      m_headLabel(new QLabel),
      m_againstLabel(new QLabel),
      m_summary(new QLabel),
      m_method(new QComboBox),
      m_layer(new QComboBox),
      m_head(new QComboBox),
      m_against(new QComboBox),
      m_text(new TokenText) {
  m_method->setObjectName(QStringLiteral("tokensMethod"));
  m_layer->setObjectName(QStringLiteral("tokensLayer"));
  m_head->setObjectName(QStringLiteral("tokensHead"));
  m_against->setObjectName(QStringLiteral("tokensAgainst"));
  m_summary->setProperty("muted", true);
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  for (const auto& [label, box] : {std::pair{m_methodLabel, m_method}, {m_layerLabel, m_layer}, {m_headLabel, m_head}, {m_againstLabel, m_against}}) {
    label->setBuddy(box);
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    row->addWidget(label);
    row->addWidget(box);
    connect(box, &QComboBox::currentIndexChanged, this, &TokensPage::shade);
  }
  row->addStretch(1);
  auto* card = new QFrame;
  card->setProperty("card", true);
  auto* inner = new QVBoxLayout(card);
  inner->setContentsMargins(8, 6, 4, 6);
  inner->addLayout(row);
  inner->addWidget(m_summary);
  inner->addWidget(m_text, 1);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(0, 6, 8, 4);
  box->addWidget(card, 1);
  retranslateUi();
}

void TokensPage::retranslateUi() {
  m_methodLabel->setText(tr("Method"));
  m_layerLabel->setText(tr("Layer"));
  m_headLabel->setText(tr("KV head"));
  m_againstLabel->setText(tr("Difference to"));
  m_method->setAccessibleName(tr("Method"));
  m_layer->setAccessibleName(tr("Layer"));
  m_head->setAccessibleName(tr("KV head"));
  m_against->setAccessibleName(tr("Difference to"));
  m_text->setAccessibleName(tr("Text of the context, shaded by what was kept"));
  fillChoices();
}

void TokensPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

void TokensPage::fillChoices() {
  const int method = m_method->currentIndex(), layer = m_layer->currentIndex(), head = m_head->currentIndex(), against = m_against->currentIndex();
  {
    const QSignalBlocker a(m_method), b(m_layer), c(m_head), d(m_against);
    for (QComboBox* box : {m_method, m_layer, m_head, m_against}) box->clear();
    m_layer->addItem(tr("all"));
    m_head->addItem(tr("all"));
    m_against->addItem(tr("nothing"));
    if (m_comparison) {
      for (const MethodMetrics& m : m_comparison->methods) {
        m_method->addItem(methodLabel(QString::fromStdString(m.method)));
        m_against->addItem(methodLabel(QString::fromStdString(m.method)));
      }
      for (int i = 0; i < m_comparison->stamp.layers; ++i) m_layer->addItem(QString::number(i));
      for (int i = 0; i < m_comparison->stamp.kvHeads; ++i) m_head->addItem(QString::number(i));
    }
    m_method->setCurrentIndex(method >= 0 && method < m_method->count() ? method : m_method->count() - 1);
    m_layer->setCurrentIndex(layer < m_layer->count() ? std::max(0, layer) : 0);
    m_head->setCurrentIndex(head < m_head->count() ? std::max(0, head) : 0);
    m_against->setCurrentIndex(against < m_against->count() ? std::max(0, against) : 0);
  }
  shade();
}

void TokensPage::setComparison(std::shared_ptr<const Comparison> comparison) {
  m_comparison = std::move(comparison);
  QStringList places;
  if (m_comparison)
    for (int64_t i = 0; i < m_comparison->contextTokens; ++i) places << QStringLiteral("%1 ").arg(i);
  m_text->setTokens(places);
  fillChoices();
}

void TokensPage::setPieces(const std::vector<std::string>& pieces) {
  if (!m_comparison || int64_t(pieces.size()) != m_comparison->contextTokens) return;
  QStringList texts;
  for (const std::string& piece : pieces) texts << QString::fromStdString(piece);
  m_text->setTokens(texts);
  shade();
}

void TokensPage::show(int method, int layer, int head) {
  m_method->setCurrentIndex(method);
  m_layer->setCurrentIndex(layer + 1);
  m_head->setCurrentIndex(head + 1);
  const std::vector<float> kept = shares(method);
  const auto forgotten = std::find(kept.begin(), kept.end(), 0.0F);
  if (forgotten != kept.end()) m_text->scrollToToken(int(forgotten - kept.begin()));
}

std::vector<float> TokensPage::shares(int method) const {
  if (!m_comparison || method < 0 || size_t(method) >= m_comparison->methods.size()) return {};
  std::vector<float> kept(size_t(m_comparison->contextTokens), 0.0F);
  int heads = 0;
  for (const HeadMetrics& h : m_comparison->methods[size_t(method)].heads) {
    if (m_layer->currentIndex() > 0 && h.layer != m_layer->currentIndex() - 1) continue;
    if (m_head->currentIndex() > 0 && h.head != m_head->currentIndex() - 1) continue;
    ++heads;
    if (h.kept == h.total) {  // a full head need not list its places
      for (float& k : kept) k += 1;
      continue;
    }
    for (int32_t p : h.positions)
      if (p >= 0 && size_t(p) < kept.size()) kept[size_t(p)] += 1;
  }
  if (heads > 0)
    for (float& k : kept) k /= float(heads);
  return kept;
}

void TokensPage::shade() {
  std::vector<float> kept = shares(m_method->currentIndex());
  if (kept.empty()) {
    m_summary->setText(tr("Nothing measured yet"));
    return m_text->setShares({}, false);
  }
  const auto forgotten = std::count(kept.begin(), kept.end(), 0.0F);
  double sum = 0;
  for (float k : kept) sum += double(k);
  const bool difference = m_against->currentIndex() > 0;
  if (difference) {
    const std::vector<float> other = shares(m_against->currentIndex() - 1);
    for (size_t i = 0; i < kept.size() && i < other.size(); ++i) kept[i] -= other[i];
    m_summary->setText(tr("Blue: kept more by the first method. Orange: kept more by the second."));
  } else {
    m_summary->setText(
        tr("%1 of %2 tokens are kept by no head chosen here; %3 % of all places are kept. The darker the ground, the more heads keep a token.")
            .arg(QLocale().toString(qlonglong(forgotten)), QLocale().toString(qlonglong(kept.size())), number(100 * sum / double(kept.size()), 1)));
  }
  m_text->setShares(std::move(kept), difference);
}

}  // namespace presslab
