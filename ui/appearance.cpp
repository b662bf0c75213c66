// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/appearance.h"

#include <QApplication>
#include <QFile>
#include <QLibraryInfo>
#include <QLocale>
#include <QPalette>
#include <QStyle>
#include <QTranslator>
#include <algorithm>
#include <cmath>
#include <memory>

namespace presslab {
namespace {

QPalette paletteOf(const Look& c) {
  QPalette p;
  p.setColor(QPalette::Window, c.window);
  p.setColor(QPalette::Base, c.surface);
  p.setColor(QPalette::AlternateBase, c.window);
  p.setColor(QPalette::Button, c.dark ? QColor(0x34373c) : QColor(0xf7f8fa));
  p.setColor(QPalette::ToolTipBase, c.dark ? QColor(0x34373c) : QColor(0xffffff));
  for (QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText}) {
    p.setColor(role, c.text);
    p.setColor(QPalette::Disabled, role, c.line);
  }
  p.setColor(QPalette::PlaceholderText, c.muted);
  p.setColor(QPalette::BrightText, Qt::white);
  p.setColor(QPalette::Highlight, c.accent);
  p.setColor(QPalette::HighlightedText, c.accentText);
  p.setColor(QPalette::Link, c.accent);
  return p;
}

// The sheet names colours by role: @window, @text and so on.
QString sheetOf(const Look& c) {
  QFile file(QStringLiteral(":/style/presslab.qss"));
  if (!file.open(QIODevice::ReadOnly)) return {};
  QString sheet = QString::fromUtf8(file.readAll());
  // Longer names first: @accentText begins like @accent.
  const std::pair<const char*, QColor> roles[]{
      {"@accentText", c.accentText}, {"@accent", c.accent}, {"@window", c.window}, {"@surface", c.surface}, {"@border", c.border},
      {"@muted", c.muted},           {"@line", c.line},     {"@good", c.good},     {"@bad", c.bad},         {"@text", c.text}};
  for (const auto& [name, color] : roles) sheet.replace(QLatin1String(name), color.name());
  return sheet;
}

bool inDark = false;  // as applyTheme() left it; GUI thread

double luminance(const QColor& c) {
  const auto linear = [](double v) { return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
  return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
}

}  // namespace

const Look& look(bool dark) {
  static const Look light{false,
                          QColor(0xf2f3f6),
                          QColor(0xffffff),
                          QColor(0xd9dce2),
                          QColor(0xe6e8ed),
                          QColor(0x1b1d21),
                          QColor(0x5a606b),
                          QColor(0x7b818c),
                          QColor(0x0a5fb4),
                          QColor(0xffffff),
                          QColor(0x11703a),
                          QColor(0xb3261e)};
  static const Look night{true,
                          QColor(0x191a1d),
                          QColor(0x222428),
                          QColor(0x3b3e45),
                          QColor(0x33363c),
                          QColor(0xe9eaed),
                          QColor(0xa6abb5),
                          QColor(0x858b96),
                          QColor(0x64b1f4),
                          QColor(0x10161c),
                          QColor(0x5fcf8b),
                          QColor(0xff8a80)};
  return dark ? night : light;
}

const Look& look() { return look(inDark); }

double contrast(const QColor& a, const QColor& b) {
  const auto [lo, hi] = std::minmax({luminance(a), luminance(b)});
  return (hi + 0.05) / (lo + 0.05);
}

bool applyTheme(Theme theme) {
  static const bool systemDark = QApplication::palette().color(QPalette::Window).lightness() < 128;
  const bool dark = theme == Theme::Dark || (theme == Theme::System && systemDark);
  inDark = dark;
  if (QApplication::style()->name() != QLatin1String("fusion")) QApplication::setStyle(QStringLiteral("fusion"));
  QApplication::setPalette(paletteOf(look(dark)));
  qApp->setStyleSheet(sheetOf(look(dark)));
  return dark;
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
