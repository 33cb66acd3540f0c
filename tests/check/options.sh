#!/usr/bin/env bash
# Every option of every tool appears in a golden case or a unit test. options.sh BUILD-FOLDER
cd "$(dirname "$0")/../.." && scripts/check --build "$1" options
