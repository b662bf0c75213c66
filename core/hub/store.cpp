// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/hub/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "core/api/error.h"
#include "core/export/export.h"
#include "core/format/mapped_file.h"
#include "core/hub/checksum.h"

namespace presslab::hub {

namespace fs = std::filesystem;

namespace {

constexpr size_t kReadBytes = size_t{1} << 20;

[[noreturn]] void failed(const std::string& path, const char* what, int error) {
  throw Failure(ErrorCode::Io, printable(path) + ": " + what + ": " + std::strerror(error));
}

void makeFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) failed(folder.string(), "the folder cannot be made", error.value());
}

int64_t sizeOf(const std::string& path) {  // of a regular file, links followed; -1 when there is none
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) ? int64_t(facts.st_size) : -1;
}

// Never over a file that is there.
int renameNew(const std::string& from, const std::string& to) {
#if defined(__linux__) && defined(RENAME_NOREPLACE)
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
#endif
  struct stat facts {};
  if (::lstat(to.c_str(), &facts) == 0) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

std::string hashOfFile(const std::string& path, const FileFacts& facts, const std::stop_token& stop) {
  if (facts.sha256.empty() && facts.gitSha1.empty()) return {};
  Checksum sum(facts.sha256.empty() ? Checksum::Kind::GitSha1 : Checksum::Kind::Sha256, facts.bytes);
  std::ifstream in(path, std::ios::binary);
  std::vector<char> buffer(kReadBytes);
  while (in.read(buffer.data(), std::streamsize(buffer.size())) || in.gcount() > 0) {
    if (stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "download cancelled");
    sum.add(buffer.data(), size_t(in.gcount()));
  }
  if (!in.eof()) failed(path, "cannot be read", errno);
  return sum.finish();
}

Store::Store(const HubSettings& settings, const HubRequest& request) : m_cache(request.folder.empty()), m_revision(request.revision) {
  if (!safeRelativePath(request.revision)) badInput("\"" + printable(request.revision) + "\" is no name of a revision");
  m_root = request.folder;
  if (!m_cache) return;
  if (settings.cacheFolder.empty()) throw Failure(ErrorCode::Io, "there is no cache folder: set HF_HUB_CACHE, or name a folder");
  std::string name = "models--" + request.repo;
  if (const size_t slash = name.find('/'); slash != std::string::npos) name.replace(slash, 1, "--");
  m_root = (fs::path(settings.cacheFolder) / name).string();
}

std::string Store::blobName(const HubFile& file, const FileFacts& facts) const {
  const std::string& etag = facts.etag;
  const bool plain = !etag.empty() && etag.size() <= 128 && std::all_of(etag.begin(), etag.end(), [](unsigned char c) { return std::isalnum(c); });
  if (plain) return etag;
  Checksum sum(Checksum::Kind::Sha256);  // no name of a file can be made of it: a name that stands for it
  const std::string seed = etag + "\n" + file.name + "\n" + std::to_string(facts.bytes);
  sum.add(seed.data(), seed.size());
  return std::string("x").append(sum.finish());
}

std::optional<std::string> Store::finished(const std::string& commit, const HubFile& file, const FileFacts& facts,
                                           const std::stop_token& stop) const {
  if (m_cache) {
    const std::string blob = (fs::path(m_root) / "blobs" / blobName(file, facts)).string();
    const int64_t bytes = sizeOf(blob);
    if (bytes < 0 || (facts.bytes >= 0 && bytes != facts.bytes)) return cached(commit, file.name);
    return link(blob, commit, file.name);
  }
  const std::string path = (fs::path(m_root) / file.name).string();
  struct stat there {};
  if (::lstat(path.c_str(), &there) != 0) return std::nullopt;
  const int64_t bytes = sizeOf(path);
  const std::string& wanted = facts.sha256.empty() ? facts.gitSha1 : facts.sha256;
  if (bytes >= 0 && bytes == facts.bytes && hashOfFile(path, facts, stop) == wanted) return path;
  throw Failure(ErrorCode::Io, printable(path) + ": is there with other content and was left as it is; move it away or name another folder");
}

std::string Store::partPath(const HubFile& file, const FileFacts& facts) const {
  const std::string blob = blobName(file, facts);
  const fs::path path =
      m_cache ? fs::path(m_root) / "blobs" / (blob + ".incomplete") : fs::path(m_root) / (file.name + "." + blob.substr(0, 16) + ".incomplete");
  makeFolder(path.parent_path());
  return path.string();
}

std::string Store::finish(const std::string& part, const std::string& commit, const HubFile& file, const FileFacts& facts) const {
  const std::string to = (m_cache ? fs::path(m_root) / "blobs" / blobName(file, facts) : fs::path(m_root) / file.name).string();
  if (const int error = renameNew(part, to)) failed(to, "the finished file cannot get its name", error);
  return m_cache ? link(to, commit, file.name) : to;
}

std::string Store::link(const std::string& blob, const std::string& commit, const std::string& name) const {
  const fs::path path = fs::path(m_root) / "snapshots" / commit / name;
  struct stat there {};
  if (sizeOf(path.string()) >= 0) return path.string();
  makeFolder(path.parent_path());
  if (::lstat(path.c_str(), &there) == 0 && S_ISLNK(there.st_mode)) ::unlink(path.c_str());  // it leads nowhere
  const std::string target = fs::path(blob).lexically_relative(path.parent_path()).string();
  if (::symlink(target.c_str(), path.c_str()) == 0 || errno == EEXIST) return path.string();
  const int error = errno;
  if (::link(blob.c_str(), path.c_str()) != 0) failed(path.string(), "the link cannot be made", error);  // file systems without symbolic links
  return path.string();
}

void Store::remember(const std::string& commit) const {
  if (!m_cache || m_revision == commit) return;
  const fs::path ref = fs::path(m_root) / "refs" / m_revision;
  makeFolder(ref.parent_path());
  writeFileAtomic(ref.string(), commit);
}

std::string Store::knownCommit() const {
  if (!m_cache) return {};
  std::string commit;
  std::ifstream(fs::path(m_root) / "refs" / m_revision) >> commit;
  if (commit.empty()) commit = m_revision;
  std::error_code error;
  return safeRelativePath(commit) && fs::is_directory(fs::path(m_root) / "snapshots" / commit, error) ? commit : std::string();
}

std::optional<std::string> Store::cached(const std::string& commit, const std::string& name) const {
  if (!m_cache || !safeRelativePath(name)) return std::nullopt;
  const std::string path = (fs::path(m_root) / "snapshots" / commit / name).string();
  return sizeOf(path) >= 0 ? std::optional(path) : std::nullopt;
}

std::vector<std::string> Store::cachedNames(const std::string& commit) const {
  std::vector<std::string> out;
  const fs::path folder = fs::path(m_root) / "snapshots" / commit;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (sizeOf(it->path().string()) >= 0) out.push_back(it->path().lexically_relative(folder).string());
  std::sort(out.begin(), out.end());
  return out;
}

int64_t Store::freeBytes() const {
  fs::path folder = m_root;
  std::error_code error;
  while (!folder.empty() && !fs::exists(folder, error) && folder != folder.parent_path()) folder = folder.parent_path();
  if (folder.empty()) folder = ".";
  struct statvfs disk {};
  return ::statvfs(folder.c_str(), &disk) == 0 ? int64_t(disk.f_bavail) * int64_t(disk.f_frsize) : -1;
}

}  // namespace presslab::hub
