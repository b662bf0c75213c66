// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/api/press_info.h"

namespace presslab {

// Parameters that several rows of the table share.
inline constexpr ParamSpec kRatioParam{"ratio",
                                       "Ratio removed",
                                       ParamType::Float,
                                       "share",
                                       0,
                                       1,
                                       "0.5",
                                       "Share of the tokens that every head drops; int(T * (1 - ratio)) stay",
                                       "",
                                       "",
                                       "compression_ratio",
                                       true};
inline constexpr ParamSpec kSinkParam{
    "n_sink", "First tokens", ParamType::Int, "tok", 0, 1048576, "4", "Tokens at the start that always stay", "arXiv 2309.17453", "", "", false};

/// The press inside a wrapper.
constexpr ParamSpec innerParam(std::string_view source) {
  return {"press", "Press inside", ParamType::Press, "", 0, 0, "", "The scorer whose scores and ratio are used", source, "", "", false};
}

}  // namespace presslab
