// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// What the page shows of the pattern and of the last replay, in the language of the moment.
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>
#include <algorithm>

#include "ui/charts/charts.h"
#include "ui/models/comparison_model.h"
#include "ui/pages/heads_page.h"
#include "ui/run/what_if_client.h"
#include "ui/widgets/delta_table.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/replay_progress.h"

namespace presslab {

const HeadMetrics* HeadsPage::counted(size_t i) const {
  return m_answer && m_asked == m_flips && i < m_answer->after.heads.size() ? &m_answer->after.heads[i] : nullptr;
}

void HeadsPage::show() {
  HeadPatternView view;
  view.layers = m_layers;
  view.kvHeads = m_kvHeads;
  if (m_scores.size() == m_own.size()) view.scores = !m_scores.empty();
  int streaming = 0, differing = 0;
  double highest = 0;  // score among those that stream
  for (size_t i = 0; i < m_own.size(); ++i) {
    HeadCell c;
    c.head = m_own[i];
    c.flipped = m_flips.contains({c.head.layer, c.head.head});
    const bool stream = streams(c.head.layer, c.head.head);
    if (const HeadMetrics* after = counted(i)) {
      c.head = *after;
    } else if (c.flipped) {
      c.head.kind = stream ? HeadKind::Streaming : HeadKind::Retrieval;
      c.head.kept = stream ? -1 : c.head.total;
      c.head.attentionKept = -1;
    }
    if (view.scores) c.score = m_scores[i];
    if (stream && view.scores) highest = streaming == 0 ? double(c.score) : std::max(highest, double(c.score));
    streaming += stream ? 1 : 0;
    c.differs = m_second.size() == m_own.size() && stream != (m_second[i] < .5F);
    differing += c.differs ? 1 : 0;
    view.cells.push_back(std::move(c));
  }
  view.threshold = highest;
  if (m_map->isVisible()) m_map->show(view, m_model->data());
  const QSignalBlocker quiet(m_threshold);
  m_threshold->setRange(0, int(m_own.size()));
  m_threshold->setValue(streaming);
  m_threshold->setEnabled(view.scores);
  m_thresholdLabel->setText(view.scores ? tr("%1 of %2 heads stream · score up to %3 (%4)")
                                              .arg(QString::number(streaming), QString::number(m_own.size()), number(highest, 5), m_scoreSource)
                                        : tr("%1 of %2 heads stream · no scores to order them by").arg(streaming).arg(m_own.size()));
  m_table->set(m_answer.get());
  if (!m_second.empty())
    m_hint->setText(tr("Against %1: %2 heads differ, %3 % agree")
                        .arg(m_secondName, QString::number(differing),
                             number(m_own.empty() ? 100 : 100.0 * double(m_own.size() - size_t(differing)) / double(m_own.size()), 1)));
  else
    m_hint->setText(tr("A head that streams keeps its first and latest tokens; flipped, it keeps the whole context."));
  m_compareButton->setText(m_second.empty() ? tr("Compare…") : tr("Stop comparing"));
  m_resetButton->setEnabled(!m_flips.empty());
  m_whole->setVisible(method() && method()->method.rfind("duo", 0) == 0);
  showCard();
  showState();
}

void HeadsPage::showCard() {
  const QString card = m_map->card(m_map->cursor().layer, m_map->cursor().head);
  m_card->setText(card.isEmpty() ? tr("Run a comparison to see and edit its heads.") : card);
}

void HeadsPage::showState() {
  const bool busy = m_client->busy();
  m_progress->setBusy(busy);
  const bool usable = m_answer && m_asked == m_flips && !m_answer->freshSpec.empty();
  m_useButton->setEnabled(usable);
  m_useButton->setToolTip(usable ? tr("Adds the edited pattern to the methods of the comparison")
                                 : tr("Only a Duo pattern of whole heads can be run as a method: set \"Whole heads\", or choose a duo method"));
  for (QToolButton* b : {m_layerButton, m_loadButton, m_saveButton, m_compareButton}) b->setEnabled(!m_own.empty());
  if (busy)
    m_progress->say(m_answer && m_answer->after.kvBytes > 0 ? tr("Replaying quality…") : tr("Preparing the prompt once for all edits…"));
  else if (m_answer)
    m_progress->say(tr("Replayed on this run's prompt: %1 context tokens, %2 answer positions, %3 ms; not timed as a method.")
                        .arg(QString::number(m_answer->contextTokens), QString::number(m_answer->positions), number(m_answer->ms, 0)));
  else if (m_own.empty())
    m_progress->say({});
}

void HeadsPage::retranslateUi() {
  m_methodLabel->setText(tr("Method"));
  m_method->setAccessibleName(tr("Method whose heads are edited"));
  m_undoAction->setText(tr("Undo"));
  m_redoAction->setText(tr("Redo"));
  m_undoButton->setText(tr("Undo"));
  m_undoButton->setToolTip(tr("Undo (Ctrl+Z)"));
  m_redoButton->setText(tr("Redo"));
  m_redoButton->setToolTip(tr("Redo (Ctrl+Shift+Z)"));
  m_resetButton->setText(tr("Reset"));
  m_resetButton->setToolTip(tr("Back to the method's own pattern"));
  m_layerButton->setText(tr("Flip layer"));
  m_layerButton->setToolTip(tr("Flips every head of the layer under the cursor (Shift+F)"));
  m_loadButton->setText(tr("Load…"));
  m_loadButton->setToolTip(tr("Loads a pattern as DuoAttention's full_attention_heads.tsv: heads below 0.5 stream"));
  m_saveButton->setText(tr("Save…"));
  m_saveButton->setToolTip(tr("Saves the pattern as DuoAttention's full_attention_heads.tsv"));
  m_compareButton->setToolTip(tr("Marks the heads that a second pattern treats otherwise"));
  m_useButton->setText(tr("Use as method"));
  m_whole->setText(tr("Whole heads"));
  m_whole->setToolTip(
      tr("The one head to which duo gives a longer window, to meet the ratio exactly, gets the others' window, as in a pattern file"));
  m_threshold->setToolTip(tr("The heads with the lowest scores stream"));
  for (QToolButton* b : {m_undoButton, m_redoButton, m_resetButton, m_layerButton, m_loadButton, m_saveButton, m_compareButton, m_useButton})
    b->setAccessibleName(b->text().isEmpty() ? tr("Compare…") : b->text());
  m_threshold->setAccessibleName(tr("Number of heads that stream, lowest scores first"));
  m_whole->setAccessibleName(m_whole->text());
  m_card->setAccessibleName(tr("The head under the cursor"));
  show();
}

}  // namespace presslab
