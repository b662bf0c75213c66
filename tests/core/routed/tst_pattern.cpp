// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <cmath>
#include <fstream>
#include <sstream>

#include "core/api/error.h"
#include "core/press/random.h"
#include "core/routed/head_order.h"
#include "core/routed/pattern.h"

using namespace presslab;

namespace {

Pattern sample() {
  SeededRandom random(4);
  const auto fill = [&](std::vector<float>& v, size_t n) {
    v.resize(n);
    for (float& f : v) f = float(random.normal());
  };
  Pattern p;
  p.shape = {3, 2, 2, 4, 8};
  p.fingerprint = std::string("llama-test");
  p.metadata["seed"] = "0";
  fill(p.streamErr, 4 * 6);
  for (int e = 2; e < 5; ++e) {
    ExpertSet s;
    for (int i = 0; i < e; ++i) s.experts.push_back("window" + std::to_string(1 + i));
    fill(s.curve, 6 * 12);
    if (e != 3) {
      fill(s.gateW, size_t(3 * 8 * e));
      fill(s.gateC, size_t(3 * e));
      fill(s.gateBias, size_t(3 * e));
    }
    p.sets.push_back(s);
  }
  return p;
}

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream s;
  s << in.rdbuf();
  return s.str();
}

void spill(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
}

}  // namespace

class TestPattern : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;
  std::string path(const char* name) const { return m_dir.filePath(name).toStdString(); }

  void refused(const std::string& file, const std::string& part) const {
    try {
      readPattern(file, sample().shape, "llama-test");
    } catch (const Failure& e) {
      QVERIFY2(e.code() == ErrorCode::BadInput, e.what());
      QVERIFY2(std::string(e.what()).find(part) != std::string::npos, e.what());
      return;
    }
    QFAIL("a broken pattern file was accepted");
  }

 private Q_SLOTS:
  void roundTrip() {
    const Pattern p = sample();
    writePattern(p, path("a"));
    const Pattern q = readPattern(path("a"), p.shape, "llama-test");
    QCOMPARE(q.streamErr, p.streamErr);
    QCOMPARE(q.sets.size(), p.sets.size());
    for (size_t i = 0; i < p.sets.size(); ++i) {
      QCOMPARE(q.sets[i].experts, p.sets[i].experts);
      QCOMPARE(q.sets[i].curve, p.sets[i].curve);
      QCOMPARE(q.sets[i].gateW, p.sets[i].gateW);
      QCOMPARE(q.sets[i].gateBias, p.sets[i].gateBias);
    }
    QVERIFY(q.findSet(p.sets[1].experts) == &q.sets[1]);
    QVERIFY(q.findSet({"recency"}) == nullptr);
    writePattern(q, path("b"));
    QCOMPARE(slurp(path("b")), slurp(path("a")));
  }

  void otherModelsAreRefused() {
    const Pattern p = sample();
    writePattern(p, path("a"));
    QVERIFY_THROWS_EXCEPTION(Failure, readPattern(path("a"), p.shape, "llama-other"));
    HeadShape other = p.shape;
    other.hidden = 16;
    QVERIFY_THROWS_EXCEPTION(Failure, readPattern(path("a"), other, "llama-test"));
    QVERIFY_THROWS_EXCEPTION(Failure, readPattern(path("missing"), p.shape, ""));
  }

  /// What an older file lacks is empty, and what is written comes back.
  void headValues() {
    writePattern(sample(), path("old"));
    const Pattern old = readPattern(path("old"), sample().shape, "llama-test");
    QVERIFY(old.loo.empty() && old.duoGates.empty() && old.onTheFly.empty() && old.importance.empty());
    Pattern p = sample();
    p.loo = {1, 2, 3, 4, 5, 6};
    p.duoGates = {0, 1, 0, 1, .5f, .25f};
    p.onTheFly = {.1f, .2f, .3f, .4f, .5f, .6f};
    p.metadata["loo"] = "texts 8";
    writePattern(p, path("new"));
    const Pattern back = readPattern(path("new"), p.shape, "llama-test");
    QCOMPARE(back.loo, p.loo);
    QCOMPARE(back.duoGates, p.duoGates);
    QCOMPARE(back.onTheFly, p.onTheFly);
    QCOMPARE(back.metadata.at("loo"), std::string("texts 8"));
    p.loo.pop_back();
    p.loo.push_back(std::nanf(""));
    writePattern(p, path("nan"));
    refused(path("nan"), "loo");
  }

  void ordersOfHeadValues() {
    Pattern p = sample();
    p.loo = {3, 1, 2, 1, 9, 0};
    p.duoGates = {1, 0, 0, 1, .5f, 0};
    p.onTheFly = {.6f, .5f, .4f, .3f, .2f, .1f};
    const auto order = [&](const char* name, const Pattern* pattern) { return orderHeads(parseHeadOrder(name, 0), p.shape, pattern, 16, 112); };
    QCOMPARE(order("loo", &p), (std::vector<int>{5, 1, 3, 2, 0, 4}));
    QCOMPARE(order("gates", &p), (std::vector<int>{1, 2, 5, 4, 0, 3}));
    QCOMPARE(order("on_the_fly", &p), (std::vector<int>{5, 4, 3, 2, 1, 0}));
    QVERIFY(parseHeadOrder("gates", 0).calibrated() && !parseHeadOrder("random", 0).calibrated());
    const Pattern without = sample();
    for (const char* name : {"loo", "gates", "on_the_fly"}) {
      for (const Pattern* pattern : {static_cast<const Pattern*>(nullptr), &without}) {
        try {
          order(name, pattern);
          QFAIL("an order without its values was accepted");
        } catch (const Failure& e) {
          QCOMPARE(int(e.code()), int(ErrorCode::BadInput));
          QVERIFY2(std::string(e.what()).find(std::string("presslab-cli calibrate ") + name) != std::string::npos, e.what());
        }
      }
    }
    QVERIFY_THROWS_EXCEPTION(Failure, parseHeadOrder("best", 0));
    // Values written as the published form and read again give the same order
    spill(path("gates.tsv"), duoTsv(p.duoGates, p.shape));
    QCOMPARE(order(("tsv:" + path("gates.tsv")).c_str(), nullptr), order("gates", &p));
    QCOMPARE(duoTsv({.5f, 1.f}, {1, 2, 1, 4, 8}), std::string("5.000000000000000000e-01\t1.000000000000000000e+00\n"));
  }

  void hostileFiles() {
    writePattern(sample(), path("good"));
    const std::string good = slurp(path("good"));
    const auto edited = [&](const std::string& from, const std::string& to) {
      std::string bytes = good;
      const size_t at = bytes.find(from);
      if (at == std::string::npos || from.size() != to.size()) return std::string("edit failed");
      return bytes.replace(at, from.size(), to);
    };
    const std::string file = path("bad");
    spill(file, "");
    refused(file, "header length");
    spill(file, std::string(8, '\xff') + good.substr(8));
    refused(file, "header length");
    spill(file, good.substr(0, 40));
    refused(file, "header length");
    spill(file, good.substr(0, good.size() - 4));
    refused(file, "data_offsets");
    spill(file, edited("\"F32\"", "\"I32\""));
    refused(file, "dtype");
    spill(file, edited("\"dtype\"", "\"dtypo\""));
    refused(file, "needs dtype");
    spill(file, edited("[4,3,2]", "[4,2,3]"));
    refused(file, "shape");
    spill(file, edited("\"stream_err\"", "\"stream_xxx\""));
    refused(file, "stream_err");
    spill(file, edited("\"data_offsets\":[0,", "\"data_offsets\":[9,"));
    refused(file, "data_offsets");
    std::string nan = good;
    nan.replace(nan.size() - 4, 4, std::string("\x00\x00\xc0\x7f", 4));
    spill(file, nan);
    refused(file, "finite");
    const std::string deep = std::string(4000, '[') + std::string(4000, ']');
    std::string header(8, '\0');
    header[0] = char(deep.size() & 0xff);
    header[1] = char(deep.size() >> 8 & 0xff);
    spill(file, header + deep);
    refused(file, "not JSON");
  }

  /// No single flipped or cut byte may crash the reader: it reads or refuses.
  void flippedBytes() {
    writePattern(sample(), path("good"));
    const std::string good = slurp(path("good"));
    SeededRandom random(8);
    int refusals = 0;
    for (int round = 0; round < 600; ++round) {
      std::string bytes = good;
      bytes[size_t(random.below(std::min<uint64_t>(bytes.size(), 1400)))] = char(random.next());
      if (round % 5 == 0) bytes.resize(size_t(random.below(bytes.size())));
      spill(path("flip"), bytes);
      try {
        readPattern(path("flip"), sample().shape, "llama-test");
      } catch (const Failure&) {
        ++refusals;
      }
    }
    QVERIFY(refusals > 200);
  }

  void publishedTsv() {
    const std::string file = PRESSLAB_TEST_DATA "/routed/llama31_full_attention_heads.tsv";
    const HeadShape shape{32, 8, 4, 128, 4096};
    const Pattern p = readDuoTsv(file, shape);
    int zeros = 0, ones = 0, above = 0;
    for (size_t i = 0; i < 256; ++i) {
      zeros += p.streamErr[i] == 0;
      ones += p.streamErr[i] == 1;
      above += p.streamErr[i] > .5f;
      QVERIFY(p.streamErr[i] >= 0 && p.streamErr[i] <= 1);
    }
    QCOMPARE(zeros, 7);
    QCOMPARE(ones, 57);
    QCOMPARE(above, 234);
    const auto order = orderHeads(parseHeadOrder("tsv:" + file, 0), shape, nullptr, 16, 112);
    for (size_t i = 1; i < order.size(); ++i) {
      const float a = p.streamErr[size_t(order[i - 1])], b = p.streamErr[size_t(order[i])];
      QVERIFY(a < b || (a == b && order[i - 1] < order[i]));
    }
  }

  void brokenTsv() {
    const HeadShape shape{2, 2, 1, 4, 8};
    const auto fails = [&](const std::string& text, const std::string& part) {
      spill(path("t.tsv"), text);
      try {
        readDuoTsv(path("t.tsv"), shape);
      } catch (const Failure& e) {
        return std::string(e.what()).find(part) != std::string::npos;
      }
      return false;
    };
    QVERIFY(fails("0\t1\n0\tx\n", ":2:3: not a number"));
    QVERIFY(fails("0\t1\n0\tnan\n", ":2:3: value is not finite"));
    QVERIFY(fails("0\t1\t1\n", ":1:5: more than 2 columns"));
    QVERIFY(fails("0\n", ":1:1: 1 columns"));
    QVERIFY(fails("0\t1\n0\t1\n0\t1\n", "more rows"));
    QVERIFY(fails("0\t1\n", "1 rows"));
    spill(path("t.tsv"), "-3\t1.5\r\n.25\t0\r\n");
    QCOMPARE(readDuoTsv(path("t.tsv"), shape).streamErr[1], 1.f);
    QCOMPARE(readDuoTsv(path("t.tsv"), shape).streamErr[0], 0.f);
  }
};

QTEST_GUILESS_MAIN(TestPattern)
#include "tst_pattern.moc"
