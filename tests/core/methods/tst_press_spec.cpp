// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/api/press_info.h"
#include "core/press/random.h"
#include "press_test.h"

using namespace presslab;
using namespace presslab::test;

class TestPressSpec : public QObject {
  Q_OBJECT

  static void says(const std::string& spec, const std::vector<std::string>& parts) {
    const std::string text = specFailure(spec);
    QVERIFY2(!text.empty(), ("accepted: " + spec).c_str());
    for (const std::string& p : parts) QVERIFY2(text.find(p) != text.npos, ("'" + spec + "' -> '" + text + "' lacks '" + p + "'").c_str());
  }
  static std::vector<std::string> examples() {
    return {"none",
            "random(ratio=0.3,seed=2147483647)",
            "streaming_llm(n_sink=8)",
            "snapkv(ratio=0.25,window_size=32,kernel_size=7)",
            "expected_attention(n_future_positions=64,n_sink=2,use_covariance=false,use_vnorm=true,epsilon=0.01)",
            "duo(ratio=0.5,sink=4,recent=64,order=tsv:/a/b.c/heads.tsv)",
            "eplb(num_experts=2,experts=recency|window,calibration=\"a (b), \"\"c\"\".bin\")",
            "eplb_duo(ratio=0.5,split=0.6,window=auto)",
            "knorm(ratio=0.2)+snapkv(ratio=0.5)",
            "adakv(snapkv(ratio=0.5),alpha_safeguard=0.3)",
            "chunkkv(tova(ratio=0.25),chunk_length=5)",
            "eplb(ratio=0.35)+duo(ratio=0.15)"};
  }

 private Q_SLOTS:
  void canonicalTextIsAFixpoint() {
    for (const std::string& spec : examples()) QCOMPARE(canonicalPressSpec(spec), spec);
    for (const PressInfo& info : pressTable()) {
      if (!info.wrapper) QCOMPARE(canonicalPressSpec(info.id), std::string(info.id));
    }
  }

  void formsOfTheSame() {
    QCOMPARE(canonicalPressSpec(" snapkv ( window_size = 32 , ratio =.50 ) "), std::string("snapkv(ratio=0.5,window_size=32)"));
    QCOMPARE(canonicalPressSpec("snapkv(compression_ratio=5e-1)"), std::string("snapkv(ratio=0.5)"));
    QCOMPARE(canonicalPressSpec("snapkv()"), std::string("snapkv"));
    QCOMPARE(canonicalPressSpec("knorm(ratio=0.1)\n + \tkeydiff"), std::string("knorm(ratio=0.1)+keydiff"));
    QCOMPARE(canonicalPressSpec("expected_attention(use_vnorm=No,use_covariance=\"ON\")"),
             std::string("expected_attention(use_covariance=true,use_vnorm=false)"));
    QCOMPARE(canonicalPressSpec("adakv(alpha_safeguard=0.3,press=snapkv)"), std::string("adakv(snapkv,alpha_safeguard=0.3)"));
    QCOMPARE(canonicalPressSpec("adakv( press = snapkv ( ratio = 0.5 ) )"), std::string("adakv(snapkv(ratio=0.5))"));
    QCOMPARE(canonicalPressSpec("duo(sink_size=4,recent_size=8)"), std::string("duo(sink=4,recent=8)"));
    QCOMPARE(canonicalPressSpec("duo(order=\"tsv:x\")"), std::string("duo(order=tsv:x)"));
    QCOMPARE(canonicalPressSpec("duo(order= tsv:C:\\a b\\c.tsv )"), std::string("duo(order=tsv:C:\\a b\\c.tsv)"));
    QCOMPARE(canonicalPressSpec("eplb(calibration=\"\")"), std::string("eplb(calibration=\"\")"));
    QCOMPARE(canonicalPressSpec("eplb(calibration=\" x;y\")"), std::string("eplb(calibration=\" x;y\")"));
    QCOMPARE(canonicalPressSpec("eplb(calibration=\u672c.bin)"), std::string("eplb(calibration=\u672c.bin)"));
    QCOMPARE(canonicalPressSpec("random(ratio=-0,seed=007)"), std::string("random(ratio=0,seed=7)"));
    QCOMPARE(canonicalPressSpec("random(ratio=0.30000000000000004)"), std::string("random(ratio=0.30000000000000004)"));
  }

  void argumentsArriveExactly() {
    QCOMPARE(makePress("random(ratio=0.7)")->ratio(), 0.7);
    QCOMPARE(makePress("knorm(ratio=0.999999999999999)")->ratio(), 0.999999999999999);
    QCOMPARE(makePress("knorm(ratio=0.5)+keydiff(ratio=0.5)")->ratio(), 0.75);
    QVERIFY(std::abs(makePress("eplb(ratio=.35)+duo(ratio=.15)")->ratio() - .4475) < 1e-12);
  }

  void faultsNameTheirPlace() {
    says("", {"column 1", "empty"});
    says("  ", {"column 3", "empty"});
    says("snapvk(ratio=0.5)", {"column 1:", "unknown press 'snapvk'", "did you mean 'snapkv'"});
    says("zzzzzz", {"column 1:", "unknown press", "none, duo, eplb"});
    says("snapkv(window=64)", {"column 8:", "no argument 'window'", "did you mean 'window_size'"});
    says("snapkv(\n  ratoi = 0.5)", {"column 11:", "'ratoi'", "'ratio'"});
    says("none(ratio=0.5)", {"column 6:", "no arguments", "ratio"});
    says("snapkv(ratio=1)", {"column 14:", "ratio=1 is outside [0,1)"});
    says("snapkv(ratio=-0.1)", {"column 14:", "ratio=-0.1", "[0,1)"});
    says("snapkv(ratio=nan)", {"column 14:", "ratio=nan is not a number", "[0,1)"});
    says("snapkv(ratio=inf)", {"column 14:", "ratio=inf"});
    says("snapkv(ratio=1e999)", {"column 14:", "1e999"});
    says("snapkv(ratio=0x1)", {"column 14:", "0x1"});
    says("snapkv(ratio=+0.5)", {"column 14:", "+0.5"});
    says("snapkv(ratio=0.5x)", {"column 14:", "0.5x"});
    says("snapkv(ratio=0,5)", {"column 16:", "'5'", "ratio=0.5", "point"});
    says("snapkv(window_size=64.0)", {"column 20:", "window_size=64.0 is not a whole number in [1,1048576]"});
    says("snapkv(window_size=0)", {"column 20:", "window_size=0 is outside [1,1048576]"});
    says("random(seed=2147483648)", {"seed=2147483648 is outside [0,2147483647]"});
    says("random(seed=99999999999999999999)", {"column 13:", "outside [0,2147483647]"});
    says("snapkv(kernel_size=4)", {"column 1:", "kernel_size=4", "odd"});
    says("snapkv(ratio=0.5,ratio=0.6)", {"column 18:", "ratio is given twice"});
    says("snapkv(ratio=0.5,compression_ratio=0.6)", {"column 18:", "ratio (compression_ratio) is given twice"});
    says("expected_attention(use_vnorm=maybe)", {"column 30:", "use_vnorm=maybe", "neither true nor false"});
    says("eplb(balance=integrl)", {"column 14:", "balance=integrl", "off|upstream|integral", "'integral'"});
    says("snapkv(ratio=)", {"column 14:", "value of ratio is missing"});
    says("snapkv(ratio=0.5", {"column 7:", "not closed"});
    says("snapkv(", {"column 7:", "not closed"});
    says("snapkv)", {"column 7:", "closes no bracket"});
    says("snapkv(ratio=0.5))", {"column 18:", "closes no bracket"});
    says("snapkv(ratio=0.5,)", {"column 18:", "missing"});
    says("snapkv(,ratio=0.5)", {"column 8:", "missing"});
    says("snapkv(ratio 0.5)", {"column 14:", "'=' after 'ratio'"});
    says("snapkv ratio=0.5", {"column 8:", "unexpected 'r'"});
    says("snapkv+", {"column 8:", "missing after '+'"});
    says("+snapkv", {"column 1:", "unexpected '+'"});
    says("snapkv\uff08ratio=0.5\uff09", {"column 7:", "full-width"});
    says("\u672c\u672c(", {"column 1:", "unexpected '\u672c'"});
    says("eplb(calibration=\u672c\u672c\")", {"column 20:", "quote inside"});
    says("eplb(calibration=\"abc)", {"column 18:", "quote is not closed"});
    says("eplb(calibration=a(b))", {"column 18:", "calibration takes no press"});
    says("eplb(calibration=a/(b))", {"column 20:", "bracket inside"});
    says("snapkv(knorm)", {"column 8:", "takes no press inside"});
    says("snapkv(ratio=knorm())", {"column 14:", "ratio takes no press"});
    says(std::string("snapkv\0", 7), {"column 7:", "control character 0"});
    says("snapkv\xff", {"column 7:", "byte 255 is not UTF-8"});
    says(std::string(5000, ' ') + "none", {"4096 bytes"});
  }

  void impossiblePairs() {
    says("duo(ratio=0.5,head_ratio=0.5)", {"column 1:", "exclude each other"});
    says("eplb(top_k=5)", {"column 1:", "top_k=5", "4 experts"});
    says("knorm+duo(ratio=0.5)", {"column 7:", "duo cannot stand in a sequence"});
    says("eplb_duo+knorm", {"column 1:", "eplb_duo cannot stand"});
    says("duo+eplb", {"column 1:", "duo cannot stand"});
    says("eplb+duo+knorm", {"column 1:", "eplb cannot stand"});
    says("eplb(dispatch=layer)+duo", {"column 1:", "dispatch=layer"});
    says("eplb+duo(head_ratio=0.5)", {"column 6:", "head_ratio"});
    says("adakv", {"column 1:", "adakv needs a press inside"});
    says("adakv(duo)", {"column 1:", "needs a scorer", "duo"});
    says("adakv(knorm,snapkv)", {"column 13:", "given twice"});
    says("adakv(ratio=0.5)", {"column 7:", "no ratio of its own"});
    says("adakv(knrom)", {"column 7:", "did you mean 'knorm'"});
    says("adakv(knorm(ratio=2))", {"column 19:", "ratio=2 is outside [0,1)"});
    says("adakv(knorm+keydiff)", {"column 12:", "inside brackets"});
    says("knorm+adakv(knorm)", {"column 7:", "only be the first"});
    says("knorm+none", {"column 7:", "none in a sequence"});
    says("none+knorm", {"column 1:", "none in a sequence"});
    std::string many = "knorm";
    for (int i = 0; i < 16; ++i) many += "+knorm";
    says(many, {"at most 16 steps"});
    std::string deep = "knorm";
    for (int i = 0; i < 20; ++i) deep = "knorm(" + deep + ")";
    says(deep, {"deeper than 8"});
  }

  /// Every prefix and every change of one byte is refused with a column, or is a spec whose canonical text is a fixpoint.
  void noTextBreaksTheParser() {
    const std::string bytes = std::string("(),+=\"; \t\n.0x-", 15) + std::string("\0\x7f\xe2\xff", 4);
    const auto check = [](const std::string& spec) {
      const std::string failure = failureOf([&] {
        const std::string canonical = canonicalPressSpec(spec);
        if (canonicalPressSpec(canonical) != canonical) throw Failure(ErrorCode::Failed, "no fixpoint: " + canonical);
      });
      QVERIFY2(failure.empty() || failure.rfind("press spec, column ", 0) == 0, failure.c_str());
    };
    SeededRandom random(5);
    for (const std::string& spec : examples()) {
      for (size_t n = 0; n < spec.size(); ++n) {
        check(spec.substr(0, n));
        check(spec.substr(0, n) + spec.substr(n + 1));
        for (const char c : bytes) {
          std::string changed = spec;
          changed[n] = c;
          check(changed);
          check(spec.substr(0, n) + c + spec.substr(n));
        }
      }
      for (int round = 0; round < 300; ++round) {
        std::string changed = spec;
        for (int i = 0; i < 3; ++i) changed[size_t(random.below(changed.size()))] = char(random.below(256));
        check(changed);
      }
    }
  }

  void presetsParse() {
    for (const char* spec : {"eplb_duo(ratio=0.5,split=0.7)", "eplb_duo(eplb_ratio=0.35,duo_ratio=0.15)", "eplb(router_type=eplb,experts_count=4)"}) {
      QVERIFY2(specFailure(spec).empty(), spec);
    }
  }
};

QTEST_GUILESS_MAIN(TestPressSpec)
#include "tst_press_spec.moc"
