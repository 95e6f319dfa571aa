# Sourced by run: buildah builds the Containerfile on the clean root, without a container engine (chroot isolation, plain files).
buildah_() { $buildah_by buildah --storage-driver vfs --root "$work/storage" --runroot "$work/storage-run" "$@"; }
buildah_by=''

# Makes the base image from the root that debootstrap made, because there is no registry.
base_image() {
	from=$(buildah_ from scratch) && buildah_ copy -q "$from" "$cache/bookworm" / && buildah_ commit -q "$from" motet-base && buildah_ rm "$from"
}

# Builds from the files that are packaged, not from this checkout with all its other files.
image() {
	mkdir -p "$work/context"
	tar -xzf "$(ls "$work"/dist/motet-*.tar.gz)" -C "$work/context" --strip-components=1
	buildah_ bud --isolation chroot --network host --build-arg BASE=localhost/motet-base -f "$work/context/deploy/container/Containerfile" \
		-t motet "$work/context"
}

# Reads the settings of the image, as an engine would.
setting() { buildah_ inspect --type image --format "{{.OCIv1.Config.$1}}" localhost/motet; }

# run_in CONTAINER CMD...: runs a command with the database's socket inside and the host's network.
# Run one command at a time in a container: without an engine, commands share the mounts of the
# container, and the first command that ends removes them.
run_in() {
	made=$1
	shift
	buildah_ run --isolation chroot --env MOTET_DOMAIN=container.test --env MOTET_REGISTRATION=open \
		--env MOTET_DATABASE='host=/run/pg dbname=motet user=motet' -v "$socket:/run/pg" "$made" -- "$@"
}

# The process to which an engine would send its signal: the first process of the container, forked
# by buildah.
first_process() { ps -eo pid,ppid,args | awk -v top="$1" '{ parent[$1] = $2 } /motet-start serve$/ && $3 ~ /sh$/ { start[$1] } END { for (p in start) { for (q = p; q > 1 && q != top; q = parent[q]); if (q == top) print p } }'; }

container_serves() {
	(buildah_by='exec' && run_in "$first" /usr/libexec/motet-start serve) >>"$work/container.log" 2>&1 &
	pids=$!
	await curl -fs --noproxy '*' -o "$work/ready" http://127.0.0.1:8080/readyz
	idcert http://127.0.0.1:8080
	run_in "$second" sh -c "$(sed -n 's/^HEALTHCHECK .*CMD //p' "$top/deploy/container/Containerfile")" 2>&1
	for p in motetd lighttpd; do ps -o user=,comm= --ppid "$(first_process $pids | head -n 1)" | awk -v p=$p '$2 ~ p && $1 == "root"'; done
	# shellcheck disable=SC2046 # one process
	kill $(first_process $pids)
	wait $pids
	pids=''
}

container() {
	suite=container
	if ! command -v buildah >/dev/null; then skip 'Containerfile' 'buildah is not installed'; return; fi
	quietly built dist dist
	verdict 'container: a base image of the clean root' "$(quietly base_image)"
	verdict 'container: the Containerfile builds' "$(quietly image)"
	note "container: $(buildah_ images --format '{{.Size}}' localhost/motet), user $(setting User), entry $(setting Entrypoint) $(setting Cmd)"
	verdict 'container: it starts as root, who owns the secret' "$(setting User | grep .)"
	first=$(buildah_ from localhost/motet) second=$(buildah_ from localhost/motet)
	empty_database >"$work/log" 2>&1 || cat "$work/log"
	verdict 'container: motetctl migrate' "$(quietly run_in "$second" motetctl migrate --database 'host=/run/pg dbname=motet user=motet_owner' --grant motet)"
	if curl -s --noproxy '*' -o "$work/ready" http://127.0.0.1:8080/; then skip 'container: serves' 'something else is at port 8080'; return; fi
	verdict 'container: start serves, is healthy, and gives an ID-Cert, not as root' "$(container_serves)"
	verdict 'container: told to stop, all of it ends' "$(curl -s --noproxy '*' http://127.0.0.1:8080/healthz)"
}
