// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "core/api/error.h"
#include "core/api/placement.h"

namespace presslab {

std::vector<std::vector<double>> parseLoads(std::string_view text, const std::string& name) {
  nlohmann::json matrix;
  try {
    matrix = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& e) {
    badInput(name + ": no JSON, at byte " + std::to_string(e.byte));
  } catch (const nlohmann::json::out_of_range&) {
    badInput(name + ": a number is too large");
  }
  if (matrix.is_array() && !matrix.empty() && matrix[0].is_number()) matrix = nlohmann::json::array({matrix});
  if (!matrix.is_array() || matrix.empty()) badInput(name + ": a JSON matrix is needed, layers x experts");
  std::vector<std::vector<double>> loads;
  for (size_t l = 0; l < matrix.size(); ++l) {
    if (!matrix[l].is_array()) badInput(name + ": layer " + std::to_string(l) + " is no list of loads");
    std::vector<double> row;
    for (size_t e = 0; e < matrix[l].size(); ++e) {
      if (!matrix[l][e].is_number()) badInput(name + ": layer " + std::to_string(l) + ", expert " + std::to_string(e) + " is no number");
      row.push_back(matrix[l][e].get<double>());
    }
    loads.push_back(std::move(row));
  }
  return loads;
}

}  // namespace presslab
