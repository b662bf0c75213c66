#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
"""Golden dequantisation data: tests/data/format/<TYPE>.bin, one file a tensor type.

Little-endian: uint32 elements, uint32 data bytes, the encoded data, then the elements as float32 as PyPI gguf 0.19.0 decodes them.
The data are random blocks (fixed seed) whose scales are finite: normal, subnormal, zero and negative ones.

    pip install gguf==0.19.0 numpy && python tests/oracle/make_gguf_dequant.py
"""
import pathlib
import struct

import gguf
import numpy as np

ELEMENTS = 512
# Places of the half-precision scales in a block.
SCALES = {"F16": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
TYPES = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]


def main() -> None:
    folder = pathlib.Path(__file__).resolve().parent.parent / "data" / "format"
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(20240229)
    for name in TYPES:
        kind = gguf.GGMLQuantizationType[name]
        block, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = ELEMENTS // block
        if name == "F32":
            data = random.standard_normal(ELEMENTS).astype("<f4").view(np.uint8).reshape(blocks, size)
        elif name == "BF16":
            data = (random.standard_normal(ELEMENTS).astype("<f4").view("<u4") >> 16).astype("<u2").view(np.uint8).reshape(blocks, size)
        else:
            data = random.integers(0, 256, (blocks, size), dtype=np.uint8)
            for at in SCALES[name]:
                half = (random.standard_normal(blocks) * 0.02).astype("<f2")
                half[0] = np.float16(3e-7)          # subnormal
                if blocks > 4:
                    half[1] = np.float16(0)
                data[:, at:at + 2] = half.view(np.uint8).reshape(blocks, 2)
        decoded = gguf.quants.dequantize(data.reshape(-1), kind).astype("<f4").reshape(-1)
        assert decoded.size == ELEMENTS and np.isfinite(decoded).all(), name
        with open(folder / f"{name}.bin", "wb") as out:
            out.write(struct.pack("<II", ELEMENTS, data.size) + data.tobytes() + decoded.tobytes())
        print(name, data.size)


if __name__ == "__main__":
    main()
