// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/press/tensor_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/api/error.h"

namespace presslab {
namespace {

using Json = nlohmann::json;
constexpr int64_t kMaxHeader = 4 << 20, kMaxFile = int64_t{256} << 20;

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

/// One stored element as float32.
float element(const char* at, const std::string& dtype) {
  if (dtype == "F32") {
    float v;
    std::memcpy(&v, at, sizeof v);
    return v;
  }
  uint16_t half;
  std::memcpy(&half, at, sizeof half);
  if (dtype == "BF16") {
    const uint32_t bits = uint32_t(half) << 16;
    float v;
    std::memcpy(&v, &bits, sizeof v);
    return v;
  }
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  const float size = exponent == 31  ? (fraction ? NAN : INFINITY)
                     : exponent == 0 ? std::ldexp(float(fraction), -24)
                                     : std::ldexp(float(fraction + 1024), exponent - 25);
  return half & 0x8000 ? -size : size;
}

}  // namespace

struct TensorFile::Header {
  Json json;
};

std::string readWholeFile(const std::string& path) {
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

TensorFile::TensorFile(const std::string& path) : m_path(path), m_bytes(readWholeFile(path)), m_header(std::make_unique<Header>()) {
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
    m_header->json = Json::parse(m_bytes.begin() + 8, m_bytes.begin() + std::ptrdiff_t(m_data), shallow);
  } catch (const std::exception&) {
    fail("0x8: header is not JSON of a safetensors file");
  }
  if (!m_header->json.is_object()) fail("0x8: header is not a JSON object");
}

TensorFile::~TensorFile() = default;

void TensorFile::fail(const std::string& reason) const { badInput(m_path + ": " + reason); }

bool TensorFile::has(const std::string& name) const { return m_header->json.contains(name); }

std::map<std::string, std::string> TensorFile::metadata() const {
  std::map<std::string, std::string> out;
  if (!has("__metadata__")) return out;
  const Json& meta = m_header->json["__metadata__"];
  if (!meta.is_object()) fail("__metadata__ is not an object");
  for (const auto& [key, value] : meta.items()) {
    if (!value.is_string()) fail("__metadata__." + key + " is not a string");
    out[key] = value.get<std::string>();
  }
  return out;
}

std::vector<float> TensorFile::tensor(const std::string& name, const std::vector<int64_t>& shape) const {
  if (!has(name)) fail(name + ": tensor is missing");
  const Json& entry = m_header->json[name];
  uint64_t begin = 0, end = 0;
  std::string dtype;
  try {
    dtype = entry.at("dtype").get<std::string>();
    if (dtype != "F32" && dtype != "F16" && dtype != "BF16") fail(name + ": dtype " + dtype + " is none of F32, F16, BF16");
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
  const uint64_t room = m_bytes.size() - m_data, width = dtype == "F32" ? 4 : 2;
  if (begin > end || end > room || end - begin != count * width) {
    fail(name + ": data_offsets [" + std::to_string(begin) + "," + std::to_string(end) + ") do not hold " + std::to_string(count) + " values in " +
         std::to_string(room) + " bytes");
  }
  std::vector<float> out(static_cast<size_t>(count));
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = element(m_bytes.data() + m_data + begin + i * width, dtype);
    if (!std::isfinite(out[i])) fail(name + ": holds a value that is not finite");
  }
  return out;
}

void writeTensors(const std::string& path, const std::map<std::string, std::string>& metadata, const std::vector<NamedTensor>& tensors) {
  Json header = Json::object();
  header["__metadata__"] = metadata;
  std::string data;
  for (const NamedTensor& t : tensors) {
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

}  // namespace presslab
