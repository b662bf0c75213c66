// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>

#include "core/api/error.h"
#include "core/compare/method_run.h"
#include "core/compare/token_text.h"

namespace presslab {
namespace {

constexpr size_t kHeadBytes = 240;  // of the context, for the run's record
constexpr size_t kHeadIds = 96;     // ids looked at when the context came as ids
constexpr int kCutTries = 64;

void checkIds(const std::vector<int32_t>& ids, int vocab) {
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0 || ids[i] >= vocab)
      badInput("token " + std::to_string(i) + " is " + std::to_string(ids[i]) + ", the vocabulary has " + grouped(vocab) + " tokens");
  }
}

struct TimedPrompt {
  ChatPrompt prompt;
  double ms = 0;
};

TimedPrompt promptOf(const LoadedModel& model, std::string_view text, const std::string& question, bool raw) {
  const auto begun = std::chrono::steady_clock::now();
  TimedPrompt p;
  p.prompt = buildPrompt(*model.tokenizer, model.file->vocab(), text, question, raw);
  p.ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
  return p;
}

/// The synthetic document cut so that the context, template included, has exactly `tokens` tokens; the nearest length below it where a cut
/// between tokens cannot give that number.
TimedPrompt syntheticPrompt(const LoadedModel& model, int64_t tokens, const std::string& question, bool raw, std::string& head) {
  const std::string document = syntheticDocument(tokens, 0);
  const std::vector<int32_t> ids = model.tokenizer->encode(document);
  std::vector<size_t> ends(1, 0);  // byte behind the first k tokens
  for (const int32_t id : ids) ends.push_back(ends.back() + model.tokenizer->piece(id).size());
  const int64_t frame = int64_t(promptOf(model, "", question, raw).prompt.context.size());
  if (tokens <= frame) badInput("a context of " + grouped(tokens) + " tokens has no room for text: the chat template alone takes " + grouped(frame));
  TimedPrompt best;
  bool found = false;
  int64_t k = std::min<int64_t>(tokens - frame, int64_t(ids.size()));
  for (int attempt = 0; attempt < kCutTries && k >= 1 && k < int64_t(ends.size()); ++attempt) {
    const std::string_view text = std::string_view(document).substr(0, ends[size_t(k)]);
    TimedPrompt timed = promptOf(model, text, question, raw);
    const int64_t length = int64_t(timed.prompt.context.size());
    if (length <= tokens && (!found || length > int64_t(best.prompt.context.size()))) {
      best = std::move(timed);
      head = headOf(text, kHeadBytes);
      found = true;
    }
    if (length == tokens) break;
    // Jump by the difference at first; where a cut merges with what follows, step through the neighbours.
    if (attempt < 4)
      k += tokens - length;
    else
      k = tokens - frame + ((attempt % 2) != 0 ? (attempt - 3) / 2 : -(attempt - 2) / 2);
  }
  if (!found) badInput("the synthetic document cannot be cut to " + grouped(tokens) + " tokens");
  return best;
}

void checkLength(const LoadedModel& model, const PromptIds& p, int newTokens) {
  const int64_t context = int64_t(p.context.size()), question = int64_t(p.question.size());
  const int64_t needed = context + question + newTokens, positions = model.file->config().contextLength;
  if (context == 0) badInput("the context has no tokens");
  if (needed > positions)
    badInput("the prompt needs " + grouped(needed) + " of " + grouped(positions) + " positions: " + grouped(context) + " context + " +
             grouped(question) + " question + " + grouped(newTokens) + " new tokens");
}

/// The last n tokens of the text become the continuation; nothing is asked then.
void takeContinuation(PromptIds& p, int newTokens) {
  if (int64_t(p.context.size()) <= newTokens)
    badInput("a continuation of " + grouped(newTokens) + " tokens needs a longer text: it has " + grouped(int64_t(p.context.size())) + " tokens");
  p.continuation.assign(p.context.end() - newTokens, p.context.end());
  p.context.resize(p.context.size() - size_t(newTokens));
  p.question.clear();
  p.questionText.clear();
}

}  // namespace

RereadText rereadText(const LoadedModel& model, bool raw) {
  RereadText text;
  text.first = model.tokenizer->encode("\n\nRepeat the previous context exactly.");
  text.next = model.tokenizer->encode("\n\nRepeat the part of the previous context exactly, starting with");
  if (!raw) {
    ChatPrompt frame = buildPrompt(*model.tokenizer, model.file->vocab(), "", "", false);
    text.prefix = int64_t(frame.context.size());
    text.suffix = std::move(frame.question);
  }
  if (text.suffix.empty()) text.suffix = model.tokenizer->encode("\n");
  return text;
}

PromptIds buildPromptIds(const LoadedModel& model, const PromptSpec& spec, const char* defaultQuestion, int newTokens, bool continuation) {
  const int sources = int(spec.tokens.has_value()) + int(spec.text.has_value()) + int(spec.contextTokens.has_value());
  if (sources != 1) badInput("a prompt is exactly one of text, token ids and a synthetic context; " + std::to_string(sources) + " are given");
  if (newTokens < 0) badInput("new tokens must be >= 0, they are " + std::to_string(newTokens));
  PromptIds p;
  // Ids are used as they are: only a question that was really asked follows them.
  if (spec.question)
    p.questionText = *spec.question;
  else if (defaultQuestion && !spec.tokens)
    p.questionText = defaultQuestion;
  if (continuation) p.questionText.clear();
  if (spec.tokens) {
    checkIds(*spec.tokens, model.file->config().vocab);
    p.context = *spec.tokens;
    const TimedPrompt asked = promptOf(model, "", p.questionText, true);
    p.question = asked.prompt.question;
    p.tokenizeMs = asked.ms;
    const std::vector<int32_t> first(p.context.begin(), p.context.begin() + std::ptrdiff_t(std::min(kHeadIds, p.context.size())));
    p.contextHead = headOf(model.tokenizer->decode(first), kHeadBytes);
  } else {
    TimedPrompt timed;
    if (spec.text) {
      timed = promptOf(model, *spec.text, p.questionText, spec.raw);
      p.contextHead = headOf(*spec.text, kHeadBytes);
    } else {
      if (*spec.contextTokens < 1) badInput("the context must have at least 1 token, it has " + std::to_string(*spec.contextTokens));
      const int64_t positions = model.file->config().contextLength;
      if (*spec.contextTokens > positions) badInput("the context has " + grouped(*spec.contextTokens) + " of " + grouped(positions) + " positions");
      const int64_t tokens = *spec.contextTokens + (continuation ? newTokens : 0);
      timed = syntheticPrompt(model, tokens, p.questionText, spec.raw, p.contextHead);
    }
    p.context = std::move(timed.prompt.context);
    p.question = std::move(timed.prompt.question);
    p.tokenizeMs = timed.ms;
    if (!timed.prompt.notice.empty()) p.notices.push_back(std::move(timed.prompt.notice));
  }
  if (continuation) takeContinuation(p, newTokens);
  p.reread = rereadText(model, spec.raw || spec.tokens.has_value());
  if (spec.queryAware) {
    p.questionInContext = int64_t(p.question.size());
    p.context.insert(p.context.end(), p.question.begin(), p.question.end());
    p.question.clear();
  }
  checkLength(model, p, newTokens);
  return p;
}

}  // namespace presslab
