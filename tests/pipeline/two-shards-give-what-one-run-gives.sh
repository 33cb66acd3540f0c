# examples/cluster: two shards by make, by GNU parallel and by an array of Slurm give the records, frames, masks and report
# of one run, byte for byte. A shard that fails is done again alone.
tiny-run
recipes=$EXAMPLES/cluster
export TN_JOBS=1 SHARD=$recipes/shard MODEL=run/model.safetensors PREPROCESS='--size 64' INFER='--precision float32'

tn-split -q --no-pg all.jsonl | tn-preprocess -q --size 64 -o out/frames - >pre.jsonl
tn-split -q --no-pg all.jsonl | tn-infer -q --precision float32 --resume -m $MODEL -o out/masks - >pred.jsonl
mv pre.jsonl pred.jsonl out
tn-eval -q --force --json out/report.json out/pred.jsonl
[ "$(grep -c out/masks/ out/pred.jsonl)" -ge 12 ]
mv out whole

# Puts together what is in out/: it is what one run gave, the lines of the journal in any order.
recipe() { make -s -f "$recipes/Makefile" MANIFEST=all.jsonl N=2 OUT=out "$@"; }
expect_whole() {
  recipe -j2 preprocess report
  for file in pre.jsonl pred.jsonl report.json; do cmp "out/$file" "whole/$file"; done
  diff -r out/frames whole/frames
  diff -r -x journal.jsonl out/masks whole/masks
  diff <(sort out/masks/journal.jsonl) <(sort whole/masks/journal.jsonl)
  [ "$(find out -name '*.jsonl.*')" = '' ]
  rm -r out
}
expect_whole 2>words
grep -q '0 of 6 records were in the journal' words

if command -v parallel >none; then
  for step in preprocess infer; do
    seq 2 | parallel -j2 --joblog $step.tsv "$SHARD" $step {}/2 all.jsonl out 2>words
  done
  expect_whole 2>words
  ! grep -q records words || { echo "make did again what was done:"; cat words; exit 1; }
fi

# A task of an array, with the variables that Slurm sets.
task() { SLURM_ARRAY_TASK_ID=$1 SLURM_CPUS_PER_TASK=1 bash "$recipes/array.sbatch" "${@:2}" 2>words; }
for step in preprocess infer; do
  task 1 $step 2 all.jsonl out &
  task 2 $step 2 all.jsonl out
  wait $!
done
expect_whole 2>words

# An image of shard 2 is not there: this shard alone is not done, and again when the image is back.
image=$(jq -r 'select(.id).image' all.jsonl | sed -n 2p)
mv "$image" away
! recipe -k preprocess report 2>words || { echo "a shard with a failed record was done"; exit 1; }
[ "$(cd out && find pre pred -type f | sort | xargs)" = 'pre/1-of-2.jsonl pred/1-of-2.jsonl' ]
! tn-split -q --merge out/pred/*-of-2.jsonl 2>words || { echo "a missing shard was not missed"; exit 1; }
grep -q 'shard 2 of 2 is missing' words
status=0
task 2 infer 2 all.jsonl out || status=$?
[ $status = 1 ]
ERRORS=keep recipe predict 2>words
jq -se 'map(select(.status == "error")) | length == 1' out/pred.jsonl >none
rm out/pred.jsonl out/pred/2-of-2.jsonl
mv away "$image"
expect_whole 2>words
grep -q '5 of 6 records were in the journal' words

# Each shard with a folder of its own: the same records but for the masks' paths.
APART=1 recipe predict 2>words
cmp <(grep -v '^{"tn"' out/pred.jsonl | sed 's|out/masks/[12]-of-2/|out/masks/|') <(grep -v '^{"tn"' whole/pred.jsonl)
cmp out/masks/1-of-2/p0001_1.png whole/masks/p0001_1.png

# Another model in the same place is refused.
cp $MODEL other.safetensors
printf ' ' >>other.safetensors
! MODEL=other.safetensors recipe report 2>words || { echo "another model's answers were taken"; exit 1; }
grep -q 'answers of another model than other.safetensors' words
