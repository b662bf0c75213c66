// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/what_if.h"
#include "core/compare/comparison_run.h"
#include "core/compare/replay.h"

namespace presslab {

/// Heads turned around: those that stream keep the whole context of `tokens`, all others keep `sink` first and `recent` latest tokens as a ring.
/// wholeHeads: streaming heads with a longer window get this one. Throws Failure(BadInput) for a head that is not there.
std::vector<LayerKeep> withFlips(std::vector<LayerKeep> layers, const std::vector<HeadPlace>& flips, int64_t tokens, int64_t sink, int64_t recent,
                                 bool wholeHeads);

/// Answers edits of a comparison's methods from one prefilled cache that it keeps: full K and V, and what every method of the comparison keeps,
/// each of them also with the other ways of load balance, so that those cost no second prefill. What it says of a method equals the method's own
/// run. Belongs to a Lab; engine thread. Holds memory as long as it lives: it is let go before a timed run.
class WhatIf {
 public:
  WhatIf(LoadedModel& model, RunMemory& memory) : m_model(model), m_memory(memory) {}
  /// Never throws: refusals and cancels stand in the answer. progress may be empty.
  WhatIfAnswer answer(const CompareSpec&, const WhatIfRequest&, const WhatIfProgress&, std::stop_token) noexcept;

 private:
  struct Known {  // a method whose plan is there
    std::string spec;
    KeepPlan plan;
    std::optional<WhatIfSide> side{};  // with quality, once it was measured
    Replay::Share own{}, turned{};     // attention of the plan, and of the plan with every head turned around; empty until it is asked for
    int64_t sink = 0, recent = 0;      // window of `turned`
  };
  struct Session {  // one prompt
    PromptIds prompt;
    std::unique_ptr<Replay> replay;
    std::list<Known> known;
    int newTokens = 0;
  };
  using Share = std::function<void(double)>;

  void answerInto(WhatIfAnswer&, const CompareSpec&, const WhatIfRequest&, const WhatIfProgress&, const std::stop_token&);
  void prepare(const CompareSpec&, const Share&, const std::stop_token&);
  void calibrate(const CompareSpec&, const std::vector<std::string>& specs, const std::stop_token&);
  Known& known(const std::string& spec, const RunContext&, const Share&, const std::stop_token&);
  RunContext context(const CompareSpec&) const;
  WhatIfSide sideOf(const std::string& spec, const std::vector<LayerKeep>&) const;
  void attend(Known&, int64_t sink, int64_t recent, const Share&, const std::stop_token&) const;
  void fillAttention(WhatIfSide&, const Replay::Share& own, const Replay::Share* turned, const std::vector<HeadPlace>& flips) const;

  LoadedModel& m_model;
  RunMemory& m_memory;
  std::unique_ptr<Session> m_session;
};

}  // namespace presslab
