// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/tokenizer.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <unordered_map>

#include "core/api/error.h"
#include "core/tokenizer/merger.h"
#include "core/tokenizer/normalizer.h"
#include "core/tokenizer/pretokenizer.h"
#include "core/tokenizer/specials.h"
#include "core/tokenizer/utf8.h"

namespace presslab {

namespace {

using Role = TokenTable::Role;

constexpr size_t kCachedPieceBytes = 48;   // longer pieces hardly come twice
constexpr size_t kCachedPieces = 1 << 16;  // bounds the memory of one encode()

}  // namespace

struct Tokenizer::Impl {
  explicit Impl(const VocabData& v) : normalizer(v) {}

  PreTokenizer scheme = PreTokenizer::Gpt2;
  Normalizer normalizer;
  TokenTable table;
  std::unique_ptr<Merger> merger;
  std::unordered_map<std::string, int32_t> controlIds;
  std::unordered_map<int32_t, AddedToken> added;  // those with flags
  std::vector<uint8_t> endOfGeneration;
  SpecialTokens inText, inNormalText;  // added tokens that are found in plain text too, before and after it was normalised
  VocabData::Strip strip = VocabData::Strip::None;
  int32_t bos = -1, eos = -1;
  std::vector<std::string> notices;

  void readAdded(const VocabData&);
  size_t size() const { return table.pieces.size(); }
  bool control(int32_t id) const { return table.roles[size_t(id)] == Role::Control; }
  void checkId(int32_t id) const;
};

void Tokenizer::Impl::readAdded(const VocabData& v) {
  endOfGeneration.assign(size(), 0);
  std::vector<uint8_t> flagged(size(), 0);
  for (const AddedToken& t : v.added) {
    if (t.id < 0 || size_t(t.id) >= size())
      badInput(v.keyPrefix + "added token '" + shownToken(t.text) + "': " + std::to_string(t.id) + " is no token");
    flagged[size_t(t.id)] = 1;
    if (t.lstrip || t.rstrip || t.singleWord) added.emplace(t.id, t);
    AddedToken found = t;
    if (t.normalized) found.text = normalizer.apply(t.text, true, false);
    (t.normalized ? inNormalText : inText).add(std::move(found), t.special);
  }
  for (size_t i = 0; i < size(); ++i) {
    const int32_t id = int32_t(i);
    const std::string& name = v.tokens[i];
    const Role role = table.roles[i];
    if (role == Role::Control || role == Role::Unknown) controlIds.emplace(name, id);
    if (role == Role::User && !flagged[i]) inText.add({name, id});
    endOfGeneration[i] = id == v.eos || ((role == Role::Control || role == Role::User) && namesEndOfGeneration(name));
  }
  for (const int32_t id : v.endIds) {
    if (id < 0 || size_t(id) >= size()) badInput(v.keyPrefix + "eos_token_id: " + std::to_string(id) + " is no token");
    endOfGeneration[size_t(id)] = 1;
  }
  inText.finish();
  inNormalText.finish();
}

Tokenizer::Tokenizer(const VocabData& v) : d(std::make_unique<Impl>(v)) {
  checkVocab(v);
  d->table = makeTokenTable(v);
  d->bos = v.bos;
  d->eos = v.eos;
  d->strip = v.strip;
  if (v.model == "gpt2") {
    bool known = true;
    d->scheme = preTokenizerNamed(v.pre, known);
    if (!known) d->notices.push_back(v.keyPrefix + "pre: '" + shownToken(v.pre) + "' is not known; the GPT-2 pre-tokeniser is used");
  } else {
    d->scheme = v.splitAtMarks ? PreTokenizer::Marks : PreTokenizer::Whole;
  }
  d->readAdded(v);
  d->merger = makeMerger(v, d->table, d->notices);
}

Tokenizer::~Tokenizer() = default;

void Tokenizer::Impl::checkId(int32_t id) const {
  if (id < 0 || size_t(id) >= size()) {
    badInput("token id " + std::to_string(id) + " is outside the vocabulary (0 to " + std::to_string(size() - 1) + ")");
  }
}

namespace {

/// The ids of one text, part by part; a piece that came before is not merged again.
class Encoding {
 public:
  Encoding(PreTokenizer scheme, const Merger& merger) : m_scheme(scheme), m_merger(merger) {}

  /// The text must outlive this.
  void plain(std::string_view text) {
    for (size_t pos = 0; pos < text.size();) {
      const size_t end = pieceEnd(m_scheme, text, pos);
      const std::string_view piece = text.substr(pos, end - pos);
      pos = end;
      const bool cached = piece.size() <= kCachedPieceBytes;
      if (cached) {
        const auto it = m_seen.find(piece);
        if (it != m_seen.end()) {
          for (size_t i = 0; i < it->second.second; ++i) m_out.push_back(m_out[it->second.first + i]);
          continue;
        }
      }
      const size_t before = m_out.size();
      m_merger.append(piece, m_out);
      if (cached && m_seen.size() < kCachedPieces) m_seen.emplace(piece, std::make_pair(before, m_out.size() - before));
    }
  }

  /// Calls between(text, found) for the text before each token, and for the rest; found is null then.
  template <class F>
  static void cut(const SpecialTokens& tokens, std::string_view text, F&& between) {
    size_t pos = 0;
    for (SpecialTokens::Match m = tokens.find(text, 0); m.token; m = tokens.find(text, pos)) {
      between(text.substr(pos, m.pos - pos), m.token);
      pos = m.pos + m.bytes;
    }
    between(text.substr(pos), nullptr);
  }

  /// A part without the added tokens that are found in raw text.
  void part(const SpecialTokens& normalised, const Normalizer& n, std::string_view raw, TextPlace place) {
    const std::string_view text = n.idle() ? raw : keep(n.apply(raw, place == TextPlace::Begins, place == TextPlace::AfterToken));
    cut(normalised, text, [&](std::string_view bare, const AddedToken* found) {
      plain(n.lateIdle() || bare.empty() ? bare : keep(n.applyLate(bare, place == TextPlace::Begins, place == TextPlace::AfterToken)));
      if (found) token(found->id);
      place = TextPlace::AfterToken;
    });
  }

  void token(int32_t id) { m_out.push_back(id); }
  std::vector<int32_t> take() { return std::move(m_out); }

 private:
  std::string_view keep(std::string text) { return m_kept.emplace_back(std::move(text)); }

  PreTokenizer m_scheme;
  const Merger& m_merger;
  std::vector<int32_t> m_out;
  std::deque<std::string> m_kept;                                          // normalised parts
  std::unordered_map<std::string_view, std::pair<size_t, size_t>> m_seen;  // piece -> its first ids' place and count
};

}  // namespace

std::vector<int32_t> Tokenizer::encode(std::string_view text, TextPlace place) const {
  if (text.size() > size_t(std::numeric_limits<int32_t>::max())) {
    badInput("text of " + std::to_string(text.size()) + " bytes is too long to tokenise (limit 2147483647)");
  }
  Encoding e(d->scheme, *d->merger);
  Encoding::cut(d->inText, text, [&](std::string_view part, const AddedToken* found) {
    if (!part.empty()) e.part(d->inNormalText, d->normalizer, part, place);
    if (found) e.token(found->id);
    place = TextPlace::AfterToken;
  });
  return e.take();
}

std::string Tokenizer::decode(const std::vector<int32_t>& ids, bool keepControl) const {
  std::string out;
  bool first = true;
  for (const int32_t id : ids) {
    d->checkId(id);
    if (d->control(id) && !keepControl) continue;
    const std::string& piece = d->table.pieces[size_t(id)];
    if (first && d->strip == VocabData::Strip::FirstTokenMarks && !d->control(id)) {
      std::copy_if(piece.begin(), piece.end(), std::back_inserter(out), [](char c) { return c != ' '; });
    } else {
      out += piece;
    }
    first = false;
  }
  if (d->strip == VocabData::Strip::OneSpace && !out.empty() && out[0] == ' ') out.erase(0, 1);
  return out;
}

std::string Tokenizer::piece(int32_t id) const {
  d->checkId(id);
  return d->table.pieces[size_t(id)];
}

int32_t Tokenizer::controlId(std::string_view name) const {
  const auto it = d->controlIds.find(std::string(name));
  return it == d->controlIds.end() || !d->control(it->second) ? -1 : it->second;
}

bool Tokenizer::isControl(int32_t id) const { return id >= 0 && size_t(id) < d->size() && d->control(id); }
const AddedToken* Tokenizer::addedToken(int32_t id) const {
  const auto it = d->added.find(id);
  return it == d->added.end() ? nullptr : &it->second;
}
bool Tokenizer::isEndOfGeneration(int32_t id) const { return id >= 0 && size_t(id) < d->size() && d->endOfGeneration[size_t(id)]; }
int32_t Tokenizer::vocabSize() const { return int32_t(d->size()); }
int32_t Tokenizer::bos() const { return d->bos; }
int32_t Tokenizer::eos() const { return d->eos; }
const std::vector<std::string>& Tokenizer::notices() const { return d->notices; }

}  // namespace presslab
