# Sourced by run: tests deploy/rootless on this machine, with the bundle in the home of a user without rights.
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups -- env -i HOME="$work/user" PATH="$PATH" "$@"; }

# Finds children of supervisord by the name of their program.
supervised() { supervisorctl -c "$work/supervisord.conf" pid "$1" 2>/dev/null; }

supervisor_conf() {
	cat <<-END
	[supervisord]
	nodaemon=true
	logfile=$work/user/supervisord.log
	pidfile=$work/user/supervisord.pid
	[unix_http_server]
	file=$work/user/supervisor.sock
	[rpcinterface:supervisor]
	supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
	[supervisorctl]
	serverurl=unix://$work/user/supervisor.sock
	[include]
	files = $work/user/motet/share/motet/rootless/supervisord.ini
	END
}

home_unpacked() {
	mkdir -p "$work/user/motet"
	tar -xzf "$bundle" -C "$work/user/motet" --strip-components=1
	sed -i "s/^var.port = .*/var.port = \"$port\"/" "$work/user/motet/share/motet/rootless/lighttpd.conf"
	supervisor_conf >"$work/supervisord.conf"
	chown -R $nobody "$work/user"
	empty_database
	as_nobody "$work/user/motet/bin/motetctl" -c "$work/user/motet/etc/motet.conf" -s database="host=$socket user=motet dbname=motet" \
		-s registration=open init --domain "$suite.test"
	as_nobody "$work/user/motet/bin/motetctl" migrate --database "host=$socket user=motet_owner dbname=motet" --grant motet &&
		as_nobody "$work/user/motet/bin/motetctl" init
}

# supervisord starts a process again that dies.
comes_back() {
	before=$(supervised motet)
	kill -s KILL "$before"
	n=0
	until now=$(supervised motet) && [ "${now:-0}" != 0 ] && [ "$now" != "$before" ] || [ $n -ge 100 ]; do n=$((n + 1)); sleep 0.2; done
	[ "$now" != "$before" ] || echo "process $before was not replaced"
	await curl -fs --noproxy '*' -o "$work/ready" "http://127.0.0.1:$port/readyz"
	idcert "http://127.0.0.1:$port"
}

# Runs the lines of the crontab with cron's shell: the first starts motetd, the second finds it running.
by_cron() {
	line=$(sed -n 's/^@reboot //p' "$work/user/motet/share/motet/rootless/crontab")
	(exec setpriv --reuid=65534 --regid=65534 --clear-groups -- env -i HOME="$work/user" sh -c "exec $line") >>"$work/$suite.log" 2>&1 &
	pids=$!
	await test -S "$work/user/motet/var/run/motet/motet.sock"
	idcert "$work/user/motet/var/run/motet/motet.sock"
	[ -s "$work/user/motet/var/log/motetd.log" ] || echo 'nothing was logged'
	as_nobody sh -c "$(sed -n 's|^\*/5 \* \* \* \* ||p' "$work/user/motet/share/motet/rootless/crontab" | sed 's|>/dev/null.*||')" >"$work/log" 2>&1
	grep -q 'another motetd holds it' "$work/log" || cat "$work/log"
	stop_all
}

rootless() {
	suite=rootless port=$(free_port)
	if ! command -v supervisord >/dev/null; then skip 'rootless: supervisor' 'supervisor is not installed'; return; fi
	verdict 'rootless: the bundle in a home directory' "$(quietly home_unpacked)"
	(exec setpriv --reuid=65534 --regid=65534 --clear-groups -- env -i HOME="$work/user" PATH="$PATH:/usr/sbin" \
		supervisord -c "$work/supervisord.conf") >"$work/supervisord.log" 2>&1 &
	pids=$!
	await curl -fs --noproxy '*' -o "$work/ready" "http://127.0.0.1:$port/readyz"
	verdict 'rootless: supervisord starts motetd and lighttpd, and an ID-Cert' "$(idcert "http://127.0.0.1:$port")"
	verdict 'rootless: killed, it is started again' "$(comes_back)"
	stop_all
	verdict 'rootless: stopped as asked' "$(! test -S "$work/user/motet/var/run/motet/motet.sock" || echo 'the socket is still there')"
	verdict 'rootless: the lines for cron' "$(by_cron)"
}
