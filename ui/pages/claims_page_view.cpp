// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// How the claims page is laid out, what it shows of a report, and its texts.
#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <set>

#include "ui/appearance.h"
#include "ui/charts/palette.h"
#include "ui/models/claim_texts.h"
#include "ui/models/claims_model.h"
#include "ui/pages/claims_page.h"
#include "ui/widgets/claim_band.h"
#include "ui/widgets/replay_progress.h"
#include "ui/widgets/table_card.h"

namespace presslab {
namespace {

constexpr int kMostTokens = 1 << 24, kMostRepeats = 1000, kTextWidth = 240, kBandWidth = 120;
const char* const kVerdicts[] = {"", "holds", "does not hold", "cannot hold here"};  // of the buttons
const char* const kMatchNames[] = {"", "ratio", "bytes", "quality", "tips"};         // of the choice

void nameObjects(std::initializer_list<std::pair<QWidget*, const char*>> names) {
  for (const auto& [widget, name] : names) widget->setObjectName(QLatin1String(name));
}

}  // namespace

QFrame* ClaimsPage::makeForm() {
  m_lengths->setCursorPosition(0);
  m_ratio->setRange(.05, .95);
  m_ratio->setSingleStep(.05);
  m_ratio->setValue(ClaimsSpec{}.ratio);
  m_newTokens->setRange(2, kMostTokens);
  m_newTokens->setValue(ClaimsSpec{}.newTokens);
  m_repeat->setRange(1, kMostRepeats);
  m_repeat->setValue(ClaimsSpec{}.repeat);
  m_tips->setRange(0, kMostTokens);
  m_tips->setSingleStep(500);
  m_tips->setValue(ClaimsSpec{}.tipLength);
  auto* form = new QGridLayout;
  form->setHorizontalSpacing(8);
  form->setVerticalSpacing(4);
  int row = 0;
  for (const auto& [label, field] : {std::pair<QLabel*, QWidget*>{m_lengthsLabel, m_lengths},
                                     {m_ratioLabel, m_ratio},
                                     {m_newLabel, m_newTokens},
                                     {m_repeatLabel, m_repeat},
                                     {m_tipsLabel, m_tips}}) {
    label->setBuddy(field);
    form->addWidget(label, row, 0);
    form->addWidget(field, row++, 1);
  }
  form->setColumnStretch(1, 1);
  auto* matches = new QHBoxLayout;
  for (QCheckBox* b : m_matches) {
    b->setChecked(true);
    matches->addWidget(b);
  }
  auto* buttons = new QHBoxLayout;
  for (QPushButton* b : {m_run, m_cancel, m_resume}) buttons->addWidget(b);
  auto* tools = new QGridLayout;
  int at = 0;
  for (QToolButton* b : {m_open, m_copy, m_markdown, m_pdf}) {
    b->setProperty("framed", true);
    b->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    tools->addWidget(b, at / 2, at % 2);
    ++at;
  }
  auto* card = new QFrame;
  card->setProperty("card", true);
  auto* box = new QVBoxLayout(card);
  box->setContentsMargins(8, 6, 8, 6);
  box->setSpacing(6);
  m_settingsLabel->setFont(chartFont(9, true));
  box->addWidget(m_settingsLabel);
  box->addLayout(form);
  box->addWidget(m_matchesLabel);
  box->addLayout(matches);
  box->addLayout(buttons);
  box->addWidget(m_progress);
  box->addStretch(1);
  box->addLayout(tools);
  card->setMinimumWidth(230);
  card->setMaximumWidth(264);
  return card;
}

void ClaimsPage::arrange() {
  nameObjects({{m_lengths, "claimsLengths"},
               {m_ratio, "claimsRatio"},
               {m_newTokens, "claimsNewTokens"},
               {m_repeat, "claimsRepeat"},
               {m_tips, "claimsTips"},
               {m_run, "claimsRun"},
               {m_cancel, "claimsCancel"},
               {m_resume, "claimsResume"},
               {m_table, "claimsTable"},
               {m_match, "claimsMatch"},
               {m_length, "claimsLength"},
               {m_detail, "claimsDetail"},
               {m_markdown, "claimsMarkdown"},
               {m_pdf, "claimsPdf"},
               {m_matches[0], "claimsMatch_ratio"},
               {m_matches[1], "claimsMatch_bytes"},
               {m_matches[2], "claimsMatch_quality"},
               {m_verdicts[0], "claimsVerdict_all"},
               {m_verdicts[1], "claimsVerdict_holds"},
               {m_verdicts[2], "claimsVerdict_not"},
               {m_verdicts[3], "claimsVerdict_cannot"}});
  auto* filters = new QHBoxLayout;
  filters->setSpacing(4);
  auto* exclusive = new QButtonGroup(this);
  for (QToolButton* b : m_verdicts) {
    b->setCheckable(true);
    b->setProperty("framed", true);
    exclusive->addButton(b);
    filters->addWidget(b);
  }
  m_verdicts[0]->setChecked(true);
  filters->addStretch(1);
  for (const auto& [label, box] : {std::pair{m_equalLabel, m_match}, {m_lengthLabel, m_length}}) {
    label->setBuddy(box);
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    filters->addWidget(label);
    filters->addWidget(box);
  }
  m_table->setModel(m_filter);
  m_table->setSortingEnabled(true);
  m_table->horizontalHeader()->setSortIndicatorClearable(true);
  m_table->sortByColumn(-1, Qt::AscendingOrder);
  m_table->horizontalHeader()->setFont(chartFont(8.5));
  m_table->setWordWrap(false);
  m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_table->setItemDelegateForColumn(
      ClaimsModel::Band,
      new ClaimBand([this](const QModelIndex& i) -> const ClaimRow& { return m_model->row(m_filter->mapToSource(i).row()); }, this));
  m_table->horizontalHeader()->setStretchLastSection(true);
  m_stamp->setProperty("muted", true);
  m_stamp->setWordWrap(true);
  m_stamp->setFont(chartFont(8.5));
  m_detail->setWordWrap(true);
  m_detail->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_detail->setMinimumHeight(2 * m_detail->fontMetrics().height());
  m_detail->setAlignment(Qt::AlignTop | Qt::AlignLeft);
  QFrame* table = tableCard(m_tableTitle, m_table);
  auto* inner = static_cast<QVBoxLayout*>(table->layout());
  inner->insertWidget(1, m_stamp);
  inner->addWidget(m_detail);
  auto* right = new QVBoxLayout;
  right->setSpacing(6);
  right->addLayout(filters);
  right->addWidget(table, 1);
  auto* whole = new QHBoxLayout(this);
  whole->setContentsMargins(0, 6, 8, 4);
  whole->setSpacing(8);
  whole->addWidget(makeForm());
  whole->addLayout(right, 1);
}

std::string ClaimsPage::chosenVerdict() const {
  for (size_t i = 0; i < m_verdicts.size(); ++i)
    if (m_verdicts[i]->isChecked()) return kVerdicts[i];
  return {};
}

// The choices that the report has; what was chosen stays chosen where it is still there.
void ClaimsPage::fillChoices() {
  std::set<std::string> matches;
  std::set<int> lengths;
  if (m_report)
    for (const ClaimRow& r : m_report->rows) {
      matches.insert(r.section == "tips" ? "tips" : r.match);
      lengths.insert(r.length);
    }
  const QString match = m_match->currentData().toString();
  const int length = m_length->currentData().toInt();
  const QSignalBlocker quietMatch(m_match), quietLength(m_length);
  m_match->clear();
  for (const char* name : kMatchNames)
    if (!*name || matches.count(name)) m_match->addItem(*name ? claimPhrase(name) : tr("All"), QLatin1String(name));
  m_length->clear();
  m_length->addItem(tr("All"), 0);
  for (const int n : lengths) m_length->addItem(QLocale().toString(n), n);
  m_match->setCurrentIndex(std::max(0, m_match->findData(match)));
  m_length->setCurrentIndex(std::max(0, m_length->findData(length)));
  for (QComboBox* box : {m_match, m_length}) box->setEnabled(box->count() > 2);
  applyFilter();
}

void ClaimsPage::applyFilter() {
  m_filter->setMatch(m_match->currentData().toString().toStdString());
  m_filter->setLength(m_length->currentData().toInt());
  m_filter->setVerdict(chosenVerdict());
  m_table->resizeColumnsToContents();
  m_table->setColumnWidth(ClaimsModel::Text, std::min(m_table->columnWidth(ClaimsModel::Text), kTextWidth));
  m_table->setColumnWidth(ClaimsModel::Band, kBandWidth);
  showCounts();
  showRow();
}

void ClaimsPage::showCounts() {
  const auto count = [&](size_t i) { return QLocale().toString(m_filter->count(kVerdicts[i])); };
  m_verdicts[0]->setText(tr("All: %1").arg(count(0)));
  m_verdicts[1]->setText(tr("✓ hold: %1").arg(count(1)));
  m_verdicts[2]->setText(tr("✗ do not hold: %1").arg(count(2)));
  m_verdicts[3]->setText(tr("– cannot hold here: %1").arg(count(3)));
  for (QToolButton* b : m_verdicts) b->setAccessibleName(b->text());
  QStringList stamp;
  if (m_report && !m_report->stamp.program.empty()) {
    const Stamp& s = m_report->stamp;
    stamp << QString::fromStdString(s.modelName) << QString::fromStdString(s.cpu) << tr("%1 threads").arg(s.threads)
          << tr("%1 GB/s measured").arg(QLocale().toString(s.bandwidthGBs, 'f', 1)) << QString::fromStdString(s.time)
          << tr("%1 comparisons").arg(m_report->done.size());
    for (const std::string& note : m_report->notes) stamp << claimPhrase(note);
  } else {
    stamp << tr("Nothing was measured yet. Judge measures none, duo and eplb_duo at every length and holds the guide's claims against them.");
  }
  m_stamp->setText(stamp.join(QStringLiteral(" · ")));
}

// The chosen row in whole sentences: reasons are longer than a cell.
void ClaimsPage::showRow() {
  const QModelIndex at = m_table->currentIndex();
  if (!at.isValid() || !m_report) {
    m_detail->setText(m_report && !m_report->rows.empty() ? tr("Choose a row to read its reason whole.") : QString());
    return;
  }
  const ClaimRow& r = m_model->row(m_filter->mapToSource(at).row());
  const ClaimFigures f = claimFigures(r);
  const auto text = [](const std::string& s) { return QString::fromStdString(s); };
  QString line = tr("<b>%1</b>: measured %2 %3").arg(claimPhrase(r.text).toHtmlEscaped(), text(f.measured), claimPhrase(r.unit).toHtmlEscaped());
  if (!f.interval.empty()) line += tr(" (%1)").arg(text(f.interval));
  line += tr(", said %1").arg(text(f.said).toHtmlEscaped());
  if (!f.bound.empty()) line += tr(", bound %1").arg(text(f.bound));
  line += QStringLiteral(" — <b style='color:%1'>%2</b>")
              .arg((r.verdict == "holds"           ? look().good
                    : r.verdict == "does not hold" ? look().bad
                                                   : look().muted)
                       .name(),
                   claimPhrase(r.verdict).toHtmlEscaped());
  if (!r.reason.empty()) line += QStringLiteral(": ") + claimPhrase(r.reason).toHtmlEscaped();
  m_detail->setText(line);
}

void ClaimsPage::retranslateForm() {
  m_settingsLabel->setText(tr("The guide's claims"));
  m_lengthsLabel->setText(tr("Lengths"));
  m_lengths->setToolTip(tr("Context tokens, separated by commas; lengths beyond the model's positions are left out"));
  m_ratioLabel->setText(tr("Ratio removed"));
  m_ratio->setToolTip(tr("Of the first comparison of a length; the other matches start from it"));
  m_newLabel->setText(tr("New tokens"));
  m_newTokens->setToolTip(tr("Decoded by every method"));
  m_repeatLabel->setText(tr("Repeats"));
  m_repeat->setToolTip(tr("Timed repeats of every method; they give the speeds their interval"));
  m_tipsLabel->setText(tr("Tips at"));
  m_tips->setToolTip(tr("Context tokens at which the guide's tips are tried"));
  m_tips->setSpecialValueText(tr("not"));
  m_matchesLabel->setText(tr("Compared at equal"));
  for (size_t i = 0; i < m_matches.size(); ++i) {
    m_matches[i]->setText(claimPhrase(kMatchNames[i + 1]));
    m_matches[i]->setAccessibleName(tr("Compared at equal %1").arg(m_matches[i]->text()));
  }
  for (const auto& [field, label] : {std::pair<QWidget*, QLabel*>{m_lengths, m_lengthsLabel},
                                     {m_ratio, m_ratioLabel},
                                     {m_newTokens, m_newLabel},
                                     {m_repeat, m_repeatLabel},
                                     {m_tips, m_tipsLabel}})
    field->setAccessibleName(label->text());
}

void ClaimsPage::retranslateUi() {
  retranslateForm();
  m_run->setText(tr("Judge"));
  m_run->setToolTip(tr("Measures at every length and match, then the tips; what was measured is kept after each comparison"));
  m_cancel->setText(tr("Stop"));
  m_resume->setText(tr("Resume"));
  m_resume->setToolTip(tr("Continues the report that is shown, with its own settings"));
  m_open->setText(tr("Open…"));
  m_open->setToolTip(tr("A report that was made before, by its folder"));
  m_copy->setText(tr("Copy as command"));
  m_copy->setToolTip(tr("The presslab-cli command that makes this report"));
  m_markdown->setText(tr("Markdown…"));
  m_markdown->setToolTip(tr("The whole report as a Markdown file"));
  m_pdf->setText(tr("As PDF…"));
  m_pdf->setToolTip(tr("The whole report as a PDF"));
  for (QAbstractButton* b : std::initializer_list<QAbstractButton*>{m_run, m_cancel, m_resume, m_open, m_copy, m_markdown, m_pdf})
    b->setAccessibleName(b->text());
  m_equalLabel->setText(tr("Equal"));
  m_lengthLabel->setText(tr("Tokens"));
  m_match->setAccessibleName(tr("Match to show"));
  m_length->setAccessibleName(tr("Length to show"));
  m_tableTitle->setText(tr("Claims, figures and verdicts"));
  m_table->setAccessibleName(m_tableTitle->text());
  m_model->retranslate();
  fillChoices();
  updateState();
}

}  // namespace presslab
