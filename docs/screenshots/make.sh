#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The PressLab developers
# SPDX-License-Identifier: Apache-2.0
# Pictures of every page from one run of the default comparison, a small grid, a claims report and a question: English and light, Chinese and
# dark, and 200 %.
# usage: docs/screenshots/make.sh [RUN GRID CLAIMS]   (kept ones, so that only the question runs; PRESSLAB_BUILD: the build folder)
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
build=${PRESSLAB_BUILD:-build}
out=docs/screenshots
limit=450000
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# A home of its own: no settings, no history; paths in the pictures start at the checkout.
export HOME=$PWD XDG_CONFIG_HOME=$tmp/config XDG_DATA_HOME=$tmp/data XDG_CACHE_HOME=$tmp/cache XDG_RUNTIME_DIR=$tmp LC_ALL=C.UTF-8
run=${1:-$tmp/run} grid=${2:-$tmp/grid} claims=${3:-$tmp/claims}
if [ -z "${1:-}" ]; then
  # Inside the folder, so that the command in the pictures names no path of this machine.
  cli=$(realpath "$build/bin/presslab-cli")
  (cd "$tmp" && "$cli" compare --context 3500 --methods 'none;duo(ratio=0.5);eplb_duo(ratio=0.5)' -n 64 --out run >/dev/null
    "$cli" eval --task kld --press 'snapkv;duo;eplb_duo' --ratios .3,.5,.7 --lengths 500 --seeds 2 --out grid >/dev/null
    "$cli" claims --lengths 500,1000 --tips 500 --repeat 2 --out claims >/dev/null)
fi
ask='What are the main types of machine learning?'
"$build/bin/presslab" --screenshots "$tmp" --lang en --size 1280x800 --ask "$ask" "$run" "$grid" "$claims"
"$build/bin/presslab" --screenshots "$tmp" --suffix -zh-dark --lang zh_CN --dark --size 1280x800 --ask "$ask" "$run" "$grid" "$claims"
QT_SCALE_FACTOR=2 "$build/bin/presslab" --screenshots "$tmp" --suffix -200 --lang en --size 1280x800 --ask "$ask" "$run" "$grid" "$claims"
for picture in "$tmp"/*.png; do
  name=$(basename "$picture")
  if command -v pngquant >/dev/null; then
    cp "$picture" "$tmp/whole"
    for colours in 128 64 32; do  # as many as the limit lets stand
      pngquant --force --speed 1 --output "$picture" $colours "$tmp/whole"
      [ "$(stat -c %s "$picture")" -le $limit ] && break
    done
  fi
  if command -v optipng >/dev/null; then optipng -quiet "$picture"; fi
  bytes=$(stat -c %s "$picture")
  if [ "$bytes" -gt $limit ]; then echo "$name: $bytes bytes, more than $limit (pngquant makes it smaller)" >&2; exit 1; fi
  mv "$picture" "$out/$name"
done
