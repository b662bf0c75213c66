// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Quality is that of what a method really holds: quantised rows, rewritten values and cuts while decoding take part in the replay.
#include "core/compare/compare.h"
#include "core/compare/compare_test.h"

using namespace presslab;
using namespace presslab::test;

class TestStorageQuality : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;
  std::unique_ptr<LoadedModel> m_model;

  std::vector<MethodMetrics> rows(const std::vector<std::string>& methods) {
    CompareSpec spec;
    spec.prompt.tokens.emplace();
    for (int i = 0; i < 120; ++i) spec.prompt.tokens->push_back(int32_t((i * 7 + i * i) % 200));
    spec.methods = methods;
    spec.maxNewTokens = 24;
    return runComparison(*m_model, spec, {}, {}).methods;
  }

 private Q_SLOTS:
  void initTestCase() {
    ownFolders(m_dir);
    ModelSpec spec = tinySpec();
    spec.path = PRESSLAB_TEST_DATA "/checkpoints/qwen3.gguf";  // heads of 32 channels
    m_model = loadModel(spec, {}, {});
    QCOMPARE(m_model->backend->config().headDim % 32, 0);
  }

  void fewerBitsHoldLessAndLoseMore() {
    const auto m = rows({"none", "kvq(bits=8,residual=0)", "kvq(bits=4,residual=0)", "kvq(bits=2,residual=0)"});
    QCOMPARE(m.size(), size_t(4));
    for (size_t i = 1; i < m.size(); ++i) {
      QVERIFY(m[i].kvBytes < m[i - 1].kvBytes);
      QVERIFY2(m[i].quality.kldMean > m[i - 1].quality.kldMean, qPrintable(QString::number(m[i].quality.kldMean)));
    }
    QCOMPARE(m[0].quality.kldMean, 0.);
  }

  void storageStandsBehindEveryPress() {
    const auto m = rows({"none", "knorm(ratio=0.25)", "knorm(ratio=0.25)+kvq(bits=2,residual=0)"});
    QVERIFY(m[2].kvBytes < m[1].kvBytes);
    QVERIFY(m[2].quality.kldMean != m[1].quality.kldMean);
    QCOMPARE(m[2].quality.attentionKept, m[1].quality.attentionKept);  // the same tokens
  }

  void rewrittenRowsAndCutsAreReplayed() {
    const auto m = rows({"none", "knorm(ratio=0.5)", "merging(knorm(ratio=0.5))", "decoding(knorm,compression_interval=6,target_size=40)"});
    QVERIFY(m[2].quality.kldMean != m[1].quality.kldMean);
    QVERIFY(m[3].quality.kldMean > 0);
    QCOMPARE(m[3].kvBytes, m[0].kvBytes);
    QVERIFY(m[3].kvBytesEnd < m[0].kvBytes);
  }
};

QTEST_GUILESS_MAIN(TestStorageQuality)
#include "tst_storage_quality.moc"
