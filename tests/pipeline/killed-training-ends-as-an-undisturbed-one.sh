# Twenty SIGKILLs at random moments of a short run, each gone on with: the weights, the model document and the logs are
# those of a run that nothing disturbed.
tiny-run pre
options=(-q -j 1 --arch ffanet-tiny --epochs 25 --batch 2 --precision float32 --checkpoint-every 0.05s --cache-mb 0 --seed 4)
began=$(date +%s%3N)
tn-train -o whole "${options[@]}" pre.jsonl
slice=$((($(date +%s%3N) - began) / 15 + 1)) # ms: twenty kills, half a slice apart, come before the end

starts() { if [ -e killed/environment.jsonl ]; then wc -l <killed/environment.jsonl; else echo 0; fi; }
RANDOM=1123
kills=0
for _ in $(seq 20); do
  before=$(starts)
  tn-train -o killed "${options[@]}" --resume=auto pre.jsonl &
  pid=$!
  # into the run itself: until then nothing is written
  while [ "$(starts)" -le "$before" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
  pause=$((RANDOM % slice))
  sleep "$((pause / 1000)).$(printf %03d $((pause % 1000)))"
  kill -KILL "$pid" 2>/dev/null && kills=$((kills + 1))
  wait "$pid" 2>/dev/null || true
done
[ "$kills" -ge 10 ] || { echo "killed $kills times only"; exit 1; }
tn-train -o killed "${options[@]}" --resume=auto pre.jsonl

# without what names the call
document() { model-document "$1/model.safetensors" | jq -S 'del(.training.command_line)'; }
weights() { python3 -c 'import hashlib, struct, sys; d = open(sys.argv[1], "rb").read(); print(hashlib.sha256(d[8 + struct.unpack("<Q", d[:8])[0]:]).hexdigest())' "$1"; }
log() { jq -c 'del(.time, .seconds, .val_seconds, .images_per_second, .waited)' "$1/log.jsonl"; }
table() { cut -d, -f1,2,5-8,11,13-17 "$1/log.csv"; }
cmp whole/checkpoint-last.safetensors killed/checkpoint-last.safetensors
[ "$(weights whole/model.safetensors)" = "$(weights killed/model.safetensors)" ]
diff <(document whole) <(document killed)
diff <(log whole) <(log killed)
diff <(table whole) <(table killed)
[ "$(wc -l <killed/log.jsonl)" -eq 50 ]
[ "$(ls whole)" = "$(ls killed)" ] || { ls killed; exit 1; }
