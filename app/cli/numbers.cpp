// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/numbers.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <sstream>

#include "core/api/error.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

/// The last name of "-n,--new": what a message calls the option.
std::string shownName(const std::string& names) { return names.substr(names.rfind(',') + 1); }

std::string inQuotes(std::string_view text) { return "\"" + printable(text.data(), text.size()) + "\""; }

template <class T>
bool parsed(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::string shortest(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

}  // namespace

int64_t parseInteger(std::string_view option, std::string_view text, int64_t low, int64_t high) {
  int64_t value = 0;
  if (!parsed(text, value)) badInput(std::string(option) + ": " + inQuotes(text) + " is no whole number");
  if (value < low || value > high)
    badInput(std::string(option) + ": " + std::to_string(value) + " is outside " + std::to_string(low) + ".." + std::to_string(high));
  return value;
}

double parseNumber(std::string_view option, std::string_view text, double low, double high) {
  double value = 0;
  if (!parsed(text, value) || !std::isfinite(value)) badInput(std::string(option) + ": " + inQuotes(text) + " is no number (write 0.5)");
  if (value < low || value > high) badInput(std::string(option) + ": " + std::string(text) + " is outside " + shortest(low) + ".." + shortest(high));
  return value;
}

CLI::Option* addInteger(CLI::App& app, const std::string& names, int& value, int64_t low, int64_t high, const std::string& help) {
  return app
      .add_option_function<std::string>(
          names, [&value, name = shownName(names), low, high](const std::string& text) { value = int(parseInteger(name, text, low, high)); }, help)
      ->type_name("N")
      ->default_str(std::to_string(value));
}

CLI::Option* addNumber(CLI::App& app, const std::string& names, double& value, double low, double high, const std::string& help) {
  return app
      .add_option_function<std::string>(
          names, [&value, name = shownName(names), low, high](const std::string& text) { value = parseNumber(name, text, low, high); }, help)
      ->type_name("X")
      ->default_str(shortest(value));
}

CLI::Option* addSeed(CLI::App& app, uint64_t& value) {
  return app
      .add_option_function<std::string>(
          "--seed",
          [&value](const std::string& text) {
            if (!parsed(std::string_view(text), value))
              badInput("--seed: " + inQuotes(text) + " is no whole number in 0.." + std::to_string(std::numeric_limits<uint64_t>::max()));
          },
          "Seed of everything random")
      ->type_name("N")
      ->default_str(std::to_string(value));
}

}  // namespace presslab::cli
