// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
// Many texts through one tokenizer, for comparisons with peers (tests/oracle/check_tokenizers.py).
//   tokenize_batch MODEL < TEXTS > ROWS      MODEL: a GGUF file, or a folder with the files of a Hugging Face tokenizer
// TEXTS: one JSON string a line. ROWS: one JSON object a line, {"ids":[...],"text":what the ids decode to}.
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/api/error.h"
#include "core/format/hf_vocab.h"
#include "core/tokenizer/tokenizer.h"

int main(int argc, char** argv) {
  using nlohmann::json;
  if (argc != 2) {
    std::cerr << "usage: tokenize_batch MODEL < TEXTS\n";
    return 2;
  }
  try {
    const std::string model = argv[1];
    const presslab::VocabData vocab =
        std::filesystem::is_directory(model) ? presslab::readHfVocab(model) : presslab::openModelFile(model, true)->vocab();
    const presslab::Tokenizer tokenizer(vocab);
    for (const std::string& notice : tokenizer.notices()) std::cerr << notice << "\n";
    for (std::string line; std::getline(std::cin, line);) {
      const std::vector<int32_t> ids = tokenizer.encode(json::parse(line).get<std::string>());
      const json row = {{"ids", ids}, {"text", tokenizer.decode(ids)}};
      std::cout << row.dump(-1, ' ', true, json::error_handler_t::replace) << "\n";
    }
  } catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 2;
  }
  return 0;
}
