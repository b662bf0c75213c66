// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace presslab::cli {

/// A whole number in [low, high]; anything else ("0,5", "1e3", "0x10", "") is refused with the option's name. Throws Failure(BadInput).
int64_t parseInteger(std::string_view option, std::string_view text, int64_t low, int64_t high);
/// A finite number with a decimal point, in [low, high]. Throws Failure(BadInput).
double parseNumber(std::string_view option, std::string_view text, double low, double high);

/// Options whose value goes through the parsers above, so that no locale and no other base is let in.
CLI::Option* addInteger(CLI::App&, const std::string& names, int& value, int64_t low, int64_t high, const std::string& help);
CLI::Option* addNumber(CLI::App&, const std::string& names, double& value, double low, double high, const std::string& help);
CLI::Option* addSeed(CLI::App&, uint64_t& value);

}  // namespace presslab::cli
