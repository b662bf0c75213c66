// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stop_token>

namespace presslab::cli {

/// Turns SIGINT and SIGTERM into a stop request; a second one ends the program with 130 at once. Call before any thread is made.
std::stop_token watchInterrupts();

}  // namespace presslab::cli
