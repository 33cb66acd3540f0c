#!/usr/bin/env bash
# Includes point down, and torch, Boost and cli stay where they belong.
cd "$(dirname "$0")/../.." && scripts/check layers
