// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Presses that rewrite kept rows or read the context again, run by the engine on a small model.
#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/engine/session.h"
#include "core/press/press.h"

using namespace presslab;

class TestPressEngine : public QObject {
  Q_OBJECT

  struct Run {
    std::vector<float> logits;  // of the last of three tokens that were decoded
    int64_t held = 0, kept = 0, predicted = 0;
    std::vector<LayerKeep> layers;
  };

  std::unique_ptr<LoadedModel> m_model;
  std::vector<int32_t> m_ids;

  Run run(const std::string& spec) {
    const PressPtr press = makePress(spec);
    RunContext context;
    context.shape = m_model->backend->shape();
    context.tokens = int64_t(m_ids.size());
    const RereadText reread{{5, 6, 7}, {8, 9}, {10}, 2};
    context.reread = &reread;
    Run r;
    r.predicted = press->predictKept(context);
    press->begin(context);
    const auto sequence = m_model->backend->newSequence();
    r.layers = prefill(*m_model->backend, *sequence, m_ids, press.get(), context, {}, {}).layers;
    r.held = sequence->bytes().used;
    for (int l = 0; l < context.shape.layers; ++l) {
      for (int h = 0; h < context.shape.kvHeads; ++h) r.kept += sequence->headLength(l, h);
    }
    r.logits.resize(size_t(m_model->backend->config().vocab));
    const auto copy = sequence->clone();  // what was turned stays turned in a copy
    for (const int32_t id : {3, 11, 4}) copy->decode(id, r.logits.data(), {});
    return r;
  }

  static double distance(const Run& a, const Run& b) {
    double most = 0;
    for (size_t i = 0; i < a.logits.size(); ++i) most = std::max(most, std::abs(double(a.logits[i]) - double(b.logits[i])));
    return most;
  }

 private Q_SLOTS:
  void initTestCase() {
    ModelSpec spec;
    spec.path = PRESSLAB_TEST_DATA "/model/tiny_llama.gguf";
    spec.precision = Precision::Exact;
    spec.threads = 2;
    m_model = loadModel(spec, {}, {});
    for (int i = 0; i < 60; ++i) m_ids.push_back(int32_t((i * 7 + i * i) % (m_model->backend->config().vocab - 1)));
  }

  /// Attention sees differences of positions alone: the last tokens, turned to 0, 1, 2, ..., answer as they do at their own places.
  void turnedKeysAnswerTheSame() {
    const Run there = run("streaming_llm(ratio=0.5,n_sink=0)"), turned = run("key_rerotation(streaming_llm(ratio=0.5,n_sink=0))");
    QVERIFY(turned.layers[0].rerotated);
    QCOMPARE(turned.kept, there.kept);
    QVERIFY2(distance(there, turned) < 1e-3, QByteArray::number(distance(there, turned)).constData());
    const Run gaps = run("streaming_llm(ratio=0.5)"), closed = run("key_rerotation(streaming_llm(ratio=0.5))");
    QVERIFY(distance(gaps, closed) > 1e-4);  // here the first tokens move nearer
  }

  void mergedValuesChangeTheAnswerAndNoBytes() {
    const Run plain = run("knorm(ratio=0.5)"), merged = run("merging(knorm(ratio=0.5))"),
              none = run("merging(knorm(ratio=0.5),similarity_threshold=1)");
    QCOMPARE(merged.held, plain.held);
    QVERIFY(distance(plain, merged) > 1e-5);
    QCOMPARE(none.logits, plain.logits);
  }

  void zeroedChannelsFreeNothing() {
    const Run full = run("none"), all = run("think(key_channel_compression_ratio=0)"), half = run("think(key_channel_compression_ratio=0.5)");
    QCOMPARE(half.held, full.held);
    QCOMPARE(all.logits, full.logits);
    QVERIFY(distance(full, half) > 1e-5);
  }

  void theContextIsReadAgain() {
    const Run full = run("none");
    QCOMPARE(run("kvzip(ratio=0)").logits, full.logits);
    for (const char* spec : {"kvzip(ratio=0.5)", "kvzip(ratio=0.5,layerwise=true)", "kvzip(ratio=0.3,chunk_size=16)"}) {
      const Run r = run(spec);
      QCOMPARE(r.kept, r.predicted);
      QVERIFY(r.held < full.held);
      QVERIFY(std::isfinite(distance(full, r)) && distance(full, r) > 0);
    }
  }

  void outputsWeighValues() {
    const Run plain = run("knorm(ratio=0.5)"), critical = run("criticalkv(knorm(ratio=0.5),first_stage_ratio=0)"),
              ragged = run("critical_adakv(knorm(ratio=0.5))");
    QCOMPARE(critical.held, plain.held);
    QCOMPARE(ragged.held, plain.held);
    QVERIFY(distance(plain, critical) > 0);
  }

  /// The first and the latest tokens stay, cut after cut; the bytes go back; a copy goes on as the original.
  void decodingCutsTheCache() {
    const PressPtr press = makePress("decoding(streaming_llm(n_sink=4),compression_interval=8,target_size=20)");
    RunContext context;
    context.shape = m_model->backend->shape();
    context.tokens = int64_t(m_ids.size());
    press->begin(context);
    const auto sequence = m_model->backend->newSequence();
    prefill(*m_model->backend, *sequence, m_ids, press.get(), context, {}, {});
    const int64_t row = sequence->bytes().used / (context.shape.heads() * context.tokens);
    std::vector<float> logits(size_t(m_model->backend->config().vocab)), copied(logits);
    std::unique_ptr<Sequence> copy;
    for (int n = 1; n <= 30; ++n) {
      if (n == 13) copy = sequence->clone();
      sequence->decode(int32_t(n), logits.data(), {});
      if (copy) {
        copy->decode(int32_t(n), copied.data(), {});
        QCOMPARE(copied, logits);
      }
      const int64_t length = n < 8 ? 60 + n : 20 + n % 8;
      std::vector<int32_t> expected;
      for (int32_t p = 0; p < 4; ++p) expected.push_back(p);
      for (int32_t p = int32_t(60 + n - (length - 4)); p < 60 + n; ++p) expected.push_back(p);
      for (int l = 0; l < context.shape.layers; ++l)
        for (int h = 0; h < context.shape.kvHeads; ++h) {
          if (n < 8)
            QCOMPARE(sequence->headLength(l, h), length);
          else
            QCOMPARE(sequence->positions(l, h), expected);
        }
      QCOMPARE(sequence->bytes().used, context.shape.heads() * length * row);
    }
  }

  /// At the first cut nothing has been lost: scores of the latest queries keep what the same scorer keeps of a prefill of as many tokens.
  void recentQueriesScoreAsInPrefill() {
    const PressPtr later = makePress("decoding(snapkv(window_size=8),compression_interval=10,target_size=25)"),
                   once = makePress("snapkv(tokens=25,window_size=8)");
    std::vector<int32_t> all = m_ids;
    for (int32_t n = 0; n < 10; ++n) all.push_back(20 + 3 * n);
    RunContext context;
    context.shape = m_model->backend->shape();
    context.tokens = int64_t(m_ids.size());
    later->begin(context);
    const auto cut = m_model->backend->newSequence(), whole = m_model->backend->newSequence();
    prefill(*m_model->backend, *cut, m_ids, later.get(), context, {}, {});
    for (size_t i = m_ids.size(); i < all.size(); ++i) cut->decode(all[i], nullptr, {});
    context.tokens = int64_t(all.size());
    once->begin(context);
    prefill(*m_model->backend, *whole, all, once.get(), context, {}, {});
    for (int l = 0; l < context.shape.layers; ++l)
      for (int h = 0; h < context.shape.kvHeads; ++h) QCOMPARE(cut->positions(l, h), whole->positions(l, h));
  }

  void megabytesAreThoseOfTheCache() {
    const Run full = run("none");
    char spec[64];
    std::snprintf(spec, sizeof spec, "knorm(mb=%.9f)", double(full.held) * .4 / 1e6);
    const Run r = run(spec);
    QVERIFY(r.held <= int64_t(double(full.held) * .4) && r.held > int64_t(double(full.held) * .35));
  }
};

QTEST_GUILESS_MAIN(TestPressEngine)
#include "tst_press_engine.moc"
