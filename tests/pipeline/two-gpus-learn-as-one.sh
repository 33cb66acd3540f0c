# Two processes with a GPU each have the losses of one with the whole batch; their sums go from GPU to GPU.
command -v mpirun >/dev/null || { echo "no mpirun"; exit 77; }
gpus=$(nvidia-smi -L 2>/dev/null | grep -c '^GPU') || true
[ "${gpus:-0}" -ge 2 ] || { echo "two GPUs are needed, this machine has ${gpus:-0}"; exit 77; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
tn-phantoms -q -o data --patients 20 --seed 3 --width 128 --height 128
tn-split -q --import csv data/labels.csv --ratio 2:1 --seed 1 | tn-preprocess -q --size 128 -o pre - >pre.jsonl
run=(--device cuda --arch ffanet-tiny --batch 8 --precision float32 --optimizer sgd --lr 0.0001 --warmup 0 --max-steps 20)
tn-train -q -o one "${run[@]}" pre.jsonl
mpirun -n 2 tn-train -v -o two "${run[@]}" --sync-batch-norm pre.jsonl 2>words
grep -q 'sums over processes go through NCCL' words || { cat words; exit 1; }
paste <(jq 'select(.loss).loss' one/log.jsonl) <(jq 'select(.loss).loss' two/log.jsonl) | awk '
  { away = $1 > $2 ? $1 - $2 : $2 - $1; if (away > most) most = away }
  END { printf "%d epochs, losses differ by %.1e at most\n", NR, most; exit !(NR == 7 && most < 1e-4) }'

# One process falls silent, wherever it is in a step: the other gives up, also where CUDA lets it wait.
run=(--device cuda --arch ffanet-tiny --batch 4 --epochs 100000 --sync-batch-norm --checkpoint-every 1s)
lose-a-process 120 "${run[@]}" pre.jsonl
