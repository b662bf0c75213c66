// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/api/model_info.h"

namespace presslab {

/// Element types a tensor can be stored in. Values are ours, not a file's.
enum class TensorType { F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K };

struct TensorTypeTraits {
  const char* name;
  int blockSize;
  int blockBytes;
};
const TensorTypeTraits& traits(TensorType);

enum class Norm { Rms, Layer };
/// Of the feed-forward block. GeluTanh is GPT-2's and Gemma's approximation, Gelu the exact one.
enum class Activation { Silu, GeluTanh, Gelu };

/// A tensor inside a mapped file. Row-major: rows x cols, cols contiguous (a weight is out x in).
struct TensorView {
  std::string name;
  TensorType type = TensorType::F32;
  int64_t rows = 1, cols = 0;
  const std::byte* data = nullptr;
  int64_t bytes() const;
  int64_t rowBytes() const;
  explicit operator bool() const { return data != nullptr; }
  /// Rows [first, first + size) of a matrix, or as many elements of an unquantised vector, where they lie; of an absent tensor an absent one.
  TensorView part(int64_t first, int64_t size) const;
};

/// What the engine needs of an architecture; one small table of traits (architecture.h), not one engine each.
struct ModelConfig {
  std::string architecture;  // GGUF's name: "llama", "gpt2", ...
  int layers = 0, hidden = 0, heads = 0, kvHeads = 0, headDim = 0, feedForward = 0, vocab = 0;
  int64_t contextLength = 0;
  Norm norm = Norm::Rms;
  float normEps = 1e-5f;
  float normOffset = 0;  // added to every norm weight when it is read (Gemma's files keep weight - 1)
  Activation activation = Activation::Silu;
  bool gated = true;         // down(act(gate) * up); else down(act(up))
  float embeddingScale = 1;  // of the embedding's rows, not of the output matrix
  float attentionScale = 0;  // of q.k; 0: 1 / sqrt(headDim)
  float ropeTheta = 10000.f;
  int ropeDim = 0;                     // rotated dims of a head (headDim for llama); 0: no rotary positions
  std::vector<float> ropeFreqFactors;  // llama-3 style, may be empty; full layers only
  float ropeScale = 1;                 // magnitude that cos and sin are multiplied with (longrope, yarn)
  int64_t slidingWindow = 0;           // keys that a token of a sliding layer sees, itself included; 0: no such layers
  std::vector<uint8_t> sliding;        // layers; 1: sliding. Empty: all full
  float slidingRopeTheta = 0;          // base of sliding layers, without factors; 0: as the full ones
  bool tiedEmbedding = false;          // lm head is the embedding

  bool isSliding(int layer) const { return slidingWindow > 0 && !sliding.empty() && sliding[size_t(layer)]; }
  /// A sliding layer between full ones: it holds a ring of `slidingWindow` tokens, and presses leave it alone. In a model whose layers all
  /// slide, presses work on all of them and the window is a mask.
  bool isBounded(int layer) const { return isSliding(layer) && std::count(sliding.begin(), sliding.end(), uint8_t{0}) > 0; }
};

/// Tensors of a layer; an absent one has no data. Rotary pairs of q, k rows are in Hugging Face order (d, d + ropeDim/2). Matrices are
/// out x in and have the layout of files with one matrix a projection: fused and transposed ones were split and turned when they were read.
struct LayerTensors {
  TensorView attnNorm, q, k, v, o, ffnNorm, gate, up, down;
  TensorView attnNormBias, qBias, kBias, vBias, oBias, ffnNormBias, upBias, downBias;  // 1 x out
  TensorView qNorm, kNorm;                                                             // 1 x headDim, RMS over a head before the rotation
  TensorView attnPostNorm, ffnPostNorm;                                                // 1 x hidden, of a block's result before it is added (Gemma 3)
};

/// A token that is found in a text as a whole, before the text is cut and merged (added_tokens of a tokenizer.json).
struct AddedToken {
  std::string text;
  int32_t id = -1;
  bool special = false;                 // a control token: text never makes it, a template does
  bool lstrip = false, rstrip = false;  // takes the white space before it, after it
  bool singleWord = false;              // only where no letter, number or underscore touches it
  bool normalized = false;              // looked for in the normalised text
};

/// Raw vocabulary data for the tokenizer, from a GGUF file or from the files of a Hugging Face folder.
struct VocabData {
  enum class Prefix { None, First, EachPart };           // a space before the text; EachPart: also after every added token
  enum class Strip { None, OneSpace, FirstTokenMarks };  // of decoding: the text's first space, or all marks of its first token

  struct Merge {
    int32_t left, right, result;
  };

  std::string model;                          // "gpt2" (byte level), "llama" (SentencePiece style, by scores), "bpe" (characters, by merges)
  std::string pre;                            // "smollm", "llama-bpe", ...
  std::string keyPrefix = "tokenizer.ggml.";  // where messages look for the keys: of a GGUF file, or "FILE: " of a folder
  std::vector<std::string> tokens;            // as stored (byte-level mapped, or with the mark U+2581 for spaces)
  std::vector<int32_t> types;                 // GGUF token types: 1 normal, 2 unknown, 3 control, 4 user defined, 5 unused, 6 byte; may be empty
  std::vector<float> scores;
  std::vector<std::string> merges;
  std::vector<Merge> mergeIds;    // instead of merges, where a file's tokens may hold spaces
  std::vector<AddedToken> added;  // flags of control and user-defined tokens; a token that is not here has none
  int32_t bos = -1, eos = -1, unk = -1, pad = -1;
  std::vector<int32_t> endIds;                  // further ids that end a generation
  bool addBos = false, addSpacePrefix = false;  // addSpacePrefix: tokenizer.ggml.add_space_prefix as it was read
  Prefix prefix = Prefix::None;
  bool prefixUnlessSpace = false;  // not where the text begins with a space already; prefix and marks come after added tokens were found
  Strip strip = Strip::None;
  bool spaceMarks = false;    // spaces are U+2581 in tokens
  bool splitAtMarks = false;  // pieces begin at each mark
  bool nfc = false;           // text is brought into normal form C first
  bool ignoreMerges = false;  // a piece that is a token is not merged
  bool byteFallback = false;  // a character without token becomes its bytes, <0x00> to <0xFF>
  bool fuseUnknown = false;   // neighbouring unknown characters are one unknown token
  bool dropUnknown = false;   // without unknown token: what has no token is left out, as the reference does
  bool keepUnknown = false;   // the unknown token stands for it even when it is a control token
  std::string chatTemplate;
  std::string templateRefused;  // why a chat template was not read (then chatTemplate is empty)
};

/// A whole validated model: metadata, vocabulary, tensors. The file stays mapped while this lives.
class ModelFile {
 public:
  virtual ~ModelFile() = default;
  const ModelInfo& info() const { return m_info; }
  const ModelConfig& config() const { return m_config; }
  const VocabData& vocab() const { return m_vocab; }
  const TensorView& embedding() const { return m_embedding; }            // vocab x hidden
  const TensorView& outputNorm() const { return m_outputNorm; }          // 1 x hidden
  const TensorView& outputNormBias() const { return m_outputNormBias; }  // may be absent
  const TensorView& output() const { return m_output; }                  // vocab x hidden, may equal embedding
  const TensorView& positions() const { return m_positions; }            // contextLength x hidden, learned positions; may be absent
  const LayerTensors& layer(int l) const { return m_layers[size_t(l)]; }

 protected:
  ModelInfo m_info;
  ModelConfig m_config;
  VocabData m_vocab;
  TensorView m_embedding, m_outputNorm, m_outputNormBias, m_output, m_positions;
  std::vector<LayerTensors> m_layers;
};

/// Opens a GGUF file, a Hugging Face folder or a weights file in one; checks every header field and every tensor's place, shape and type; nothing is
/// allocated from an unchecked count. Throws Failure(BadInput) with "file: 0xOFFSET: field: reason (limit)". With headerOnly the same is checked, but
/// no weight is touched: tensors that would need another order of rows keep the file's and must not be used.
std::unique_ptr<ModelFile> openModelFile(const std::string& path, bool headerOnly = false);

/// One row (or all rows) as float32. out has cols (or rows*cols) elements.
void dequantizeRow(const TensorView&, int64_t row, float* out);
std::vector<float> dequantize(const TensorView&);

/// Resolves -m: a path, a folder or a name in the search path; empty is the default model. Throws Failure listing where it looked.
std::string resolveModel(const std::string& nameOrPath);
std::vector<std::string> modelSearchPath();
/// Finds a file of resources/ (e.g. "patterns/smollm2-135m-instruct.safetensors"), "" when absent.
std::string resourcePath(const std::string& relative);

}  // namespace presslab
