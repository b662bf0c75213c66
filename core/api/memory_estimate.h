// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/api/model_info.h"
#include "core/api/run_spec.h"

namespace presslab {

/// What loading a model takes, read from its header: nothing is loaded. For our own kernels on the CPU.
struct ModelFootprint {
  ModelInfo info;
  int64_t weightBytes = 0;      // as the kernels hold them
  int64_t reorderedBytes = 0;   // queries' and keys' rows, kept in the order of their rotary pairs while the file is open
  int64_t mappedBytes = 0;      // pages of the open file, which the system takes back when it is short of memory
  int64_t vocabularyBytes = 0;  // texts, merges and their tables
  int widestColumns = 0;        // longest row of a weight
  int ropeDim = 0;
  bool exact = false;
  KvType kvType = KvType::F16;

  int64_t loadedBytes() const { return weightBytes + reorderedBytes + mappedBytes + vocabularyBytes; }
};
/// `spec.path` as -m takes it. Throws Failure as inspectModel.
ModelFootprint modelFootprint(const ModelSpec& spec);

/// One method alone at this length.
struct MethodMemory {
  std::string method, error;  // error: why it cannot run here; the bytes are 0 then
  int64_t kvBytes = 0;        // after compression
  int64_t kvBytesPeak = 0;    // while the last layer still stands whole
  int64_t scratchBytes = 0;   // activations, what the method wants to see of a layer, room of the kernels
  int64_t otherBytes = 0;     // positions of what is kept, rotary tables, room for new tokens, logits
  int64_t peakBytes() const { return kvBytesPeak + scratchBytes + otherBytes; }
};

struct MemoryEstimate {
  int64_t loadedBytes = 0;
  std::vector<MethodMemory> methods;
  int64_t methodBytes = 0;     // of the method that takes most
  int64_t qualityBytes = 0;    // the untimed passes: the full cache and a copy
  int64_t bandwidthBytes = 0;  // buffers of the bandwidth measurement, given back before the methods run
  int64_t availableBytes = 0;  // of this machine, now; 0: not known
  int64_t peakBytes() const;   // of the whole comparison
  bool fits() const { return availableBytes == 0 || peakBytes() <= availableBytes; }
};

/// Pure arithmetic but for the machine's available memory. Methods that cannot be parsed have their error. Any thread.
MemoryEstimate estimateMemory(const ModelFootprint& model, const std::vector<std::string>& methods, int64_t contextTokens, int newTokens);

/// Memory that programs can still get without swapping, in bytes; 0 when the system does not tell.
int64_t availableMemory();

}  // namespace presslab
