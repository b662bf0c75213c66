// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <clocale>
#include <cstdlib>
#include <map>

#include "core/export/csv.h"
#include "core/export/export.h"
#include "tests/core/export/export_test.h"

using namespace presslab;

namespace {

using Rows = std::vector<std::vector<std::string>>;

/// A reader of RFC 4180 of its own, written from the grammar.
Rows parsed(const std::string& csv) {
  Rows rows;
  std::vector<std::string> row;
  std::string cell;
  for (size_t i = 0; i < csv.size();) {
    if (csv[i] == '"') {
      for (++i; i < csv.size(); ++i) {
        if (csv[i] != '"')
          cell += csv[i];
        else if (i + 1 < csv.size() && csv[i + 1] == '"')
          cell += csv[i++];
        else
          break;
      }
      ++i;
    } else if (csv[i] == ',') {
      row.push_back(std::move(cell));
      cell.clear();
      ++i;
    } else if (csv.compare(i, 2, "\r\n") == 0) {
      row.push_back(std::move(cell));
      cell.clear();
      rows.push_back(std::move(row));
      row.clear();
      i += 2;
    } else {
      cell += csv[i++];
    }
  }
  return rows;
}

/// Rows as header -> cell; empty when a row has another number of cells than the header.
std::vector<std::map<std::string, std::string>> records(const std::string& csv) {
  const Rows rows = parsed(csv);
  std::vector<std::map<std::string, std::string>> out;
  for (size_t r = 1; r < rows.size(); ++r) {
    if (rows[r].size() != rows[0].size()) return {};
    auto& record = out.emplace_back();
    for (size_t i = 0; i < rows[0].size(); ++i) record[rows[0][i]] = rows[r][i];
  }
  return out;
}

std::string unguarded(const std::string& cell) { return cell.starts_with('\'') ? cell.substr(1) : cell; }

std::string oneCell(std::string_view text) {
  CsvWriter csv;
  csv.text(text);
  csv.endRow();
  return csv.take();
}

}  // namespace

class TestExportCsv : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void formulasAreGuarded_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("guarded");
    for (const char* risky :
         {"=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\t=1+1", "\rx", " =1", "\u00A0=1", "a\n=1", "a\r\n @b", "＝1", "＋1", "'quoted"}) {
      QTest::newRow(risky) << QString::fromUtf8(risky) << true;
    }
    for (const char* plain : {"", "duo(ratio=0.5)", "a-b", " a", "1", "x\ny", "压缩"}) QTest::newRow(plain) << QString::fromUtf8(plain) << false;
  }
  void formulasAreGuarded() {
    QFETCH(QString, text);
    QFETCH(bool, guarded);
    const std::string before = text.toStdString();
    const Rows rows = parsed(oneCell(before));
    QCOMPARE(rows.size(), size_t(1));
    QCOMPARE(rows[0].size(), size_t(1));
    QCOMPARE(rows[0][0], guarded ? "'" + before : before);
    QCOMPARE(unguarded(rows[0][0]), before);
  }

  void numbersStayNumbers() {
    CsvWriter csv;
    csv.number(-1.5);
    csv.number(0.1);
    csv.number(1e300);
    csv.number(NAN);
    csv.number(-std::numeric_limits<double>::infinity());
    csv.number(int64_t(-9007199254740993));
    csv.number(std::numeric_limits<uint64_t>::max());
    csv.endRow();
    QCOMPARE(csv.take(), std::string("-1.5,0.1,1e+300,,,-9007199254740993,18446744073709551615\r\n"));
  }

  void badBytesAndNulAreReplaced() {
    QCOMPARE(oneCell(std::string("a\0b\xFF", 4)), std::string("a\xE2\x90\x80"
                                                              "b\xEF\xBF\xBD\r\n"));
  }

  void summaryHoldsEveryMetricAndTheStamp() {
    const Comparison c = RandomRun(8).comparison(3, 1, 1);
    const auto rows = records(summaryCsv(c));
    QCOMPARE(rows.size(), size_t(3));
    for (size_t i = 0; i < rows.size(); ++i) {
      const MethodMetrics& m = c.methods[i];
      QCOMPARE(unguarded(rows[i].at("method")), m.method);
      QCOMPARE(unguarded(rows[i].at("run")), c.id);
      QCOMPARE(unguarded(rows[i].at("model_hash")), c.stamp.modelHash);
      QCOMPARE(unguarded(rows[i].at("command_line")), c.stamp.commandLine);
      QCOMPARE(rows[i].at("seed"), std::to_string(c.stamp.seed));
      QCOMPARE(rows[i].at("kv_bytes"), std::to_string(m.kvBytes));
      for (const MetricColumn& column : metricColumns()) QCOMPARE(std::strtod(rows[i].at(std::string(column.key)).c_str(), nullptr), column.get(m));
    }
  }

  void emptyCellsHaveAReason() {
    Comparison c;
    c.methods.resize(2);
    c.methods[0].method = "none";
    c.methods[0].failed = true;
    c.methods[0].error = "=no memory";
    c.methods[1] = RandomRun(2).comparison(1, 1, 1).methods[0];
    c.methods[1].failed = c.methods[1].cancelled = false;
    c.methods[1].error.clear();
    const auto rows = records(summaryCsv(c));
    QCOMPARE(rows[0].at("status"), std::string("failed"));
    QVERIFY(rows[0].at("reason").starts_with("'=no memory; not measured: "));
    for (const MetricColumn& column : metricColumns()) {
      const std::string key(column.key);
      QCOMPARE(rows[0].at(key).empty(), rows[0].at("reason").find(" " + key) != std::string::npos);
    }
    QCOMPARE(rows[1].at("status"), std::string("done"));
    QCOMPARE(rows[1].at("reason"), std::string());
  }

  void tokensAlignWithTheirSteps() {
    const Comparison c = RandomRun(6).comparison(2, 1, 1);
    const auto rows = records(tokensCsv(c));
    QCOMPARE(rows.size(), size_t(10));  // 2 methods x 5 new tokens
    for (size_t i = 0; i < rows.size(); ++i) {
      const MethodMetrics& m = c.methods[i / 5];
      const size_t step = i % 5;
      QCOMPARE(rows[i].at("step"), std::to_string(step));
      QCOMPARE(rows[i].at("id"), std::to_string(m.ids[step]));
      QCOMPARE(rows[i].at("kv_bytes"), std::to_string(m.kvBytesByToken[step]));
      // The first token has no decode step of its own and is not compared.
      QCOMPARE(rows[i].at("ms").empty(), step == 0);
      QCOMPARE(rows[i].at("kld").empty(), step == 0);
      if (step == 0) continue;
      QCOMPARE(std::strtod(rows[i].at("ms").c_str(), nullptr), m.decodeMs[step - 1]);
      QCOMPARE(std::strtod(rows[i].at("kld").c_str(), nullptr), m.quality.kldByPosition[step - 1]);
      QCOMPARE(rows[i].at("agree"), std::to_string(int(m.quality.agreeByPosition[step - 1])));
    }
  }

  void headsAreAllThere() {
    const Comparison c = RandomRun(6).comparison(1, 2, 3);
    const auto rows = records(headsCsv(c));
    QCOMPARE(rows.size(), size_t(6));
    QCOMPARE(rows[4].at("layer"), std::string("1"));
    QCOMPARE(rows[4].at("head"), std::string("1"));
    QCOMPARE(rows[4].at("kind"), std::string("routed"));
    QCOMPARE(rows[4].at("bytes"), std::to_string(c.methods[0].heads[4].bytes));
    QVERIFY(rows[0].at("attention_kept").empty());  // not measured there
    QVERIFY(!rows[1].at("attention_kept").empty());
  }

  void expertsByStepWithShareAndBalance() {
    Comparison c;
    MethodMetrics m;
    m.method = "eplb";
    m.experts = {{0, 0, "recency", 0.5, 1, 30, 2, 1, {20, 10}}, {0, 1, "keydiff", 0, 1, 10, 0, 0, {4, 6}}, {1, 0, "recency", 0, 1, 0, 0, 0, {}}};
    m.balance = {{0, 1.5, 0.5, 0.8, 0.25, 2, 0, 0}};
    c.methods.push_back(m);
    const auto rows = records(expertsCsv(c));
    QCOMPARE(rows.size(), size_t(5));
    QCOMPARE(rows[1].at("step"), std::string("1"));
    QCOMPARE(rows[1].at("position"), std::string("64"));
    QCOMPARE(rows[1].at("step_tokens"), std::string("10"));
    QCOMPARE(rows[1].at("share"), std::string("0.75"));
    QCOMPARE(rows[1].at("max_over_mean"), std::string("1.5"));
    QCOMPARE(rows[1].at("layer_dropped"), std::string("2"));
    QVERIFY(rows[4].at("share").empty() && rows[4].at("step").empty() && rows[4].at("gini").empty());
  }

  /// A locale with a decimal comma changes nothing.
  void localeChangesNothing() {
    const Comparison c = RandomRun(7).comparison(2, 1, 1);
    const std::string csv = summaryCsv(c), json = comparisonJson(c, true), table = summaryTable(c);
    QTemporaryDir dir;
    QProcess localedef;
    localedef.start("localedef", {"-f", "UTF-8", "-i", "de_DE", dir.filePath("de_DE.UTF-8")});
    const bool made = localedef.waitForFinished(60000) && QFile::exists(dir.filePath("de_DE.UTF-8"));
    if (made) qputenv("LOCPATH", dir.path().toUtf8());
    if (!std::setlocale(LC_ALL, "de_DE.UTF-8")) QSKIP("no locale with a decimal comma");
    QCOMPARE(std::string(std::localeconv()->decimal_point), std::string(","));
    const std::string csvThere = summaryCsv(c), jsonThere = comparisonJson(c, true), tableThere = summaryTable(c);
    const bool readsBack = comparisonFromJson(json) == c;
    std::setlocale(LC_ALL, "C");
    QVERIFY(csvThere == csv);
    QVERIFY(jsonThere == json);
    QVERIFY(tableThere == table);
    QVERIFY(readsBack);
  }
};

QTEST_GUILESS_MAIN(TestExportCsv)
#include "tst_export_csv.moc"
