// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace presslab {

bool isUtf8(std::string_view);
/// The text as UTF-8 that any reader takes: bytes that are none become U+FFFD, NUL becomes its symbol U+2400.
std::string cleanUtf8(std::string_view);
/// Lower-case hexadecimal of the bytes, and back; false when it is none.
std::string hexOf(std::string_view bytes);
bool bytesOfHex(std::string_view hex, std::string& bytes);

/// The shortest text that reads back as the same number, '.' as decimal point whatever the locale; empty when it is not finite.
std::string exactNumber(double);
std::string exactNumber(int64_t);
/// With a fixed number of decimals, for people; "-" when it is not finite.
std::string roundedNumber(double, int decimals);
/// "1.6e-06": two digits of a finite number.
std::string powerOfTen(double);

/// Columns of a terminal that a text takes: wide characters (Chinese, Japanese, emoji) count two, combining ones none.
int displayWidth(std::string_view utf8);

}  // namespace presslab
