// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "core/export/export.h"
#include "core/export/text_cells.h"
#include "core/export/text_table.h"
#include "tests/core/export/export_test.h"

using namespace presslab;

namespace {

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// Three methods as a run leaves them.
Comparison threeMethods() {
  Comparison c;
  const char* const specs[] = {"none", "duo(ratio=0.5)", "eplb_duo(ratio=0.5)"};
  for (int i = 0; i < 3; ++i) {
    MethodMetrics m;
    m.method = specs[i];
    m.ratioMeasured = i ? 0.5 : 0;
    m.kvBytesFull = 80640000;
    m.kvBytes = i ? 40320000 : 80640000;
    m.kvBytesPeak = 83000000;
    m.memPeakBytes = 400000000;
    m.prefillTokS = 1234.5;
    m.compressMs = 100 * i;
    m.ttftMs = 2500.25;
    m.decodeTokS = 150 + i;
    m.decodeP50Ms = 6.5;
    m.shareOfLimit = 0.712;
    m.quality.measured = true;
    m.quality.kldMean = 0.0125 * i;
    m.quality.top1Agree = 1 - 0.05 * i;
    m.quality.attentionKept = 1 - 0.02 * i;
    c.methods.push_back(m);
  }
  c.improvements = {{"duo(ratio=0.5)", "none", 50, -3.25, 8, 0, false}, {"eplb_duo(ratio=0.5)", "duo(ratio=0.5)", 0, 1, 2, 0.25, true}};
  c.claims = {
      {"duo_memory", "Duo saves 30 to 50 % of memory", "ratio", "holds", "", 30, 50, 49.9, true},
      {"duo_speed", "Duo is 1.2 to 1.5 times as fast", "ratio", "cannot hold here", "weights are most of what a token reads", 1.2, 1.5, 0, false}};
  c.verdict = "Same memory: EPLB+Duo loses 4 times less than Duo.";
  return c;
}

}  // namespace

class TestExportText : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void widthsOfWideCharacters() {
    QCOMPARE(displayWidth("abc"), 3);
    QCOMPARE(displayWidth("压缩"), 4);
    QCOMPARE(displayWidth("e\u0301"), 1);  // e and a combining accent
    QCOMPARE(displayWidth("\xFF"), displayWidth("\uFFFD"));
  }

  void numbersForPeople() {
    QCOMPARE(roundedNumber(1.005, 1), std::string("1.0"));
    QCOMPARE(roundedNumber(-0.001, 2), std::string("0.00"));
    QCOMPARE(roundedNumber(NAN, 2), std::string("-"));
    QCOMPARE(exactNumber(0.1), std::string("0.1"));
    QCOMPARE(exactNumber(1.0 / 3), std::string("0.3333333333333333"));
  }

  void tableAlignsAndFits120Columns() {
    const auto lines = linesOf(summaryTable(threeMethods()));
    for (const std::string& line : lines) QVERIFY2(displayWidth(line) <= 120, line.c_str());
    QVERIFY(lines[0].starts_with("method"));
    // Right-aligned columns: header, unit and figures of the last column end together.
    for (size_t i = 0; i < 5; ++i) QCOMPARE(displayWidth(lines[i]), displayWidth(lines[0]));
    const std::string all = summaryTable(threeMethods());
    for (const char* part : {"76.90", "38.45", "50.0", "0.01250", "95.0", "improvements", "-3.2", "0.250", "holds (ratio): Duo saves",
                             "30 to 50, measured 49.9", "not measured", "weights are most", "Same memory: EPLB+Duo loses 4 times less than Duo."}) {
      QVERIFY2(all.find(part) != std::string::npos, part);
    }
  }

  void smallDivergencesAreNotZero() {
    Comparison c = threeMethods();
    c.methods[1].quality.kldMean = 1.64e-6;
    c.improvements[0].speedPct = 0.01;
    const auto lines = linesOf(summaryTable(c));
    QVERIFY2(lines[3].find(" 1.6e-06 ") != std::string::npos, lines[3].c_str());
    QVERIFY2(lines[2].find("      0 ") != std::string::npos, lines[2].c_str());  // none: exactly 0
    QVERIFY(summaryTable(c).find("+0.0") == std::string::npos);
  }

  void longAndWideNamesKeepTheirColumns() {
    Comparison c = threeMethods();
    c.methods[1].method = "snapkv(ratio=0.5,window_size=64,kernel_size=5)+knorm(ratio=0.25)+streaming_llm(ratio=0.1)";
    c.methods[2].method = "方法";
    const auto lines = linesOf(summaryTable(c));
    QCOMPARE(lines[3], c.methods[1].method);
    QVERIFY(lines[4].starts_with(" "));
    QVERIFY(lines[5].starts_with("方法"));
    QCOMPARE(displayWidth(lines[5]), displayWidth(lines[0]));
  }

  void columnsThatNobodyHasAreLeftOut() {
    Comparison c = threeMethods();
    for (MethodMetrics& m : c.methods) m.quality = {};
    const std::string all = summaryTable(c);
    QVERIFY(all.find("KL mean") == std::string::npos);
    QVERIFY(all.find("decode") != std::string::npos);
  }

  void failuresAndNotesAreSaid() {
    Comparison c = threeMethods();
    c.methods[1].failed = true;
    c.methods[1].error = "refused: the largest ratio is 0.4";
    c.methods[2].notes = {"equal quotas\x1b[2J"};
    c.cancelled = true;
    const std::string table = summaryTable(c);
    QVERIFY(table.find("duo(ratio=0.5): failed: refused: the largest ratio is 0.4") != std::string::npos);
    QVERIFY(table.find("eplb_duo(ratio=0.5): equal quotas\\x1B[2J") != std::string::npos);  // no control character reaches the terminal
    QVERIFY(table.find("cancelled") != std::string::npos);
    QVERIFY(summaryMarkdown(c).find("failed: refused") != std::string::npos);
  }

  void markdownRowsHaveEqualCells() {
    Comparison c = RandomRun(3).comparison(3, 1, 1);
    c.methods[0].method = "a|b\n`c` <b>";
    const auto lines = linesOf(summaryMarkdown(c));
    const auto cells = [](const std::string& line) {
      int n = 0;
      for (size_t i = 0; i < line.size(); ++i) n += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
      return n;
    };
    QVERIFY(lines[1].starts_with("|---|---:|"));
    for (int i = 1; i < 5; ++i) QCOMPARE(cells(lines[size_t(i)]), cells(lines[0]));
    QVERIFY(lines[2].find("a\\|b \\`c\\` \\<b>") != std::string::npos || lines[2].find("a\\|b\\\\x0A\\`c\\` \\<b>") != std::string::npos);
  }

  /// Numbers to the right, words to the left; the command can be copied from its block.
  void columnsAreAlignedByWhatTheyHold() {
    Comparison c = threeMethods();
    c.stamp.commandLine = "presslab-cli compare --methods 'none;eplb_duo'";
    const std::string md = summaryMarkdown(c);
    QVERIFY(md.find("|---|---|---:|---:|---:|---:|\n") != std::string::npos);  // improvements: method, against, numbers
    QVERIFY(md.find("|---|---|---|---|---|\n") != std::string::npos);          // claims
    QVERIFY(md.find("\n```sh\npresslab-cli compare --methods 'none;eplb_duo'\n```\n") != std::string::npos);
  }

  void textsWrapAtBlanks() {
    QCOMPARE(wrapped("aa bb cc dd", 5, "  "), std::string("aa bb\n  cc\n  dd\n"));
    QCOMPARE(wrapped("unbreakable", 5, "  "), std::string("unbreakable\n"));
  }
};

QTEST_APPLESS_MAIN(TestExportText)
#include "tst_export_text.moc"
