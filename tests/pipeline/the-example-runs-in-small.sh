# examples/pipeline.sh, the commands of README, with few patients and epochs: every output it names is there.
"$EXAMPLES/pipeline.sh" out 15 2
for output in data/labels.csv all.jsonl pre run/model.safetensors run/log.jsonl pred cases.jsonl report.json report.md \
  worst.png curves.png; do
  [ -s "out/$output" ] || { echo "$output is missing or empty"; exit 1; }
done
# README shows the same programs, with the same options where it names any.
readme=$EXAMPLES/../README.md
for call in 'tn-split --import csv data/labels.csv --group patient --stratify label,size --ratio 7:1:2' \
  'tn-infer -m run/model.safetensors --select split=test -o pred all.jsonl'; do
  grep -qF "$call" "$readme" && grep -qF "$call" "$EXAMPLES/pipeline.sh" || { echo "README and example differ: $call"; exit 1; }
done
