// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Kept rows of ragged heads in new storage, and norms of rows.
#include <QTest>

#include "kernels/cuda/press_kernels.h"
#include "tests/kernels/cuda/cuda_kernel_test.h"

using namespace presslab::cuda;
using presslab::kernels::randomFloats;

class TestCudaCompaction : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Heads keep different numbers of rows, one of them none and one all; what lies behind the kept rows stays as it was.
  void keptRows() {
    constexpr int kHeads = 4, kTokens = 300, kUntouched = -9;
    const int32_t counts[kHeads] = {97, 0, kTokens, 1};
    for (const Type elem : {Type::F32, Type::F16, Type::BF16}) {
      for (const int d : {8, 64, 80, 256}) {
        for (const bool positions : {false, true}) {
          std::vector<Stored> k, v;
          std::vector<std::vector<int32_t>> places;
          std::vector<int32_t> kept(size_t(kHeads) * kTokens, -1);
          for (int h = 0; h < kHeads; ++h) {
            k.emplace_back(elem, randomFloats(size_t(kTokens * d), uint32_t(h)));
            v.emplace_back(elem, randomFloats(size_t(kTokens * d), uint32_t(50 + h)));
            std::vector<int32_t> at;
            for (int i = 0; i < kTokens; ++i) at.push_back(2 * i + h);
            places.push_back(at);
            for (int j = 0; j < counts[h]; ++j) kept[size_t(h * kTokens + j)] = counts[h] == kTokens ? j : 3 * j + 2;
          }
          inEveryOrder([&] {
            const std::vector<float> blank(size_t(kTokens * d), float(kUntouched));
            std::vector<Stored> toK(kHeads, Stored(elem, blank)), toV(kHeads, Stored(elem, blank));
            std::vector<std::vector<int32_t>> toPlaces(kHeads, std::vector<int32_t>(kTokens, kUntouched));
            HeadState from[kHeads], to[kHeads];
            for (size_t h = 0; h < kHeads; ++h) {
              from[h].k = k[h].data(), from[h].v = v[h].data(), from[h].positions = positions ? places[h].data() : nullptr;
              to[h].k = toK[h].data(), to[h].v = toV[h].data(), to[h].positions = positions ? toPlaces[h].data() : nullptr;
            }
            compactRows(from, to, kHeads, kept.data(), counts, kTokens, d, elem, nullptr);
            for (size_t h = 0; h < kHeads; ++h) {
              const std::vector<float> allK = k[h].values(), allV = v[h].values(), gotK = toK[h].values(), gotV = toV[h].values();
              for (size_t i = 0; i < gotK.size(); ++i) {
                const size_t row = i / size_t(d);
                const bool there = row < size_t(counts[h]);
                const size_t source = there ? size_t(kept[h * kTokens + row]) * size_t(d) + i % size_t(d) : 0;
                QCOMPARE(gotK[i], there ? allK[source] : float(kUntouched));
                QCOMPARE(gotV[i], there ? allV[source] : float(kUntouched));
              }
              for (size_t j = 0; j < kTokens; ++j) {
                const bool there = positions && j < size_t(counts[h]);
                QCOMPARE(toPlaces[h][j], there ? places[h][size_t(kept[h * kTokens + j])] : kUntouched);
              }
            }
          });
        }
      }
    }
  }

  /// Nothing kept anywhere is no error.
  void nothingKept() {
    const int32_t counts[2] = {0, 0};
    HeadState heads[2];
    const int64_t before = presslab::cuda_emulator::launches();
    compactRows(heads, heads, 2, nullptr, counts, 0, 64, Type::F16, nullptr);
    rowNorms(heads, 2, 0, Type::F16, 64, false, nullptr, nullptr);
    QCOMPARE(presslab::cuda_emulator::launches(), before);
  }

  void norms() {
    for (const Type elem : {Type::F32, Type::F16, Type::BF16}) {
      for (const int d : {8, 40, 64, 256}) {
        const int tokens = 45;
        Stored k(elem, randomFloats(size_t(tokens * d), 1)), v(elem, randomFloats(size_t(tokens * d), 2));
        HeadState heads[2];
        heads[0].k = heads[1].v = k.data();
        heads[0].v = heads[1].k = v.data();
        for (const bool values : {false, true}) {
          inEveryOrder([&] {
            std::vector<float> out = nans(size_t(2 * tokens));
            rowNorms(heads, 2, tokens, elem, d, values, out.data(), nullptr);
            for (size_t i = 0; i < out.size(); ++i) {
              const std::vector<float> rows = (i < size_t(tokens)) != values ? k.values() : v.values();
              double sum = 0;
              for (size_t c = 0; c < size_t(d); ++c) sum += std::pow(double(rows[i % size_t(tokens) * size_t(d) + c]), 2);
              QVERIFY(std::fabs(out[i] - std::sqrt(sum)) < 2e-6 * std::sqrt(sum));
            }
          });
        }
      }
    }
  }
};

QTEST_GUILESS_MAIN(TestCudaCompaction)
#include "tst_cuda_compaction.moc"
