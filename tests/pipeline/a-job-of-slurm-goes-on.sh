# examples/cluster/train.sbatch: a training that is told to end is queued again and goes on; another error is not, nor what
# ends with 75 again and again. Slurm is played by two scripts.
tiny-run pre
mkdir slurm
printf '#!/bin/sh\nexec "$@"\n' >slurm/srun
printf '#!/bin/sh\necho "$@" >>queue\n' >slurm/scontrol
printf '#!/bin/sh\nexit 75\n' >slurm/silent
chmod +x slurm/*
export PATH=$PWD/slurm:$PATH SLURM_JOB_ID=42 SLURM_CPUS_PER_TASK=1
job=(bash "$EXAMPLES/cluster/train.sbatch" pre.jsonl run --arch ffanet-tiny --batch 2 --precision float32 --epochs 400)
# expect STATUS COMMAND...
expect() {
  local status=0
  "${@:2}" || status=$?
  [ $status = "$1" ] || { echo "${*:2}: status $status"; cat words; exit 1; }
}
# What --signal does to the processes that srun started.
terminate() { kill -TERM "$(pgrep -P "$1" -x tn-train)"; }

"${job[@]}" 2>words &
until [ -s run/log.jsonl ]; do kill -0 $!; sleep 0.02; done
terminate $!
expect 75 wait $!
[ "$(cat queue)" = 'requeue 42' ]
# It goes on, and is told to end once more.
SLURM_RESTART_COUNT=1 "${job[@]}" 2>words &
until grep -q 'going on after' words; do kill -0 $!; sleep 0.02; done
terminate $!
expect 75 wait $!
[ "$(wc -l <queue)" = 2 ]

expect 2 "${job[@]}" --no-such-option 2>words
SLURM_RESTART_COUNT=5 RESTARTS=5 LAUNCH=silent expect 75 "${job[@]}" 2>words
[ "$(wc -l <queue)" = 2 ]
