// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/api/error.h"
#include "core/export/export.h"
#include "tests/core/export/export_test.h"

using namespace presslab;

namespace {

using Json = nlohmann::json;

/// The message of the Failure(BadInput) that reading gives; empty when it succeeds, "other" for anything else.
std::string refusal(const std::string& text) {
  try {
    comparisonFromJson(text);
  } catch (const Failure& e) {
    return e.code() == ErrorCode::BadInput ? e.what() : "other";
  }
  return {};
}

std::string smallJson() { return comparisonJson(RandomRun(3).comparison(2, 1, 2), true); }

std::string changed(const std::function<void(Json&)>& change) {
  Json j = Json::parse(smallJson());
  change(j);
  return j.dump();
}

}  // namespace

class TestExportJson : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyFieldComesBack() {
    for (unsigned seed = 1; seed <= 20; ++seed) {
      const Comparison before = RandomRun(seed).comparison(3, 2, 3);
      const Comparison after = comparisonFromJson(comparisonJson(before, true));
      QCOMPARE(after.methods.size(), before.methods.size());
      for (size_t i = 0; i < before.methods.size(); ++i) QCOMPARE(firstDifference(after.methods[i], before.methods[i]), -1);
      QCOMPARE(firstDifference(after.stamp, before.stamp), -1);
      QCOMPARE(firstDifference(after, before), -1);
    }
  }

  void anEmptyComparisonComesBack() {
    Comparison c;
    c.methods.emplace_back().method = "none";
    QVERIFY(comparisonFromJson(comparisonJson(c, true)) == c);
    QVERIFY(comparisonFromJson(comparisonJson(c, false)) == c);
  }

  void fieldNamesAreTheInterface() {
    const Json j = Json::parse(smallJson());
    const Json& m = j["methods"][0];
    for (const char* key :
         {"method", "calibration", "kv_bytes", "kv_bytes_full", "kv_bytes_peak", "mem_peak_bytes", "prefill_tok_s", "compress_ms", "ttft_ms",
          "decode_tok_s", "decode_ms", "time_s", "kld_mean", "kld_median", "kld_p99", "top1_agree", "attention_kept", "ids", "text"}) {
      QVERIFY2(m.contains(key), key);
    }
    for (const char* key : {"kv_bytes", "kv_bytes_full", "kv_bytes_peak", "mem_peak_bytes"}) QVERIFY2(m[key].is_number_integer(), key);
    for (const char* key : {"method", "vs", "memory_pct", "time_pct", "speed_pct", "kld_ratio"}) QVERIFY2(j["improvements"][0].contains(key), key);
    for (const char* key : {"id", "text", "band", "match", "measured", "verdict", "reason"}) QVERIFY2(j["claims"][0].contains(key), key);
    QCOMPARE(j["claims"][0]["band"].size(), size_t(2));
    QVERIFY(j["stamp"].is_object());
    QCOMPARE(j["schema_version"].get<int>(), Comparison::kSchemaVersion);
  }

  /// The metric table and the JSON tell the same: same keys, same values, null where the table says "not measured".
  void metricColumnsAreFields() {
    Comparison c = RandomRun(5).comparison(1, 1, 1);
    c.methods.emplace_back().method = "none";  // nothing measured
    const Json j = Json::parse(comparisonJson(c, false));
    for (const MetricColumn& column : metricColumns()) {
      const std::string key(column.key);
      for (size_t i = 0; i < 2; ++i) {
        const Json& m = j["methods"][i];
        QVERIFY2(m.contains(key), key.c_str());
        const double value = column.get(c.methods[i]);
        if (std::isnan(value)) {
          QVERIFY2(m[key].is_null() || m[key] == 0.0, key.c_str());
        } else {
          QVERIFY2(m[key].is_number(), key.c_str());
          QCOMPARE(m[key].get<double>(), value);
        }
      }
    }
  }

  void unmeasuredIsNullAndZeroDivergenceIsZero() {
    Comparison c;
    c.methods.resize(2);
    c.methods[0].method = c.methods[1].method = "none";
    c.methods[1].quality.measured = true;
    c.methods[1].quality.attentionKept = 1;
    c.methods[1].decodeMs = {1.5, std::numeric_limits<double>::infinity(), NAN};
    c.improvements.push_back({"duo", "none", NAN, 1, 2, 3, false});
    const Json j = Json::parse(comparisonJson(c, false));
    QVERIFY(j["methods"][0]["kld_mean"].is_null());
    QVERIFY(j["methods"][0]["attention_kept"].is_null());
    QVERIFY(j["methods"][0]["ttft_ms"].is_null());
    QVERIFY(j["methods"][1]["kld_mean"].is_number_float());
    QCOMPARE(j["methods"][1]["kld_mean"].get<double>(), 0.0);
    QCOMPARE(j["methods"][1]["attention_kept"].get<double>(), 1.0);
    QVERIFY(j["methods"][1]["decode_ms"][1].is_null());
    QVERIFY(j["methods"][1]["decode_ms"][2].is_null());
    QVERIFY(j["improvements"][0]["memory_pct"].is_null());
    QVERIFY(j["improvements"][0]["kld_ratio"].is_null());
    const Comparison back = comparisonFromJson(j.dump());
    QVERIFY(!back.methods[0].quality.measured && back.methods[1].quality.measured);
    QVERIFY(std::isnan(back.methods[1].decodeMs[2]));
    QVERIFY(!back.improvements[0].kldRatioValid);
  }

  void headsOnlyWhenAsked() {
    const Comparison c = RandomRun(4).comparison(1, 2, 2);
    const Json without = Json::parse(comparisonJson(c, false));
    for (const char* key : {"heads", "experts", "balance"}) QVERIFY2(!without["methods"][0].contains(key), key);
    QVERIFY(!without.contains("context_ids"));
    QCOMPARE(Json::parse(comparisonJson(c, true))["methods"][0]["heads"].size(), size_t(4));
  }

  void jsonIsUtf8WhateverThePieces() {
    const std::string text = smallJson();
    QVERIFY(Json::accept(text));
    QVERIFY(text.find("\xFF") == std::string::npos);
  }

  void futureSchemaIsRefused() {
    const std::string why = refusal(changed([](Json& j) { j["schema_version"] = 2; }));
    QVERIFY2(why.find("schema_version: 2 was written by a newer program; this one reads versions up to 1") != std::string::npos, why.c_str());
    QVERIFY(refusal(changed([](Json& j) { j["schema_version"] = std::numeric_limits<uint64_t>::max(); })).find("newer") != std::string::npos);
    for (const Json& bad : {Json(0), Json(-3), Json("1"), Json(1.5), Json(nullptr)}) {
      QVERIFY(refusal(changed([&](Json& j) { j["schema_version"] = bad; })).starts_with("schema_version:"));
    }
    QVERIFY(refusal("{}").find("schema_version: is missing") == 0);
  }

  void unknownFieldsAreIgnored() {
    QCOMPARE(refusal(changed([](Json& j) {
               j["new_thing"] = {{"a", 1}};
               j["methods"][0]["another"] = Json::array({1, 2});
             })),
             std::string());
  }

  void faultsAreNamed_data() {
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("names");
    const auto row = [](const char* pointer, const char* value, const char* names) { QTest::newRow(pointer) << pointer << value << names; };
    row("/methods", "null", "methods: is a null, expected an array");
    row("/methods/1", "7", "methods[1].: is a number, expected an object");
    row("/methods/1/kv_bytes", "\"9\"", "methods[1].kv_bytes: is a string, expected an integer");
    row("/methods/1/kv_bytes_full", "1.5", "methods[1].kv_bytes_full: is a fraction, expected an integer");
    row("/methods/0/kv_bytes_peak", "-1", "methods[0].kv_bytes or a figure like it: -1 is negative");
    row("/methods/0/ids/2", "3000000000", "methods[0].ids: 3000000000 is outside the range");
    row("/methods/0/agree_by_position/0", "-1", "methods[0].agree_by_position: -1 is outside");
    row("/methods/0/failed", "1", "methods[0].failed: is a number, expected true or false");
    row("/methods/0/text", "[]", "methods[0].text: is an array, expected a text");
    row("/methods/0/decode_ms/0", "\"x\"", "methods[0].decode_ms: is a string, expected a number");
    row("/methods/0/heads/1/layer", "1000000", "methods[0].heads[1].layer: 1000000 is outside 0 to 1023");
    row("/methods/0/heads/1/head", "-1", "methods[0].heads[1].head: -1 is outside");
    row("/methods/0/heads/0/kind", "\"other\"", "methods[0].heads[0].kind: is a string, expected one of full");
    row("/methods/0/heads/0/kept", "65", "methods[0].heads[0].kept: 65 is outside 0 to 64");
    row("/methods/0/heads/0/positions", "[3,3]", "methods[0].heads[0].positions: 3 after 3 does not ascend");
    row("/methods/0/experts/0/expert", "99999", "methods[0].experts[0].expert: 99999 is outside");
    row("/methods/0/experts/0/load", "[-4]", "methods[0].experts[0].load: -4 is negative");
    row("/methods/0/memory/0/layer", "-2", "methods[0].memory[0].layer: -2 is outside");
    row("/methods/0/eos_at", "5", "methods[0].eos_at: 5 is outside -1 to 4");
    row("/methods/0/piece_bytes", "[[99,\"00\"]]", "methods[0].piece_bytes: holds what is not");
    row("/methods/0/piece_bytes/0/1", "\"0g\"", "methods[0].piece_bytes: holds what is not");
    row("/claims/0/band", "[1]", "claims[0].band: is an array, expected an array of two numbers");
    row("/stamp", "[]", "stamp.: is an array, expected an object");
    row("/stamp/seed", "-1", "stamp.seed: -1 is outside the range");
    row("/match", "\"luck\"", "match: 'luck' is none of ratio, bytes, quality");
  }
  void faultsAreNamed() {
    QFETCH(QString, pointer);
    QFETCH(QString, value);
    QFETCH(QString, names);
    const std::string why = refusal(changed([&](Json& j) { j[Json::json_pointer(pointer.toStdString())] = Json::parse(value.toStdString()); }));
    QVERIFY2(why.find(names.toStdString()) != std::string::npos, why.c_str());
  }

  void missingFieldsAreNamed() {
    QVERIFY(refusal(changed([](Json& j) { j.erase("methods"); })).starts_with("methods: is missing"));
    QVERIFY(refusal(changed([](Json& j) { j["methods"][1].erase("method"); })).starts_with("methods[1].method: is missing"));
    QVERIFY(refusal(changed([](Json& j) { j["claims"][0].erase("id"); })).starts_with("claims[0].id: is missing"));
  }

  void hostileTexts_data() {
    QTest::addColumn<QByteArray>("text");
    const auto repeated = [](const char* s, int n) { return QByteArray(s).repeated(n); };
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("white space") << QByteArray(" \n");
    QTest::newRow("arrays 10,000 deep") << repeated("[", 10000);
    QTest::newRow("arrays 10,000 deep, closed") << repeated("[", 10000) + repeated("]", 10000);
    QTest::newRow("objects 10,000 deep") << repeated("{\"a\":", 10000);
    QTest::newRow("array of two million arrays") << "[" + repeated("[],", 2000000) + "0]";
    QTest::newRow("huge number") << QByteArray("{\"schema_version\":1e999}");
    QTest::newRow("long number") << "{\"schema_version\":" + repeated("9", 100000) + "}";
    QTest::newRow("not UTF-8") << QByteArray("{\"schema_version\":1,\"id\":\"\xFF\"}");
    QTest::newRow("NUL") << QByteArray("\0", 1);
    QTest::newRow("bare word") << QByteArray("null");
    QTest::newRow("open text") << QByteArray("{\"schema_version\":1,\"id\":\"abc\\");
    QTest::newRow("2,000 methods") << "{\"schema_version\":1,\"methods\":[" + repeated("{\"method\":\"\"},", 1999) + "{\"method\":\"\"}]}";
  }
  void hostileTexts() {
    QFETCH(QByteArray, text);
    const std::string why = refusal(text.toStdString());
    QVERIFY(!why.empty());
    QVERIFY(why != "other");
    QVERIFY2(why.size() < 400, why.c_str());
  }

  /// A cut file is refused wherever the cut is; only the last byte, the closing brace, makes it whole.
  void everyTruncationIsRefused() {
    const std::string text = comparisonJson(RandomRun(9).comparison(1, 1, 1), true);
    for (size_t n = 0; n < text.size(); ++n) {
      const std::string why = refusal(text.substr(0, n));
      QVERIFY2(!why.empty() && why != "other", std::to_string(n).c_str());
    }
    QCOMPARE(refusal(text), std::string());
  }

  /// A damaged byte gives a refusal or a value, never anything else.
  void everyFlippedByteIsAnswered() {
    const std::string text = comparisonJson(RandomRun(9).comparison(1, 1, 1), true);
    int refused = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      for (const unsigned char mask : {0x01, 0x80}) {
        std::string damaged = text;
        damaged[i] = char(uint8_t(damaged[i]) ^ mask);
        const std::string why = refusal(damaged);
        QVERIFY(why != "other");
        refused += !why.empty();
      }
    }
    QVERIFY(refused > 0);
  }
};

QTEST_APPLESS_MAIN(TestExportJson)
#include "tst_export_json.moc"
