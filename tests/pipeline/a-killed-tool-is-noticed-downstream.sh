# A pipeline whose first tool is killed does not end in a report that looks whole.
tiny-run
status=0
(set +o pipefail; tn-infer -q -m run/model.safetensors -o pred all.jsonl | head -n 3 | tn-eval -q --json report.json) 2>err || status=$?
[ "$status" -eq 65 ] || { echo "tn-eval: status $status, expected 65"; cat err; exit 1; }
[ ! -e report.json ] || { echo "a report was written"; exit 1; }
grep -q -- '--allow-truncated' err || { cat err; exit 1; }
