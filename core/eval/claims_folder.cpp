// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// claims.json: written, and read again.
#include "core/eval/claims_folder.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/api/error.h"
#include "core/export/export.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kSchema = 1;
constexpr const char* kFile = "claims.json";
constexpr const char* kMatches[] = {"ratio", "bytes", "quality"};  // by Match

Match matchOf(const std::string& name) {
  for (size_t i = 0; i < std::size(kMatches); ++i)
    if (name == kMatches[i]) return Match(i);
  badInput("settings.matches: \"" + printable(name, 40) + "\" is no match");
}

Json settingsOf(const ClaimsSpec& s) {
  Json matches = Json::array();
  for (const Match m : s.matches) matches.push_back(kMatches[size_t(m)]);
  return {{"lengths", s.lengths},
          {"matches", matches},
          {"ratio", s.ratio},
          {"tip_length", s.tipLength},
          {"new_tokens", s.newTokens},
          {"repeat", s.repeat},
          {"calibrate", !s.noCalibrate},
          {"precision", s.model.precision == Precision::Exact ? "exact" : "fast"},
          {"kv_type", s.model.kvType ? kvTypeName(*s.model.kvType) : ""},
          {"device", s.model.device}};
}

ClaimsSpec specOf(const Json& j) {
  ClaimsSpec s;
  s.lengths = j.at("lengths").get<std::vector<int>>();
  s.matches.clear();
  for (const Json& m : j.at("matches")) s.matches.push_back(matchOf(m));
  s.ratio = j.at("ratio");
  s.tipLength = j.at("tip_length");
  s.newTokens = j.at("new_tokens");
  s.repeat = j.at("repeat");
  s.noCalibrate = !j.at("calibrate").get<bool>();
  s.model.precision = j.at("precision") == "exact" ? Precision::Exact : Precision::Fast;
  for (const KvType type : {KvType::F32, KvType::F16, KvType::BF16, KvType::Q8_0})
    if (j.at("kv_type") == kvTypeName(type)) s.model.kvType = type;
  s.model.device = j.at("device");
  return s;
}

Json rowJson(const ClaimRow& row) {
  const auto number = [](double x) { return std::isfinite(x) ? Json(x) : Json(); };
  return {{"id", row.id},
          {"section", row.section},
          {"text", row.text},
          {"length", row.length},
          {"match", row.match},
          {"unit", row.unit},
          {"band", Json::array({number(row.lo), number(row.hi)})},
          {"measured", number(row.measured)},
          {"interval", Json::array({number(row.from), number(row.to)})},
          {"bound", number(row.bound)},
          {"verdict", row.verdict},
          {"reason", row.reason}};
}

ClaimRow rowOf(const Json& j) {
  const auto number = [](const Json& x, double none) { return x.is_null() ? none : x.get<double>(); };
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN(), kNoLimit = std::numeric_limits<double>::infinity();
  ClaimRow row;
  row.id = j.at("id");
  row.section = j.at("section");
  row.text = j.at("text");
  row.length = j.at("length");
  row.match = j.at("match");
  row.unit = j.at("unit");
  row.lo = number(j.at("band").at(0), kNone);
  row.hi = number(j.at("band").at(1), kNoLimit);
  row.measured = number(j.at("measured"), kNone);
  row.from = number(j.at("interval").at(0), kNone);
  row.to = number(j.at("interval").at(1), kNone);
  row.bound = number(j.at("bound"), kNone);
  row.verdict = j.at("verdict");
  row.reason = j.at("reason");
  if (row.verdict != "holds" && row.verdict != "does not hold" && row.verdict != "cannot hold here")
    badInput("verdict: \"" + printable(row.verdict, 40) + "\" is none");
  return row;
}

Stamp stampOf(const Json& j) {
  Stamp s;
  s.program = j.at("program");
  s.version = j.at("version");
  s.commit = j.at("commit");
  s.modelName = j.at("model");
  s.modelHash = j.at("model_hash");
  s.cpu = j.at("cpu");
  s.threads = j.at("threads");
  s.precision = j.at("precision");
  s.kvType = j.at("kv_type");
  s.bandwidthGBs = j.at("bandwidth_gb_s").is_null() ? 0 : j.at("bandwidth_gb_s").get<double>();
  s.time = j.at("time");
  s.commandLine = j.at("command");
  return s;
}

ClaimsReport reportOf(const Json& j) {
  ClaimsReport r;
  if (j.at("schema") != kSchema) badInput("schema " + j.at("schema").dump() + ", this program reads " + std::to_string(kSchema));
  r.stamp = stampOf(j.at("stamp"));
  r.spec = specOf(j.at("settings"));
  r.spec.commandLine = r.stamp.commandLine;
  r.notes = j.at("notes").get<std::vector<std::string>>();
  r.complete = j.at("complete");
  for (const Json& part : j.at("done")) r.done.push_back({part.at("length"), part.at("match")});
  for (size_t i = 0; i < j.at("rows").size(); ++i) {
    try {
      r.rows.push_back(rowOf(j.at("rows")[i]));
    } catch (const Failure& e) {
      badInput("rows[" + std::to_string(i) + "]." + e.what());
    } catch (const Json::exception& e) {
      badInput("rows[" + std::to_string(i) + "]: " + e.what());
    }
  }
  return r;
}

}  // namespace

std::string claimsJson(const ClaimsReport& r) {
  Json j;
  const Stamp& s = r.stamp;
  j["schema"] = kSchema;
  j["stamp"] = {
      {"program", s.program}, {"version", s.version},    {"commit", s.commit},       {"model", s.modelName}, {"model_hash", s.modelHash},
      {"cpu", s.cpu},         {"threads", s.threads},    {"precision", s.precision}, {"kv_type", s.kvType},  {"bandwidth_gb_s", s.bandwidthGBs},
      {"time", s.time},       {"command", s.commandLine}};
  j["settings"] = settingsOf(r.spec);
  j["complete"] = r.complete;
  j["done"] = Json::array();
  for (const ClaimsPart& part : r.done) j["done"].push_back({{"length", part.length}, {"match", part.match}});
  j["notes"] = r.notes;
  j["rows"] = Json::array();
  for (const ClaimRow& row : r.rows) j["rows"].push_back(rowJson(row));
  return j.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void keepClaims(const ClaimsReport& r, const std::string& dir) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) throw Failure(ErrorCode::Io, printable(dir) + ": cannot be made: " + error.message());
  writeFileAtomic((fs::path(dir) / "claims.md").string(), claimsMarkdown(r));
  writeFileAtomic((fs::path(dir) / kFile).string(), claimsJson(r));
}

ClaimsReport readClaims(const std::string& given) {
  std::error_code ignored;
  const std::string path = fs::is_directory(given, ignored) ? (fs::path(given) / kFile).string() : given;
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Failure(ErrorCode::Io, printable(path) + ": no claims report is here: " + std::strerror(errno));
  try {
    return reportOf(Json::parse(in));
  } catch (const Json::exception& e) {
    badInput(printable(path) + ": " + e.what());
  } catch (const Failure& e) {
    badInput(printable(path) + ": " + e.what());
  }
}

}  // namespace presslab
