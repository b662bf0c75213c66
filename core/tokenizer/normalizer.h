// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "core/format/model_file.h"

namespace presslab {

/// Unicode normal form C. Bytes that are no UTF-8 stay as they are. Near linear in the text, whatever marks it piles up.
std::string toNfc(std::string_view text);

/// Brings a part of a text into the form that its vocabulary merges: normal form, space in front, marks for spaces.
class Normalizer {
 public:
  explicit Normalizer(const VocabData&);
  /// What happens before normalised added tokens are looked for. begins: the part is the beginning of a text; follows: it stands after an added
  /// token; neither: it goes on with what was there.
  std::string apply(std::string_view part, bool begins, bool follows) const;
  /// What happens to a part after that, where the vocabulary leaves prefix and marks to its pre-tokeniser (VocabData::prefixUnlessSpace).
  std::string applyLate(std::string_view part, bool begins, bool follows) const;
  /// True when apply(), or applyLate(), leaves every text as it is.
  bool idle() const { return !m_nfc && (m_late || !m_decorates); }
  bool lateIdle() const { return !m_late || !m_decorates; }

 private:
  std::string decorated(std::string text, bool begins, bool follows) const;

  bool m_nfc, m_marks, m_late, m_decorates;
  VocabData::Prefix m_prefix;
};

}  // namespace presslab
