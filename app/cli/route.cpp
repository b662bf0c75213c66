// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// route: a stored router on stored hidden states.
#include <memory>

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "core/api/error.h"
#include "core/routers/expert_router.h"
#include "core/routers/router_file.h"

namespace presslab::cli {
namespace {

struct RouteOptions {
  std::string router;
  Format format = Format::Json;
};

template <class T>
Json matrix(const std::vector<T>& values, int columns) {
  Json rows = Json::array();
  for (size_t at = 0; at < values.size(); at += size_t(columns)) {
    rows.push_back(std::vector<T>(values.begin() + std::ptrdiff_t(at), values.begin() + std::ptrdiff_t(at) + columns));
  }
  return rows;
}

Json stepJson(const RouterStep& s) {
  Json out{{"probs", matrix(s.probs, s.experts)},
           {"dispatched", matrix(s.dispatched, s.experts)},
           {"combine", matrix(s.combine, s.experts)},
           {"aux_loss", s.auxLoss},
           {"top_k", s.topK},
           {"capacity", s.capacity},
           {"requested", s.requested}};
  if (!s.expertWeights.empty()) out["expert_weights"] = s.expertWeights;
  if (!s.importance.empty()) out["importance"] = s.importance;
  return out;
}

void addRows(const RouterStep& s, size_t step, std::vector<Json>& rows) {
  for (int e = 0; e < s.experts; ++e) {
    int64_t taken = 0;
    double mean = 0;
    for (int64_t t = 0; t < s.tokens; ++t) {
      const auto cell = size_t(t * s.experts + e);
      taken += s.dispatched[cell];
      mean += double(s.probs[cell]) / double(s.tokens);
    }
    const auto asked = s.requested[size_t(e)];
    rows.push_back({{"step", step},
                    {"expert", e},
                    {"mean_prob", mean},
                    {"requested", asked},
                    {"dispatched", taken},
                    {"dropped", asked - taken},
                    {"capacity", s.capacity},
                    {"top_k", s.topK},
                    {"aux_loss", s.auxLoss},
                    {"expert_weight", s.expertWeights.empty() ? Json() : Json(s.expertWeights[size_t(e)])}});
  }
}

int route(const RouteOptions& o, const Context& context) {
  const RouterFile file = readRouterFile(o.router);
  kernels::Pool pool(0);
  const std::unique_ptr<ExpertRouter> router = makeExpertRouter(file.config, file.weights, pool);
  Json whole{{"steps", Json::array()}};
  std::vector<Json> rows;
  for (size_t n = 0; n < file.steps.size(); ++n) {
    if (context.stop.stop_requested()) throw Failure(ErrorCode::Cancelled, "cancelled");
    const RouterStep step = router->route(file.steps[n].hidden, file.steps[n].sequences, pool);
    whole["steps"].push_back(stepJson(step));
    addRows(step, n, rows);
  }
  printRows(o.format, "route", rows, &whole);
  return 0;
}

}  // namespace

void addRoute(Commands& commands) {
  CLI::App& app = commands.add("route", "Runs an expert router on stored hidden states");
  const auto o = std::make_shared<RouteOptions>();
  app.add_option("--router", o->router, "Safetensors file with settings, parameters and hidden states")->type_name("FILE")->required();
  addFormat(app, o->format);
  commands.onRun(app, [o](const Context& c) { return route(*o, c); });
}

}  // namespace presslab::cli
