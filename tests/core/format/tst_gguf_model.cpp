// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>
#include <functional>

#include "core/api/lab.h"
#include "format_test.h"
#include "support/gguf_builder.h"

using namespace presslab;
using namespace presslab::test;

namespace {

std::string rowBytes(const TensorView& t, int64_t row) { return {reinterpret_cast<const char*>(t.data + row * t.rowBytes()), size_t(t.rowBytes())}; }

}  // namespace

class TestGgufModel : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir m_folder;
  OpenResult opened(GgufBuilder& builder) {
    const QString path = m_folder.filePath("m.gguf");
    if (!writeFile(path, builder.build())) return {};
    return open(path);
  }

 private Q_SLOTS:
  void facts() {
    GgufBuilder b = tinyLlama();
    const OpenResult r = opened(b);
    QVERIFY2(r.model, qPrintable(r.error));
    const ModelInfo& i = r.model->info();
    QCOMPARE(i.architecture, std::string("llama"));
    QCOMPARE(i.name, std::string("Tiny"));
    QCOMPARE(i.format, std::string("GGUF v3"));
    QCOMPARE(i.layers, 1);
    QCOMPARE(i.heads, 4);
    QCOMPARE(i.kvHeads, 2);
    QCOMPARE(i.headDim, 8);
    QCOMPARE(i.hidden, 32);
    QCOMPARE(i.feedForward, 64);
    QCOMPARE(i.vocab, 300);
    QCOMPARE(i.contextLength, int64_t(128));
    QCOMPARE(i.kvBytesPerToken(2), int64_t(2 * 1 * 2 * 8 * 2));
    QCOMPARE(i.parameters, int64_t(300 * 32 + 3 * 32 + 2 * 32 * 32 + 2 * 16 * 32 + 3 * 64 * 32));
    int64_t bytes = 0, largest = 0;
    for (const GgufBuilder::Tensor& t : b.tensors) {
      bytes += int64_t(t.data.size());
      largest = std::max(largest, int64_t(t.data.size()));
    }
    QCOMPARE(i.weightBytes, bytes);  // the tied embedding is read whole, as the output
    QCOMPARE(largest, int64_t(300 * 34));
    QCOMPARE(i.quantization, std::string("Q8_0"));  // most bytes
    QCOMPARE(i.fileBytes, QFileInfo(m_folder.filePath("m.gguf")).size());
    QVERIFY(r.model->config().tiedEmbedding);
    QVERIFY(!i.hasChatTemplate);
    QCOMPARE(r.model->config().ropeDim, 8);
    QVERIFY(r.model->config().ropeFreqFactors.empty());
    const VocabData& v = r.model->vocab();
    QCOMPARE(v.tokens, tinyTokens());
    QCOMPARE(v.types.size(), size_t(300));
    QCOMPARE(v.types[0], 3);
    QVERIFY(v.merges.empty() && v.pre.empty() && !v.addBos);
    QCOMPARE(v.bos, 0);
    QCOMPARE(v.eos, 0);
    QCOMPARE(v.unk, -1);
  }

  /// Every tensor's bytes arrive, whatever its type; q and k with each head's rows from neighbouring pairs to halves.
  void weights() {
    GgufBuilder b = tinyLlama();
    const OpenResult r = opened(b);
    QVERIFY2(r.model, qPrintable(r.error));
    const LayerTensors& l = r.model->layer(0);
    const std::vector<std::pair<std::string, const TensorView*>> plain{{"token_embd.weight", &r.model->embedding()},
                                                                       {"token_embd.weight", &r.model->output()},
                                                                       {"output_norm.weight", &r.model->outputNorm()},
                                                                       {"blk.0.attn_norm.weight", &l.attnNorm},
                                                                       {"blk.0.attn_v.weight", &l.v},
                                                                       {"blk.0.attn_output.weight", &l.o},
                                                                       {"blk.0.ffn_norm.weight", &l.ffnNorm},
                                                                       {"blk.0.ffn_gate.weight", &l.gate},
                                                                       {"blk.0.ffn_up.weight", &l.up},
                                                                       {"blk.0.ffn_down.weight", &l.down}};
    for (const auto& [name, view] : plain) {
      QCOMPARE(std::string(reinterpret_cast<const char*>(view->data), size_t(view->bytes())), b.tensor(name).data);
      QCOMPARE(view->cols, int64_t(b.tensor(name).dims[0]));
    }
    for (const auto& [name, view, heads] : {std::tuple{"blk.0.attn_q.weight", &l.q, 4}, {"blk.0.attn_k.weight", &l.k, 2}}) {
      const std::string& stored = b.tensor(name).data;
      for (int head = 0; head < heads; ++head) {
        for (int d = 0; d < 8; ++d) {
          const int source = head * 8 + (d < 4 ? 2 * d : 2 * (d - 4) + 1);
          QCOMPARE(rowBytes(*view, head * 8 + d), stored.substr(size_t(source) * 20, 20));
        }
      }
    }
  }

  /// With fewer rotary dimensions than the head has, only those are paired; the others keep their place.
  void partialRotation() {
    GgufBuilder b = tinyLlama();
    b.setU32("llama.rope.dimension_count", 4);
    const OpenResult r = opened(b);
    QVERIFY2(r.model, qPrintable(r.error));
    const std::string& stored = b.tensor("blk.0.attn_k.weight").data;
    const int order[8] = {0, 2, 1, 3, 4, 5, 6, 7};
    for (int head = 0; head < 2; ++head) {
      for (int d = 0; d < 8; ++d) QCOMPARE(rowBytes(r.model->layer(0).k, head * 8 + d), stored.substr(size_t(head * 8 + order[d]) * 20, 20));
    }
  }

  void accepted_data() {
    QTest::addColumn<int>("index");
    for (size_t i = 0; i < variants().size(); ++i) QTest::newRow(variants()[i].name) << int(i);
  }
  /// Valid files that a strict reader must not refuse.
  void accepted() {
    QFETCH(int, index);
    const Variant& v = variants()[size_t(index)];
    GgufBuilder b = tinyLlama();
    v.edit(b);
    const OpenResult r = opened(b);
    QVERIFY2(r.model, qPrintable(r.error));
    QVERIFY(v.check(*r.model));
  }

  /// What the header says does not depend on whether weights are loaded.
  void inspect() {
    GgufBuilder b = tinyLlama();
    const OpenResult r = opened(b);
    QVERIFY(r.model);
    const ModelInfo i = inspectModel(m_folder.filePath("m.gguf").toStdString());
    QCOMPARE(i.name, r.model->info().name);
    QCOMPARE(i.weightBytes, r.model->info().weightBytes);
    QCOMPARE(i.parameters, r.model->info().parameters);
  }

  void defaultModel() {
    std::string path;
    try {
      path = resolveModel("");
    } catch (const Failure&) {
      QSKIP("no default model");
    }
    QElapsedTimer timer;
    timer.start();
    const auto model = openModelFile(path);
    QVERIFY2(timer.elapsed() < 1000, qPrintable(QString("%1 ms").arg(timer.elapsed())));
    const ModelInfo& i = model->info();
    QCOMPARE(i.layers, 30);
    QCOMPARE(i.heads, 9);
    QCOMPARE(i.kvHeads, 3);
    QCOMPARE(i.headDim, 64);
    QCOMPARE(i.hidden, 576);
    QCOMPARE(i.feedForward, 1536);
    QCOMPARE(i.vocab, 49152);
    QCOMPARE(i.contextLength, int64_t(8192));
    QCOMPARE(i.quantization, std::string("Q4_1"));
    QCOMPARE(i.preTokenizer, std::string("smollm"));
    QCOMPARE(i.parameters, int64_t(134515008));
    QVERIFY(i.hasChatTemplate);
    QCOMPARE(model->embedding().type, TensorType::Q8_0);
    QCOMPARE(model->layer(29).down.type, TensorType::Q4_1);
    // Decoded by PyPI gguf, rows put in Hugging Face order with numpy: [0,0], [1,0], [1,1] of layer 3's q.
    const std::vector<float> q = dequantize(model->layer(3).q);
    QCOMPARE(q[0], 0.07791138f);
    QCOMPARE(q[576], -0.011138916f);
    QCOMPARE(q[577], -0.16540527f);
  }

 private:
  struct Variant {
    const char* name;
    std::function<void(GgufBuilder&)> edit;
    std::function<bool(const ModelFile&)> check = [](const ModelFile&) { return true; };
  };
  static const std::vector<Variant>& variants() {
    static const std::vector<Variant> kVariants{
        {"version 2", [](GgufBuilder& b) { b.version = 2; }, [](const ModelFile& m) { return m.info().format == "GGUF v2"; }},
        {"alignment 64",
         [](GgufBuilder& b) {
           b.alignment = 64;
           b.setU32("general.alignment", 64);
         }},
        {"alignment 8",
         [](GgufBuilder& b) {
           b.alignment = 8;
           b.setU32("general.alignment", 8);
         }},
        {"unknown keys of every type",
         [](GgufBuilder& b) {
           const std::string zero(8, '\0');
           for (const uint32_t t : {kU8, kI8, kU16, kI16, kU32, kI32, kF32, kBool, kU64, kI64, kF64}) {
             const size_t n = t == kU8 || t == kI8 || t == kBool ? 1 : t == kU16 || t == kI16 ? 2 : t == kU64 || t == kI64 || t == kF64 ? 8 : 4;
             b.set("x.scalar" + std::to_string(t), t, zero.substr(0, n));
             b.setArray("x.array" + std::to_string(t), t, 1, zero.substr(0, n));
             b.setArray("x.empty" + std::to_string(t), t, 0, "");
           }
           b.setTexts("x.texts", {"a", "", "c"});
         }},
        {"extra tensors",
         [](GgufBuilder& b) {
           b.tensors.push_back({"other.weight", {8, 2}, 0, std::string(64, '\0')});
         }},
        {"tensors in another order", [](GgufBuilder& b) { std::swap(b.tensors.front(), b.tensors.back()); }},
        {"output head of its own",
         [](GgufBuilder& b) {
           std::mt19937 random(3);
           b.addTensor("output.weight", {32, 300}, "F16", random);
         },
         [](const ModelFile& m) {
           return !m.config().tiedEmbedding && m.output().type == TensorType::F16 && m.embedding().type == TensorType::Q8_0;
         }},
        {"rope factors",
         [](GgufBuilder& b) {
           b.tensors.push_back({"rope_freqs.weight", {4}, 0, le(1.f) + le(2.f) + le(4.f) + le(8.f)});
         },
         [](const ModelFile& m) {
           return m.config().ropeFreqFactors == std::vector<float>{1, 2, 4, 8};
         }},
        {"linear scaling",
         [](GgufBuilder& b) {
           b.setText("llama.rope.scaling.type", "linear");
           b.setF32("llama.rope.scaling.factor", 4);
         },
         [](const ModelFile& m) { return m.config().ropeFreqFactors == std::vector<float>(4, 4.f); }},
        {"merges, pre and template",
         [](GgufBuilder& b) {
           b.setTexts("tokenizer.ggml.merges", {"a b", "c d"});
           b.setText("tokenizer.ggml.pre", "llama-bpe");
           b.setText("tokenizer.chat_template", std::string(6000, '('));
         },
         [](const ModelFile& m) {
           return m.vocab().merges.size() == 2 && m.vocab().addBos && m.vocab().chatTemplate.size() == 6000 && m.info().hasChatTemplate;
         }},
        {"add_bos off against the default",
         [](GgufBuilder& b) {
           b.setText("tokenizer.ggml.pre", "llama-bpe");
           b.set("tokenizer.ggml.add_bos_token", kBool, std::string(1, '\0'));
         },
         [](const ModelFile& m) { return !m.vocab().addBos; }},
        {"no token types", [](GgufBuilder& b) { b.remove("tokenizer.ggml.token_type"); }},
        {"no special ids",
         [](GgufBuilder& b) {
           b.remove("tokenizer.ggml.bos_token_id");
           b.remove("tokenizer.ggml.eos_token_id");
         },
         [](const ModelFile& m) { return m.vocab().bos == -1 && m.vocab().eos == -1; }},
        {"no KV head count: as many as heads",
         [](GgufBuilder& b) {
           std::mt19937 random(4);
           b.remove("llama.attention.head_count_kv");
           b.removeTensor("blk.0.attn_k.weight");
           b.removeTensor("blk.0.attn_v.weight");
           b.addTensor("blk.0.attn_k.weight", {32, 32}, "Q8_0", random);
           b.addTensor("blk.0.attn_v.weight", {32, 32}, "Q8_0", random);
         },
         [](const ModelFile& m) { return m.info().kvHeads == 4; }},
        {"head dimension of its own",
         [](GgufBuilder& b) {
           std::mt19937 random(5);
           b.setU32("llama.attention.key_length", 16);
           b.setU32("llama.attention.value_length", 16);
           b.setU32("llama.rope.dimension_count", 16);
           for (const char* name : {"blk.0.attn_q.weight", "blk.0.attn_k.weight", "blk.0.attn_v.weight", "blk.0.attn_output.weight"})
             b.removeTensor(name);
           b.addTensor("blk.0.attn_q.weight", {32, 64}, "Q8_0", random);
           b.addTensor("blk.0.attn_k.weight", {32, 32}, "Q8_0", random);
           b.addTensor("blk.0.attn_v.weight", {32, 32}, "Q8_0", random);
           b.addTensor("blk.0.attn_output.weight", {64, 32}, "Q8_0", random);
         },
         [](const ModelFile& m) { return m.info().headDim == 16 && m.layer(0).q.rows == 64; }},
        {"G58 a scale that is NaN", [](GgufBuilder& b) { b.tensor("blk.0.attn_q.weight").data.replace(0, 2, "\xFF\x7F"); }},
        {"G59 a scale that is infinite", [](GgufBuilder& b) { b.tensor("blk.0.attn_q.weight").data.replace(0, 2, std::string("\x00\x7C", 2)); }},
        {"G59 weights all zero",
         [](GgufBuilder& b) {
           for (auto& t : b.tensors) t.data.assign(t.data.size(), '\0');
         }},
        {"a valid byte token",
         [](GgufBuilder& b) {
           std::vector<std::string> tokens = tinyTokens();
           tokens[299] = "<0xfF>";
           b.setTexts("tokenizer.ggml.tokens", tokens);
         }},
        {"sizes as UINT64 and INT16",
         [](GgufBuilder& b) {
           b.set("llama.context_length", kU64, le(uint64_t{128}));
           b.set("llama.block_count", kI16, le(int16_t{1}));
         }},
        {"a name that is not UTF-8", [](GgufBuilder& b) { b.setText("general.name", "a\xFF\nb"); },
         [](const ModelFile& m) { return m.info().name == "a\\xFF\\x0Ab"; }},
        {"bytes after the last tensor", [](GgufBuilder& b) { b.tensors.back().data += "tail"; }},
    };
    return kVariants;
  }
};

QTEST_APPLESS_MAIN(TestGgufModel)
#include "tst_gguf_model.moc"
