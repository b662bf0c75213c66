// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/hf_weights.h"

#include <algorithm>
#include <filesystem>

#include "core/api/error.h"
#include "core/format/hf_json.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxIndex = uint64_t{64} << 20;
constexpr size_t kMaxShards = 1024;

bool isThere(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

bool isIndex(const std::string& name) { return name.ends_with(".index.json"); }
bool isShard(const std::string& name) { return name.find("-of-") != std::string::npos; }
bool isSafetensors(const std::string& name) { return name.ends_with(".safetensors"); }

std::vector<int64_t> contiguous(const std::vector<int64_t>& shape) {
  std::vector<int64_t> out(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;) out[d - 1] = out[d] * std::max<int64_t>(shape[d], 1);
  return out;
}

/// The names of a folder's weights with a file that stands for them.
std::string choose(const std::string& folder, const std::string& only) {
  if (isShard(only)) {
    const std::string index = isSafetensors(only) ? "model.safetensors.index.json" : "pytorch_model.bin.index.json";
    if (!isThere(fs::path(folder) / index)) badInput(printable((fs::path(folder) / index).string()) + ": is missing beside " + printable(only));
    return index;
  }
  if (!only.empty()) return only;
  std::string looked;
  for (const std::string& name : hfWeightsNames()) {
    if (isThere(fs::path(folder) / name)) return name;
    looked += (looked.empty() ? "" : ", ") + name;
  }
  badInput(printable(folder) + ": the folder holds no weights (" + looked + ")");
}

}  // namespace

const std::vector<std::string>& hfWeightsNames() {
  static const std::vector<std::string> kNames{"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                                               "pytorch_model.bin.index.json"};
  return kNames;
}

bool isHfWeightsName(const std::string& file) {
  for (const std::string& name : hfWeightsNames())
    if (file == name) return true;
  return isSafetensors(file) || (file.ends_with(".bin") && file.starts_with("pytorch_model"));
}

HfWeights::Part HfWeights::open(const std::string& path) {
  Part part;
  if (isSafetensors(path)) {
    part.safetensors = std::make_unique<SafetensorsFile>(path);
    for (const auto& [name, e] : part.safetensors->tensors())
      part.tensors.emplace(name, CheckpointTensor{e.dtype, e.shape, contiguous(e.shape), e.data, &part.safetensors->file()});
  } else {
    part.torch = std::make_unique<TorchBin>(path);
    part.tensors = part.torch->tensors();
  }
  return part;
}

HfWeights::HfWeights(const std::string& folder, const std::string& only) {
  const std::string name = choose(folder, only);
  m_path = (fs::path(folder) / name).string();
  if (isIndex(name)) {
    readIndex(folder);
  } else {
    m_parts.push_back(open(m_path));
    m_tensors = std::move(m_parts[0].tensors);
  }
  for (const Part& part : m_parts) m_bytes += int64_t(part.file().size());
}

void HfWeights::readIndex(const std::string& folder) {
  const JsonFile index = readJsonFile(m_path, kMaxIndex);
  const nlohmann::json* map = index.find(index.root, "weight_map");
  if (!map || !map->is_object() || map->empty()) index.fail("weight_map", "is missing, or no object with entries");
  std::map<std::string, size_t> order;
  for (const auto& [name, value] : map->items()) {
    if (!value.is_string()) index.fail("weight_map", "the shard of '" + printable(name, 120) + "' is no text");
    const std::string file = value.get<std::string>();
    // Only a name beside the index: an index must not lead out of its folder.
    if (file.empty() || file[0] == '.' || file.find('/') != std::string::npos || file.find('\\') != std::string::npos ||
        file.find('\0') != std::string::npos || !(isSafetensors(file) || file.ends_with(".bin")))
      index.fail("weight_map", "'" + printable(file, 120) + "' is no name of a shard");
    order.emplace(file, 0);
    if (order.size() > kMaxShards) index.fail("weight_map", "more than " + std::to_string(kMaxShards) + " shards");
  }
  std::map<std::string, std::string> holder;
  for (auto& [file, number] : order) {
    const std::string path = (fs::path(folder) / file).string();
    if (!isThere(path)) index.fail("weight_map", "shard " + printable(file, 120) + " is missing in the folder");
    number = m_parts.size();
    m_parts.push_back(open(path));
    for (const auto& [name, tensor] : m_parts.back().tensors) {
      const auto [first, fresh] = holder.emplace(name, file);
      if (!fresh) badInput(printable(path) + ": tensor '" + printable(name, 120) + "': is in " + printable(first->second, 120) + " too");
    }
  }
  for (const auto& [name, value] : map->items()) {
    const Part& part = m_parts[order.at(value.get<std::string>())];
    const auto it = part.tensors.find(name);
    if (it == part.tensors.end()) {
      const auto other = holder.find(name);
      index.fail("weight_map", "shard " + value.get<std::string>() + " does not hold '" + printable(name, 120) + "'" +
                                   (other == holder.end() ? "" : ", but " + other->second + " does"));
    }
    m_tensors.emplace(name, it->second);
  }
}

const CheckpointTensor* HfWeights::find(const std::string& name) const {
  const auto it = m_tensors.find(name);
  return it == m_tensors.end() ? nullptr : &it->second;
}

std::string HfWeights::format() const {
  const Part& first = m_parts.front();
  const std::string kind = first.safetensors ? "safetensors" : first.torch->isZip() ? "PyTorch zip" : "PyTorch legacy";
  return m_parts.size() == 1 ? kind : kind + ", " + std::to_string(m_parts.size()) + " files";
}

void HfWeights::fail(const std::string& name, const std::string& reason) const {
  const CheckpointTensor* t = find(name);
  badInput(printable(t ? t->file->path() : m_path) + ": tensor '" + printable(name, 120) + "': " + reason);
}

}  // namespace presslab
