// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
// Head patterns as files: load, save, compare, and the edited one as a method.
#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include "core/api/press_info.h"
#include "ui/pages/heads_page.h"

namespace presslab {

bool HeadsPage::loadPattern(const QString& path) {
  try {
    const HeadPattern p = readHeadPattern(path.toStdString(), m_layers, m_kvHeads);
    Flips next;
    for (size_t i = 0; i < m_own.size(); ++i)
      if (ownStreams(m_own[i]) != (p.values[i] < .5F)) next.insert({m_own[i].layer, m_own[i].head});
    m_scores = p.values;
    m_scoreSource = QFileInfo(path).fileName();
    push(next, tr("load %1").arg(m_scoreSource));
    show();
  } catch (const std::exception& e) {
    Q_EMIT failed(QString::fromUtf8(e.what()));
    return false;
  }
  return true;
}

bool HeadsPage::savePattern(const QString& path) {
  std::vector<uint8_t> stream;
  for (const HeadMetrics& h : m_own) stream.push_back(streams(h.layer, h.head) ? 1 : 0);
  try {
    writeHeadPattern(makeHeadPattern(m_layers, m_kvHeads, stream, m_scores), path.toStdString());
  } catch (const std::exception& e) {
    Q_EMIT failed(QString::fromUtf8(e.what()));
    return false;
  }
  Q_EMIT told(tr("Written: %1").arg(path));
  return true;
}

bool HeadsPage::comparePattern(const QString& path) {
  try {
    m_second = readHeadPattern(path.toStdString(), m_layers, m_kvHeads).values;
    m_secondName = QFileInfo(path).fileName();
  } catch (const std::exception& e) {
    Q_EMIT failed(QString::fromUtf8(e.what()));
    return false;
  }
  show();
  return true;
}

/// The edited pattern as a method of the next comparison: the file is kept with the program's data, named by its content.
void HeadsPage::useAsMethod() {
  if (!m_answer || m_answer->freshSpec.empty() || m_asked != m_flips) return;
  std::vector<uint8_t> stream;
  QByteArray bits;
  for (const HeadMetrics& h : m_own) {
    stream.push_back(streams(h.layer, h.head) ? 1 : 0);
    bits.append(char('0' + stream.back()));
  }
  const QDir folder(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/head-patterns"));
  const QString name = QString::fromLatin1(QCryptographicHash::hash(bits, QCryptographicHash::Sha1).toHex().left(10)) + QStringLiteral(".tsv");
  if (!QDir().mkpath(folder.path()) || !savePattern(folder.filePath(name))) return;
  QString spec = QString::fromStdString(m_answer->freshSpec);
  spec.replace(QStringLiteral("%FILE%"), folder.filePath(name));
  try {
    Q_EMIT methodWanted(QString::fromStdString(canonicalPressSpec(spec.toStdString())));
  } catch (const std::exception& e) {
    Q_EMIT failed(QString::fromUtf8(e.what()));
  }
}

}  // namespace presslab
