// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <algorithm>
#include <cmath>
#include <set>

#include "core/api/press_info.h"
#include "press_test.h"

using namespace presslab;
using namespace presslab::test;

class TestPressRuns : public QObject {
  Q_OBJECT
  const HeadShape m_shape{3, 2, 2, 8, 16};

  static bool hasNote(const Outcome& o, const std::string& part) {
    for (const std::string& n : o.notes) {
      if (n.find(part) != n.npos) return true;
    }
    return false;
  }

  /// Blocks of a quantised cache want heads of 32 channels.
  static HeadShape shapeFor(const PressInfo& info, HeadShape shape) {
    if (info.id == "kvq") shape.headDim = 32;
    return shape;
  }

  static bool hasRatio(const PressInfo& p) {
    return std::any_of(p.params.begin(), p.params.end(), [](const ParamSpec& s) { return s.key == "ratio"; });
  }

 private Q_SLOTS:
  void predictionIsWhatIsKept() {
    const Pattern pattern = fakePattern(m_shape, {4}, 1);
    std::vector<std::string> ids;
    for (const PressInfo& p : pressTable()) {
      if (hasRatio(p)) ids.emplace_back(p.id);
    }
    for (const int64_t tokens : {1, 2, 16, 64, 333}) {
      for (const char* ratio : {"0", "0.1", "0.25", "0.5", "0.75", "0.9"}) {
        const auto n = int64_t(double(tokens) * (1 - std::stod(ratio)));
        for (const std::string& id : ids) {
          const std::string spec = id + "(ratio=" + ratio + ")";
          const std::string failure = failureOf([&] {
            const Outcome o = runSpec(spec, m_shape, tokens, &pattern);
            QCOMPARE(o.kept, o.predicted);
            QVERIFY2(o.kept == m_shape.heads() * n || id == "pyramidkv" || id == "kvzip" || id == "kvcompose", spec.c_str());
          });
          if (n == 0)
            QVERIFY2(failure.find("keeps no token") != failure.npos, failure.c_str());
          else
            QVERIFY2(failure.empty() || id == "duo" || (id == "finch" && tokens < 3),
                     (spec + " at " + std::to_string(tokens) + ": " + failure).c_str());
        }
        QCOMPARE(runSpec("none", m_shape, tokens).kept, m_shape.heads() * tokens);
      }
    }
  }

  void wrappersKeepTheirBudget() {
    for (const int64_t tokens : {2, 16, 64, 333}) {
      for (const char* ratio : {"0", "0.1", "0.5"}) {
        const std::string inner = std::string("keydiff(ratio=") + ratio + ")";
        const auto n = int64_t(double(tokens) * (1 - std::stod(ratio)));
        for (const char* alpha : {"0", "0.2", "1"}) {
          const Outcome o = runSpec("adakv(" + inner + ",alpha_safeguard=" + alpha + ")", m_shape, tokens);
          QCOMPARE(o.kept, m_shape.heads() * n);
          QCOMPARE(o.predicted, o.kept);
          for (const LayerKeep& l : o.layers) {
            for (const HeadKeep& h : l.heads) {
              QVERIFY(int64_t(h.positions.size()) >= std::max<int64_t>(1, int64_t(double(n) * std::stod(alpha))));
            }
          }
        }
      }
    }
    for (const char* ratio : {"0", "0.1", "0.5", "0.9"}) {
      const Outcome o = runSpec(std::string("chunkkv(keydiff(ratio=") + ratio + "),chunk_length=16)", m_shape, 320);
      QCOMPARE(o.kept, m_shape.heads() * 16 * int64_t(20 * (1 - std::stod(ratio))));
      QCOMPARE(o.predicted, o.kept);
      for (const HeadKeep& h : o.layers[0].heads) QCOMPARE(h.positions, o.layers[0].heads[0].positions);
    }
    QCOMPARE(runSpec("chunkkv(keydiff(ratio=0.5),chunk_length=40)", m_shape, 30).kept, m_shape.heads() * int64_t{15});
    QVERIFY(hasNote(runSpec("adakv(keydiff(ratio=0.5))+knorm(ratio=0.5)", m_shape, 64), "outcome"));
  }

  /// A uniform press after a ragged one keeps int(n_h * (1 - r)) of each head.
  void afterARaggedStep() {
    const Outcome first = runSpec("adakv(keydiff(ratio=0.5))", m_shape, 200),
                  both = runSpec("adakv(keydiff(ratio=0.5))+knorm(ratio=0.3)", m_shape, 200);
    for (size_t l = 0; l < both.layers.size(); ++l) {
      for (size_t h = 0; h < both.layers[l].heads.size(); ++h) {
        QCOMPARE(both.layers[l].heads[h].positions.size(), size_t(double(first.layers[l].heads[h].positions.size()) * .7));
      }
    }
  }

  void thePyramidFalls() {
    const Outcome o = runSpec("pyramidkv(ratio=0.5,window_size=8,beta=5)", m_shape, 333);
    QCOMPARE(o.layers[0].heads[0].positions.size(), size_t{300});  // most 333 * .5 * 2 - 33.3
    QCOMPARE(o.layers[1].heads[1].positions.size(), size_t{166});
    QCOMPARE(o.layers[2].heads[0].positions.size(), size_t{33});
    QVERIFY(hasNote(runSpec("pyramidkv(ratio=0.5)", m_shape, 100), "equal budgets"));
  }

  void budgetsInDouble() {
    for (const auto& [tokens, ratio, kept] : {std::tuple{1000, .9, 99}, {100, .8, 19}, {1000, .8, 199}, {1000, .7, 300}, {7, 0., 7}}) {
      QCOMPARE(keptTokens(tokens, ratio), int64_t(kept));
    }
    QVERIFY(failureOf([] { (void)keptTokens(10, .9); }).find("keeps no token of 10") != std::string::npos);
    for (const double r : {-.1, 1., double(NAN)}) QVERIFY(failureOf([r] { (void)keptTokens(10, r); }).find("outside [0,1)") != std::string::npos);
  }

  void sameEveryTime() {
    for (const PressInfo& info : pressTable()) {
      if (info.wrapper) continue;
      const std::string spec(info.id);
      const HeadShape shape = shapeFor(info, m_shape);
      QCOMPARE(fingerprint(runSpec(spec, shape, 333)), fingerprint(runSpec(spec, shape, 333)));
    }
  }

  void quantisedStorage() {
    const HeadShape shape{3, 2, 2, 64, 16, 256};  // f16: 256 bytes a head-token
    const Outcome o = runSpec("knorm(ratio=0.5)+kvq(bits=2,residual=40)", shape, 300);
    QCOMPARE(o.kept, int64_t(3 * 2 * 150));
    QCOMPARE(o.predicted, o.kept);
    for (const LayerKeep& l : o.layers) {
      QVERIFY(l.quant.form == kernels::KvForm::Kivi2);
      QCOMPARE(l.quant.residual, int64_t{40});
    }
    RunContext run;
    run.shape = shape;
    run.tokens = 300;
    const auto bytes = [&](const char* spec) { return makePress(spec)->predictBytes(run, shape.rowBytes); };
    const int64_t blocks = 3 * 6, each = 2 * kernels::kvBlockBytes(kernels::KvForm::Kivi2, 64);  // 3 blocks of 32 in each of 6 heads
    QCOMPARE(bytes("knorm(ratio=0.5)+kvq(bits=2,residual=40)"), o.kept * 256 - blocks * (32 * 256 - each));
    QCOMPARE(bytes("none+kvq(bits=8)"), bytes("kvq(bits=8)"));
    QVERIFY(bytes("kvq(bits=2)") < bytes("kvq(bits=4)") && bytes("kvq(bits=4)") < bytes("kvq(bits=8)") && bytes("kvq(bits=8)") < bytes("none"));
    QCOMPARE(bytes("knorm(ratio=0.5)+kvq(residual=400)"), o.kept * 256);
    QVERIFY(hasNote(runSpec("knorm(ratio=0.5)+kvq(residual=400)", shape, 300), "nothing is quantised before"));
    QVERIFY(runSpec("eplb_duo+kvq", shape, 300).kept == runSpec("eplb_duo", shape, 300).kept);
    QCOMPARE(makePress("snapkv(ratio=0.5)+kvq(bits=4)")->spec(), std::string("snapkv(ratio=0.5)+kvq(bits=4)"));
    QVERIFY(specFailure("kvq+knorm").find("stands last") != std::string::npos);
    QVERIFY(specFailure("kvq(bits=2,scheme=ggml)").find("no 2 bits") != std::string::npos);
    QVERIFY(specFailure("kvq(bits=3)").find("3") != std::string::npos);
    QVERIFY(failureOf([] { (void)runSpec("kvq", {1, 1, 1, 48, 16}, 100); }).find("no multiple of 32") != std::string::npos);
  }

  void decodingKeepsItsTarget() {
    const auto keeper = [&](const std::string& spec) {
      const Outcome o = runSpec(spec, m_shape, 100);
      return o.layers.at(0).decode;
    };
    const HeadShape one{1, 1, 2, 8, 16};
    const FakeLayer layer(one, 300, 0, 5);
    const auto knorm = keeper("decoding(knorm,target_size=120,compression_interval=7)");
    QCOMPARE(knorm->every, int64_t{7});
    QCOMPARE(knorm->queries, int64_t{0});
    RunContext run;
    run.shape = one;
    run.tokens = 300;
    Outcome direct = runPress(*makePress("knorm(ratio=0.6)"), one, 300, nullptr, 5);  // 120 of the same rows
    QCOMPARE(knorm->keep(layer.trace, one), direct.layers[0].heads[0].positions);
    QCOMPARE(keeper("compression_ratio_decoding(knorm,target_compression_ratio=0.6)")->keep(layer.trace, one).size(), size_t{120});
    QCOMPARE(keeper("decoding(knorm,target_size=301)")->keep(layer.trace, one).size(), size_t{300});
    QCOMPARE(keeper("decoding(snapkv(window_size=16),target_size=50)")->queries, int64_t{16});
    QCOMPARE(runSpec("decoding(knorm)", m_shape, 100).kept, m_shape.heads() * int64_t{100});  // nothing at prefill
    QCOMPARE(runSpec("keydiff(ratio=0.5)+decoding(knorm)", m_shape, 100).kept, m_shape.heads() * int64_t{50});
    QCOMPARE(makePress("keydiff(ratio=0.5)+decoding(knorm,target_size=9)")->spec(), std::string("keydiff(ratio=0.5)+decoding(knorm,target_size=9)"));
    for (const auto& [spec, reason] : {std::pair{"decoding(knorm)+knorm", "stands last"},
                                       {"decoding(duo)", "needs a scorer"},
                                       {"decoding(expected_attention)", "reads more than"},
                                       {"decoding(snapkv,compression_interval=20)", "reads 64 queries"},
                                       {"decoding(snapkv,target_size=64)", "no more than the window"}})
      QVERIFY2(specFailure(spec).find(reason) != std::string::npos, specFailure(spec).c_str());
  }

  /// tokens= and mb=: what is kept is the most that the budget allows, whatever the press.
  void budgetForms() {
    const HeadShape shape{3, 2, 2, 8, 16, 32};
    const Pattern pattern = fakePattern(shape, {4}, 1);
    constexpr int64_t kTokens = 300;
    for (const PressInfo& info : pressTable()) {
      if (!hasRatio(info)) continue;
      const std::string id(info.id);
      for (const int64_t n : {40, 151, 299}) {
        if (id == "duo" && n == 40) continue;  // fewer than streaming heads hold
        const Outcome byTokens = runSpec(id + "(tokens=" + std::to_string(n) + ")", shape, kTokens, &pattern);
        QVERIFY2(byTokens.kept <= shape.heads() * n && byTokens.kept >= shape.heads() * n - shape.heads() * 2,
                 (id + ": " + std::to_string(byTokens.kept)).c_str());
        QCOMPARE(byTokens.predicted, byTokens.kept);
        char spec[64];
        std::snprintf(spec, sizeof spec, "%s(mb=%.6f)", id.c_str(), double(shape.heads() * n * shape.rowBytes) / 1e6);
        QCOMPARE(fingerprint(runSpec(spec, shape, kTokens, &pattern)), fingerprint(byTokens));
      }
      QCOMPARE(runSpec(id + "(tokens=300)", shape, kTokens, &pattern).kept, shape.heads() * kTokens);
    }
    QCOMPARE(runSpec("adakv(keydiff(tokens=100))", shape, kTokens).kept, shape.heads() * int64_t{100});
    const Outcome chunks = runSpec("chunkkv(keydiff(tokens=100),chunk_length=30)", shape, kTokens);
    QCOMPARE(chunks.kept, shape.heads() * int64_t{90});
    QVERIFY(runSpec("knorm(ratio=0.5)+keydiff(tokens=50)", shape, kTokens).kept <= shape.heads() * 50);
    QVERIFY(hasNote(chunks, "tokens=100: ratio"));
    QCOMPARE(canonicalPressSpec("adakv( keydiff( tokens = 100 ) )"), std::string("adakv(keydiff(tokens=100))"));
    QCOMPARE(canonicalPressSpec("snapkv(window_size=8,mb=.50)"), std::string("snapkv(mb=0.5,window_size=8)"));
    const auto refuses = [&](const std::string& spec, const std::string& part) {
      const std::string failure = failureOf([&] { (void)runSpec(spec, shape, kTokens, &pattern); });
      QVERIFY2(failure.find(part) != failure.npos, (spec + ": " + failure).c_str());
    };
    refuses("knorm(ratio=0.5,tokens=100)", "column 17: tokens= and ratio= exclude each other");
    refuses("knorm(tokens=100,mb=1)", "one budget is given already");
    refuses("knorm(tokens=5)+keydiff(mb=1)", "one budget is given already");
    refuses("knorm(tokens=0)", "no whole number of tokens");
    refuses("knorm(tokens=1.5)", "no whole number of tokens");
    refuses("knorm(mb=-1)", "no number of megabytes");
    refuses("knorm(mb=0.0001)", "less than one token in every head");
    refuses("adakv(tokens=100)", "no argument 'tokens'");
    refuses("duo(tokens=2)", "cannot be met");
    QVERIFY(hasNote(runSpec("knorm(mb=50)", shape, kTokens), "everything fits"));
  }

  /// Statistics and filters are read as they are published; a file of another shape is refused with its place.
  void publishedStatistics() {
    const HeadShape shape{2, 2, 2, 8, 16};
    const QueryStats stats = fakeStats(shape, 5);
    QTemporaryDir folder;
    const std::string path = folder.filePath("model.safetensors").toStdString();
    std::vector<NamedTensor> tensors;
    addStats(stats, shape, tensors);
    writeTensors(path, {}, tensors);
    const std::string own = fingerprint(runSpec("qfilter", shape, 60)), named = fingerprint(runSpec("qfilter(filters=" + path + ")", shape, 60));
    QVERIFY(own != named);
    const std::string spec = "expected_attention_stats(stats_folder=" + folder.path().toStdString() + ")";
    QVERIFY(fingerprint(runSpec(spec, shape, 60)) != fingerprint(runSpec("expected_attention_stats", shape, 60)));
    const HeadShape other{2, 2, 2, 16, 16};
    QVERIFY(failureOf([&] { (void)runSpec(spec, other, 60); }).find("is not the model's") != std::string::npos);
  }

  /// Without what they need, presses say what is missing.
  void whatIsMissingIsSaid() {
    RunContext run;
    run.shape = m_shape;
    run.tokens = 50;
    QVERIFY(failureOf([&] { makePress("qfilter")->begin(run); }).find("calibrate stats") != std::string::npos);
    QVERIFY(failureOf([&] { makePress("expected_attention_stats")->begin(run); }).find("stats_folder=") != std::string::npos);
    QVERIFY(failureOf([&] { makePress("finch")->begin(run); }).find("query-aware") != std::string::npos);
    QVERIFY(failureOf([&] { makePress("kvzip")->begin(run); }).find("request to repeat") != std::string::npos);
    QVERIFY(failureOf([&] { makePress("per_layer(knorm,compression_ratios=0.1/0.2)")->begin(run); }).find("3 layers") != std::string::npos);
  }

  void randomDrawsForEveryHead() {
    const Outcome o = runSpec("random(ratio=0.5,seed=3)", m_shape, 200), other = runSpec("random(ratio=0.5,seed=4)", m_shape, 200);
    std::set<std::vector<int32_t>> sets;
    for (const Outcome* run : {&o, &other}) {
      for (const LayerKeep& l : run->layers) {
        for (const HeadKeep& h : l.heads) sets.insert(h.positions);
      }
    }
    QCOMPARE(sets.size(), size_t(2 * m_shape.heads()));
  }

  void streamingKeepsItsEnds() {
    const Outcome o = runSpec("streaming_llm(ratio=0.75,n_sink=3)", m_shape, 40);
    for (const HeadKeep& h : o.layers[1].heads) {
      QCOMPARE(h.positions, (std::vector<int32_t>{0, 1, 2, 33, 34, 35, 36, 37, 38, 39}));
    }
    const Outcome few = runSpec("streaming_llm(ratio=0.9)", m_shape, 40);
    QCOMPARE(few.layers[0].heads[0].positions, (std::vector<int32_t>{0, 1, 2}));
    QVERIFY(hasNote(few, "n_sink=4"));
  }

  void shortContextsSayWhatChanged() {
    const Outcome o = runSpec("snapkv(ratio=0.5)", m_shape, 64);
    QVERIFY(hasNote(o, "window_size shrunk from 64 to 32 for 64 tokens"));
    for (const HeadKeep& h : o.layers[0].heads) QCOMPARE(h.positions.front(), 32);
    QVERIFY(runSpec("snapkv(ratio=0.5)", m_shape, 65).notes.empty());
    QVERIFY(hasNote(runSpec("expected_attention(ratio=0.5,n_sink=9)", m_shape, 8), "covers the context"));
  }

  void noRotaryPositions() {
    for (const char* spec : {"snapkv(ratio=0.5)", "expected_attention(ratio=0.5)", "keydiff"}) {
      FakeLayer layer(m_shape, 100, 0, 3);
      layer.trace.ropeCos = layer.trace.ropeSin = nullptr;
      const PressPtr press = makePress(spec);
      RunContext run;
      run.shape = m_shape;
      run.tokens = 100;
      press->begin(run);
      QCOMPARE(press->keep(layer.trace).heads[1].positions.size(), size_t{50});
    }
  }

  /// Positions far behind the rotary tables follow by one rotation after another.
  void rotationsBehindTheTables() {
    FakeLayer layer(m_shape, 10, 0, 3);  // tables of 522 positions
    const int half = layer.trace.ropeDim / 2;
    for (const int64_t p : {0, 1, 521, 522, 700, 2000, -1, -522, -1999}) {
      for (int d = 0; d < half; ++d) {
        const double angle = double(p) * std::pow(10000., -double(d) / half);
        const Rotation r = rotationAt(layer.trace, p, d);
        QVERIFY(std::abs(double(r.cos) - std::cos(angle)) < 1e-5 && std::abs(double(r.sin) - std::sin(angle)) < 1e-5);
      }
    }
    std::vector<float> row(layer.k.begin(), layer.k.begin() + m_shape.headDim), back = row;
    rotate(back.data(), layer.trace, 77);
    rotate(back.data(), layer.trace, -77);
    for (size_t d = 0; d < row.size(); ++d) QVERIFY(std::abs(row[d] - back[d]) < 1e-5f);
  }
};

QTEST_GUILESS_MAIN(TestPressRuns)
#include "tst_press_runs.moc"
