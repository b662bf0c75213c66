// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// PyTorch files: what is read from them, and that hostile pickles are refused without calling anything.
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>
#include <random>

#include "core/format/torch_bin.h"
#include "core/format/zip_entries.h"
#include "format_test.h"
#include "support/checkpoint_builder.h"

using namespace presslab;
using namespace presslab::test;

class TestTorchBin : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;

  static QString data(const char* folder) {
    return QStringLiteral(PRESSLAB_TEST_DATA "/checkpoints/%1/pytorch_model.bin").arg(QLatin1String(folder));
  }
  static std::string bytesOf(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) qFatal("no %s", qPrintable(path));
    return file.readAll().toStdString();
  }
  std::pair<int, QString> errorOf(const std::string& bytes) {
    const QString path = m_dir.filePath(QStringLiteral("x.bin"));
    if (!writeFile(path, bytes)) qFatal("cannot write");
    try {
      TorchBin file(path.toStdString());
    } catch (const Failure& f) {
      return {int(f.code()), QString::fromUtf8(f.what())};
    }
    return {0, {}};
  }
  /// Runs a pickle by itself.
  static std::pair<int, QString> pickleError(const std::string& bytes) {
    try {
      Unpickler("p", reinterpret_cast<const std::byte*>(bytes.data()), bytes.size(), 0).state();
    } catch (const Failure& f) {
      return {int(f.code()), QString::fromUtf8(f.what())};
    }
    return {0, {}};
  }

 private Q_SLOTS:
  void bothKindsAgree();
  void strides();
  void hostilePickles_data();
  void hostilePickles();
  void nothingIsCalled();
  void brokenFiles_data();
  void brokenFiles();
  void truncated();
  void changedBytes();
};

void TestTorchBin::bothKindsAgree() {
  const TorchBin zip(data("gpt2-zip").toStdString()), legacy(data("gpt2-legacy").toStdString());
  QVERIFY(zip.isZip() && !legacy.isZip());
  QCOMPARE(zip.tensors().size(), size_t{28});
  for (const auto& [name, t] : zip.tensors()) {
    const auto it = legacy.tensors().find("transformer." + name);
    QVERIFY2(it != legacy.tensors().end(), name.c_str());
    QCOMPARE(it->second.shape, t.shape);
    QCOMPARE(it->second.dtype, t.dtype);
    size_t bytes = 4;
    for (const int64_t d : t.shape) bytes *= size_t(d);
    QCOMPARE(std::memcmp(it->second.data, t.data, bytes), 0);
  }
  QCOMPARE(legacy.tensors().at("transformer.h.0.attn.bias").dtype, std::string("U8"));
  // The tied head shares the embedding's storage.
  QCOMPARE(legacy.tensors().at("lm_head.weight").data, legacy.tensors().at("transformer.wte.weight").data);
}

void TestTorchBin::strides() {
  QCOMPARE(errorOf(legacyTensor(12, 0, {3, 4}, {4, 1})).first, 0);
  QCOMPARE(errorOf(legacyTensor(12, 0, {4, 3}, {1, 4})).first, 0);  // transposed
  QCOMPARE(errorOf(legacyTensor(12, 2, {5}, {2})).first, 0);        // 2, 4, .., 10
  QCOMPARE(errorOf(legacyTensor(12, 3, {5}, {2})).first, 0);        // .., 11 is the last
  QCOMPARE(errorOf(legacyTensor(12, 0, {1000}, {0})).first, 0);     // one element, repeated
  QCOMPARE(errorOf(legacyTensor(12, 0, {0, 4}, {4, 1})).first, 0);  // empty
  for (const auto& [offset, shape, stride] : {std::tuple<uint64_t, std::vector<uint64_t>, std::vector<uint64_t>>{0, {13}, {1}},
                                              {4, {5}, {2}},
                                              {12, {1}, {1}},
                                              {0, {2}, {12}},
                                              {0, {3, 5}, {4, 1}},
                                              {0, {uint64_t{1} << 62, 4}, {0, 1}},
                                              {0, {2}, {uint64_t{1} << 62}},
                                              {uint64_t(INT64_MAX), {2}, {12}},
                                              {13, {0}, {1}}}) {
    const auto [code, text] = errorOf(legacyTensor(12, offset, shape, stride));
    QCOMPARE(code, 2);
    QVERIFY2(text.contains(QLatin1String("beyond its storage of 12 elements")) && text.contains(QLatin1String("tensor 'w'")), qPrintable(text));
  }
  QCOMPARE(errorOf(legacyTensor(12, 0, {uint64_t(-1)}, {1})).first, 2);
}

void TestTorchBin::hostilePickles_data() {
  QTest::addColumn<QByteArray>("pickle");
  QTest::addColumn<QString>("reason");
  const auto row = [](const char* name, const Pickle& p, const char* reason) {
    QTest::newRow(name) << QByteArray(p.bytes.data(), qsizetype(p.bytes.size())) << QString::fromUtf8(reason);
  };
  const auto call = [&](const char* module, const char* name) {
    row(qPrintable(QStringLiteral("%1.%2").arg(QLatin1String(module), QLatin1String(name))),
        Pickle().global(module, name).op('(').text("touch hostile").op('t').op('R').op('.'), "was not called");
  };
  for (const char* name : {"system", "popen", "execv"}) call("os", name);
  call("posix", "system");
  call("builtins", "eval");
  call("builtins", "exec");
  call("builtins", "getattr");
  call("__builtin__", "eval");
  call("subprocess", "Popen");
  call("torch", "load");
  call("torch._utils", "_rebuild_tensor");
  call("torch._utils", "_rebuild_sparse_tensor");
  call("torch.serialization", "load");
  call("numpy.core.multiarray", "_reconstruct");
  call("collections", "OrderedDict.__init__");
  call("torch", "FloatStorage.__reduce__");
  row("storage class called", Pickle().global("torch", "FloatStorage").op(')').op('R').op('.'), "a call of 'torch.FloatStorage'");
  row("text called", Pickle().text("os.system").op(')').op('R').op('.'), "no known function");
  row("OrderedDict with values", Pickle().global("collections", "OrderedDict").tuple({1}).op('R').op('.'), "made from values");
  row("attributes of a tensor", Pickle().tensor("FloatStorage", "0", 1, 0, {1}, {1}).op('}').op('b').op('.'), "attributes");
  row("new object", Pickle().global("collections", "OrderedDict").op(')').op('\x81').op('.'), "opcode 0x81");
  row("inst", Pickle().op('(').op('i'), "opcode 0x69");
  row("persistent text", Pickle().op('P'), "opcode 0x50");
  row("extension", Pickle().op('\x82'), "opcode 0x82");
  row(
      "text of 4 GB",
      [] {
        Pickle p;
        p.op('X').bytes += std::string("\xff\xff\xff\xff", 4);
        return p;
      }(),
      "4294967295 bytes are asked for");
  row(
      "protocol 4",
      [] {
        Pickle p;
        p.bytes[1] = 4;
        return p.op('.');
      }(),
      "protocol 4 (2)");
  row("empty stack", Pickle().op('R'), "empty stack");
  row("unset memo", Pickle().op('h').op('\x05').op('.'), "memo 5");
  row("no mark", Pickle().op('t').op('.'), "no mark");
  row("mark left", Pickle().op('(').op('.'), "ends with");
  row("odd pairs", Pickle().op('}').op('(').text("a").op('u').op('.'), "a key without a value");
  row("members of a number", Pickle().number(1).text("a").text("b").op('s').op('.'), "no dictionary");
  row("never ends", Pickle().op('}'), "1 bytes are asked for");
  row("a list", Pickle().op(']').op('.'), "no dictionary of tensors");
  row(
      "huge number",
      [] {
        Pickle p;
        p.bytes += std::string("\x8a\xff", 2) + std::string(255, '\1');
        return p.op('.');
      }(),
      "255 bytes (8)");
  row("tensor of a text",
      Pickle().global("torch._utils", "_rebuild_tensor_v2").op('(').text("x").number(0).tuple({1}).tuple({1}).op('t').op('R').op('.'),
      "a tensor needs");
  row("more strides than sizes", Pickle().op('}').text("w").tensor("FloatStorage", "0", 4, 0, {4}, {1, 1}).op('s').op('.'), "as many sizes");
  row("negative offset", Pickle().op('}').text("w").tensor("FloatStorage", "0", 4, uint64_t(-1), {4}, {1}).op('s').op('.'), "a tensor needs");
  row("negative storage", Pickle().op('}').text("w").tensor("FloatStorage", "0", uint64_t(-4), 0, {4}, {1}).op('s').op('.'), "no storage");
  row("unknown storage", Pickle().op('}').text("w").tensor("ComplexFloatStorage", "0", 4, 0, {4}, {1}).op('s').op('.'), "was not called");
  row("one storage, two types",
      Pickle()
          .op('}')
          .text("a")
          .tensor("FloatStorage", "0", 4, 0, {4}, {1})
          .op('s')
          .text("b")
          .tensor("HalfStorage", "0", 4, 0, {4}, {1})
          .op('s')
          .op('.'),
      "in two ways");
}

void TestTorchBin::hostilePickles() {
  QFETCH(QByteArray, pickle);
  QFETCH(QString, reason);
  const auto [code, text] = pickleError(pickle.toStdString());
  QCOMPARE(code, 2);
  QVERIFY2(text.contains(reason), qPrintable(text));
  QVERIFY2(text.startsWith(QLatin1String("p: 0x")), qPrintable(text));
  // The same within a whole file.
  QCOMPARE(errorOf(legacyBin(pickle.toStdString(), {})).first, 2);
}

void TestTorchBin::nothingIsCalled() {
  const QString made = m_dir.filePath(QStringLiteral("hostile"));
  const std::string bytes = Pickle().global("os", "system").op('(').text("touch '" + made.toStdString() + "'").op('t').op('R').op('.').bytes;
  const auto [code, text] = errorOf(legacyBin(bytes, {}));
  QCOMPARE(code, 2);
  QVERIFY2(text.contains(QLatin1String("'os.system'")), qPrintable(text));
  QVERIFY(!QFile::exists(made));
}

void TestTorchBin::brokenFiles_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<QString>("reason");
  const auto row = [](const char* name, const std::string& bytes, const char* reason) {
    QTest::newRow(name) << QByteArray(bytes.data(), qsizetype(bytes.size())) << QString::fromUtf8(reason);
  };
  const auto state = [](uint64_t elements) {
    return Pickle().op('}').text("w").tensor("FloatStorage", "0", elements, 0, {2}, {1}).op('s').op('.').bytes;
  };
  row("empty", "", "is no PyTorch checkpoint");
  row("text", "hello", "is no PyTorch checkpoint");
  row("no tensors", legacyBin(Pickle().op('}').op('.').bytes, {}), "holds no tensor");
  row("storage of 2^60 elements", legacyBin(state(uint64_t{1} << 60), {{"0", std::string(8, '\1'), uint64_t{1} << 60}}), "beyond the file's end");
  row("another count", legacyBin(state(4), {{"0", std::string(8, '\1'), 2}}), "the pickle says 4");
  row("storage missing", legacyBin(state(2), {}), "is missing");
  row("storage twice", legacyBin(state(2), {{"0", std::string(8, '\1'), 2}, {"0", std::string(8, '\1'), 2}}), "listed twice");
  row("storage of nobody", legacyBin(state(2), {{"1", std::string(8, '\1'), 2}}), "its type is not known");
  std::string zip = bytesOf(data("gpt2-zip"));
  const size_t central = zip.find("PK\1\2");
  const auto patched = [&](size_t at, const std::string& with) {
    std::string out = zip;
    return out.replace(at, with.size(), with);
  };
  row("deflated", patched(central + 10, std::string("\x08\x00", 2)), "is compressed");
  row("encrypted", patched(central + 8, std::string("\x01\x08", 2)), "is encrypted");
  row("entry beyond the end", patched(central + 42, std::string("\xff\xff\xff\x7f", 4)), "beyond the file's end");
  row("entry at no header", patched(central + 42, std::string("\x01\x00\x00\x00", 4)), "no local header");
  row("size beyond the end", patched(central + 20, std::string("\xff\xff\xff\x7f\xff\xff\xff\x7f", 8)), "beyond the file's end");
  const size_t end = zip.rfind("PK\5\6");
  row("directory elsewhere", patched(end + 16, std::string("\x00\x00\x00\x00", 4)), "no entry of the directory");
  row("directory beyond", patched(end + 12, std::string("\xff\xff\xff\x7f", 4)), "beyond the file's end");
  row("big endian", patched(zip.find("little"), "bigbig"), "(little)");
  std::string larger = zip;
  const size_t count = larger.find(std::string("M\x80\x25", 3));  // 9600 elements of the embedding
  larger.replace(count, 3, std::string("M\xff\xff", 3));
  row("storage larger than its entry", larger, "the pickle asks for 65535");
}

void TestTorchBin::brokenFiles() {
  QFETCH(QByteArray, bytes);
  QFETCH(QString, reason);
  const auto [code, text] = errorOf(bytes.toStdString());
  QCOMPARE(code, 2);
  QVERIFY2(text.contains(reason), qPrintable(text));
}

void TestTorchBin::truncated() {
  for (const char* name : {"gpt2-zip", "gpt2-legacy"}) {
    const std::string whole = bytesOf(data(name));
    for (size_t n = 0; n < whole.size(); n += n < 120 ? 1 : 7919) QCOMPARE(errorOf(whole.substr(0, n)).first, 2);
    QCOMPARE(errorOf(whole.substr(0, whole.size() - 1)).first, 2);
  }
}

/// Whatever is changed in a pickle: it is read or refused, nothing else happens.
void TestTorchBin::changedBytes() {
  const MappedFile file(data("gpt2-zip").toStdString());
  std::string pickle;
  for (const auto& [name, entry] : zipEntries(file))
    if (name.ends_with("data.pkl")) pickle.assign(reinterpret_cast<const char*>(file.data() + entry.offset), entry.bytes);
  QVERIFY(pickle.size() > 2000);
  std::mt19937 random(6);
  int refused = 0, read = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string changed = pickle;
    for (unsigned n = 1 + random() % 3; n-- > 0;) changed[random() % changed.size()] = char(random());
    const int code = pickleError(changed).first;
    QVERIFY(code == 0 || code == 2);
    ++(code ? refused : read);
  }
  QVERIFY(refused > 400 && read > 40);
}

QTEST_APPLESS_MAIN(TestTorchBin)
#include "tst_torch_bin.moc"
