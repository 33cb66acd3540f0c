# examples/pipeline.sh as scripts/demo runs it reaches Dice >= 0.80 and AUROC >= 0.85 on at least 60 test patients. On the
# same data these reach neither: a threshold with the mean grey level, a network that was not trained, and one that was
# trained on other images' truth.
"$EXAMPLES/pipeline.sh" out
cd out
gate report.json

for side in bright dark; do # grey level alone: nodules are neither the dark nor the bright part
  jq -c 'select(.tn or .split == "test")' all.jsonl | jq -c 'select(.tn != "end") | del(.end)' >tests.jsonl
  naive-predict tests.jsonl "naive-$side" $side | tn-eval -q --json naive-$side.json
  gate --not naive-$side.json
done

predict() { tn-infer -q -m "$1/model.safetensors" --select split=test all.jsonl -o "$1/pred" | tn-eval -q --json "$1.json"; }
tn-preprocess -q --size 128 -o again all.jsonl >pre.jsonl

tn-train -q --arch ffanet-tiny --max-steps 1 -o untrained pre.jsonl
predict untrained
gate --not untrained.json

# Each training image gets mask and label of another, 101 places on.
jq -sc '
  .[0], ([.[] | select(.split == "train")] as $train | ($train | length) as $n |
    range($n) as $i | $train[$i] | $train[($i + 101) % $n] as $other |
    .label = $other.label | .mask = $other.mask | .pre.mask = $other.pre.mask),
  (.[] | select(.split == "val"))' pre.jsonl | jq -c 'del(.end)' >shuffled.jsonl
tn-train -q --arch ffanet-tiny --epochs 8 -o shuffled shuffled.jsonl
predict shuffled
gate --not shuffled.json
