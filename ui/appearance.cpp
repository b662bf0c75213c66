// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/appearance.h"

#include <QApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QPalette>
#include <QStyle>
#include <QTranslator>
#include <memory>

namespace presslab {
namespace {

QPalette darkPalette() {
  QPalette p;
  const QColor window(0x26272b), base(0x1e1f22), text(0xe6e6e6), button(0x34363b), link(0x56b4e9), dim(0x85878d);
  p.setColor(QPalette::Window, window);
  p.setColor(QPalette::Base, base);
  p.setColor(QPalette::AlternateBase, window);
  p.setColor(QPalette::Button, button);
  p.setColor(QPalette::ToolTipBase, button);
  for (QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText}) {
    p.setColor(role, text);
    p.setColor(QPalette::Disabled, role, dim);
  }
  p.setColor(QPalette::PlaceholderText, QColor(0xa0a2a8));
  p.setColor(QPalette::BrightText, Qt::white);
  p.setColor(QPalette::Highlight, QColor(0x2b6ea3));
  p.setColor(QPalette::HighlightedText, Qt::white);
  p.setColor(QPalette::Link, link);
  return p;
}

}  // namespace

bool applyTheme(Theme theme) {
  static const QPalette system = QApplication::palette();
  static const QString systemStyle = QApplication::style() ? QApplication::style()->name() : QString();
  if (theme == Theme::System) {
    QApplication::setStyle(systemStyle.isEmpty() ? QStringLiteral("fusion") : systemStyle);
    QApplication::setPalette(system);
    return system.color(QPalette::Window).lightness() < 128;
  }
  QApplication::setStyle(QStringLiteral("fusion"));
  if (theme == Theme::Dark)
    QApplication::setPalette(darkPalette());
  else
    QApplication::setPalette(QApplication::style()->standardPalette());
  return theme == Theme::Dark;
}

QString applyLanguage(const QString& code) {
  static std::unique_ptr<QTranslator> ours, qts;
  const QLocale locale = code.isEmpty() ? QLocale::system() : QLocale(code);
  const bool chinese = locale.language() == QLocale::Chinese;
  if (ours) QCoreApplication::removeTranslator(ours.get());
  if (qts) QCoreApplication::removeTranslator(qts.get());
  ours.reset();
  qts.reset();
  QLocale::setDefault(chinese ? QLocale(QStringLiteral("zh_CN")) : QLocale(QStringLiteral("en_US")));
  if (chinese) {
    qts = std::make_unique<QTranslator>();
    if (qts->load(QStringLiteral("qtbase_zh_CN"), QLibraryInfo::path(QLibraryInfo::TranslationsPath))) QCoreApplication::installTranslator(qts.get());
    ours = std::make_unique<QTranslator>();
    if (ours->load(QStringLiteral(":/i18n/presslab_zh_CN.qm"))) QCoreApplication::installTranslator(ours.get());
  }
  return chinese ? QStringLiteral("zh_CN") : QStringLiteral("en");
}

}  // namespace presslab
