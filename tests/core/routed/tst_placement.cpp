// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/api/error.h"
#include "core/routed/placement.h"

using namespace presslab;
using Loads = std::vector<std::vector<double>>;

class TestPlacement : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void golden() {
    std::ifstream in(PRESSLAB_TEST_DATA "/routed/eplb_placement.json");
    const auto cases = nlohmann::json::parse(in);
    QVERIFY(cases.size() >= 5);
    for (const auto& c : cases) {
      const Placement p = placeExperts(c["load"].get<Loads>(), c["num_replicas"], c["num_groups"], c["num_nodes"], c["num_gpus"]);
      QCOMPARE(p.physicalToLogical, c["physical_to_logical"].get<std::vector<std::vector<int>>>());
      QCOMPARE(p.replicaCount, c["replica_count"].get<std::vector<std::vector<int>>>());
      QCOMPARE(p.logicalToPhysical, c["logical_to_physical"].get<std::vector<std::vector<std::vector<int>>>>());
    }
  }

  void knownGpuLoads() {
    const Loads loads{{90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86}, {20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27}};
    const Placement p = placeExperts(loads, 16, 4, 2, 8);
    const Loads expected{{121.5, 86.5, 125, 113, 147.5, 131.5, 156, 152}, {173, 179.5, 120.5, 172, 123, 152, 118.5, 117.5}};
    QCOMPARE(p.gpuLoadAfter, expected);
    QVERIFY(p.hierarchical);
    QVERIFY(!placeExperts(loads, 16, 1, 2, 8).hierarchical);
  }

  void impossibleDivisions() {
    const Loads loads{{1, 2, 3, 4, 5, 6}};
    QVERIFY_THROWS_EXCEPTION(Failure, placeExperts(loads, 8, 4, 2, 4));  // experts by groups
    QVERIFY_THROWS_EXCEPTION(Failure, placeExperts(loads, 9, 2, 2, 4));  // replicas by gpus
    QVERIFY_THROWS_EXCEPTION(Failure, placeExperts(loads, 9, 2, 2, 3));  // gpus by nodes
    QVERIFY_THROWS_EXCEPTION(Failure, placeExperts(loads, 4, 2, 2, 4));  // fewer replicas than experts
    QVERIFY_THROWS_EXCEPTION(Failure, placeExperts(loads, 8, 0, 2, 4));
    QVERIFY_THROWS_EXCEPTION(Failure, placeExperts({{1, 2}, {1}}, 2, 1, 1, 1));
    QVERIFY_THROWS_EXCEPTION(Failure, placeExperts({{1, -2}}, 2, 1, 1, 1));
    QVERIFY_THROWS_EXCEPTION(Failure, placeExperts({}, 2, 1, 1, 1));
  }
};

QTEST_GUILESS_MAIN(TestPlacement)
#include "tst_placement.moc"
