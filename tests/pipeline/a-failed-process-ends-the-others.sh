# What one process alone cannot do is told once and ends all, with its exit status; one process goes on with what is
# there. Launchers are told apart.
command -v mpirun >/dev/null || { echo "no mpirun"; exit 77; }
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
tiny-run pre
run=(--arch ffanet-tiny --batch 2 --precision float32 -j 1)
# expect STATUS WORDS COMMAND...: waits a minute at most
expect() {
  local code=0
  timeout -k 10 60 "${@:3}" 2>words || code=$?
  [[ $code = $1 ]] && [ "$(grep -c -e "tn-train: error: .*$2" words)" = 1 ] || { echo "$*: $code"; cat words; exit 1; }
}
tn-train -q -o done "${run[@]}" --max-steps 1 pre.jsonl
expect 73 'done/model.safetensors: exists' mpirun -n 2 tn-train -o done "${run[@]}" pre.jsonl
expect 66 none.jsonl mpirun -n 1 tn-train -o no "${run[@]}" pre.jsonl : -n 1 tn-train -o no "${run[@]}" none.jsonl
[ ! -e no/model.safetensors ] || { echo "process 0 went on alone"; exit 1; }

# Process 0 can write no more, while the other waits for it.
( for _ in $(seq 600); do [ -e away/checkpoint-previous.safetensors ] && break; sleep 0.1; done; mv away gone ) &
long=("${run[@]}" --epochs 60)
expect "7[34]" away/ mpirun -n 2 tn-train -o away "${long[@]}" --sync-batch-norm pre.jsonl
wait
# One process goes on with what several began.
expect 2 '--sync-batch-norm' tn-train -o gone "${long[@]}" --resume pre.jsonl
tn-train -o gone "${long[@]}" --sync-batch-norm --resume pre.jsonl 2>words
grep -q 'going on after' words
jq -s -e 'map(select(.val_dice).epoch) == [range(1; 61)]' gone/log.jsonl >/dev/null || { cat gone/log.jsonl; exit 1; }

# A job of Slurm with four tasks, of which srun started none: one process, and an option for several is refused.
SLURM_NTASKS=4 tn-train -q -o alone "${run[@]}" --max-steps 1 pre.jsonl
SLURM_NTASKS=4 expect 2 '--sync-batch-norm has no effect' tn-train -o no2 "${run[@]}" --sync-batch-norm pre.jsonl
SLURM_NTASKS=4 SLURM_STEP_NUM_TASKS=1 expect 2 'has no effect' tn-train -o no2 "${run[@]}" --sync-batch-norm pre.jsonl
# Two that do not know of each other would write the same run.
SLURM_STEP_NUM_TASKS=2 expect 2 '2 processes were launched, but MPI finds 1' tn-train -o no2 "${run[@]}" pre.jsonl
[ ! -e no2 ]
