# examples/ci: the command of the GitHub Actions workflow, with FAST=1. The same model passes its own baseline; one that
# finds nothing fails, and the files for people and server say so; without a baseline nothing passes.
ln -s "$EXAMPLES" examples
workflow=examples/ci/github-actions.yml
command=$(sed -n 's/^ *run: PATH=[^ ]* \(make .* gate .*\)$/\1/p' "$workflow" | sed 's|BASELINE=examples/ci/|BASELINE=|')
[ -n "$command" ] || { echo "the workflow has no such step"; exit 1; }
! $command FAST=1 2>words || { echo "passed without a baseline"; exit 1; }
grep -q 'baseline.json' words
make -s -f examples/ci/Makefile FAST=1 baseline 2>words || { cat words; exit 1; }
$command FAST=1 2>words || { cat words; exit 1; }
grep -q 'gate: pass' words
grep -q 'failures="0"' gate/gate.xml
! $command FAST=1 INFER='--min-area 1000000' 2>words || { echo "a model that finds nothing passed"; exit 1; }
grep -q 'gate: fail' words
grep -q '<failure' gate/gate.xml
grep -q '| dice.mean |.*| fail |' gate/gate.md
for file in gate/gate.md gate/gate.xml gate/report.json; do grep -q "$file" "$workflow"; done
