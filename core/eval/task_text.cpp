// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// A text continued with its own tokens: perplexity with llama-perplexity's windows, and divergence from the full cache by position.
#include "core/api/error.h"
#include "core/eval/task.h"

namespace presslab {
namespace {

const std::vector<int32_t>& textOf(const TaskRequest& request) {
  if (!request.textIds) badInput("there is no text");
  return *request.textIds;
}

/// Windows follow each other without overlap; begin-of-sequence, where the model has it, stands before the text and takes the first place of
/// every later window.
int64_t windowsOf(const TaskRequest& request) {
  const int64_t tokens = int64_t(textOf(request).size()) + (request.vocab->addBos ? 1 : 0);
  if (request.length < 4) badInput("task ppl: a window has at least 4 tokens, " + std::to_string(request.length) + " are asked");
  if (tokens < request.length)
    badInput("task ppl: the text has " + std::to_string(tokens) + " tokens, a window has " + std::to_string(request.length));
  return tokens / request.length;
}

int pplInstances(const TaskRequest& request, int, int chunks) {
  const int64_t windows = windowsOf(request);
  return int(chunks > 0 ? std::min<int64_t>(windows, chunks) : windows);
}

/// The first half of a window is context; the logits of the second half are scored, from its first token on.
TaskInstance makePpl(const TaskRequest& request) {
  const std::vector<int32_t>& text = textOf(request);
  const bool bos = request.vocab->addBos && request.tokenizer->bos() >= 0;
  const int64_t start = int64_t(request.instance) * request.length, first = request.length / 2;
  const auto at = [&](int64_t i) { return bos ? (i == start ? request.tokenizer->bos() : text[size_t(i - 1)]) : text[size_t(i)]; };
  TaskInstance out;
  for (int64_t i = start; i < start + request.length; ++i) (i < start + first ? out.prompt.context : out.prompt.continuation).push_back(at(i));
  out.newTokens = int(request.length - first);
  out.scoreNll = true;
  return out;
}

/// `length` tokens of the text, then its own next ones.
TaskInstance makeKld(const TaskRequest& request) {
  const std::vector<int32_t>& text = textOf(request);
  const int64_t tokens = int64_t(text.size()), need = int64_t(request.length) + request.newTokens + 1;
  if (tokens < need)
    badInput("task kld: the text has " + std::to_string(tokens) + " tokens; a context of " + std::to_string(request.length) + " and " +
             std::to_string(request.newTokens) + " positions need " + std::to_string(need));
  const int64_t start = int64_t(request.instance) * need % (tokens - need + 1);
  TaskInstance out;
  out.prompt.context.assign(text.begin() + start, text.begin() + start + request.length);
  out.prompt.continuation.assign(text.begin() + start + request.length, text.begin() + start + need);
  if (request.vocab->addBos && request.tokenizer->bos() >= 0) out.prompt.context.front() = request.tokenizer->bos();
  out.newTokens = request.newTokens + 1;
  out.scoreNll = true;
  return out;
}

}  // namespace

const TaskRow kPplRow{{"ppl", "ppl", "Perplexity", "Windows of a text, second half scored, as llama-perplexity does", false}, makePpl, pplInstances};
const TaskRow kKldRow{
    {"kld", "kld", "Divergence", "KL divergence and agreement with the full cache by position, on a text's own continuation", false},
    makeKld,
    nullptr};

}  // namespace presslab
