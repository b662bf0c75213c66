// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "core/api/run_spec.h"

namespace presslab::cli {

struct CheckOptions {
  std::string lengths = "512,1024", ratios = "0.3,0.5,0.7", file, out;
  int texts = 8, newTokens = 32;
};

/// calibrate check: each part of the calibration against its uncalibrated twin, on text that it never saw and at equal bytes.
int checkCalibration(const CheckOptions&, const ModelSpec&, uint64_t seed, Format, const Context&);

}  // namespace presslab::cli
