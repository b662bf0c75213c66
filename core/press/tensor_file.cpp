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
constexpr int64_t kMaxFile = int64_t{256} << 20;

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

std::vector<float> TensorFile::tensor(const std::string& name, const std::vector<int64_t>& shape) const {
  const SafetensorsEntry& entry = m_file.tensor(name);
  if (entry.shape != shape) {
    std::string has;
    for (const int64_t n : entry.shape) has += (has.empty() ? "" : ",") + std::to_string(n);
    fail(name + ": shape [" + has + "] is not the model's");
  }
  std::vector<float> out = m_file.floats(name);
  for (const float v : out)
    if (!std::isfinite(v)) fail(name + ": holds a value that is not finite");
  return out;
}

void TensorFile::fail(const std::string& reason) const { badInput(m_file.path() + ": " + reason); }

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
