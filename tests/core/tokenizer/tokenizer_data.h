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
