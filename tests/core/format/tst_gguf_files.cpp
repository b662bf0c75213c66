// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What a GGUF file is where it lies: many tensors, a long template, paths that are no files, permissions.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>
#include <functional>
#include <limits>

#include "format_test.h"
#include "support/gguf_builder.h"

using namespace presslab;
using namespace presslab::test;

class TestGgufFiles : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// G27: the search for duplicates is not quadratic.
  void manyTensors() {
    GgufBuilder b = tinyLlama();
    for (int i = 0; i < 65000; ++i) b.tensors.push_back({"extra." + std::to_string(i), {8}, 0, std::string(32, '\0')});
    b.tensors.push_back({"extra.0", {8}, 0, std::string(32, '\0')});
    QTemporaryDir folder;
    const QString path = folder.filePath("m.gguf");
    QVERIFY(writeFile(path, b.build()));
    QElapsedTimer timer;
    timer.start();
    OpenResult r = open(path);
    QVERIFY2(timer.elapsed() <= 1000, qPrintable(QString("%1 ms").arg(timer.elapsed())));
    QCOMPARE(r.code, 2);
    QVERIFY2(r.error.contains("duplicate") && r.error.contains("extra.0"), qPrintable(r.error));

    b.tensors.pop_back();  // without the duplicate it loads, as fast
    QVERIFY(writeFile(path, b.build()));
    timer.restart();
    r = open(path);
    QVERIFY2(r.model, qPrintable(r.error));
    QVERIFY2(timer.elapsed() <= 1000, qPrintable(QString("%1 ms").arg(timer.elapsed())));
  }

  /// G56: a chat template over 16 MiB costs the template, not the model.
  void longTemplate() {
    GgufBuilder b = tinyLlama();
    b.setText("tokenizer.chat_template", std::string((16 << 20) + 1, '('));
    QTemporaryDir folder;
    const QString path = folder.filePath("m.gguf");
    QVERIFY(writeFile(path, b.build()));
    const OpenResult r = open(path);
    QVERIFY2(r.model, qPrintable(r.error));
    QVERIFY(r.model->vocab().chatTemplate.empty());
    QVERIFY(r.model->vocab().templateRefused.find("16777216") != std::string::npos);
  }

  void paths() {
    QTemporaryDir folder;
    const OpenResult absent = open(folder.filePath("none.gguf"));
    QCOMPARE(absent.code, 3);
    QVERIFY2(absent.error.contains("No such file") && absent.error.contains("none.gguf"), qPrintable(absent.error));
    const OpenResult isFolder = open(folder.path());
    QCOMPARE(isFolder.code, 3);
    QVERIFY2(isFolder.error.contains("config.json"), qPrintable(isFolder.error));
    const OpenResult device = open("/dev/zero");
    QCOMPARE(device.code, 2);
    QVERIFY2(device.error.contains("device"), qPrintable(device.error));

    const QString fifo = folder.filePath("pipe.gguf");
    QCOMPARE(::mkfifo(fifo.toLocal8Bit().constData(), 0600), 0);
    QElapsedTimer timer;
    timer.start();
    const OpenResult pipe = open(fifo);
    QVERIFY(timer.elapsed() < 1000);
    QCOMPARE(pipe.code, 2);
    QVERIFY2(pipe.error.contains("named pipe"), qPrintable(pipe.error));

    const QString loop = folder.filePath("loop.gguf");
    QCOMPARE(::symlink(loop.toLocal8Bit().constData(), loop.toLocal8Bit().constData()), 0);
    QCOMPARE(open(loop).code, 3);
    QCOMPARE(open(folder.filePath(QString(5000, 'x'))).code, 3);
    const OpenResult newline = open(folder.filePath("a\nb.gguf"));
    QCOMPARE(newline.code, 3);
    QVERIFY2(!newline.error.contains('\n'), qPrintable(newline.error));
  }

  void permission() {
    QTemporaryDir folder;
    const QString path = folder.filePath("m.gguf");
    QVERIFY(writeFile(path, tinyLlama().build()));
    QVERIFY(QFile::setPermissions(path, {}));
    const bool root = ::geteuid() == 0;  // root may read every file: become nobody for the attempt, the folder stays searchable
    if (root) {
      QCOMPARE(::chmod(folder.path().toLocal8Bit().constData(), 0755), 0);
      if (::seteuid(65534) != 0) QSKIP("root here cannot become another user");
    }
    const OpenResult r = open(path);
    if (root) QCOMPARE(::seteuid(0), 0);
    QCOMPARE(r.code, 3);
    QVERIFY2(r.error.contains("Permission denied"), qPrintable(r.error));
  }
};

QTEST_APPLESS_MAIN(TestGgufFiles)
#include "tst_gguf_files.moc"
