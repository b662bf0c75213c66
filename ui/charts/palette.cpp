// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/palette.h"

#include <QFontDatabase>
#include <array>

#include "ui/appearance.h"
#include "ui/charts/qcp.h"

namespace presslab {

ChartTheme chartTheme(bool dark) {
  const Look& c = look(dark);
  return {dark, c.surface, c.text, c.grid, c.muted, c.line};
}

QColor methodColor(int index, bool dark) {
  static constexpr std::array<unsigned, 8> kLight{0x5a5a5a, 0xd55e00, 0x0072b2, 0x00805d, 0xb0548a, 0x946a00, 0x2f86b5, 0x7a5195};
  static constexpr std::array<unsigned, 8> kDark{0xbdbdbd, 0xe69f00, 0x56b4e9, 0x21c795, 0xe08fc0, 0xf0e442, 0x8ab6ff, 0xc4a0e8};
  const size_t i = size_t(index < 0 ? 0 : index) % kLight.size();
  return QColor(QRgb(0xff000000u | (dark ? kDark[i] : kLight[i])));
}

Qt::PenStyle methodDash(int index) {
  static constexpr std::array kDash{Qt::SolidLine, Qt::SolidLine, Qt::DashLine, Qt::DashDotLine, Qt::DotLine, Qt::DashDotDotLine};
  return kDash[size_t(index < 0 ? 0 : index) % kDash.size()];
}

int methodMarker(int index) {
  static constexpr std::array kShape{QCPScatterStyle::ssCircle,  QCPScatterStyle::ssTriangle,        QCPScatterStyle::ssSquare,
                                     QCPScatterStyle::ssDiamond, QCPScatterStyle::ssCross,           QCPScatterStyle::ssPlus,
                                     QCPScatterStyle::ssStar,    QCPScatterStyle::ssTriangleInverted};
  return kShape[size_t(index < 0 ? 0 : index) % kShape.size()];
}

QFont chartFont(double pointSize, bool bold) {
  static const QStringList families = [] {
    QStringList found{QFontDatabase::systemFont(QFontDatabase::GeneralFont).family()};
    const QStringList chinese = QFontDatabase::families(QFontDatabase::SimplifiedChinese);
    for (const char* wanted : {"Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "Microsoft YaHei", "PingFang SC"})
      if (chinese.contains(QLatin1String(wanted))) found << QLatin1String(wanted);
    if (found.size() == 1 && !chinese.isEmpty()) found << chinese.first();
    return found;
  }();
  QFont font;
  font.setFamilies(families);
  font.setPointSizeF(pointSize);
  font.setBold(bold);
  return font;
}

double mebi(double bytes) { return bytes / 1048576.0; }

}  // namespace presslab
