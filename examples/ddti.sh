#!/usr/bin/env bash
# The chain on real images (DDTI): ddti.sh DDTI-FOLDER OUT-FOLDER [TIME [ARCH]]
# DDTI-FOLDER holds labels.csv, duplicates.csv, images/ and masks/. TIME is for training: 45m. Needs the programs on PATH.
set -euo pipefail
data=$(realpath "${1:?usage: ddti.sh DDTI-FOLDER OUT-FOLDER [TIME [ARCH]]}")
mkdir "${2:?usage: ddti.sh DDTI-FOLDER OUT-FOLDER [TIME [ARCH]]}"
cd "$2"

# Sixteen images are the pictures of other patients again (duplicates.csv): left out, so that no picture is in two splits.
tn-split --import ddti "$data" --select duplicate=null --group patient --stratify label,size --ratio 7:1:2 --seed 7 >all.jsonl
tn-preprocess --size 256 -o pre all.jsonl |
  tn-train --arch "${4:-ffanet39}" --alpha 0.2 --max-time "${3:-45m}" -o run -
tn-infer -m run/model.safetensors --select split=test -o pred all.jsonl |
  tn-eval --per-case cases.jsonl --json report.json --markdown report.md
jq -c 'select(.metrics)' cases.jsonl | jq -sc 'sort_by(.metrics.dice)[:20][]' | tn-viz sheet -o worst.png -
tn-viz curves -o curves.png run/log.jsonl
