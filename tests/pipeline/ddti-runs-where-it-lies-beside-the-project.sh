# examples/ddti.sh on the real images, with a tiny network and a short training. Needs ../shared/data/ddti.
data=$EXAMPLES/../../shared/data/ddti
if [ ! -e "$data/labels.csv" ]; then
  echo "no ../shared/data/ddti beside the project: real images are not tested"
  exit 77
fi
"$EXAMPLES/ddti.sh" "$data" out --arch ffanet-tiny --max-steps 60
cd out

records=$(jq -s '[.[] | select(.id)] | length' all.jsonl)
[ "$records" -eq 357 ] || { echo "$records records, expected 373 less the 16 duplicates"; exit 1; }
crossing=$(jq -s '[.[] | select(.id)] | group_by(.patient) | map(map(.split) | unique | length) | max' all.jsonl)
[ "$crossing" -eq 1 ] || { echo "a patient is in $crossing splits"; exit 1; }
# Labels are TI-RADS: every output says so.
jq -e '.label_source == "TI-RADS"' report.json >/dev/null
jq -e '.counts.failed == 0 and .counts.mask.missing == 0 and .counts.class.missing == 0' report.json >/dev/null
# 60 steps of a tiny network: better than an empty or a full mask, and no more is claimed.
jq -e '.overlap.dice.mean > 0.2' report.json >/dev/null
file=$(head -c 8 worst.png | od -An -tx1 | tr -d ' \n')
[ "$file" = 89504e470d0a1a0a ] || { echo "worst.png is no PNG"; exit 1; }
