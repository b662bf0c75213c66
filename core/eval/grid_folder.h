// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "core/api/eval.h"

namespace presslab {

/// What a sample is known by in a grid: nothing with an equal key is run twice.
std::string sampleKey(const EvalSample&);

/// Attention and output error of all heads under one sample; arrays are (layers, kvHeads).
struct HeadSample {
  std::string key;
  int kvHeads = 0;
  std::vector<double> kept, attention, error;
};

/// A grid's files while it runs: manifest.json (settings, their digest, the model's fingerprint) and rows.jsonl, one sample a line, appended and
/// synchronised before the next begins. A line that a kill cut off is taken away when the folder is opened again. One program at a time.
class GridFolder {
 public:
  /// Makes the folder, or opens it when the same grid is there: what it holds is in samples(). Throws Failure: BadInput when another grid, another
  /// model or another program is there, Io.
  GridFolder(const std::string& dir, const EvalSpec&, const std::string& modelName, const std::string& fingerprint);
  ~GridFolder();
  GridFolder(const GridFolder&) = delete;
  GridFolder& operator=(const GridFolder&) = delete;

  /// Says before rows that read a calibration are made which one it is; the first grid run there writes it into the manifest. `digest`:
  /// patternDigest(), "none" for no calibration. Throws Failure: BadInput when rows were made with another one, Io.
  void useCalibration(const std::string& kind, const std::string& digest);

  const std::vector<EvalSample>& samples() const { return m_samples; }
  const std::vector<HeadSample>& heads() const { return m_heads; }
  void append(const EvalSample&);
  void append(const HeadSample&);  // before its sample, so that a sample never lacks it

 private:
  std::string m_dir;
  int m_rows = -1, m_headRows = -1;
  std::vector<EvalSample> m_samples;
  std::vector<HeadSample> m_heads;
};

/// Settings of the grid in a folder. Throws Failure: Io, BadInput.
struct GridManifest {
  EvalSpec spec;
  std::string modelName, fingerprint;
};
GridManifest readManifest(const std::string& dir);
std::vector<EvalSample> readSamples(const std::string& dir);
std::vector<HeadSample> readHeadSamples(const std::string& dir);

}  // namespace presslab
