// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/pattern.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "core/api/error.h"

namespace presslab {
namespace {

using Json = nlohmann::json;
constexpr int64_t kMaxHeader = 4 << 20, kMaxFile = int64_t{256} << 20;
constexpr const char* kFormat = "presslab-pattern-1";

std::string shapeText(const HeadShape& s) {
  return std::to_string(s.layers) + "x" + std::to_string(s.kvHeads) + "x" + std::to_string(s.group) + "x" + std::to_string(s.headDim) + "x" +
         std::to_string(s.hidden);
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& n : names) out.append(out.empty() ? "" : ",").append(n);
  return out;
}

std::vector<std::string> splitNames(const std::string& text) {
  std::vector<std::string> out;
  std::stringstream in(text);
  for (std::string item; std::getline(in, item, ',');) out.push_back(item);
  return out;
}

/// The bytes of a file, at most kMaxFile.
std::string readWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) throw Failure(ErrorCode::Io, path + ": cannot be opened");
  const auto size = int64_t(in.tellg());
  if (size < 0 || size > kMaxFile) badInput(path + ": " + std::to_string(size) + " bytes (at most " + std::to_string(kMaxFile) + ")");
  std::string bytes(size_t(size), '\0');
  in.seekg(0);
  in.read(bytes.data(), size);
  if (in.gcount() != size) throw Failure(ErrorCode::Io, path + ": could not be read whole");
  return bytes;
}

/// A safetensors file held in memory: header checked, tensors handed out by name with their shape verified.
class TensorFile {
 public:
  explicit TensorFile(const std::string& path) : m_path(path), m_bytes(readWhole(path)) {
    if (m_bytes.size() < 8) fail("0x0: header length: file has " + std::to_string(m_bytes.size()) + " bytes (at least 8)");
    uint64_t length = 0;
    for (int i = 7; i >= 0; --i) length = length << 8 | uint8_t(m_bytes[size_t(i)]);
    if (length > uint64_t(kMaxHeader) || length > m_bytes.size() - 8) {
      fail("0x0: header length " + std::to_string(length) + " is beyond the file or " + std::to_string(kMaxHeader));
    }
    m_data = 8 + size_t(length);
    int depth = 0;
    const auto shallow = [&](int, Json::parse_event_t event, Json&) {
      if (event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start) ++depth;
      if (event == Json::parse_event_t::object_end || event == Json::parse_event_t::array_end) --depth;
      if (depth > 8) throw std::runtime_error("nested deeper than 8");
      return true;
    };
    try {
      m_header = Json::parse(m_bytes.begin() + 8, m_bytes.begin() + std::ptrdiff_t(m_data), shallow);
    } catch (const std::exception&) {
      fail("0x8: header is not JSON of a safetensors file");
    }
    if (!m_header.is_object()) fail("0x8: header is not a JSON object");
  }

  [[noreturn]] void fail(const std::string& reason) const { badInput(m_path + ": " + reason); }
  bool has(const std::string& name) const { return m_header.contains(name); }

  std::map<std::string, std::string> metadata() const {
    std::map<std::string, std::string> out;
    if (!has("__metadata__")) return out;
    const Json& meta = m_header["__metadata__"];
    if (!meta.is_object()) fail("__metadata__ is not an object");
    for (const auto& [key, value] : meta.items()) {
      if (!value.is_string()) fail("__metadata__." + key + " is not a string");
      out[key] = value.get<std::string>();
    }
    return out;
  }

  /// The float32 tensor `name`, which must have exactly this shape and only finite values.
  std::vector<float> tensor(const std::string& name, const std::vector<int64_t>& shape) const {
    if (!has(name)) fail(name + ": tensor is missing");
    const Json& entry = m_header[name];
    uint64_t begin = 0, end = 0;
    try {
      if (entry.at("dtype").get<std::string>() != "F32") fail(name + ": dtype is not F32");
      if (entry.at("shape").get<std::vector<int64_t>>() != shape) fail(name + ": shape " + entry.at("shape").dump() + " is not the model's");
      const Json& offsets = entry.at("data_offsets");
      if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned()) {
        fail(name + ": data_offsets are not two positions");
      }
      begin = offsets[0].get<uint64_t>();
      end = offsets[1].get<uint64_t>();
    } catch (const Json::exception&) {
      fail(name + ": entry needs dtype, shape and data_offsets");
    }
    uint64_t count = 1;
    for (const int64_t d : shape) count *= uint64_t(d);
    const uint64_t room = m_bytes.size() - m_data;
    if (begin > end || end > room || end - begin != count * 4) {
      fail(name + ": data_offsets [" + std::to_string(begin) + "," + std::to_string(end) + ") do not hold " + std::to_string(count) +
           " values in " + std::to_string(room) + " bytes");
    }
    std::vector<float> out(static_cast<size_t>(count));
    if (count) std::memcpy(out.data(), m_bytes.data() + m_data + begin, size_t(count) * 4);
    for (const float v : out) {
      if (!std::isfinite(v)) fail(name + ": holds a value that is not finite");
    }
    return out;
  }

 private:
  std::string m_path, m_bytes;
  size_t m_data = 0;
  Json m_header;
};

struct NamedTensor { std::string name; std::vector<int64_t> shape; const std::vector<float>* data; };

std::vector<NamedTensor> tensorsOf(const Pattern& p) {
  const int64_t layers = p.shape.layers, heads = p.shape.kvHeads, hidden = p.shape.hidden;
  std::vector<NamedTensor> all{{"stream_err", {4, layers, heads}, &p.streamErr}};
  if (!p.importance.empty()) all.push_back({"imp", {layers, heads, hidden + 5}, &p.importance});
  for (size_t i = 0; i < p.sets.size(); ++i) {
    const ExpertSet& s = p.sets[i];
    const auto count = int64_t(s.experts.size());
    const std::string prefix = "set" + std::to_string(i) + ".";
    if (!s.curve.empty()) all.push_back({prefix + "curve", {layers, heads, 12}, &s.curve});
    if (!s.gateW.empty()) {
      all.push_back({prefix + "gate_w", {layers, hidden, count}, &s.gateW});
      all.push_back({prefix + "gate_c", {layers, count}, &s.gateC});
      all.push_back({prefix + "gate_bias", {layers, count}, &s.gateBias});
    }
  }
  return all;
}

/// Writes beside the target, syncs and renames.
void replaceFile(const std::string& path, const std::string& content) {
  const std::string temporary = path + ".tmp" + std::to_string(getpid());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) throw Failure(ErrorCode::Io, temporary + ": " + std::strerror(errno));
  size_t done = 0;
  bool good = true;
  while (good && done < content.size()) {
    const ssize_t n = ::write(fd, content.data() + done, content.size() - done);
    if (n < 0 && errno == EINTR) continue;
    good = n > 0;
    if (good) done += size_t(n);
  }
  good = good && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (!good || std::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string reason = std::strerror(good ? errno : error);
    ::unlink(temporary.c_str());
    throw Failure(ErrorCode::Io, path + ": " + reason);
  }
}

}  // namespace

const ExpertSet* Pattern::findSet(const std::vector<std::string>& experts) const {
  for (const ExpertSet& s : sets) {
    if (s.experts == experts) return &s;
  }
  return nullptr;
}

Pattern readPattern(const std::string& path, const HeadShape& shape, const std::string& fingerprint) {
  const TensorFile file(path);
  Pattern p;
  p.shape = shape;
  p.source = "file";
  p.metadata = file.metadata();
  const auto text = [&](const std::string& key) {
    const auto it = p.metadata.find(key);
    if (it == p.metadata.end()) file.fail("metadata '" + key + "' is missing");
    return it->second;
  };
  if (text("format") != kFormat) file.fail("format '" + text("format") + "' is not " + kFormat);
  if (text("shape") != shapeText(shape)) file.fail("made for a model of shape " + text("shape") + ", this one is " + shapeText(shape));
  p.fingerprint = text("fingerprint");
  if (!fingerprint.empty() && p.fingerprint != fingerprint) {
    file.fail("made for another model: fingerprint " + p.fingerprint + ", this model has " + fingerprint);
  }
  const int64_t layers = shape.layers, heads = shape.kvHeads, hidden = shape.hidden;
  p.streamErr = file.tensor("stream_err", {4, layers, heads});
  if (file.has("imp")) p.importance = file.tensor("imp", {layers, heads, hidden + 5});
  for (int i = 0; p.metadata.count("set" + std::to_string(i) + ".experts"); ++i) {
    const std::string prefix = "set" + std::to_string(i) + ".";
    ExpertSet s;
    s.experts = splitNames(text(prefix + "experts"));
    const auto count = int64_t(s.experts.size());
    if (count < 1 || count > 256) file.fail(prefix + "experts: " + std::to_string(count) + " experts (1..256)");
    if (file.has(prefix + "curve")) s.curve = file.tensor(prefix + "curve", {layers, heads, 12});
    if (file.has(prefix + "gate_w")) {
      s.gateW = file.tensor(prefix + "gate_w", {layers, hidden, count});
      s.gateC = file.tensor(prefix + "gate_c", {layers, count});
      s.gateBias = file.tensor(prefix + "gate_bias", {layers, count});
    }
    p.sets.push_back(std::move(s));
  }
  return p;
}

void writePattern(const Pattern& p, const std::string& path) {
  Json header = Json::object();
  auto meta = p.metadata;
  meta["format"] = kFormat;
  meta["shape"] = shapeText(p.shape);
  meta["fingerprint"] = p.fingerprint;
  for (size_t i = 0; i < p.sets.size(); ++i) meta["set" + std::to_string(i) + ".experts"] = joined(p.sets[i].experts);
  header["__metadata__"] = meta;
  std::string data;
  for (const NamedTensor& t : tensorsOf(p)) {
    size_t count = 1;
    for (const int64_t d : t.shape) count *= size_t(d);
    if (count != t.data->size()) throw Failure(ErrorCode::Failed, path + ": " + t.name + " does not have its shape");
    header[t.name] = {{"dtype", "F32"}, {"shape", t.shape}, {"data_offsets", {data.size(), data.size() + count * 4}}};
    data.append(reinterpret_cast<const char*>(t.data->data()), count * 4);
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string content(8, '\0');
  for (int i = 0; i < 8; ++i) content[size_t(i)] = char(uint64_t(text.size()) >> (8 * i) & 0xff);
  replaceFile(path, content + text + data);
}

Pattern readDuoTsv(const std::string& path, const HeadShape& shape) {
  const std::string bytes = readWhole(path);
  Pattern p;
  p.shape = shape;
  p.source = "tsv";
  std::vector<float> values;
  std::stringstream lines(bytes);
  int row = 0;
  for (std::string line; std::getline(lines, line);) {
    ++row;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    const char* at = line.c_str();
    int column = 0;
    while (*at) {
      char* end = nullptr;
      const double v = std::strtod(at, &end);
      const auto place = [&] { return path + ":" + std::to_string(row) + ":" + std::to_string(at - line.c_str() + 1) + ": "; };
      if (end == at || (*end && *end != '\t' && *end != ' ')) badInput(place() + "not a number");
      if (!std::isfinite(v)) badInput(place() + "value is not finite");
      if (++column > shape.kvHeads) badInput(place() + "more than " + std::to_string(shape.kvHeads) + " columns (KV heads of the model)");
      values.push_back(float(std::min(1., std::max(0., v))));
      at = end;
      while (*at == '\t' || *at == ' ') ++at;
    }
    const std::string here = path + ":" + std::to_string(row) + ":1: ";
    if (column != shape.kvHeads) badInput(here + std::to_string(column) + " columns, the model has " + std::to_string(shape.kvHeads) + " KV heads");
    if (int64_t(values.size()) > int64_t(shape.heads())) badInput(here + "more rows than the model's " + std::to_string(shape.layers) + " layers");
  }
  if (int64_t(values.size()) != int64_t(shape.heads())) {
    badInput(path + ":" + std::to_string(row) + ":1: " + std::to_string(values.size() / size_t(std::max(1, shape.kvHeads))) + " rows, the model has " +
             std::to_string(shape.layers) + " layers");
  }
  for (int i = 0; i < 4; ++i) p.streamErr.insert(p.streamErr.end(), values.begin(), values.end());
  return p;
}

}  // namespace presslab
