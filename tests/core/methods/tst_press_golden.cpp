// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Kept positions against kvpress (tests/oracle/make_press_golden.py): on seeded tensors, and on the default model in float32.
#include <QDir>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/engine/session.h"
#include "core/format/search_path.h"
#include "core/press/random.h"
#include "golden_layers.h"

using namespace presslab;
using namespace presslab::test;

namespace {

std::string defaultModel() {
  try {
    return resolveModel("");
  } catch (const Failure&) {
    const QString path = QStringLiteral(PRESSLAB_SOURCE_DIR "/build/models/");
    const QStringList found = QDir(path).entryList({QStringLiteral("*.gguf")}, QDir::Files);
    return found.isEmpty() ? std::string() : (path + found.front()).toStdString();
  }
}

nlohmann::json readGolden(const std::string& name) {
  std::ifstream in(std::string(PRESSLAB_TEST_DATA "/press/") + name);
  return nlohmann::json::parse(in);
}

/// Positions of a hexadecimal map: 4i is the highest bit of digit i.
std::vector<int32_t> positionsOf(const std::string& map) {
  std::vector<int32_t> out;
  for (size_t i = 0; i < map.size(); ++i) {
    const int digit = map[i] <= '9' ? map[i] - '0' : map[i] - 'a' + 10;
    for (int b = 0; b < 4; ++b) {
      if (digit & (8 >> b)) out.push_back(int32_t(4 * i) + b);
    }
  }
  return out;
}

double jaccard(const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
  std::vector<int32_t> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  const double n = double(a.size() + b.size() - both.size());
  return n > 0 ? double(both.size()) / n : 1;
}

/// Filters, means and diagonal covariances of make_press_golden.py.
QueryStats goldenStats(const HeadShape& s) {
  SeededRandom random(77);
  QueryStats stats;
  const auto draw = [&](std::vector<float>& out, int n) {
    for (int i = 0; i < n; ++i) out.push_back(float(random.uniform() * 2 - 1));
  };
  draw(stats.filters, s.heads() * s.headDim);
  draw(stats.mean, s.layers * s.queryHeads() * s.headDim);
  stats.cov.assign(stats.mean.size() * size_t(s.headDim), 0.f);
  for (size_t i = 0; i < stats.mean.size(); ++i) stats.cov[i * size_t(s.headDim) + i % size_t(s.headDim)] = float(random.uniform());
  return stats;
}

/// Sum of all kept values of a layer after its merges, without their signs.
double mergedSum(const LayerKeep& kept, const HeadShape& s, const LayerTrace& t) {
  double sum = 0;
  for (int h = 0; h < s.kvHeads; ++h) {
    const auto value = [&](int32_t row, int d) { return double(t.v[(h * t.tokens + row) * s.headDim + d]); };
    for (const int32_t p : kept.heads[size_t(h)].positions) {
      for (int d = 0; d < s.headDim; ++d) {
        double v = value(p, d), weight = 1;
        for (const RowMerge& m : kept.heads[size_t(h)].merges) {
          if (m.into != p) continue;
          v += double(m.weight) * value(m.from, d);
          weight += double(m.weight);
        }
        sum += std::abs(v / weight);
      }
    }
  }
  return sum;
}

}  // namespace

class TestPressGolden : public QObject {
  Q_OBJECT

  /// Worst head of a layer; counts must be equal.
  static double worstHead(const nlohmann::json& want, const std::vector<std::vector<int32_t>>& got) {
    double worst = want.size() == got.size() ? 1 : 0;
    for (size_t h = 0; h < got.size() && worst > 0; ++h) {
      const std::vector<int32_t> positions = positionsOf(want[h].get<std::string>());
      worst = positions.size() == got[h].size() ? std::min(worst, jaccard(positions, got[h])) : 0;
    }
    return worst;
  }

  /// Worst head of the first layer, and of the others.
  struct Worst {
    double first = 1, rest = 1;
  };

  static std::unique_ptr<LoadedModel> exactModel(const std::string& backend = "cpu") {
    ModelSpec model;
    model.path = defaultModel();
    model.backend = backend;
    model.precision = Precision::Exact;
    model.threads = 2;
    return model.path.empty() ? nullptr : loadModel(model, {}, {});
  }

  /// One prefill for all: a press changes nothing that later layers see.
  static std::vector<Worst> worstHeads(const LoadedModel& model, const std::vector<int32_t>& ids, const nlohmann::json& cases) {
    RunContext run;
    run.shape = model.backend->shape();
    run.tokens = int64_t(ids.size());
    std::vector<PressPtr> presses;
    TraceNeeds needs;
    for (const auto& c : cases) {
      presses.push_back(makePress(c["press"].get<std::string>()));
      presses.back()->begin(run);
      needs |= presses.back()->needs();
    }
    const auto sequence = model.backend->newSequence();
    sequence->beginPrefill(ids, needs);
    std::vector<Worst> worst(presses.size());
    for (int l = 0; l < run.shape.layers; ++l) {
      for (int64_t at = 0; at < run.tokens; at += kPrefillChunk) sequence->prefillChunk(l, at, std::min(kPrefillChunk, run.tokens - at));
      const LayerTrace trace = sequence->trace(l);
      for (size_t i = 0; i < presses.size(); ++i) {
        std::vector<std::vector<int32_t>> got;
        for (HeadKeep& h : presses[i]->keep(trace).heads) got.push_back(std::move(h.positions));
        double& here = l == 0 ? worst[i].first : worst[i].rest;
        here = std::min(here, worstHead(cases[i]["kept"][size_t(l)], got));
      }
    }
    return worst;
  }

 private Q_SLOTS:
  void seededTensors() {
    const nlohmann::json golden = readGolden("seeded_kept.json");
    HeadShape shape{golden["layers"], golden["kv_heads"], golden["group"], golden["dim"], 0};
    shape.hidden = shape.queryHeads() * shape.headDim;
    QVERIFY(golden["cases"].size() >= 80);
    Pattern pattern;
    pattern.stats = goldenStats(shape);
    for (const auto& c : golden["cases"]) {
      const auto spec = c["press"].get<std::string>();
      const PressPtr press = makePress(spec);
      RunContext run;
      run.shape = shape;
      run.tokens = c["tokens"].get<int64_t>();
      run.pattern = &pattern;
      press->begin(run);
      double worst = 1;
      for (int l = 0; l < shape.layers; ++l) {
        const FakeLayer layer = goldenLayer(shape, run.tokens, l);
        LayerTrace trace = layer.trace;
        trace.k = layer.k.data();  // the copy owns its tensors
        trace.v = layer.v.data();
        trace.q = layer.q.data();
        trace.ropeCos = layer.cosines.data();
        trace.ropeSin = layer.sines.data();
        const std::vector<float> wo = goldenOutput(shape, l);
        trace.wo = wo.data();
        const LayerKeep kept = press->keep(trace);
        std::vector<std::vector<int32_t>> got;
        for (const HeadKeep& h : kept.heads) got.push_back(h.zeroed.empty() ? h.positions : h.zeroed);
        if (c.contains("values")) {
          const double want = c["values"][size_t(l)].get<double>(), sum = mergedSum(kept, shape, trace);
          QVERIFY2(std::abs(sum - want) < 1e-4 * want,
                   (spec + ": merged values " + std::to_string(sum) + ", kvpress " + std::to_string(want)).c_str());
        }
        worst = std::min(worst, worstHead(c["kept"][size_t(l)], got));
      }
      QVERIFY2(worst >= .98, (spec + " at " + std::to_string(run.tokens) + ": worst head " + std::to_string(worst)).c_str());
    }
  }

  /// make_hook_golden.py.
  void hooksAndDecoding() {
    const nlohmann::json golden = readGolden("hooked_kept.json");
    HeadShape shape{golden["layers"], golden["kv_heads"], golden["group"], golden["dim"], 0}, one;
    shape.hidden = shape.queryHeads() * shape.headDim;
    one = shape;
    one.kvHeads = 1;
    const RereadText reread{{1, 2, 3}, {4, 5}, {6}, 3};
    QVERIFY(golden["cases"].size() >= 13);
    for (const auto& c : golden["cases"]) {
      const auto spec = c["press"].get<std::string>();
      const auto decoded = c["decoded"].get<int64_t>();
      const bool cam = spec.rfind("cam", 0) == 0;
      const PressPtr press = makePress(spec);
      RunContext run;
      run.shape = shape;
      run.tokens = c["tokens"].get<int64_t>();
      run.reread = &reread;
      press->begin(run);
      const int64_t total = run.tokens + (cam ? 0 : decoded);
      GoldenReread again(shape, run.tokens);
      std::vector<LayerKeep> plan;
      if (press->rereads()) plan = press->plan(again.get());
      for (int l = 0; l < shape.layers; ++l) {
        const FakeLayer all = goldenLayer(shape, total, l), part = firstTokens(shape, all, total, run.tokens);
        LayerTrace trace = part.trace;
        trace.layer = l;
        trace.k = part.k.data();  // the copy owns its tensors
        trace.v = part.v.data();
        trace.q = part.q.data();
        trace.ropeCos = part.cosines.data();
        trace.ropeSin = part.sines.data();
        const LayerKeep kept = press->rereads() ? plan[size_t(l)] : press->keep(trace);
        std::vector<std::vector<int32_t>> got;
        for (const HeadKeep& h : kept.heads) got.push_back(h.positions);
        if (decoded > 0) {
          const auto& keeper = dynamic_cast<const LayerKeeper&>(*kept.decode);
          GoldenHeld held(shape, all, total, run.tokens, l, decoded);
          if (cam) {
            const std::vector<HeadCut> cuts = keeper.cut(held, one);
            double sum = 0;
            for (int h = 0; h < shape.kvHeads; ++h) {
              got[size_t(h)] = cuts[size_t(h)].kept;
              for (const int32_t slot : cuts[size_t(h)].kept)
                for (int d = 0; d < shape.headDim; ++d) {
                  const auto value = [&](int32_t row) { return double(all.v[size_t((h * total + row) * shape.headDim + d)]); };
                  double v = value(slot);
                  for (const HeadCut::Addition& a : cuts[size_t(h)].added) v += a.into == slot ? double(a.weight) * value(a.from) : 0;
                  sum += std::abs(v);
                }
            }
            const double want = c["values"][size_t(l)].get<double>();
            QVERIFY2(std::abs(sum - want) < 1e-4 * want,
                     (spec + ": merged values " + std::to_string(sum) + ", kvpress " + std::to_string(want)).c_str());
          } else {
            for (int h = 0; h < shape.kvHeads; ++h) held.keepOnly(h, got[size_t(h)]);
            for (int64_t n = 0; n < decoded; ++n) held.decode(keeper, one);
            for (int h = 0; h < shape.kvHeads; ++h) got[size_t(h)].assign(held.positions(h).begin(), held.positions(h).end());
          }
        }
        const double worst = worstHead(c["kept"][size_t(l)], got);
        QVERIFY2(worst >= .98, (spec + ", layer " + std::to_string(l) + ": worst head " + std::to_string(worst)).c_str());
      }
    }
  }

  void theDefaultModel() {
    const std::unique_ptr<LoadedModel> loaded = exactModel();
    if (!loaded) QSKIP("no default model is here");
    const nlohmann::json golden = readGolden("smollm2_kept.json");
    const std::vector<Worst> worst = worstHeads(*loaded, golden["ids"].get<std::vector<int32_t>>(), golden["cases"]);
    for (size_t i = 0; i < worst.size(); ++i) {
      const auto spec = golden["cases"][i]["press"].get<std::string>();
      qInfo("%s: worst head %.4f", spec.c_str(), std::min(worst[i].first, worst[i].rest));
      QVERIFY2(worst[i].rest >= .98, (spec + ": worst head " + std::to_string(worst[i].rest)).c_str());
      // A key of layer 0 is its token's, turned by its position: equal tokens have the norms of rounding errors, which are those of kvpress on the
      // same kind of processor (docs/adr/0010-exact-order.md). The golden data comes from one with AVX2 alone.
      QVERIFY2(worst[i].first >= (spec.find("knorm") != spec.npos ? .95 : .98),
               (spec + ": layer 0, worst head " + std::to_string(worst[i].first)).c_str());
    }
  }

  /// Texts of make_unseen_kept.py, by hand: tells the worst head of every press over all of them. PRESSLAB_UNSEEN_BACKEND: cpu or torch.
  void unseenTexts() {
    if (!qEnvironmentVariableIsSet("PRESSLAB_UNSEEN")) QSKIP("PRESSLAB_UNSEEN names no file of tests/oracle/make_unseen_kept.py");
    const std::unique_ptr<LoadedModel> loaded = exactModel(qEnvironmentVariable("PRESSLAB_UNSEEN_BACKEND", "cpu").toStdString());
    if (!loaded) QSKIP("no default model is here");
    std::ifstream in(qEnvironmentVariable("PRESSLAB_UNSEEN").toStdString());
    const nlohmann::json texts = nlohmann::json::parse(in);
    std::map<std::string, Worst> all;
    for (const auto& text : texts) {
      const auto ids = text["ids"].get<std::vector<int32_t>>();
      const std::vector<Worst> worst = worstHeads(*loaded, ids, text["cases"]);
      for (size_t i = 0; i < worst.size(); ++i) {
        const auto spec = text["cases"][i]["press"].get<std::string>();
        Worst& w = all[spec];
        w = {std::min(w.first, worst[i].first), std::min(w.rest, worst[i].rest)};
        if (std::min(worst[i].first, worst[i].rest) < .98)
          qInfo("%s, %zu tokens, %s: layer 0 %.4f, other layers %.4f", text["text"].get<std::string>().c_str(), ids.size(), spec.c_str(),
                worst[i].first, worst[i].rest);
      }
    }
    for (const auto& [spec, w] : all) qInfo("%-36s layer 0 %.4f, other layers %.4f", spec.c_str(), w.first, w.rest);
    QVERIFY(!all.empty());
  }
};

QTEST_GUILESS_MAIN(TestPressGolden)
#include "tst_press_golden.moc"
