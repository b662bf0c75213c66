// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// What a path refuses, and how it stops: the same on every device.
#pragma once
#include "core/torch/path_checks.h"

namespace presslab::test {

/// A Failure thrown in the module is our Failure outside, with its code.
inline void checkFailures(const std::string& device) {
  const TinyModel model(14, 32);
  std::stop_source stop;
  int steps = 0;
  auto [code, text] = failureOf([&] {
    backendMaker()(
        model, torchSpec(device),
        [&](double) {
          stop.request_stop();
          ++steps;
        },
        stop.get_token());
  });
  QCOMPARE(code, int(ErrorCode::Cancelled));
  QCOMPARE(steps, 1);
  const auto backend = torchBackend(model, device);
  std::tie(code, text) = failureOf([&] { backend->newSequence()->beginPrefill(randomIds(1, 33, 96), {}); });
  QVERIFY2(code == 2 && text.find("33") != std::string::npos && text.find("32") != std::string::npos, text.c_str());
  std::tie(code, text) = failureOf([&] { backend->newSequence()->decode(96, nullptr, {}); });
  QVERIFY2(code == 2 && text.find("token id 96") == 0, text.c_str());
  std::tie(code, text) = failureOf([&] { backend->newSequence()->beginPrefill(std::vector<int32_t>{1, -4}, {}); });
  QVERIFY2(code == 2 && text.find("token id -4") == 0, text.c_str());
  std::tie(code, text) = failureOf([&] { backend->newSequence()->beginPrefill({}, {}); });
  QVERIFY2(code == 2, text.c_str());
  const auto full = backend->newSequence();
  prefillAll(*backend, *full, randomIds(1, 31, 96), 256);
  full->decode(1, nullptr, {});
  std::tie(code, text) = failureOf([&] { full->decode(1, nullptr, {}); });
  QVERIFY2(code == 2 && text.find("32") != std::string::npos, text.c_str());
  const auto begun = backend->newSequence();
  begun->beginPrefill(randomIds(1, 9, 96), {});
  std::tie(code, text) = failureOf([&] { begun->prefillChunk(0, 5, 9); });
  QVERIFY2(code == 1, text.c_str());
  std::tie(code, text) = failureOf([&] { begun->clone(); });
  QVERIFY2(code == 1, text.c_str());
  begun->prefillChunk(0, 0, 9);
  LayerKeep beyond;
  beyond.heads.resize(2);
  beyond.heads[0].positions = {0, 9};
  beyond.heads[1].positions = {0};
  std::tie(code, text) = failureOf([&] { begun->keep(0, beyond); });
  QVERIFY2(code == 1 && text.find("kept position 9") != std::string::npos, text.c_str());
}

inline void checkNotFinite(const std::string& device) {
  TinyModel model(15);
  model.poison(1);
  const auto backend = torchBackend(model, device);
  auto [code, text] = failureOf([&] { prefillAll(*backend, *backend->newSequence(), randomIds(1, 5, 96), 256); });
  QVERIFY2(code == 1 && text.find("layer 1 ") == 0, text.c_str());
  std::tie(code, text) = failureOf([&] { backend->newSequence()->decode(1, nullptr, {}); });
  QVERIFY2(code == 1 && text.find("layer 1 ") == 0, text.c_str());
}

/// The stop token ends prefill before the next chunk.
inline void checkCancel(const std::string& device) {
  const TinyModel model(16, 1000);
  const auto backend = torchBackend(model, device);
  std::stop_source stop;
  int chunks = 0;
  PrefillHooks hooks;
  hooks.progress = [&](double) {
    if (++chunks == 2) stop.request_stop();
  };
  const auto sequence = backend->newSequence();
  const auto [code, text] = failureOf([&] { prefill(*backend, *sequence, randomIds(1, 700, 96), nullptr, {}, hooks, stop.get_token()); });
  QCOMPARE(code, int(ErrorCode::Cancelled));
  QCOMPARE(chunks, 2);
}

}  // namespace presslab::test
