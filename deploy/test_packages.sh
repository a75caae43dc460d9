#!/usr/bin/env bash
# Puts Debian's Chromium (browser tests), gettext (translation tests), Dovecot (mailbox tests), MariaDB and Prometheus
# (tests of sources) in place where we may; elsewhere pytest says which tests did not run.
set -u
wanted=()
[ -x /usr/bin/chromium ] || wanted+=(chromium)
command -v xgettext >/dev/null || wanted+=(gettext)
[ -x /usr/sbin/dovecot ] || wanted+=(dovecot-imapd)
[ -x /usr/sbin/mariadbd ] || wanted+=(mariadb-server)
command -v prometheus >/dev/null || wanted+=(prometheus)
[ ${#wanted[@]} -eq 0 ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "no right to install ${wanted[*]} here: the tests that need it will be skipped"
    exit 0
fi
echo "installing ${wanted[*]} for the tests"
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${wanted[@]}"; } >"$log" 2>&1; then
    echo "${wanted[*]} could not be installed: the tests that need it will be skipped; the last lines were:"
    tail -n 3 "$log"
fi
rm -f "$log"
exit 0
