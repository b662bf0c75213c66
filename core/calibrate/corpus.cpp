// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/calibrate/corpus.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/api/error.h"
#include "core/format/model_file.h"
#include "core/press/random.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<const char*>;

const Names kNato{"alfa",     "bravo", "charlie", "delta",  "echo",  "foxtrot", "golf",  "hotel",   "india",  "juliett", "kilo", "lima",   "mike",
                  "november", "oscar", "papa",    "quebec", "romeo", "sierra",  "tango", "uniform", "victor", "whiskey", "xray", "yankee", "zulu"};
const Names kPlaces{"the north yard", "the ferry office", "the old observatory", "the seed archive", "the harbour school", "the upper reservoir",
                    "the tram depot", "the glass works",  "the herbarium",       "the signal tower", "the flour mill",     "the county library"};
const Names kThings{"ledger", "lantern", "turbine", "map", "sample box", "clock", "permit", "radio", "survey", "contract", "key", "parcel"};

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Failure(ErrorCode::Io, path.string() + ": cannot be read");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Texts of a folder in the order of their names.
std::vector<std::pair<std::string, std::string>> textsOf(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".txt") files.push_back(it->path());
  }
  if (error) throw Failure(ErrorCode::Io, folder + ": " + error.message());
  std::sort(files.begin(), files.end());
  std::vector<std::pair<std::string, std::string>> texts;
  for (const fs::path& f : files) texts.emplace_back(f.stem().string(), slurp(f));
  return texts;
}

std::vector<int32_t> firstTokens(std::vector<int32_t> ids, size_t count) {
  ids.resize(std::min(ids.size(), count));
  return ids;
}

/// A document whose continuation is its own text, from position `skip` on; repeated from the start where it is too short.
CalibrationText plainDocument(const Tokenizer& tokenizer, const std::string& name, const std::string& text, size_t length) {
  CalibrationText out{name, firstTokens(tokenizer.encode(text), length), 0};
  const std::vector<int32_t> own = out.ids;
  while (out.ids.size() < length && !own.empty()) out.ids.push_back(own[out.ids.size() % own.size()]);
  return out;
}

struct Fact {
  std::string owner, code;
};

std::vector<Fact> makeFacts(SeededRandom& random, int count) {
  std::vector<Fact> facts;
  for (int i = 0; i < count; ++i) {
    std::string code;
    const uint64_t kind = random.below(3);
    if (kind == 0) {
      for (int w = 0; w < 4; ++w) code.append(w ? "-" : "").append(kNato[size_t(random.below(kNato.size()))]);
    } else if (kind == 1) {
      code = std::to_string(10000 + random.below(90000));
    } else {
      for (int c = 0; c < 6; ++c) code.push_back(c % 2 ? char('0' + random.below(10)) : char('A' + random.below(26)));
    }
    facts.push_back({std::string(kPlaces[size_t(i * 3 + int(random.below(3))) % kPlaces.size()]), code});
  }
  return facts;
}

/// Filler with codes hidden in it, then a question about them and its answer, in the model's chat form where it has one.
CalibrationText retrievalDocument(const Tokenizer& tokenizer, const VocabData& vocab, const std::string& name, const std::string& filler, int context,
                                  int continuation, uint64_t seed) {
  SeededRandom random(seed);
  const std::vector<Fact> facts = makeFacts(random, 4);
  const Fact& asked = facts[size_t(random.below(facts.size()))];
  const std::string question = "\n\nWhat is the access code of " + asked.owner + "?";
  const std::string answer = "The access code of " + asked.owner + " is " + asked.code + ".";
  const ChatPrompt chat = buildPrompt(tokenizer, vocab, "", question, false);
  std::vector<int32_t> tail = chat.question;
  const size_t answerAt = tail.size();
  for (const int32_t id : tokenizer.encode(answer)) tail.push_back(id);
  for (const Fact& f : facts) {
    for (const int32_t id : tokenizer.encode(" The access code of " + f.owner + " is " + f.code + ".")) tail.push_back(id);
  }
  tail.resize(size_t(continuation), tail.back());
  // Sentences with facts at spread-out depths.
  std::vector<std::string> lines;
  std::stringstream in(filler);
  for (std::string line; std::getline(in, line);) lines.push_back(line + "\n");
  std::vector<int32_t> ids = chat.context;
  const auto factIds = [&](const Fact& f) { return tokenizer.encode("Remember: the access code of " + f.owner + " is " + f.code + ".\n"); };
  size_t placed = 0;
  for (size_t i = 0; int(ids.size()) < context && !lines.empty(); ++i) {
    if (placed < facts.size() && ids.size() * 5 >= size_t(context) * (placed + 1)) {
      for (const int32_t id : factIds(facts[placed])) ids.push_back(id);
      ++placed;
    }
    for (const int32_t id : tokenizer.encode(lines[i % lines.size()])) ids.push_back(id);
  }
  ids.resize(size_t(context), ids.empty() ? 0 : ids.back());
  ids.insert(ids.end(), tail.begin(), tail.end());
  // Queries from the last token of the question on: they have to find the answer.
  return {name, std::move(ids), int(std::min(answerAt, size_t(continuation) - 8)) - 1};
}

/// A plain document in the chat form with a general question and the start of an answer that leans on the text.
CalibrationText chatDocument(const Tokenizer& tokenizer, const VocabData& vocab, const std::string& name, const std::string& text, int context,
                             int continuation) {
  const ChatPrompt chat = buildPrompt(tokenizer, vocab, "", "\n\nWhat is this text about? Retell its beginning.", false);
  std::vector<int32_t> ids = chat.context;
  const std::vector<int32_t> body = tokenizer.encode(text);
  for (size_t i = 0; int(ids.size()) < context && !body.empty(); ++i) ids.push_back(body[i % body.size()]);
  ids.resize(size_t(context), 0);
  std::vector<int32_t> tail = chat.question;
  const size_t answerAt = tail.size();
  for (const int32_t id : tokenizer.encode("The text begins like this. ")) tail.push_back(id);
  for (size_t i = 0; int(tail.size()) < continuation && i < body.size(); ++i) tail.push_back(body[i]);
  tail.resize(size_t(continuation), tail.back());
  ids.insert(ids.end(), tail.begin(), tail.end());
  return {name, std::move(ids), int(std::min(answerAt, size_t(continuation) - 8)) - 1};
}

}  // namespace

std::vector<CalibrationText> calibrationTexts(const Tokenizer& tokenizer, const VocabData& vocab, int count, int context, int continuation,
                                              uint64_t seed, const std::string& folder) {
  const size_t length = size_t(context + continuation);
  std::vector<CalibrationText> out;
  if (!folder.empty()) {
    for (const auto& [name, text] : textsOf(folder)) {
      if (int(out.size()) < count && !text.empty()) out.push_back(plainDocument(tokenizer, name, text, length));
    }
  }
  std::vector<std::pair<std::string, std::string>> bundled;
  if (const std::string path = resourcePath("corpus"); !path.empty()) bundled = textsOf(path);
  // Kinds take turns, so that any first few documents are already a mixture.
  for (int i = 0; int(out.size()) < count; ++i) {
    const uint64_t own = seed * 131 + uint64_t(i) * 17 + 1;
    const size_t characters = length * 8;
    const int kind = (i / 4 * 3 + i) % kGeneratedKinds;
    const bool prose = !bundled.empty() && i % 2 == 0;
    const size_t pick = bundled.empty() ? 0 : size_t(i / 2) % bundled.size();
    std::string text, name;
    if (prose) {
      // Different texts follow each other, so that a short one fills the context without repeating itself; later rounds start inside.
      const size_t round = size_t(i / 2) / bundled.size(), other = (pick + 1 + round) % bundled.size();
      const std::string& first = bundled[pick].second;
      text = first.substr(first.size() * (round % 3) / 3) + "\n" + bundled[other].second + "\n" + bundled[(other + 2) % bundled.size()].second;
      name = bundled[pick].first;
    } else {
      text = generatedText(kind, characters, own);
      name = "generated " + std::to_string(kind);
    }
    if (i % 4 == 1) {
      const std::string filler = bundled.empty() ? text : bundled[pick].second + "\n" + generatedText((kind + 1) % kGeneratedKinds, characters, own);
      out.push_back(retrievalDocument(tokenizer, vocab, "retrieval in " + name, filler, context, continuation, own));
    } else if (i % 8 == 2) {
      out.push_back(chatDocument(tokenizer, vocab, "chat about " + name, text, context, continuation));
    } else {
      out.push_back(plainDocument(tokenizer, name, text, length));
    }
  }
  return out;
}

}  // namespace presslab
