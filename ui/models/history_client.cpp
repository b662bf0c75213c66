// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/history_client.h"

#include <exception>

namespace presslab {
namespace {

constexpr int64_t kBinSeconds = 30 * 24 * 3600;  // what was deleted in the window can be brought back so long

}  // namespace

HistoryClient::HistoryClient(QObject* parent) : QObject(parent), m_context(new QObject) {
  m_context->moveToThread(&m_thread);
  m_thread.setObjectName(QStringLiteral("history"));
  m_thread.start();
}

HistoryClient::~HistoryClient() {
  // The last job ends the thread, behind all that were given before.
  QMetaObject::invokeMethod(
      m_context, [this] { m_thread.quit(); }, Qt::QueuedConnection);
  m_thread.wait();
  delete m_context;
}

void HistoryClient::submit(std::function<std::function<void()>(RunStore&)> work, bool thenList) {
  QMetaObject::invokeMethod(
      m_context,
      [this, work = std::move(work), thenList] {
        try {
          if (!m_store) {
            m_store = std::make_unique<RunStore>(openHistory());
            m_store->emptyBin(kBinSeconds);
          }
          QMetaObject::invokeMethod(this, work(*m_store), Qt::QueuedConnection);
          if (!thenList) return;
          m_revision = m_store->revision();
          auto runs = m_store->list();
          QMetaObject::invokeMethod(
              this, [this, runs = std::move(runs)] { Q_EMIT listed(runs); }, Qt::QueuedConnection);
        } catch (const std::exception& e) {
          m_store.reset();  // opened again by the next job: what was wrong may have been put right
          QMetaObject::invokeMethod(
              this, [this, reason = QString::fromUtf8(e.what())] { Q_EMIT failed(reason); }, Qt::QueuedConnection);
        }
      },
      Qt::QueuedConnection);
}

void HistoryClient::keep(std::shared_ptr<const Comparison> run) {
  if (!run || run->methods.empty()) return;
  QMetaObject::invokeMethod(
      m_context,
      [this, run] {
        const std::string why = keepInHistory(*run);
        QMetaObject::invokeMethod(
            this, [this, why] { why.empty() ? list() : Q_EMIT notKept(QString::fromStdString(why)); }, Qt::QueuedConnection);
      },
      Qt::QueuedConnection);
}

void HistoryClient::list() {
  submit([](RunStore&) { return [] {}; }, true);
}

void HistoryClient::listIfChanged() {
  QMetaObject::invokeMethod(
      m_context,
      [this] {
        try {
          if (m_store && m_store->revision() != m_revision)
            QMetaObject::invokeMethod(
                this, [this] { list(); }, Qt::QueuedConnection);
        } catch (const std::exception&) {
          m_store.reset();  // told when the user next asks for something
        }
      },
      Qt::QueuedConnection);
}

void HistoryClient::load(const std::vector<std::string>& ids) {
  submit(
      [this, ids](RunStore& store) {
        RunList runs;
        for (const std::string& id : ids) runs.push_back(std::make_shared<const Comparison>(store.load(id)));
        return [this, runs] { Q_EMIT loaded(runs); };
      },
      false);
}

void HistoryClient::setLabels(const std::string& id, const std::string& name, const std::vector<std::string>& tags, const std::string& note) {
  submit(
      [=](RunStore& store) {
        store.setName(id, name);
        store.setTags(id, tags);
        store.setNote(id, note);
        return [] {};
      },
      true);
}

void HistoryClient::remove(const std::vector<std::string>& ids) {
  submit(
      [ids](RunStore& store) {
        store.remove(ids);
        return [] {};
      },
      true);
}

void HistoryClient::restore(const std::vector<std::string>& ids) {
  submit(
      [ids](RunStore& store) {
        store.restore(ids);
        return [] {};
      },
      true);
}

void HistoryClient::importFrom(const QString& path) {
  submit(
      [this, path](RunStore& store) {
        const ImportReport report = store.importFrom(path.toStdString());
        return [this, report] { Q_EMIT imported(report); };
      },
      true);
}

void HistoryClient::exportTo(const QString& file, const std::vector<std::string>& ids) {
  submit(
      [this, file, ids](RunStore& store) {
        const int count = store.exportTo(file.toStdString(), ids);
        return [this, file, count] { Q_EMIT exported(file, count); };
      },
      false);
}

}  // namespace presslab
