// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/eval/grid_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/api/error.h"
#include "core/api/lab.h"
#include "core/export/export.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kSchema = 1;

[[noreturn]] void ioError(const std::string& path, const char* what, int error) {
  throw Failure(ErrorCode::Io, printable(path) + ": " + what + ": " + std::strerror(error));
}

std::string pathOf(const std::string& dir, const char* name) { return (fs::path(dir) / name).string(); }

std::string lineOf(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

std::string digestOf(std::string_view text) {
  uint64_t state = 14695981039346656037ull;  // FNV-1a
  for (const char c : text) state = (state ^ uint8_t(c)) * 1099511628211ull;
  char hex[20];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(state));
  return hex;
}

/// Everything that decides what the rows say, and nothing else.
Json settingsOf(const EvalSpec& s) {
  const ModelSpec& m = s.model;
  Json j;
  j["tasks"] = s.tasks;
  j["methods"] = s.methods;
  j["ratios"] = s.ratios;
  j["lengths"] = s.lengths;
  j["seeds"] = s.seeds;
  j["chunks"] = s.chunks;
  j["new_tokens"] = s.newTokens;
  j["seed"] = s.seed;
  j["query_aware"] = s.queryAware;
  j["raw"] = s.raw;
  j["heads"] = s.heads;
  j["calibrate"] = !s.noCalibrate;
  j["text_name"] = s.textName;
  j["text_digest"] = s.text.empty() ? "" : digestOf(s.text);
  j["precision"] = m.precision == Precision::Exact ? "exact" : "fast";
  j["kv_type"] = m.kvType ? kvTypeName(*m.kvType) : "";
  j["device"] = m.device;
  j["backend"] = m.backend;
  j["attention"] = m.attention;
  return j;
}

EvalSpec specOf(const Json& j) {
  EvalSpec s;
  s.tasks = j.at("tasks").get<std::vector<std::string>>();
  s.methods = j.at("methods").get<std::vector<std::string>>();
  s.ratios = j.at("ratios").get<std::vector<double>>();
  s.lengths = j.at("lengths").get<std::vector<int>>();
  s.seeds = j.at("seeds");
  s.chunks = j.at("chunks");
  s.newTokens = j.at("new_tokens");
  s.seed = j.at("seed");
  s.queryAware = j.at("query_aware");
  s.raw = j.at("raw");
  s.heads = j.at("heads");
  s.noCalibrate = !j.at("calibrate").get<bool>();
  s.textName = j.at("text_name");
  s.model.precision = j.at("precision") == "exact" ? Precision::Exact : Precision::Fast;
  for (const KvType type : {KvType::F32, KvType::F16, KvType::BF16, KvType::Q8_0})
    if (j.at("kv_type") == kvTypeName(type)) s.model.kvType = type;
  s.model.device = j.at("device");
  s.model.backend = j.at("backend");
  s.model.attention = j.at("attention");
  return s;
}

Json jsonOf(const EvalSample& s) {
  Json j;
  j["task"] = s.task;
  j["method"] = s.method;
  j["length"] = s.length;
  j["instance"] = s.instance;
  j["ratio"] = s.ratio;
  j["context_tokens"] = s.contextTokens;
  j["question_tokens"] = s.questionTokens;
  if (!s.error.empty()) {
    j["error"] = s.error;
    return j;
  }
  j["ratio_measured"] = s.ratioMeasured;
  j["kv_bytes"] = s.kvBytes;
  j["kv_bytes_full"] = s.kvBytesFull;
  if (s.score >= 0) {
    j["score"] = s.score;
    j["question"] = s.question;
    j["answer_prefix"] = s.answerPrefix;
    j["prediction"] = s.prediction;
    j["answers"] = s.answers;
  }
  if (s.nllCount > 0) {
    j["nll"] = s.nll;
    j["nll_count"] = s.nllCount;
  }
  if (s.attentionKept >= 0) j["attention_kept"] = s.attentionKept;
  if (!s.kld.empty()) {
    j["kld"] = s.kld;
    j["agree"] = s.agree;
  }
  return j;
}

EvalSample sampleOf(const Json& j) {
  EvalSample s;
  s.task = j.at("task");
  s.method = j.at("method");
  s.length = j.at("length");
  s.instance = j.at("instance");
  s.ratio = j.at("ratio");
  s.contextTokens = j.at("context_tokens");
  s.questionTokens = j.at("question_tokens");
  if (j.contains("error")) {
    s.error = j.at("error");
    return s;
  }
  s.ratioMeasured = j.at("ratio_measured");
  s.kvBytes = j.at("kv_bytes");
  s.kvBytesFull = j.at("kv_bytes_full");
  if (j.contains("score")) {
    s.score = j.at("score");
    s.question = j.at("question");
    s.answerPrefix = j.at("answer_prefix");
    s.prediction = j.at("prediction");
    s.answers = j.at("answers").get<std::vector<std::string>>();
  }
  if (j.contains("nll")) {
    s.nll = j.at("nll");
    s.nllCount = j.at("nll_count");
  }
  if (j.contains("attention_kept")) s.attentionKept = j.at("attention_kept");
  if (j.contains("kld")) {
    s.kld = j.at("kld").get<std::vector<double>>();
    s.agree = j.at("agree").get<std::vector<uint8_t>>();
  }
  return s;
}

/// Whole lines of a file; what stands behind the last line end is a torn write. Bytes of the whole lines.
std::vector<std::string> wholeLines(const std::string& path, size_t* bytes = nullptr) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  const std::string all = text.str();
  std::vector<std::string> lines;
  size_t from = 0;
  for (size_t end = all.find('\n'); end != std::string::npos; end = all.find('\n', from)) {
    lines.push_back(all.substr(from, end - from));
    from = end + 1;
  }
  if (bytes) *bytes = from;
  return lines;
}

template <class T, class Read>
std::vector<T> readLines(const std::string& path, const Read& read, size_t* bytes) {
  std::vector<T> out;
  std::set<std::string> seen;
  int number = 0;
  for (const std::string& line : wholeLines(path, bytes)) {
    ++number;
    try {
      T one = read(Json::parse(line));
      std::string key;
      if constexpr (std::is_same_v<T, EvalSample>)
        key = sampleKey(one);
      else
        key = one.key;
      if (seen.insert(key).second) out.push_back(std::move(one));
    } catch (const Json::exception& e) {
      badInput(printable(path) + ", line " + std::to_string(number) + ": " + e.what());
    }
  }
  return out;
}

HeadSample headSampleOf(const Json& j) {
  return {j.at("key"), j.at("kv_heads"), j.at("kept").get<std::vector<double>>(), j.at("attention").get<std::vector<double>>(),
          j.at("error").get<std::vector<double>>()};
}

std::vector<EvalSample> samplesOf(const std::string& dir, size_t* bytes) { return readLines<EvalSample>(pathOf(dir, "rows.jsonl"), sampleOf, bytes); }
std::vector<HeadSample> headsOf(const std::string& dir, size_t* bytes) {
  return readLines<HeadSample>(pathOf(dir, "heads.jsonl"), headSampleOf, bytes);
}

Json readManifestJson(const std::string& dir) {
  const std::string path = pathOf(dir, "manifest.json");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Failure(ErrorCode::Io, printable(path) + ": no grid is here (no manifest.json)");
  try {
    Json j = Json::parse(in);
    if (j.at("schema") != kSchema)
      badInput(printable(path) + ": schema " + j.at("schema").dump() + ", this program reads " + std::to_string(kSchema));
    return j;
  } catch (const Json::exception& e) {
    badInput(printable(path) + ": " + e.what());
  }
}

/// Names of the settings in which two grids differ.
std::string differences(const Json& there, const Json& here) {
  std::string out;
  for (const auto& [key, value] : here.items())
    if (!there.contains(key) || there.at(key) != value) out += (out.empty() ? "" : ", ") + key;
  return out;
}

int openForAppend(const std::string& path, size_t bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) ioError(path, "cannot be written", errno);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    badInput(printable(path) + ": another program is running this grid");
  }
  if (::ftruncate(fd, off_t(bytes)) != 0 || ::lseek(fd, 0, SEEK_END) < 0) {
    const int error = errno;
    ::close(fd);
    ioError(path, "cannot be written", error);
  }
  return fd;
}

void appendLine(int fd, const std::string& path, const std::string& line) {
  size_t at = 0;
  while (at < line.size()) {
    const ssize_t n = ::write(fd, line.data() + at, line.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ioError(path, "cannot be written", errno);
    at += size_t(n);
  }
  if (::fdatasync(fd) != 0 && errno != EINVAL) ioError(path, "cannot be written", errno);
}

}  // namespace

std::string sampleKey(const EvalSample& s) { return s.task + "|" + std::to_string(s.length) + "|" + std::to_string(s.instance) + "|" + s.method; }

GridFolder::GridFolder(const std::string& dir, const EvalSpec& spec, const std::string& modelName, const std::string& fingerprint) : m_dir(dir) {
  std::error_code error;
  fs::create_directories(dir, error);
  if (error) throw Failure(ErrorCode::Io, printable(dir) + ": cannot be made: " + error.message());
  const Json settings = settingsOf(spec);
  const std::string path = pathOf(dir, "manifest.json");
  if (fs::exists(path)) {
    const Json there = readManifestJson(dir);
    const std::string other = differences(there.at("settings"), settings);
    if (!other.empty()) badInput(printable(dir) + " holds another grid (it differs in " + other + "); choose another folder");
    if (there.at("model_fingerprint") != fingerprint)
      badInput(printable(dir) + " holds a grid of another model (" + there.at("model").get<std::string>() + "); choose another folder");
  } else {
    if (fs::exists(pathOf(dir, "rows.jsonl"))) badInput(printable(dir) + ": rows.jsonl without a manifest.json; choose another folder");
    Json j;
    j["schema"] = kSchema;
    j["program"] = "PressLab " + programVersion().version;
    j["commit"] = programVersion().commit;
    j["command"] = spec.commandLine;
    j["model"] = modelName;
    j["model_path"] = spec.model.path;
    j["model_fingerprint"] = fingerprint;
    j["settings_digest"] = digestOf(settings.dump());
    j["settings"] = settings;
    if (!spec.text.empty()) writeFileAtomic(pathOf(dir, "text.txt"), spec.text);
    writeFileAtomic(path, j.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  }
  size_t bytes = 0, headBytes = 0;
  m_samples = samplesOf(dir, &bytes);
  m_rows = openForAppend(pathOf(dir, "rows.jsonl"), bytes);
  if (!spec.heads) return;
  try {
    m_heads = headsOf(dir, &headBytes);
    m_headRows = openForAppend(pathOf(dir, "heads.jsonl"), headBytes);
  } catch (...) {
    ::close(m_rows);
    throw;
  }
}

void GridFolder::useCalibration(const std::string& kind, const std::string& digest) {
  Json manifest = readManifestJson(m_dir);
  const std::string path = pathOf(m_dir, "manifest.json");
  if (manifest.contains("calibration")) {
    const Json& there = manifest.at("calibration");
    if (there.is_object() && there.value("digest", Json()) == digest) return;
    badInput(printable(path) + ": rows were made with another calibration (" + printable(there.dump()) + ", now " + kind + " " + digest +
             "); give that one back or choose another folder");
  }
  manifest["calibration"] = {{"kind", kind}, {"digest", digest}};
  writeFileAtomic(path, manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

GridFolder::~GridFolder() {
  if (m_rows >= 0) ::close(m_rows);
  if (m_headRows >= 0) ::close(m_headRows);
}

void GridFolder::append(const EvalSample& sample) { appendLine(m_rows, pathOf(m_dir, "rows.jsonl"), lineOf(jsonOf(sample))); }

void GridFolder::append(const HeadSample& h) {
  appendLine(m_headRows, pathOf(m_dir, "heads.jsonl"),
             lineOf({{"key", h.key}, {"kv_heads", h.kvHeads}, {"kept", h.kept}, {"attention", h.attention}, {"error", h.error}}));
}

GridManifest readManifest(const std::string& dir) {
  const Json j = readManifestJson(dir);
  try {
    GridManifest m{specOf(j.at("settings")), j.at("model"), j.at("model_fingerprint")};
    m.spec.model.path = j.at("model_path");
    m.spec.outDir = dir;
    if (j.at("settings").at("text_digest") != "") {
      std::ifstream in(pathOf(dir, "text.txt"), std::ios::binary);
      std::stringstream text;
      text << in.rdbuf();
      m.spec.text = text.str();
      if (digestOf(m.spec.text) != j.at("settings").at("text_digest")) badInput(pathOf(printable(dir), "text.txt") + ": not the grid's text");
    }
    return m;
  } catch (const Json::exception& e) {
    badInput(pathOf(printable(dir), "manifest.json") + ": " + e.what());
  }
}

std::vector<EvalSample> readSamples(const std::string& dir) { return samplesOf(dir, nullptr); }
std::vector<HeadSample> readHeadSamples(const std::string& dir) { return headsOf(dir, nullptr); }

}  // namespace presslab
