// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Kept positions against kvpress (tests/oracle/make_press_golden.py): on seeded tensors, and on the default model in float32.
#include <QDir>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/engine/session.h"
#include "core/format/search_path.h"
#include "core/press/random.h"
#include "press_test.h"

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

/// The tensors of make_press_golden.py.
FakeLayer goldenLayer(const HeadShape& shape, int64_t tokens, int layer) {
  FakeLayer l(shape, tokens, layer, 1);
  SeededRandom random(uint64_t(1000 + layer));
  std::vector<double> offset(size_t(shape.kvHeads * shape.headDim));
  for (double& o : offset) o = random.uniform();
  for (size_t i = 0; i < l.k.size(); ++i) {
    const size_t head = i / size_t(tokens * shape.headDim), channel = i % size_t(shape.headDim);
    l.k[i] = float(random.uniform() * 4 - 2 + offset[head * size_t(shape.headDim) + channel]);
  }
  for (float& f : l.v) f = float(random.uniform() * 2 - 1);
  for (float& f : l.q) f = float(random.uniform() * 4 - 2);
  return l;
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

/// W_o of make_press_golden.py.
std::vector<float> goldenOutput(const HeadShape& s, int layer) {
  SeededRandom random(uint64_t(500 + layer));
  std::vector<float> wo(size_t(s.hidden * s.queryHeads() * s.headDim));
  for (float& w : wo) w = float(random.uniform() * 2 - 1);
  return wo;
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

/// A layer of the golden tensors while it is being decoded: `tokens` of them stand, but for those that were dropped.
class GoldenHeld final : public HeldLayer {
 public:
  GoldenHeld(const HeadShape& shape, const FakeLayer& all, int64_t total, int64_t tokens, int l, int64_t decoded)
      : m_shape(shape), m_all(all), m_total(total) {
    layer = l;
    heads = shape.kvHeads;
    position = tokens - 1;
    since = decoded;
    SeededRandom random(uint64_t(9000 + l));
    for (int h = 0; h < heads; ++h) {
      m_positions.emplace_back(size_t(tokens));
      std::iota(m_positions.back().begin(), m_positions.back().end(), 0);
      for (float& a : m_attention.emplace_back(size_t(tokens))) a = float(random.uniform());
    }
  }
  std::span<const int32_t> positions(int head) const override { return m_positions[size_t(head)]; }
  std::span<const float> attention(int head) const override { return m_attention[size_t(head)]; }
  LayerTrace rows(int head, int64_t first, int64_t count) override {
    const int64_t d = m_shape.headDim;
    m_k.clear();
    m_v.clear();
    for (int64_t i = first; i < first + count; ++i) {
      const int64_t at = (head * m_total + m_positions[size_t(head)][size_t(i)]) * d;
      m_k.insert(m_k.end(), m_all.k.begin() + at, m_all.k.begin() + at + d);
      m_v.insert(m_v.end(), m_all.v.begin() + at, m_all.v.begin() + at + d);
    }
    LayerTrace t;
    t.layer = layer;
    t.tokens = count;
    t.k = m_k.data();
    t.v = m_v.data();
    t.firstHead = head;
    return t;
  }
  void decode(const LayerKeeper& keeper, const HeadShape& one) {
    ++position;
    for (auto& p : m_positions) p.push_back(int32_t(position));
    const std::vector<HeadCut> cuts = keeper.cut(*this, one);
    for (size_t h = 0; h < cuts.size(); ++h)
      for (size_t i = cuts[h].dropped.size(); i-- > 0;) m_positions[h].erase(m_positions[h].begin() + cuts[h].dropped[i]);
  }
  void keepOnly(int head, std::vector<int32_t> positions) { m_positions[size_t(head)] = std::move(positions); }

 private:
  HeadShape m_shape;
  const FakeLayer& m_all;
  int64_t m_total;
  std::vector<std::vector<int32_t>> m_positions;
  std::vector<std::vector<float>> m_attention;
  std::vector<float> m_k, m_v;
};

/// The first tokens of a longer layer.
FakeLayer firstTokens(const HeadShape& s, const FakeLayer& all, int64_t total, int64_t tokens) {
  FakeLayer part(s, tokens, 0, 1);
  const int64_t d = s.headDim;
  for (int64_t h = 0; h < s.kvHeads; ++h) {
    std::copy_n(all.k.begin() + h * total * d, tokens * d, part.k.begin() + h * tokens * d);
    std::copy_n(all.v.begin() + h * total * d, tokens * d, part.v.begin() + h * tokens * d);
  }
  std::copy_n(all.q.begin(), tokens * s.queryHeads() * d, part.q.begin());
  return part;
}

/// Reads the context again as make_hook_golden.py does: parts in order, keys and queries of the repetition are drawn, queries are turned.
class GoldenReread {
 public:
  GoldenReread(const HeadShape& shape, int64_t tokens) : m_shape(shape), m_tokens(tokens), m_ids(size_t(tokens)) {
    std::iota(m_ids.begin(), m_ids.end(), 50);
    for (int l = 0; l < shape.layers; ++l) m_layers.push_back(goldenLayer(shape, tokens, l));
  }
  Reread get() {
    Reread again;
    again.ids = m_ids;
    again.read = [this](std::span<const int32_t> ids, const ReadTap& tap) { read(int64_t(ids.size()), tap); };
    return again;
  }

 private:
  std::vector<float> drawn(SeededRandom& random, int64_t n) {
    std::vector<float> out;
    for (int64_t i = 0; i < n; ++i) out.push_back(float(random.uniform() * 4 - 2));
    return out;
  }

  void read(int64_t count, const ReadTap& tap) {
    const int64_t d = m_shape.headDim, half = d / 2;
    for (int l = 0; l < m_shape.layers; ++l) {
      SeededRandom random(uint64_t(20000 + 100 * l + m_part));
      const std::vector<float> keys = drawn(random, m_shape.kvHeads * count * d);
      (void)drawn(random, m_shape.kvHeads * count * d);
      const std::vector<float> queries = drawn(random, count * m_shape.queryHeads() * d);
      std::vector<int32_t> positions(static_cast<size_t>(m_tokens));
      std::iota(positions.begin(), positions.end(), 0);
      for (int64_t j = 0; j < count; ++j) {
        positions.push_back(int32_t(m_tokens + j));
        for (int q = 0; q < m_shape.queryHeads(); ++q) {
          const float* row = queries.data() + (j * m_shape.queryHeads() + q) * d;
          std::vector<double> turned(static_cast<size_t>(d));
          for (int64_t c = 0; c < half; ++c) {
            const double angle = double(m_tokens + j) * std::pow(10000., -double(c) / double(half)), cos = std::cos(angle), sin = std::sin(angle);
            turned[size_t(c)] = row[c] * cos - row[c + half] * sin;
            turned[size_t(c + half)] = row[c + half] * cos + row[c] * sin;
          }
          const int64_t h = q / m_shape.group;
          std::vector<float> probs;
          double sum = 0;
          for (int64_t i = 0; i < m_tokens + j + 1; ++i) {
            const float* k = i < m_tokens ? m_layers[size_t(l)].k.data() + (h * m_tokens + i) * d : keys.data() + (h * count + i - m_tokens) * d;
            double dot = 0;
            for (int64_t c = 0; c < d; ++c) dot += turned[size_t(c)] * k[c];
            probs.push_back(float(std::exp(dot / std::sqrt(double(d)))));
            sum += double(probs.back());
          }
          for (float& p : probs) p = float(p / sum);
          tap(l, q, probs, positions);
        }
      }
    }
    ++m_part;
  }

  HeadShape m_shape;
  int64_t m_tokens;
  int m_part = 0;
  std::vector<int32_t> m_ids;
  std::vector<FakeLayer> m_layers;
};

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
    const std::string path = defaultModel();
    if (path.empty()) QSKIP("no default model is here");
    ModelSpec model;
    model.path = path;
    model.precision = Precision::Exact;
    model.threads = 2;
    const std::unique_ptr<LoadedModel> loaded = loadModel(model, {}, {});
    const nlohmann::json golden = readGolden("smollm2_kept.json");
    const auto ids = golden["ids"].get<std::vector<int32_t>>();
    const HeadShape shape = loaded->backend->shape();
    RunContext run;
    run.shape = shape;
    run.tokens = int64_t(ids.size());
    std::vector<PressPtr> presses;
    TraceNeeds needs;
    for (const auto& c : golden["cases"]) {
      presses.push_back(makePress(c["press"].get<std::string>()));
      presses.back()->begin(run);
      needs |= presses.back()->needs();
    }
    const auto sequence = loaded->backend->newSequence();  // one prefill for all: a press changes nothing that later layers see
    sequence->beginPrefill(ids, needs);
    std::vector<double> worst(presses.size(), 1);
    for (int l = 0; l < shape.layers; ++l) {
      for (int64_t at = 0; at < run.tokens; at += kPrefillChunk) sequence->prefillChunk(l, at, std::min(kPrefillChunk, run.tokens - at));
      const LayerTrace trace = sequence->trace(l);
      for (size_t i = 0; i < presses.size(); ++i) {
        std::vector<std::vector<int32_t>> got;
        for (HeadKeep& h : presses[i]->keep(trace).heads) got.push_back(std::move(h.positions));
        const double here = worstHead(golden["cases"][i]["kept"][size_t(l)], got);
        worst[i] = std::min(worst[i], here);
        // A key of layer 0 is its token's, turned by its position: equal tokens have the norms of rounding errors, here and in kvpress.
        const std::string spec = presses[i]->spec();
        const double least = l == 0 && spec.find("knorm") != spec.npos ? .95 : .98;
        QVERIFY2(here >= least, (spec + ": layer " + std::to_string(l) + ", worst head " + std::to_string(here)).c_str());
      }
    }
    for (size_t i = 0; i < presses.size(); ++i) qInfo("%s: worst head %.4f", presses[i]->spec().c_str(), worst[i]);
  }
};

QTEST_GUILESS_MAIN(TestPressGolden)
#include "tst_press_golden.moc"
