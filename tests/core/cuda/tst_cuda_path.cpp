// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The CUDA engine on the emulator, held against the CPU's own kernels: logits, ragged caches, rings, copies, traces, taps, errors.
#include <QtTest>

#include "core/cuda/emulated_backend.h"
#include "core/torch/path_test.h"
#include "tests/support/cuda_emulator/cuda_emulator.h"

using namespace presslab;
using namespace presslab::test;

class TestCudaPath : public PathTest {
  Q_OBJECT

 public:
  TestCudaPath() : PathTest("cuda:0") {}

 private Q_SLOTS:
  void initTestCase() { backendMaker() = makeEmulatedCudaBackend; }
  void init() { cuda_emulator::setOrder(cuda_emulator::Order::Forward); }
  void threadOrderDoesNotMatter();
  void launchesOfAToken();
  void earlyLaunches();
  void refused();
};

/// Threads of a block in another order: a barrier that is missing would show as another result.
void TestCudaPath::threadOrderDoesNotMatter() {
  const TinyModel model(21);
  std::vector<std::vector<float>> results;
  for (const auto order : {cuda_emulator::Order::Forward, cuda_emulator::Order::Reverse, cuda_emulator::Order::Shuffled}) {
    cuda_emulator::setOrder(order);
    for (const Precision precision : {Precision::Exact, Precision::Fast}) {
      const auto backend = torchBackend(model, "cuda:0", precision);
      const auto s = backend->newSequence();
      std::vector<float> logits = prefillAll(*backend, *s, randomIds(2, 70, 96), 33, someOf(4, 70, true));
      for (const int32_t id : randomIds(3, 5, 96)) s->decode(id, logits.data(), {});
      results.push_back(logits);
    }
  }
  for (size_t i = 2; i < results.size(); ++i) QCOMPARE(results[i], results[i % 2]);
}

/// Five launches a layer, one before and one behind, whatever the cache holds; a token with a tap has one more a layer.
void TestCudaPath::launchesOfAToken() {
  const TinyModel model(22);
  const auto backend = torchBackend(model, "cuda:0");
  const auto s = backend->newSequence();
  prefillAll(*backend, *s, randomIds(2, 40, 96), 64, someOf(4, 40, true));
  std::vector<float> logits(96);
  for (int i = 0; i < 80; ++i) {  // past the room that heads had: the graph stays valid while the cache moves
    const int64_t before = cuda_emulator::launches();
    s->decode(1, logits.data(), {});
    QCOMPARE(cuda_emulator::launches() - before, int64_t{5 * 3 + 2});
  }
  const int64_t before = cuda_emulator::launches();
  s->decode(1, logits.data(), [](int, int, std::span<const float>, std::span<const int32_t>) {});
  QCOMPARE(cuda_emulator::launches() - before, int64_t{6 * 3 + 2});
}

/// Launches that may begin early wait before they read: the emulator refuses one whose threads do not. The results are those of the others.
void TestCudaPath::earlyLaunches() {
  const TinyModel model(24);
  std::vector<std::vector<float>> results;
  for (const char* early : {"0", "1"}) {
    qputenv("PRESSLAB_CUDA_EARLY_LAUNCH", early);
    const auto backend = torchBackend(model, "cuda:0");
    const auto s = backend->newSequence();
    std::vector<float> logits = prefillAll(*backend, *s, randomIds(2, 40, 96), 64, someOf(4, 40, true));
    for (const int32_t id : randomIds(3, 5, 96)) s->decode(id, logits.data(), {});
    s->decode(1, logits.data(), [](int, int, std::span<const float>, std::span<const int32_t>) {});
    results.push_back(logits);
  }
  qunsetenv("PRESSLAB_CUDA_EARLY_LAUNCH");
  QCOMPARE(results[1], results[0]);
}

void TestCudaPath::refused() {
  const TinyModel model(23);
  ModelSpec s = torchSpec("cuda:0");
  s.kvType = KvType::Q8_0;
  auto [code, text] = failureOf([&] { makeEmulatedCudaBackend(model, s, {}, {}); });
  QVERIFY2(code == 2 && text.find("q8_0") != std::string::npos, text.c_str());
  const auto backend = torchBackend(model, "cuda:0");
  const auto sequence = backend->newSequence();
  sequence->beginPrefill(randomIds(1, 9, 96), {});
  sequence->prefillChunk(0, 0, 9);
  LayerKeep kept;
  kept.heads.resize(2);
  for (HeadKeep& h : kept.heads) h.positions = {0, 3};
  kept.heads[1].zeroed = {2};
  std::tie(code, text) = failureOf([&] { sequence->keep(0, kept); });
  QVERIFY2(code == 2 && text.find("--device cpu") != std::string::npos, text.c_str());
  kept.heads[1].zeroed.clear();
  kept.quant.form = kernels::KvForm::Q8_0;
  std::tie(code, text) = failureOf([&] { sequence->keep(0, kept); });  // heads of 16
  QVERIFY2(code == 2 && text.find("kvq") == 0 && text.find("32") != std::string::npos, text.c_str());
}

QTEST_GUILESS_MAIN(TestCudaPath)
#include "tst_cuda_path.moc"
