#!/usr/bin/env bash
# Everything that can be judged without running the product: `make check`. Goes through all, then fails if one failed.
set -u
cd "$(dirname "$0")/.."
bin=.venv/bin
failed=()

step() {
    local name=$1
    shift
    echo "== $name"
    "$@" || failed+=("$name")
}

# An environment as in production, so that `check --deploy` judges what operators will run. Nothing connects anywhere.
production() {
    env -i PATH="$PATH" HOME="${HOME:-/}" \
        DATABASE_URL=postgresql://mainstay@127.0.0.1:1/mainstay REDIS_URL=redis://127.0.0.1:1/0 \
        MAINSTAY_SECRET_KEY="$("$bin/python" -c 'import secrets; print(secrets.token_urlsafe(60))')" \
        MAINSTAY_PUBLIC_URL=https://mainstay.example.com TWILIO_ACCOUNT_SID=AC00 TWILIO_AUTH_TOKEN=00 TWILIO_FROM_NUMBER=+15550000000 \
        "$bin/python" "$@"
}

step "formatting" "$bin/python" -m ruff format --check .
step "lint" "$bin/python" -m ruff check .
step "types" production -m mypy .
step "migrations" production -W "ignore:Got an error checking a consistent migration history" \
    manage.py makemigrations --check --dry-run
step "deployment" production manage.py check --deploy --fail-level WARNING
step "architecture" "$bin/python" -m pytest -q tests/test_architecture.py
step "licences" "$bin/python" -m deploy.licences
step "vendored files" "$bin/python" deploy/vendor.py check

if [ ${#failed[@]} -gt 0 ]; then
    printf 'make check: failed: %s\n' "$(IFS=,; echo "${failed[*]}")"
    exit 1
fi
echo "make check: all is well"
