// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/options.h"

#include "app/cli/numbers.h"
#include "core/api/error.h"
#include "core/api/lab.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

constexpr int kMostThreads = 1024;
constexpr int64_t kMostContext = 1 << 24;

}  // namespace

void addModel(CLI::App& app, std::string& path) {
  app.add_option("-m,--model", path, "Model: a GGUF file, a folder, or a name in the search path; without it the default model")->type_name("M");
}

KvType parseKvType(const std::string& option, const std::string& text) {
  for (const KvType type : {KvType::F32, KvType::F16, KvType::BF16, KvType::Q8_0}) {
    if (text == kvTypeName(type)) return type;
  }
  badInput(option + ": \"" + printable(text) + "\": f32, f16, bf16 or q8_0");
}

void ModelOptions::add(CLI::App& app, bool lists) {
  if (!lists) addModel(app, spec.path);
  app.add_option_function<std::string>(
         "--precision",
         [this](const std::string& text) {
           if (text != "exact" && text != "fast") badInput("--precision: \"" + printable(text) + "\": exact or fast");
           spec.precision = text == "exact" ? Precision::Exact : Precision::Fast;
           precisionGiven = true;
         },
         "exact: float32 weights, activations and KV cache; fast: f16 KV cache and the file's own weights")
      ->type_name("P")
      ->default_str("fast");
  app.add_option("--device", spec.device, "cpu or cuda:N")->type_name("D")->capture_default_str();
  app.add_option("--backend", spec.backend, "cpu (own kernels) or torch (plain LibTorch)")->type_name("B");
  app.add_option("--attention", spec.attention, "flash or reference")->type_name("A")->capture_default_str();
  if (lists) return;
  addInteger(app, "-t,--threads", spec.threads, 0, kMostThreads, "Threads; 0: as many as serve best");
  app.add_option_function<std::string>(
         "--kv-type", [this](const std::string& text) { spec.kvType = parseKvType("--kv-type", text); },
         "Type of the KV cache: f32, f16, bf16 or q8_0; without it f32 with exact, f16 with fast")
      ->type_name("T");
}

void SamplingOptions::add(CLI::App& app) {
  addNumber(app, "--temperature", sampling.temperature, 0, 1000, "0: greedy");
  addInteger(app, "--top-k", sampling.topK, 0, INT32_MAX, "Sample among the k likeliest; 0: all");
  addNumber(app, "--top-p", sampling.topP, 1e-6, 1, "Sample among the likeliest that hold this share");
  addSeed(app, sampling.seed);
}

void PromptOptions::add(CLI::App& app, bool synthetic, bool severalQuestions) {
  app.add_option("--tokens", tokens, "JSON array of token ids, used as they are (\"-\": standard input)")->type_name("F");
  app.add_option("--prompt", prompt, "Context as text")->type_name("T");
  app.add_option("--prompt-file", promptFile, "Context from a file (\"-\": standard input)")->type_name("F");
  if (synthetic) addInteger(app, "--context", context, 1, kMostContext, "A made-up document of so many tokens");
  if (severalQuestions)
    app.add_option("--question", questions, "Follows the context uncompressed; given again, each is asked apart of the same compressed context")
        ->type_name("Q")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  else
    app.add_option("--question", question, "Follows the context uncompressed")->type_name("Q");
  app.add_flag("--raw", raw, "Without the chat template");
  app.add_flag("--query-aware", queryAware, "Compress the question too");
}

PromptSpec PromptOptions::read(const std::string& model, const std::stop_token& stop) const {
  const int sources = int(tokens.has_value()) + int(prompt.has_value()) + int(promptFile.has_value()) + int(context > 0);
  if (sources > 1) badInput("--tokens, --prompt, --prompt-file and --context exclude each other");
  if (sources == 0) badInput("no prompt: give --tokens, --prompt or --prompt-file");
  PromptSpec spec;
  spec.raw = raw;
  spec.queryAware = queryAware;
  spec.question = questions.empty() ? question : std::optional(questions.front());
  if (tokens) spec.tokens = TokenFile(*tokens, stop).ids(vocabularyOf(model));
  if (prompt) spec.text = *prompt;
  if (promptFile) spec.text = readInput(*promptFile, kTextLimit, stop);
  if (context > 0) spec.contextTokens = context;
  if (spec.text && spec.text->empty()) badInput(promptFile ? shownPath(*promptFile) + ": the prompt is empty" : "--prompt: the prompt is empty");
  return spec;
}

void addTokens(CLI::App& app, std::string& path) {
  app.add_option("--tokens", path, "JSON array of token ids, used as they are (\"-\": standard input)")->type_name("F")->required();
}

int64_t vocabularyOf(const std::string& model) { return inspectModel(model).vocab; }

}  // namespace presslab::cli
