// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/format/checkpoint_tensor.h"
#include "core/format/safetensors.h"
#include "core/format/torch_bin.h"

namespace presslab {

/// The weights of a Hugging Face folder: model.safetensors, or shards with an index, or pytorch_model.bin, or its shards with an index; looked for in
/// this order. All files are mapped and checked when this is made.
class HfWeights {
 public:
  /// `only`: one weights file of the folder, by its name; a shard stands for all of them. Empty: looked for. Throws Failure: Io, BadInput with file,
  /// place and reason; a missing shard and a tensor in another shard than the index says are BadInput of the index.
  HfWeights(const std::string& folder, const std::string& only);
  /// Null when there is none of this name.
  const CheckpointTensor* find(const std::string& name) const;
  const std::map<std::string, CheckpointTensor, std::less<>>& tensors() const { return m_tensors; }
  /// The weights file, or the index.
  const std::string& path() const { return m_path; }
  int64_t bytes() const { return m_bytes; }
  /// "safetensors", "PyTorch zip", with the number of files when there are several.
  std::string format() const;
  [[noreturn]] void fail(const std::string& name, const std::string& reason) const;

 private:
  struct Part {
    std::unique_ptr<SafetensorsFile> safetensors;
    std::unique_ptr<TorchBin> torch;
    const MappedFile& file() const { return safetensors ? safetensors->file() : torch->file(); }
    std::map<std::string, CheckpointTensor, std::less<>> tensors;
  };
  static Part open(const std::string& path);
  void readIndex(const std::string& folder);

  std::string m_path;
  std::vector<Part> m_parts;
  std::map<std::string, CheckpointTensor, std::less<>> m_tensors;
  int64_t m_bytes = 0;
};

/// The names that weights can have in a folder, in the order that they are looked for; and whether a file's name is one of them or of a shard.
const std::vector<std::string>& hfWeightsNames();
bool isHfWeightsName(const std::string& file);

}  // namespace presslab
