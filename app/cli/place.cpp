// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// place: replicas of experts on GPUs.
#include <memory>

#include "app/cli/command.h"
#include "app/cli/input.h"
#include "app/cli/numbers.h"
#include "app/cli/output.h"
#include "core/api/placement.h"

namespace presslab::cli {
namespace {

constexpr int kMost = 1 << 16;

struct PlaceOptions {
  std::string loads;
  int replicas = 0, groups = 1, nodes = 1, gpus = 1;
  Format format = Format::Json;
};

std::vector<std::vector<double>> readLoads(const std::string& path, const std::stop_token& stop) {
  return parseLoads(readInput(path, kJsonLimit, stop), shownPath(path));
}

int place(const PlaceOptions& o, const Context& context) {
  const Placement p = placeExperts(readLoads(o.loads, context.stop), o.replicas, o.groups, o.nodes, o.gpus);
  const Json whole{{"physical_to_logical", p.physicalToLogical},
                   {"logical_to_physical", p.logicalToPhysical},
                   {"replica_count", p.replicaCount},
                   {"gpu_load_before", p.gpuLoadBefore},
                   {"gpu_load_after", p.gpuLoadAfter},
                   {"policy", p.hierarchical ? "hierarchical" : "global"}};
  std::vector<Json> rows;
  for (size_t l = 0; l < p.physicalToLogical.size(); ++l) {
    for (size_t g = 0; g < p.gpuLoadAfter[l].size(); ++g) {
      const size_t perGpu = p.physicalToLogical[l].size() / p.gpuLoadAfter[l].size();
      const auto first = p.physicalToLogical[l].begin() + std::ptrdiff_t(g * perGpu);
      rows.push_back({{"layer", l},
                      {"gpu", g},
                      {"load_before", p.gpuLoadBefore[l][g]},
                      {"load_after", p.gpuLoadAfter[l][g]},
                      {"experts", jsonLine(std::vector<int>(first, first + std::ptrdiff_t(perGpu)))}});
    }
  }
  printRows(o.format, "placement", rows, &whole);
  return 0;
}

}  // namespace

void addPlace(Commands& commands) {
  CLI::App& app = commands.add("place", "Places replicas of experts on GPUs by their load (EPLB)");
  const auto o = std::make_shared<PlaceOptions>();
  app.add_option("--loads", o->loads, "JSON matrix of loads, layers x experts (\"-\": standard input)")->type_name("F")->required();
  addInteger(app, "--replicas", o->replicas, 1, kMost, "Physical experts in all")->required();
  addInteger(app, "--groups", o->groups, 1, kMost, "Groups of experts");
  addInteger(app, "--nodes", o->nodes, 1, kMost, "Server nodes");
  addInteger(app, "--gpus", o->gpus, 1, kMost, "GPUs in all");
  addFormat(app, o->format);
  commands.onRun(app, [o](const Context& c) { return place(*o, c); });
}

}  // namespace presslab::cli
