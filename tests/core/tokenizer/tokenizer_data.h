// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <random>
#include <string>
#include <vector>

#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/utf8.h"

namespace presslab {

inline QJsonDocument goldenJson(const char* name) {
  QFile file(QStringLiteral(PRESSLAB_TEST_DATA "/tokenizer/") + QLatin1String(name));
  if (!file.open(QIODevice::ReadOnly)) return {};
  return QJsonDocument::fromJson(file.readAll());
}

/// 256 byte tokens (id = byte), the control tokens <|im_start|> 256, <|im_end|> 257, <|endoftext|> 258, then one token for each merge.
inline VocabData byteVocab(const std::vector<std::string>& merges = {}) {
  VocabData v;
  v.model = "gpt2";
  v.pre = "smollm";
  uint32_t next = 256;
  for (uint32_t b = 0; b < 256; ++b) {
    const bool prints = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
    std::string token;
    appendUtf8(token, prints ? b : next++);
    v.tokens.push_back(token);
  }
  v.tokens.insert(v.tokens.end(), {"<|im_start|>", "<|im_end|>", "<|endoftext|>"});
  v.types.assign(256, 1);
  v.types.insert(v.types.end(), 3, 3);
  for (const std::string& m : merges) {
    std::string joined = m;
    joined.erase(joined.find(' ', 1), 1);
    v.tokens.push_back(joined);
    v.types.push_back(1);
  }
  v.merges = merges;
  v.bos = 256;
  v.eos = 257;
  return v;
}

/// FNV-1a of 64 bits, as the scripts of tests/oracle have it.
constexpr uint64_t kFnvStart = 0xCBF29CE484222325ull;

inline uint64_t fnv(std::string_view bytes, uint64_t h) {
  for (const char c : bytes) h = (h ^ uint8_t(c)) * 0x100000001B3ull;
  return h;
}

/// Compares a tokenizer with the golden rows of `golden`: "first" ids in full, then hashes of the ids and of the decoded bytes for every so many
/// texts. Gives what differs, an empty text when nothing does.
inline QString differsFrom(const QJsonValue& golden, const Tokenizer& t, const QJsonArray& texts) {
  const QJsonArray first = golden["first"].toArray(), ids = golden["ids"].toArray(), decoded = golden["decoded"].toArray();
  if (ids.isEmpty() || texts.size() % ids.size() || ids.size() != decoded.size()) return QStringLiteral("the golden data is not whole");
  const qsizetype chunk = texts.size() / ids.size();
  const auto number = [](int32_t n, uint64_t h) {
    const char bytes[] = {char(n), char(n >> 8), char(n >> 16), char(n >> 24)};
    return fnv(std::string_view(bytes, 4), h);
  };
  const auto hex = [](uint64_t h) { return QStringLiteral("%1").arg(h, 16, 16, QLatin1Char('0')); };
  for (qsizetype c = 0; c < ids.size(); ++c) {
    uint64_t idHash = kFnvStart, textHash = kFnvStart;
    for (qsizetype i = c * chunk; i < (c + 1) * chunk; ++i) {
      const std::vector<int32_t> got = t.encode(texts[i].toString().toStdString());
      if (i < first.size()) {
        std::vector<int32_t> theirs;
        for (const QJsonValue& id : first[i].toArray()) theirs.push_back(id.toInt());
        if (got != theirs) return QStringLiteral("ids of text %1: %2").arg(i).arg(texts[i].toString());
      }
      idHash = number(int32_t(got.size()), idHash);
      for (const int32_t id : got) idHash = number(id, idHash);
      textHash = fnv(t.decode(got), i == c * chunk ? textHash : fnv(std::string_view("\0", 1), textHash));
    }
    if (hex(idHash) != ids[c].toString()) return QStringLiteral("ids of texts %1 to %2").arg(c * chunk).arg((c + 1) * chunk - 1);
    if (hex(textHash) != decoded[c].toString()) return QStringLiteral("decoded texts %1 to %2").arg(c * chunk).arg((c + 1) * chunk - 1);
  }
  return {};
}

/// Valid UTF-8 of `chars` characters from every plane, white space and ASCII being likely.
inline std::string randomUtf8(std::mt19937& rng, int chars) {
  std::string out;
  for (int i = 0; i < chars; ++i) {
    const uint32_t kind = rng() % 8;
    uint32_t c = kind < 3 ? rng() % 128 : kind < 4 ? 9 + rng() % 24 : kind < 5 ? rng() % 0x800 : kind < 7 ? rng() % 0x10000 : rng() % 0x110000;
    if (c >= 0xD800 && c < 0xE000) c = ' ';
    appendUtf8(out, c);
  }
  return out;
}

}  // namespace presslab
