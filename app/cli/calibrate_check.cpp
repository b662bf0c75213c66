// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/calibrate_check.h"

#include <cmath>
#include <sstream>

#include "app/cli/input.h"
#include "app/cli/numbers.h"
#include "app/cli/options.h"
#include "app/cli/progress.h"
#include "core/api/error.h"
#include "core/api/lab.h"
#include "core/eval/calibration_check.h"

namespace presslab::cli {
namespace {

constexpr int kMostLength = 1 << 24;

std::vector<std::string> parts(const std::string& text) {
  std::vector<std::string> out;
  std::stringstream in(text);
  for (std::string part; std::getline(in, part, ',');) out.push_back(part);
  return out;
}

Json rowOf(const CalibrationRow& r, bool shown) {
  Json j;
  j["part"] = r.what;
  if (!shown) {
    j["method"] = r.method;
    j["twin"] = r.twin;
  }
  const bool measured = r.note.empty(), pooled = r.length == 0;
  j["length"] = shown && pooled ? Json("all") : Json(r.length);
  j["ratio"] = shown && pooled ? Json("all") : Json(r.ratio);
  if (shown) {
    j["kld"] = measured && !pooled ? decimalText(r.kld, 5) : "";
    j["twin"] = measured && !pooled ? decimalText(r.twinKld, 5) : "";
    j["saved %"] = measured ? decimalText(100 * r.saved, 1) : "";
    j["95 %"] = measured ? decimalText(100 * r.lo, 1) + " .. " + decimalText(100 * r.hi, 1) : "";
    j["KV MB"] = measured && !pooled ? decimalText(double(r.kvBytes) / 1e6, 2) : "";
    j["same bytes"] = measured && !pooled ? (r.kvBytes == r.twinBytes ? "yes" : "no") : "";
  } else {
    j["kld"] = measured && !pooled ? Json(r.kld) : Json();
    j["twin_kld"] = measured && !pooled ? Json(r.twinKld) : Json();
    j["saved"] = measured ? Json(r.saved) : Json();
    j["saved_lo"] = measured ? Json(r.lo) : Json();
    j["saved_hi"] = measured ? Json(r.hi) : Json();
    j["kv_bytes"] = r.kvBytes;
    j["twin_kv_bytes"] = r.twinBytes;
  }
  j["texts"] = r.samples;
  j["note"] = r.note;
  return j;
}

}  // namespace

int checkCalibration(const CheckOptions& o, const ModelSpec& model, uint64_t seed, Format format, const Context& context) {
  std::vector<int> lengths;
  for (const std::string& part : parts(o.lengths)) lengths.push_back(int(parseInteger("--lengths", part, 64, kMostLength)));
  std::vector<double> ratios;
  for (const std::string& part : parts(o.ratios)) ratios.push_back(parseNumber("--ratios", part, 1e-9, 1 - 1e-9));
  if (lengths.empty() || ratios.empty()) badInput("calibrate check: no length or no ratio is named");
  EvalSpec spec = calibrationCheckSpec(model, lengths, ratios, o.texts, o.newTokens, seed);
  if (!o.file.empty()) {
    spec.text = readInput(o.file, kTextLimit, context.stop);
    spec.textName = shownPath(o.file);
  }
  spec.outDir = o.out;
  spec.commandLine = context.commandLine;
  Lab lab;
  EvalResult result;
  {
    Progress progress(context);
    result = evaluate(
        lab, spec,
        [&](const EvalProgress& p) {
          if (p.note.empty()) {
            progress.share(p.share, p.what);
          } else {
            progress.note(p.note);
          }
        },
        context.stop);
  }
  if (!result.error.empty()) std::fprintf(stderr, "presslab-cli: %s\n", result.error.c_str());
  std::vector<Json> rows;
  const bool shown = format == Format::Table || format == Format::Md;
  for (const CalibrationRow& r : calibrationRows(result, seed)) rows.push_back(rowOf(r, shown));
  printRows(format, "calibration", rows);
  return result.exitCode;
}

}  // namespace presslab::cli
