# Sourced: makes clean root file systems with debootstrap, from the mirror that this machine's apt uses.
# `cache` is the directory where they are kept.

# The mirror that apt is configured for.
mirror() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(REPO_URI) $(COMPONENT) $(ORIGIN) $(LABEL)' 'Created-By: Packages' | awk '$2 == "main" && $3 == "Debian" && $4 == "Debian" { print $1; exit }'
}

# Does the mirror have the suite? A suite may have another name: its Release file decides.
has_suite() { curl -fsSL -o /dev/null -m 60 "$(mirror)dists/$1/Release" 2>/dev/null; }

# root_of SUITE: makes the root of the suite, unless it exists; prints what went wrong.
root_of() {
	[ ! -e "$cache/$1/.complete" ] || return 0
	rm -rf "${cache:?}/$1"
	script=/usr/share/debootstrap/scripts/$1
	[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
	if debootstrap --variant=minbase "$1" "$cache/$1" "$(mirror)" "$script" >"$cache/$1.log" 2>&1; then
		: >"$cache/$1/.complete"
	else
		tail -n 5 "$cache/$1.log"
	fi
}

# copy_of SUITE DIR: a copy that the test may change.
copy_of() { rm -rf "$2"; cp -a --reflink=auto "$cache/$1" "$2"; cp /etc/resolv.conf "$2/etc/resolv.conf"; }

# inside ROOT USERSPEC CMD...: runs a command with its own /proc and /dev, which are gone when it ends.
# Of the environment, only a proxy is passed on. With `inside_by=exec`, the command replaces the
# calling process.
inside_by=''
inside() {
	inside_root=$1 inside_as=$2
	shift 2
	# shellcheck disable=SC2016 # expanded by the inner shell
	$inside_by unshare --mount --propagation private sh -c '
		root=$1 as=$2; shift 2
		mount -t proc proc "$root/proc" && mount --bind /dev "$root/dev" && exec chroot --userspec="$as" "$root" "$@"
	' sh "$inside_root" "$inside_as" env -i HOME=/srv LANG=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} "$@"
}

# apt_inside ROOT PACKAGE...: installs packages, and starts none of their services. The mirror may be
# an old snapshot whose validity has expired; apt still checks its signatures.
apt_inside() {
	apt_root=$1
	shift
	printf '#!/bin/sh\nexit 101\n' >"$apt_root/usr/sbin/policy-rc.d"
	chmod 755 "$apt_root/usr/sbin/policy-rc.d"
	inside "$apt_root" 0:0 sh -c 'apt-get update -q -o Acquire::Check-Valid-Until=false && apt-get install -y -q --no-install-recommends "$@"' sh "$@"
}
