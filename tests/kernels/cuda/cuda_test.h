// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
// What tests of the emulated kernels share.
#include <cstring>
#include <vector>

#include "tests/support/cuda_emulator/cuda_emulator.h"

namespace presslab::test {

/// Runs f once for each order of a block's threads, so that a missing barrier shows.
template <class F>
void inEveryOrder(F&& f) {
  using cuda_emulator::Order;
  for (const Order order : {Order::Forward, Order::Reverse, Order::Shuffled}) {
    cuda_emulator::setOrder(order);
    f();
  }
  cuda_emulator::setOrder(Order::Forward);
}

/// The same values bit for bit, signs of zeros too.
inline bool sameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

}  // namespace presslab::test
