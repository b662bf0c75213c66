// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/format/tensor_types.h"

#include <array>

#include "core/api/error.h"
#include "kernels/kernels.h"

namespace presslab {

namespace {

constexpr std::array<TensorTypeTraits, 11> kTraits{{{"F32", 1, 4},
                                                    {"F16", 1, 2},
                                                    {"BF16", 1, 2},
                                                    {"Q4_0", 32, 18},
                                                    {"Q4_1", 32, 20},
                                                    {"Q5_0", 32, 22},
                                                    {"Q5_1", 32, 24},
                                                    {"Q8_0", 32, 34},
                                                    {"Q4_K", 256, 144},
                                                    {"Q5_K", 256, 176},
                                                    {"Q6_K", 256, 210}}};

// The two enums cross the layer by a cast.
static_assert(int(TensorType::F32) == int(kernels::QuantType::F32) && int(TensorType::BF16) == int(kernels::QuantType::BF16) &&
              int(TensorType::Q4_0) == int(kernels::QuantType::Q4_0) && int(TensorType::Q8_0) == int(kernels::QuantType::Q8_0) &&
              int(TensorType::Q6_K) == int(kernels::QuantType::Q6_K));

// By the file's number. Numbers that were removed from the format are named too, so that the message says what the file holds.
constexpr std::array<const char*, 40> kFileNames{"F32",
                                                 "F16",
                                                 "Q4_0",
                                                 "Q4_1",
                                                 "Q4_2, removed",
                                                 "Q4_3, removed",
                                                 "Q5_0",
                                                 "Q5_1",
                                                 "Q8_0",
                                                 "Q8_1",
                                                 "Q2_K",
                                                 "Q3_K",
                                                 "Q4_K",
                                                 "Q5_K",
                                                 "Q6_K",
                                                 "Q8_K",
                                                 "IQ2_XXS",
                                                 "IQ2_XS",
                                                 "IQ3_XXS",
                                                 "IQ1_S",
                                                 "IQ4_NL",
                                                 "IQ3_S",
                                                 "IQ2_S",
                                                 "IQ4_XS",
                                                 "I8",
                                                 "I16",
                                                 "I32",
                                                 "I64",
                                                 "F64",
                                                 "IQ1_M",
                                                 "BF16",
                                                 "Q4_0_4_4, removed",
                                                 "Q4_0_4_8, removed",
                                                 "Q4_0_8_8, removed",
                                                 "TQ1_0",
                                                 "TQ2_0",
                                                 "IQ4_NL_4_4, removed",
                                                 "IQ4_NL_4_8, removed",
                                                 "IQ4_NL_8_8, removed",
                                                 "MXFP4"};

}  // namespace

const TensorTypeTraits& traits(TensorType type) { return kTraits[size_t(type)]; }

FileType fileType(uint32_t id) {
  FileType out;
  if (id >= kFileNames.size()) return out;
  out.name = kFileNames[id];
  for (size_t i = 0; i < kTraits.size(); ++i) {
    if (std::string_view(kTraits[i].name) == out.name) {
      out.supported = true;
      out.type = TensorType(i);
    }
  }
  return out;
}

const std::string& supportedTypes() {
  static const std::string kText = [] {
    std::string text;
    for (const TensorTypeTraits& t : kTraits) text += (text.empty() ? "" : ", ") + std::string(t.name);
    return text;
  }();
  return kText;
}

const char* fileTypeName(uint64_t id) {
  switch (id) {
    case 0:
      return "F32";
    case 1:
      return "F16";
    case 2:
      return "Q4_0";
    case 3:
      return "Q4_1";
    case 7:
      return "Q8_0";
    case 8:
      return "Q5_0";
    case 9:
      return "Q5_1";
    case 14:
      return "Q4_K_S";
    case 15:
      return "Q4_K_M";
    case 16:
      return "Q5_K_S";
    case 17:
      return "Q5_K_M";
    case 18:
      return "Q6_K";
    case 32:
      return "BF16";
    default:
      return nullptr;
  }
}

int64_t TensorView::rowBytes() const {
  const TensorTypeTraits& t = traits(type);
  return cols / t.blockSize * t.blockBytes;
}

int64_t TensorView::bytes() const { return rows * rowBytes(); }

TensorView TensorView::part(int64_t first, int64_t size) const {
  if (!data) return {};
  TensorView out = *this;
  out.data += first * (rows == 1 ? bytes() / cols : rowBytes());
  (rows == 1 ? out.cols : out.rows) = size;
  return out;
}

void dequantizeRow(const TensorView& t, int64_t row, float* out) {
  kernels::dequantRow(kernels::QuantType(int(t.type)), t.data + row * t.rowBytes(), out, t.cols);
}

std::vector<float> dequantize(const TensorView& t) {
  std::vector<float> out(size_t(t.rows * t.cols));
  for (int64_t r = 0; r < t.rows; ++r) dequantizeRow(t, r, out.data() + r * t.cols);
  return out;
}

}  // namespace presslab
