#!/bin/sh
# motetd on a socket that spawn-fcgi makes: in the foreground, for whatever keeps programs running; TERM ends it. Start it as the user that
# motetd is to be.
#
#	spawn-fcgi.sh SOCKET MOTETD CONFIGURATION [N]              motetd is the master of N workers (4)
#	spawn-fcgi.sh --multiwatch SOCKET MOTETD CONFIGURATION [N]  multiwatch is the master of N motetd, each alone
#
# The first is the one to take. multiwatch drops a place for good that died three times in a row, there is no signer, and kept connections end
# with the process that has them: with nginx in front, leave `keepalive` and `fastcgi_keep_conn` out of nginx.conf (motet(7)).
set -eu
multiwatch=no
if [ "${1:-}" = --multiwatch ]; then multiwatch=yes; shift; fi
[ $# -ge 3 ] || { echo "usage: spawn-fcgi.sh [--multiwatch] SOCKET MOTETD CONFIGURATION [N]" >&2; exit 64; }
socket=$1 motetd=$2 conf=$3 n=${4:-4}
PATH=$PATH:/usr/sbin:/usr/bin
if [ $multiwatch = yes ]; then
	exec spawn-fcgi -n -s "$socket" -M 0660 -- "$(command -v multiwatch)" -f "$n" -- "$motetd" -c "$conf" -s workers=0
else
	exec spawn-fcgi -n -s "$socket" -M 0660 -- "$motetd" -c "$conf" -s "workers=$n"
fi
