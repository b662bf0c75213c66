// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "core/api/error.h"
#include "core/export/export.h"
#include "core/format/mapped_file.h"

namespace presslab {
namespace {

namespace fs = std::filesystem;

/// Path, reason and size; where the disk is full, also what is free.
[[noreturn]] void failWriting(const std::string& path, int error, size_t bytes) {
  std::string text = printable(path) + ": cannot be written: " + std::strerror(error) + " (" + std::to_string(bytes) + " bytes needed";
  struct statvfs disk {};
  if (error == ENOSPC && ::statvfs(fs::path(path).parent_path().c_str(), &disk) == 0) {
    text += ", " + std::to_string(uint64_t(disk.f_bavail) * disk.f_frsize) + " free";
  }
  throw Failure(ErrorCode::Io, text + ")");
}

/// Writes everything; the errno of the first failure, 0 when there was none.
int writeAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    content.remove_prefix(size_t(n));
  }
  return 0;
}

/// A name may outlive a crash only when its folder was synced. Some file systems cannot sync a folder; that is no failure.
void syncFolder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

/// The file that a link leads to, the path itself otherwise.
fs::path targetOf(const std::string& path) {
  std::error_code error;
  if (!fs::is_symlink(fs::symlink_status(path, error))) return path;
  char* real = ::realpath(path.c_str(), nullptr);
  if (!real) return path;
  fs::path out = real;
  std::free(real);
  return out;
}

void writeInto(const std::string& path, std::string_view content) {  // a device or a pipe: there is nothing to rename over
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) failWriting(path, errno, content.size());
  const int error = writeAll(fd, content);
  if (::close(fd) != 0 || error != 0) failWriting(path, error ? error : errno, content.size());
}

/// Writes a new file beside the target with the rights of the old one; 0, or the errno after which nothing of it is left.
int writeTemporary(const std::string& temporary, std::string_view content, const struct stat* old) {
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (fd < 0) return errno;
  int error = writeAll(fd, content);
  if (error == 0 && old) (void)::fchmod(fd, old->st_mode & 07777);  // rights are kept where the file system has them
  if (error == 0 && ::fsync(fd) != 0) error = errno;
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error != 0) ::unlink(temporary.c_str());
  return error;
}

}  // namespace

void writeFileAtomic(const std::string& path, std::string_view content) {
  static std::atomic<unsigned> counter{0};
  if (path.empty() || path.find('\0') != std::string::npos) badInput("'" + printable(path) + "': is no path of a file");
  const fs::path target = targetOf(path);
  struct stat old {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode)) failWriting(path, EISDIR, content.size());
  if (exists && !S_ISREG(old.st_mode)) return writeInto(target.string(), content);

  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  // A short name of its own: the target's may already be as long as the file system allows.
  const fs::path temporary = folder / (".presslab-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp");
  if (const int error = writeTemporary(temporary.string(), content, exists ? &old : nullptr)) failWriting(path, error, content.size());
  if (std::rename(temporary.c_str(), target.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    failWriting(path, error, content.size());
  }
  syncFolder(folder);
}

}  // namespace presslab
