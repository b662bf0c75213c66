// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/placement.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/api/error.h"

namespace presslab {
namespace {

using Floats = std::vector<float>;
using Ints = std::vector<int>;

/// Item -> pack and place inside the pack: heaviest first into the lightest pack that has room; every pack gets items/packs.
struct Packing {
  Ints pack, rank;
};

Packing packBalanced(const Floats& weight, int packs) {
  const int n = int(weight.size()), room = n / packs;
  Packing p{Ints(size_t(n), 0), Ints(size_t(n), 0)};
  Ints order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  if (room == 1) {  // nothing to balance: items stay where they are
    p.pack = order;
    return p;
  }
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return weight[size_t(a)] > weight[size_t(b)]; });
  Floats sum(size_t(packs), 0.f);
  Ints count(size_t(packs), 0);
  for (const int item : order) {
    int best = -1;
    for (int i = 0; i < packs; ++i) {
      if (count[size_t(i)] < room && (best < 0 || sum[size_t(i)] < sum[size_t(best)])) best = i;
    }
    p.pack[size_t(item)] = best;
    p.rank[size_t(item)] = count[size_t(best)]++;
    sum[size_t(best)] += weight[size_t(item)];
  }
  return p;
}

/// Slot -> expert and which copy it is; each further slot goes to the expert with the largest load per copy.
struct Replicas {
  Ints expert, copy, count;
};

Replicas replicate(const Floats& weight, int slots) {
  const int n = int(weight.size());
  Replicas r{Ints(size_t(slots)), Ints(size_t(slots), 0), Ints(size_t(n), 1)};
  for (int i = 0; i < n; ++i) r.expert[size_t(i)] = i;
  for (int i = n; i < slots; ++i) {
    int best = 0;
    for (int e = 1; e < n; ++e) {
      if (weight[size_t(e)] / float(r.count[size_t(e)]) > weight[size_t(best)] / float(r.count[size_t(best)])) best = e;
    }
    r.expert[size_t(i)] = best;
    r.copy[size_t(i)] = r.count[size_t(best)]++;
  }
  return r;
}

struct LayerPlan {
  Ints slotExpert, slotCopy, count;
};

/// Groups to nodes, replicas inside a node, replicas to the GPUs of the node.
LayerPlan planLayer(const Floats& load, int replicas, int groups, int nodes, int gpus) {
  const int experts = int(load.size()), groupSize = experts / groups, groupsPerNode = groups / nodes;
  const int perNode = experts / nodes, slotsPerNode = replicas / nodes, gpusPerNode = gpus / nodes, perGpu = replicas / gpus;
  Floats groupLoad(size_t(groups), 0.f);
  for (int g = 0; g < groups; ++g) {
    for (int i = 0; i < groupSize; ++i) groupLoad[size_t(g)] += load[size_t(g * groupSize + i)];
  }
  const Packing groupAt = packBalanced(groupLoad, nodes);
  Ints order(static_cast<size_t>(experts));  // place inside the nodes -> expert
  for (int g = 0; g < groups; ++g) {
    const int first = (groupAt.pack[size_t(g)] * groupsPerNode + groupAt.rank[size_t(g)]) * groupSize;
    for (int i = 0; i < groupSize; ++i) order[size_t(first + i)] = g * groupSize + i;
  }
  LayerPlan plan{Ints(size_t(replicas)), Ints(size_t(replicas)), Ints(size_t(experts), 0)};
  for (int node = 0; node < nodes; ++node) {
    Floats local(static_cast<size_t>(perNode));
    for (int i = 0; i < perNode; ++i) local[size_t(i)] = load[size_t(order[size_t(node * perNode + i)])];
    const Replicas r = replicate(local, slotsPerNode);
    Floats slotLoad(static_cast<size_t>(slotsPerNode));
    for (int i = 0; i < slotsPerNode; ++i) {
      slotLoad[size_t(i)] = local[size_t(r.expert[size_t(i)])] / float(r.count[size_t(r.expert[size_t(i)])]);
    }
    const Packing at = packBalanced(slotLoad, gpusPerNode);
    for (int i = 0; i < slotsPerNode; ++i) {
      const auto slot = size_t(node * slotsPerNode + at.pack[size_t(i)] * perGpu + at.rank[size_t(i)]);
      plan.slotExpert[slot] = order[size_t(node * perNode + r.expert[size_t(i)])];
      plan.slotCopy[slot] = r.copy[size_t(i)];
    }
    for (int i = 0; i < perNode; ++i) plan.count[size_t(order[size_t(node * perNode + i)])] = r.count[size_t(i)];
  }
  return plan;
}

void checkArguments(const std::vector<std::vector<double>>& loads, int replicas, int groups, int nodes, int gpus) {
  if (loads.empty() || loads[0].empty()) badInput("place: no loads");
  const size_t experts = loads[0].size();
  for (size_t l = 0; l < loads.size(); ++l) {
    if (loads[l].size() != experts) {
      badInput("place: layer " + std::to_string(l) + " has " + std::to_string(loads[l].size()) + " loads, layer 0 has " + std::to_string(experts));
    }
    for (size_t e = 0; e < experts; ++e) {
      if (!std::isfinite(loads[l][e]) || loads[l][e] < 0) {
        badInput("place: load of layer " + std::to_string(l) + ", expert " + std::to_string(e) + " is not a number of at least 0");
      }
    }
  }
  constexpr int kMost = 1 << 16;
  for (const int v : {replicas, groups, nodes, gpus}) {
    if (v < 1 || v > kMost) badInput("place: replicas, groups, nodes and gpus must be 1.." + std::to_string(kMost) + ", got " + std::to_string(v));
  }
  if (experts > size_t(kMost)) badInput("place: " + std::to_string(experts) + " experts, at most " + std::to_string(kMost));
  if (size_t(replicas) < experts) {
    badInput("place: " + std::to_string(replicas) + " replicas for " + std::to_string(experts) + " experts; at least one each");
  }
  if (int(experts) % groups) badInput("place: " + std::to_string(experts) + " experts cannot be divided by " + std::to_string(groups) + " groups");
  if (gpus % nodes) badInput("place: " + std::to_string(gpus) + " gpus cannot be divided by " + std::to_string(nodes) + " nodes");
  if (replicas % gpus) badInput("place: " + std::to_string(replicas) + " replicas cannot be divided by " + std::to_string(gpus) + " gpus");
}

}  // namespace

Placement placeExperts(const std::vector<std::vector<double>>& loads, int replicas, int groups, int nodes, int gpus) {
  checkArguments(loads, replicas, groups, nodes, gpus);
  Placement p;
  p.hierarchical = groups % nodes == 0;
  const int usedGroups = p.hierarchical ? groups : 1, usedNodes = p.hierarchical ? nodes : 1;
  const int experts = int(loads[0].size()), perGpu = replicas / gpus;
  int most = 1;
  std::vector<LayerPlan> plans;
  for (const auto& row : loads) {
    plans.push_back(planLayer(Floats(row.begin(), row.end()), replicas, usedGroups, usedNodes, gpus));
    for (const int c : plans.back().count) most = std::max(most, c);
  }
  for (size_t l = 0; l < loads.size(); ++l) {
    const LayerPlan& plan = plans[l];
    std::vector<Ints> slots(size_t(experts), Ints(size_t(most), -1));
    std::vector<double> before(size_t(gpus), 0), after(size_t(gpus), 0);
    for (int s = 0; s < replicas; ++s) {
      const int e = plan.slotExpert[size_t(s)];
      slots[size_t(e)][size_t(plan.slotCopy[size_t(s)])] = s;
      after[size_t(s / perGpu)] += loads[l][size_t(e)] / plan.count[size_t(e)];
    }
    const int perGpuBefore = (experts + gpus - 1) / gpus;
    for (int e = 0; e < experts; ++e) before[size_t(e / perGpuBefore)] += loads[l][size_t(e)];
    p.physicalToLogical.push_back(plan.slotExpert);
    p.logicalToPhysical.push_back(std::move(slots));
    p.replicaCount.push_back(plan.count);
    p.gpuLoadBefore.push_back(std::move(before));
    p.gpuLoadAfter.push_back(std::move(after));
  }
  return p;
}

}  // namespace presslab
