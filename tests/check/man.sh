#!/usr/bin/env bash
# The pages' OPTIONS are what --help prints, and mandoc finds nothing to warn of. man.sh BUILD-FOLDER
command -v mandoc >/dev/null || { echo "mandoc is not installed"; exit 77; }
cd "$(dirname "$0")/../.." && scripts/check --build "$1" man
