// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Kept positions of the equal mix on the default model against golden data made with transformers in float32.
#include <QtTest/QtTest>
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/api/error.h"
#include "core/calibrate/calibrate.h"
#include "core/routed/routed_test.h"

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

double jaccard(const std::vector<int32_t>& a, const std::vector<int32_t>& b) {
  std::vector<int32_t> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  const double n = double(a.size() + b.size() - both.size());
  return n > 0 ? double(both.size()) / n : 1;
}

/// "eplb(ratio=0.5,num_experts=4,...)" as arguments.
PressPtr fromSpec(const std::string& spec) {
  std::map<std::string, std::string> given;
  const size_t open = spec.find('(');
  std::stringstream in(spec.substr(open + 1, spec.size() - open - 2));
  for (std::string item; std::getline(in, item, ',');) given[item.substr(0, item.find('='))] = item.substr(item.find('=') + 1);
  return makeFamily(spec.substr(0, open), given);
}

}  // namespace

class TestRoutedGolden : public QObject {
  Q_OBJECT
  std::unique_ptr<LoadedModel> m_model;

 private Q_SLOTS:
  void initTestCase() {
    const std::string path = defaultModel();
    if (path.empty()) QSKIP("the default model is not here");
    ModelSpec spec;
    spec.path = path;
    spec.precision = Precision::Exact;
    spec.threads = 2;
    m_model = loadModel(spec, {}, {});
  }

  void keptPositions() {
    std::ifstream in(PRESSLAB_TEST_DATA "/routed/routed_kept.json");
    const auto golden = nlohmann::json::parse(in);
    const auto ids = golden["ids"].get<std::vector<int32_t>>();
    const HeadShape shape = m_model->backend->shape();
    QCOMPARE(golden["kept"].size(), size_t{3});
    for (const auto& [spec, layers] : golden["kept"].items()) {
      const PressPtr press = fromSpec(spec);
      RunContext run;
      run.shape = shape;
      run.tokens = int64_t(ids.size());
      press->begin(run);
      const auto sequence = m_model->backend->newSequence();
      prefill(*m_model->backend, *sequence, ids, press.get(), run, {}, {});
      double worst = 1;
      for (int l = 0; l < shape.layers; ++l) {
        for (int h = 0; h < shape.kvHeads; ++h) {
          const auto want = layers[size_t(l)][size_t(h)].get<std::vector<int32_t>>();
          const auto got = sequence->positions(l, h);
          QCOMPARE(got.size(), want.size());
          worst = std::min(worst, jaccard(got, want));
        }
      }
      qInfo("%s: worst head %.4f", spec.c_str(), worst);
      QVERIFY(worst >= .98);
    }
  }

  /// Ratios, experts and methods of the family on the real model with the shipped pattern: counts without tolerance.
  void countsWithShippedPattern() {
    const PatternChoice choice = obtainPattern(*m_model, true, {}, {});
    QCOMPARE(choice.kind, std::string("file"));
    std::ifstream in(PRESSLAB_TEST_DATA "/routed/routed_kept.json");
    auto ids = nlohmann::json::parse(in)["ids"].get<std::vector<int32_t>>();
    while (ids.size() < 600) ids.push_back(ids[ids.size() - 480]);
    const HeadShape shape = m_model->backend->shape();
    for (const char* spec : {"duo(ratio=0.5,sink=4,recent=64)", "eplb(ratio=0.3,num_experts=6)", "eplb_duo(ratio=0.4,sink=4,recent=64)"}) {
      const PressPtr press = fromSpec(spec);
      RunContext run;
      run.shape = shape;
      run.tokens = 600;
      run.pattern = choice.pattern.get();
      run.calibration = choice.kind;
      for (const std::string& note : press->begin(run)) QVERIFY2(note.find("no ") != 0, note.c_str());
      const auto sequence = m_model->backend->newSequence();
      prefill(*m_model->backend, *sequence, ids, press.get(), run, {}, {});
      int64_t kept = 0;
      for (int l = 0; l < shape.layers; ++l) {
        for (int h = 0; h < shape.kvHeads; ++h) kept += sequence->headLength(l, h);
      }
      QCOMPARE(kept, shape.heads() * int64_t(600 * (1 - press->ratio())));
    }
  }
};

QTEST_GUILESS_MAIN(TestRoutedGolden)
#include "tst_routed_golden.moc"
