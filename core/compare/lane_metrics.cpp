// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/compare/lane_metrics.h"

#include "core/compare/token_text.h"

namespace presslab {
namespace {

/// Titles of the presses of a spec, joined by " + "; wrappers show their outermost press.
std::string labelOf(const std::string& spec) {
  std::string label;
  size_t begin = 0;
  int depth = 0;
  for (size_t i = 0; i <= spec.size(); ++i) {
    if (i < spec.size()) depth += spec[i] == '(' ? 1 : spec[i] == ')' ? -1 : 0;
    if (i < spec.size() && !(spec[i] == '+' && depth == 0)) continue;
    const std::string part = spec.substr(begin, i - begin), id = part.substr(0, part.find('('));
    const PressInfo* info = findPress(id);
    label.append(label.empty() ? "" : " + ").append(info ? std::string(info->title) : id);
    begin = i + 1;
  }
  return label;
}

}  // namespace

void describeMethod(MethodMetrics& m, const LoadedModel& model, Press& press, const PromptIds& prompt, const RunContext& given) {
  RunContext context = given;
  context.shape = model.backend->shape();
  context.tokens = int64_t(prompt.context.size());
  m.method = press.spec();
  m.label = labelOf(m.method);
  m.contextTokens = context.tokens;
  m.questionTokens = int64_t(prompt.question.size());
  m.loadMs = model.loadMs;
  m.tokenizeMs = prompt.tokenizeMs;
  m.notes = press.begin(context);
  m.ratioRequested = press.ratio();
  const int64_t rowBytes = 2 * model.backend->kvRowBytes();  // K and V of a head-token
  m.kvBytesFull = rowBytes * context.shape.headTokens(context.tokens);
  m.kvBytesPredicted = rowBytes * press.predictKept(context);
}

void fillHeads(MethodMetrics& m, const Sequence& sequence, const HeadShape& shape, std::span<const LayerKeep> layers) {
  int64_t kept = 0;
  for (int l = 0; l < shape.layers; ++l) {
    const LayerKeep& layer = layers[size_t(l)];
    for (int h = 0; h < shape.kvHeads; ++h) {
      HeadMetrics head;
      head.layer = l;
      head.head = h;
      head.kind = layer.heads[size_t(h)].kind;
      head.kept = sequence.headLength(l, h);
      head.total = m.contextTokens;
      head.bytes = sequence.headBytes(l, h);
      head.positions = sequence.positions(l, h);
      kept += head.kept;
      m.heads.push_back(std::move(head));
    }
    if (!layer.hasExperts) continue;
    m.experts.insert(m.experts.end(), layer.experts.begin(), layer.experts.end());
    m.balance.push_back(layer.balance);
  }
  m.ratioEffective = 1 - double(kept) / double(shape.headTokens(m.contextTokens));
  m.ratioMeasured = 1 - double(m.kvBytes) / double(m.kvBytesFull);
}

void fillText(MethodMetrics& m, const Tokenizer& tokenizer) {
  m.newTokens = int64_t(m.ids.size());
  m.text = validUtf8(tokenizer.decode(m.ids));
}

}  // namespace presslab
