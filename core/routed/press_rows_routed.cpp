// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/routed/routed_press.h"

namespace presslab {
namespace {

constexpr std::string_view kDefinition = "PressLab routed press", kDuoPaper = "arXiv 2410.10819", kPikv = "PiKVpress";

constexpr ParamSpec kRatio{"ratio",
                           "Ratio removed",
                           ParamType::Float,
                           "share",
                           0,
                           1,
                           "0.5",
                           "Share of all head-tokens that is removed; met exactly over the whole cache",
                           kDefinition,
                           "",
                           "compression_ratio",
                           true};
constexpr ParamSpec kSink{
    "sink", "First tokens", ParamType::Int, "tok", 0, 1048576, "16", "Tokens at the start that a streaming head keeps", kDuoPaper,
    "",     "sink_size",    false};
constexpr ParamSpec kRecent{
    "recent", "Recent tokens", ParamType::Int, "tok", 1, 1048576, "112", "Latest tokens that a streaming head keeps", kDuoPaper,
    "",       "recent_size",   false};
constexpr ParamSpec kWindow{"window",
                            "Window",
                            ParamType::Choice,
                            "",
                            0,
                            0,
                            "fixed",
                            "auto takes the largest of 128+512, 64+256, 16+112, 4+64 that suits length and ratio",
                            kDefinition,
                            "fixed|auto",
                            "",
                            false};
constexpr ParamSpec kOrder{
    "order",
    "Head order",
    ParamType::Text,
    "",
    0,
    0,
    "stream_err",
    "Which heads stream first: stream_err (measured output error), loo (divergence with the head alone streaming), gates (DuoAttention's trained "
    "gates), on_the_fly (kvpress's quick score), random, tsv:FILE (a published DuoAttention pattern)",
    kDefinition,
    "",
    "",
    false};
constexpr ParamSpec kCalibration{"calibration",
                                 "Calibration",
                                 ParamType::Text,
                                 "",
                                 0,
                                 0,
                                 "",
                                 "Calibration file; none: equal quotas and gates; empty: the model's own",
                                 kDefinition,
                                 "",
                                 "",
                                 false};
constexpr ParamSpec kSeed{"seed", "Seed", ParamType::Int, "", 0, 2147483647, "0", "Seed of random orders and untrained weights", kDefinition,
                          "",     "",     false};

constexpr ParamSpec kExpertCount{
    "num_experts", "Experts", ParamType::Int,  "",   1, 64, "4", "Number of eviction policies, the first so many of the list",
    kDefinition,   "",        "experts_count", false};
constexpr ParamSpec kTopK{"top_k",
                          "Experts per token",
                          ParamType::Int,
                          "",
                          1,
                          64,
                          "2",
                          "Experts that score a token in the routed half; min(2, experts) when not given",
                          kDefinition,
                          "",
                          "",
                          false};
constexpr ParamSpec kCapacity{"capacity_factor",
                              "Capacity factor",
                              ParamType::Float,
                              "",
                              0.01,
                              64,
                              "1.25",
                              "An expert takes at most ceil(factor * T * top_k / E) tokens",
                              kDefinition,
                              "",
                              "",
                              false};
constexpr ParamSpec kRouter{"router",
                            "Router",
                            ParamType::Choice,
                            "",
                            0,
                            0,
                            "eplb",
                            "How tokens are routed to experts: eplb has calibrated gates; the others are PiKVpress's, seeded or from router_file",
                            kPikv,
                            "eplb|base|topk_balanced|adaptive|pikv|hierarchical",
                            "router_type",
                            false};
constexpr ParamSpec kBalance{"balance",
                             "Balance",
                             ParamType::Choice,
                             "",
                             0,
                             0,
                             "integral",
                             "Load balance: off, upstream's proportional weights, or the calibrated integral bias",
                             kDefinition,
                             "off|upstream|integral",
                             "",
                             false};
constexpr ParamSpec kDispatch{"dispatch",
                              "Dispatch",
                              ParamType::Choice,
                              "",
                              0,
                              0,
                              "token",
                              "token: every token has its experts; layer: the dominant expert's zone cuts the whole layer (for comparison)",
                              kDefinition,
                              "token|layer",
                              "",
                              false};
constexpr ParamSpec kShared{"shared",
                            "Shared share",
                            ParamType::Float,
                            "share",
                            0,
                            1,
                            "0.5",
                            "Weight of the equal mix of all experts; 0 is pure routing, 1 the equal mix",
                            kDefinition,
                            "",
                            "",
                            false};
constexpr ParamSpec kQuotas{"quotas",
                            "Head quotas",
                            ParamType::Choice,
                            "",
                            0,
                            0,
                            "curve",
                            "curve: from measured error curves; equal: the same for all heads",
                            "LUKV 2602.08585, FastGen 2310.01801, AdaKV 2407.11550",
                            "curve|equal",
                            "",
                            false};
constexpr ParamSpec kExperts{"experts",
                             "Expert list",
                             ParamType::Text,
                             "",
                             0,
                             0,
                             "",
                             "Names joined by | or /: recency, keydiff, window, expected, importance, observed, tova, lagkv, window128, ...",
                             kDefinition,
                             "",
                             "",
                             false};

constexpr ParamSpec kRouterFile{"router_file",
                                "Router weights",
                                ParamType::Text,
                                "",
                                0,
                                0,
                                "",
                                "Safetensors file with the router's parameters; empty: seeded. Refused with router=eplb, whose gates are calibrated",
                                kPikv,
                                "",
                                "",
                                false};
constexpr ParamSpec kTemperature{"temperature",
                                 "Temperature",
                                 ParamType::Float,
                                 "",
                                 0.01,
                                 100,
                                 "1",
                                 "router=eplb with balance=upstream: divides the logits; without effect otherwise",
                                 kPikv,
                                 "",
                                 "",
                                 false};
constexpr ParamSpec kBalanceCoefficient{
    "balance_coefficient",
    "Balance coefficient",
    ParamType::Float,
    "",
    0,
    100,
    "0.1",
    "Weight of the balance loss, which is shown; .01 with topk_balanced when not given. Moves no token: without effect on what is kept",
    kPikv,
    "",
    "",
    false};
constexpr ParamSpec kBalanceMode{"balance_mode",
                                 "Balance mode",
                                 ParamType::Choice,
                                 "",
                                 0,
                                 0,
                                 "entropy",
                                 "Balance loss of router=topk_balanced, which is shown. Moves no token: without effect on what is kept",
                                 kPikv,
                                 "entropy|variance|gini",
                                 "",
                                 false};
constexpr ParamSpec kImportance{"importance_threshold",
                                "Importance threshold",
                                ParamType::Float,
                                "",
                                0,
                                1,
                                "0.5",
                                "router=adaptive: tokens above it weigh twice; without effect under other routers",
                                kPikv,
                                "",
                                "",
                                false};
constexpr ParamSpec kGroups{
    "num_groups", "Groups", ParamType::Int, "", 1, 64, "2", "router=hierarchical: groups of experts; without effect under other routers", kPikv,
    "",           "",       false};
constexpr ParamSpec kGroupTopK{"group_top_k",
                               "Groups per token",
                               ParamType::Int,
                               "",
                               1,
                               64,
                               "1",
                               "router=hierarchical: groups a token may use; without effect under other routers",
                               kPikv,
                               "",
                               "",
                               false};
constexpr ParamSpec kCacheAware{"cache_aware",
                                "Cache aware",
                                ParamType::Bool,
                                "",
                                0,
                                1,
                                "false",
                                "router=pikv: logits follow what the experts kept in the layers before; without effect under other routers",
                                kPikv,
                                "",
                                "",
                                false};

// The family shares its arguments: a spec may be written once and used for all three presses.
constexpr std::string_view kNoStreaming = "Shared with the family; without effect under eplb, which has no streaming heads";
constexpr ParamSpec kIdleSink{"sink", "First tokens", ParamType::Int, "tok", 0, 1048576, "16", kNoStreaming, kDefinition, "", "sink_size", false};
constexpr ParamSpec kIdleRecent{"recent", "Recent tokens", ParamType::Int, "tok", 1, 1048576, "112", kNoStreaming, kDefinition,
                                "",       "recent_size",   false};
constexpr ParamSpec kIdleWindow{"window", "Window", ParamType::Choice, "", 0, 0, "fixed", kNoStreaming, kDefinition, "fixed|auto", "", false};

constexpr ParamSpec kHeadRatio{"head_ratio",
                               "Streaming heads",
                               ParamType::Float,
                               "share",
                               0,
                               1,
                               "0",
                               "Share of heads that stream, as in the paper; instead of ratio",
                               kDuoPaper,
                               "",
                               "head_compression_ratio",
                               false};
constexpr ParamSpec kSplit{
    "split", "Split", ParamType::Float, "share", 0, 1, "0.7", "Share of the freed bytes that the router frees; Duo the rest", kDefinition, "",
    "",      false};
constexpr ParamSpec kEplbRatio{
    "eplb_ratio", "Ratio of the router", ParamType::Float, "share", 0, 1, "0", "With duo_ratio (or ratio): sets ratio and split", kDefinition, "", "",
    true};
constexpr ParamSpec kDuoRatio{
    "duo_ratio", "Ratio of Duo", ParamType::Float, "share", 0, 1, "0", "With eplb_ratio (or ratio): sets ratio and split", kDefinition, "", "", true};

constexpr ParamSpec kDuoParams[]{kRatio, kHeadRatio, kSink, kRecent, kWindow, kOrder, kCalibration, kSeed};
constexpr ParamSpec kEplbParams[]{kRatio,       kExpertCount, kTopK,    kCapacity,    kRouter,     kBalance,     kDispatch,
                                  kShared,      kQuotas,      kExperts, kCalibration, kSeed,       kTemperature, kBalanceCoefficient,
                                  kBalanceMode, kImportance,  kGroups,  kGroupTopK,   kCacheAware, kRouterFile,  kIdleSink,
                                  kIdleRecent,  kIdleWindow};
constexpr ParamSpec kEplbDuoParams[]{kRatio,       kSplit,       kExpertCount, kTopK,      kCapacity,   kRouter,      kBalance,
                                     kDispatch,    kShared,      kQuotas,      kExperts,   kSink,       kRecent,      kWindow,
                                     kOrder,       kCalibration, kSeed,        kEplbRatio, kDuoRatio,   kTemperature, kBalanceCoefficient,
                                     kBalanceMode, kImportance,  kGroups,      kGroupTopK, kCacheAware, kRouterFile};

PressPtr makeDuo(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<DuoPress>(args); }
PressPtr makeEplb(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<RoutedPress>("eplb", args); }
PressPtr makeEplbDuo(const PressArgs& args, std::vector<PressPtr>) { return std::make_unique<RoutedPress>("eplb_duo", args); }

}  // namespace

const PressRow kDuoRow{{"duo", "Duo Attention", "Retrieval heads keep everything, streaming heads keep the first and the latest tokens", kDuoPaper,
                        kDuoParams, true, false},
                       makeDuo};
const PressRow kEplbRow{
    {"eplb", "EPLB Routing", "Tokens are routed to eviction policies under balanced load; budgets by head", kDefinition, kEplbParams, true, false},
    makeEplb};
const PressRow kEplbDuoRow{{"eplb_duo", "EPLB Routing + Duo Attention", "The router frees one part of the bytes, streaming heads the rest",
                            kDefinition, kEplbDuoParams, true, false},
                           makeEplbDuo};

}  // namespace presslab
