#!/usr/bin/env bash
# What tn-eval --table --latex writes is compiled by a real LaTeX, names of every awkward kind included, and a table that is
# none is noticed. Skipped where there is no pdflatex with booktabs.
# table-in-latex.sh BUILD-FOLDER
set -euo pipefail
build=$(realpath "$1")
tests=$(cd "$(dirname "$0")/.." && pwd)
command -v pdflatex >/dev/null || { echo "skipped: no pdflatex here"; exit 77; }
kpsewhich booktabs.sty >/dev/null || { echo "skipped: LaTeX has no booktabs here"; exit 77; }
export PATH="$build/bin:$tests/support:$PATH" TN_JOBS=2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TEXMFVAR=$work/texmf
cd "$work"
small-evaluation
for i in 2 3 4 5; do cp report.json "report$i.json"; done
reports=(report.json report2.json report3.json report4.json report5.json other.json)
names=('a_b 50 % & #1' '[x]*' '~ ^ $x {y} \z' '<a|b> "c"' 'é ß ü' $'two\nlines')
options=()
for name in "${names[@]}"; do options+=(--name "$name"); done
compiled() { # table
  printf '%s\n' '\documentclass{article}' '\usepackage[landscape]{geometry}' '\usepackage{booktabs}' \
    '\begin{document}\tiny' "\\input{$1}" '\end{document}' >page.tex
  pdflatex -interaction=nonstopmode -halt-on-error page.tex >log 2>&1 </dev/null
}
failed=0
check() { # table: the tool's arguments
  tn-eval -q --table --latex "$@" || { failed=1; return; }
  compiled "$1" || { echo "$1: LaTeX stopped"; grep -A 4 '^!' log; failed=1; }
}
check usual.tex "${options[@]}" "${reports[@]}"
check chosen.tex --metric dice.median --metric dice.sd --metric nsd@2.mean --metric class.ece --digits 2 "${options[@]}" "${reports[@]}"
check one.tex report.json
sed 's/a._b/a_b/' usual.tex >broken.tex
! cmp -s usual.tex broken.tex || { echo "the control is no other table"; failed=1; }
! compiled broken.tex || { echo "control: a broken table was not noticed"; failed=1; }
exit $failed
