// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QSize>
#include <QString>
#include <QStringList>

namespace presslab {

class MainWindow;

/// Picture of a window without a person: what to set before, and where it goes.
struct ScreenshotSpec {
  QString path, preset, run;  // run: a stored one to show instead of running
  QSize size{1280, 800};
  int contextTokens = 0;  // 0: as the preset says
  int tab = 0;
  QString folder, suffix;  // folder: instead of `path` a picture of every page, <page><suffix>.png
  QStringList files;       // opened beside the run: a grid's folder, a claims report
  QString question;        // asked of the compressed prompt before the pictures are taken; empty: nothing is
};

/// Sets `window` up, runs the comparison (or shows the stored run), saves the picture and quits the application with the exit code: 0, or 1
/// when the run or the file failed.
void takeScreenshot(MainWindow& window, const ScreenshotSpec& spec);

}  // namespace presslab
