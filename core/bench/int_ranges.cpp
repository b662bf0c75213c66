// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/bench/int_ranges.h"

#include <charconv>

#include "core/api/error.h"

namespace presslab {
namespace {

constexpr size_t kMostValues = 10000;

/// Reads one list; fail() tells the whole part.
class RangeReader {
 public:
  RangeReader(std::string_view option, std::string_view part, int limit) : m_option(option), m_part(part), m_rest(part), m_limit(limit) {}

  void appendTo(std::vector<int>& out) {
    const int first = number();
    int last = first, step = 1;
    char op = '+';
    if (take('-')) {
      last = number();
      if (!m_rest.empty()) {
        op = m_rest.front();
        if (op != '+' && op != '*') fail("after first-last only +step or *factor may stand");
        m_rest.remove_prefix(1);
        step = number();
      }
    }
    if (!m_rest.empty()) fail("write a number, first-last, first-last+step or first-last*factor");
    if (last < first) fail("the range ends before it begins");
    for (int64_t i = first; i <= last;) {
      if (out.size() >= kMostValues) fail("more than " + std::to_string(kMostValues) + " values");
      out.push_back(int(i));
      if (i == last) break;
      const int64_t next = op == '+' ? i + step : i * step;
      if (next <= i) fail("the range never ends");
      i = next;
    }
  }

 private:
  int number() {
    int value = 0;
    const auto [end, error] = std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), value);
    if (error == std::errc::result_out_of_range || value > m_limit) fail("at most " + std::to_string(m_limit));
    if (error != std::errc() || value < 0) fail("a whole number is missing");
    m_rest.remove_prefix(size_t(end - m_rest.data()));
    return value;
  }
  bool take(char c) {
    if (m_rest.empty() || m_rest.front() != c) return false;
    m_rest.remove_prefix(1);
    return true;
  }
  [[noreturn]] void fail(const std::string& why) const { badInput(std::string(m_option) + ": \"" + std::string(m_part) + "\": " + why); }

  std::string_view m_option, m_part, m_rest;
  int m_limit;
};

}  // namespace

std::vector<int> parseIntRanges(std::string_view option, std::string_view text, int limit) {
  std::vector<int> out;
  for (size_t from = 0; from <= text.size();) {
    const size_t comma = std::min(text.find(',', from), text.size());
    RangeReader(option, text.substr(from, comma - from), limit).appendTo(out);
    from = comma + 1;
  }
  return out;
}

}  // namespace presslab
