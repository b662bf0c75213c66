// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The bits of the precision `exact` against those of PyTorch's own operations on this processor.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/norm.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/topk.h>

#include <QtTest>

#include "core/press/torch_order.h"
#include "core/torch/path_checks.h"
#include "kernels/kernels.h"
#include "tests/kernels/kernel_test.h"

using namespace presslab;
using namespace presslab::test;
using kernels::randomFloats;

namespace {

at::Tensor tensorOf(std::vector<float>& x, std::vector<int64_t> shape) { return at::from_blob(x.data(), shape, at::kFloat); }

std::vector<float> floatsOf(const at::Tensor& t) {
  const at::Tensor dense = t.contiguous();
  return {dense.const_data_ptr<float>(), dense.const_data_ptr<float>() + dense.numel()};
}

/// Rotated keys of layer 0 of 512 tokens out of ten, so that most are there many times. Whole chunks: MKL adds up few rows in another order.
std::vector<float> firstKeys(Backend& backend) {
  std::vector<int32_t> ids = randomIds(3, 512, 10);
  const auto sequence = backend.newSequence();
  TraceNeeds needs;
  needs.keys = true;
  sequence->beginPrefill(ids, needs);
  sequence->prefillChunk(0, 0, 256);
  sequence->prefillChunk(0, 256, 256);
  const LayerTrace t = sequence->trace(0);
  return {t.k, t.k + int64_t(ids.size()) * backend.config().kvHeads * backend.config().headDim};
}

bool isIntel() { return kernels::cpuName().find("Intel") != std::string::npos; }

}  // namespace

class TestTorchExact : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// MKL_ENABLE_INSTRUCTIONS=AVX2: both sides as on a processor without AVX-512.
  void initTestCase() {
    if (qgetenv("MKL_ENABLE_INSTRUCTIONS") == "AVX2") kernels::setIsa(kernels::Isa::Avx2);
  }

  void rotaryTables() {
    const TinyModel model(1, 5000);
    const ModelConfig& c = model.config();
    const int64_t half = c.ropeDim / 2, positions = 4900;
    at::Tensor frequency = at::arange(0, c.ropeDim, 2, at::kLong).to(at::kFloat) / double(c.ropeDim);
    frequency = 1.0 / at::pow(double(c.ropeTheta), frequency);
    const at::Tensor angles = at::arange(positions, at::kLong).to(at::kFloat).unsqueeze(1) * frequency.unsqueeze(0);
    const std::vector<float> cos = floatsOf(at::cos(angles)), sin = floatsOf(at::sin(angles));
    for (const bool torch : {false, true}) {
      const auto backend = torch ? torchBackend(model, "cpu") : cpuBackend(model);
      const auto sequence = backend->newSequence();
      sequence->beginPrefill(randomIds(1, size_t(positions), 96), {});
      sequence->prefillChunk(0, 0, 256);
      const LayerTrace t = sequence->trace(0);
      QVERIFY(t.ropePositions >= positions);
      QCOMPARE(std::vector<float>(t.ropeCos, t.ropeCos + positions * half), cos);
      QCOMPARE(std::vector<float>(t.ropeSin, t.ropeSin + positions * half), sin);
    }
  }

  void rmsNorm() {
    for (const int64_t n : {64, 72, 100, 128, 576, 768, 1024, 2048, 4096, 9000, 140000}) {
      std::vector<float> x = randomFloats(size_t(5 * n), uint32_t(n), 3.f), w = randomFloats(size_t(n), 2), ours(x.size());
      const at::Tensor rows = tensorOf(x, {5, n});
      const at::Tensor theirs = tensorOf(w, {n}) * (rows * at::rsqrt(rows.pow(2).mean(-1, true) + 1e-5));
      for (int64_t r = 0; r < 5; ++r) kernels::rmsNormOrdered(x.data() + r * n, w.data(), 1e-5f, ours.data() + r * n, n);
      QVERIFY2(ours == floatsOf(theirs), qPrintable(QString::number(n)));
    }
  }

  void keyNorms() {
    for (const int64_t dim : {8, 64, 80, 96, 128, 256}) {
      std::vector<float> k = randomFloats(size_t(2 * 70 * dim), uint32_t(dim)), ours(2 * 70);
      kernels::rowNormsOrdered(k.data(), 2 * 70, dim, ours.data());
      QCOMPARE(ours, floatsOf(at::norm(tensorOf(k, {1, 2, 70, dim}), 2, {-1})));
    }
  }

  void products() {
    if (!isIntel()) QSKIP("no Intel processor: MKL multiplies in another order on others");
    kernels::Pool pool(2);
    for (const int64_t cols : {64, 256, 320, 384, 385, 576, 640, 767, 800, 1024}) {
      std::vector<float> w = randomFloats(size_t(192 * cols), 1), x = randomFloats(size_t(300 * cols), 2), ours(300 * 192);
      const auto matrix = kernels::Matrix::pack(kernels::QuantType::F32, w.data(), 192, cols, true, pool);
      matrix->gemm(x.data(), cols, ours.data(), 192, 300, pool);
      const at::Tensor tx = tensorOf(x, {1, 300, cols}), tw = tensorOf(w, {192, cols});
      QVERIFY2(ours == floatsOf(at::linear(tx, tw)), qPrintable(QString::number(cols)));
      std::vector<float> b = randomFloats(192, 3);
      const kernels::Matrix* const one = matrix.get();
      float* const out = ours.data();
      const float* const bias = b.data();
      kernels::gemmMany({&one, 1}, x.data(), cols, {&out, 1}, 300, pool, {&bias, 1});
      QVERIFY2(ours == floatsOf(at::linear(tx, tw, tensorOf(b, {192}))), qPrintable(QString::number(cols)));
    }
  }

  void keysOfLayer0() {
    if (!isIntel()) QSKIP("no Intel processor: MKL multiplies in another order on others");
    const TinyModel model(2, 600, true, 128);  // 256 values of keys: MKL adds up narrow products in another order
    QVERIFY(firstKeys(*cpuBackend(model)) == firstKeys(*torchBackend(model, "cpu")));
    ModelSpec spec = torchSpec("cpu");
    spec.path = defaultModelPath();
    if (spec.path.empty()) QSKIP("no default model");
    const auto theirs = loadModel(spec, {}, {});
    spec.backend = "cpu";
    const auto ours = loadModel(spec, {}, {});
    QVERIFY(firstKeys(*ours->backend) == firstKeys(*theirs->backend));
  }

  void ties() {
    for (const int64_t n : {40, 700, 3000})
      for (const int64_t kept : {int64_t{1}, n / 64, n / 64 + 1, n / 4, n / 2, n - 1}) {
        if (kept < 1) continue;
        std::vector<float> scores(size_t(n) * 2);
        for (size_t i = 0; i < scores.size(); ++i) scores[i] = float(randomIds(uint32_t(i), 1, 9)[0]);
        const at::Tensor best = std::get<1>(at::topk(tensorOf(scores, {2, n}), kept, -1));
        const LayerKeep ours = keepTorchTop(scores, 2, kept);
        for (int64_t h = 0; h < 2; ++h) {
          const int64_t* from = best.const_data_ptr<int64_t>() + h * kept;
          std::vector<int32_t> theirs(from, from + kept);
          std::sort(theirs.begin(), theirs.end());
          QCOMPARE(ours.heads[size_t(h)].positions, theirs);
        }
      }
  }
};

QTEST_GUILESS_MAIN(TestTorchExact)
#include "tst_torch_exact.moc"
