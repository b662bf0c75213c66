// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The steps around the merges in a tokenizer.json. Only combinations whose effect is known are taken; all else is refused by name.
#include <string_view>

#include "core/format/hf_tokenizer.h"

namespace presslab {

namespace {

using nlohmann::json;

constexpr const char* kMark = "\xE2\x96\x81";  // U+2581

struct KnownPattern {
  std::string_view regex, pre;
};

/// Regular expressions of known pre-tokenisers, as their files spell them.
constexpr KnownPattern kPatterns[] = {
    {R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", "gpt-2"},
    {R"('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)", "gpt-2"},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)", "llama-bpe"},
    {R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)", "qwen2"},
};

class Steps {
 public:
  Steps(const JsonFile& file, VocabData& v) : m_file(file), m_v(v) {}

  void read() {
    if (const json* n = m_file.find(m_file.root, "normalizer")) normalizer(*n, "normalizer");
    std::vector<Step> steps;
    if (const json* p = m_file.find(m_file.root, "pre_tokenizer")) flatten(*p, "pre_tokenizer", "pretokenizers", steps);
    preTokenizer(steps);
    decoder();
    if (const json* p = m_file.find(m_file.root, "post_processor")) postProcessor(*p, "post_processor");
  }

 private:
  struct Step {
    const json* value;
    std::string where, type;
  };

  std::string typeOf(const json& step, const std::string& where) const {
    if (!step.is_object()) m_file.fail(where, "is no object");
    return m_file.text(step, where + ".", "type", "");
  }

  [[noreturn]] void unsupported(const Step& s, const std::string& supported) const {
    m_file.fail(s.where + ".type", "'" + shown(s.type) + "' is not supported here (supported: " + supported + ")");
  }

  static std::string shown(const std::string& s) { return s.size() <= 200 ? s : s.substr(0, 200) + "..."; }

  void flatten(const json& step, const std::string& where, const char* list, std::vector<Step>& out) const {
    const std::string type = typeOf(step, where);
    if (type != "Sequence") {
      out.push_back({&step, where, type});
      return;
    }
    const json* steps = m_file.find(step, list);
    if (!steps || !steps->is_array()) m_file.fail(where + "." + list, "is missing or no list");
    for (size_t i = 0; i < steps->size(); ++i) flatten((*steps)[i], where + "." + list + "[" + std::to_string(i) + "]", list, out);
  }

  /// A pattern that is {"String": s}, or {"Regex": s} with regex.
  std::string pattern(const Step& s, bool& regex) const {
    const json* p = m_file.find(*s.value, "pattern");
    if (!p || !p->is_object()) m_file.fail(s.where + ".pattern", "is missing or no object");
    regex = p->contains("Regex");
    return m_file.text(*p, s.where + ".pattern.", regex ? "Regex" : "String", "");
  }

  void normalizer(const json& n, const std::string& where) {
    std::vector<Step> steps;
    flatten(n, where, "normalizers", steps);
    for (const Step& s : steps) {
      if (s.type == "NFC") {
        m_v.nfc = true;
      } else if (s.type == "Prepend") {
        const std::string text = m_file.text(*s.value, s.where + ".", "prepend", "");
        if (text != kMark) m_file.fail(s.where + ".prepend", "'" + shown(text) + "' is not supported (only '" + kMark + "')");
        m_v.prefix = VocabData::Prefix::EachPart;
      } else if (s.type == "Replace") {
        bool regex = false;
        const std::string from = pattern(s, regex), to = m_file.text(*s.value, s.where + ".", "content", "");
        if (regex || from != " " || to != kMark) {
          m_file.fail(s.where, "replacing '" + shown(from) + "' by '" + shown(to) + "' is not supported (only a space by '" + kMark + "')");
        }
        m_v.spaceMarks = true;
      } else {
        unsupported(s, std::string("NFC, Prepend and Replace with '") + kMark + "', Sequence of them");
      }
    }
    if (m_v.prefix != VocabData::Prefix::None && !m_v.spaceMarks) m_file.fail(where, "Prepend without Replace is not supported");
  }

  void preTokenizer(const std::vector<Step>& steps) {
    const bool byteLevel = !steps.empty() && steps.back().type == "ByteLevel";
    m_v.model = byteLevel ? "gpt2" : "bpe";
    if (byteLevel) {
      if (m_v.spaceMarks) m_file.fail("normalizer", "space marks before a byte-level pre-tokeniser are not supported");
      byteLevelSteps(steps);
    } else if (steps.size() == 1 && steps[0].type == "Metaspace") {
      metaspace(steps[0]);
    } else if (steps.size() == 1 && steps[0].type == "Split") {
      // Gemma's: its normaliser has left no space to cut at.
      bool regex = false;
      const std::string at = pattern(steps[0], regex);
      const std::string behavior = m_file.text(*steps[0].value, steps[0].where + ".", "behavior", "");
      if (regex || at != " " || behavior != "MergedWithPrevious" || !m_v.spaceMarks) {
        m_file.fail(steps[0].where, "a Split of '" + shown(at) + "' (" + shown(behavior) + ") without ByteLevel is not supported");
      }
    } else if (!steps.empty()) {
      unsupported(steps.back(), "ByteLevel, Digits or Split before ByteLevel, Metaspace, none");
    }
    if (m_v.model == "bpe" && !m_v.spaceMarks) m_file.fail("pre_tokenizer", "merges over characters without space marks are not supported");
  }

  void byteLevelSteps(const std::vector<Step>& steps) {
    const Step& last = steps.back();
    const bool useRegex = m_file.flag(*last.value, last.where + ".", "use_regex", true);
    const bool space = m_file.flag(*last.value, last.where + ".", "add_prefix_space", true);
    if (space) {
      if (steps.size() > 1 || m_v.nfc) m_file.fail(last.where + ".add_prefix_space", "is not supported together with other steps");
      m_v.prefix = VocabData::Prefix::EachPart;
      m_v.prefixUnlessSpace = true;
    }
    if (steps.size() == 1 && useRegex) {
      m_v.pre = "gpt-2";
    } else if (steps.size() == 2 && steps[0].type == "Digits" && useRegex) {
      if (!m_file.flag(*steps[0].value, steps[0].where + ".", "individual_digits", false)) {
        m_file.fail(steps[0].where + ".individual_digits", "must be true");
      }
      m_v.pre = "smollm";
    } else if (steps.size() == 2 && steps[0].type == "Split" && !useRegex) {
      m_v.pre = splitScheme(steps[0]);
    } else {
      unsupported(steps[0], "ByteLevel with use_regex; Digits, ByteLevel with use_regex; Split, ByteLevel without use_regex");
    }
  }

  std::string splitScheme(const Step& s) const {
    bool regex = false;
    const std::string text = pattern(s, regex), behavior = m_file.text(*s.value, s.where + ".", "behavior", "");
    const bool invert = m_file.flag(*s.value, s.where + ".", "invert", false);
    // The expressions cover every text, so cutting out all matches and removing what lies between them are the same.
    if ((behavior != "Isolated" || invert) && (behavior != "Removed" || !invert)) {
      m_file.fail(s.where + ".behavior", "'" + shown(behavior) + "' is not supported (Isolated, or Removed with invert)");
    }
    for (const KnownPattern& k : kPatterns) {
      if (regex && k.regex == text) return std::string(k.pre);
    }
    m_file.fail(s.where + ".pattern", "'" + shown(text) + "' is no pre-tokeniser that is known (GPT-2, Llama 3, Qwen 2)");
  }

  /// Whether a Metaspace puts a mark before a text: "always", "first" or "never"; older files have a switch.
  std::string prependScheme(const Step& s) const {
    const std::string mark = m_file.text(*s.value, s.where + ".", "replacement", kMark);
    if (mark != kMark) m_file.fail(s.where + ".replacement", "'" + shown(mark) + "' is not supported (only '" + kMark + "')");
    const bool space = m_file.flag(*s.value, s.where + ".", "add_prefix_space", true);
    const std::string scheme = m_file.text(*s.value, s.where + ".", "prepend_scheme", space ? "always" : "never");
    if (scheme != "always" && scheme != "first" && scheme != "never") {
      m_file.fail(s.where + ".prepend_scheme", "'" + shown(scheme) + "' is not supported (always, first, never)");
    }
    return scheme;
  }

  void metaspace(const Step& s) {
    if (m_v.spaceMarks || m_v.nfc) m_file.fail(s.where, "Metaspace together with a normaliser is not supported");
    const std::string scheme = prependScheme(s);
    m_v.prefix = scheme == "always" ? VocabData::Prefix::EachPart : scheme == "first" ? VocabData::Prefix::First : VocabData::Prefix::None;
    m_v.prefixUnlessSpace = m_v.spaceMarks = true;
    m_v.splitAtMarks = m_file.flag(*s.value, s.where + ".", "split", true);
  }

  void decoder() {
    const json* d = m_file.find(m_file.root, "decoder");
    if (!d) m_file.fail("decoder", "is missing");
    std::vector<Step> steps;
    flatten(*d, "decoder", "decoders", steps);
    if (m_v.model == "gpt2") {
      if (steps.size() != 1 || steps[0].type != "ByteLevel") m_file.fail("decoder", "must be ByteLevel for a byte-level vocabulary");
      return;
    }
    size_t at = 0;
    const auto next = [&](const char* type) { return at < steps.size() && steps[at].type == type && ++at; };
    if (next("Metaspace")) {
      if (prependScheme(steps[0]) != "never") m_v.strip = VocabData::Strip::FirstTokenMarks;
    } else if (next("Replace")) {
      bool regex = false;
      const Step& s = steps[at - 1];
      if (pattern(s, regex) != kMark || regex || m_file.text(*s.value, s.where + ".", "content", "") != " ") {
        m_file.fail(s.where, std::string("only '") + kMark + "' by a space is supported");
      }
      m_decodesBytes = next("ByteFallback");
      if (next("Fuse") && next("Strip")) {
        const Step& strip = steps[at - 1];
        const auto count = [&](const char* key) { return strip.value->value(key, json(0)); };
        if (m_file.text(*strip.value, strip.where + ".", "content", "") != " " || count("start") != 1 || count("stop") != 0) {
          m_file.fail(strip.where, "only one space at the start is supported");
        }
        m_v.strip = VocabData::Strip::OneSpace;
      }
    }
    if (at != steps.size() || steps.empty()) {
      m_file.fail("decoder", "is not supported (Metaspace; or Replace, ByteFallback, Fuse, Strip in this order)");
    }
    if (m_decodesBytes != m_v.byteFallback) m_file.fail("decoder", "ByteFallback and model.byte_fallback disagree");
  }

  void postProcessor(const json& p, const std::string& where) {
    std::vector<Step> steps;
    flatten(p, where, "processors", steps);
    for (const Step& s : steps) {
      if (s.type == "ByteLevel") continue;
      if (s.type != "TemplateProcessing") unsupported(s, "TemplateProcessing, ByteLevel, Sequence of them");
      const json* single = m_file.find(*s.value, "single");
      if (!single || !single->is_array()) m_file.fail(s.where + ".single", "is missing or no list");
      if (single->empty() || !(*single)[0].is_object() || !(*single)[0].contains("SpecialToken")) continue;
      const std::string name = m_file.text((*single)[0]["SpecialToken"], s.where + ".single[0].SpecialToken.", "id", "");
      m_v.bos = tokenId(m_v, name);
      if (m_v.bos < 0) m_file.fail(s.where + ".single[0]", "'" + shown(name) + "' is no token");
      m_v.addBos = true;
      if (single->size() > 1 && (*single)[1].is_object() && (*single)[1].contains("SpecialToken")) {
        m_file.fail(s.where + ".single", "more than one token before the text is not supported");
      }
    }
  }

  const JsonFile& m_file;
  VocabData& m_v;
  bool m_decodesBytes = false;
};

}  // namespace

void readTextSteps(const JsonFile& file, VocabData& v) { Steps(file, v).read(); }

}  // namespace presslab
