// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/models_page.h"

#include <QCoreApplication>
#include <QDropEvent>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMimeData>
#include <QPointer>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QTableWidget>
#include <QThreadPool>
#include <QVBoxLayout>
#include <algorithm>

#include "core/api/lab.h"
#include "ui/charts/palette.h"
#include "ui/widgets/home_path.h"
#include "ui/widgets/hub_panel.h"
#include "ui/widgets/model_facts.h"

namespace presslab {
namespace {

constexpr int kMostRecent = 12;
const auto kRecentKey = QStringLiteral("recentModels");

/// `work` beside the GUI thread, then `then` with its result in it, unless the page has gone.
template <class Work, class Then>
void aside(ModelsPage* page, Work work, Then then) {
  QThreadPool::globalInstance()->start([guard = QPointer<ModelsPage>(page), work, then] {
    auto result = work();
    QMetaObject::invokeMethod(
        qApp,
        [guard, then, result = std::move(result)] {
          if (guard) then(result);
        },
        Qt::QueuedConnection);
  });
}

struct Inspection {
  ModelFootprint footprint;
  QString error;
};

}  // namespace

ModelsPage::ModelsPage(QWidget* parent)
    : QWidget(parent),
      m_title(new QLabel),
      m_hint(new QLabel),
      m_filter(new QLineEdit),
      m_open(new QPushButton),
      m_rescan(new QPushButton),
      m_table(new QTableWidget),
      m_hub(new HubPanel),
      m_facts(new ModelFacts) {
  setAcceptDrops(true);
  m_title->setFont(chartFont(9, true));
  m_hint->setFont(chartFont(8.5));
  m_hint->setProperty("muted", true);
  m_hint->setWordWrap(true);
  m_filter->setObjectName(QStringLiteral("modelFilter"));
  m_filter->setClearButtonEnabled(true);
  m_table->setObjectName(QStringLiteral("models"));
  m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
  m_table->setSelectionMode(QAbstractItemView::SingleSelection);
  m_table->setShowGrid(false);
  m_table->setAlternatingRowColors(true);
  m_table->setFrameShape(QFrame::NoFrame);
  m_table->verticalHeader()->hide();
  m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  m_table->setFont(chartFont(8.5));
  m_table->horizontalHeader()->setFont(chartFont(8.5));
  m_table->verticalHeader()->setDefaultSectionSize(24);
  m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_table->setTextElideMode(Qt::ElideMiddle);
  m_table->setWordWrap(false);
  auto* list = new QFrame;
  list->setProperty("card", true);
  auto* row = new QHBoxLayout;
  row->addWidget(m_title);
  row->addWidget(m_filter, 1);
  row->addWidget(m_rescan);
  row->addWidget(m_open);
  auto* inner = new QVBoxLayout(list);
  inner->setContentsMargins(8, 6, 6, 6);
  inner->addLayout(row);
  inner->addWidget(m_table, 1);
  inner->addWidget(m_hint);
  auto* left = new QWidget;
  auto* leftBox = new QVBoxLayout(left);
  leftBox->setContentsMargins(0, 0, 0, 0);
  leftBox->addWidget(list, 1);
  leftBox->addWidget(m_hub);
  auto* split = new QSplitter;
  split->addWidget(left);
  split->addWidget(m_facts);
  split->setSizes({560, 460});
  split->setChildrenCollapsible(false);
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(0, 6, 8, 4);
  box->addWidget(split, 1);
  connect(m_filter, &QLineEdit::textChanged, this, &ModelsPage::filter);
  connect(m_rescan, &QPushButton::clicked, this, &ModelsPage::reload);
  connect(m_open, &QPushButton::clicked, this, &ModelsPage::openWanted);
  connect(m_table, &QTableWidget::itemSelectionChanged, this, &ModelsPage::choose);
  connect(m_table, &QTableWidget::itemActivated, this, [this] {
    if (m_facts->estimate() && m_facts->estimate()->fits()) Q_EMIT loadWanted(m_chosen);
  });
  connect(m_facts, &ModelFacts::loadWanted, this, &ModelsPage::loadWanted);
  connect(m_hub, &HubPanel::fetched, this, [this](const QString& path) {
    reload();
    if (!path.isEmpty()) inspect(path);
  });
  retranslateUi();
}

void ModelsPage::retranslateUi() {
  m_title->setText(tr("Models on this machine"));
  m_filter->setPlaceholderText(tr("Filter"));
  m_filter->setAccessibleName(tr("Filter the models"));
  m_rescan->setText(tr("Look again"));
  m_rescan->setAccessibleName(tr("Look for models again"));
  m_open->setText(tr("Open file…"));
  m_open->setAccessibleName(tr("Open a model file"));
  m_table->setAccessibleName(tr("Models on this machine"));
  m_hint->setText(tr("Looked for in $PRESSLAB_MODELS, the data folder, the Hugging Face cache, LM Studio and GPT4All; files can be dropped here."));
  m_table->setColumnCount(6);
  m_table->setHorizontalHeaderLabels({tr("Model"), tr("Type"), tr("Size"), tr("Layers x KV heads"), tr("Positions"), tr("Folder")});
  fill();
}

QStringList ModelsPage::recentPaths() { return QSettings().value(kRecentKey).toStringList(); }

void ModelsPage::reload() {
  const quint64 scan = ++m_scan;
  m_rescan->setEnabled(false);
  const QStringList recent = recentPaths();
  aside(
      this,
      [recent] {
        std::vector<ModelInfo> found = findModels();
        for (const QString& path : recent) {  // used before, but outside the search path
          const bool known = std::any_of(found.begin(), found.end(), [&](const ModelInfo& m) {
            return QFileInfo(QString::fromStdString(m.path)).canonicalFilePath() == QFileInfo(path).canonicalFilePath();
          });
          if (known || !QFileInfo(path).isFile()) continue;
          try {
            found.push_back(inspectModel(path.toStdString()));
          } catch (const std::exception&) {  // was a model once; now it is nothing to offer
          }
        }
        return found;
      },
      [this, scan](const std::vector<ModelInfo>& found) {
        if (scan != m_scan) return;
        m_models = found;
        m_rescan->setEnabled(true);
        fill();
        Q_EMIT scanned();
      });
}

// Those used last come first.
void ModelsPage::fill() {
  const QStringList recent = recentPaths();
  const auto rank = [&](const ModelInfo& m) {
    const auto at = recent.indexOf(QString::fromStdString(m.path));
    return at < 0 ? recent.size() : at;
  };
  std::stable_sort(m_models.begin(), m_models.end(), [&](const ModelInfo& a, const ModelInfo& b) { return rank(a) < rank(b); });
  const QSignalBlocker quiet(m_table);
  m_table->setRowCount(int(m_models.size()));
  int chosen = -1;
  for (int r = 0; r < int(m_models.size()); ++r) {
    const ModelInfo& m = m_models[size_t(r)];
    const QFileInfo file(QString::fromStdString(m.path));
    const bool runs = m.layers > 0;
    QString name = m.name.empty() ? file.fileName() : QString::fromStdString(m.name);
    if (file.filePath() == m_loadedPath) name = QStringLiteral("● ") + name;
    const QStringList cells{name,
                            runs ? QString::fromStdString(m.quantization) : tr("cannot be run"),
                            bytesShown(runs ? m.fileBytes : file.size()),
                            runs ? QStringLiteral("%1 x %2").arg(m.layers).arg(m.kvHeads) : QString(),
                            runs ? QLocale(QLocale::English).toString(qint64(m.contextLength)) : QString(),
                            homePath(file.path())};
    for (int c = 0; c < int(cells.size()); ++c) {
      auto* item = new QTableWidgetItem(cells[c]);
      item->setToolTip(runs || m.notices.empty() ? file.filePath() : QString::fromStdString(m.notices.front()));
      item->setData(Qt::UserRole, file.filePath());
      m_table->setItem(r, c, item);
    }
    if (file.filePath() == m_chosen) chosen = r;
  }
  m_table->resizeColumnsToContents();
  m_table->setColumnWidth(0, std::min(m_table->columnWidth(0), 240));
  m_table->horizontalHeader()->setSectionResizeMode(5, QHeaderView::Stretch);
  if (chosen >= 0) m_table->selectRow(chosen);
  filter();
}

void ModelsPage::filter() {
  const QString wanted = m_filter->text().trimmed();
  for (int r = 0; r < m_table->rowCount(); ++r) {
    bool shown = wanted.isEmpty();
    for (int c = 0; c < m_table->columnCount() && !shown; ++c) shown = m_table->item(r, c)->text().contains(wanted, Qt::CaseInsensitive);
    m_table->setRowHidden(r, !shown);
  }
}

void ModelsPage::choose() {
  const auto items = m_table->selectedItems();
  if (!items.isEmpty()) inspect(items.first()->data(Qt::UserRole).toString());
}

void ModelsPage::inspect(const QString& path) {
  m_chosen = path;
  const quint64 number = ++m_inspection;
  m_facts->setPending(path, tr("Reading the header…"));
  aside(
      this,
      [path] {
        Inspection out;
        try {
          ModelSpec spec;
          spec.path = path.toStdString();
          out.footprint = modelFootprint(spec);
        } catch (const std::exception& e) {
          out.error = QString::fromUtf8(e.what());
        }
        return out;
      },
      [this, number, path](const Inspection& found) {
        if (path == m_loadedPath && found.error.isEmpty()) m_loaded = found.footprint;
        if (number != m_inspection) return;
        if (found.error.isEmpty())
          m_facts->setModel(found.footprint);
        else
          m_facts->setPending(path, found.error);
      });
}

void ModelsPage::setJob(const std::vector<std::string>& methods, int contextTokens, int newTokens) {
  m_facts->setJob(methods, contextTokens, newTokens);
}

std::optional<MemoryEstimate> ModelsPage::estimateOfLoaded(const std::vector<std::string>& methods, int contextTokens, int newTokens) const {
  if (!m_loaded) return std::nullopt;
  MemoryEstimate e = estimateMemory(*m_loaded, methods, contextTokens, newTokens);
  if (m_facts->available() >= 0) e.availableBytes = m_facts->available();
  e.loadedBytes = 0;  // it is: the machine's free memory no longer holds it
  return e;
}

void ModelsPage::setCanLoad(bool can) { m_facts->setCanLoad(can); }

void ModelsPage::setLoaded(const ModelInfo& info) {
  m_loadedPath = QString::fromStdString(info.path);
  QStringList recent = recentPaths();
  recent.removeAll(m_loadedPath);
  recent.prepend(m_loadedPath);
  QSettings().setValue(kRecentKey, recent.mid(0, kMostRecent));
  m_loaded.reset();
  m_facts->setLoadedPath(m_loadedPath);
  inspect(m_loadedPath);
  fill();
}

void ModelsPage::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslateUi();
  QWidget::changeEvent(event);
}

void ModelsPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (!m_seen) reload();
  m_seen = true;
}

void ModelsPage::dragEnterEvent(QDragEnterEvent* event) {
  if (!event->mimeData()->hasUrls()) return;
  const QFileInfo dropped(event->mimeData()->urls().value(0).toLocalFile());
  static const QStringList kEndings{QStringLiteral("gguf"), QStringLiteral("safetensors"), QStringLiteral("bin")};
  if (kEndings.contains(dropped.suffix().toLower()) || QFileInfo::exists(dropped.filePath() + QLatin1String("/config.json")))
    event->acceptProposedAction();
}

void ModelsPage::dropEvent(QDropEvent* event) {
  inspect(event->mimeData()->urls().value(0).toLocalFile());
  event->acceptProposedAction();
}

}  // namespace presslab
