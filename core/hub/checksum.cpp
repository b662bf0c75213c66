// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#include "core/hub/checksum.h"

#include <openssl/evp.h>

#include "core/api/error.h"

namespace presslab::hub {

struct Checksum::Impl {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~Impl() { EVP_MD_CTX_free(context); }
};

Checksum::Checksum(Kind kind, int64_t gitBytes) : d(std::make_unique<Impl>()) {
  if (!d->context || EVP_DigestInit_ex(d->context, kind == Kind::Sha256 ? EVP_sha256() : EVP_sha1(), nullptr) != 1)
    throw Failure(ErrorCode::Failed, "the hash function is not available");
  if (kind == Kind::GitSha1) {
    const std::string head = "blob " + std::to_string(gitBytes);
    add(head.c_str(), head.size() + 1);  // with its NUL
  }
}

Checksum::~Checksum() = default;

void Checksum::add(const void* data, size_t bytes) { EVP_DigestUpdate(d->context, data, bytes); }

std::string Checksum::finish() {
  static const char kDigits[] = "0123456789abcdef";
  unsigned char raw[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(d->context, raw, &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += kDigits[raw[i] >> 4];
    text += kDigits[raw[i] & 15];
  }
  return text;
}

}  // namespace presslab::hub
