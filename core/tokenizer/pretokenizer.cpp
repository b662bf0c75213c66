// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/pretokenizer.h"

#include "core/tokenizer/utf8.h"

namespace presslab {

namespace {

struct Char {
  uint32_t code = 0, bytes = 0;  // bytes == 0: past the end
  CharClass cls = CharClass::Other;
  bool is(CharClass c) const { return bytes && cls == c; }
};

Char at(std::string_view text, size_t pos) {
  if (pos >= text.size()) return {};
  const Utf8Char c = decodeUtf8(text, pos);
  return {c.code, c.bytes, classOf(c.code)};
}

size_t runEnd(std::string_view text, size_t pos, CharClass cls) {
  for (Char c = at(text, pos); c.is(cls); c = at(text, pos)) pos += c.bytes;
  return pos;
}

/// Length in bytes of 's 't 'm 'd 're 've 'll at pos, 0 when there is none.
size_t contraction(std::string_view text, size_t pos, bool anyCase) {
  const auto letter = [&](size_t i) -> char {
    if (pos + i >= text.size()) return 0;
    const char c = text[pos + i];
    return anyCase && c >= 'A' && c <= 'Z' ? char(c + 32) : c;
  };
  if (text[pos] != '\'') return 0;
  const char a = letter(1), b = letter(2);
  if (a == 's' || a == 't' || a == 'm' || a == 'd') return 2;
  if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')) return 3;
  // The long s folds to s, the one non-ASCII letter that case folding brings into these endings.
  if (anyCase && text.substr(pos + 1, 2) == "\xC5\xBF") return 3;
  return 0;
}

/// White space: all of it at the end of the text, else all but the last character, which goes on with what follows.
size_t spaceEnd(std::string_view text, size_t pos, bool numberEndsText) {
  size_t last = pos, end = pos;
  Char c = at(text, pos);
  for (; c.is(CharClass::Space); c = at(text, end)) {
    last = end;
    end += c.bytes;
  }
  if (!c.bytes || (numberEndsText && c.cls == CharClass::Number)) return end;
  return last > pos ? last : end;
}

size_t gpt2End(std::string_view text, size_t pos, bool numbersAlone) {
  Char c = at(text, pos);
  if (numbersAlone && c.cls == CharClass::Number) return pos + c.bytes;
  if (const size_t n = contraction(text, pos, false)) return pos + n;
  size_t start = pos;
  if (c.code == ' ') {
    const Char next = at(text, pos + 1);
    if (next.bytes && next.cls != CharClass::Space && !(numbersAlone && next.cls == CharClass::Number)) {
      start = pos + 1;
      c = next;
    }
  }
  if (c.cls != CharClass::Space) return runEnd(text, start, c.cls);
  return spaceEnd(text, pos, numbersAlone);
}

bool isLineEnd(uint32_t code) { return code == '\r' || code == '\n'; }

size_t lineEndsEnd(std::string_view text, size_t pos) {
  while (pos < text.size() && isLineEnd(uint8_t(text[pos]))) ++pos;
  return pos;
}

size_t llama3End(std::string_view text, size_t pos, int numbersTogether) {
  if (const size_t n = contraction(text, pos, true)) return pos + n;
  const Char c = at(text, pos);
  if (c.cls == CharClass::Letter) return runEnd(text, pos, CharClass::Letter);
  if (c.cls == CharClass::Number) {
    size_t end = pos;
    Char d = c;
    for (int i = 0; i < numbersTogether && d.is(CharClass::Number); ++i, d = at(text, end)) end += d.bytes;
    return end;
  }
  const Char next = at(text, pos + c.bytes);
  if (!isLineEnd(c.code) && next.is(CharClass::Letter)) return runEnd(text, pos + c.bytes, CharClass::Letter);
  if (c.cls == CharClass::Other) return lineEndsEnd(text, runEnd(text, pos, CharClass::Other));
  if (c.code == ' ' && next.is(CharClass::Other)) return lineEndsEnd(text, runEnd(text, pos + 1, CharClass::Other));
  const size_t spaces = runEnd(text, pos, CharClass::Space);
  const size_t newline = text.substr(pos, spaces - pos).find_last_of("\r\n");
  if (newline != std::string_view::npos) return pos + newline + 1;
  return spaceEnd(text, pos, false);
}

size_t marksEnd(std::string_view text, size_t pos) {
  const size_t next = text.find(kSpaceMark, text.substr(pos, kSpaceMark.size()) == kSpaceMark ? pos + kSpaceMark.size() : pos);
  return next == std::string_view::npos ? text.size() : next;
}

struct Named {
  std::string_view name;
  PreTokenizer scheme;
};

/// Names that llama.cpp's converter writes, by the expressions that they stand for.
constexpr Named kNames[] = {
    {"", PreTokenizer::Gpt2},
    {"default", PreTokenizer::Gpt2},
    {"gpt-2", PreTokenizer::Gpt2},
    {"gpt2", PreTokenizer::Gpt2},
    {"phi-2", PreTokenizer::Gpt2},
    {"mpt", PreTokenizer::Gpt2},
    {"olmo", PreTokenizer::Gpt2},
    {"jina-es", PreTokenizer::Gpt2},
    {"jina-de", PreTokenizer::Gpt2},
    {"smollm", PreTokenizer::Smollm},
    {"starcoder", PreTokenizer::Smollm},
    {"refact", PreTokenizer::Smollm},
    {"command-r", PreTokenizer::Smollm},
    {"codeshell", PreTokenizer::Smollm},
    {"llama-bpe", PreTokenizer::Llama3},
    {"llama3", PreTokenizer::Llama3},
    {"llama-v3", PreTokenizer::Llama3},
    {"dbrx", PreTokenizer::Llama3},
    {"smaug-bpe", PreTokenizer::Llama3},
    {"qwen2", PreTokenizer::Qwen2},
    {"deepseek-r1-qwen", PreTokenizer::Qwen2},
    {"stablelm2", PreTokenizer::Qwen2},
    {"megrez", PreTokenizer::Qwen2},
};

}  // namespace

PreTokenizer preTokenizerNamed(const std::string& pre, bool& known) {
  for (const Named& n : kNames) {
    if (n.name != pre) continue;
    known = true;
    return n.scheme;
  }
  known = false;
  return PreTokenizer::Gpt2;
}

size_t pieceEnd(PreTokenizer scheme, std::string_view text, size_t pos) {
  switch (scheme) {
    case PreTokenizer::Llama3:
      return llama3End(text, pos, 3);
    case PreTokenizer::Qwen2:
      return llama3End(text, pos, 1);
    case PreTokenizer::Smollm:
      return gpt2End(text, pos, true);
    case PreTokenizer::Whole:
      return text.size();
    case PreTokenizer::Marks:
      return marksEnd(text, pos);
    default:
      return gpt2End(text, pos, false);
  }
}

}  // namespace presslab
