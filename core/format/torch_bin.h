// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>

#include "core/format/checkpoint_tensor.h"
#include "core/format/mapped_file.h"
#include "core/format/unpickler.h"

namespace presslab {

/// pytorch_model.bin as torch.save writes it: a zip archive of stored entries, or the older row of pickles. Only tensors are read, by the
/// restricted Unpickler; nothing in the file is run. The file stays mapped.
class TorchBin {
 public:
  /// Throws Failure: Io when it cannot be opened, BadInput "PATH: 0xOFFSET or NAME: reason (limit)".
  explicit TorchBin(const std::string& path);
  const MappedFile& file() const { return m_file; }
  bool isZip() const { return m_zip; }
  const std::map<std::string, CheckpointTensor, std::less<>>& tensors() const { return m_tensors; }

 private:
  void readZip();
  void readLegacy();
  void place(const PickledState&, const std::vector<const std::byte*>& storages);
  [[noreturn]] void fail(const std::string& place, const std::string& reason) const;

  MappedFile m_file;
  bool m_zip = false;
  std::map<std::string, CheckpointTensor, std::less<>> m_tensors;
};

}  // namespace presslab
