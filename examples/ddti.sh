#!/usr/bin/env bash
# The chain on real images (DDTI): ddti.sh DDTI-FOLDER OUT-FOLDER [OPTION-OF-TN-TRAIN]...
# DDTI-FOLDER holds labels.csv, duplicates.csv, images/ and masks/. Without options tn-train's preset learns for 45
# minutes, --max-time 45m; recipes.md has what it reached beside others. Needs the programs on PATH.
set -euo pipefail
usage="usage: ddti.sh DDTI-FOLDER OUT-FOLDER [OPTION-OF-TN-TRAIN]..."
data=$(realpath "${1:?$usage}")
[ -e "$data/labels.csv" ] || { echo "ddti.sh: $data/labels.csv: not there" >&2; exit 66; }
mkdir "${2:?$usage}"
cd "$2"
shift 2
[ $# -gt 0 ] || set -- --max-time 45m

# Sixteen images are the pictures of other patients again (duplicates.csv): left out, so that no picture is in two splits.
tn-split --import ddti "$data" --select duplicate=null --group patient --stratify label,size --ratio 7:1:2 --seed 7 >all.jsonl
tn-preprocess --size 256 --fit stretch -o pre all.jsonl | tn-train --alpha 0.2 "$@" -o run -
tn-infer -m run/model.safetensors --select split=test -o pred all.jsonl |
  tn-eval --per-case cases.jsonl --json report.json --markdown report.md
jq -c 'select(.metrics)' cases.jsonl | jq -sc 'sort_by(.metrics.dice)[:20][]' | tn-viz sheet -o worst.png -
tn-viz curves -o curves.png run/log.jsonl
