// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/eval.h"
#include "core/compare/method_run.h"
#include "core/press/random.h"

namespace presslab {

/// What a task's generator gets: everything that decides its text.
struct TaskRequest {
  const Tokenizer* tokenizer = nullptr;
  const VocabData* vocab = nullptr;
  std::string_view essay;                         // text of haystacks
  const std::vector<int32_t>* textIds = nullptr;  // of ppl and kld, begin-of-sequence not among them
  int length = 0;                                 // tokens of the context, exactly
  int instance = 0;                               // 0, 1, ...
  uint64_t seed = 0;                              // of the grid; task, length and instance are mixed in by the generators
  int newTokens = 64;                             // kld
  bool raw = false, queryAware = false;
};

/// One instance of a task. `prompt.context` has exactly the requested number of tokens (before a query-aware question joins it).
struct TaskInstance {
  PromptIds prompt;  // continuation: tokens that every method is fed (ppl, kld)
  std::string question, answerPrefix;
  std::vector<std::string> answers;
  int askedTokens = 0;    // of the question, wherever it stands
  int newTokens = 0;      // to generate (scored) or of the continuation
  bool scoreNll = false;  // negative log-likelihood of the continuation counts (ppl)
};

struct TaskRow {
  EvalTaskInfo info;
  TaskInstance (*make)(const TaskRequest&);
  int (*instances)(const TaskRequest&, int seeds, int chunks);  // null: as many as seeds
};

/// One row a file, gathered in task_table.cpp.
extern const TaskRow kPplRow, kKldRow, kVtRow, kCweRow, kFweRow, kPasskeyRow, kKvRow;
extern const TaskRow kNiahRows[8];

/// Throws Failure(BadInput) for a task that is not known.
const TaskRow& findTask(std::string_view id);

/// A generator of its own for a task, length and instance.
SeededRandom taskRandom(const TaskRequest&, std::string_view task);

}  // namespace presslab
