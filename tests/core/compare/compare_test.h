// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QTemporaryDir>
#include <QtTest>

#include "core/api/error.h"
#include "core/compare/method_run.h"

namespace presslab::test {

inline std::string tinyPath() { return PRESSLAB_TEST_DATA "/model/tiny_llama.gguf"; }

/// The tiny model of the tests: 2 layers, 2 KV heads of 16, 300 tokens, 512 positions, a chat template.
inline ModelSpec tinySpec(Precision precision = Precision::Exact) {
  ModelSpec spec;
  spec.path = tinyPath();
  spec.precision = precision;
  spec.threads = 2;
  return spec;
}

inline std::unique_ptr<LoadedModel> tinyModel(Precision precision = Precision::Exact) { return loadModel(tinySpec(precision), {}, {}); }

/// Exit code and text of what a function throws; 0 when it does not.
struct Refusal {
  int code = 0;
  std::string text;
  bool names(const char* part) const { return text.find(part) != std::string::npos; }
};
template <class F>
Refusal refusal(F&& f) {
  try {
    f();
  } catch (const Failure& e) {
    return {int(e.code()), e.what()};
  }
  return {};
}

/// Data and cache folders of the program inside a temporary folder, so that tests leave nothing behind.
inline void ownFolders(const QTemporaryDir& dir) {
  qputenv("XDG_DATA_HOME", dir.filePath("data").toUtf8());
  qputenv("XDG_CACHE_HOME", dir.filePath("cache").toUtf8());
}

}  // namespace presslab::test
