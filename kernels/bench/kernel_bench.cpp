// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Rates of the kernels at the sizes of SmolLM2-135M. Arguments: instruction set (0 baseline .. 4 AMX), threads, size.
#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "kernels/kernels.h"

using namespace presslab::kernels;

namespace {

constexpr int kHidden = 576, kWide = 1536, kKv = 192, kVocab = 49152, kLayers = 30;

/// Runs the body under the asked-for instruction set, or says that this machine lacks it.
bool useIsa(benchmark::State& state) {
  setIsa(Isa::Amx);
  const Isa wanted = Isa(state.range(0));
  if (wanted > bestIsa()) {
    state.SkipWithError("not on this machine");
    return false;
  }
  setIsa(wanted);
  state.SetLabel(isaName(wanted));
  return true;
}

std::vector<float> floats(int64_t n) {
  std::mt19937 engine(1);
  std::vector<float> out(static_cast<size_t>(n));
  for (float& v : out) v = float(engine() % 2001) / 1000.f - 1.f;
  return out;
}

std::unique_ptr<Matrix> randomMatrix(QuantType t, int64_t rows, int64_t cols, bool exact, Pool& pool) {
  const int blockBytes = t == QuantType::Q4_1 ? 20 : 34;
  std::vector<uint8_t> data(static_cast<size_t>(rows * cols / 32 * blockBytes));
  std::mt19937 engine(2);
  for (uint8_t& b : data) b = uint8_t(engine() & 0x1F);  // f16 scales stay small numbers
  return Matrix::pack(t, data.data(), rows, cols, exact, pool);
}

/// All weights of a model once: what the matrices cost a decoded token.
void tokenGemv(benchmark::State& state) {
  if (!useIsa(state)) return;
  Pool pool(int(state.range(1)));
  struct Layer {
    std::unique_ptr<Matrix> q, k, v, o, gate, up, down;
  };
  std::vector<Layer> layers(kLayers);
  int64_t bytes = 0;
  const auto make = [&](int64_t rows, int64_t cols) {
    auto m = randomMatrix(QuantType::Q4_1, rows, cols, false, pool);
    bytes += m->bytes();
    return m;
  };
  for (Layer& l : layers) {
    l = {make(kHidden, kHidden), make(kKv, kHidden),   make(kKv, kHidden),  make(kHidden, kHidden),
         make(kWide, kHidden),   make(kWide, kHidden), make(kHidden, kWide)};
  }
  const auto head = randomMatrix(QuantType::Q8_0, kVocab, kHidden, false, pool);
  bytes += head->bytes();
  const std::vector<float> x = floats(kWide);
  std::vector<float> a(kWide), b(kWide), c(kWide), logits(kVocab);
  for (auto _ : state) {
    for (const Layer& l : layers) {
      const Matrix* qkv[] = {l.q.get(), l.k.get(), l.v.get()};
      float* out[] = {a.data(), b.data(), c.data()};
      gemvMany(qkv, x.data(), out, pool);
      l.o->gemv(x.data(), a.data(), pool);
      const Matrix* pair[] = {l.gate.get(), l.up.get()};
      gemvMany(pair, x.data(), out, pool);
      l.down->gemv(x.data(), c.data(), pool);
    }
    head->gemv(x.data(), logits.data(), pool);
    benchmark::DoNotOptimize(logits.data());
  }
  state.SetBytesProcessed(state.iterations() * bytes);
  state.counters["MB"] = double(bytes) / 1e6;
}

void gemm(benchmark::State& state, bool exact) {
  if (!useIsa(state)) return;
  Pool pool(int(state.range(1)));
  const int64_t n = state.range(2);
  const auto w = randomMatrix(QuantType::Q4_1, kWide, kHidden, exact, pool);
  const std::vector<float> x = floats(n * kHidden);
  std::vector<float> y(static_cast<size_t>(n * kWide));
  for (auto _ : state) {
    w->gemm(x.data(), kHidden, y.data(), kWide, n, pool);
    benchmark::DoNotOptimize(y.data());
  }
  state.counters["FLOP/s"] = benchmark::Counter(2.0 * double(n * kWide * kHidden), benchmark::Counter::kIsIterationInvariantRate);
}
void gemmExact(benchmark::State& state) { gemm(state, true); }
void gemmFast(benchmark::State& state) { gemm(state, false); }

/// K and V of one layer in f16; with many layers' worth of cache it streams from memory.
void decode(benchmark::State& state) {
  if (!useIsa(state)) return;
  Pool pool(int(state.range(1)));
  constexpr int kHeads = 3, kGroup = 3, kDim = 64;
  const int64_t length = state.range(2);
  std::vector<uint16_t> cache(size_t(kLayers) * kHeads * 2 * size_t(length) * kDim, 0x3400);
  const std::vector<float> q = floats(kHeads * kGroup * kDim);
  std::vector<float> out(kHeads * kGroup * kDim);
  for (auto _ : state) {
    for (int l = 0; l < kLayers; ++l) {
      KvHeadView views[kHeads];
      for (int h = 0; h < kHeads; ++h) {
        const uint16_t* k = cache.data() + size_t(l * kHeads + h) * 2 * size_t(length) * kDim;
        views[h] = {k, k + length * kDim, length};
      }
      decodeAttention({q.data(), views, out.data(), nullptr, 0, kHeads, kGroup, kDim, Elem::F16, 0.125f}, pool);
    }
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * int64_t(cache.size()) * 2);
}

void prefill(benchmark::State& state, bool exact) {
  if (!useIsa(state)) return;
  Pool pool(int(state.range(1)));
  constexpr int kHeads = 3, kGroup = 3, kDim = 64, kWidth = kHeads * kGroup * kDim;
  constexpr int64_t kChunk = 256;
  const int64_t length = state.range(2), start = length - kChunk;
  std::vector<uint16_t> cache(size_t(kHeads * 2 * length * kDim), 0x3400);
  const std::vector<float> q = floats(kChunk * kWidth);
  std::vector<float> out(size_t(kChunk * kWidth));
  KvHeadView views[kHeads];
  for (int h = 0; h < kHeads; ++h)
    views[h] = {cache.data() + size_t(h) * 2 * size_t(length) * kDim, cache.data() + (size_t(h) * 2 + 1) * size_t(length) * kDim, length};
  for (auto _ : state) {
    prefillAttention({q.data(), kWidth, views, out.data(), kWidth, start, kChunk, kHeads, kGroup, kDim, Elem::F16, 0.125f, exact}, pool);
    benchmark::DoNotOptimize(out.data());
  }
  const double visible = double(kChunk) * double(start) + double(kChunk * (kChunk + 1)) / 2;
  state.counters["FLOP/s"] = benchmark::Counter(4.0 * visible * kWidth, benchmark::Counter::kIsIterationInvariantRate);
}
void prefillExact(benchmark::State& state) { prefill(state, true); }
void prefillFast(benchmark::State& state) { prefill(state, false); }

constexpr int64_t kRowBytes = 128, kRows = 65536;  // 8 MiB of f16 rows of 64, outside the small caches

/// A random half of the rows to the front, against `copy`: memcpy of as many bytes.
void compact(benchmark::State& state) {
  std::vector<uint8_t> rows(size_t(kRows * kRowBytes), 1);
  std::vector<int32_t> kept(size_t(kRows / 2));
  std::vector<float> score = floats(kRows);
  selectTop(score.data(), kRows, int64_t(kept.size()), kept.data());
  for (auto _ : state) {
    compactRows(rows.data(), rows.data(), kRowBytes, kept.data(), int64_t(kept.size()));
    benchmark::DoNotOptimize(rows.data());
  }
  state.SetBytesProcessed(state.iterations() * int64_t(kept.size()) * kRowBytes);
}
void copy(benchmark::State& state) {
  std::vector<uint8_t> from(size_t(kRows / 2 * kRowBytes), 1), to(from);
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), from.size());
    benchmark::DoNotOptimize(to.data());
  }
  state.SetBytesProcessed(state.iterations() * int64_t(from.size()));
}

void select(benchmark::State& state) {
  const int64_t n = state.range(0);
  const std::vector<float> score = floats(n);
  std::vector<int32_t> kept(static_cast<size_t>(n / 2));
  for (auto _ : state) {
    selectTop(score.data(), n, n / 2, kept.data());
    benchmark::DoNotOptimize(kept.data());
  }
  state.SetBytesProcessed(state.iterations() * n * 4);
}

void bandwidth(benchmark::State& state) {
  Pool pool(int(state.range(0)));
  double best = 0;
  for (auto _ : state) best = std::max(best, measureBandwidth(pool, 256 << 20, 3));
  state.counters["GB/s"] = best;
}

void sizes(benchmark::internal::Benchmark* b, std::vector<int64_t> last) {
  for (const int64_t isa : {0, 1, 2, 3, 4}) {
    for (const int64_t threads : {1, 2}) {
      for (const int64_t n : last) b->Args({isa, threads, n});
    }
  }
  b->UseRealTime()->Unit(benchmark::kMillisecond);
}

}  // namespace

BENCHMARK(bandwidth)->Arg(1)->Arg(2)->Iterations(1);
BENCHMARK(tokenGemv)->Apply([](auto* b) { sizes(b, {0}); });
BENCHMARK(gemmExact)->Apply([](auto* b) { sizes(b, {256}); });
BENCHMARK(gemmFast)->Apply([](auto* b) { sizes(b, {256}); });
BENCHMARK(decode)->Apply([](auto* b) { sizes(b, {512, 4096}); });
BENCHMARK(prefillExact)->Apply([](auto* b) { sizes(b, {512, 4096}); });
BENCHMARK(prefillFast)->Apply([](auto* b) { sizes(b, {512, 4096}); });
BENCHMARK(select)->Arg(512)->Arg(4096)->Arg(65536);
BENCHMARK(compact);
BENCHMARK(copy);
BENCHMARK_MAIN();
