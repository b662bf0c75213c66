// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// presses: the table that form, parser and documents are made from.
#include <memory>

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "core/api/error.h"
#include "core/api/press_info.h"
#include "core/format/mapped_file.h"

namespace presslab::cli {
namespace {

const char* typeName(ParamType type) {
  switch (type) {
    case ParamType::Bool:
      return "bool";
    case ParamType::Int:
      return "int";
    case ParamType::Float:
      return "float";
    case ParamType::Text:
      return "text";
    case ParamType::Choice:
      return "choice";
    case ParamType::Press:
      return "press";
  }
  return "";
}

Json words(std::string_view list) {
  Json out = Json::array();
  for (size_t from = 0; from < list.size();) {
    const size_t bar = std::min(list.find('|', from), list.size());
    out.push_back(list.substr(from, bar - from));
    from = bar + 1;
  }
  return out;
}

Json parameterJson(const ParamSpec& p) {
  const bool ranged = p.type == ParamType::Int || p.type == ParamType::Float;
  Json j;
  j["name"] = p.key;
  j["label"] = p.label;
  j["type"] = typeName(p.type);
  j["unit"] = p.unit;
  j["min"] = !ranged ? Json() : p.type == ParamType::Int ? Json(int64_t(p.min)) : Json(p.min);
  j["max"] = !ranged ? Json() : p.type == ParamType::Int ? Json(int64_t(p.max)) : Json(p.max);
  j["max_exclusive"] = p.maxExclusive;
  j["default"] = p.def;
  j["choices"] = words(p.choices);
  j["aliases"] = words(p.aliases);
  j["help"] = p.help;
  j["source"] = p.source;
  return j;
}

Json pressJson(const PressInfo& p) {
  Json j;
  j["name"] = p.id;
  j["title"] = p.title;
  j["summary"] = p.summary;
  j["source"] = p.source;
  j["ragged"] = p.ragged;
  j["wrapper"] = p.wrapper;
  j["parameters"] = Json::array();
  for (const ParamSpec& param : p.params) j["parameters"].push_back(parameterJson(param));
  return j;
}

/// One row a parameter; a press without parameters has one row.
std::vector<Json> parameterRows(const PressInfo& p) {
  std::vector<Json> rows;
  const auto row = [&](const Json& parameter) {
    Json out;
    out["press"] = p.id;
    for (const auto& [key, value] : parameter.items()) {
      if (key == "label") continue;
      out[key == "name" ? "parameter" : key] = value.is_array() ? Json(value.empty() ? "" : jsonLine(value)) : value;
    }
    rows.push_back(std::move(out));
  };
  for (const ParamSpec& param : p.params) row(parameterJson(param));
  if (p.params.empty()) row(parameterJson(ParamSpec{"", "", ParamType::Text}));
  return rows;
}

/// For people: what fits a terminal.
Json shortPressRow(const PressInfo& p) {
  std::string arguments;
  for (const ParamSpec& param : p.params) {
    arguments += (arguments.empty() ? "" : ",") + std::string(param.key) + (param.def.empty() ? "" : "=" + std::string(param.def));
  }
  return {{"press", p.id}, {"arguments", arguments}, {"summary", p.summary}};
}

Json shortParameterRow(const ParamSpec& p) {
  const bool ranged = p.type == ParamType::Int || p.type == ParamType::Float;
  const std::string unit = p.unit.empty() ? "" : " " + std::string(p.unit);
  return {{"parameter", p.key},
          {"type", p.type == ParamType::Choice ? std::string(p.choices) : std::string(typeName(p.type)) + unit},
          {"min", ranged ? Json(p.min) : Json()},
          {"max", ranged ? Json(p.max) : Json()},
          {"default", p.def},
          {"help", p.help},
          {"source", p.source}};
}

int presses(const std::string& name, Format format) {
  const PressInfo* one = name.empty() ? nullptr : findPress(name);
  if (!name.empty() && !one) badInput("press \"" + printable(name) + "\" is not known; \"presslab-cli presses\" lists them");
  const std::span<const PressInfo> table = one ? std::span<const PressInfo>(one, 1) : pressTable();
  Json whole = Json::array();
  std::vector<Json> rows;
  const bool people = format == Format::Table || format == Format::Md;
  for (const PressInfo& p : table) {
    whole.push_back(pressJson(p));
    if (people && !one) rows.push_back(shortPressRow(p));
    if (people && one) {
      for (const ParamSpec& param : p.params) rows.push_back(shortParameterRow(param));
    }
    if (format == Format::Csv || format == Format::Sql) {
      for (Json& row : parameterRows(p)) rows.push_back(std::move(row));
    }
    if (format == Format::Jsonl) rows.push_back(whole.back());
  }
  if (one && people) writeOut(std::string(one->id) + ": " + std::string(one->summary) + "\n" + (rows.empty() ? "no parameters\n" : "\n"));
  printRows(format, "presses", rows, one ? &whole[0] : &whole);
  return 0;
}

}  // namespace

void addPresses(Commands& commands) {
  CLI::App& app = commands.add("presses", "The compression methods and their parameters");
  struct Options {
    std::string name;
    Format format = Format::Table;
  };
  const auto o = std::make_shared<Options>();
  app.add_option("name", o->name, "One press")->type_name("NAME");
  addFormat(app, o->format);
  commands.onRun(app, [o](const Context&) { return presses(o->name, o->format); });
}

}  // namespace presslab::cli
