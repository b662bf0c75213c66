// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Against transformers in float32 (tests/oracle/make_logits_golden.py).
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>
#include <cmath>

#include "core/api/error.h"
#include "core/engine/session.h"

using namespace presslab;

namespace {

constexpr double kClearLead = 0.05;  // a smaller lead over the second best may flip in other arithmetic

QJsonObject golden(const char* name) {
  QFile file(QStringLiteral(PRESSLAB_TEST_DATA "/model/") + QLatin1String(name));
  if (!file.open(QIODevice::ReadOnly)) qFatal("no %s", name);
  return QJsonDocument::fromJson(file.readAll()).object();
}

std::vector<int32_t> idsOf(const QJsonValue& v) {
  std::vector<int32_t> ids;
  for (const QJsonValue& x : v.toArray()) ids.push_back(x.toInt());
  return ids;
}

std::unique_ptr<LoadedModel> load(const std::string& path, Precision precision) {
  ModelSpec s;
  s.path = path;
  s.precision = precision;
  s.threads = 2;
  return loadModel(s, {}, {});
}

/// Where the default model is, or "".
std::string defaultModel() {
  try {
    return resolveModel("");
  } catch (const Failure&) {
    // A build folder of its own (sanitizers) has no models; the standard one beside the sources may.
    const QString path = QStringLiteral(PRESSLAB_SOURCE_DIR "/build/models/");
    const QStringList found = QDir(path).entryList({QStringLiteral("*.gguf")}, QDir::Files);
    return found.isEmpty() ? std::string() : (path + found.front()).toStdString();
  }
}

std::vector<int32_t> greedy(Backend& backend, const std::vector<int32_t>& ids, size_t n) {
  const auto sequence = backend.newSequence();
  std::vector<float> logits = prefill(backend, *sequence, ids, nullptr, {}, {}, {}).lastLogits;
  sequence->reserve(int64_t(n));
  Sampler sampler(Sampling{}, backend.config().vocab);
  std::vector<int32_t> out;
  while (out.size() < n) {
    out.push_back(sampler.pick(logits));
    if (out.size() < n) sequence->decode(out.back(), logits.data(), {});
  }
  return out;
}

/// Equal up to the first step at which transformers itself was close to undecided.
bool sameGreedy(const std::vector<int32_t>& ids, const QJsonObject& c) {
  const auto expected = idsOf(c["greedy"]);
  const QJsonArray margin = c["greedy_margin"].toArray();
  for (size_t i = 0; i < expected.size(); ++i) {
    if (ids[i] == expected[i]) continue;
    qWarning("greedy: step %zu gives %d instead of %d, lead %g", i, ids[i], expected[i], margin[int(i)].toDouble());
    return margin[int(i)].toDouble() < kClearLead;
  }
  return true;
}

}  // namespace

class TestParity : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void tinyLlama();
  void defaultModelExact();
  void defaultModelFast();

 private:
  void check(Precision precision, double nllTolerance, double logitTolerance);
};

void TestParity::tinyLlama() {
  const auto model = load(PRESSLAB_TEST_DATA "/model/tiny_llama.gguf", Precision::Exact);
  const QJsonObject g = golden("tiny_llama.json");
  const auto ids = idsOf(g["ids"]);
  const ForwardResult r = forward(*model->backend, ids, {});
  QVERIFY2(std::fabs(r.nllMean - g["nll_mean"].toDouble()) < 1e-3, qPrintable(QString::number(r.nllMean)));
  const QJsonArray logits = g["logits"].toArray();
  QCOMPARE(size_t(logits.size()), r.lastLogits.size());
  for (int i = 0; i < logits.size(); ++i) QVERIFY(std::fabs(double(r.lastLogits[size_t(i)]) - logits[i].toDouble()) < 2e-3);
  QVERIFY(sameGreedy(greedy(*model->backend, ids, size_t(g["greedy"].toArray().size())), g));
}

void TestParity::check(Precision precision, double nllTolerance, double logitTolerance) {
  const std::string path = defaultModel();
  if (path.empty()) QSKIP("no default model");
  const auto model = load(path, precision);
  const QJsonArray cases = golden("smollm2_logits.json")["cases"].toArray();
  QVERIFY(!cases.isEmpty());
  for (const QJsonValue& v : cases) {
    const QJsonObject c = v.toObject();
    const auto ids = idsOf(c["ids"]);
    const ForwardResult r = forward(*model->backend, ids, {});
    const double nll = std::fabs(r.nllMean - c["nll_mean"].toDouble());
    double worst = 0;
    for (const QJsonValue& t : c["top"].toArray())
      worst = std::max(worst, std::fabs(double(r.lastLogits[size_t(t["id"].toInt())]) - t["logit"].toDouble()));
    qInfo("%s: %zu tokens, NLL off by %.2e, worst of the ten best logits off by %.2e", qPrintable(c["name"].toString()), ids.size(), nll, worst);
    const double few = ids.size() < 32 ? 2 : 1;  // a mean over few tokens evens little out
    QVERIFY(nll < nllTolerance * few);
    QVERIFY(worst < logitTolerance * few);
    if (precision == Precision::Exact) QVERIFY(sameGreedy(greedy(*model->backend, ids, size_t(c["greedy"].toArray().size())), c));
  }
}

void TestParity::defaultModelExact() { check(Precision::Exact, 1e-3, 2e-2); }

void TestParity::defaultModelFast() { check(Precision::Fast, 2e-2, 0.3); }

QTEST_APPLESS_MAIN(TestParity)
#include "tst_parity.moc"
