#!/usr/bin/env bash
# The whole chain on drawn phantoms: pipeline.sh FOLDER [PATIENTS [EPOCHS]]
# Needs the programs on PATH (build/bin). Leaves in FOLDER: data/, all.jsonl, pre/, run/, pred/, cases.jsonl, report.json,
# report.md, worst.png and curves.png. FOLDER must not exist yet.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: pipeline.sh FOLDER [PATIENTS [EPOCHS]]" >&2; exit 2; }
patients=${2:-450}
epochs=${3:-24}
mkdir "$1"
cd "$1"

tn-phantoms -o data --patients "$patients"
tn-split --import csv data/labels.csv --group patient --stratify label,size --ratio 7:1:2 --seed 7 >all.jsonl
tn-preprocess --size 128 -o pre all.jsonl |
  tn-train --arch ffanet-tiny --epochs "$epochs" -o run -
tn-infer -m run/model.safetensors --select split=test -o pred all.jsonl |
  tn-eval --per-case cases.jsonl --json report.json --markdown report.md
jq -c 'select(.metrics)' cases.jsonl | jq -sc 'sort_by(.metrics.dice)[:12][]' | tn-viz sheet -o worst.png -
tn-viz curves -o curves.png run/log.jsonl
