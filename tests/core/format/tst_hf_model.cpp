// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Hugging Face folders that are changed by one thing: keys of config.json, shards, shapes, files that are missing. What the right ones compute is
// held against transformers in tests/core/engine/tst_hf_folders.cpp.
#include <cmath>

#include "core/format/hf_folder_test.h"

using namespace presslab;
using namespace presslab::test;

class TestHfModel : public HfFolderTest {
  Q_OBJECT

 private Q_SLOTS:
  void everyWayIn();
  void keys_data();
  void keys();
  void textPart();
  void refusedKeys_data();
  void refusedKeys();
  void hostileJson_data();
  void hostileJson();
  void oddAddresses();
};

void TestHfModel::everyWayIn() {
  copy("llama");
  for (const char* way : {"", "config.json", "model.safetensors"}) {
    const OpenResult r = open(way[0] ? at(QString::fromLatin1(way)) : m_folder->path());
    QVERIFY2(r.model, qPrintable(r.error));
    QCOMPARE(r.model->info().layers, 2);
  }
  const OpenResult shard = open(checkpoint("qwen2") + QStringLiteral("/model-00002-of-00003.safetensors"));
  QVERIFY2(shard.model, qPrintable(shard.error));
  QCOMPARE(shard.model->info().format, std::string("safetensors, 3 files"));
}

void TestHfModel::keys_data() {
  QTest::addColumn<QString>("checkpointName");
  QTest::addColumn<QByteArray>("edit");      // members that replace others; null removes
  QTest::addColumn<QByteArray>("expected");  // of the model's config
  const auto row = [](const char* name, const char* from, const char* edit, const char* expected) {
    QTest::newRow(name) << QString::fromLatin1(from) << QByteArray(edit) << QByteArray(expected);
  };
  row("old theta", "llama", R"({"rope_parameters":"-","rope_theta":500000})", R"({"theta":500000,"factors":0})");
  row("no theta at all", "llama", R"({"rope_parameters":"-"})", R"({"theta":10000,"factors":0})");
  row("theta within rope_scaling", "llama", R"({"rope_parameters":"-","rope_theta":1,"rope_scaling":{"type":"linear","factor":4,"rope_theta":777}})",
      R"({"theta":777,"factors":8,"firstFactor":4,"lastFactor":4})");
  row("linear, old key", "llama", R"({"rope_parameters":"-","rope_scaling":{"type":"linear","factor":2.5}})", R"({"factors":8,"firstFactor":2.5})");
  row("linear, new key", "llama", R"({"rope_parameters":{"rope_type":"linear","factor":2,"rope_theta":5000}})", R"({"theta":5000,"firstFactor":2})");
  row("llama3", "llama", "{}", R"({"factors":8,"firstFactor":1,"lastFactor":8})");
  row("llama3 within rope_scaling", "llama",
      R"({"rope_parameters":"-","rope_theta":10000,"rope_scaling":{"rope_type":"llama3","factor":4,"low_freq_factor":1,"high_freq_factor":4,"original_max_position_embeddings":64}})",
      R"({"factors":8,"firstFactor":1,"lastFactor":4})");
  row("no head_dim", "llama", R"({"head_dim":"-"})", R"({"headDim":16})");
  row("Qwen 3 without head_dim", "qwen3", R"({"head_dim":"-"})", R"({"headDim":128})");
  row("no KV heads: all", "llama", R"({"num_key_value_heads":null})", R"({"kvHeads":4})");
  row("Mistral's window", "mistral", "{}", R"({"window":48,"slidingLayers":2})");
  row("Mistral's window by default", "mistral", R"({"sliding_window":"-"})", R"({"window":4096,"slidingLayers":2})");
  row("Mistral without window", "mistral", R"({"sliding_window":null})", R"({"window":0,"slidingLayers":0})");
  row("a window that Llama has no use for", "llama", R"({"sliding_window":8})", R"({"window":0})");
  row("Qwen 2: window not used", "qwen2", R"({"sliding_window":32})", R"({"window":0})");
  row("Qwen 2: window of some layers", "qwen2",
      R"({"use_sliding_window":true,"sliding_window":32,"layer_types":["full_attention","sliding_attention"]})",
      R"({"window":32,"slidingLayers":1})");
  row("Qwen 2: layers beyond max_window_layers", "qwen2",
      R"({"use_sliding_window":true,"sliding_window":32,"layer_types":"-","max_window_layers":1})", R"({"window":32,"slidingLayers":1})");
  row("Gemma 3", "gemma3", "{}", R"({"window":24,"slidingLayers":6,"theta":1000000,"slidingTheta":10000,"offset":1})");
  row("Gemma 3 by pattern", "gemma3", R"({"layer_types":"-","sliding_window_pattern":2})", R"({"slidingLayers":4})");
  row("Gemma 3, old keys", "gemma3",
      R"({"rope_parameters":"-","rope_theta":500000,"rope_local_base_freq":20000,"rope_scaling":{"rope_type":"linear","factor":8}})",
      R"({"theta":500000,"slidingTheta":20000,"factors":8,"firstFactor":8})");
  row("Gemma 3's scale", "gemma3", R"({"query_pre_attn_scalar":64})", R"({"attentionScale":0.125})");
  row("GPT-2", "gpt2", "{}", R"({"headDim":16,"feedForward":128,"context":176,"rotary":0})");
  row("GPT-2 with n_inner", "gpt2", R"({"n_inner":96})", R"({"feedForward":96})");
  row("GPT-2 without scale", "gpt2", R"({"scale_attn_weights":false})", R"({"attentionScale":1})");
  row("Phi-3", "phi3", "{}", R"({"context":256,"factors":8,"lastFactor":1.35,"ropeScale":1.118034})");
  row("Phi-3, older name", "phi3",
      R"({"rope_parameters":"-","rope_scaling":{"type":"su","short_factor":[1,1,1,1,1,1,1,2],"long_factor":[1,1,1,1,1,1,1,3]}})",
      R"({"lastFactor":2})");
  row("Phi-3, a part of a head", "phi3",
      R"({"partial_rotary_factor":0.75,"rope_parameters":{"rope_type":"default","rope_theta":10000,"partial_rotary_factor":0.75}})",
      R"({"rotary":12,"headDim":16})");
}

void TestHfModel::keys() {
  QFETCH(QString, checkpointName);
  QFETCH(QByteArray, edit);
  QFETCH(QByteArray, expected);
  put(QStringLiteral("config.json"), bytesOf(checkpoint(qPrintable(checkpointName)) + QStringLiteral("/config.json")));
  change([&](QJsonObject& o) {
    const QJsonObject e = QJsonDocument::fromJson(edit).object();
    for (auto it = e.begin(); it != e.end(); ++it) {
      if (it.value() == QStringLiteral("-"))
        o.remove(it.key());
      else
        o[it.key()] = it.value();
    }
  });
  const ModelConfig c = config();
  const QHash<QString, double> has{{"theta", c.ropeTheta},
                                   {"slidingTheta", c.slidingRopeTheta},
                                   {"factors", double(c.ropeFreqFactors.size())},
                                   {"firstFactor", c.ropeFreqFactors.empty() ? 1 : c.ropeFreqFactors.front()},
                                   {"lastFactor", c.ropeFreqFactors.empty() ? 1 : c.ropeFreqFactors.back()},
                                   {"ropeScale", c.ropeScale},
                                   {"headDim", c.headDim},
                                   {"kvHeads", c.kvHeads},
                                   {"window", double(c.slidingWindow)},
                                   {"slidingLayers", double(std::count(c.sliding.begin(), c.sliding.end(), 1))},
                                   {"offset", c.normOffset},
                                   {"attentionScale", c.attentionScale},
                                   {"feedForward", c.feedForward},
                                   {"context", double(c.contextLength)},
                                   {"rotary", c.ropeDim}};
  const QJsonObject want = QJsonDocument::fromJson(expected).object();
  QVERIFY(!want.isEmpty());
  for (auto it = want.begin(); it != want.end(); ++it) {
    QVERIFY(has.contains(it.key()));
    QVERIFY2(std::fabs(has[it.key()] / (it.value().toDouble() + 1e-30) - 1) < 1e-6 || has[it.key()] == it.value().toDouble(),
             qPrintable(it.key() + QStringLiteral(": %1").arg(has[it.key()])));
  }
}

/// A multimodal Gemma 3 keeps the language part below text_config, without what is as its class has it.
void TestHfModel::textPart() {
  put(QStringLiteral("config.json"),
      R"({"model_type":"gemma3","vision_config":{"hidden_size":1152},"text_config":{"hidden_size":2560,"intermediate_size":10240,"num_hidden_layers":34,
          "rope_scaling":{"factor":8.0,"rope_type":"linear"},"sliding_window":1024}})");
  const HfConfig h = readHfConfig(at(QStringLiteral("config.json")).toStdString());
  QCOMPARE(h.model.heads, 8);
  QCOMPARE(h.model.kvHeads, 4);
  QCOMPARE(h.model.headDim, 256);
  QCOMPARE(h.model.vocab, 262208);
  QCOMPARE(h.model.slidingWindow, int64_t{1024});
  QVERIFY(h.model.isSliding(0) && !h.model.isSliding(5) && h.model.tiedEmbedding);
  QCOMPARE(h.model.ropeFreqFactors.front(), 8.f);
  QCOMPARE(h.notices.size(), size_t{1});
}

void TestHfModel::refusedKeys_data() {
  QTest::addColumn<QString>("checkpointName");
  QTest::addColumn<QByteArray>("edit");
  QTest::addColumn<QString>("key");
  QTest::addColumn<QString>("reason");
  const auto row = [](const char* name, const char* from, const char* edit, const char* key, const char* reason) {
    QTest::newRow(name) << QString::fromLatin1(from) << QByteArray(edit) << QString::fromLatin1(key) << QString::fromLatin1(reason);
  };
  row("unknown architecture", "llama", R"({"model_type":"mamba2"})", "'model_type'", "'mamba2'");
  row("no architecture", "llama", R"({"model_type":"-"})", "'model_type'", "missing");
  row("architecture that is a number", "llama", R"({"model_type":7})", "'model_type'", "no text");
  row("layers", "llama", R"({"num_hidden_layers":100000})", "'num_hidden_layers'", "1 to 1024");
  row("negative layers", "llama", R"({"num_hidden_layers":-1})", "'num_hidden_layers'", "1 to 1024");
  row("layers that are a text", "llama", R"({"num_hidden_layers":"2"})", "'num_hidden_layers'", "no whole number");
  row("half a head", "llama", R"({"num_attention_heads":2.5})", "'num_attention_heads'", "no whole number");
  row("KV heads", "llama", R"({"num_key_value_heads":3})", "'num_key_value_heads'", "not divisible");
  row("odd heads", "llama", R"({"head_dim":15})", "'head_dim'", "even");
  row("heads that do not fit", "llama", R"({"num_attention_heads":5,"num_key_value_heads":5,"head_dim":null})", "'num_attention_heads'",
      "not divisible");
  row("activation", "llama", R"({"hidden_act":"relu2"})", "'hidden_act'", "'relu2'");
  row("epsilon", "llama", R"({"rms_norm_eps":0})", "'rms_norm_eps'", "above 0");
  row("yarn", "llama", R"({"rope_parameters":{"rope_type":"yarn","factor":4}})", "rope_type'", "'yarn' is not supported");
  row("dynamic", "llama", R"({"rope_parameters":"-","rope_scaling":{"type":"dynamic","factor":4}})", "'rope_scaling.type'", "'dynamic'");
  row("linear without factor", "llama", R"({"rope_parameters":{"rope_type":"linear"}})", "'rope_parameters.factor'", "missing");
  row("llama3 turned round", "llama", R"({"rope_parameters":{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":1}})",
      "'rope_parameters.high_freq_factor'", "above low_freq_factor");
  row("theta", "llama", R"({"rope_parameters":{"rope_theta":-1}})", "'rope_parameters.rope_theta'", "above 0");
  row("rope_parameters that are a list", "llama", R"({"rope_parameters":[1]})", "'rope_parameters'", "no object");
  row("by kind of layer", "qwen3", R"({"rope_parameters":{"full_attention":{"rope_theta":1}}})", "full_attention'", "kind of layer");
  row("part of a head", "llama", R"({"partial_rotary_factor":0.5})", "'partial_rotary_factor'", "0.5");
  row("quantised", "llama", R"({"quantization_config":{"quant_method":"gptq","bits":4}})", "'quantization_config'", "gptq");
  row("biases of the feed-forward", "llama", R"({"mlp_bias":true})", "'mlp_bias'", "not supported");
  row("layer types", "qwen2", R"({"use_sliding_window":true,"sliding_window":8,"layer_types":["full_attention"]})", "'layer_types'", "list of 2");
  row("unknown layer type", "qwen2", R"({"use_sliding_window":true,"sliding_window":8,"layer_types":["full_attention","chunked_attention"]})",
      "'layer_types'", "chunked_attention");
  row("layers slide without window", "qwen2", R"({"layer_types":["full_attention","sliding_attention"]})", "'sliding_window'", "missing");
  row("capped logits", "gemma3", R"({"final_logit_softcapping":30})", "'final_logit_softcapping'", "null");
  row("both directions", "gemma3", R"({"use_bidirectional_attention":true})", "'use_bidirectional_attention'", "true");
  row("scaled sliding layers", "gemma3", R"({"rope_parameters":{"sliding_attention":{"rope_type":"linear","factor":2}}})", "sliding_attention",
      "'linear'");
  row("pictures without text", "gemma3", R"({"model_type":"gemma3"})", "'text_config'", "missing");
  row("by layer", "gpt2", R"({"scale_attn_by_inverse_layer_idx":true})", "'scale_attn_by_inverse_layer_idx'", "not supported");
  row("long factors", "phi3", R"({"rope_parameters":{"rope_type":"longrope","short_factor":[1,1,1,1,1,1,1,1],"long_factor":[1]}})", "long_factor'",
      "list of 8");
  row("a factor of 0", "phi3", R"({"rope_parameters":{"rope_type":"longrope","short_factor":[1,1,1,0,1,1,1,1],"long_factor":[1,1,1,1,1,1,1,1]}})",
      "short_factor'", "element 3");
}

void TestHfModel::refusedKeys() {
  QFETCH(QString, checkpointName);
  QFETCH(QByteArray, edit);
  QFETCH(QString, key);
  QFETCH(QString, reason);
  copy(qPrintable(checkpointName));
  change([&](QJsonObject& o) {
    const QJsonObject e = QJsonDocument::fromJson(edit).object();
    for (auto it = e.begin(); it != e.end(); ++it) {
      if (it.value() == QStringLiteral("-"))
        o.remove(it.key());
      else
        o[it.key()] = it.value();
    }
  });
  refused(QStringLiteral("config.json"), key, reason);
}

void TestHfModel::hostileJson_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::newRow("empty") << QByteArray();
  QTest::newRow("list") << QByteArray("[]");
  QTest::newRow("cut") << QByteArray(R"({"model_type":"llama")");
  QTest::newRow("deep") << QByteArray(R"({"a":)") + QByteArray(100000, '[');
  QTest::newRow("invalid UTF-8") << QByteArray("{\"model_type\":\"\xff\"}");
  QTest::newRow("a number of 400 digits") << QByteArray(R"({"model_type":"llama","vocab_size":)") + QByteArray(400, '9') + "}";
  QTest::newRow("17 MB") << QByteArray(17 << 20, ' ') + "{}";
}

void TestHfModel::hostileJson() {
  QFETCH(QByteArray, text);
  copy("llama");
  put(QStringLiteral("config.json"), text);
  const OpenResult r = open(m_folder->path());
  QCOMPARE(r.code, 2);
  QVERIFY2(r.error.startsWith(at(QStringLiteral("config.json"))) && r.error.size() < 800, qPrintable(r.error));
}

/// Data behind a header of odd length: values are as before, at addresses that the kernels may read.
void TestHfModel::oddAddresses() {
  for (const char* name : {"llama", "gpt2"}) {
    m_folder = std::make_unique<QTemporaryDir>();
    copy(name);
    const QString file = QStringLiteral("model.safetensors");
    const QByteArray all = bytesOf(at(file));
    uint64_t length = 0;
    std::memcpy(&length, all.constData(), 8);
    const QByteArray header = all.mid(8, qsizetype(length)) + QByteArray(length % 2 ? 2 : 1, ' ');
    const auto longer = uint64_t(header.size());
    put(file, QByteArray(reinterpret_cast<const char*>(&longer), 8) + header + all.mid(8 + qsizetype(length)));
    const OpenResult odd = open(m_folder->path()), even = open(checkpoint(name));
    QVERIFY2(odd.model, qPrintable(odd.error));
    QCOMPARE(dequantize(odd.model->embedding()), dequantize(even.model->embedding()));
    for (int l = 0; l < 2; ++l) {
      const LayerTensors &a = odd.model->layer(l), &b = even.model->layer(l);
      for (const auto& [x, y] : {std::pair{&a.q, &b.q}, {&a.v, &b.v}, {&a.o, &b.o}, {&a.down, &b.down}, {&a.attnNorm, &b.attnNorm}}) {
        QCOMPARE(reinterpret_cast<uintptr_t>(x->data) % 2, uintptr_t{0});
        QCOMPARE(dequantize(*x), dequantize(*y));
      }
    }
  }
}

QTEST_APPLESS_MAIN(TestHfModel)
#include "tst_hf_model.moc"
