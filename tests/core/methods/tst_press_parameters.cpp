// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Every parameter of every press: it changes the outcome, or it is refused, or its help says under what it has no effect, and there it has none.
#include <algorithm>
#include <set>

#include "core/api/press_info.h"
#include "press_test.h"

using namespace presslab;
using namespace presslab::test;

namespace {

constexpr int64_t kTokens = 300;

/// Values of a parameter, its default among them or not.
std::vector<std::string> valuesOf(const ParamSpec& p) {
  if (p.key == "experts") return {"tova|lagkv|keydiff|window"};
  if (p.key == "order") return {"random"};
  if (p.key == "calibration") return {"none"};
  if (p.key == "compression_ratios") return {"0.2/0.7", "0.6"};
  if (p.type == ParamType::Bool) return {p.def == "true" ? "false" : "true"};
  if (p.type == ParamType::Int) return {"0", "1", "2", "3", "5", "7", "20", "100", "149", "400"};
  if (p.type == ParamType::Float) return {"0", "0.01", "0.3", "0.61", "0.97", "3"};
  std::vector<std::string> values;
  std::string rest(p.choices);
  while (!rest.empty()) {
    const size_t end = rest.find('|');
    values.push_back(rest.substr(0, end));
    rest = end == rest.npos ? "" : rest.substr(end + 1);
  }
  return values;
}

/// Arguments under which a parameter can show what it does.
std::vector<std::string> settingsFor(std::string_view id, std::string_view key) {
  const bool routed = id == "eplb" || id == "eplb_duo";
  if (routed && key == "temperature") return {"balance=upstream,shared=0"};
  if (routed && key == "balance_coefficient") return {"router=eplb,balance=upstream", "router=topk_balanced"};
  if (routed && key == "balance_mode") return {"router=topk_balanced"};
  if (routed && key == "importance_threshold") return {"router=adaptive,shared=0", "router=adaptive,shared=0,seed=1"};
  if (routed && (key == "num_groups" || key == "group_top_k")) return {"router=hierarchical,shared=0"};
  if (routed && key == "cache_aware") return {"router=pikv,shared=0", "router=pikv,shared=0,seed=1", "router=pikv,shared=0,seed=2"};
  if (id == "duo") return {"", "order=random", "head_ratio=0.5"};
  if (id == "eplb") return {"", "balance=upstream", "capacity_factor=0.5", "balance=upstream,calibration=none"};
  if (id == "eplb_duo")
    return {"",
            "balance=upstream",
            "capacity_factor=0.5",
            "order=random",
            "recent=20",
            "seed=1",
            "seed=2",
            "seed=3",
            "balance=upstream,calibration=none"};
  if (id == "lagkv") return {"", "lag_size=20"};
  if (id == "simlayerkv")
    return {"", "n_recent=100", "lazy_threshold=0", "lazy_threshold=0.3,n_recent=100", "lazy_threshold=0.3,n_recent=100,n_last=20"};
  if (id == "kvzip") return {"", "layerwise=true", "n_sink=9", "chunk_size=100"};
  if (id == "kvcompose") return {"", "structured=false", "keep_token_lower_bound=20"};
  if (id == "cur") return {"", "use_local_approximation=true"};
  if (id == "dms") return {"", "threshold=0.01"};
  if (id == "cam" && key != "target_size") return {"target_size=120"};
  if (id == "merging") return {"", "similarity_threshold=0.3", "merge_fraction=0.5"};
  return {""};
}

/// A part of a help text and the settings under which it promises no effect at all; "*": under every setting of the press.
struct Promise {
  const char* help;
  std::vector<std::string> settings;
};

const std::vector<Promise>& promises() {
  static const std::vector<Promise> all{
      {"without effect under other routers", {"router=base,shared=0", "router=topk_balanced,shared=0"}},
      {"router=eplb with balance=upstream: divides the logits; without effect otherwise", {"", "balance=off,shared=0", "router=base,shared=0"}},
      {"without effect under eplb", {"", "balance=upstream", "router=base", "calibration=none"}},
      {"without effect when use_vnorm=false", {"use_vnorm=false"}},
      {"without effect when structured=false", {"structured=false"}},
      {"without effect when use_local_approximation=false", {"use_local_approximation=false"}},
  };
  return all;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// Blocks of a quantised cache want heads of 32 channels.
HeadShape shapeFor(const PressInfo& info) { return {2, 2, 2, info.id == "kvq" ? 32 : 8, 16}; }

/// The scorer inside a wrapper: key_rerotation has no parameter of its own; dms scores decoded tokens one by one, which snapkv cannot.
std::string innerFor(const PressInfo& info, const ParamSpec& p) {
  return !info.wrapper ? "" : p.key == "decoding" ? "knorm" : "snapkv(ratio=0.4,window_size=16)";
}

std::string specOf(const PressInfo& info, const ParamSpec& p, const std::string& setting, const std::string& argument) {
  std::string inside;
  for (const std::string& part : {innerFor(info, p), setting, argument}) inside += (inside.empty() || part.empty() ? "" : ",") + part;
  return std::string(info.id) + "(" + inside + ")";
}

bool sets(const std::string& setting, const ParamSpec& p) { return contains("," + setting, "," + std::string(p.key) + "="); }

}  // namespace

class TestPressParameters : public QObject {
  Q_OBJECT
  const Pattern m_pattern = fakePattern({2, 2, 2, 8, 16}, {1, 2, 3, 4, 5}, 3);

  /// What is kept, and beside it what the expert map shows.
  struct Result {
    std::string kept, shown, refusal;
  };

  Result run(const PressInfo& info, const ParamSpec& p, const std::string& setting, const std::string& argument) const {
    Result r;
    const std::string spec = specOf(info, p, setting, argument);
    r.refusal = failureOf([&] {
      const Outcome o = runSpec(spec, shapeFor(info), kTokens, &m_pattern);
      r.kept = r.shown = fingerprint(o);
      for (const LayerKeep& l : o.layers) r.shown += std::to_string(l.balance.auxLoss) + " " + std::to_string(l.balance.topK) + "\n";
    });
    return r;
  }

  static bool testedElsewhere(const ParamSpec& p) {
    if (p.type == ParamType::Press) return true;                                               // wrappers: tst_press_sequences
    if (p.key == "filters" || p.key == "stats_folder" || p.key == "router_file") return true;  // files: tst_press_runs, tst_routed_press
    return p.key == "tokens" || p.key == "mb";                                                 // budgetForms()
  }

 private Q_SLOTS:
  void parameters_data() {
    QTest::addColumn<QString>("press");
    for (const PressInfo& info : pressTable())
      if (!info.params.empty()) QTest::newRow(std::string(info.id).c_str()) << QString::fromStdString(std::string(info.id));
  }

  /// Some value in some setting changes what is kept or shown; a value that changes nothing anywhere must be refused, with a reason that names it.
  void parameters() {
    QFETCH(QString, press);
    const PressInfo& info = *findPress(press.toStdString());
    for (const ParamSpec& p : info.params) {
      if (testedElsewhere(p)) continue;
      const std::string name = std::string(info.id) + "." + std::string(p.key);
      int compared = 0, refused = 0;
      bool kept = false, shown = false;
      for (const std::string& setting : settingsFor(info.id, p.key)) {
        if (sets(setting, p)) continue;
        const Result before = run(info, p, setting, "");
        QVERIFY2(before.refusal.empty(), (name + " under " + setting + ": " + before.refusal).c_str());
        for (const std::string& value : valuesOf(p)) {
          if (value == p.def) continue;
          const Result r = run(info, p, setting, std::string(p.key) + "=" + value);
          if (!r.refusal.empty()) {
            QVERIFY2(r.refusal.size() > 10, name.c_str());
            ++refused;
            continue;
          }
          ++compared;
          kept = kept || r.kept != before.kept;
          shown = shown || r.shown != before.shown;
        }
      }
      QVERIFY2(compared + refused > 0, (name + " was not tried").c_str());
      const bool room = contains(p.help, "more than they read is without effect");  // of queries: less is refused
      const bool idle = contains(p.help, "without effect under eplb"), still = contains(p.help, "Moves no token");
      if (idle)
        QVERIFY2(!shown && compared > 0, (name + " has an effect").c_str());
      else if (room)
        QVERIFY2(!shown && compared > 0 && refused > 0, (name + ": too little room must be refused, more has no effect").c_str());
      else if (still)
        QVERIFY2(!kept && shown, (name + " must change the loss that is shown and nothing else").c_str());
      else
        QVERIFY2(kept || compared == 0, (name + " changes nothing").c_str());
    }
  }

  /// Where a help text promises no effect, there is none; and every such promise is one that is tested here.
  void promisesOfNoEffect() {
    std::set<std::string> seen;
    for (const PressInfo& info : pressTable()) {
      for (const ParamSpec& p : info.params) {
        if (!contains(p.help, "without effect") || contains(p.help, "Moves no token")) continue;
        if (contains(p.help, "more than they read is without effect")) continue;  // parameters()
        const std::string name = std::string(info.id) + "." + std::string(p.key);
        bool known = false;
        for (const Promise& promise : promises()) {
          if (!contains(p.help, promise.help)) continue;
          known = true;
          seen.insert(promise.help);
          for (const std::string& setting : promise.settings) {
            const Result before = run(info, p, setting, "");
            QVERIFY2(before.refusal.empty(), (name + " under " + setting + ": " + before.refusal).c_str());
            int compared = 0;
            for (const std::string& value : valuesOf(p)) {
              const Result r = run(info, p, setting, std::string(p.key) + "=" + value);
              if (!r.refusal.empty()) continue;
              ++compared;
              QVERIFY2(r.shown == before.shown, (name + "=" + value + " under " + setting + " has an effect").c_str());
            }
            QVERIFY2(compared > 0, (name + " was not tried under " + setting).c_str());
          }
        }
        QVERIFY2(known, (name + " promises what nobody tests").c_str());
      }
    }
    QCOMPARE(seen.size(), promises().size());
  }
};

QTEST_GUILESS_MAIN(TestPressParameters)
#include "tst_press_parameters.moc"
