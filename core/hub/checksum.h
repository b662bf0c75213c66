// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace presslab::hub {

/// A running hash, as hexadecimal digits at the end.
class Checksum {
 public:
  enum class Kind { Sha256, GitSha1 };
  /// gitBytes: size of the whole content, which git's object id begins with. Throws Failure(Failed) where the library has no such hash.
  explicit Checksum(Kind kind, int64_t gitBytes = 0);
  ~Checksum();
  void add(const void* data, size_t bytes);
  std::string finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> d;
};

}  // namespace presslab::hub
