// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QtTest>

#include "core/torch/path_failures.h"

namespace presslab::test {

/// The checks that every path besides the CPU's own passes on every device; a test of one path derives from it and adds what is its own.
class PathTest : public QObject {
  Q_OBJECT

 public:
  explicit PathTest(std::string device) : m_device(std::move(device)) {}

 protected:
  const std::string m_device;

 private Q_SLOTS:
  void logits() { checkAllLogits(m_device); }
  void tinyFile() { checkTinyFile(m_device); }
  void ragged() { checkRagged(m_device, false); }
  void rings() { checkRagged(m_device, true); }
  void shortRings() { checkShortRings(m_device); }
  void decodeAlone() { checkDecodeAlone(m_device); }
  void clone() { checkClone(m_device); }
  void trace() { checkTrace(m_device); }
  void tap() { checkTap(m_device); }
  void fast() { checkFast(m_device); }
  void peak() { checkPeak(m_device); }
  void failures() { checkFailures(m_device); }
  void notFinite() { checkNotFinite(m_device); }
  void cancel() { checkCancel(m_device); }
};

}  // namespace presslab::test
