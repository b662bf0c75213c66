// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>

#include "core/format/mapped_file.h"

namespace presslab {

struct ZipEntry {
  uint64_t offset = 0, bytes = 0;
};  // of the data in the file

/// True when the file begins as a zip archive does.
bool isZip(const MappedFile&);
/// The entries of a zip archive by name. Only stored (not deflated, not encrypted) entries; zip64 is read. Checks every place against the file and
/// its local header, and that entries do not lie over each other. Throws Failure(BadInput) "PATH: 0xOFFSET: reason (limit)". Source: the format's
/// description (APPNOTE), sections 4.3 to 4.5.
std::map<std::string, ZipEntry, std::less<>> zipEntries(const MappedFile&);

}  // namespace presslab
