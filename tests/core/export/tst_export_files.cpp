// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtTest>
#include <csignal>

#include "core/api/error.h"
#include "core/export/export.h"
#include "tests/core/export/export_test.h"

using namespace presslab;

namespace {

QByteArray content(const QString& path) {
  QFile f(path);
  return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray("<absent>");
}

QStringList names(const QString& dir) { return QDir(dir).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot); }

/// Message of the Failure(Io) of an action; empty when it succeeds.
template <class F>
std::string ioFailure(F action) {
  try {
    action();
  } catch (const Failure& e) {
    return e.code() == ErrorCode::Io ? e.what() : std::string("other code: ") + e.what();
  }
  return {};
}

/// Files of this process cannot grow beyond `bytes` while it lives: a disk that is full after so many.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    m_before = std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &m_limit);
    const rlimit small{bytes, m_limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &m_limit);
    std::signal(SIGXFSZ, m_before);
  }

 private:
  rlimit m_limit{};
  void (*m_before)(int);
};

}  // namespace

class TestExportFiles : public QObject {
  Q_OBJECT
  std::unique_ptr<QTemporaryDir> m_dir;
  QString at(const char* name) const { return m_dir->filePath(name); }
  std::string path(const char* name) const { return at(name).toStdString(); }

 private Q_SLOTS:
  void init() { m_dir = std::make_unique<QTemporaryDir>(); }

  void aFileIsWrittenAndReplaced() {
    writeFileAtomic(path("a.txt"), "one");
    QCOMPARE(content(at("a.txt")), QByteArray("one"));
    QVERIFY(::chmod(path("a.txt").c_str(), 0600) == 0);
    writeFileAtomic(path("a.txt"), std::string("t\0o", 3));
    QCOMPARE(content(at("a.txt")), QByteArray("t\0o", 3));
    struct stat facts {};
    ::stat(path("a.txt").c_str(), &facts);
    QCOMPARE(int(facts.st_mode & 0777), 0600);  // rights stay
    QCOMPARE(names(m_dir->path()), QStringList("a.txt"));
  }

  void aLinkIsFollowed() {
    writeFileAtomic(path("real"), "one");
    QVERIFY(::symlink("real", path("link").c_str()) == 0);
    writeFileAtomic(path("link"), "two");
    QCOMPARE(content(at("real")), QByteArray("two"));
    QVERIFY(QFileInfo(at("link")).isSymLink());
  }

  void nameAsLongAsTheSystemAllows() {
    const std::string name(255, 'n');
    writeFileAtomic(path(name.c_str()), "x");
    QCOMPARE(names(m_dir->path()).size(), 1);
  }

  void aFullDeviceIsAFailure() {
    if (!QFile::exists("/dev/full")) QSKIP("no /dev/full");
    const std::string why = ioFailure([] { writeFileAtomic("/dev/full", "some text"); });
    QVERIFY2(why.find("/dev/full") == 0 && why.find("No space left") != std::string::npos && why.find("9 bytes needed") != std::string::npos,
             why.c_str());
    struct stat facts {};
    QVERIFY(::stat("/dev/full", &facts) == 0 && S_ISCHR(facts.st_mode));  // the device was not replaced by a file
  }

  void impossiblePlacesAreNamed() {
    writeFileAtomic(path("file"), "x");
    QVERIFY(ioFailure([&] { writeFileAtomic(path("file") + "/below", "y"); }).find("file/below: cannot be written: Not a directory") !=
            std::string::npos);
    QVERIFY(ioFailure([&] { writeFileAtomic(path("absent/name"), "y"); }).find("No such file") != std::string::npos);
    QVERIFY(ioFailure([&] { writeFileAtomic(m_dir->path().toStdString(), "y"); }).find("directory") != std::string::npos);
    QVERIFY(ioFailure([&] { writeRunFolder(Comparison{}, path("file")); }).find("file: the folder cannot be made") != std::string::npos);
    QCOMPARE(names(m_dir->path()), QStringList("file"));
  }

  /// Whatever the point at which the disk fills: the old file is untouched, nothing is left beside it, and the message has the size.
  void aFullDiskLeavesTheOldFile() {
    writeFileAtomic(path("a"), "old content");
    const std::string fresh(3000, 'n');
    for (const rlim_t limit : {0, 1, 100, 2999}) {
      std::string why;
      {
        const SmallDisk disk(limit);
        why = ioFailure([&] { writeFileAtomic(path("a"), fresh); });
      }
      QVERIFY2(why.find("File too large") != std::string::npos && why.find("3000 bytes needed") != std::string::npos, why.c_str());
      QCOMPARE(content(at("a")), QByteArray("old content"));
      QCOMPARE(names(m_dir->path()), QStringList("a"));
    }
    const SmallDisk disk(3000);
    writeFileAtomic(path("a"), fresh);
    QCOMPARE(content(at("a")).size(), 3000);
  }

  void aRunFolderComesBack() {
    const Comparison c = RandomRun(11).comparison(3, 2, 3);
    writeRunFolder(c, path("runs/one"));
    QCOMPARE(names(at("runs/one")), QStringList({"experts.csv", "heads.csv", "run.json", "summary.csv", "summary.md", "tokens.csv"}));
    QVERIFY(readRunFolder(path("runs/one")) == c);
    QVERIFY(readRunFolder(path("runs/one/run.json")) == c);
    QCOMPARE(content(at("runs/one/summary.csv")), QByteArray::fromStdString(summaryCsv(c)));
  }

  /// A write that failed half-way leaves the run that stood there readable.
  void aFailedRunFolderKeepsTheOldRun() {
    const Comparison old = RandomRun(12).comparison(1, 1, 1), fresh = RandomRun(13).comparison(3, 4, 3);
    writeRunFolder(old, path("run"));
    const auto size = rlim_t(summaryCsv(fresh).size());
    std::string why;
    {
      const SmallDisk disk(size);  // the summary fits, larger files do not
      why = ioFailure([&] { writeRunFolder(fresh, path("run")); });
    }
    QVERIFY(!why.empty());
    QVERIFY(readRunFolder(path("run")) == old);
    QVERIFY(names(at("run")).filter("tmp").isEmpty());
  }

  void runsAreFoundById() {
    const QByteArray before = qgetenv("XDG_DATA_HOME");
    qputenv("XDG_DATA_HOME", m_dir->path().toUtf8());
    QCOMPARE(runsFolder(), m_dir->path().toStdString() + "/presslab/runs");
    const Comparison c = RandomRun(14).comparison(1, 1, 1);
    writeRunFolder(c, runsFolder() + "/20260101-000000-abcdef");
    QVERIFY(readRunFolder("20260101-000000-abcdef") == c);
    const std::string why = ioFailure([] { readRunFolder("never-made"); });
    QVERIFY2(why.find("never-made: no such run folder, and no run of that id in ") == 0, why.c_str());
    qputenv("XDG_DATA_HOME", "relative");  // the specification of the variable says to ignore that
    QVERIFY(!runsFolder().starts_with("relative"));
    qputenv("XDG_DATA_HOME", before);
  }

  void unreadableRunsAreRefused() {
    QVERIFY(QDir(m_dir->path()).mkdir("empty"));
    QVERIFY(ioFailure([&] { readRunFolder(path("empty")); }).find("run.json: cannot be read: No such file") != std::string::npos);
    QVERIFY(ioFailure([&] { readRunFolder(path("no/where")); }).find("no such run folder") != std::string::npos);
    QVERIFY(ioFailure([] { readRunFolder("/dev/zero"); }).find("/dev/zero") == 0);
    writeFileAtomic(path("bad.json"), "{\"schema_version\":99}");
    QVERIFY_EXCEPTION_THROWN(readRunFolder(path("bad.json")), Failure);
    try {
      readRunFolder(path("bad.json"));
    } catch (const Failure& e) {
      QCOMPARE(int(e.code()), int(ErrorCode::BadInput));
      QVERIFY(std::string(e.what()).find("bad.json: schema_version: 99") != std::string::npos);
    }
  }
};

QTEST_GUILESS_MAIN(TestExportFiles)
#include "tst_export_files.moc"
