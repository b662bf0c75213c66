// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// claims: the comparison guide's claims, judged on this machine under the three matches.
#include <algorithm>
#include <memory>

#include "app/cli/numbers.h"
#include "app/cli/options.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "core/api/claims_report.h"
#include "core/api/error.h"
#include "core/api/lab.h"

namespace presslab::cli {
namespace {

constexpr int kMostLength = 1 << 24, kMostRepeats = 1000;

struct ClaimsOptions {
  ModelOptions model;
  ClaimsSpec spec;
  std::string lengths, matches;
  Format format = Format::Md;
};

std::vector<Match> matchesOf(const std::string& list) {
  std::vector<Match> out;
  for (size_t from = 0; from <= list.size();) {
    const size_t comma = std::min(list.find(',', from), list.size());
    const std::string word = list.substr(from, comma - from);
    if (word != "ratio" && word != "bytes" && word != "quality") badInput("--match: \"" + word + "\" is none of ratio, bytes, quality");
    const Match match = word == "ratio" ? Match::Ratio : word == "bytes" ? Match::Bytes : Match::Quality;
    if (std::find(out.begin(), out.end(), match) == out.end()) out.push_back(match);
    from = comma + 1;
  }
  return out;
}

int claims(const ClaimsOptions& o, const Context& context) {
  ClaimsSpec spec = o.spec;
  spec.model = o.model.spec;
  spec.commandLine = context.commandLine;
  if (!o.lengths.empty()) {
    spec.lengths.clear();
    for (size_t from = 0; from <= o.lengths.size();) {
      const size_t comma = std::min(o.lengths.find(',', from), o.lengths.size());
      spec.lengths.push_back(int(parseInteger("--lengths", o.lengths.substr(from, comma - from), 16, kMostLength)));
      from = comma + 1;
    }
  }
  if (!o.matches.empty()) spec.matches = matchesOf(o.matches);
  if (spec.resume && spec.outDir.empty()) badInput("--resume needs the folder of the report (--out)");
  Lab lab;
  ClaimsReport report;
  {
    Progress progress(context);
    report = reportClaims(
        lab, spec,
        [&](const ClaimsProgress& p) {
          if (!p.what.empty()) progress.share(p.share, p.what);
        },
        context.stop);
  }
  if (!report.rows.empty()) {
    const Json whole = Json::parse(claimsJson(report));
    if (o.format == Format::Md || o.format == Format::Table) {
      writeOut(claimsMarkdown(report));
    } else {
      std::vector<Json> rows;
      for (Json row : whole["rows"]) {
        if (o.format == Format::Csv || o.format == Format::Sql) {
          for (const auto& [list, names] : {std::pair{"band", std::pair{"band_lo", "band_hi"}}, {"interval", {"from", "to"}}}) {
            row[names.first] = row[list][0];
            row[names.second] = row[list][1];
            row.erase(list);
          }
        }
        rows.push_back(std::move(row));
      }
      printRows(o.format, "claims", rows, o.format == Format::Json ? &whole : nullptr);
    }
    flushOut();
  }
  if (!report.error.empty()) std::fprintf(stderr, "presslab-cli: %s\n", report.error.c_str());
  return report.exitCode;
}

}  // namespace

void addClaims(Commands& commands) {
  CLI::App& app = commands.add("claims", "The comparison guide's claims against this machine: measured value, interval, bound, verdict and reason");
  const auto o = std::make_shared<ClaimsOptions>();
  o->model.add(app);
  app.add_option("--lengths", o->lengths, "Context tokens")->type_name("LIST")->default_str("500,1000,2000,4000,8000");
  addNumber(app, "--ratio", o->spec.ratio, .01, .95, "Share removed in the first comparison of a length");
  addInteger(app, "-n,--n-new", o->spec.newTokens, 2, kMostLength, "New tokens of every method");
  addInteger(app, "--repeat", o->spec.repeat, 1, kMostRepeats, "Timed repeats of every method");
  addInteger(app, "--tips", o->spec.tipLength, 0, kMostLength, "Context tokens at which the guide's tips are tried; 0: not");
  app.add_flag("--no-calibrate", o->spec.noCalibrate, "Never calibrate the model on the way");
  app.add_option("--match", o->matches, "Equal what: ratio, bytes, quality")->type_name("LIST")->default_str("ratio,bytes,quality");
  app.add_option("--out", o->spec.outDir, "Folder for claims.md and claims.json, written after every comparison")->type_name("DIR");
  app.add_flag("--resume", o->spec.resume, "Continues the report in --out with its own settings; what it has is not measured again");
  addFormat(app, o->format);
  app.footer("Each length is compared at equal ratio, equal bytes and equal quality; where equal ratio is equal bytes already, one run serves both.");
  commands.onRun(app, [o](const Context& c) { return claims(*o, c); });
}

}  // namespace presslab::cli
