# Phantoms in two folders are imported together and go through all six tools; the worst cases end in a contact sheet.
tn-phantoms -q -o first --layout folders --patients 30 --width 160 --height 120
tn-phantoms -q -o second --layout folders --patients 30 --first 31 --width 160 --height 120

tn-split --import folders --patient-from-name '^(p[0-9]+)_' --group patient --stratify label,size \
  --ratio 6:2:2 --seed 3 first second >all.jsonl
tn-preprocess --size 64 -o pre all.jsonl | tn-train --arch ffanet-tiny --epochs 8 -o run -
tn-infer -m run/model.safetensors --select split=test -o pred all.jsonl |
  tn-eval --per-case cases.jsonl --json - >report.json
jq -c 'select(.tn|not)' cases.jsonl | jq -sc 'sort_by(.metrics.dice)[:4][]' | tee worst.jsonl |
  tn-viz sheet -o worst.png -

fail() { echo "$*"; exit 1; }
pictures=$(find first second -name '*.png' ! -name '*_mask.png' | wc -l)
records=$(jq -s 'map(select(.id)) | length' all.jsonl)
[ "$records" -eq "$pictures" ] || fail "$records records of $pictures pictures"
jq -se 'map(select(.id)) | group_by(.patient) | all(map(.split) | unique | length == 1)' all.jsonl >/dev/null ||
  fail "a patient is in two splits"
jq -se 'map(select(.id)) | map(.label) | unique == ["benign", "malignant"]' all.jsonl >/dev/null || fail "labels are lost"

tests=$(jq -s 'map(select(.split == "test")) | length' all.jsonl)
[ "$(jq .counts.records report.json)" -eq "$tests" ] || fail "the report does not count the $tests test records"
jq -e '.counts.failed == 0 and .counts.mask.scored == .counts.records and .counts.class.scored == .counts.records' \
  report.json >/dev/null || fail "not every test record was scored"
[ "$(wc -l <worst.jsonl)" -eq 4 ] || fail "no four worst cases"
least=$(jq '.metrics.dice' worst.jsonl | head -n 1)
jq -se --argjson least "$least" 'map(select(.metrics) | .metrics.dice) | min == $least' cases.jsonl >/dev/null ||
  fail "the first of the worst cases is not the worst"
[ "$(head -c 8 worst.png | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "worst.png is no PNG"
for id in $(jq -r .id worst.jsonl); do # masks have the image's own size
  size() { od -An -tu1 -j16 -N8 "$1"; }
  [ "$(size "pred/$id.png")" = "$(size "$(jq -r "select(.id == \"$id\") | .image" worst.jsonl)")" ] || fail "$id: size"
done
