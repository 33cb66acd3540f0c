# cmake --install gives programs that find their network layer and LibTorch from any folder, and man pages.
cmake --install "$TN_BIN/.." --prefix "$PWD/usr" >/dev/null
# Only what was installed, and what the tests bring.
tools=$(mktemp -d)
ln -s "$TN_BIN/tn-phantoms" "$tools"
export PATH=$PWD/usr/bin:$tools:${PATH#"$TN_BIN":}
[ "$(command -v tn-train)" = "$PWD/usr/bin/tn-train" ]
tiny-run
tn-infer -q -m run/model.safetensors -o pred all.jsonl | tn-eval -q --json - | jq -e '.counts.mask.scored > 0' >/dev/null
for page in tn.7 tn-cluster.7 tn-manifest.5 tn-model.5 tn-report.5 tn-split.1 tn-preprocess.1 tn-train.1 tn-infer.1 tn-eval.1 tn-viz.1; do
  [ -s "usr/share/man/man${page##*.}/$page" ] || { echo "$page was not installed"; exit 1; }
done
for schema in manifest report; do
  jq -e '."$defs"' usr/share/tn/$schema.schema.json >/dev/null || { echo "the schema of the $schema was not installed"; exit 1; }
done
[ ! -e usr/bin/tn-phantoms ] || { echo "the phantom generator was installed"; exit 1; }
rm -r "$tools"
