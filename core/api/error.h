// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdexcept>
#include <string>
#include <utility>

namespace presslab {

/// What went wrong, as the command line's exit code (design section 6).
enum class ErrorCode { Failed = 1, BadInput = 2, Io = 3, NoMemory = 4, Device = 5, Cancelled = 130 };

/// The one exception that core throws. `what()` is one line of text that names file, place, reason and limit.
class Failure : public std::runtime_error {
 public:
  Failure(ErrorCode code, std::string text) : std::runtime_error(std::move(text)), m_code(code) {}
  ErrorCode code() const noexcept { return m_code; }

 private:
  ErrorCode m_code;
};

[[noreturn]] inline void badInput(std::string text) { throw Failure(ErrorCode::BadInput, std::move(text)); }

}  // namespace presslab
