// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QCoreApplication>
#include <QPushButton>
#include <QTest>
#include <memory>

#include "ui/main_window.h"

namespace presslab::test {

/// The real window, English, 1280x800, with the tiny model loaded and a home of its own. Null when the model is not there after two minutes.
inline std::unique_ptr<MainWindow> tinyWindow(const QString& home) {
  QCoreApplication::setOrganizationName(QStringLiteral("presslab-test"));
  for (const char* variable : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"}) qputenv(variable, home.toUtf8());
  auto window = std::make_unique<MainWindow>(QStringLiteral(PRESSLAB_TEST_DATA "/model/tiny_llama.gguf"));
  window->setLanguage(QStringLiteral("en"));
  window->resize(1280, 800);
  window->show();
  const auto* run = window->findChild<QPushButton*>(QStringLiteral("run"));
  if (!QTest::qWaitFor([&] { return run->isEnabled(); }, 120000)) return nullptr;
  return window;
}

}  // namespace presslab::test
