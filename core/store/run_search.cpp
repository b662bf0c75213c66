// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>

#include "core/api/run_store.h"
#include "core/export/text_cells.h"

namespace presslab {
namespace {

/// Without case. Plain ASCII, which is nearly everything, takes the short way.
std::string folded(const std::string& text) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\0'; });
  std::string out;
  if (ascii) {
    out = text;
    for (char& c : out)
      if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
    return out;
  }
  const std::string clean = cleanUtf8(text);
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t n = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(clean.data()), utf8proc_ssize_t(clean.size()), &mapped,
                                          utf8proc_option_t(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD));
  out = n < 0 ? clean : std::string(reinterpret_cast<const char*>(mapped), size_t(n));
  std::free(mapped);
  return out;
}

}  // namespace

RunFilter::RunFilter(const RunQuery& query) : m_tags(query.tags) {
  const std::string words = folded(query.words);
  constexpr const char* kBlanks = " \t\r\n";
  for (size_t from = words.find_first_not_of(kBlanks); from != std::string::npos;) {
    const size_t end = std::min(words.find_first_of(kBlanks, from), words.size());
    m_words.push_back(words.substr(from, end - from));
    from = words.find_first_not_of(kBlanks, end);
  }
}

std::string RunFilter::searchText(const StoredRun& run) {
  std::string all;
  const auto add = [&all](const std::string& text) { all.append(text).append("\n"); };  // a word has no line end: it cannot span two fields
  for (const std::string* text : {&run.id, &run.time, &run.name, &run.modelName, &run.state, &run.note, &run.commandLine}) add(*text);
  for (const StoredMethod& m : run.methods) add(m.method);
  for (const std::string& tag : run.tags) add(tag);
  return folded(all);
}

bool RunFilter::operator()(const StoredRun& run) const { return (*this)(run, m_words.empty() ? std::string() : searchText(run)); }

bool RunFilter::operator()(const StoredRun& run, std::string_view text) const {
  const auto tagged = [&](const std::string& tag) { return std::binary_search(run.tags.begin(), run.tags.end(), tag); };
  return std::all_of(m_tags.begin(), m_tags.end(), tagged) &&
         std::all_of(m_words.begin(), m_words.end(), [&](const std::string& word) { return text.find(word) != std::string_view::npos; });
}

}  // namespace presslab
