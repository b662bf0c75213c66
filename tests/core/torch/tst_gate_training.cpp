// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// DuoAttention's gate training through LibTorch's autograd: its loss against the model in double, its gradient against differences, its outcome.
#include <QtTest/QtTest>
#include <cmath>
#include <numeric>

#include "core/api/error.h"
#include "core/engine/checkpoint.h"
#include "core/engine/gate_training.h"
#include "core/engine/tiny_model.h"

using namespace presslab;
using namespace presslab::test;

namespace {

/// The tiny model whose output projection ignores one KV head of one layer.
class DeafModel : public TinyModel {
 public:
  DeafModel(uint32_t seed, int layer, int head) : TinyModel(seed, 400, false) {
    auto* w = const_cast<float*>(reinterpret_cast<const float*>(m_layers[size_t(layer)].o.data));
    for (int r = 0; r < 64; ++r)
      for (int d = 0; d < 32; ++d) w[r * 64 + head * 32 + d] = 0;  // two query heads of 16
  }
};

DuoGateJob jobOf(uint32_t seed, int texts) {
  DuoGateJob job;
  for (int i = 0; i < texts; ++i) job.texts.push_back({randomIds(seed + uint32_t(i), size_t(60 + 5 * i), 96), 40});
  job.sink = 3;
  job.recent = 12;
  job.threads = 1;
  return job;
}

DuoGateResult train(const ModelFile& file, const DuoGateJob& job) { return trainDuoGates(file, job, {}, {}); }

/// x with W x = z, W (n x m) of full column rank, by the normal equations and elimination.
std::vector<double> solve(const std::vector<float>& w, size_t m, const std::vector<double>& z) {
  std::vector<std::vector<double>> a(m, std::vector<double>(m + 1, 0));
  for (size_t r = 0; r < z.size(); ++r)
    for (size_t i = 0; i < m; ++i) {
      for (size_t j = 0; j < m; ++j) a[i][j] += double(w[r * m + i]) * double(w[r * m + j]);
      a[i][m] += double(w[r * m + i]) * z[r];
    }
  for (size_t p = 0; p < m; ++p)
    for (size_t r = 0; r < m; ++r) {
      if (r == p) continue;
      const double f = a[r][p] / a[p][p];
      for (size_t j = p; j <= m; ++j) a[r][j] -= f * a[p][j];
    }
  std::vector<double> x;
  for (size_t i = 0; i < m; ++i) x.push_back(a[i][m] / a[i][i]);
  return x;
}

}  // namespace

class TestGateTraining : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  /// With all gates 0 every head streams; the last hidden states are found from the logits of masked attention in double.
  void lossOfStreamingHeads() {
    const TinyModel model(3, 400, false);
    DuoGateJob job = jobOf(50, 1);
    job.steps = 1;
    job.initial.assign(6, 0.f);
    const double loss = train(model, job).loss[0];
    const AnswerText& text = job.texts[0];
    const auto full = bruteForce(model, text.ids, [](int, int, int64_t, int64_t) { return true; });
    const auto cut = bruteForce(model, text.ids, [](int, int, int64_t q, int64_t key) { return key < 3 || key > q - 12; });
    const std::vector<float> output = dequantize(model.output());
    double squares = 0;
    int count = 0;
    for (size_t i = size_t(text.answer - 1); i + 1 < text.ids.size(); ++i) {
      std::vector<double> difference;
      for (size_t v = 0; v < full[i].size(); ++v) difference.push_back(full[i][v] - cut[i][v]);
      for (const double d : solve(output, 64, difference)) squares += d * d;
      count += 64;
    }
    const double expected = squares / count;
    QVERIFY(expected > 1e-4);
    QVERIFY2(std::fabs(loss - expected) < 1e-3 * expected, qPrintable(QString("%1, in double %2").arg(loss).arg(expected)));
  }

  void gradientIsTheSlope_data() {
    QTest::addColumn<QString>("name");
    for (const std::string& n : checkpointNames()) QTest::newRow(n.c_str()) << QString::fromStdString(n);
  }

  /// Of every architecture: the sum of the gradient along a direction against the difference of two losses.
  void gradientIsTheSlope() {
    QFETCH(QString, name);
    const Checkpoint checkpoint(name.toStdString());
    ModelSpec spec = exactSpec();
    spec.path = checkpointPath(name.toStdString()) + ".gguf";
    const auto model = loadModel(spec, {}, {});
    const HeadShape shape = model->backend->shape().pressed();
    DuoGateJob job;
    job.texts.push_back({std::vector<int32_t>(checkpoint.ids.begin(), checkpoint.ids.begin() + std::min<size_t>(checkpoint.ids.size(), 90)), 60});
    job.sink = 2;
    job.recent = 9;
    job.threads = 1;
    job.steps = 1;
    std::vector<float> direction;
    for (int i = 0; i < shape.heads(); ++i) {
      job.initial.push_back(.3f + .4f * float(i % 3) / 2);
      direction.push_back(float(i % 2 ? -1 : 1) * (1 + .25f * float(i % 4)));
    }
    const DuoGateResult at = train(*model->file, job);
    double slope = 0, size = 0;
    for (size_t i = 0; i < direction.size(); ++i) {
      slope += double(at.gradient[i]) * double(direction[i]);
      size += std::fabs(double(at.gradient[i]) * double(direction[i]));
    }
    QVERIFY(at.loss[0] > 0 && size > 0);
    const std::vector<float> middle = job.initial;
    const auto lossAt = [&](float step) {
      for (size_t i = 0; i < middle.size(); ++i) job.initial[i] = middle[i] + step * direction[i];
      return train(*model->file, job).loss[0];
    };
    const double difference = (lossAt(.02f) - lossAt(-.02f)) / .04;
    QVERIFY2(std::fabs(difference - slope) < .02 * size, qPrintable(QString("gradient %1, difference %2").arg(slope).arg(difference)));
  }

  /// A head that the output ignores gives way, heads that answers need stay; without a price nothing moves; with a high one all fall.
  void whatIsNotNeededStreams() {
    const DeafModel model(8, 1, 0);
    DuoGateJob job = jobOf(70, 4);
    job.steps = 60;
    job.lambda = 0;
    DuoGateResult r = train(model, job);
    QCOMPARE(r.alpha, std::vector<float>(6, 1.f));
    QCOMPARE(r.loss.size(), size_t{60});
    QVERIFY(r.loss[0] < 1e-9);
    job.lambda = .005;
    r = train(model, job);
    QCOMPARE(r.alpha[2], 0.f);  // layer 1, head 0
    float others = 0;
    for (size_t i = 0; i < 6; ++i) {
      QVERIFY(r.alpha[i] >= 0 && r.alpha[i] <= 1);
      if (i != 2) others = std::max(others, r.alpha[i]);
    }
    QVERIFY2(others > .3f, qPrintable(QString::number(double(others))));
    job.lambda = 100;
    for (const float a : train(model, job).alpha) QCOMPARE(a, 0.f);
  }

  void theSameForASeed() {
    const TinyModel model(4);
    DuoGateJob job = jobOf(90, 5);
    job.steps = 8;
    std::vector<double> told;
    const DuoGateResult a = trainDuoGates(model, job, [&](double share) { told.push_back(share); }, {}), b = train(model, job);
    QCOMPARE(a.alpha, b.alpha);
    QCOMPARE(a.loss, b.loss);
    QCOMPARE(told.size(), size_t{8});
    QCOMPARE(told.back(), 1.);
    job.seed = 1;
    QVERIFY(train(model, job).loss != a.loss);
  }

  void refusesAndCancels() {
    const TinyModel model(5);
    const auto code = [&](const DuoGateJob& job, std::stop_token stop) {
      try {
        trainDuoGates(model, job, {}, stop);
      } catch (const Failure& e) {
        return int(e.code());
      }
      return 0;
    };
    DuoGateJob job = jobOf(1, 1);
    job.texts[0].answer = 60;
    QCOMPARE(code(job, {}), int(ErrorCode::BadInput));  // no answer
    job = jobOf(1, 1);
    job.texts[0].ids[5] = 96;
    QCOMPARE(code(job, {}), int(ErrorCode::BadInput));  // outside the vocabulary
    job = jobOf(1, 1);
    job.initial.assign(5, 1.f);
    QCOMPARE(code(job, {}), int(ErrorCode::BadInput));
    job.texts.clear();
    job.initial.clear();
    QCOMPARE(code(job, {}), int(ErrorCode::BadInput));
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(code(jobOf(1, 1), stop.get_token()), int(ErrorCode::Cancelled));
  }
};

QTEST_GUILESS_MAIN(TestGateTraining)
#include "tst_gate_training.moc"
