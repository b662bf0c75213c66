// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>

#include "core/api/error.h"
#include "core/calibrate/corpus.h"
#include "core/calibrate/head_orders.h"
#include "core/calibrate/layer_pass.h"
#include "core/engine/gate_training.h"
#include "core/press/random.h"

namespace presslab {
namespace {

constexpr int kTexts = 16, kLightTexts = 4, kShortest = 192, kLongest = 320, kPasskeys = 3, kWords = 6;
constexpr const char* kSpelling[] = {"alfa",    "bravo", "charlie", "delta",  "echo",     "foxtrot", "golf",   "hotel",  "india",
                                     "juliett", "kilo",  "lima",    "mike",   "november", "oscar",   "papa",   "quebec", "romeo",
                                     "sierra",  "tango", "uniform", "victor", "whiskey",  "xray",    "yankee", "zulu"};
constexpr const char* kOrdinals[] = {"first", "second", "third"};
static_assert(std::size(kOrdinals) == kPasskeys);

/// A text with passkeys of spelling words at spread-out depths, the request to name them and the answer, which nothing but them tells.
AnswerText passkeyText(const LoadedModel& model, const std::vector<int32_t>& filler, int context, SeededRandom& random) {
  const Tokenizer& tokenizer = *model.tokenizer;
  std::string answer;
  std::vector<std::vector<int32_t>> planted;
  for (int p = 0; p < kPasskeys; ++p) {
    std::string words;
    for (int w = 0; w < kWords; ++w) words.append(w ? " " : "").append(kSpelling[random.below(std::size(kSpelling))]);
    planted.push_back(tokenizer.encode(std::string("\nRemember the ") + kOrdinals[p] + " passkey: " + words + ".\n"));
    answer += std::string("The ") + kOrdinals[p] + " passkey is: " + words + ". ";
  }
  const ChatPrompt chat = buildPrompt(tokenizer, model.file->vocab(), "", "\n\nWhat are the passkeys? Name all of them in their order.", false);
  AnswerText text;
  text.ids = chat.context;
  size_t at = 0;
  for (int p = 0; p <= kPasskeys; ++p) {  // filler, passkey, filler, ... filler
    const size_t until = size_t(context) * (size_t(p) * 2 + 1 + random.below(2)) / (2 * kPasskeys + 2);
    const size_t end = p == kPasskeys ? size_t(context) : until;
    while (text.ids.size() < end) text.ids.push_back(filler[at++ % filler.size()]);
    if (p < kPasskeys) text.ids.insert(text.ids.end(), planted[size_t(p)].begin(), planted[size_t(p)].end());
  }
  text.ids.insert(text.ids.end(), chat.question.begin(), chat.question.end());
  text.answer = int64_t(text.ids.size());
  for (const int32_t id : tokenizer.encode(answer)) text.ids.push_back(id);
  return text;
}

}  // namespace

std::vector<AnswerText> gateTexts(const LoadedModel& model, const CalibrateSpec& spec) {
  const int64_t positions = model.file->config().contextLength;
  const int longest = int(std::min<int64_t>(kLongest, positions / 2));
  const int count = spec.light ? kLightTexts : kTexts;
  SeededRandom random(spec.seed * 6364136223846793005ull + 11);
  std::vector<AnswerText> out;
  for (const CalibrationText& t : calibrationTexts(*model.tokenizer, model.file->vocab(), 2 * count, longest, 64, spec.seed + 1, spec.corpus)) {
    if (int(out.size()) == count) break;
    if (t.name.rfind("retrieval", 0) == 0 || t.name.rfind("chat", 0) == 0) continue;
    const int shortest = std::min(kShortest, longest * 3 / 4);
    out.push_back(passkeyText(model, t.ids, shortest + int(random.below(uint64_t(longest - shortest + 1))), random));
    if (int64_t(out.back().ids.size()) > positions) {
      badInput("calibrate gates: a passkey text takes " + std::to_string(out.back().ids.size()) + " tokens, the model has " +
               std::to_string(positions) + " positions");
    }
  }
  return out;
}

HeadValuesReport trainHeadGates(LoadedModel& model, const CalibrateSpec& spec, int steps, double lambda, const CalibrationProgress& progress,
                                std::stop_token stop) {
  if (steps < 1) badInput("calibrate gates: " + std::to_string(steps) + " steps, at least 1 is needed");
  DuoGateJob job;
  job.texts = gateTexts(model, spec);
  job.steps = steps;
  job.lambda = lambda;
  job.seed = spec.seed;
  job.threads = model.backend->threads();
  HeadValuesReport report;
  report.documents = int(job.texts.size());
  for (const AnswerText& t : job.texts) report.tokens += int64_t(t.ids.size());
  const auto told = [&](double share) {
    if (progress) progress(share, "DuoAttention gates");
  };
  if (progress) progress(0, "DuoAttention gates: loading the model into LibTorch");
  DuoGateResult result = trainDuoGates(*model.file, job, told, stop);
  report.values = std::move(result.alpha);
  const size_t part = std::max<size_t>(1, result.loss.size() / 5);
  double late = 0, mean = 0;
  for (size_t i = result.loss.size() - part; i < result.loss.size(); ++i) late += result.loss[i] / double(part);
  for (const float a : report.values) mean += double(a) / double(report.values.size());
  char about[192];
  std::snprintf(about, sizeof about, "steps %d, texts %d, lambda %g, window %lld+%lld, seed %llu, loss at the end %.4g, mean gate %.3f", steps,
                report.documents, lambda, static_cast<long long>(job.sink), static_cast<long long>(job.recent),
                static_cast<unsigned long long>(spec.seed), late, mean);
  report.about = about;
  return report;
}

}  // namespace presslab
