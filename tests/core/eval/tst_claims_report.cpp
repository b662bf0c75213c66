// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// The claims report on the tiny model: told while it grows, stopped, continued and read again.
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <cmath>

#include "core/api/claims_report.h"
#include "core/api/lab.h"
#include "core/compare/compare_test.h"

using namespace presslab;
using namespace presslab::test;

namespace {

void same(const ClaimRow& a, const ClaimRow& b) {
  QCOMPARE(a.id, b.id);
  QCOMPARE(a.section, b.section);
  QCOMPARE(a.text, b.text);
  QCOMPARE(a.match, b.match);
  QCOMPARE(a.unit, b.unit);
  QCOMPARE(a.length, b.length);
  QCOMPARE(a.verdict, b.verdict);
  QCOMPARE(a.reason, b.reason);
  const std::pair<double, double> figures[] = {{a.lo, b.lo},     {a.hi, b.hi}, {a.measured, b.measured},
                                               {a.from, b.from}, {a.to, b.to}, {a.bound, b.bound}};
  for (const auto& [x, y] : figures) QVERIFY2((std::isnan(x) && std::isnan(y)) || x == y, a.id.c_str());  // to the last bit
}

}  // namespace

class TestClaimsReport : public QObject {
  Q_OBJECT
  QTemporaryDir m_dir;
  Lab m_lab;
  ClaimsSpec m_spec;
  std::string dir(const char* name) { return m_dir.filePath(QLatin1String(name)).toStdString(); }

 private Q_SLOTS:
  void initTestCase() {
    ownFolders(m_dir);
    m_spec.model = tinySpec();
    m_spec.lengths = {150, 200};
    m_spec.tipLength = 200;
    m_spec.newTokens = 6;
    m_spec.repeat = 2;
    m_spec.noCalibrate = true;
    m_spec.commandLine = "presslab-cli claims";
  }

  void growsAndIsKept() {
    ClaimsSpec s = m_spec;
    s.outDir = dir("whole");
    std::vector<size_t> sizes;
    double last = 0;
    const ClaimsReport r = reportClaims(m_lab, s,
                                        [&](const ClaimsProgress& p) {
                                          QVERIFY(p.share >= last - 1e-9 && p.share <= 1 + 1e-9);
                                          last = p.share;
                                          if (!p.report) return;
                                          sizes.push_back(p.report->rows.size());
                                          const ClaimsReport kept = readClaims(s.outDir);  // on disk when it is told
                                          QCOMPARE(kept.rows.size(), p.report->rows.size());
                                          QCOMPARE(kept.done.size(), p.report->done.size());
                                        },
                                        {});
    QVERIFY2(r.exitCode == 0, r.error.c_str());
    QVERIFY(r.complete && !r.cancelled && last == 1);
    QVERIFY(sizes.size() >= 5 && std::is_sorted(sizes.begin(), sizes.end()));  // two lengths of two or three comparisons, then the tips
    QCOMPARE(sizes.back(), r.rows.size());
    QCOMPARE(r.done.size(), size_t(7));
    const ClaimsReport back = readClaims(s.outDir + "/claims.json");
    QVERIFY(back.complete);
    QCOMPARE(back.rows.size(), r.rows.size());
    for (size_t i = 0; i < r.rows.size(); ++i) same(back.rows[i], r.rows[i]);
    QCOMPARE(back.stamp.modelHash, r.stamp.modelHash);
    QCOMPARE(back.spec.lengths, s.lengths);
    QCOMPARE(back.spec.repeat, 2);
    QCOMPARE(claimsMarkdown(back), claimsMarkdown(r));
  }

  void stoppedAndContinued() {
    ClaimsSpec s = m_spec;
    s.outDir = dir("stopped");
    std::stop_source stop;
    const ClaimsReport first = reportClaims(
        m_lab, s,
        [&](const ClaimsProgress& p) {
          if (p.report) stop.request_stop();
        },
        stop.get_token());
    QVERIFY(first.cancelled && !first.complete && !first.rows.empty());
    QCOMPARE(first.exitCode, int(ErrorCode::Cancelled));
    QVERIFY(claimsMarkdown(first).find("not finished") != std::string::npos);
    ClaimsSpec again;
    again.model = m_spec.model;
    again.outDir = s.outDir;
    again.resume = true;
    const ClaimsReport whole = reportClaims(m_lab, again, {}, {});
    QVERIFY2(whole.exitCode == 0, whole.error.c_str());
    QVERIFY(whole.complete);
    QCOMPARE(size_t(whole.resumed), first.done.size());
    QCOMPARE(whole.spec.lengths, m_spec.lengths);  // the folder's settings, not the defaults
    QCOMPARE(whole.done.size(), size_t(7));
    for (size_t i = 0; i < first.rows.size(); ++i) same(whole.rows[i], first.rows[i]);  // not measured again
    for (size_t i = 0; i < whole.done.size(); ++i) QCOMPARE(std::count(whole.done.begin(), whole.done.end(), whole.done[i]), 1);
    const ClaimsReport nothingLeft = reportClaims(m_lab, again, {}, {});
    QVERIFY(nothingLeft.complete);
    for (size_t i = 0; i < whole.rows.size(); ++i) same(nothingLeft.rows[i], whole.rows[i]);
  }

  void oneMatchAlone() {
    ClaimsSpec s = m_spec;
    s.lengths = {150};
    s.tipLength = 0;
    s.matches = {Match::Quality};
    const ClaimsReport r = reportClaims(m_lab, s, {}, {});
    QVERIFY2(r.exitCode == 0, r.error.c_str());
    QVERIFY(!r.rows.empty());
    for (const ClaimRow& row : r.rows) QCOMPARE(row.match, std::string("quality"));
    s.matches.clear();
    QCOMPARE(reportClaims(m_lab, s, {}, {}).exitCode, int(ErrorCode::BadInput));
  }

  void figuresHaveTheDecimalsOfTheirUnit() {
    ClaimRow row;
    row.section = "table";
    row.unit = "x";
    row.lo = 1.2;
    row.hi = 1.5;
    row.measured = 1.283;
    row.from = 1;
    row.to = 1.611;
    row.bound = NAN;
    ClaimFigures f = claimFigures(row);
    QCOMPARE(f.said, std::string("1.20 - 1.50"));
    QCOMPARE(f.measured, std::string("1.28"));
    QCOMPARE(f.interval, std::string("1.00 - 1.61"));
    QCOMPARE(f.bound, std::string());
    row.section = "tips";
    row.unit = "tok/s";
    row.hi = INFINITY;
    row.measured = row.from = row.to = NAN;
    f = claimFigures(row);
    QCOMPARE(f.said, std::string("> 1.2"));
    QVERIFY(f.measured.empty() && f.interval.empty());
  }

  void refusals_data() {
    QTest::addColumn<QString>("field");
    QTest::addColumn<QJsonValue>("value");
    QTest::addColumn<QString>("said");
    QTest::newRow("schema") << "schema" << QJsonValue(9) << "schema 9";
    QTest::newRow("no rows") << "rows" << QJsonValue(QJsonValue::Undefined) << "rows";
    QTest::newRow("match") << "settings/matches" << QJsonValue(QJsonArray{"speed"}) << "\"speed\" is no match";
    QTest::newRow("type") << "settings/lengths" << QJsonValue("many") << "array";
    QTest::newRow("verdict") << "rows/0/verdict" << QJsonValue("perhaps") << "rows[0].verdict: \"perhaps\"";
    QTest::newRow("row") << "rows/0/band" << QJsonValue(QJsonArray{1}) << "rows[0]";
  }
  void refusals() {
    QFETCH(QString, field);
    QFETCH(QJsonValue, value);
    QFETCH(QString, said);
    QFile in(QString::fromStdString(dir("whole/claims.json")));
    QVERIFY(in.open(QIODevice::ReadOnly));
    QJsonObject json = QJsonDocument::fromJson(in.readAll()).object();
    const QStringList path = field.split(QLatin1Char('/'));
    if (path.size() == 1) {
      if (value.isUndefined())
        json.remove(field);
      else
        json[field] = value;
    } else if (path[0] == QLatin1String("settings")) {
      QJsonObject settings = json["settings"].toObject();
      settings[path[1]] = value;
      json["settings"] = settings;
    } else {
      QJsonArray rows = json["rows"].toArray();
      QJsonObject row = rows[0].toObject();
      row[path[2]] = value;
      rows[0] = row;
      json["rows"] = rows;
    }
    QFile out(m_dir.filePath("bad.json"));
    QVERIFY(out.open(QIODevice::WriteOnly));
    out.write(QJsonDocument(json).toJson());
    out.close();
    const Refusal r = refusal([&] { readClaims(dir("bad.json")); });
    QCOMPARE(r.code, int(ErrorCode::BadInput));
    QVERIFY2(r.names("bad.json") && r.names(said.toUtf8()), r.text.c_str());
  }

  void anotherModelAndNoFolder() {
    QCOMPARE(refusal([&] { readClaims(dir("nowhere")); }).code, int(ErrorCode::Io));
    QFile in(QString::fromStdString(dir("stopped/claims.json")));
    QVERIFY(in.open(QIODevice::ReadOnly));
    QByteArray text = in.readAll();
    in.close();
    const QByteArray hash = QJsonDocument::fromJson(text).object()["stamp"].toObject()["model_hash"].toString().toUtf8();
    QVERIFY(!hash.isEmpty());
    QVERIFY(in.open(QIODevice::WriteOnly));
    in.write(text.replace(hash, "0123456789abcdef"));
    in.close();
    ClaimsSpec s;
    s.model = m_spec.model;
    s.outDir = dir("stopped");
    s.resume = true;
    const ClaimsReport r = reportClaims(m_lab, s, {}, {});
    QCOMPARE(r.exitCode, int(ErrorCode::BadInput));
    QVERIFY2(r.error.find("another model") != std::string::npos, r.error.c_str());
    s.outDir.clear();
    QCOMPARE(reportClaims(m_lab, s, {}, {}).exitCode, int(ErrorCode::BadInput));
  }
};

QTEST_GUILESS_MAIN(TestClaimsReport)
#include "tst_claims_report.moc"
