// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/chat_turn.h"
#include "core/tokenizer/jinja.h"
#include "core/tokenizer/specials.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/utf8.h"

namespace presslab {

namespace {

/// Stands for the user's text while the template is rendered. The quote, the angle bracket, the case and the line end show up a template
/// that changes the text on its way (escapes, upper or lower case), as then the marker is not found.
constexpr std::string_view kMarker = "\x02PressLab \"<user>\"\n'text'\x03";

struct Frame {
  bool ok = false, trims = false;  // trims: the template takes white space off the text's ends
  std::string head, tail, reason;
};

/// The same for an answer and for the question behind it.
constexpr std::string_view kReplyMarker = "\x02PressLab \"<reply>\"\n'text'\x03", kNextMarker = "\x02PressLab \"<next>\"\n'text'\x03";

std::string controlName(const Tokenizer& t, int32_t id) { return id >= 0 ? t.piece(id) : std::string(); }

ChatRender renderMessages(const Tokenizer& t, const VocabData& v, std::vector<ChatInput::Message> messages) {
  ChatInput in;
  in.messages = std::move(messages);
  in.bosToken = controlName(t, v.bos);
  in.eosToken = controlName(t, v.eos);
  if (v.unk >= 0) in.moreTokens.emplace_back("unk_token", controlName(t, v.unk));
  if (v.pad >= 0) in.moreTokens.emplace_back("pad_token", controlName(t, v.pad));
  return renderChatTemplate(v.chatTemplate, in);
}

Frame frameOf(const Tokenizer& t, const VocabData& v) {
  const auto render = [&](const std::string& content) { return renderMessages(t, v, {{"user", content}}); };
  Frame f;
  const std::string marker(kMarker);
  const ChatRender plain = render(marker);
  if (!plain.ok) {
    f.reason = plain.reason;
    return f;
  }
  const size_t at = plain.text.find(marker);
  if (at == std::string::npos || plain.text.find(marker, at + 1) != std::string::npos) {
    f.reason = at == std::string::npos ? "it changes or leaves out the message" : "it repeats the message";
    return f;
  }
  f.head = plain.text.substr(0, at);
  f.tail = plain.text.substr(at + marker.size());
  const ChatRender spaced = render(" " + marker + "\n");
  if (!spaced.ok || (spaced.text != plain.text && spaced.text != f.head + " " + marker + "\n" + f.tail)) {
    f.reason = "it treats white space around the message in its own way";
    return f;
  }
  f.trims = spaced.text == plain.text;
  f.ok = true;
  return f;
}

Frame chatMl(const Tokenizer& t, const VocabData& v, const std::string& reason) {
  Frame f;
  f.reason = "chat template not used (" + reason + "); ";
  f.ok = t.controlId("<|im_start|>") >= 0 && t.controlId("<|im_end|>") >= 0;
  f.reason += f.ok ? "ChatML used instead" : "the vocabulary has no ChatML tokens either, so the text is used without a template";
  if (!f.ok) return f;
  f.head = (v.addBos ? controlName(t, v.bos) : std::string()) + "<|im_start|>user\n";
  f.tail = "<|im_end|>\n<|im_start|>assistant\n";
  return f;
}

/// What stands between an answer and the next question, and behind that. The template keeps the order of the messages or is not used.
Frame turnFrameOf(const Tokenizer& t, const VocabData& v) {
  Frame f = frameOf(t, v);
  if (!f.ok) return f;
  const std::string reply(kReplyMarker), next(kNextMarker);
  const ChatRender whole = renderMessages(t, v, {{"user", std::string(kMarker)}, {"assistant", reply}, {"user", next}});
  f.ok = whole.ok;
  f.reason = whole.reason;
  if (!f.ok) return f;
  const size_t first = whole.text.find(reply), second = whole.text.find(next);
  f.ok = first != std::string::npos && second != std::string::npos && first + reply.size() <= second;
  f.reason = "it changes or leaves out an earlier message";
  if (!f.ok) return f;
  f.head = whole.text.substr(first + reply.size(), second - first - reply.size());
  f.tail = whole.text.substr(second + next.size());
  return f;
}

Frame chatMlTurn(const Tokenizer& t, const VocabData& v, const std::string& reason) {
  Frame f = chatMl(t, v, reason);
  if (f.ok) f.head = "<|im_end|>\n<|im_start|>user\n";
  return f;
}

/// The template's own text: the only place where names of control tokens are the tokens.
struct TemplateText {
  std::vector<int32_t> ids;
  bool stripsAfter = false, stripsBefore = false;  // its last, first token takes the white space of what stands there
  TextPlace after = TextPlace::GoesOn;             // where a text stands that follows
};

TemplateText encodeTemplate(const Tokenizer& t, const SpecialTokens& controls, std::string_view text, TextPlace place) {
  TemplateText out;
  const auto plain = [&](std::string_view part) {
    if (part.empty()) return;
    const std::vector<int32_t> ids = t.encode(part, place);
    out.ids.insert(out.ids.end(), ids.begin(), ids.end());
    place = TextPlace::GoesOn;
  };
  size_t pos = 0;
  bool strips = false;
  for (SpecialTokens::Match m = controls.find(text, 0); m.token; m = controls.find(text, pos)) {
    if (m.token->lstrip && trimSpace(text.substr(0, m.pos), true, false).empty()) out.stripsBefore = true;
    plain(text.substr(pos, m.pos - pos));
    out.ids.push_back(m.token->id);
    place = TextPlace::AfterToken;
    pos = m.pos + m.bytes;
    strips = m.token->rstrip;
  }
  out.stripsAfter = strips && pos == text.size();
  plain(text.substr(pos));
  out.after = place;
  return out;
}

SpecialTokens controlsOf(const Tokenizer& t) {
  SpecialTokens controls;
  for (int32_t id = 0; id < t.vocabSize(); ++id) {
    if (!t.isControl(id)) continue;
    const AddedToken* flags = t.addedToken(id);
    controls.add(flags ? *flags : AddedToken{t.piece(id), id});
  }
  controls.finish();
  return controls;
}

void append(std::vector<int32_t>& to, const std::vector<int32_t>& ids) { to.insert(to.end(), ids.begin(), ids.end()); }

}  // namespace

ChatPrompt buildPrompt(const Tokenizer& t, const VocabData& v, std::string_view context, std::string_view question, bool raw) {
  ChatPrompt p;
  Frame f;
  if (!raw && (!v.chatTemplate.empty() || !v.templateRefused.empty())) {
    f.reason = v.templateRefused;
    if (f.reason.empty()) f = frameOf(t, v);
    if (!f.ok) {
      f = chatMl(t, v, f.reason);
      p.notice = f.reason;
    }
  }
  if (!f.ok) {
    if (v.addBos && t.bos() >= 0) p.context.push_back(t.bos());
    append(p.context, t.encode(context));
    p.question = t.encode(question, context.empty() ? TextPlace::Begins : TextPlace::GoesOn);
    return p;
  }
  const SpecialTokens controls = controlsOf(t);
  const TemplateText head = encodeTemplate(t, controls, f.head, TextPlace::Begins);
  const TemplateText tail = encodeTemplate(t, controls, f.tail, TextPlace::GoesOn);
  std::string_view first = trimUnicode(context, f.trims, f.trims && question.empty());
  first = trimSpace(first, head.stripsAfter, tail.stripsBefore && question.empty());
  std::string_view last = trimUnicode(question, false, f.trims);
  last = trimSpace(last, false, tail.stripsBefore);
  p.context = head.ids;
  append(p.context, t.encode(std::string(first) + (question.empty() ? "" : "\n\n"), head.after));
  p.question = t.encode(last, TextPlace::GoesOn);
  append(p.question, tail.ids);
  return p;
}

ChatTurn buildTurn(const Tokenizer& t, const VocabData& v, std::string_view text, bool raw) {
  ChatTurn turn;
  Frame f;
  if (!raw && (!v.chatTemplate.empty() || !v.templateRefused.empty())) {
    f.reason = v.templateRefused;
    if (f.reason.empty()) f = turnFrameOf(t, v);
    if (!f.ok) {
      f = chatMlTurn(t, v, f.reason);
      turn.notice = f.reason;
    }
  }
  if (!f.ok) {
    turn.ids = t.encode(text, TextPlace::GoesOn);
    return turn;
  }
  const SpecialTokens controls = controlsOf(t);
  const TemplateText head = encodeTemplate(t, controls, f.head, TextPlace::GoesOn);
  const TemplateText tail = encodeTemplate(t, controls, f.tail, TextPlace::GoesOn);
  turn.ids = head.ids;
  append(turn.ids, t.encode(trimSpace(trimUnicode(text, f.trims, f.trims), head.stripsAfter, tail.stripsBefore), head.after));
  append(turn.ids, tail.ids);
  return turn;
}

}  // namespace presslab
