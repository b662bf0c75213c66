// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QFile>
#include <QString>
#include <string>

#include "core/api/error.h"
#include "core/format/model_file.h"

namespace presslab::test {

inline bool writeFile(const QString& path, const std::string& bytes) {
  QFile file(path);
  return file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(bytes.data(), qint64(bytes.size())) == qint64(bytes.size());
}

struct OpenResult {
  std::unique_ptr<ModelFile> model;
  int code = 0;  // exit code of the failure, 0 when it opened
  QString error;
};

/// Opens a model; anything but a Failure passes through and fails the test.
inline OpenResult open(const QString& path) {
  OpenResult out;
  try {
    out.model = openModelFile(path.toStdString());
  } catch (const Failure& failure) {
    out.code = int(failure.code());
    out.error = QString::fromUtf8(failure.what());
  }
  return out;
}

}  // namespace presslab::test
