// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "core/api/error.h"

namespace presslab::test {

/// The exit code of the Failure that f throws; 0 when it throws none.
inline int codeOf(const std::function<void()>& f) {
  try {
    f();
  } catch (const Failure& e) {
    return int(e.code());
  }
  return 0;
}

}  // namespace presslab::test
