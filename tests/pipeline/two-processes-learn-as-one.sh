# Two processes with half of each batch have the losses of one with the whole; a lost process ends the others.
command -v mpirun >/dev/null || { echo "no mpirun"; exit 77; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
tn-phantoms -q -o data --patients 20 --seed 3 --width 128 --height 128
tn-split -q --import csv data/labels.csv --ratio 2:1 --seed 1 | tn-preprocess -q --size 128 -o pre - >pre.jsonl
run=(--arch ffanet-tiny --batch 8 --precision float32 --optimizer sgd --lr 0.0001 --warmup 0 --max-steps 20 -j 1)
tn-train -q -o one "${run[@]}" pre.jsonl
mpirun -n 2 tn-train -o two "${run[@]}" --sync-batch-norm pre.jsonl 2>words
grep -q 'tn-train: 2 processes' words
[ "$(grep -c 'epoch 1:' words)" = 1 ] || { echo "both processes speak:"; cat words; exit 1; }
paste <(jq 'select(.loss).loss' one/log.jsonl) <(jq 'select(.loss).loss' two/log.jsonl) | awk '
  { away = $1 > $2 ? $1 - $2 : $2 - $1; if (away > most) most = away }
  END { printf "%d epochs, losses differ by %.1e at most\n", NR, most; exit !(NR == 7 && most < 1e-4) }'
jq -s 'map(select(.val_dice)) | length == 14' one/log.jsonl two/log.jsonl | grep -qx true
tn-infer -q -m two/model.safetensors --limit 2 pre.jsonl >pred.jsonl
[ "$(grep -c p_malignant pred.jsonl)" = 2 ]

# One process falls silent: the other gives up in time, and the checkpoint is whole.
run=(--arch ffanet-tiny --batch 4 --epochs 100000 --precision float32 --checkpoint-every 1s -j 1)
lose-a-process 60 "${run[@]}" pre.jsonl
# Another setting is refused, so the checkpoint was read.
timeout 60 tn-train -o lost "${run[@]}" --max-time 1s --resume pre.jsonl 2>refused && exit 1
grep -q -e '--max-time' refused
