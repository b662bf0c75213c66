// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <utility>

#include "core/api/error.h"
#include "core/press/press.h"

namespace presslab {

/// The scorer inside a wrapper.
class InnerScorer {
 public:
  /// Throws Failure(BadInput) when the press gives no scores.
  InnerScorer(const std::string& wrapper, PressPtr press) : m_owner(std::move(press)), m_scorer(dynamic_cast<ScorerPress*>(m_owner.get())) {
    if (!m_scorer) badInput(wrapper + " needs a scorer inside; " + m_owner->spec() + " is none");
  }
  ScorerPress* operator->() const { return m_scorer; }

 private:
  PressPtr m_owner;
  ScorerPress* m_scorer;
};

/// max(1, int(rows * (1 - ratio))): a part of a context never keeps nothing.
inline int64_t partBudget(int64_t rows, double ratio) {
  const auto kept = int64_t(double(rows) * (1 - ratio));
  return kept < 1 ? 1 : kept;
}

}  // namespace presslab
