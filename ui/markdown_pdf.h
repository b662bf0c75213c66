// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>

#include "ui/report.h"

namespace presslab {

/// A Markdown document (headings, paragraphs, tables) as a PDF in landscape, such as the claims report of `presslab-cli claims`. Written beside and
/// renamed. Throws std::runtime_error.
void writeMarkdownPdf(const QString& markdown, const QString& path, Paper paper);

}  // namespace presslab
