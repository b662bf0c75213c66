// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/input.h"
#include "core/api/run_spec.h"

namespace presslab::cli {

/// -m alone.
void addModel(CLI::App&, std::string& path);

/// -m, --precision, --device, --backend, --attention, -t, --kv-type. lists: without -m, -t and --kv-type, which bench has as lists.
struct ModelOptions {
  ModelSpec spec;
  bool precisionGiven = false;
  void add(CLI::App&, bool lists = false);
};

/// f32, f16, bf16 or q8_0. Throws Failure(BadInput) with the option's name.
KvType parseKvType(const std::string& option, const std::string& text);

/// --temperature, --top-k, --top-p, --seed.
struct SamplingOptions {
  Sampling sampling;
  void add(CLI::App&);
};

/// --tokens, --prompt, --prompt-file, --context, --question, --raw, --query-aware.
struct PromptOptions {
  std::optional<std::string> tokens, prompt, promptFile, question;
  std::vector<std::string> questions;  // in place of `question` where several may be asked
  int context = 0;                     // 0: not given
  bool raw = false, queryAware = false;

  void add(CLI::App&, bool synthetic, bool severalQuestions = false);
  bool given() const { return tokens || prompt || promptFile || context > 0; }
  /// Reads the files. Throws Failure when more than one source is given; ids are checked against the vocabulary of the model.
  PromptSpec read(const std::string& model, const std::stop_token&) const;
};

/// --tokens alone, required.
void addTokens(CLI::App&, std::string& path);

/// Number of tokens of a model's vocabulary, from its header. Throws Failure.
int64_t vocabularyOf(const std::string& model);

}  // namespace presslab::cli
