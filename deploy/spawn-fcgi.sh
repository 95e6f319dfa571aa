#!/bin/sh
# Runs motetd in the foreground on a socket that spawn-fcgi makes, for a supervisor; TERM stops it.
# Start it as the user that motetd is to run as.
#
#	spawn-fcgi.sh SOCKET MOTETD CONFIGURATION [N]
#		motetd is the master of N workers (default 4)
#	spawn-fcgi.sh --multiwatch SOCKET MOTETD CONFIGURATION [N]
#		multiwatch starts N motetd; each runs alone
#
# Use the first form. With multiwatch there is no signer, and multiwatch does not restart a process
# that died three times in a row. When a process ends, its open connections are closed: with nginx,
# remove `keepalive` and `fastcgi_keep_conn` from nginx.conf (motet(7)).
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
