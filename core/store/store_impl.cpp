// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/store/store_impl.h"

#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include "core/api/error.h"
#include "core/format/mapped_file.h"
#include "core/store/schema.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;

std::string withFolder(const std::string& path) {
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) throw Failure(ErrorCode::Io, printable(path) + ": the folder cannot be made: " + error.message());
  return path;
}

/// Readers and one writer at the same time. The switch needs the file alone for a moment and does not wait by itself.
void useWal(const Database& database) {
  constexpr int kTries = 100;
  for (int i = 0;; ++i) {
    try {
      database.run("PRAGMA journal_mode = WAL");
      return;
    } catch (const Failure& e) {
      if (i == kTries || !std::strstr(e.what(), "locked")) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
}

}  // namespace

RunStore::Impl::Impl(const std::string& path) : database(withFolder(path), Database::Access::Make) {
  const int64_t version = requireOurs(database);  // refuses before anything is written
  if (version == 0) database.run("PRAGMA auto_vacuum = INCREMENTAL");
  useWal(database);
  database.run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  if (version < kSchemaVersion) migrate(database);
}

void RunStore::Impl::giveRoomBack() {
  Statement vacuum(database, "PRAGMA incremental_vacuum");
  while (vacuum.step()) continue;
}

}  // namespace presslab
