// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// G61 and G62: the valid file cut at every byte, and with every bit of its header flipped.
#include <fcntl.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>

#include "format_test.h"
#include "support/gguf_builder.h"

using namespace presslab::test;

namespace {

struct Fd {
  int fd;
  ~Fd() { ::close(fd); }
};

}  // namespace

class TestGgufSweep : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void truncation() {
    const std::string bytes = tinyLlama().build();
    QVERIFY(bytes.size() <= 64 * 1024);
    QTemporaryDir folder;
    const QString path = folder.filePath("m.gguf");
    QVERIFY(writeFile(path, bytes));
    QVERIFY(open(path).model);
    for (size_t n = bytes.size(); n-- > 0;) {
      QCOMPARE(::truncate(path.toLocal8Bit().constData(), off_t(n)), 0);
      const OpenResult r = open(path);
      if (r.code != 2 || r.error.contains('\n') || !r.error.startsWith(path + ": 0x")) {
        QFAIL(qPrintable(QString("cut at %1: code %2 %3").arg(n).arg(r.code).arg(r.error)));
      }
    }
  }

  void bitFlips() {
    GgufBuilder builder = tinyLlama();
    const std::string bytes = builder.build();
    QTemporaryDir folder;
    const QString path = folder.filePath("m.gguf");
    QVERIFY(writeFile(path, bytes));
    const Fd file{::open(path.toLocal8Bit().constData(), O_WRONLY)};
    QVERIFY(file.fd >= 0);
    int refused = 0, loaded = 0;
    for (size_t at = 0; at < builder.headerBytes; ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        const char flipped = char(bytes[at] ^ (1 << bit));
        QCOMPARE(::pwrite(file.fd, &flipped, 1, off_t(at)), ssize_t(1));
        const OpenResult r = open(path);
        (r.model ? loaded : refused) += 1;
        if (!r.model && (r.code != 2 || r.error.contains('\n'))) QFAIL(qPrintable(QString("byte %1 bit %2: %3").arg(at).arg(bit).arg(r.error)));
      }
      QCOMPARE(::pwrite(file.fd, &bytes[at], 1, off_t(at)), ssize_t(1));
    }
    // Letters of tokens and names may change freely; structure may not.
    QVERIFY2(refused > 1000 && loaded > 1000, qPrintable(QString("%1 refused, %2 loaded").arg(refused).arg(loaded)));
    QVERIFY(open(path).model);
  }
};

QTEST_APPLESS_MAIN(TestGgufSweep)
#include "tst_gguf_sweep.moc"
