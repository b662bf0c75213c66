// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/api/hub.h"
#include "core/hub/hub_client.h"

namespace presslab::hub {

/// Where the files of one request lie: in a folder under their own names, or in the cache as the Hugging Face hub lays it out (blobs by hash,
/// a folder of links for every commit, the commit of every revision).
class Store {
 public:
  Store(const HubSettings& settings, const HubRequest& request);
  /// The finished file, when it is there. In a folder its content is compared with what is known of it; a file with other content is a Failure(Io).
  std::optional<std::string> finished(const std::string& commit, const HubFile& file, const FileFacts& facts, const std::stop_token& stop) const;
  /// Where the part of a file is written. The folder is made.
  std::string partPath(const HubFile& file, const FileFacts& facts) const;
  /// Gives the whole part its name and returns the path. Throws Failure(Io).
  std::string finish(const std::string& part, const std::string& commit, const HubFile& file, const FileFacts& facts) const;
  /// Remembers which commit the revision was. Only in the cache.
  void remember(const std::string& commit) const;
  /// The commit that the cache knows for the revision, and the files of it that are there.
  std::string knownCommit() const;
  std::optional<std::string> cached(const std::string& commit, const std::string& name) const;
  std::vector<std::string> cachedNames(const std::string& commit) const;
  /// Free bytes where the files go; -1: not known.
  int64_t freeBytes() const;
  /// Folder that parts and files lie in.
  const std::string& root() const { return m_root; }

 private:
  std::string blobName(const HubFile& file, const FileFacts& facts) const;
  std::string link(const std::string& blob, const std::string& commit, const std::string& name) const;

  bool m_cache;
  std::string m_root, m_revision;  // the folder, or models--owner--name in the cache
};

/// Hash of a whole file: sha256, else git's id. Empty when neither is known. Throws Failure(Io, Cancelled).
std::string hashOfFile(const std::string& path, const FileFacts& facts, const std::stop_token& stop);

}  // namespace presslab::hub
