#!/usr/bin/env bash
# Runs a command with the addresses and secrets of the product that `make run` started here.
set -eu
settings="${MAINSTAY_VAR:-var}/run.env"
if [ ! -r "$settings" ]; then
    echo "Mainstay is not running here (no $settings): start it with 'make run' in another shell and wait for its address." >&2
    exit 1
fi
. "$settings"
exec "$@"
