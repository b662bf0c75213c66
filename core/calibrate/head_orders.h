// SPDX-FileCopyrightText: 2026 The PressLab developers
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/calibrate/calibrate.h"
#include "core/engine/gate_training.h"

namespace presslab {

/// One value a head, (L, kvHeads) of the layers that presses see; the head with the lowest value streams first.
struct HeadValuesReport {
  std::vector<float> values;
  std::string about;  // settings, for the file's metadata
  int documents = 0;
  int64_t tokens = 0;
};

/// order=loo: for every KV head KL(full || that head alone streams with the window 16+112), in nats, mean over the next tokens of texts and over the
/// answers of passkey texts (4 documents in all, 2 when light; 24 positions of each). The context is prefilled with everything kept, then cut in one
/// head. Deterministic with the seed. Throws Failure(Cancelled), Failure(BadInput) when the model has too few positions.
HeadValuesReport leaveOneOut(LoadedModel&, const CalibrateSpec&, const std::function<void(double, const std::string&)>& progress, std::stop_token);

/// order=on_the_fly: kvpress's DuoAttentionPress(on_the_fly_scoring=True): of each document the mean query and the mean key of a head, put at 500
/// positions; the mean of the cumulated attention of the last query, over the group and the documents. Low: the head looks at what is near.
HeadValuesReport onTheFlyScores(LoadedModel&, const CalibrateSpec&, const std::function<void(double, const std::string&)>& progress, std::stop_token);

/// order=gates: DuoAttention's own optimisation (core/engine/gate_training.h) on texts with passkeys, through the LibTorch module. Minutes on a
/// small model; a step costs about four forward passes. Throws Failure: Device without the module, BadInput when passkeys do not fit the model's
/// positions, Cancelled.
HeadValuesReport trainHeadGates(LoadedModel&, const CalibrateSpec&, int steps, double lambda,
                                const std::function<void(double, const std::string&)>& progress, std::stop_token);
/// The texts of that training: filler of the calibration texts with three passkeys of spelling words, the request to name them, the answer.
std::vector<AnswerText> gateTexts(const LoadedModel&, const CalibrateSpec&);

/// The score of one layer's KV head from its trace, for onTheFlyScores and tests. Without rotary positions every head has (n + 1) / 2n.
double onTheFlyScore(const LayerTrace&, const HeadShape&, int head);

}  // namespace presslab
