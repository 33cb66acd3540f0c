# examples/experiments/Makefile with FAST=1: every table of the paper on phantoms; what is done is not done again, and what
# was interrupted goes on.
makefile=$EXAMPLES/experiments/Makefile
make -s -f "$makefile" FAST=1 OUT=out alpha >alpha.txt 2>words || { tail -20 words; exit 1; }
grep -q '^alpha-0.2 ' alpha.txt
grep -q '^| alpha-0.2 | .*0\.[0-9]*[*]* (0\.' out/alpha.md
grep -q '^alpha-0.2 & ' out/alpha-class.tex
# Only the tables of what is there: nothing is trained again.
make -s -f "$makefile" FAST=1 OUT=out alpha 2>words
! grep -q 'images to train on' words || { echo "trained again:"; cat words; exit 1; }
# A run that was broken off: its folder and checkpoint are there, its end is not.
rm out/alpha-0/done
make -s -f "$makefile" FAST=1 OUT=out alpha 2>words
grep -q 'the run is finished' words || { echo "not gone on with:"; cat words; exit 1; }
# Other options: begun anew.
make -s -f "$makefile" FAST=1 OUT=out ALPHAS=0 TRAIN='--max-steps 3 --batch 2 --precision float32' alpha 2>words
grep -q 'images to train on' words
make -s -k -j1 -f "$makefile" FAST=1 OUT=out segmentation classification kfold >tables.txt 2>words || { tail -20 words; exit 1; }
for run in ffanet-mtl ffanet-mask unet-mask segnet-mask pspnet-r50-mask deeplabv3plus-r50-mask danet-r50-mask ffanet-class \
  resnet50-class resnet50-eca-class vovnet39-class vovnet39-improved-class fold-0 fold-1 ensemble; do
  [ -s "out/$run/report.json" ] || { echo "$run has no report"; exit 1; }
  grep -q "^$run " tables.txt || { echo "$run stands in no table"; exit 1; }
done
# What is alpha 0.2 in the one table is the class branch in the others, trained once.
[ "$(readlink out/ffanet-mtl)" = alpha-0.2 ]
grep -q '<svg' out/alpha.svg
[ -s out/segmentation.png ]
jq -e '.made_from.model.members | length == 2' out/ensemble/report.json >none
for table in alpha:IoU alpha-class:AUROC segmentation:HD95 classification:F1 kfold:Accuracy; do
  grep -q "^| Run | .*${table#*:}" "out/${table%:*}.md" || { echo "out/${table%:*}.md lacks a column ${table#*:}"; exit 1; }
done
grep -q '^ensemble & ' out/kfold.tex
