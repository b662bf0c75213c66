// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QList>
#include <QString>
#include <utility>

namespace presslab {

struct ChartData;
struct Comparison;

/// Where an exported file comes from, as names and values: program, commit, model and its hash, hash of the prompt, device, time, run, command.
using ProvenanceFields = QList<std::pair<QString, QString>>;
ProvenanceFields provenanceFields(const Comparison& comparison);
/// Of what a chart shows; where there is no comparison, the one line that it has.
ProvenanceFields provenanceFields(const ChartData& data);
/// "Software: PressLab 0.1.0 ... | Model: ...", on one line.
QString provenanceText(const ProvenanceFields& fields);

}  // namespace presslab
