// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// A small comparison on the tiny model, and how its events are told apart.
#pragma once
#include "core/compare/compare.h"
#include "core/compare/compare_test.h"

namespace presslab::test {

inline CompareSpec smallSpec() {
  CompareSpec s;
  s.model = tinySpec();
  s.prompt.contextTokens = 200;
  s.methods = {"none", "duo(ratio=0.5)", "eplb_duo(ratio=0.5)"};
  s.maxNewTokens = 6;
  return s;
}

inline bool isPhase(const RunEvent& e, EventKind kind, Phase phase) { return e.kind == kind && e.phase == phase; }

}  // namespace presslab::test
