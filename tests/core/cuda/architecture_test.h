// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/cuda/architecture_checks.h"

namespace presslab::test {

/// Every architecture's checkpoint through one path.
class ArchitectureTest : public QObject {
  Q_OBJECT

 public:
  using Maker = std::unique_ptr<Backend> (*)(const ModelFile&, const ModelSpec&, const LoadProgress&, std::stop_token);
  ArchitectureTest(Maker make, ModelSpec spec) : m_make(make), m_spec(std::move(spec)) {}

 private Q_SLOTS:
  void everyPath_data() {
    QTest::addColumn<QString>("name");
    for (const std::string& n : checkpointNames()) QTest::newRow(n.c_str()) << QString::fromStdString(n);
  }
  void everyPath() {
    QFETCH(QString, name);
    const Checkpoint c(name.toStdString());
    const auto file = openModelFile(checkpointPath(name.toStdString()) + ".gguf");
    const auto cpu = makeCpuBackend(*file, exactSpec(), {}, {}), other = m_make(*file, m_spec, {}, {});
    checkArchitecture(name.toStdString(), c, *cpu, *other);
  }

 private:
  Maker m_make;
  ModelSpec m_spec;
};

}  // namespace presslab::test
