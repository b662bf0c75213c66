// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/fit_context.h"

#include <algorithm>

#include "core/api/error.h"

namespace presslab {
namespace {

/// Tokens of text on their own, cut after `count`; repeated where the text is short.
std::vector<int32_t> fillerIds(const Tokenizer& tokenizer, size_t count) {
  std::string text = noiseSentence() + "\n";
  std::vector<int32_t> ids = tokenizer.encode(text);
  while (ids.size() < count) {
    text += text;
    ids = tokenizer.encode(text);
  }
  ids.resize(count);
  return ids;
}

}  // namespace

const std::string& noiseSentence() {
  static const std::string text = "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.";
  return text;
}

TaskInstance fitContext(const TaskRequest& request, std::string_view task, const TaskText& text, int fewest, const BodyMaker& make) {
  const Tokenizer& tokenizer = *request.tokenizer;
  ChatPrompt frame = buildPrompt(tokenizer, *request.vocab, "", "\n\n" + text.question, request.raw);
  if (request.raw && tokenizer.bos() >= 0 && frame.context.empty() && request.vocab->addBos) frame.context.push_back(tokenizer.bos());
  const int64_t head = int64_t(frame.context.size()), room = request.length - head;
  const auto bodyIds = [&](int units) { return tokenizer.encode("\n" + make(units)); };
  std::vector<int32_t> body = bodyIds(fewest);
  if (int64_t(body.size()) > room)
    badInput("task " + std::string(task) + " needs a length of at least " + std::to_string(int64_t(body.size()) + head) + " tokens, " +
             std::to_string(request.length) + " are asked");
  // Doubling, then halving: the largest number of units that fits.
  int low = fewest, high = std::max(fewest, 1);
  for (;;) {
    high *= 2;
    std::vector<int32_t> ids = bodyIds(high);
    if (int64_t(ids.size()) > room || ids.size() == body.size()) break;  // equal: the maker has no more units
    low = high;
    body = std::move(ids);
  }
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    std::vector<int32_t> ids = bodyIds(middle);
    if (int64_t(ids.size()) <= room) {
      low = middle;
      body = std::move(ids);
    } else {
      high = middle;
    }
  }
  TaskInstance out;
  out.prompt.context = std::move(frame.context);
  const std::vector<int32_t> filler = fillerIds(tokenizer, size_t(room) - body.size());
  out.prompt.context.insert(out.prompt.context.end(), filler.begin(), filler.end());
  out.prompt.context.insert(out.prompt.context.end(), body.begin(), body.end());
  out.prompt.question = std::move(frame.question);
  const std::vector<int32_t> prefix = tokenizer.encode(text.answerPrefix);
  out.prompt.question.insert(out.prompt.question.end(), prefix.begin(), prefix.end());
  out.prompt.questionText = text.question;
  out.askedTokens = int(out.prompt.question.size());
  if (!frame.notice.empty()) out.prompt.notices.push_back(frame.notice);
  if (request.queryAware) {
    out.prompt.context.insert(out.prompt.context.end(), out.prompt.question.begin(), out.prompt.question.end());
    out.prompt.question.clear();
  }
  out.question = text.question;
  out.answerPrefix = text.answerPrefix;
  out.answers = text.answers;
  out.newTokens = text.newTokens;
  return out;
}

}  // namespace presslab
